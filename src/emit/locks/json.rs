//! The lock table for machines. It is an interface: fields are added, never changed.

use serde::Serialize;

use crate::document::engine::Engine;
use crate::emit::escape;
use crate::report::locks::{LockTable, Set};
use crate::workspace::history::Script;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::versions::ASSUMED;

#[derive(Serialize)]
struct Table<'a> {
    schema_version: u32,
    engine: &'static str,
    version: u32,
    migrations: Vec<Migration<'a>>,
}

#[derive(Serialize)]
struct Migration<'a> {
    path: String,
    direction: &'static str,
    transaction: &'static str,
    /// Where it is not that of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    line: u32,
    end_line: u32,
    kind: &'a str,
    transactional: bool,
    error: Option<&'a str>,
    relations: Vec<Relation<'a>>,
}

#[derive(Serialize)]
struct Relation<'a> {
    name: &'a str,
    lock: &'static str,
    blocks: &'static [&'static str],
    rewrite: bool,
    scan: bool,
    index_builds: &'a [String],
    certainty: &'static str,
}

pub fn emit(table: &LockTable<'_>) -> String {
    // One that can say whether everything runs.
    let version = table.sets.iter().map(|set| set.version).min().unwrap_or(ASSUMED);
    let migrations = table.sets.iter().flat_map(|set| set.planned.iter().map(move |planned| migration(set, planned, version)));
    escape::json(&Table { schema_version: 1, engine: Engine::Postgres.key(), version, migrations: migrations.collect() })
}

fn migration<'a>(set: &Set<'_>, planned: &'a Script, version: u32) -> Migration<'a> {
    Migration {
        path: set.root.path(planned.source),
        direction: "up",
        transaction: planned.transaction.word(),
        version: Some(set.version).filter(|own| *own != version),
        statements: planned.steps.iter().map(|step| statement(set, planned, step)).collect(),
    }
}

fn statement<'a>(set: &Set<'_>, planned: &Script, step: &'a Step) -> Statement<'a> {
    Statement {
        line: super::line(planned, set, step.span.start),
        end_line: super::line(planned, set, step.span.end.saturating_sub(1).max(step.span.start)),
        kind: &step.kind,
        transactional: step.no_transaction.is_none(),
        error: step.error.as_ref().map(|error| error.reason.as_str()),
        relations: step.relations.iter().map(relation).collect(),
    }
}

fn relation(locked: &Locked) -> Relation<'_> {
    Relation {
        name: &locked.name,
        lock: locked.lock.words(),
        blocks: locked.blocks_in_all,
        rewrite: locked.rewrite,
        scan: locked.scan,
        index_builds: &locked.index_builds,
        certainty: locked.sureness.word(),
    }
}
