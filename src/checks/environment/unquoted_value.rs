//! See rules/environment/unquoted-value.md

use crate::document::entries::{Entry, Form, Syntax};
use crate::document::format::Format;
use crate::rule::Context;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::name_words;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    if document.entries().is_none_or(|entries| entries.format != Syntax::Common(Format::Yaml)) {
        return;
    }
    for setting in file.settings.iter().filter(|setting| setting.form == Form::Bare && !setting.is_merged) {
        let Some(what) = becomes(setting, setting.text(&document.source)) else { continue };
        cx.report(
            file.place(setting.key),
            format!("{} is not what it looks like: YAML takes its value for {what}", setting.name),
        )
        .about(&*setting.name)
        .label("without quotes")
        .in_production("the service gets another value than the one that is written here")
        .help(format!("put {} in quotes", setting.name));
    }
}

/// What a value without quotes turns into.
fn becomes(setting: &Entry, text: &str) -> Option<&'static str> {
    let words = name_words(&setting.name);
    let has = |wanted: &[&str]| words.iter().rev().take(2).any(|word| wanted.contains(&word.as_str()));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_mode = has(&["mode", "umask", "permissions", "chmod"]);
    if text.len() > 1 && text.starts_with('0') && digits(text) && !is_mode {
        return Some("a number without the zero in front, or for an octal one");
    }
    if let Some((number, exponent)) = text.split_once(['e', 'E'])
        && digits(number)
        && digits(exponent)
    {
        return Some("a power of ten");
    }
    if let Some((whole, part)) = text.split_once('.')
        && digits(whole)
        && digits(part)
        && part.ends_with('0')
        && part.len() > 1
        && has(&["version", "tag"])
    {
        return Some("a number, which drops the last zero");
    }
    let is_account = has(&["account"]) || words.join(" ").ends_with("account id");
    (is_account && digits(text) && text.len() >= 10).then_some("a number, which templates print as 1.2e+11")
}
