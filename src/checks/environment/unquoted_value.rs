//! See rules/environment/unquoted-value.md

use crate::document::dotenv::Dotenv;
use crate::document::dotenv::reader::{Oddity, Reading};
use crate::document::entries::{Entry, Form, Syntax};
use crate::document::format::Format;
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::environments::SettingsFile;
use crate::workspace::environments::value::name_words;
use crate::workspace::readers::Told;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    if let Some(dotenv) = document.dotenv() {
        return of_dotenv(file, dotenv, cx);
    }
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

/// Values that the reader of a dotenv file takes otherwise than the others do.
fn of_dotenv(file: &SettingsFile, dotenv: &Dotenv, cx: &mut Context<'_>) {
    let source = &cx.workspace.document(file.source).source;
    let readers = cx.workspace.readers.of_file(source.path());
    let odd = |setting| {
        readers.iter().find_map(|told| match told.reader.reading(setting, source) {
            Reading::Other(oddity) => Some((setting.key, told, oddity)),
            _ => None,
        })
    };
    let found: Vec<(Span, &Told, Oddity)> = dotenv.settings.iter().filter_map(odd).collect();
    for (key, told, oddity) in found {
        let (name, reader) = (source.slice(key), told.reader.words());
        let (what, happens, way) = takes(oddity);
        cx.report(file.place(key), format!("{reader} {what} {name}"))
            .about(name)
            .label(format!("{}, line {}, has {reader} read this file", told.path, told.line))
            .in_production(happens)
            .help(way);
    }
}

/// What a reader does with a value, after its name and before that of the setting; what the service gets; and what to do.
fn takes(oddity: Oddity) -> (&'static str, &'static str, &'static str) {
    match oddity {
        Oddity::Quotes => (
            "keeps the quotes around the value of",
            "the service gets the quotes as a part of the value",
            "write the value without quotes",
        ),
        Oddity::Comment => (
            "adds the comment to the value of",
            "the service gets the comment as a part of the value",
            "put the comment on a line of its own",
        ),
        Oddity::Hash => ("drops what follows the # in", "the service gets the value without its end", "put the value in quotes"),
        Oddity::Words => (
            "runs a part of the value of",
            "the shell takes the rest of the line for a command, and the service gets the first word or nothing",
            "put the value in single quotes",
        ),
        Oddity::Variable => (
            "fills no variable in for",
            "the service gets the name of the variable, with its dollar sign, in the place of the value",
            "write the value out",
        ),
        Oddity::Blank | Oddity::Export | Oddity::Colon | Oddity::Name => (
            "keeps the blank before the value of",
            "the service gets a value that begins with a blank",
            "write nothing between the `=` and the value",
        ),
    }
}

/// What a value without quotes turns into.
fn becomes(setting: &Entry, text: &str) -> Option<&'static str> {
    // A number is not what it looks like; everything else is.
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
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
