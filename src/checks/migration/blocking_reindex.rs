//! See rules/migration/blocking-reindex.md

use super::stall::{Cause, stalls};
use super::telling;
use crate::document::sql::{Action, ObjectKind, Reindex};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let mut last = None;
    for stall in stalls(migration, cx.workspace) {
        let Cause::Statement(statement) = stall.cause else { continue };
        let Action::Reindex(reindex) = &statement.action else { continue };
        // Of a schema or a database, one finding stands for all tables.
        if last.replace(statement.span) == Some(statement.span) {
            continue;
        }
        let message =
            format!("writes to \"{}\" wait until its indexes are built anew, and reads that use them", stall.worked.table.name);
        let place = telling::at(&stall, reindex.keywords);
        let help = help(reindex, cx);
        telling::report(cx, &stall, place, message).help(help);
    }
}

fn help(reindex: &Reindex, cx: &Context<'_>) -> String {
    let name = reindex.name.as_ref().map_or("", |name| name.text());
    if cx.set.is_some_and(|set| set.versions.lowest() < 12) {
        return format!(
            "build a second index with CREATE INDEX CONCURRENTLY, drop {name} with DROP INDEX CONCURRENTLY, and rename the new one"
        );
    }
    let kind = match reindex.kind {
        ObjectKind::Index => "INDEX",
        ObjectKind::Schema => "SCHEMA",
        ObjectKind::Database => "DATABASE",
        _ => "TABLE",
    };
    format!("alone in its migration, outside a transaction:\nREINDEX {kind} CONCURRENTLY {name};")
}
