//! See rules/environment/duplicate-setting.md

use std::cell::LazyCell;

use crate::diagnostic::Severity;
use crate::document::Document;
use crate::document::entries::{Entry, Form, Syntax};
use crate::document::format::Format;
use crate::rule::Context;
use crate::source::Source;
use crate::workspace::environments::SettingsFile;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    let mut settings: Vec<&Entry> = file.settings.iter().filter(|entry| !entry.is_merged && !file.is_open).collect();
    settings.sort_by_key(|entry| (entry.document, &entry.name));
    let is_script = LazyCell::new(|| file.settings.iter().any(|setting| is_worked_out(setting.text(&document.source))));
    for settings in settings.chunk_by(|one, other| (one.document, &one.name) == (other.document, &other.name)) {
        if let [first, later @ ..] = settings
            && later.iter().any(|setting| !builds_on(setting, &first.name, &document.source))
            && !(document.dotenv().is_some() && *is_script)
        {
            report(file, settings, document, cx);
        }
    }
}

/// `${URL#*://}`, `$(date)`: only a shell does that, and sets what it needs for a while as often as it likes.
fn is_worked_out(value: &str) -> bool {
    value.match_indices('$').any(|(at, _)| {
        let after = &value[at + 1..];
        let of_name = |rest: &str| rest.trim_start_matches(|next: char| next.is_ascii_alphanumeric() || next == '_').to_owned();
        after.starts_with('(') || after.strip_prefix('{').is_some_and(|rest| of_name(rest).starts_with(['#', '%', '/']))
    })
}

/// `OPTS="$OPTS --fast"` adds to what was set before.
fn builds_on(setting: &Entry, name: &str, source: &Source) -> bool {
    let value = setting.text(source);
    let refers = value.match_indices('$').any(|(at, _)| {
        let after = value[at + 1..].trim_start_matches('{').strip_prefix(name);
        after.is_some_and(|after| !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_'))
    });
    let is_literal = is_in_single_quotes(setting, source);
    refers && !is_literal
}

fn is_in_single_quotes(setting: &Entry, source: &Source) -> bool {
    let before = setting.value.start.checked_sub(1).map(|at| source.text().as_bytes()[at as usize]);
    setting.form == Form::Quoted && before == Some(b'\'')
}

fn report(file: &SettingsFile, settings: &[&Entry], document: &Document, cx: &mut Context<'_>) {
    let [first, .., last] = settings else { return };
    let (name, source) = (&first.name, &document.source);
    let same = settings.iter().all(|setting| is_same(setting, first, source));
    let times = if settings.len() == 2 { "twice".to_owned() } else { format!("{} times", settings.len()) };
    let values = if same { "the same value" } else { "different values" };
    let happens = match cx.workspace.readers.of_file(source.path()) {
        [told, ..] => format!(
            "{}, which reads this file ({}, line {}), {}; another reader would do otherwise",
            told.reader.words(),
            told.path,
            told.line,
            told.reader.on_duplicates()
        ),
        [] => readers(document, first).to_owned(),
    };
    let report = cx
        .report(file.place(last.key), format!("{name} is set {times}, to {values}"))
        .about(super::about(document, name))
        .label("set again here")
        .because(file.place(first.key), "set here first")
        .help(format!("keep the line that is meant and delete the other{}", if settings.len() > 2 { "s" } else { "" }));
    if same {
        let what = if document.dotenv().is_some() { "kubectl refuses the file" } else { "strict readers refuse the file" };
        report.capped(Severity::Low).in_production(format!("{what}; all else works until somebody changes one of the lines"));
        return;
    }
    let report = report.in_production(happens);
    if file.environment.is_none() {
        report.guessing("one step milder, because nothing says which environment reads this file");
    }
}

/// What the readers of a format make of two values.
fn readers(document: &Document, setting: &Entry) -> &'static str {
    if let Some(compose) = document.compose() {
        let is_list = compose.service_at(setting.key).is_some_and(|service| service.is_list);
        return if is_list { "compose takes the last value, silently" } else { "compose refuses the file" };
    }
    match document.entries().map(|entries| entries.format) {
        None => "most readers take the last value, some the first, and kubectl refuses the file",
        Some(Syntax::Common(Format::Toml)) => "TOML forbids it: the service does not start",
        Some(Syntax::Hcl) => "Terraform refuses the file",
        Some(Syntax::Common(Format::Properties)) => "the last value counts, silently",
        Some(Syntax::Common(_)) => "some readers take the last value, some the first, and strict ones refuse the file",
    }
}

/// Equal, and equal after a reader has filled in variables, which it does not do in single quotes.
fn is_same(one: &Entry, other: &Entry, source: &Source) -> bool {
    let value = one.text(source);
    let literal = is_in_single_quotes(one, source) == is_in_single_quotes(other, source);
    value == other.text(source) && ((one.form == other.form && literal) || !value.contains(['$', '\\']))
}
