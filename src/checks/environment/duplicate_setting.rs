//! See rules/environment/duplicate-setting.md

use crate::diagnostic::{Place, Severity};
use crate::document::dotenv::Setting;
use crate::rule::Context;
use crate::source::Source;
use crate::workspace::environments::SettingsFile;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    let (Some(dotenv), source) = (document.dotenv(), &document.source) else { return };
    for settings in dotenv.repeated(source) {
        let name = settings[0].name(source);
        if let [_, later @ ..] = settings.as_slice()
            && later.iter().any(|setting| !builds_on(setting, name, source))
        {
            report(file, name, &settings, cx);
        }
    }
}

/// `OPTS="$OPTS --fast"` adds to what was set before.
fn builds_on(setting: &Setting, name: &str, source: &Source) -> bool {
    let value = source.slice(setting.value);
    let refers = value.match_indices('$').any(|(at, _)| {
        let after = value[at + 1..].trim_start_matches('{').strip_prefix(name);
        after.is_some_and(|after| !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_'))
    });
    refers && setting.quote != Some(b'\'')
}

fn report(file: &SettingsFile, name: &str, settings: &[&Setting], cx: &mut Context<'_>) {
    let [first, .., last] = settings else { return };
    let source = &cx.workspace.document(file.source).source;
    let place = |span| Place { source: file.source, span };
    let same = settings.iter().all(|setting| is_same(setting, first, source));
    let times = if settings.len() == 2 { "twice".to_owned() } else { format!("{} times", settings.len()) };
    let values = if same { "the same value" } else { "different values" };
    let report = cx
        .report(place(last.key), format!("{name} is set {times}, to {values}"))
        .label("set again here")
        .because(place(first.key), "set here first")
        .help(format!("keep the line that is meant and delete the other{}", if settings.len() > 2 { "s" } else { "" }));
    if same {
        report
            .capped(Severity::Low)
            .in_production("kubectl refuses the file; all else works until somebody changes one of the lines");
        return;
    }
    let report = report.in_production("most readers take the last value, some the first, and kubectl refuses the file");
    if file.environment.is_none() {
        report.guessing("one step milder, because nothing says which environment reads this file");
    }
}

/// Equal, and equal after a reader has filled in variables, which it does not do in single quotes.
fn is_same(one: &Setting, other: &Setting, source: &Source) -> bool {
    let value = source.slice(one.value);
    value == source.slice(other.value) && (one.quote == other.quote || !value.contains(['$', '\\']))
}
