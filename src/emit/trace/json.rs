//! The same for machines. It is an interface: fields are added, never changed.

use serde::Serialize;

use crate::document::consumer::Need;
use crate::emit::drift::json::{Cell, cell};
use crate::emit::escape;
use crate::report::trace::{Elsewhere, Reading, Trace};
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
    Read { at: Line { path: &reading.location.path, line: reading.location.line }, need, kind }
}

fn other(elsewhere: &Elsewhere) -> Other<'_> {
    let at = Line { path: &elsewhere.location.path, line: elsewhere.location.line };
    Other { environment: elsewhere.environment.as_deref(), at }
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
        told: trace.told.as_ref().map(|told| Line { path: &told.path, line: told.line }),
        others: trace.others.iter().map(other).collect(),
        readers: trace.readers.iter().map(read).collect(),
        mentions: trace.mentions.iter().map(|Mention { path, line }| Line { path, line: *line }).collect(),
    });
    escape::json(&Traces { schema_version: 1, settings: settings.collect() })
}
