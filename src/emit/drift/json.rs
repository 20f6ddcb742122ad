//! The same for machines. It is an interface: fields are added, never changed.

use serde::Serialize;

use crate::emit::escape;
use crate::report::drift::{self, Drift, Shown, Trace};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    environments: &'a [String; 2],
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    files: [String; 2],
    sections: [Option<&'a str>; 2],
    base: Vec<String>,
    complete: bool,
    parity: usize,
    same: usize,
    settings: Vec<Setting<'a>>,
}

#[derive(Serialize)]
struct Setting<'a> {
    name: &'a str,
    class: &'static str,
    state: &'static str,
    cells: [Cell<'a>; 2],
}

#[derive(Serialize)]
struct Cell<'a> {
    state: &'static str,
    value: Option<&'a str>,
    path: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct Traces<'a> {
    schema_version: u32,
    settings: Vec<Traced<'a>>,
}

#[derive(Serialize)]
struct Traced<'a> {
    name: &'a str,
    layers: Vec<Layer<'a>>,
    /// Who names the layers in this order.
    told: Option<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
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

fn cell(shown: Option<&Shown>) -> Cell<'_> {
    let state = match shown {
        None => "missing",
        Some(Shown { value: None, .. }) => "masked",
        Some(Shown { is_inherited: true, .. }) => "inherited",
        Some(_) => "set",
    };
    Cell {
        state,
        value: shown.and_then(|shown| shown.value.as_deref()),
        path: shown.map(|shown| shown.location.path.as_str()),
        line: shown.map(|shown| shown.location.line),
    }
}

pub fn drift(drift: &Drift<'_>) -> String {
    let group = |table: &'_ drift::Table<'_>| Group {
        files: table.sides.map(|side| table.root.path(side.source)),
        sections: [None, None],
        base: table.base().map(|file| table.root.path(file.source)).collect(),
        complete: table.group.is_complete,
        parity: table.group.parity,
        same: table.same,
        settings: Vec::new(),
    };
    let mut groups = Vec::new();
    for table in &drift.tables {
        let settings = table.lines.iter().map(|line| Setting {
            name: &line.name,
            class: line.class.word(),
            state: if line.cells.iter().all(Option::is_some) { "differs" } else { "missing" },
            cells: [cell(line.cells[0].as_ref()), cell(line.cells[1].as_ref())],
        });
        let sections = table.sides.map(|side| side.section.as_deref());
        groups.push(Group { settings: settings.collect(), sections, ..group(table) });
    }
    escape::json(&Document { schema_version: 1, environments: &drift.environments, groups })
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
        told: trace.told.as_ref().map(|told| Told { path: &told.path, line: told.line }),
    });
    escape::json(&Traces { schema_version: 1, settings: settings.collect() })
}
