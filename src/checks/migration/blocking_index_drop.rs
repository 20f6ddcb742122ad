//! See rules/migration/blocking-index-drop.md

use super::safe_way::{SafeWay, written};
use super::telling;
use crate::database::Nature;
use crate::diagnostic::Place;
use crate::document::sql::{Action, DropObjects, ObjectKind};
use crate::rule::Context;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails()) {
        if let Action::Drop(drop) = &cx.workspace.statement(script, step).action
            && drop.kind == ObjectKind::Index
            && !drop.concurrently
        {
            report(migration, script, step, drop, cx);
        }
    }
}

fn report(migration: &Migration, script: &Script, step: &Step, drop: &DropObjects, cx: &mut Context<'_>) {
    let is_plain = |nature| matches!(nature, Some(Nature::Ordinary) | None);
    let Some(table) = step.blocking().find(|relation| is_plain(relation.table.nature)) else { return };
    // Those of partitions go with the one above, which takes no CONCURRENTLY.
    if step.relations.iter().any(|relation| relation.table.nature == Some(Nature::Partitioned)) {
        return;
    }
    let size = cx.workspace.sizes.of(&table.table.name).filter(Size::is_small);
    let way = drop.names.iter().fold(SafeWay::default(), |way, name| {
        let written = written(cx, script, name);
        way.outside(&format!("drop_{}", name.last()), format!("DROP INDEX CONCURRENTLY IF EXISTS {written};"), "")
    });
    let help = way.instead(migration, script, step.span, cx);
    let said = drop.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("{} wait until nobody uses it and {said} is dropped", telling::waiters(table));
    let report = cx
        .report(Place { source: script.source, span: step.span }, message)
        .label(format!(
            "takes {} on {}: {} for as long as the longest query before it runs",
            table.lock.words(),
            table.name,
            telling::statements(table)
        ))
        .in_production(
            "the drop itself is brief; but it waits for every open transaction on the table, and all later ones queue behind it",
        );
    telling::lowered(report, size, &table.table.name).help(help);
}
