//! See rules/migration/nested-transaction.md

use crate::diagnostic::Place;
use crate::document::migration::framework::Transactions;
use crate::document::sql::{Action, Transaction};
use crate::rule::Context;
use crate::workspace::history::{MigrationSet, Script};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    if !set.framework.traits().sends_begin {
        return;
    }
    for script in set.migrations.iter().flat_map(|migration| &migration.up) {
        if script.runner.mode != Transactions::None {
            look(set, script, cx);
        }
    }
}

fn look(set: &MigrationSet, script: &Script, cx: &mut Context<'_>) {
    let mut begun = None;
    for statement in cx.workspace.parsed(script) {
        match &statement.action {
            Action::Transaction(Transaction::Begin) => begun = begun.or(Some(statement.span)),
            Action::Transaction(end @ (Transaction::Commit(_) | Transaction::Rollback(_))) => {
                let word = if matches!(end, Transaction::Commit(_)) { "COMMIT" } else { "ROLLBACK" };
                let place = Place { source: script.source, span: statement.span };
                let framework = set.framework.name();
                let report = cx
                    .report(place, format!("this {word} ends the transaction that {framework} has opened around the file"))
                    .label(format!("ends what {framework} began, not only what the file began"))
                    .in_production(what_then(script, word))
                    .help(help(set, begun.is_some()));
                if let Some(span) = begun {
                    report.because(
                        Place { source: script.source, span },
                        "begins nothing: one is open already, so the server only warns",
                    );
                }
                return;
            }
            _ => {}
        }
    }
}

fn what_then(script: &Script, word: &str) -> String {
    let all = if script.runner.mode == Transactions::Batch { "this and all migrations before it in the same run" } else { "it" };
    match word {
        "COMMIT" => {
            format!("what follows runs by itself: if it fails, half of the file stays, and {all} is not recorded as done")
        }
        _ => format!("the work so far is taken back, and {all} may still be recorded as done"),
    }
}

fn help(set: &MigrationSet, begins: bool) -> String {
    use crate::document::migration::framework::Escape;
    let leave = if begins { "leave BEGIN and COMMIT out" } else { "leave it out" };
    match set.framework.traits().escape {
        Escape::Line(line) => format!("{leave}, or keep them and tell the runner with `{line}`"),
        Escape::Mark(words) => {
            format!("{leave}, or keep them and tell the runner with `{}` on the mark of the part", words.trim())
        }
        Escape::Beside(file, line) | Escape::Attached(file, line) => {
            format!("{leave}, or keep them and tell the runner in {file}: {line}")
        }
        _ => leave.to_owned(),
    }
}
