//! See rules/migration/default-dropped-in-same-release.md

use super::safe_way::{PATIENCE, SafeWay};
use super::ways::{INSERTS_FAIL, without_default};
use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let found = without_default(migration, |kind| match kind {
        EffectKind::DefaultDrop(column) => Some(column),
        _ => None,
    });
    for (effect, column) in found {
        report(migration, effect, column, cx);
    }
}

fn report(migration: &Migration, effect: &Effect, column: &ColumnAt, cx: &mut Context<'_>) {
    let (table, name) = (&effect.table.name, &column.name);
    let workspace = cx.workspace;
    let written = workspace.text(effect.place);
    let help = SafeWay::default()
        .then(&format!("drop_default_of_{name}"), format!("{PATIENCE}ALTER TABLE {} {written};", quoted(table)), "")
        .instead_at(migration, effect.place, cx)
        .after("keep the default for one release, and drop it in the next, once no old version runs; ");
    let mut report = cx
        .report(
            effect.place,
            format!("running code can no longer insert into \"{table}\": \"{name}\" is required and loses its default"),
        )
        .label("from now on every insert has to name it");
    if let Some(place) = column.definition {
        report = report.because(place, "added by this release, so the running code leaves it out");
    }
    report.in_production(INSERTS_FAIL).help(help);
}
