//! What do the migrations do, in order?
//!
//! Finds the migration sets, pairs up and down parts, replays each set once from the first to the last migration, and
//! keeps the effects of every forward statement. Down parts never go forward.

use std::collections::BTreeMap;

use super::ids;
use crate::database::{self, Effect, Schema};
use crate::diagnostic::{Judged, Note, SourceId};
use crate::document::Document;
use crate::document::engine::Engine;
use crate::document::migration::{Layout, REPEATABLE, Role, place, sections};
use crate::document::sql::{Certainty, Sql};
use crate::guard;

/// All migration sets of a workspace.
#[derive(Debug, Default)]
pub struct History {
    /// The sets by folder.
    pub sets: Vec<MigrationSet>,
    /// What could not be replayed.
    pub notes: Vec<Note>,
}

/// The migrations that one runner applies in order.
#[derive(Debug)]
pub struct MigrationSet {
    /// The folder that holds it.
    pub folder: String,
    /// The server it is written for.
    pub engine: Engine,
    /// Whether anything in the tree says so; else it is assumed.
    pub engine_is_known: bool,
    /// The migrations in order.
    pub migrations: Vec<Migration>,
}

/// One migration: what goes forward and what goes back.
#[derive(Debug)]
pub struct Migration {
    /// Version and name.
    pub title: String,
    /// Forward parts, usually one.
    pub up: Vec<Script>,
    /// Ways back.
    pub down: Vec<Script>,
    /// Its name says that there is a way back.
    pub is_paired: bool,
    version: Vec<u128>,
}

/// Statements of one file that run together.
#[derive(Debug)]
pub struct Script {
    /// The file.
    pub source: SourceId,
    /// What its statements do to tables, in order.
    pub effects: Vec<Effect>,
    /// Which statements of the file belong to it.
    statements: Vec<usize>,
}

impl Migration {
    /// What it does to tables on the way forward, in order.
    pub fn forward(&self) -> impl Iterator<Item = &Effect> {
        self.up.iter().flat_map(|script| &script.effects)
    }

    /// Whether it has a place in the order; a file that was only named on the command line has none.
    pub fn has_version(&self) -> bool {
        !self.version.is_empty() && self.version != [REPEATABLE]
    }
}

impl MigrationSet {
    /// The migrations that can be taken back. A way back from nothing is none: to refinery, `U3__x.sql` goes forward.
    pub fn reversible(&self) -> impl Iterator<Item = &Migration> {
        self.migrations.iter().filter(|migration| !migration.up.is_empty() && !migration.down.is_empty())
    }
}

impl History {
    /// Finds and replays all sets.
    pub fn of(documents: &[Document]) -> Self {
        let mut history = Self { sets: sets(documents), notes: Vec::new() };
        for set in &mut history.sets {
            let folder = set.folder.clone();
            if guard::caught(&folder, || replay(set, documents)).is_none() {
                let message = "gonogo failed while replaying these migrations; please report it".to_owned();
                history.notes.push(Note { path: folder, line: None, message, judged: Judged::Nothing });
            }
        }
        history
    }

    /// How many migrations there are with a part in any of these files.
    pub fn count(&self, wanted: impl Fn(SourceId) -> bool) -> usize {
        let migrations = self.sets.iter().flat_map(|set| &set.migrations);
        migrations.filter(|migration| migration.up.iter().chain(&migration.down).any(|script| wanted(script.source))).count()
    }

    /// Sets for servers whose statements are not understood yet, by server.
    pub fn unsupported(&self, documents: &[Document]) -> Vec<(String, usize)> {
        let mut engines: BTreeMap<Engine, usize> = BTreeMap::new();
        for set in self.sets.iter().filter(|set| set.engine != Engine::Postgres) {
            let files = set.migrations.iter().flat_map(|migration| &migration.up).map(|script| script.source);
            *engines.entry(set.engine).or_default() += files.filter(|file| file.index() < documents.len()).count();
        }
        engines.into_iter().map(|(engine, count)| (engine.name().to_owned(), count)).collect()
    }
}

