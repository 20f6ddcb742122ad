//! See rules/migration/added-required-column.md

use super::ways::gets_a_default;
use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::Required(column) = &effect.kind
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
    report
        .in_production(
            "a rolling update keeps the old version running beside the new schema: each of its inserts into the table fails until it is \
             replaced, and after a rollback of the code again",
        )
        .help(format!(
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
