//! The same for machines. It is an interface: fields are added, never changed.

use serde::Serialize;

use crate::document::consumer::Need;
use crate::emit::drift::json::{Cell, cell};
use crate::emit::escape;
use crate::report::Location;
use crate::report::trace::{self, Elsewhere, Reading, Trace, What};
use crate::workspace::consumers::{Mention, ReaderKind};

#[derive(Serialize)]
struct Traces<'a> {
    schema_version: u32,
    settings: Vec<Traced<'a>>,
}

#[derive(Serialize)]
struct Traced<'a> {
    name: &'a str,
    /// Empty where nothing sets it.
    layers: Vec<Layer<'a>>,
    /// Who names the layers in this order.
    told: Option<Line<'a>>,
    /// The containers that get it.
    given: Vec<Given<'a>>,
    /// What sets it for other environments, where nothing sets it for this one.
    others: Vec<Other<'a>>,
    readers: Vec<Read<'a>>,
    /// What else names it, and may set it.
    mentions: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Layer<'a> {
    file: &'a str,
    counts: bool,
    /// Its value is the name of a variable of the process.
    is_variable: bool,
    #[serde(flatten)]
    cell: Cell<'a>,
}

#[derive(Serialize)]
struct Given<'a> {
    #[serde(flatten)]
    at: Line<'a>,
    to: &'a str,
    /// `value`, `key`, `whole`, `field` or `unknown`.
    from: &'static str,
    /// Of a value that may be shown.
    value: Option<&'a str>,
    /// Of a key, or of a whole object.
    object: Option<String>,
    key: Option<&'a str>,
    /// Where that key is set.
    set: Option<Line<'a>>,
    /// Of the pod.
    field: Option<&'a str>,
}

#[derive(Serialize)]
struct Other<'a> {
    environment: Option<&'a str>,
    #[serde(flatten)]
    at: Line<'a>,
}

#[derive(Serialize)]
struct Read<'a> {
    #[serde(flatten)]
    at: Line<'a>,
    /// `must`: it fails without; `plain`: it has no default; `optional`: it has one.
    need: &'static str,
    kind: &'static str,
}

fn read(reading: &Reading) -> Read<'_> {
    let need = match reading.need {
        Need::Optional => "optional",
        Need::Plain => "plain",
        Need::Must => "must",
    };
    let kind = match reading.kind {
        ReaderKind::Program => "program",
        ReaderKind::Pod => "pod",
        ReaderKind::Placeholder => "placeholder",
        ReaderKind::Template => "template",
        ReaderKind::Variable => "variable",
        ReaderKind::Compose => "compose",
    };
    Read { at: line(&reading.location), need, kind }
}

fn line(location: &Location) -> Line<'_> {
    Line { path: &location.path, line: location.line }
}

fn given(given: &trace::Given) -> Given<'_> {
    let at = line(&given.location);
    let blank = Given { at, to: &given.to, from: "unknown", value: None, object: None, key: None, set: None, field: None };
    let object = |kind: &str, name: &str| Some(format!("{kind}/{name}"));
    match &given.what {
        What::Value(value) => Given { from: "value", value: value.as_deref(), ..blank },
        What::Key { kind, name, key, set } => {
            Given { from: "key", object: object(kind, name), key: Some(key), set: set.as_ref().map(line), ..blank }
        }
        What::Whole { kind, name } => Given { from: "whole", object: object(kind, name), ..blank },
        What::Field(path) => Given { from: "field", field: Some(path), ..blank },
        What::Unknown => blank,
    }
}

fn other(elsewhere: &Elsewhere) -> Other<'_> {
    Other { environment: elsewhere.environment.as_deref(), at: line(&elsewhere.location) }
}

pub fn traces(traces: &[Trace]) -> String {
    let settings = traces.iter().map(|trace| Traced {
        name: &trace.name,
        layers: trace
            .layers
            .iter()
            .map(|layer| Layer {
                file: &layer.title,
                counts: layer.wins,
                is_variable: layer.is_variable,
                cell: cell(layer.shown.as_ref()),
            })
            .collect(),
        told: trace.told.as_ref().map(line),
        given: trace.given.iter().map(given).collect(),
        others: trace.others.iter().map(other).collect(),
        readers: trace.readers.iter().map(read).collect(),
        mentions: trace.mentions.iter().map(|Mention { path, line }| Line { path, line: *line }).collect(),
    });
    escape::json(&Traces { schema_version: 1, settings: settings.collect() })
}
