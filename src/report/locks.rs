//! The table of locks: what each pending statement does to the relations that are there.

use serde::Serialize;

use crate::database::{Effects, Impact};
use crate::document::engine::Engine;
use crate::document::sql::{Action, ObjectKind, Sql};
use crate::workspace::Workspace;
use crate::workspace::history::{Script, Shipping};
use crate::workspace::versions::{ASSUMED, Said, Versions};

/// All pending migrations of a root.
#[derive(Serialize, Debug)]
pub struct Locks {
    schema_version: u32,
    engine: &'static str,
    /// The major version whose effects these are.
    pub version: u32,
    /// Who says so, in words.
    #[serde(skip)]
    pub known_from: String,
    /// The migrations in the order in which they run.
    pub migrations: Vec<Migration>,
}

/// One file of a migration.
#[derive(Serialize, Debug)]
pub struct Migration {
    /// Where it is.
    pub path: String,
    direction: &'static str,
    /// `single`: its runner opens one for the file, as most do; `explicit`: the file says; `none`.
    pub transaction: &'static str,
    /// What it does, one for each statement.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Serialize, Debug)]
pub struct Statement {
    /// Where it begins.
    pub line: u32,
    /// Where it ends.
    pub end_line: u32,
    /// What it is: `alter-table`.
    pub kind: &'static str,
    /// Whether it can run inside a transaction.
    pub transactional: bool,
    /// Why it fails, where the history tells.
    pub error: Option<String>,
    /// What it does to each relation that was there before.
    pub relations: Vec<Relation>,
}

/// What happens to a relation.
#[derive(Serialize, Debug)]
pub struct Relation {
    /// Without the default schema.
    pub name: String,
    /// The strongest lock.
    pub lock: Option<&'static str>,
    /// Which everyday statements wait.
    pub blocks: &'static [&'static str],
    /// It is written anew.
    pub rewrite: bool,
    /// It is read whole.
    pub scan: bool,
    /// Indexes that are built.
    pub index_builds: Vec<String>,
    /// How sure this is.
    pub certainty: &'static str,
    /// Why, in words. Not part of the JSON, whose shape is kept.
    #[serde(skip)]
    pub reasons: Vec<String>,
    /// Nobody waits for it: it was made by the same change.
    #[serde(skip)]
    pub is_new: bool,
}

impl Relation {
    fn of(impact: &Impact) -> Self {
        Self {
            name: impact.table.name.clone(),
            lock: impact.lock.map(crate::document::sql::LockMode::words),
            blocks: impact.lock.map(crate::document::sql::LockMode::blocks).unwrap_or_default(),
            rewrite: impact.rewrite,
            scan: impact.scan,
            index_builds: impact.index_builds.iter().map(ToString::to_string).collect(),
            certainty: impact.sureness.word(),
            reasons: impact.reasons.clone(),
            is_new: impact.table.is_new(),
        }
    }

    /// How much harm it does, to tell the worst.
    pub fn harm(&self) -> u8 {
        let is_long = self.rewrite || self.scan || !self.index_builds.is_empty();
        let waiting = u8::try_from(self.blocks.len()).unwrap_or(u8::MAX);
        if self.is_new { 0 } else { waiting * 2 + u8::from(is_long && waiting > 0) * 8 }
    }
}

/// What a runner's file says when it wants no transaction.
const NO_TRANSACTION: &[&str] =
    &["+goose NO TRANSACTION", "transaction:false", "notransaction", "executeInTransaction=false", "-- no-transaction"];

impl Locks {
    /// Of all pending migrations in PostgreSQL's dialect.
    pub fn of(workspace: &Workspace) -> Self {
        let sets = workspace.history.sets.iter().filter(|set| set.engine == Engine::Postgres);
        let lowest = sets.clone().map(|set| &set.versions).min_by_key(|versions| versions.lowest());
        let version = lowest.map_or(ASSUMED, Versions::lowest);
        let known_from = match lowest.map(|versions| &versions.said) {
            Some(Said::Typed) => "as asked".to_owned(),
            Some(Said::Config) => "as configured".to_owned(),
            Some(Said::File(path, line)) => format!("as {path}:{line} says"),
            Some(Said::Nobody) | None => "assumed".to_owned(),
        };
        let pending = sets.flat_map(|set| &set.migrations).filter(|migration| migration.shipping != Shipping::Shipped);
        let scripts = pending.flat_map(|migration| &migration.up);
        let migrations = scripts.filter_map(|script| migration(workspace, script)).collect();
        Self { schema_version: 1, engine: "postgres", version, known_from, migrations }
    }

