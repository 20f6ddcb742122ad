//! See rules/migration/unbatched-backfill.md

use std::collections::HashMap;

use super::batches::batches;
use super::telling;
use super::ways::since;
use crate::database::{Effect, EffectKind, RowsChange};
use crate::rule::Context;
use crate::workspace::history::Migration;
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    // One finding for a table in a file: they are batched together or not at all.
    let mut tables: Vec<(&Effect, &RowsChange, usize)> = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for effect in migration.forward() {
        if let EffectKind::RowsChange(change) = &effect.kind
            && !change.all
            && !change.is_bounded
            && !(effect.table.is_new() || effect.table.has_no_rows)
            && !is_batch(cx.workspace.text(effect.place))
        {
            let at = *seen.entry(&effect.table.name).or_insert(tables.len());
            match tables.get_mut(at) {
                Some((.., more)) => *more += 1,
                None => tables.push((effect, change, 0)),
            }
        }
    }
    for (effect, change, more) in tables {
        report(effect, change, more, cx);
    }
}

/// A query inside picks some rows.
fn is_batch(text: &str) -> bool {
    text.split_whitespace().any(|word| word.eq_ignore_ascii_case("limit"))
}

fn report(effect: &Effect, change: &RowsChange, more: usize, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let (verb, done) = if change.verb == "DELETE" { ("DELETE", "deletes") } else { ("UPDATE", "changes") };
    let (history, help) = (since(&effect.table, cx.workspace), batches(effect, change, cx.workspace));
    let size = cx.workspace.sizes.of(name).filter(Size::is_small);
    let report = cx
        .report(effect.place, format!("{verb} {done} rows of \"{name}\" in one go, however many there are"))
        .label("nothing limits how many rows this touches")
        .folding(more)
        .because(effect.table.place, history)
        .in_production(
            "on a large table it runs for minutes: every row that it touches stays locked until it commits, running code that changes one \
             of them waits, and replicas fall behind",
        );
    telling::lowered(report, size, name).help(help);
}
