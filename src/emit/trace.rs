//! One setting layer by layer, and who reads it, for people, machines and pull requests.

mod json;

use std::fmt::Write as _;

use super::Format;
use super::escape::markdown;
use crate::document::secret::MASK;
use crate::report::trace::{Layer, Trace, What};
use crate::untrusted::Untrusted;
use crate::workspace::consumers::Mention;

/// So many readers of a setting, and so many places that may set it, tell people enough.
const SHOWN: usize = 5;

/// Writes where a setting comes from; none in a format that it does not have.
pub fn emit(traces: &[Trace], environment: &str, format: Format) -> Option<String> {
    match format {
        Format::Text => Some(traced(traces, environment, |text| Untrusted(text).to_string(), ["", "  ", ""])),
        Format::Json => Some(json::traces(traces)),
        Format::Markdown => Some(traced(traces, environment, markdown, ["### ", "- ", "\n"])),
        _ => None,
    }
}

/// A line for each layer, in the order in which they are read, and for each reader.
fn traced(traces: &[Trace], environment: &str, safe: impl Fn(&str) -> String, [head, item, gap]: [&str; 3]) -> String {
    let mut out = String::new();
    for trace in traces {
        let _ = writeln!(out, "{head}{}{gap}", safe(&trace.name));
        for line in sentences(trace, environment) {
            let _ = writeln!(out, "{item}{}", safe(&line));
        }
        out.push('\n');
    }
    out
}

fn sentences(trace: &Trace, environment: &str) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(trace.told.as_ref().map(|told| format!("read in the order of {}, line {}:", told.path, told.line)));
    lines.extend(trace.layers.iter().map(layer));
    if !trace.is_set() {
        lines.push(format!("no settings for {environment} set it"));
    }
    let given = trace
        .given
        .iter()
        .map(|given| format!("{}, line {}: {} gets {}", given.location.path, given.location.line, given.to, what(&given.what)));
    first(&mut lines, given, "get it");
    let readers = trace
        .readers
        .iter()
        .map(|reading| format!("{}, line {}: {}", reading.location.path, reading.location.line, reading.told));
    first(&mut lines, readers, "read it");
    let others = trace.others.iter().map(|other| {
        let whom = match other.environment.as_deref() {
            _ if other.is_example => " as an example".to_owned(),
            Some(environment) => format!(" for {environment}"),
            None => String::new(),
        };
        format!("{}, line {}: set here{whom}", other.location.path, other.location.line)
    });
    first(&mut lines, others, "set it");
    // Of each file its first line will do.
    let mentions: Vec<&Mention> =
        trace.mentions.chunk_by(|one, other| one.path == other.path).map(|of_file| &of_file[0]).collect();
    let mentions = mentions.iter().map(|mention| format!("{}, line {}: named here, and may be set", mention.path, mention.line));
    first(&mut lines, mentions, "name it");
    lines
}

/// The first of some places, and how many more do the same.
fn first(lines: &mut Vec<String>, places: impl ExactSizeIterator<Item = String>, does: &str) {
    // One more is shown rather than counted.
    let shown = if places.len() <= SHOWN + 1 { places.len() } else { SHOWN };
    let more = places.len() - shown;
    lines.extend(places.take(shown));
    lines.extend((more > 0).then(|| format!("and {more} more places {does}")));
}

fn what(what: &What) -> String {
    match what {
        What::Value(value) => value.as_deref().unwrap_or(MASK).to_owned(),
        What::Key { kind, name, key, set: Some(at) } => {
            format!("{key} of {kind} \"{name}\", which {}, line {}, sets", at.path, at.line)
        }
        What::Key { kind, name, key, set: None } => format!("{key} of {kind} \"{name}\""),
        What::Whole { kind, name } => format!("all of {kind} \"{name}\""),
        What::Field(path) => format!("{path} of its pod"),
        What::Unknown => "what is filled in later".to_owned(),
    }
}

fn layer(layer: &Layer) -> String {
    let Some(shown) = &layer.shown else { return format!("{}: not set", layer.title) };
    let value = shown.value.as_deref().unwrap_or(MASK);
    if layer.is_variable {
        return format!("{}, line {}: the variable {value} of the process, where it is set", layer.title, shown.location.line);
    }
    let wins = if layer.wins { "  <- this one counts" } else { "" };
    format!("{}, line {}: {value}{wins}", layer.title, shown.location.line)
}
