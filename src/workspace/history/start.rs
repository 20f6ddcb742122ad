//! From what does a set start? Mostly from nothing. What it names and never made may stand in a dump beside it.
//!
//! A dump is the state of one day. Where that is known to come before all that is pending, because the base has it so or
//! the dump lists what has run, all of it holds; else only what no pending statement changes.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::{Asked, History, Migration, MigrationSet, Script, Shipping, replay};
use crate::database::{OwnNames, Start};
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::dump::{DUMPS, Dump, Teller};
use crate::document::engine::Engine;
use crate::document::migration::framework::Framework;
use crate::document::sql::{Action, Name};
use crate::guard;
use crate::path;
use crate::source::{Source, Span};
use crate::tree::Tree;
use crate::workspace::base::Base;
use crate::workspace::change::Change;

/// From what a set starts.
#[derive(Clone, Debug)]
pub struct Started {
    /// The file that tells, or the first of several.
    pub path: String,
    /// The tables that the migrations use and never made, and that it tells of.
    pub tables: Vec<String>,
    pub(super) start: Arc<Start>,
    /// Where pending statements touch one of them, by file and beginning.
    touching: HashMap<(SourceId, u32), String>,
}

impl Started {
    /// The table that it tells of and that a statement touches.
    pub fn told_at(&self, source: SourceId, statement: Span) -> Option<&str> {
        self.touching.get(&(source, statement.start)).map(String::as_str)
    }
}

impl MigrationSet {
    /// Notes where pending statements touch what a dump tells of.
    fn note_touching(&mut self) {
        let Some(started) = &self.started else { return };
        let tables: HashSet<&str> = started.tables.iter().map(String::as_str).collect();
        let scripts = self.pending().flat_map(|migration| &migration.up);
        let steps = scripts.flat_map(|script| script.steps.iter().map(move |step| (script.source, step)));
        let touching = steps.filter_map(|(source, step)| {
            let told = step.relations.iter().find(|relation| tables.contains(relation.table.name.as_str()))?;
            Some(((source, step.span.start), told.table.name.clone()))
        });
        let touching = touching.collect();
        if let Some(started) = &mut self.started {
            started.touching = touching;
        }
    }
}

/// Where dumps are read.
#[derive(Clone, Copy)]
pub enum Dumps<'a> {
    /// In a tree.
    Tree(&'a dyn Tree),
    /// They were read, for these sets.
    Read(&'a History),
}

impl fmt::Debug for Dumps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dumps")
    }
}

/// Large databases have dumps of some megabytes.
const LARGEST: u64 = 32 << 20;

impl History {
    /// Replays the sets again that name what they never made, where a dump tells of it. `met` has such tables by set, `own`
    /// the names that each gave.
    pub(super) fn start(
        &mut self,
        met: &[(Vec<String>, OwnNames)],
        documents: &[Arc<Document>],
        change: &Change,
        asked: Asked<'_>,
    ) {
        let starting: Vec<Option<Started>> = match asked.dumps {
            Dumps::Read(before) => {
                let known: HashMap<&str, &Started> =
                    before.sets.iter().filter_map(|set| Some((set.folder.as_str(), set.started.as_ref()?))).collect();
                // Others in the same folder are for other servers.
                let known = |set: &MigrationSet| known.get(set.folder.as_str()).filter(|_| set.engine == Engine::Postgres);
                self.sets.iter().map(|set| known(set).map(|started| (*started).clone())).collect()
            }
            Dumps::Tree(tree) => {
                let files: Vec<Vec<&str>> = self.sets.iter().map(|set| files_for(set, asked)).collect();
                let mut claims: HashMap<&str, usize> = HashMap::new();
                files.iter().flatten().for_each(|path| *claims.entry(path).or_default() += 1);
                let one = |at: usize| {
                    let (set, (met, own)) = (&self.sets[at], &met[at]);
                    // Of which of several databases it tells nobody knows.
                    let is_claimed = files[at].iter().any(|path| claims[path] > 1);
                    if files[at].is_empty() || met.is_empty() || is_claimed || set.is_shared {
                        return None;
                    }
                    let reading = Reading { set, documents, change, asked, tree };
                    guard::caught(&set.folder, || reading.started(&files[at], met, own)).flatten()
                };
                (0..self.sets.len()).map(one).collect()
            }
        };
        for (set, started) in self.sets.iter_mut().zip(starting) {
            if started.is_some() {
                set.started = started;
                let folder = set.folder.clone();
                guard::caught(&folder, || replay(set, documents));
                set.note_touching();
            }
        }
    }
}

/// The files that may tell of what a set starts from.
fn files_for<'a>(set: &MigrationSet, asked: Asked<'a>) -> Vec<&'a str> {
    if set.engine != Engine::Postgres {
        return Vec::new();
    }
    let below = |folder: &str| if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let above = path::folder(&set.folder);
    let inside = |folder: String, teller| {
        let tellers = asked.sites.tellers.range(folder.clone()..).take_while(move |path| path.starts_with(&folder));
        tellers.map(String::as_str).filter(move |path| Teller::of_path(path) == Some(teller))
    };
    match set.framework {
        Framework::Prisma => inside(below(above), Teller::Prisma).collect(),
        Framework::Drizzle => inside(format!("{}meta/", below(&set.folder)), Teller::Drizzle).collect(),
        // The nearest first.
        _ => {
            let names =
                [below(&set.folder), below(above)].into_iter().flat_map(|folder| DUMPS.map(|name| format!("{folder}{name}")));
            names.filter_map(|path| asked.sites.tellers.get(&path).map(String::as_str)).collect()
        }
    }
}