fn sets(documents: &[Document]) -> Vec<MigrationSet> {
    let mut folders: BTreeMap<_, Vec<(Layout, SourceId)>> = BTreeMap::new();
    for (id, document) in ids(documents).zip(documents) {
        if document.sql().is_some() {
            let layout = place(document.source.path());
            folders.entry((layout.folder.clone(), layout.engine)).or_default().push((layout, id));
        }
    }
    folders.into_iter().map(|((folder, _), files)| set(folder, files, documents)).collect()
}

fn set(folder: String, files: Vec<(Layout, SourceId)>, documents: &[Document]) -> MigrationSet {
    // Its files agree; see `servers`.
    let read = files.iter().filter_map(|(_, id)| documents[id.index()].sql());
    let (certainty, engine) = read.map(|sql| (sql.certainty, sql.engine)).max().unwrap_or((Certainty::Assumed, Engine::Postgres));
    let mut migrations: BTreeMap<(Vec<u128>, String), Migration> = BTreeMap::new();
    for (layout, source) in files {
        let Layout { version, title, role, .. } = layout;
        let entry = migrations.entry((version.clone(), title.clone()));
        let migration = entry.or_insert_with(|| Migration { title, version, up: Vec::new(), down: Vec::new(), is_paired: false });
        migration.is_paired |= role == Role::PairedUp;
        migration.add(role, source, &documents[source.index()]);
    }
    let mut migrations: Vec<Migration> = migrations.into_values().collect();
    pair_by_version(&mut migrations);
    MigrationSet { folder, engine, engine_is_known: certainty > Certainty::Assumed, migrations }
}

impl Migration {
    fn add(&mut self, role: Role, source: SourceId, document: &Document) {
        let Some(sql) = document.sql() else { return };
        let (up, down) = directions(document, sql);
        let script = |statements| Script { source, effects: Vec::new(), statements };
        if role == Role::Down {
            let mut all = up;
            all.extend(down.into_iter().flatten());
            self.down.push(script(all));
        } else {
            self.up.push(script(up));
            self.down.extend(down.map(script));
        }
    }
}

/// The statements that go forward and, in a file that has such a part, those that go back.
fn directions(document: &Document, sql: &Sql) -> (Vec<usize>, Option<Vec<usize>>) {
    let sections = sections(&document.source, sql);
    let forward = |at: &usize| {
        let start = sql.statements[*at].span.start;
        sections.iter().rev().find(|(mark, _)| *mark < start).is_none_or(|(_, forward)| *forward)
    };
    let (up, down) = (0..sql.statements.len()).partition(forward);
    let has_down = sections.iter().any(|(_, forward)| !forward);
    (up, has_down.then_some(down))
}

/// Flyway's undo files and Java-like names may differ from the migration's in all but the version.
fn pair_by_version(migrations: &mut Vec<Migration>) {
    let mut at = 0;
    while at < migrations.len() {
        let lonely_down = migrations[at].up.is_empty();
        let same = |other: &Migration| other.version == migrations[at].version && !other.up.is_empty();
        match migrations.iter().position(same) {
            Some(home) if lonely_down => {
                let down = std::mem::take(&mut migrations[at].down);
                migrations[home].down.extend(down);
                migrations.remove(at);
            }
            _ => at += 1,
        }
    }
}

fn replay(set: &mut MigrationSet, documents: &[Document]) {
    let mut schema = Schema::default();
    for script in set.migrations.iter_mut().flat_map(|migration| &mut migration.up) {
        let Some(sql) = documents[script.source.index()].sql() else { continue };
        let statements = script.statements.iter().map(|at| &sql.statements[*at]);
        script.effects = statements.flat_map(|statement| database::apply(&mut schema, statement, script.source)).collect();
    }
}
