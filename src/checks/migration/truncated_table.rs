//! See rules/migration/truncated-table.md

use super::safe_way::SafeWay;
use super::ways::since;
use crate::database::{Effect, EffectKind, quoted};
use crate::diagnostic::Help;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if matches!(effect.kind, EffectKind::Truncation) && !effect.table.is_new() {
            report(migration, effect, cx);
        }
    }
}

fn report(migration: &Migration, effect: &Effect, cx: &mut Context<'_>) {
    let help = kept(migration, effect, cx);
    let name = &effect.table.name;
    let history = since(&effect.table, cx.workspace);
    cx.report(effect.place, format!("TRUNCATE deletes all rows of \"{name}\", and no rollback brings them back"))
        .label("all its rows are gone when this commits")
        .because(effect.table.place, history)
        .in_production(format!(
            "the running version finds {name} empty from one second to the next; the statement waits for every query of the table first, \
             and all later ones queue behind it"
        ))
        .help(help);
}

/// A copy of the rows.
fn kept(migration: &Migration, effect: &Effect, cx: &Context<'_>) -> Help {
    let (table, copy) = (quoted(&effect.table.name), quoted(&format!("{}_before", effect.table.name)));
    let up = format!("CREATE TABLE {copy} AS SELECT * FROM {table};");
    SafeWay::default()
        .then(&format!("keep_{}", effect.table.name), up, format!("DROP TABLE {copy};"))
        .instead_at(migration, effect.place, cx)
        .after("if the rows must go, keep a copy for one release; ")
        .before("\n-- and delete them in batches, from the application or a script")
}
