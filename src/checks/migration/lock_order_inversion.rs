//! See rules/migration/lock-order-inversion.md

use std::collections::HashSet;

use super::transaction::{Ledger, tables};
use crate::document::sql::LockMode;
use crate::rule::Context;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    // One for a transaction: the cure is the same for all tables in it.
    let mut told = HashSet::new();
    for script in &migration.up {
        let mut ledger = Ledger::of(cx.set, migration, script);
        for step in script.steps.iter().filter(|step| !step.fails()) {
            if !told.contains(&(script.source, step.transaction)) && report(script, step, &ledger, cx) {
                told.insert((script.source, step.transaction));
            }
            ledger.pass(script, step);
        }
    }
}

/// Whether a statement locks a table that refers to one that is locked already.
fn report(script: &Script, step: &Step, ledger: &Ledger<'_>, cx: &mut Context<'_>) -> bool {
    for child in tables(step).filter(|child| !child.table.refers_to.is_empty()) {
        let parents = child.table.refers_to.iter().filter(|parent| **parent != child.table.name);
        let held = parents.filter_map(|parent| ledger.of_table(step, parent));
        let first = held
            .filter(|open| open.relation.lock >= LockMode::Exclusive)
            .min_by_key(|open| (open.script.source != script.source, open.step.span.start));
        let Some(parent) = first.filter(|_| ledger.of_table(step, &child.table.name).is_none()) else { continue };
        let (child, parent_at) = (&child.table, parent.relation.table.place);
        let parent = &parent.relation.table.name;
        cx.report(
            child.place,
            format!("the migration and writers of \"{}\" may wait for each other until one is killed", child.name),
        )
        .label(format!("locks {} second: a writer that holds it may already wait for {parent}", child.name))
        .because(
            parent_at,
            format!("locks {parent} first; whoever writes to {} locks that first, and looks up {parent} after", child.name),
        )
        .in_production(
            "the server ends such a deadlock after a second by cancelling one of the two: a request of yours, or the migration",
        )
        .help(format!(
            "lock {} before {parent}, in the order in which rows are written, or give each a migration of its own",
            child.name
        ));
        return true;
    }
    false
}
