//! See rules/migration/truncated-table.md

use super::ways::since;
use crate::database::{Effect, EffectKind};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if matches!(effect.kind, EffectKind::Truncation) && !effect.table.is_new() {
            report(effect, cx);
        }
    }
}

fn report(effect: &Effect, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let history = since(&effect.table, cx.workspace);
    cx.report(effect.place, format!("TRUNCATE deletes all rows of \"{name}\", and no rollback brings them back"))
        .label("all its rows are gone when this commits")
        .because(effect.table.place, history)
        .in_production(format!(
            "the running version finds {name} empty from one second to the next; the statement waits for every query of the table first, \
             and all later ones queue behind it"
        ))
        .help(format!(
            "if the rows must go, keep them for one release:\n\
             CREATE TABLE {name}_before AS SELECT * FROM {name};\n\
             -- and delete them in batches from the application or a script"
        ));
}
