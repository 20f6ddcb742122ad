//! See rules/migration/skips-invalid-index.md

use super::safe_way::{SafeWay, beside, written};
use crate::diagnostic::Place;
use crate::document::sql::{Action, CreateIndex, Name, ObjectKind};
use crate::rule::Context;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails()) {
        let Action::CreateIndex(create) = &cx.workspace.statement(script, step).action else { continue };
        let is_new = step.relations.iter().all(|relation| relation.is_new);
        if let (true, true, false, Some(name)) = (create.concurrently, create.if_not_exists, is_new, &create.name)
            && !is_dropped_before(script, step, name, cx)
        {
            report(migration, script, step, create, name, cx);
        }
    }
}

/// Whoever drops it first finds nothing to skip.
fn is_dropped_before(script: &Script, step: &Step, name: &Name, cx: &Context<'_>) -> bool {
    let before = script.steps.iter().take_while(|other| other.span.start < step.span.start);
    let dropped = before.filter_map(|other| match &cx.workspace.statement(script, other).action {
        Action::Drop(drop) if drop.kind == ObjectKind::Index => Some(&drop.names),
        _ => None,
    });
    dropped.flatten().any(|dropped| dropped.last() == name.last())
}

/// The way back of the first of the two.
const NOTHING_DROPPED: &str = "-- Nothing to take back: what it dropped was broken.";

fn report(migration: &Migration, script: &Script, step: &Step, create: &CreateIndex, name: &Name, cx: &mut Context<'_>) {
    let place = Place { source: script.source, span: step.span };
    let rest = cx.workspace.text(Place { span: create.rest, ..place });
    let (index, table) = (written(cx, script, name), written(cx, script, &create.table));
    let unique = if create.unique { "UNIQUE " } else { "" };
    let here = beside(table, index);
    let way = SafeWay::default()
        .outside(&format!("clear_{index}"), format!("DROP INDEX CONCURRENTLY IF EXISTS {here};"), NOTHING_DROPPED)
        .outside(
            &format!("create_{index}"),
            format!("CREATE {unique}INDEX CONCURRENTLY {index} ON {rest};"),
            format!("DROP INDEX CONCURRENTLY IF EXISTS {here};"),
        );
    let help = way.instead(migration, script, step.span, cx);
    let consequence = if create.unique { "lets duplicates in" } else { "serves no query" };
    cx.report(Place { span: create.keywords, ..place }, format!("a second try takes the broken {name} of the first for the finished one, which {consequence}"))
        .label("IF NOT EXISTS passes over an index that a failed build left INVALID")
        .in_production("a concurrent build that is cancelled, or meets a duplicate or a deadlock, leaves its index behind; the rerun skips it, and the migration counts as done")
        .help(help);
}
