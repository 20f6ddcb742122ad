//! How findings about locks are told: who waits, why for long, and what is known of the table.

use super::stall::Stall;
use crate::database::{Nature, Touched, WorkKind};
use crate::diagnostic::{Place, Severity};
use crate::document::migration::framework::Transactions;
use crate::rule::{Context, Report};
use crate::workspace::Workspace;
use crate::workspace::history::MigrationSet;
use crate::workspace::history::steps::{Held, Locked, Step};
use crate::workspace::sizes::Size;

/// Who waits for a lock: `writes to "orders"`.
pub fn waiters(relation: &Locked) -> String {
    let name = &relation.table.name;
    match relation.blocks {
        ["select"] => format!("reads of \"{name}\""),
        blocks if blocks.contains(&"select") => format!("reads and writes of \"{name}\""),
        _ => format!("writes to \"{name}\""),
    }
}

/// Which statements wait.
pub fn statements(relation: &Locked) -> &'static str {
    match relation.blocks {
        ["select"] => "SELECT waits",
        blocks if blocks.contains(&"select") => "SELECT, INSERT, UPDATE and DELETE wait",
        _ => "INSERT, UPDATE and DELETE wait",
    }
}

/// What happens to the rows meanwhile.
fn work(stall: &Stall<'_>) -> String {
    match stall.work {
        WorkKind::Rewrite => "while every row is written anew".to_owned(),
        WorkKind::Build(index) => format!("while the index {index} is built"),
        WorkKind::Scan => "while every row is read".to_owned(),
    }
}

/// Until when a lock is held, beyond its statement.
fn until(step: &Step, cx: &Context<'_>, place: Place) -> String {
    match step.held {
        Held::Statement => String::new(),
        Held::Migration if cx.set.is_some_and(|set| set.transactions() == Transactions::Batch) => {
            ", and until all pending migrations have run, which share one transaction".to_owned()
        }
        Held::Migration => ", and until the transaction of the migration ends".to_owned(),
        Held::End(span, word) => {
            format!(", and until {word} in line {}", cx.workspace.line(Place { span, ..place }))
        }
    }
}

/// Where the table comes from, and how many rows it has as far as anybody says.
pub fn history(table: &Touched, workspace: &Workspace) -> String {
    let rows = match workspace.sizes.of(&table.name) {
        Some(size) => format!("it has {}", size.told()),
        None => "so it may hold rows".to_owned(),
    };
    match table.created {
        Some(created) => {
            let rows = if rows.starts_with("so") { "so it may hold rows by now" } else { &rows };
            format!("created in {}, {rows}", workspace.whereabouts(created, table.place.source))
        }
        None => format!("created outside this history, {rows}"),
    }
}

/// Reports long work under a lock: the labels, who waits, and what is taken for granted.
pub fn report<'c>(cx: &'c mut Context<'_>, stall: &Stall<'_>, place: Place, message: impl Into<String>) -> Report<'c> {
    let workspace = cx.workspace;
    let (blocked, step, set) = (stall.blocked, stall.step, cx.set);
    let partitions = if blocked.table.nature == Some(Nature::Partitioned) { " and its partitions" } else { "" };
    let (lock, waiting, until) = (blocked.lock.words(), statements(blocked), until(step, cx, place));
    let label = match stall.since {
        Some(_) => format!("{waiting} {}{until}", work(stall)),
        None => format!("takes {lock} on {}{partitions}: {waiting} {}{until}", blocked.name, work(stall)),
    };
    let (named, history) = (stall.worked.table.place, history(&stall.worked.table, workspace));
    let size = workspace.sizes.of(&stall.worked.table.name).filter(Size::is_small);
    let mut report = cx.report(place, message).label(label);
    if let Some(span) = stall.since {
        let held = format!("takes {lock} on {}{partitions}, which is kept until the transaction ends", blocked.name);
        report = report.because(Place { span, ..place }, held);
    }
    if named.span == step.span {
        report = report.assuming(format!("{}: {history}", stall.worked.table.name));
    } else {
        report = report.because(named, history);
    }
    report = lowered(report, size, &stall.worked.table.name);
    if let Some(version) = step.costs_on {
        let place = named_at(set, version);
        report = report.assuming(format!("it costs this on PostgreSQL {version}{place}, and less on the lowest version"));
    }
    for doubt in &stall.worked.doubts {
        report = report.guessing(doubt.clone());
    }
    if stall.is_conditional {
        report = report.guessing("it stands in a branch, so it may not run");
    }
    report.in_production(
        "the lock is only granted once every open transaction on the table has ended, and all later ones queue behind it",
    )
}

/// Who names a version, in brackets.
fn named_at(set: Option<&MigrationSet>, version: u32) -> String {
    let place = set.and_then(|set| set.versions.place_of(version));
    place.map(|place| format!(" ({place})")).unwrap_or_default()
}

/// A note for a table that is known to be small.
pub fn lowered<'c>(report: Report<'c>, size: Option<Size<'_>>, table: &str) -> Report<'c> {
    match size {
        Some(size) => report.capped(Severity::Low).assuming(format!("a note only: {table} has {}", size.told())),
        None => report,
    }
}

/// The place of a span in the file of a step.
pub fn at(stall: &Stall<'_>, span: crate::source::Span) -> Place {
    Place { source: stall.script.source, span }
}
