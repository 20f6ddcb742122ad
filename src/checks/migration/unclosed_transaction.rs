//! See rules/migration/unclosed-transaction.md

use crate::diagnostic::Place;
use crate::document::migration::framework::Transactions;
use crate::document::sql::{Action, Transaction};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::{Migration, MigrationSet, Script};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    for script in set.migrations.iter().flat_map(Migration::parts) {
        // What the runner began it also ends.
        let ends_it = set.framework.traits().sends_begin && script.runner.mode != Transactions::None;
        if let Some(span) = open(script, cx).filter(|_| !ends_it) {
            cx.report(Place { source: script.source, span }, "the transaction that begins here is never committed")
                .label("nothing after this ends it")
                .in_production("the server takes everything after it back when the session ends, or the next migration goes on inside it with all locks still held")
                .help("end it where its work is done:\nCOMMIT;");
        }
    }
}

/// The BEGIN that is open at the end of a script.
fn open(script: &Script, cx: &Context<'_>) -> Option<Span> {
    let mut open = None;
    for statement in cx.workspace.parsed(script) {
        match &statement.action {
            Action::Transaction(Transaction::Begin) => open = open.or(Some(statement.span)),
            Action::Transaction(Transaction::Commit(chain) | Transaction::Rollback(chain)) => {
                open = chain.then_some(statement.span);
            }
            Action::Transaction(Transaction::Prepare) => open = None,
            _ => {}
        }
    }
    open
}
