//! The same for machines. It is an interface: fields are added, never changed.

use serde::Serialize;

use crate::emit::escape;
use crate::report::drift::{self, Drift, Shown};

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

/// What may be shown of a setting.
#[derive(Serialize)]
pub(in crate::emit) struct Cell<'a> {
    state: &'static str,
    value: Option<&'a str>,
    path: Option<&'a str>,
    line: Option<u32>,
}

pub(in crate::emit) fn cell(shown: Option<&Shown>) -> Cell<'_> {
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
