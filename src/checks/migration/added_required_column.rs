//! See rules/migration/added-required-column.md

use super::checked_later::not_null;
use super::ways::{INSERTS_FAIL, without_default};
use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let found = without_default(migration, |kind| match kind {
        EffectKind::Required(column) => Some(column),
        _ => None,
    });
    for (effect, column) in found {
        report(migration, effect, column, cx);
    }
}

fn report(migration: &Migration, effect: &Effect, column: &ColumnAt, cx: &mut Context<'_>) {
    let (table, name) = (&effect.table.name, &column.name);
    let version = cx.set.map_or(0, |set| set.versions.lowest());
    let help = not_null(&quoted(table), &quoted(name), version)
        .instead_at(migration, effect.place, cx)
        .after("leave it optional in this release and require it in the next, once no old version runs; ");
    let mut report = cx
        .report(
            effect.place,
            format!("running code can no longer insert into \"{table}\": it does not know \"{name}\", which is required"),
        )
        .label("refuses NULL from now on, and has no default");
    if let Some(place) = column.definition {
        report = report.because(place, "added by this release, so the running code leaves it out");
    }
    report.in_production(INSERTS_FAIL).help(help);
}
