//! See rules/migration/backfill-under-lock.md

use std::collections::HashSet;

use super::batches::batches;
use super::telling;
use super::transaction::{Ledger, Open};
use crate::database::{Effect, EffectKind, RowsChange};
use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Action, LockMode, Switch, TableChange};
use crate::rule::Context;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let mut told = HashSet::new();
    for script in &migration.up {
        let mut ledger = Ledger::of(cx.set, migration, script);
        for step in script.steps.iter().filter(|step| !step.fails()) {
            if let Some(work) = work(script, step)
                && let Some(held) = work.waits(&ledger)
            {
                report(&work, held, &mut told, cx);
            }
            ledger.pass(script, step);
        }
    }
}

/// What a statement does to rows, where it reads many of them and takes no lock that others wait for.
fn work<'m>(script: &'m Script, step: &'m Step) -> Option<Work<'m>> {
    let writes =
        step.relations.iter().any(|relation| relation.lock == LockMode::RowExclusive && relation.index_builds.is_empty());
    if !writes || step.blocking().next().is_some() {
        return None;
    }
    // The server's own tables hold a row for each thing in the schema, which is few.
    let is_of_users = |relation: &&Locked| !relation.is_new && !relation.name.starts_with("pg_");
    let read: Vec<&Locked> = step.relations.iter().filter(is_of_users).filter(|relation| relation.is_long()).collect();
    let changed = changed(step, &read);
    let is_changed = |relation: &&Locked| changed.is_some_and(|(effect, _)| effect.table.name == relation.table.name);
    let worked = read.iter().copied().find(is_changed).or(read.first().copied())?;
    Some(Work { script, step, worked, changed, other: read.into_iter().find(|it| it.name != worked.name) })
}

/// What a statement does to rows.
struct Work<'m> {
    script: &'m Script,
    step: &'m Step,
    /// The table whose rows are changed, where it is read whole, else one that is.
    worked: &'m Locked,
    /// The UPDATE or DELETE.
    changed: Option<(&'m Effect, &'m RowsChange)>,
    /// Another table that is read whole.
    other: Option<&'m Locked>,
}

/// The UPDATE or DELETE of a statement, which may have several inside: best one of rows that are read.
fn changed<'m>(step: &'m Step, read: &[&Locked]) -> Option<(&'m Effect, &'m RowsChange)> {
    let changes = step.effects.iter().filter_map(|effect| match &effect.kind {
        EffectKind::RowsChange(change) => Some((effect, change)),
        _ => None,
    });
    // Of equals this takes the last, and the first is told.
    let is_read = |effect: &Effect| read.iter().any(|relation| relation.table.name == effect.table.name);
    changes.rev().max_by_key(|(effect, _)| is_read(effect))
}

impl Work<'_> {
    /// What others wait for meanwhile: best the table that the work is about.
    fn waits<'l>(&self, ledger: &Ledger<'l>) -> Option<Open<'l>> {
        let changed = self.changed.map(|(effect, _)| &effect.table.name);
        let about = [Some(&self.worked.table.name), changed].into_iter().flatten();
        let about = about.filter_map(|table| ledger.latest(self.step, table));
        about.max_by_key(|open| open.relation.blocks.len()).or_else(|| ledger.strongest(self.step))
    }

    /// `the rows of orders are rewritten from customers`.
    fn told(&self, cx: &Context<'_>) -> String {
        let from = &self.worked.table.name;
        match (self.changed, &cx.workspace.statement(self.script, self.step).action) {
            (_, Action::Insert(insert)) if insert.table.last() != from.rsplit('.').next().unwrap_or_default() => {
                format!("{} is filled from {from}", insert.table)
            }
            (Some((effect, change)), _) if change.verb == "DELETE" => format!("rows of {} are deleted", effect.table.name),
            (Some((effect, _)), _) => {
                let of = &effect.table.name;
                // What is named before the condition gives values; what is named in it only chooses.
                let source = [Some(self.worked), self.other].into_iter().flatten().find(|it| it.table.name != *of);
                let before = |it: &Locked| self.before_condition(it.table.place, cx);
                match source.filter(|it| before(it)) {
                    Some(source) => format!("the rows of {of} are rewritten from {}", source.table.name),
                    None => format!("the rows of {of} are rewritten"),
                }
            }
            _ => format!("the rows of {from} are rewritten"),
        }
    }

    /// Whether a table is named before the condition of a plain UPDATE.
    fn before_condition(&self, place: Place, cx: &Context<'_>) -> bool {
        match &cx.workspace.statement(self.script, self.step).action {
            Action::Update(update) => {
                let condition = update.condition.as_ref().map(|condition| condition.expr.span);
                update.table.span != place.span && condition.is_none_or(|condition| place.span.start < condition.start)
            }
            _ => false,
        }
    }

    /// What to do instead.
    fn instead(&self, held: &Open<'_>, cx: &Context<'_>) -> String {
        let lead = match &cx.workspace.statement(held.script, held.step).action {
            Action::AlterTable(alter)
                if alter.actions.iter().any(|it| matches!(it.change, TableChange::Trigger(Switch::Disable, _))) =>
            {
                "the triggers are off for these rows on purpose, so let each batch switch them off and on again"
            }
            _ => "change the schema in this migration, and the rows after it",
        };
        match self.changed {
            Some((effect, change)) => format!("{lead}: {}", batches(effect, change, cx.workspace)),
            None => {
                format!("{lead}: in a later one or from a job, a few thousand at a time, each batch in a transaction of its own")
            }
        }
    }
}

fn report(work: &Work<'_>, held: Open<'_>, told: &mut HashSet<(SourceId, u32, String)>, cx: &mut Context<'_>) {
    let (script, step, worked) = (work.script, work.step, work.worked);
    // A second backfill of the same table only makes the wait longer.
    if !told.insert((held.script.source, held.step.span.start, worked.table.name.clone())) {
        return;
    }
    let (workspace, place) = (cx.workspace, Place { source: script.source, span: step.span });
    let size = workspace.sizes.of(&worked.table.name).filter(Size::is_small);
    let name = &held.relation.table.name;
    let message = format!("{} wait until {}", telling::waiters(held.relation), work.told(cx));
    let why = format!(
        "{} on {name} is taken here and kept until the transaction ends: {} for all that follows",
        held.relation.lock.words(),
        telling::statements(held.relation)
    );
    let history = telling::history(&worked.table, workspace);
    let instead = work.instead(&held, cx);
    let report = cx
        .report(place, message)
        .label(format!("every row of {} is read; {history}", worked.table.name))
        .because(held.place(), why)
        .in_production("a table of a million rows takes minutes, and nobody gets past the lock before all of them are done")
        .help(instead);
    telling::lowered(report, size, &worked.table.name);
}
