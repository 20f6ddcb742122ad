//! See rules/migration/concurrently-in-transaction.md

use super::safe_way::{NOTHING, SafeWay, beside, written};
use crate::diagnostic::Place;
use crate::document::migration::marks::opening;
use crate::document::sql::{Action, Statement};
use crate::rule::Context;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{FrameworkSaid, Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps() {
        if let Some(why) = step.refused() {
            report(migration, script, step, why, cx);
        }
    }
}

fn report(migration: &Migration, script: &Script, step: &Step, why: &str, cx: &mut Context<'_>) {
    let place = Place { source: script.source, span: step.span };
    let statement = cx.workspace.statement(script, step);
    let words = words(statement);
    let begins = |other: &&Step| other.kind == "begin" && other.span.start < step.span.start;
    let begin = script.steps.iter().rev().find(begins);
    let text = cx.workspace.text(place);
    let title = words_of(text);
    let help = SafeWay::default()
        .outside(&title, format!("{text};"), back(statement, script, cx))
        .instead(migration, script, step.span, cx);
    let is_known = cx.set.filter(|set| set.framework_said != FrameworkSaid::Nobody).map(|set| set.framework.name());
    let document = cx.workspace.document(script.source);
    let opening =
        cx.set.zip(document.sql()).and_then(|(set, sql)| opening(set.framework, &document.source, sql, step.span.start));
    let report = cx
        .report(place, format!("the migration fails here: {words} cannot run inside a transaction"))
        .label(format!("refused inside a transaction: {why}"))
        .in_production("the runner stops with an error, every time it is started; what waits for the migration, such as the new pods, does not start")
        .help(help);
    if let Some(begin) = begin {
        report.because(Place { span: begin.span, ..place }, "the transaction begins here");
        return;
    }
    let runner = "opens a transaction around the file, or sends it as one query, which is the same to the server";
    let report = match (opening, is_known) {
        (Some(mark), Some(name)) => {
            report.because(Place { span: mark, ..place }, format!("{name} opens a transaction for what follows"))
        }
        _ => report,
    };
    match is_known {
        Some(name) => report.assuming(format!("{name} {runner}")),
        None => report.guessing(format!(
            "nothing here tells which tool runs it; most {}",
            runner.replace("opens", "open").replace("sends", "send")
        )),
    };
}

/// Its first words and its last name, for a file.
fn words_of(text: &str) -> String {
    let words = text.split(|next: char| next.is_whitespace() || next == '(').filter(|word| !word.is_empty());
    let told = words.filter(|word| !["CONCURRENTLY", "IF", "NOT", "EXISTS", "ON"].contains(&word.to_ascii_uppercase().as_str()));
    told.take(4).collect::<Vec<_>>().join("_")
}

/// What undoes it, where that goes without saying.
fn back(statement: &Statement, script: &Script, cx: &Context<'_>) -> String {
    match &statement.action {
        Action::CreateIndex(create) => create.name.as_ref().map_or_else(String::new, |name| {
            let here = beside(written(cx, script, &create.table), written(cx, script, name));
            format!("DROP INDEX CONCURRENTLY IF EXISTS {here};")
        }),
        Action::Reindex(_) | Action::Vacuum(_) => NOTHING.to_owned(),
        _ => String::new(),
    }
}

/// What it is called, without its names.
fn words(statement: &Statement) -> String {
    let kind = statement.action.kind().replace('-', " ").to_uppercase();
    let is_concurrent = match &statement.action {
        Action::CreateIndex(create) => create.concurrently,
        Action::Drop(drop) => drop.concurrently,
        Action::Reindex(reindex) => reindex.concurrently,
        _ => false,
    };
    if matches!(statement.action, Action::AlterTable(_)) {
        return "DETACH PARTITION CONCURRENTLY".to_owned();
    }
    if is_concurrent { format!("{kind} CONCURRENTLY") } else { kind }
}
