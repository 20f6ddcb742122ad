//! See rules/migration/dropped-column.md

use crate::database::{ColumnDrop, Effect, EffectKind};
use crate::document::sql;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::ColumnDrop(drop) = &effect.kind
            && !effect.table.is_new()
            && drop.definition.is_none_or(|definition| definition.source != effect.place.source)
        {
            report(effect, drop, cx);
        }
    }
}

fn report(effect: &Effect, drop: &ColumnDrop, cx: &mut Context<'_>) {
    let (workspace, table, column) = (cx.workspace, &effect.table.name, &drop.column);
    let definition = drop.definition.map(|place| {
        let text = workspace.text(place);
        let data_type = sql::definition(text).map(|definition| definition.data_type.to_lowercase());
        let data_type = data_type.map_or_else(String::new, |data_type| format!(" as {data_type}"));
        (place, format!("added here{data_type}; its values are gone for good"))
    });
    let mut report = cx
        .report(effect.place, format!("running code that still uses \"{table}.{column}\" fails once the column is dropped"))
        .label("the column is gone as soon as this commits, the old code some minutes later");
    if let Some((place, text)) = definition {
        report = report.because(place, text);
    }
    report
        .in_production("during a rolling update, queries of the old version that name the column fail, and so does every one after a rollback of the code")
        .help(format!("in two releases: stop reading and writing {column} in the first, drop it in the next, once no old version runs"));
}
