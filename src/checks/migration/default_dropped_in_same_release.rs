//! See rules/migration/default-dropped-in-same-release.md

use super::ways::gets_a_default;
use crate::database::{ColumnAt, Effect, EffectKind};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::DefaultDrop(column) = &effect.kind
            && !effect.table.is_new()
            && column.is_new(effect.place.source)
            && !gets_a_default(effect, column, &effects[at + 1..])
        {
            report(effect, column, cx);
        }
    }
}

fn report(effect: &Effect, column: &ColumnAt, cx: &mut Context<'_>) {
    let (table, name) = (&effect.table.name, &column.name);
    let workspace = cx.workspace;
    let written = workspace.text(effect.place);
    let mut report = cx
        .report(
            effect.place,
            format!("running code can no longer insert into \"{table}\": \"{name}\" is required and loses its default"),
        )
        .label("from now on every insert has to name it");
    if let Some(place) = column.definition {
        report = report.because(place, "added by this release, so the running code leaves it out");
    }
    report
        .in_production(
            "a rolling update keeps the old version running beside the new schema: each of its inserts into the table fails until it is \
             replaced, and after a rollback of the code again",
        )
        .help(format!("keep the default for one release, and drop it in the next, once no old version runs:\nALTER TABLE {table} {written};"));
}
