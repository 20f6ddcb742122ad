//! See rules/migration/half-applied-on-failure.md

use crate::diagnostic::Place;
use crate::document::migration::framework::Transactions;
use crate::document::sql::{Action, Transaction};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::{MigrationSet, Script, TransactionSaid};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    // What is sent as one query is one transaction, whoever asks for none.
    if set.framework.traits().one_query {
        return;
    }
    for script in set.migrations.iter().flat_map(|migration| &migration.up) {
        if script.runner.mode == Transactions::None {
            look(script, cx);
        }
    }
}

fn look(script: &Script, cx: &mut Context<'_>) {
    let fragile = fragile(script, cx);
    let [first, second, ..] = fragile.as_slice() else { return };
    let place = |span| Place { source: script.source, span };
    let lines = cx.workspace.line(place(*first));
    let said = match &script.runner.said {
        TransactionSaid::Mark(mark) => Some(*mark),
        _ => None,
    };
    let report = cx
        .report(place(*second), "if this fails, what ran before it stays, and the next try fails there")
        .label("commits by itself, like the statements before it")
        .because(place(*first), "done by then; a second try fails here")
        .in_production(format!("a deploy that stops here is neither done nor undone: somebody has to take back line {lines} by hand before it can run again"))
        .help("one such statement for each migration, or let each bear a second run: IF NOT EXISTS, IF EXISTS, OR REPLACE, ON CONFLICT DO NOTHING");
    if let Some(mark) = said {
        report.because(mark, "asks for no transaction around the file");
    }
}

/// The statements that commit by themselves and fail when they run again.
fn fragile(script: &Script, cx: &Context<'_>) -> Vec<Span> {
    let mut is_open = false;
    let mut fragile = Vec::new();
    let mut has_open_one = false;
    for statement in cx.workspace.parsed(script) {
        match &statement.action {
            Action::Transaction(Transaction::Begin) => (is_open, has_open_one) = (true, false),
            Action::Transaction(Transaction::Commit(chain) | Transaction::Rollback(chain)) => is_open = *chain,
            action => {
                let place = Place { source: script.source, span: statement.span };
                // All of a transaction fails together.
                if is_fragile(&action.kind(), cx.workspace.text(place)) && !(is_open && has_open_one) {
                    fragile.push(statement.span);
                    has_open_one = is_open;
                }
            }
        }
    }
    fragile
}

/// Whether a statement fails where it has run before.
fn is_fragile(kind: &str, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |word: &str| text.split(|next: char| !next.is_ascii_alphanumeric()).any(|other| other == word);
    let guarded = ["if not exists", "if exists", "or replace", "on conflict"].iter().any(|guard| text.contains(guard));
    let changes = match kind {
        "alter-table" | "alter-type" => {
            has("add") || (has("drop") && !has("default") && !text.contains("drop not null")) || has("rename")
        }
        "insert" => true,
        kind => kind.starts_with("create-") || kind.starts_with("drop-"),
    };
    changes && !guarded
}
