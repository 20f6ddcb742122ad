//! See rules/migration/renamed-column.md

use super::safe_way::{PATIENCE, SafeWay};
use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::diagnostic::Help;
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
            report(migration, effect, column, to, cx);
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
