//! See rules/migration/blocking-partition-change.md

use super::safe_way::{SafeWay, written};
use super::stall::{Cause, stalls};
use super::telling;
use crate::diagnostic::{Help, Place, Severity};
use crate::document::sql::{Action, Name, TableChange};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for stall in stalls(migration, cx.workspace) {
        let help = match stall.cause {
            Cause::Action(alter, action) => match &action.change {
                TableChange::AttachPartition { partition, .. } => {
                    let (parent, child) = (written(cx, stall.script, &alter.table), written(cx, stall.script, partition));
                    Help::from(format!(
                        "prove first, while nobody waits, that its rows belong there:\n\
                         ALTER TABLE {child} ADD CONSTRAINT in_bound CHECK (<key> IS NOT NULL AND <key> >= .. AND <key> < ..) NOT VALID;\n\
                         -- in the next migration\n\
                         ALTER TABLE {child} VALIDATE CONSTRAINT in_bound;\n\
                         -- in the one after: it reads nothing\n\
                         ALTER TABLE {parent} ATTACH PARTITION ..;"
                    ))
                }
                TableChange::DetachPartition { .. } => "drop the foreign keys to the partitioned table first, or detach in a window".into(),
                _ => continue,
            },
            Cause::Statement(statement) => match &statement.action {
                Action::CreateTable(create) if create.partition_of.is_some() => {
                    "give the default partition a CHECK that excludes the new bound, NOT VALID, validate it in the next migration, and create the \
                     partition after that"
                        .into()
                }
                _ => continue,
            },
        };
        let worked = &stall.worked.table.name;
        let message = format!("{} wait until every row of {worked} is read", telling::waiters(stall.blocked));
        let place = telling::at(&stall, stall.span);
        telling::report(cx, &stall, place, message).help(help);
    }
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails() && !step.is_long()) {
        detached(migration, script, step, cx);
    }
}

/// DETACH without CONCURRENTLY: brief, but nobody may be reading the table.
fn detached(migration: &Migration, script: &Script, step: &Step, cx: &mut Context<'_>) {
    let Action::AlterTable(alter) = &cx.workspace.statement(script, step).action else { return };
    let detached = alter.actions.iter().find_map(|action| match &action.change {
        TableChange::DetachPartition { partition, concurrently: false, finalize: false } => Some((action.span, partition)),
        _ => None,
    });
    let parent = step.blocking().find(|relation| relation.table.place.span == alter.table.span);
    let (Some((span, partition)), Some(parent)) = (detached, parent) else { return };
    let size = cx.workspace.sizes.of(&parent.table.name).filter(crate::workspace::sizes::Size::is_small);
    let message = format!("{} wait until nobody uses it and {partition} is detached", telling::waiters(parent));
    let help = help(migration, script, (&alter.table, partition, span), cx);
    let report = cx
        .report(Place { source: script.source, span }, message)
        .label(format!(
            "takes {} on {}: {} for as long as the longest query before it runs",
            parent.lock.words(),
            parent.name,
            telling::statements(parent)
        ))
        .capped(Severity::Medium)
        .in_production(
            "the lock itself is brief; but it waits for every open transaction on the table, and all later ones queue behind it",
        );
    telling::lowered(report, size, &parent.table.name).help(help);
}

fn help(migration: &Migration, script: &Script, (table, partition, span): (&Name, &Name, Span), cx: &Context<'_>) -> Help {
    let (table, partition) = (written(cx, script, table), written(cx, script, partition));
    if cx.set.is_some_and(|set| set.versions.lowest() < 14) {
        return format!(
            "bound the wait, and try again when it fails:\nSET LOCAL lock_timeout = '5s';\nALTER TABLE {table} DETACH PARTITION {partition};"
        )
        .into();
    }
    let up = format!("ALTER TABLE {table} DETACH PARTITION {partition} CONCURRENTLY;");
    SafeWay::default().outside(&format!("detach_{partition}"), up, "").instead(migration, script, span, cx)
}
