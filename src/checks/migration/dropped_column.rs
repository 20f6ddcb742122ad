//! See rules/migration/dropped-column.md

use crate::database::{ColumnAt, Effect, EffectKind};
use crate::document::sql;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::ColumnDrop(drop) = &effect.kind
            && !effect.table.is_new()
            && !drop.is_new(effect.place.source)
        {
            report(effect, drop, cx);
        }
    }
}

fn report(effect: &Effect, drop: &ColumnAt, cx: &mut Context<'_>) {
    let (workspace, table, column) = (cx.workspace, &effect.table.name, &drop.name);
    let definition = drop.definition.and_then(|place| sql::definition(workspace.text(place)));
    let data_type =
        definition.as_ref().map(|definition| format!(" as {}", definition.data_type.to_lowercase())).unwrap_or_default();
    let is_required = definition.is_some_and(|definition| definition.required && !definition.has_default);
    let optional = if is_required { " (it was added NOT NULL, so drop that with it)" } else { "" };
    let mut report = cx
        .report(effect.place, format!("running code that still uses \"{table}.{column}\" fails once the column is dropped"))
        .label("the column is gone as soon as this commits, the old code some minutes later");
    if let Some(place) = drop.definition {
        report = report.because(place, format!("added here{data_type}; its values are gone for good"));
    }
    report
        .in_production("queries of the old version that name the column fail until it is replaced, and all of them after a rollback of the code")
        .help(format!("in two releases: stop reading and writing {column} in the first{optional}, drop it in the next, once no old version runs"));
}
