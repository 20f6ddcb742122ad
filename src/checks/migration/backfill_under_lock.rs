//! See rules/migration/backfill-under-lock.md

use std::collections::HashSet;

use super::telling;
use super::transaction::open;
use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Action, LockMode};
use crate::rule::Context;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let mut told = HashSet::new();
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails()) {
        let writes =
            step.relations.iter().any(|relation| relation.lock == LockMode::RowExclusive && relation.index_builds.is_empty());
        // The server's own tables hold a row for each thing in the schema, which is few.
        let is_of_users = |relation: &&Locked| !relation.is_new && !relation.name.starts_with("pg_");
        let worked = step.relations.iter().filter(is_of_users).find(|relation| relation.is_long());
        if let Some(worked) = worked.filter(|_| writes && step.blocking().next().is_none()) {
            report(migration, script, step, worked, &mut told, cx);
        }
    }
}

fn report(
    migration: &Migration,
    script: &Script,
    step: &Step,
    worked: &Locked,
    told: &mut HashSet<(SourceId, u32, String)>,
    cx: &mut Context<'_>,
) {
    let held = open(cx.set, migration, script, step)
        .max_by_key(|open| (open.relation.table.name == worked.table.name, open.relation.blocks.len()));
    let Some(held) = held else { return };
    // A second backfill of the same table only makes the wait longer.
    if !told.insert((held.script.source, held.step.span.start, worked.table.name.clone())) {
        return;
    }
    let (workspace, place) = (cx.workspace, Place { source: script.source, span: step.span });
    let size = workspace.sizes.of(&worked.table.name).filter(Size::is_small);
    let name = &held.relation.table.name;
    let statement = cx.workspace.statement(script, step);
    let from = &worked.table.name;
    let done = match &statement.action {
        Action::Insert(insert) if insert.table.last() != from.rsplit('.').next().unwrap_or_default() => {
            format!("{} is filled from {from}", insert.table)
        }
        Action::Delete(_) => format!("rows of {from} are deleted"),
        _ => format!("the rows of {from} are rewritten"),
    };
    let message = format!("{} wait until {done}", telling::waiters(held.relation));
    let why = format!(
        "{} on {name} is taken here and kept until the transaction ends: {} for all that follows",
        held.relation.lock.words(),
        telling::statements(held.relation)
    );
    let history = telling::history(&worked.table, workspace);
    let report = cx
        .report(place, message)
        .label(format!("every row of {} is read; {}", worked.table.name, history))
        .because(held.place(), why)
        .in_production("a table of a million rows takes minutes, and nobody gets past the lock before all of them are done")
        .help("change the schema in this migration, and the rows in a later one or from a job, a few thousand at a time, each batch in a transaction of its own");
    telling::lowered(report, size, &worked.table.name);
}
