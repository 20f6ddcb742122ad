//! See rules/migration/unbounded-update.md

use super::batches::batches;
use super::telling;
use super::ways::since;
use crate::database::{Effect, EffectKind, RowsChange};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::RowsChange(change) = &effect.kind
            && change.all
            && !(effect.table.is_new() || effect.table.has_no_rows)
        {
            report(effect, change, cx);
        }
    }
}

fn report(effect: &Effect, change: &RowsChange, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let (what, consequence) = if change.verb == "DELETE" {
        (
            format!("DELETE without a condition removes every row of \"{name}\""),
            "the rows are gone; until it commits, all that wants to change one of them waits, and each stays on disk until a vacuum",
        )
    } else {
        (
            format!("UPDATE without a condition changes every row of \"{name}\" in one go"),
            "every row stays locked until this commits: running code that changes one of them waits, replicas fall behind, and table and \
             indexes grow as if each row were written a second time",
        )
    };
    let (history, help) = (since(&effect.table, cx.workspace), batches(effect, change, cx.workspace));
    // Rows that are gone are gone, however few.
    let size = cx.workspace.sizes.of(name).filter(|size| size.is_small() && change.verb != "DELETE");
    let report = cx
        .report(effect.place, what)
        .label("no WHERE chooses among the rows")
        .because(effect.table.place, history)
        .in_production(consequence);
    telling::lowered(report, size, name).help(help);
}
