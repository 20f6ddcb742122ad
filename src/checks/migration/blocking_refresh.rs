//! See rules/migration/blocking-refresh.md

use super::safe_way::{beside, made_up, written};
use super::stall::{Cause, stalls};
use super::telling;
use crate::document::sql::Action;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for stall in stalls(migration, cx.workspace) {
        let Cause::Statement(statement) = stall.cause else { continue };
        let Action::Refresh(refresh) = &statement.action else { continue };
        let view = written(cx, stall.script, &refresh.view);
        let name = made_up(view, "key", "idx");
        let index = beside(view, &name);
        let help = format!(
            "REFRESH MATERIALIZED VIEW CONCURRENTLY {view};\n\
             -- it needs a unique index over plain columns of all rows, as:\n\
             -- CREATE UNIQUE INDEX {index} ON {view} (..);"
        );
        let message = format!("reads of \"{}\" wait until its query has run", stall.worked.table.name);
        let place = telling::at(&stall, refresh.keywords);
        telling::report(cx, &stall, place, message).help(help);
    }
}
