//! See rules/migration/blocking-reindex.md

use super::safe_way::{SafeWay, written};
use super::stall::{Cause, Stall, stalls};
use super::telling;
use crate::diagnostic::Help;
use crate::document::sql::{Action, ObjectKind, Reindex};
use crate::rule::Context;
use crate::workspace::history::Migration;
use crate::workspace::history::steps::Step;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let mut last = None;
    for stall in stalls(migration, cx.workspace) {
        let Cause::Statement(statement) = stall.cause else { continue };
        let Action::Reindex(reindex) = &statement.action else { continue };
        // Of a schema or a database, one finding stands for all tables.
        if last.replace(statement.span) == Some(statement.span) {
            continue;
        }
        let message = format!(
            "writes to \"{}\" wait until its indexes are built anew, and so do nearly all reads",
            stall.worked.table.name
        );
        let place = telling::at(&stall, reindex.keywords);
        let help = help(migration, &stall, reindex, cx);
        telling::report(cx, &stall, place, message).help(help);
    }
}

/// The way back of what leaves everything as it was.
const NOTHING_DONE: &str = "-- Nothing to take back: the index holds what it held.";

fn help(migration: &Migration, stall: &Stall<'_>, reindex: &Reindex, cx: &Context<'_>) -> Help {
    let name = reindex.name.as_ref().map_or("", |name| written(cx, stall.script, name));
    if cx.set.is_some_and(|set| set.versions.lowest() < 12) {
        return format!(
            "build a second index with CREATE INDEX CONCURRENTLY, drop {name} with DROP INDEX CONCURRENTLY, and rename the new one"
        )
        .into();
    }
    let kind = match reindex.kind {
        ObjectKind::Index => "INDEX",
        ObjectKind::Schema => "SCHEMA",
        ObjectKind::Database => "DATABASE",
        _ => "TABLE",
    };
    // Indexes that were switched off serve stale answers until they are built anew.
    let switches = |step: &Step| step.relations.iter().any(|relation| relation.name.rsplit('.').next() == Some("pg_index"));
    if stall.script.steps.iter().any(switches) {
        return "the transaction switches the indexes off, so they cannot wait: drop them before the rows are written, and make them again \
                with CREATE INDEX CONCURRENTLY in a migration of their own"
            .into();
    }
    let title = format!("reindex_{name}");
    let way = SafeWay::default().outside(&title, format!("REINDEX {kind} CONCURRENTLY {name};"), NOTHING_DONE);
    way.instead(migration, stall.script, stall.span, cx)
}
