//! See rules/migration/renamed-column.md

use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::document::sql;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::ColumnRename(column, to) = &effect.kind
            && !effect.table.is_new()
            && !column.is_new(effect.place.source)
            && !is_replaced(effect, column, &effects[at + 1..])
            && !takes_a_place(effect, to, &effects[..at])
        {
            report(effect, column, to, cx);
        }
    }
}

/// Whether something else bears the old name in the end: a column that is computed from the new one, or another one that takes
/// its place; or a view bears the name of the table.
fn is_replaced(rename: &Effect, column: &ColumnAt, later: &[&Effect]) -> bool {
    later.iter().any(|effect| match &effect.kind {
        EffectKind::ColumnAdd(added) => effect.table.name == rename.table.name && added.name == column.name,
        EffectKind::ColumnRename(_, to) => effect.table.name == rename.table.name && *to == column.name,
        EffectKind::RelationAdd(_) => effect.table.name == rename.table.name,
        _ => false,
    })
}

/// Whether it takes the place of a column that was just dropped or renamed: that one is the finding.
fn takes_a_place(rename: &Effect, to: &str, earlier: &[&Effect]) -> bool {
    earlier.iter().filter(|effect| effect.table.name == rename.table.name).any(|effect| match &effect.kind {
        EffectKind::ColumnDrop(column) | EffectKind::ColumnRename(column, _) => column.name == to,
        _ => false,
    })
}

fn report(effect: &Effect, column: &ColumnAt, to: &str, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let (table, from) = (&effect.table.name, &column.name);
    let definition = column.definition.and_then(|place| sql::definition(workspace.text(place)));
    let data_type = definition.map_or_else(|| "<its type>".to_owned(), |definition| definition.data_type.to_lowercase());
    let mut report = cx
        .report(effect.place, format!("running code that uses \"{table}.{from}\" fails once it is called {to}"))
        .label("has the new name for everybody as soon as this commits");
    if let Some(place) = column.definition {
        report = report.because(place, "added here, so the running code knows it");
    }
    let (table, old, new) = (quoted(table), quoted(from), quoted(to));
    report
        .in_production(
            "a rolling update keeps the old version running beside the new schema: each of its queries that names the column fails \
             until it is replaced, and after a rollback of the code again",
        )
        .help(format!(
            "in several releases, with both names for a while:\n\
             -- release 1: the code writes both, and reads the old one\n\
             ALTER TABLE {table} ADD COLUMN {new} {data_type};\n\
             -- release 2, once the values are copied in batches: the code reads and writes the new one alone\n\
             -- release 3\n\
             ALTER TABLE {table} DROP COLUMN {old};"
        ));
}
