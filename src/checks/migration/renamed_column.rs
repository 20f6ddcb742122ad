//! See rules/migration/renamed-column.md

use std::collections::HashMap;

use super::safe_way::{PATIENCE, SafeWay};
use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::diagnostic::Help;
use crate::document::sql;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    let names = Names::of(&effects);
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::ColumnRename(column, to) = &effect.kind
            && !effect.table.is_new()
            && !column.is_new(effect.place.source)
            && !names.is_replaced(&effect.table.name, &column.name, at)
            && !names.is_given_up(&effect.table.name, to, at)
        {
            report(migration, effect, column, to, cx);
        }
    }
}

/// When names of columns are given up, and when something bears them, by their table and the numbers of the effects.
#[derive(Default)]
struct Names<'m> {
    borne: HashMap<(&'m str, &'m str), usize>,
    given_up: HashMap<(&'m str, &'m str), usize>,
    /// When something bears the name of a table.
    tables: HashMap<&'m str, usize>,
}

impl<'m> Names<'m> {
    fn of(effects: &[&'m Effect]) -> Self {
        let mut names = Self::default();
        for (effect, at) in effects.iter().zip(0..) {
            let table = effect.table.name.as_str();
            match &effect.kind {
                EffectKind::RelationAdd(_) => drop(names.tables.insert(table, at)),
                EffectKind::ColumnAdd(added) => drop(names.borne.insert((table, &added.name), at)),
                EffectKind::ColumnDrop(column) => drop(names.given_up.entry((table, &column.name)).or_insert(at)),
                EffectKind::ColumnRename(column, to) => {
                    names.borne.insert((table, to), at);
                    names.given_up.entry((table, &column.name)).or_insert(at);
                }
                _ => {}
            }
        }
        names
    }

    /// Whether something else bears the old name in the end: a column that is computed from the new one, or another one that
    /// takes its place; or a view bears the name of the table.
    fn is_replaced(&self, table: &str, column: &str, after: usize) -> bool {
        let later = |at: Option<&usize>| at.is_some_and(|last| *last > after);
        later(self.borne.get(&(table, column))) || later(self.tables.get(table))
    }

    /// Whether a column of this name was dropped or renamed before: that one is the finding.
    fn is_given_up(&self, table: &str, column: &str, before: usize) -> bool {
        self.given_up.get(&(table, column)).is_some_and(|first| *first < before)
    }
}

fn report(migration: &Migration, effect: &Effect, column: &ColumnAt, to: &str, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let (table, from) = (&effect.table.name, &column.name);
    let definition = column.definition.and_then(|place| sql::definition(workspace.text(place)));
    let data_type = definition.map(|definition| definition.data_type.to_lowercase());
    let help = both(migration, effect, [from, to], data_type.as_deref(), cx);
    let mut report = cx
        .report(effect.place, format!("running code that uses \"{table}.{from}\" fails once it is called {to}"))
        .label("has the new name for everybody as soon as this commits");
    if let Some(place) = column.definition {
        report = report.because(place, "added here, so the running code knows it");
    }
    report
        .in_production(
            "a rolling update keeps the old version running beside the new schema: each of its queries that names the column fails \
             until it is replaced, and after a rollback of the code again",
        )
        .help(help);
}

/// Both names for a while.
fn both(migration: &Migration, effect: &Effect, [from, to]: [&str; 2], data_type: Option<&str>, cx: &Context<'_>) -> Help {
    let (table, old, new) = (quoted(&effect.table.name), quoted(from), quoted(to));
    let later = format!(
        "the code writes both, and reads {old}\n\
         -- release 2, once the values are copied in batches: it reads and writes {new} alone\n\
         -- release 3: {old} is dropped"
    );
    let lead = "in several releases, with both names for a while";
    let Some(data_type) = data_type else {
        return format!("{lead}:\n-- release 1: a new column {new} of the same type; {later}").into();
    };
    SafeWay::default()
        .then(
            &format!("add_{to}"),
            format!("{PATIENCE}ALTER TABLE {table} ADD COLUMN {new} {data_type};"),
            format!("{PATIENCE}ALTER TABLE {table} DROP COLUMN {new};"),
        )
        .instead_at(migration, effect.place, cx)
        .after(&format!("{lead}; "))
        .before(&format!("\n-- with this release {later}"))
}
