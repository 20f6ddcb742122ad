//! See rules/migration/narrowed-type.md

use crate::database::{ColumnAt, Effect, EffectKind, quoted};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::Narrowing(column, from, to) = &effect.kind
            && !effect.table.is_new()
            && !column.is_new(effect.place.source)
        {
            report(effect, column, [from, to], cx);
        }
    }
}

fn report(effect: &Effect, column: &ColumnAt, [from, to]: [&str; 2], cx: &mut Context<'_>) {
    let (table, name) = (&effect.table.name, &column.name);
    let mut report = cx
        .report(effect.place, format!("values that running code writes to \"{table}.{name}\" may no longer fit into {to}"))
        .label(format!("turns {from} into {to}, which holds less"));
    if let Some(place) = column.definition {
        report = report.because(place, format!("added here; {from} by now"));
    }
    report
        .in_production(format!(
            "the migration stops at the first row that does not fit, or cuts it; after it, the old version, which a rolling update keeps \
             running, gets an error for every value that only {from} holds"
        ))
        .help(tighten(table, name, to));
}

/// A constraint lets only what fits through, one release before the type changes.
fn tighten(table: &str, column: &str, to: &str) -> String {
    let (table, quoted_column) = (quoted(table), quoted(column));
    let length = to.strip_prefix("varchar(").or_else(|| to.strip_prefix("char(")).and_then(|rest| rest.strip_suffix(')'));
    let condition = length.map_or_else(
        || format!("{quoted_column} <fits into {to}>"),
        |length| format!("char_length({quoted_column}) <= {length}"),
    );
    let constraint = quoted(&format!("{}_{column}_fits", table.rsplit('.').next().unwrap_or_default().trim_matches('"')));
    format!(
        "first let only what fits through, and change the type a release later:\n\
         -- release 1\n\
         ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID;\n\
         -- in a migration of its own, after the rows that do not fit were mended\n\
         ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};"
    )
}
