//! See rules/migration/lock-without-timeout.md

use super::telling;
use super::transaction::{is_patient, tables};
use crate::database::Timeout;
use crate::diagnostic::Place;
use crate::document::sql::{Action, Scope, Statement};
use crate::rule::Context;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for script in &migration.up {
        // Those that work for long are told of by other rules, whose safe way bounds the wait.
        let impatient = script.steps.iter().filter(|step| !step.fails() && !step.works() && !is_patient(step, cx));
        let nowait =
            |step: &&Step| matches!(&cx.workspace.statement(script, step).action, Action::LockTable(lock) if lock.nowait);
        let first = impatient.filter(|step| !nowait(step)).find_map(|step| Some((step, tables(step).next()?)));
        if let Some((step, table)) = first {
            report(script, step, table, cx);
        }
    }
}

fn report(script: &Script, step: &Step, table: &Locked, cx: &mut Context<'_>) {
    let place = Place { source: script.source, span: step.span };
    let said = step.lock_timeout.or(step.statement_timeout);
    let (workspace, name) = (cx.workspace, &table.table.name);
    let outside = cx.set.and_then(|set| set.timeout.clone()).filter(|_| said.is_none());
    let local = useless(script, step, cx);
    let size = workspace.sizes.of(name).filter(crate::workspace::sizes::Size::is_small);
    let set = if step.in_transaction { "SET LOCAL" } else { "SET" };
    let mut report = cx
        .report(place, format!("nothing limits how long {} wait behind this statement", telling::waiters(table)))
        .label(format!("waits for {} on {name}, and all that come later wait behind it", table.lock.words()));
    if let Some(timeout) = said {
        report = report.because(timeout.place, told(timeout, step));
    } else if let Some(span) = local {
        report = report.because(Place { span, ..place }, "has no effect: no transaction is open here");
    }
    if let Some(limit) = outside {
        report = report.assuming(format!(
            "lock_timeout is {} ms, as {} says, which is {}",
            limit.millis,
            limit.said,
            if limit.millis == 0 { "none" } else { "long" }
        ));
    }
    report = telling::lowered(report, size, name);
    report
        .in_production("one open transaction on the table, a report or a forgotten session, holds this up; requests pile up behind it until the pool is empty")
        .help(format!("give up early and let the deploy try again; at the top of the file:\n{set} lock_timeout = '5s';"));
}

/// What is in force is too long, or none.
fn told(timeout: Timeout, step: &Step) -> String {
    let name = if step.lock_timeout.is_some() { "lock_timeout" } else { "statement_timeout" };
    match timeout.millis {
        Some(0) => format!("{name} is 0 from here on: it waits for ever"),
        Some(millis) => format!("{name} is {} s from here on: so long all others wait, too", millis / 1000),
        None => format!("{name} is set here"),
    }
}

/// A `SET LOCAL` outside a transaction.
fn useless(script: &Script, step: &Step, cx: &Context<'_>) -> Option<crate::source::Span> {
    let before = script.steps.iter().take_while(|other| other.span.start < step.span.start).filter(|other| !other.in_transaction);
    let statements = before.map(|other| cx.workspace.statement(script, other));
    let is_it = |statement: &&Statement| matches!(&statement.action, Action::Set(set) if set.scope == Scope::Local && &*set.name == "lock_timeout");
    statements.filter(is_it).last().map(|statement| statement.span)
}
