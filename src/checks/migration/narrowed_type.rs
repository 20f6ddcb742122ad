//! See rules/migration/narrowed-type.md

use super::safe_way::{NOTHING, PATIENCE, SafeWay, made_up};
use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::diagnostic::Help;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::Narrowing(column, from, to) = &effect.kind
            && !effect.table.is_new()
            && !column.is_new(effect.place.source)
        {
            report(migration, effect, column, [from, to], cx);
        }
    }
}

fn report(migration: &Migration, effect: &Effect, column: &ColumnAt, [from, to]: [&str; 2], cx: &mut Context<'_>) {
    let help = tighten(migration, effect, column, to, cx);
    let (table, name) = (&effect.table.name, &column.name);
    let mut report = cx
        .report(effect.place, format!("values that running code writes to \"{table}.{name}\" may no longer fit into {to}"))
        .label(format!("turns {from} into {to}, which takes less"));
    if let Some(place) = column.definition {
        report = report.because(place, format!("added here; {from} by now"));
    }
    report
        .in_production(format!(
            "the migration stops at the first row that does not fit, or cuts it; after it, the old version, which a rolling update keeps \
             running, gets an error for every value that only {from} holds"
        ))
        .help(help);
}

/// A constraint lets only what fits through, one release before the type changes.
fn tighten(migration: &Migration, effect: &Effect, column: &ColumnAt, to: &str, cx: &Context<'_>) -> Help {
    let (table, name) = (quoted(&effect.table.name), quoted(&column.name));
    let length = to.strip_prefix("varchar(").or_else(|| to.strip_prefix("char(")).and_then(|rest| rest.strip_suffix(')'));
    let Some(length) = length else {
        return format!(
            "first let only what fits through: a CHECK on {name}, added NOT VALID and validated once the rows that do not fit were mended; \
             change the type a release later"
        )
        .into();
    };
    let constraint = made_up(&table, &column.name, "fits");
    SafeWay::default()
        .then(
            &format!("add_{constraint}"),
            format!(
                "{PATIENCE}ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK (char_length({name}) <= {length}) NOT VALID;"
            ),
            format!("{PATIENCE}ALTER TABLE {table} DROP CONSTRAINT {constraint};"),
        )
        .then(&format!("validate_{constraint}"), format!("ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};"), NOTHING)
        .instead_at(migration, effect.place, cx)
        .after("first let only what fits through, and change the type a release later: ")
        .before("\n-- mend the rows that do not fit before the second")
}
