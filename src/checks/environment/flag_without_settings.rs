//! See rules/environment/flag-without-settings.md

use std::collections::BTreeMap;

use super::placeholder_in_production::sign;
use crate::document::entries::{Entry, Form};
use crate::document::secret::is_secret_setting;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::truth;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    if !file.is_production() || file.is_open {
        return;
    }
    let workspace = cx.workspace;
    let source = &workspace.document(file.source).source;
    // Most files switch nothing on that has settings of its own, and that is asked of them first.
    let is_on = |flag: &Entry| truth(flag.text(source)) == Some(true) || flag.text(source).trim() == "1";
    let is_flag = |entry: &&Entry| is_on(entry) && stem(&normal(&entry.name)).is_some();
    if !file.settings.iter().any(|entry| is_flag(&entry)) {
        return;
    }
    let mut by_name: BTreeMap<String, &Entry> = BTreeMap::new();
    for entry in file.settings.iter().filter(|entry| !entry.is_merged) {
        by_name.insert(normal(&entry.name), entry);
    }
    for (name, flag) in &by_name {
        let Some(stem) = stem(name).filter(|_| is_on(flag)) else { continue };
        let begin = format!("{stem}_");
        let below = by_name.range(begin.clone()..).take_while(|(other, _)| other.starts_with(&begin));
        let bad =
            below.filter(|(other, _)| *other != name).filter_map(|(_, entry)| Some((*entry, what(entry, entry.text(source))?)));
        let bad: Vec<(&Entry, String)> = bad.collect();
        let Some((setting, sign)) = bad.first() else { continue };
        let more = match bad.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more of its settings"),
        };
        cx.report(file.place(setting.key), format!("{} switches on what {}{more} leaves unset", flag.name, setting.name))
            .about(&*setting.name)
            .label(format!("its value {sign}"))
            .because(file.place(flag.key), "switched on here")
            .in_production("the feature is live and fails at its first use: a call to nowhere, a refused login")
            .assuming("nothing replaces the value before the service starts")
            .folding(bad.len() - 1)
            .help(format!("set {} to what production uses, or switch {} off until it is known", setting.name, flag.name));
    }
}

/// A name in one spelling: words in lower case, with `_` between them.
fn normal(name: &str) -> String {
    name.chars().map(|next| if next.is_ascii_alphanumeric() { next.to_ascii_lowercase() } else { '_' }).collect()
}

/// What a flag is about: `search` of `search_enabled`, `enable_search` and `feature_search`.
fn stem(name: &str) -> Option<&str> {
    const ENDS: &[&str] = &["_enabled", "_enable", "_active", "_is_enabled"];
    const BEGINS: &[&str] = &["enable_", "use_", "feature_", "features_", "feature_flags_", "with_"];
    let stem = ENDS
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .or_else(|| BEGINS.iter().rev().find_map(|begin| name.strip_prefix(begin)))?;
    let stem = BEGINS.iter().rev().find_map(|begin| stem.strip_prefix(begin)).unwrap_or(stem);
    (stem.len() >= 4).then_some(stem)
}

/// What is wrong with a value that the feature needs; a secret that is empty comes from a store.
fn what(entry: &Entry, value: &str) -> Option<String> {
    const NEEDED: &[&str] =
        &["url", "uri", "host", "endpoint", "address", "bucket", "topic", "queue", "client_id", "region", "domain"];
    if !matches!(entry.form, Form::Bare | Form::Quoted) {
        return None;
    }
    let name = normal(&entry.name);
    let is_needed = NEEDED.iter().any(|end| name.ends_with(end)) && !is_secret_setting(&entry.name);
    if value.trim().is_empty() { is_needed.then(|| "is empty".to_owned()) } else { sign(value) }
}
