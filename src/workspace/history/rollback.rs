//! What does the way back of a migration do, and does it lead to where the way forward began?

use std::sync::Arc;

use super::{History, Migration, MigrationSet, Script};
use crate::database::{Database, Of, WayBack};
use crate::diagnostic::Place;
use crate::document::Document;
use crate::document::migration::marks::sections;
use crate::document::sql::{Action, Body, Query, Sql, Statement};

/// The way back of a migration that is to be judged.
#[derive(Debug)]
pub struct Back {
    /// Where it begins.
    pub place: Place,
    /// What there is of it.
    pub kind: BackKind,
    /// What comes of trying it; none where something on the way cannot be known.
    pub tried: Option<WayBack>,
}

/// What there is of a way back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackKind {
    /// Statements that do something.
    Written,
    /// Nothing that does anything, and nobody says why.
    Blank,
    /// Nothing that does anything, and somebody says why.
    Explained,
    /// It says that there is no way back, here.
    Refused(Place),
}

impl Script {
    /// The first word of each of its statements, in lower case.
    pub fn first_words(&self, document: &Document) -> Vec<String> {
        let Some(sql) = document.sql() else { return Vec::new() };
        let spans = self.statements.iter().filter_map(|at| sql.statements.get(*at)).map(|statement| statement.span);
        let word =
            |text: &str| text.split(|next: char| !next.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
        spans.map(|span| word(document.source.slice(span))).collect()
    }
}

impl MigrationSet {
    /// The number of the first migration that can be taken back.
    pub fn first_reversible(&self) -> Option<usize> {
        self.migrations.iter().position(|migration| !migration.up.is_empty() && !migration.down.is_empty())
    }
}

impl History {
    /// Whether a migration can be taken back: by itself, or by what is there for all servers, or for another one.
    pub fn has_way_back(&self, set: &MigrationSet, migration: &Migration) -> bool {
        let is_same = |other: &Migration| other.version == migration.version && other.title == migration.title;
        let in_set = |other: &MigrationSet| {
            let from = other.migrations.partition_point(|other| other.version < migration.version);
            let same = other.migrations[from..].iter().take_while(|other| other.version == migration.version);
            same.filter(|other| is_same(other)).any(|other| !other.down.is_empty())
        };
        !migration.down.is_empty() || self.beside(set).any(in_set)
    }

    /// The sets in the same folder for other servers.
    fn beside(&self, set: &MigrationSet) -> impl Iterator<Item = &MigrationSet> {
        let from = self.sets.partition_point(|other| other.folder < set.folder);
        let same = self.sets[from..].iter().take_while(|other| other.folder == set.folder);
        same.filter(|other| !std::ptr::eq(*other, set))
    }
}

/// The statements of some scripts, in order.
fn statements<'d>(scripts: &[Script], documents: &'d [Arc<Document>]) -> Vec<Of<'d>> {
    let of = |script: &Script| {
        let (source, sql) = (script.source, documents[script.source.index()].sql());
        let all = script.statements.iter().filter_map(move |at| sql?.statements.get(*at));
        all.map(move |statement| (source, statement)).collect::<Vec<_>>()
    };
    scripts.iter().flat_map(of).collect()
}

impl Back {
    /// Of a migration, by looking at it alone; none where it has no way back.
    pub(super) fn of(migration: &Migration, documents: &[Arc<Document>]) -> Option<Self> {
        let first = migration.down.first()?;
        let document = &documents[first.source.index()];
        let place = start(first, document)?;
        let down = statements(&migration.down, documents);
        let kind =
            if let Some((source, statement)) = down.iter().find(|(source, statement)| refuses(statement, documents, *source)) {
                BackKind::Refused(Place { source: *source, span: statement.span })
            } else if down.iter().any(|(_, statement)| does_something(statement)) {
                BackKind::Written
            } else {
                silence(&migration.down, documents)
            };
        Some(Self { place, kind, tried: None })
    }
}

/// What comes of trying the way back of a migration right after its way forward; none where something on the way cannot be
/// known.
pub(super) fn tried(migration: &Migration, documents: &[Arc<Document>], database: &mut Database) -> Option<WayBack> {
    let (up, down) = (statements(&migration.up, documents), statements(&migration.down, documents));
    let is_clear = up.iter().chain(&down).all(|(source, statement)| is_known(statement, documents[source.index()].sql()));
    if is_clear { database.way_back(&up, &down) } else { None }
}

/// Where a way back begins: its mark, or the beginning of its file.
fn start(script: &Script, document: &Document) -> Option<Place> {
    let (source, sql) = (&document.source, document.sql()?);
    let mark = sections(source, sql).into_iter().find(|(_, forward)| !forward).map(|(mark, _)| mark);
    let frames = |statement: &&Statement| matches!(statement.action, Action::Transaction(_) | Action::Set(_));
    let first = script.of(sql).find(|statement| !frames(statement)).or_else(|| script.of(sql).next());
    let first = first.map(|statement| statement.span.start);
    let line = source.line(mark.or(first).unwrap_or(0));
    Some(Place { source: script.source, span: source.line_span(line) })
}

