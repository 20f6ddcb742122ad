//! See rules/migration/added-required-column.md

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
        report(effect, column, cx);
    }
}

fn report(effect: &Effect, column: &ColumnAt, cx: &mut Context<'_>) {
    let (table, name) = (&effect.table.name, &column.name);
    let mut report = cx
        .report(
            effect.place,
            format!("running code can no longer insert into \"{table}\": it does not know \"{name}\", which is required"),
        )
        .label("refuses NULL from now on, and has no default");
    if let Some(place) = column.definition {
        report = report.because(place, "added by this release, so the running code leaves it out");
    }
    let (table, name) = (quoted(table), quoted(name));
    report.in_production(INSERTS_FAIL).help(format!(
        "leave it optional in this release and require it in the next, once no old version runs:\n\
             -- next release\n\
             ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID;\n\
             -- in a migration of its own\n\
             ALTER TABLE {table} VALIDATE CONSTRAINT {check};\n\
             -- and after it\n\
             ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL;\n\
             ALTER TABLE {table} DROP CONSTRAINT {check};",
        check = quoted(&format!("{}_not_null", column.name)),
    ));
}