/// A dump as it is read for a set.
struct Reading<'a> {
    set: &'a MigrationSet,
    documents: &'a [Arc<Document>],
    change: &'a Change,
    asked: Asked<'a>,
    tree: &'a dyn Tree,
}

impl Reading<'_> {
    fn started(&self, files: &[&str], met: &[String], own: &OwnNames) -> Option<Started> {
        let (path, dump, is_before) = match self.set.framework {
            Framework::Drizzle => self.snapshot(files)?,
            Framework::Prisma => self.base(files, Teller::Prisma)?,
            _ => files.iter().find_map(|path| self.base(&[path], Teller::Dump))?,
        };
        let mut start = Start::of(dump.sql.statements.iter(), own);
        if !is_before {
            start.forget(&self.changed()?);
        }
        let known: HashSet<String> = start.tables().into_iter().collect();
        let tables: Vec<String> = met.iter().filter(|table| known.contains(*table)).cloned().collect();
        (!tables.is_empty()).then(|| Started { path, tables, start: Arc::new(start), touching: HashMap::new() })
    }

    /// What files tell together, at best as the base has them, and whether they tell of a time before all that is pending.
    fn base(&self, files: &[&str], teller: Teller) -> Option<(String, Dump, bool)> {
        let is_of_base =
            matches!(self.change.base, Base::Commit { .. }) && self.pending().all(Migration::is_new) && !self.is_set_up();
        let old: Option<Vec<Source>> = files.iter().map(|path| self.change.teller_before(path)).collect();
        let old = old.filter(|_| is_of_base);
        let is_old = old.is_some();
        let read = |path: &&str| Some(Source::decode(*path, self.tree.read(path, LARGEST).ok()?));
        let sources = old.or_else(|| files.iter().map(read).collect())?;
        let dump = teller.read(&sources)?;
        let has_run: HashSet<&str> = dump.versions.iter().map(String::as_str).collect();
        let is_left = |migration: &Migration| !digits(&migration.title).is_empty() && !has_run.contains(digits(&migration.title));
        let has_none = !has_run.is_empty() && self.pending().all(is_left);
        Some(((*files.first()?).to_owned(), dump, is_old || has_none))
    }

    /// The snapshot of Drizzle from after the last migration that has shipped; else that of the first one, which comes
    /// before all others where that one does nothing, as after a look at a database that was there.
    fn snapshot(&self, files: &[&str]) -> Option<(String, Dump, bool)> {
        let forward = || self.set.migrations.iter().filter(|migration| !migration.up.is_empty());
        let shipped = forward().take_while(|migration| migration.shipping == Shipping::Shipped).last();
        let (migration, is_before) = match shipped {
            Some(shipped) => (shipped, self.pending().all(Migration::is_new)),
            None => forward().next().map(|first| (first, first.up.iter().all(|script| script.statements.is_empty())))?,
        };
        let wanted = format!("/{}_snapshot.json", digits(&migration.title));
        let path = files.iter().find(|path| path.ends_with(&wanted))?;
        let source = Source::decode(*path, self.tree.read(path, LARGEST).ok()?);
        Some(((*path).to_owned(), Teller::Drizzle.read(&[source])?, is_before))
    }

    fn pending(&self) -> impl Iterator<Item = &Migration> {
        self.set.pending().filter(|migration| !migration.up.is_empty())
    }

    /// The configuration says what has shipped.
    fn is_set_up(&self) -> bool {
        let first = self.set.migrations.iter().flat_map(Migration::parts).next();
        let path = first.map(|script| self.documents[script.source.index()].source.path());
        path.is_some_and(|path| self.asked.settings.applied_through(path).is_some())
    }

    /// What pending statements change; none where nobody can say.
    fn changed(&self) -> Option<Vec<&Name>> {
        let mut names = Vec::new();
        for script in self.pending().flat_map(|migration| &migration.up) {
            names.extend(self.changed_by(script)?);
        }
        Some(names)
    }

    fn changed_by<'s>(&'s self, script: &'s Script) -> Option<Vec<&'s Name>> {
        let sql = self.documents[script.source.index()].sql()?;
        if !sql.holes.is_empty() || !sql.excess.is_empty() {
            return None;
        }
        let mut names = Vec::new();
        for statement in script.of(sql) {
            match &statement.action {
                Action::AlterTable(alter) => names.push(&alter.table),
                Action::CreateIndex(create) => names.push(&create.table),
                Action::Drop(drop) => names.extend(drop.names.iter().chain(&drop.on)),
                Action::CreateTrigger(create) => names.push(&create.table),
                Action::CreateRule(create) => names.push(&create.table),
                Action::CreatePolicy(policy) | Action::AlterPolicy(policy) => names.push(&policy.table),
                Action::AlterObject(alter) => names.extend(alter.name.iter().chain(&alter.on)),
                Action::Do(_) | Action::Call(_) | Action::Execute(_) | Action::Owned(_) | Action::Unread => return None,
                _ => {}
            }
        }
        Some(names)
    }
}

/// The number that a title begins with.
fn digits(title: &str) -> &str {
    let end = title.find(|next: char| !next.is_ascii_digit()).unwrap_or(title.len());
    &title[..end]
}
