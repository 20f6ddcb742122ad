//! See rules/migration/parent-locked.md

use super::telling;
use super::transaction::{is_patient, tables};
use crate::diagnostic::{Place, Severity};
use crate::document::sql::{Action, LockMode};
use crate::rule::Context;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails() && !step.works()) {
        if is_patient(step, cx) {
            continue;
        }
        let part = match &cx.workspace.statement(script, step).action {
            Action::CreateTable(create) => create.partition_of.as_ref().map(|_| create.name.text()),
            Action::Drop(_) | Action::AlterTable(_) => None,
            _ => continue,
        };
        // The one that nobody would think of: it is not what the statement is about.
        let is_aside = |table: &&Locked| part.is_some() || (table.table.place.span == step.span && is_referred_to(table));
        let parent = tables(step).filter(|table| table.lock == LockMode::AccessExclusive).find(is_aside);
        if let Some(parent) = parent {
            report(script, step, parent, part, cx);
        }
    }
}

/// It is locked because a foreign key to it goes.
fn is_referred_to(table: &Locked) -> bool {
    table.reasons.iter().any(|reason| reason.contains("on this side"))
}

fn report(script: &Script, step: &Step, parent: &Locked, part: Option<&str>, cx: &mut Context<'_>) {
    let name = &parent.table.name;
    let size = cx.workspace.sizes.of(name).filter(Size::is_small);
    let (why, help) = match part {
        Some(part) => (
            format!("a new partition takes ACCESS EXCLUSIVE on {name}"),
            format!(
                "make it beside the partitioned table and attach it, which lets others go on:\nCREATE TABLE {part} (LIKE {name} INCLUDING ALL);\nALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES ..;"
            ),
        ),
        None => (
            format!("a foreign key to {name} goes with it, and its triggers on {name} too: that takes ACCESS EXCLUSIVE there"),
            "bound the wait, and drop one foreign key in a migration:\nSET LOCAL lock_timeout = '5s';".to_owned(),
        ),
    };
    let message = format!("{} wait, too, until nobody uses it and this is done", telling::waiters(parent));
    let report = cx
        .report(Place { source: script.source, span: step.span }, message)
        .label(why)
        .capped(Severity::Medium)
        .in_production("the table that everything refers to stands still behind its longest query, though the statement is about another one");
    telling::lowered(report, size, name).help(help);
}
