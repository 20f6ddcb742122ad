//! See rules/migration/rewriting-maintenance.md

use super::stall::{Cause, stalls};
use super::telling;
use crate::document::sql::{Action, TableChange};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for stall in stalls(migration, cx.workspace) {
        let (words, help) = match stall.cause {
            Cause::Action(_, action) => match &action.change {
                TableChange::Logged(true) => ("SET LOGGED", "create it logged, or do this in a window"),
                TableChange::Logged(false) => {
                    ("SET UNLOGGED", "keep it logged: an unlogged table is empty after a crash, and not on the replicas")
                }
                TableChange::AccessMethod(_) => {
                    ("SET ACCESS METHOD", "copy the rows to a new table with that method in batches, then swap the names")
                }
                TableChange::Tablespace(_) => {
                    ("SET TABLESPACE", "do it in a window, or move the rows with pg_repack --tablespace")
                }
                TableChange::Oids(_) => ("SET WITH OIDS", "add a column of your own for what the OIDs are for"),
                _ => continue,
            },
            Cause::Statement(statement) => match &statement.action {
                Action::Vacuum(vacuum) if vacuum.full => (
                    "VACUUM FULL",
                    "run VACUUM without FULL, which frees the space for new rows, or pg_repack, which nobody waits for",
                ),
                Action::Cluster(_) => {
                    ("CLUSTER", "run pg_repack --order-by, which nobody waits for, from a job and not from a migration")
                }
                Action::AlterTable(_) => (
                    "the copy to another tablespace",
                    "move the index with REINDEX INDEX CONCURRENTLY .. TABLESPACE, since PostgreSQL 14",
                ),
                _ => continue,
            },
        };
        let message = format!("{} wait until {words} has copied all of it", telling::waiters(stall.blocked));
        let place = telling::at(&stall, stall.span);
        telling::report(cx, &stall, place, message).help(help);
    }
}