/// Whether it changes anything.
fn does_something(statement: &Statement) -> bool {
    match &statement.action {
        Action::Transaction(_) | Action::Set(_) | Action::Harmless => false,
        // `SELECT 1`.
        Action::Query(query) => !query.reads.is_empty() || !query.calls.is_empty() || !query.writes.is_empty(),
        Action::Do(block) => !is_idle(&block.body),
        _ => true,
    }
}

fn is_idle(body: &Body) -> bool {
    body.complete && body.dynamic.is_empty() && body.statements.is_empty()
}

/// Whether it only says that nothing can be taken back.
fn refuses(statement: &Statement, documents: &[Arc<Document>], source: crate::diagnostic::SourceId) -> bool {
    let Action::Do(block) = &statement.action else { return false };
    let text = documents[source.index()].source.slice(block.body.span).to_ascii_lowercase();
    // A RAISE in a branch is a guard, and the rest may well be a way back.
    let is_guarded = |before: &str| {
        let mut words = before.split(|next: char| !next.is_ascii_alphanumeric() && next != '_');
        words.any(|word| matches!(word, "if" | "case" | "loop" | "exception" | "when"))
    };
    let refuses = text.find("raise").is_some_and(|at| !text[at..].starts_with("raise notice") && !is_guarded(&text[..at]));
    block.body.statements.is_empty() && block.body.dynamic.is_empty() && refuses
}

/// What runners and people put into a way back that nobody has written yet, in lower case.
const STUBS: &[&str] = &[
    "this file should undo",
    "add down migration",
    "write your down",
    "write down migration",
    "put your down",
    "sql in section 'down'",
    "sql in this section",
    "could not auto-generate",
    "please write an appropriate",
    "xxx add ddls",
    "add ddls here",
    "revert ",
    "todo",
    "fixme",
    "down migration",
    "migrate:down",
    "rollback section",
    "+goose",
    "+migrate",
    "migration down",
    "wip",
];

/// By which somebody says that there is no way back.
const REFUSALS: &[&str] = &[
    "irreversible",
    "not reversible",
    "cannot be reversed",
    "cannot be undone",
    "cannot be rolled back",
    "cannot be reverted",
    "can't be undone",
    "can't be reversed",
    "can't be rolled back",
    "can't be reverted",
    "no way back",
    "one-way",
    "one way migration",
];

/// A way back without a statement: what its comments say.
fn silence(scripts: &[Script], documents: &[Arc<Document>]) -> BackKind {
    let mut kind = BackKind::Blank;
    for script in scripts {
        let document = &documents[script.source.index()];
        let Some(sql) = document.sql() else { continue };
        let marks = sections(&document.source, sql);
        let begins = marks.iter().rfind(|(_, forward)| !forward).map_or(0, |(mark, _)| *mark);
        let ends = marks.iter().find(|(mark, forward)| *forward && *mark > begins).map_or(u32::MAX, |(mark, _)| *mark);
        for span in sql.comments.iter().filter(|span| span.start >= begins && span.start < ends) {
            let comment = document.source.slice(*span).trim_matches(['-', '/', '*', ' ', '\t', '\n', '\r', '#']);
            let comment = comment.to_lowercase();
            if REFUSALS.iter().any(|words| comment.contains(words)) {
                return BackKind::Refused(Place { source: script.source, span: *span });
            }
            if explains(&comment) {
                kind = BackKind::Explained;
            }
        }
    }
    kind
}

/// Words that a statement begins with; a comment that does, is one that was switched off.
const STATEMENTS: &[&str] = &["alter", "create", "drop", "delete", "update", "insert", "truncate", "select", "begin", "commit"];

/// Whether a comment says something about why there is nothing.
fn explains(comment: &str) -> bool {
    let words = comment.split_whitespace().count();
    let is_stub = STUBS.iter().any(|stub| comment.starts_with(stub)) || comment.contains("this file should undo");
    let is_statement = comment.split_whitespace().next().is_some_and(|first| STATEMENTS.contains(&first));
    let is_short =
        matches!(comment.trim_end_matches('.'), "noop" | "no-op" | "no op" | "nothing" | "none" | "intentionally empty");
    is_short || (words > 1 && !is_stub && !is_statement)
}

/// Functions that change nothing that is compared.
const KNOWN_CALLS: &[&str] = &["setval", "nextval", "set_config", "now", "pg_advisory_lock", "pg_advisory_xact_lock", "count"];

/// Whether all that it may do is written out.
fn is_known(statement: &Statement, sql: Option<&Sql>) -> bool {
    let has_hole = sql.is_some_and(|sql| {
        let at = sql.holes.partition_point(|hole| hole.span.end <= statement.span.start);
        sql.holes.get(at).is_some_and(|hole| hole.span.start < statement.span.end)
    });
    let calls_nothing = |query: &Query| query.calls.iter().all(|call| KNOWN_CALLS.contains(&call.name.last()));
    !has_hole
        && match &statement.action {
            Action::Unread | Action::Execute(_) | Action::Call(_) | Action::ImportForeignSchema => false,
            Action::Do(block) => {
                let body = &block.body;
                body.complete && body.dynamic.is_empty() && !body.catches && body.statements.iter().all(|it| !it.conditional)
            }
            Action::Query(query) => calls_nothing(query),
            Action::AlterTable(alter) => {
                !alter.actions.iter().any(|action| matches!(action.change, crate::document::sql::TableChange::Unread))
            }
            _ => true,
        }
}