    /// The worst lines with their files and statements, the worst first.
    pub fn worst(&self) -> Vec<(&Migration, &Statement, &Relation)> {
        let mut all: Vec<_> = self
            .migrations
            .iter()
            .flat_map(|migration| migration.statements.iter().map(move |statement| (migration, statement)))
            .flat_map(|(migration, statement)| statement.relations.iter().map(move |it| (migration, statement, it)))
            .filter(|(_, _, relation)| relation.harm() > 0)
            .collect();
        all.sort_by_key(|(_, _, relation)| std::cmp::Reverse(relation.harm()));
        all
    }
}

fn migration(workspace: &Workspace, script: &Script) -> Option<Migration> {
    let document = workspace.document(script.source);
    let sql = document.sql()?;
    let text = document.source.text();
    let begins = script.done.iter().any(|(at, _)| matches!(sql.statements[*at].action, Action::Transaction(_)));
    let transaction = match begins {
        true => "explicit",
        false if NO_TRANSACTION.iter().any(|mark| text.contains(mark)) => "none",
        false => "single",
    };
    let statements = script.done.iter().map(|(at, done)| statement(workspace, script, sql, *at, done)).collect();
    Some(Migration { path: document.source.path().to_owned(), direction: "up", transaction, statements })
}

fn statement(workspace: &Workspace, script: &Script, sql: &Sql, at: usize, done: &Effects) -> Statement {
    let source = &workspace.document(script.source).source;
    let statement = &sql.statements[at];
    Statement {
        line: source.line(statement.span.start),
        end_line: source.line(statement.span.end.saturating_sub(1).max(statement.span.start)),
        kind: kind(&statement.action),
        transactional: done.no_transaction.is_none(),
        error: done.error.as_ref().map(|error| error.reason.clone()),
        relations: done.impacts.iter().map(Relation::of).collect(),
    }
}

/// What a statement is, by its first words.
fn kind(action: &Action) -> &'static str {
    match action {
        Action::CreateTable(_) => "create-table",
        Action::AlterTable(alter) => match alter.kind {
            ObjectKind::Index => "alter-index",
            ObjectKind::View => "alter-view",
            ObjectKind::MaterializedView => "alter-materialized-view",
            ObjectKind::Sequence => "alter-sequence",
            _ => "alter-table",
        },
        Action::Drop(drop) => match drop.kind {
            ObjectKind::Table => "drop-table",
            ObjectKind::Index => "drop-index",
            ObjectKind::View => "drop-view",
            ObjectKind::Trigger => "drop-trigger",
            ObjectKind::Type => "drop-type",
            _ => "drop",
        },
        Action::CreateIndex(_) => "create-index",
        Action::CreateView(view) if view.materialized => "create-materialized-view",
        Action::CreateView(_) => "create-view",
        Action::CreateSequence(_) => "create-sequence",
        Action::CreateType(_) => "create-type",
        Action::AlterType(_) => "alter-type",
        Action::CreateDomain(_) => "create-domain",
        Action::AlterDomain(_) => "alter-domain",
        Action::CreateFunction(_) => "create-function",
        Action::CreateTrigger(_) => "create-trigger",
        Action::CreatePolicy(_) => "create-policy",
        Action::CreateSchema(_) => "create-schema",
        Action::CreateExtension(_) => "create-extension",
        Action::Reindex(_) => "reindex",
        Action::Cluster(_) => "cluster",
        Action::Vacuum(_) => "vacuum",
        Action::Analyze(_) => "analyze",
        Action::Refresh(_) => "refresh-materialized-view",
        Action::Truncate(_) => "truncate",
        Action::LockTable(_) => "lock-table",
        Action::Comment(_) => "comment",
        Action::Grant(_) => "grant",
        Action::Transaction(_) => "transaction",
        Action::Set(_) => "set",
        Action::Query(_) => "select",
        Action::Insert(_) => "insert",
        Action::Update(_) => "update",
        Action::Delete(_) => "delete",
        Action::Merge(_) => "merge",
        Action::Copy(_) => "copy",
        Action::Do(_) => "do",
        Action::Unread => "unread",
        _ => "other",
    }
}
