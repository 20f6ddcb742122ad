//! See rules/environment/malformed-line.md

use crate::document::dotenv::Dotenv;
use crate::document::dotenv::reader::{Oddity, Reading};
use crate::document::pairs::Fault;
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::environments::SettingsFile;
use crate::workspace::readers::Told;

/// How a line of a shell script begins. Who keeps scripts in such files has a shell read them.
const SHELL: &[&str] = &[
    "source ",
    ". ",
    "if ",
    "fi",
    "then",
    "else",
    "for ",
    "do",
    "done",
    "set ",
    "unset ",
    "function ",
    "[",
    "echo ",
    "export ",
    "}",
    "case ",
    "esac",
    "readonly ",
];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    if file.section.is_some() {
        return;
    }
    if let Some(entries) = document.entries() {
        let Some(fault) = entries.faults.first().filter(|_| !entries.is_open) else { return };
        let others = entries.faults.len() - 1;
        cx.report(file.place(fault.span), format!("a line of {} is no setting: {}", document.source.name(), fault.message))
            .in_production("the reader refuses the file, or leaves this out: the service does not start, or runs without it")
            .folding(others)
            .help("mend the line");
        return;
    }
    if let Some(compose) = document.compose() {
        return refused(file, &compose.faults, cx);
    }
    let Some(dotenv) = document.dotenv() else { return };
    let readers = cx.workspace.readers.of_file(document.source.path());
    stumbles(file, dotenv, readers, cx);
    let text = |span: &Span| document.source.slice(*span);
    let is_script =
        |line: &&str| SHELL.iter().any(|start| line.starts_with(start)) || line.contains("$(") || line.ends_with('\\');
    let lines: Vec<Span> = dotenv.malformed.clone();
    if lines.iter().map(text).any(|line| is_script(&line)) {
        return;
    }
    // A name alone hands the variable of the caller on, where docker reads it.
    let is_name = |line: &str| line.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    for span in lines.into_iter().filter(|span| !is_name(text(span))) {
        let what = match text(&span) {
            line if line.contains(['"', '\'']) => "a quote is opened and never closed",
            line if line.starts_with('=') => "no name stands before the `=`",
            _ => "it is neither NAME=value nor a comment",
        };
        let line = document.source.line(span.start);
        let happens = match readers {
            [] => "some readers refuse the whole file, others leave the line out or swallow those after it; none says so loudly"
                .to_owned(),
            [told, ..] => format!("{}, which reads this file, {}", told.reader.words(), told.reader.on_garbage()),
        };
        cx.report(file.place(span), format!("line {line} is no setting: {what}"))
            .in_production(happens)
            .help("write NAME=\"value\" on one line, or put a # before it");
    }
}

/// Values that compose refuses.
fn refused(file: &SettingsFile, faults: &[Fault], cx: &mut Context<'_>) {
    let [first, others @ ..] = faults else { return };
    let place = file.place(first.span);
    let line = cx.workspace.line(place);
    cx.report(place, format!("compose refuses the file for its line {line}: {}", first.message))
        .in_production("`docker compose up` ends with \"invalid interpolation format\" before it starts anything")
        .folding(others.len())
        .help("close it as in ${NAME} or ${NAME:-default}; for a dollar of your own write $$");
}

/// Settings that most readers take, and the one of this file does not.
fn stumbles(file: &SettingsFile, dotenv: &Dotenv, readers: &[Told], cx: &mut Context<'_>) {
    let source = &cx.workspace.document(file.source).source;
    let stumble = |setting| {
        readers.iter().find_map(|told| match told.reader.reading(setting, source) {
            Reading::LeftOut(oddity) => Some((setting.key, told, oddity, false)),
            Reading::Refused(oddity) => Some((setting.key, told, oddity, true)),
            Reading::Plain | Reading::Other(_) => None,
        })
    };
    for (key, told, oddity, refuses) in dotenv.settings.iter().filter_map(stumble) {
        let (name, reader) = (source.slice(key), told.reader.words());
        let happens = if refuses {
            format!("{reader} refuses the whole file, and the service does not start")
        } else {
            format!("{reader} leaves the line out: the service starts without the setting, or with a default that nobody tried")
        };
        cx.report(file.place(key), format!("{reader} takes the line of {name} for no setting: {}", what(oddity)))
            .about(name)
            .label(format!("{}, line {}, has {reader} read this file", told.path, told.line))
            .in_production(happens)
            .help(format!("write it as {name}=value, without anything before the name or around the `=`"));
    }
}

fn what(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::Export => "`export` stands before it",
        Oddity::Colon => "a colon stands in the place of the `=`",
        Oddity::Blank => "blanks stand beside the `=`",
        Oddity::Name => "its name has a dash or a dot",
        Oddity::Quotes | Oddity::Comment | Oddity::Hash | Oddity::Words | Oddity::Variable => "its value needs quotes",
    }
}
