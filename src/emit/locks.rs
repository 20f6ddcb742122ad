//! The table of locks as text, Markdown and JSON.

use std::fmt::Write as _;

use super::escape;
use crate::report::locks::{Locks, Migration, Relation, Statement};
use crate::untrusted::Untrusted;

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LocksFormat {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For comments on changes.
    Markdown,
}

/// Writes the table.
pub fn locks(locks: &Locks, format: LocksFormat) -> String {
    match format {
        LocksFormat::Text => text(locks),
        LocksFormat::Json => escape::json(locks),
        LocksFormat::Markdown => markdown(locks),
    }
}

/// What a statement does beside locking.
fn work(relation: &Relation) -> String {
    let mut work = Vec::new();
    if relation.rewrite {
        work.push("rewrite".to_owned());
    } else if relation.scan {
        work.push("scan".to_owned());
    }
    if !relation.index_builds.is_empty() {
        work.push(format!("builds {}", relation.index_builds.join(", ")));
    }
    if relation.certainty != "certain" {
        work.push(relation.certainty.to_owned());
    }
    if relation.is_new {
        work.push("new".to_owned());
    }
    work.join(", ")
}

/// Until when a lock is held.
fn held(migration: &Migration, statement: &Statement) -> &'static str {
    match migration.transaction {
        _ if !statement.transactional => "statement",
        "none" => "statement",
        _ => "commit",
    }
}

fn text(locks: &Locks) -> String {
    let mut out = format!(
        "PostgreSQL {} ({}), {}\n",
        locks.version,
        Untrusted(&locks.known_from),
        count(locks.migrations.len(), "pending file")
    );
    for migration in &locks.migrations {
        let _ = writeln!(out, "\n{} (transaction: {})", Untrusted(&migration.path), migration.transaction);
        for statement in &migration.statements {
            let alone = if statement.transactional { "" } else { ", not in a transaction" };
            let _ = writeln!(out, "  {:>5}  {}{alone}", statement.line, statement.kind);
            for relation in &statement.relations {
                let blocks =
                    if relation.blocks.is_empty() { String::new() } else { format!("blocks {}", relation.blocks.join(", ")) };
                let lock = relation.lock.unwrap_or("-");
                let held = held(migration, statement);
                let line = format!("         {:24} {lock:22} {blocks:29} until {held:9}", Untrusted(&relation.name).to_string());
                let work = Untrusted(&work(relation)).to_string();
                // What does not fit beside goes below.
                let gap = if line.chars().count() + work.chars().count() < 119 { " " } else { "\n            " };
                let _ = writeln!(out, "{}", format!("{line}{gap}{work}").trim_end());
            }
            if let Some(error) = &statement.error {
                let _ = writeln!(out, "         fails: {}", Untrusted(error));
            }
        }
    }
    let worst = locks.worst();
    if !worst.is_empty() {
        out.push_str("\nworst first\n");
    }
    for (migration, statement, relation) in worst.iter().take(10) {
        let (path, name) = (Untrusted(&migration.path), Untrusted(&relation.name));
        let _ = writeln!(out, "  {path}:{}  {} on {name}: {}", statement.line, relation.lock.unwrap_or("-"), why(relation));
    }
    out
}

fn why(relation: &Relation) -> String {
    let waiting = format!("blocks {}", relation.blocks.join(", "));
    match relation.reasons.first() {
        Some(reason) => format!("{waiting}\n      {}", Untrusted(reason)),
        None => waiting,
    }
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn markdown(locks: &Locks) -> String {
    let mut out = format!(
        "PostgreSQL {}\n\n| where | statement | relation | lock | blocks | work | held until |\n|---|---|---|---|---|---|---|\n",
        locks.version
    );
    for migration in &locks.migrations {
        for statement in &migration.statements {
            for relation in &statement.relations {
                let _ = writeln!(
                    out,
                    "| {}:{} | {} | {} | {} | {} | {} | {} |",
                    escape::markdown(&migration.path),
                    statement.line,
                    statement.kind,
                    escape::markdown(&relation.name),
                    relation.lock.unwrap_or("none"),
                    relation.blocks.join(", "),
                    escape::markdown(&work(relation)),
                    held(migration, statement),
                );
            }
        }
    }
    out
}
