//! See rules/migration/lock-order-inversion.md

use std::collections::HashSet;

use super::transaction::{open, tables};
use crate::document::sql::LockMode;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    // One for a transaction: the cure is the same for all tables in it.
    let mut told = HashSet::new();
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails()) {
        for child in tables(step).filter(|child| !child.table.refers_to.is_empty()) {
            let refers = |parent: &str| child.table.refers_to.iter().any(|to| to == parent) && parent != child.table.name;
            let mut held = open(cx.set, migration, script, step).filter(|open| open.relation.lock >= LockMode::Exclusive);
            let Some(parent) = held.find(|open| refers(&open.relation.table.name)) else { continue };
            let holds_child = open(cx.set, migration, script, step).any(|open| open.relation.table.name == child.table.name);
            if holds_child || !told.insert((script.source, step.transaction)) {
                continue;
            }
            let (child, parent_at) = (&child.table, parent.relation.table.place);
            let parent = &parent.relation.table.name;
            cx.report(child.place, format!("the migration and writers of \"{}\" may wait for each other until one is killed", child.name))
                .label(format!("locks {} second: a writer that holds it may already wait for {parent}", child.name))
                .because(parent_at, format!("locks {parent} first; whoever writes to {} locks that first, and looks up {parent} after", child.name))
                .in_production("the server ends such a deadlock after a second by cancelling one of the two: a request of yours, or the migration")
                .help(format!("lock {} before {parent}, in the order in which rows are written, or give each a migration of its own", child.name));
        }
    }
}
