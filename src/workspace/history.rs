//! What do the migrations do, in order?
//!
//! Finds the migration sets, pairs up and down parts, replays each set once from the first to the last migration, and
//! keeps what every forward statement of those that are pending does. Down parts never go forward.

mod batch;
mod costs;
mod ignored;
mod rollback;
mod said;
mod sets;
mod shared;
mod shipping;
mod stale;
mod start;
pub mod steps;
mod writing;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::base::Base;
use super::change::Change;
use super::timeouts::{self, Limit};
use super::versions::{Mentions, Said, Versions};
use crate::database::{Effect, OwnNames, Trouble};
use crate::diagnostic::{Judged, Note, SourceId};
use crate::document::Document;
use crate::document::engine::Engine;
use crate::document::migration::framework::{Framework, Late, Transactions};
use crate::document::migration::{REPEATABLE, Wrapping};
use crate::document::sql::{Sql, Statement};
use crate::guard;
use shared::{Tables, shared};
use steps::{Replayed, Step};

pub(super) use ignored::is_nearly_flyway;
pub use rollback::{Back, BackKind};
pub use said::{FrameworkSaid, Ignored, RunnerTransaction, TransactionSaid};
pub(super) use sets::forward;
pub use shipping::{Asked, Shipping};
pub use stale::Stale;
pub use start::{Dumps, Started};

/// All migration sets of a workspace.
#[derive(Debug, Default)]
pub struct History {
    /// The sets by folder.
    pub sets: Vec<MigrationSet>,
    /// What could not be replayed.
    pub notes: Vec<Note>,
    /// For each document, whether its migration has shipped.
    shipping: Vec<Shipping>,
    /// For each document, the set that it belongs to.
    homes: Vec<Option<usize>>,
}

/// The migrations that one runner applies in order.
#[derive(Debug)]
pub struct MigrationSet {
    /// The folder that holds it.
    pub folder: String,
    /// The tool that runs it.
    pub framework: Framework,
    /// Who says so.
    pub framework_said: FrameworkSaid,
    /// The server it is written for.
    pub engine: Engine,
    /// Whether anything in the tree says so; else it is assumed.
    pub engine_is_known: bool,
    /// Which versions of it.
    pub versions: Versions,
    /// The migrations in order.
    pub migrations: Vec<Migration>,
    /// Version and name of each, sorted.
    titles: Vec<String>,
    /// What its tool opens a transaction around where a file asks for nothing else.
    transactions: Transactions,
    /// Files that lie in it and that its tool passes over.
    pub ignored: Vec<Ignored>,
    /// Migrations that a checksum in the tree does not fit.
    pub stale: Vec<Stale>,
    /// What becomes of a migration that comes before one that has run.
    late: Late,
    /// Why nobody can say in which order its migrations run; empty where it is known.
    pub unordered: Vec<String>,
    /// What outside of them limits how long they wait for locks.
    pub timeout: Option<Limit>,
    /// Another set here makes tables that this one names, or the reverse: they change one database, and nobody can say in which
    /// order.
    is_shared: bool,
    /// From what it starts, where a dump tells of what it never made.
    pub started: Option<Started>,
    /// What is left at the end of it that makes trouble later.
    pub troubles: Vec<Trouble>,
    /// What the configuration calls the last version that has shipped, where no migration here has it.
    unknown_version: Option<String>,
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
    /// What there is to know of the way back, where it is to be judged.
    pub back: Option<Back>,
    /// Its name says that there is a way back.
    pub is_paired: bool,
    /// Whether it has shipped.
    pub shipping: Shipping,
    /// It is known not to have been there at the last release.
    is_new: bool,
    version: Vec<u128>,
}

/// Statements of one file that run together.
#[derive(Debug)]
pub struct Script {
    /// The file.
    pub source: SourceId,
    /// What its runner opens a transaction around.
    pub runner: RunnerTransaction,
    /// Who opens a transaction around it.
    pub transaction: Wrapping,
    /// What its statements do, in order; empty for what has shipped and for ways back.
    pub steps: Vec<Step>,
    /// Which statements of the file belong to it.
    statements: Vec<usize>,
}

impl Script {
    fn new(source: SourceId, runner: RunnerTransaction, statements: Vec<usize>) -> Self {
        Self { source, runner, transaction: Wrapping::Single, steps: Vec::new(), statements }
    }

    /// Its statements, of those of its file.
    pub fn of<'a>(&'a self, sql: &'a Sql) -> impl Iterator<Item = &'a Statement> {
        self.statements.iter().filter_map(|at| sql.statements.get(*at))
    }

    /// What rules ask for beside locks and work, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.steps.iter().flat_map(|step| &step.effects)
    }
}

impl Migration {
    /// What it does to tables on the way forward, in order.
    pub fn forward(&self) -> impl Iterator<Item = &Effect> {
        self.up.iter().flat_map(Script::effects)
    }

    /// Its statements on the way forward, in order, each with the script that it is of.
    pub fn steps(&self) -> impl Iterator<Item = (&Script, &Step)> {
        self.up.iter().flat_map(|script| script.steps.iter().map(move |step| (script, step)))
    }

    /// What goes forward, then what goes back.
    pub fn parts(&self) -> impl Iterator<Item = &Script> {
        self.up.iter().chain(&self.down)
    }

    /// It is known not to have been there at the last release.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether another has the same version.
    pub fn has_version_of(&self, other: &Self) -> bool {
        self.version == other.version
    }

    /// Its number, where migrations are counted rather than dated.
    fn number(&self) -> Option<u128> {
        const DATES: u128 = 100_000;
        let [number] = *self.version else { return None };
        (number < DATES).then_some(number)
    }

    /// Its name without its version.
    pub fn name(&self) -> &str {
        let start = self.title.find(|next: char| next.is_alphabetic() && next != 'V').unwrap_or(0);
        &self.title[start..]
    }

    /// Whether it has a place in the order; a file that was only named on the command line has none.
    pub fn has_version(&self) -> bool {
        !self.version.is_empty() && self.version != [REPEATABLE]
    }
}

impl MigrationSet {
    /// What it is taken to run on, and who says so.
    pub fn server(&self) -> String {
        let (name, version) = (self.engine.name(), self.versions.lowest());
        let known = match &self.versions.said {
            _ if self.engine != Engine::Postgres => name.to_owned(),
            Said::Config => format!("{name} {version}, as the configuration says"),
            Said::File(path, line) => format!("{name} {version}, as {path}:{line} says{}", self.versions.also()),
            Said::Needed => format!("{name} {version}, because nothing here names its version and these migrations need that"),
            Said::Nobody => format!("{name} {version}, because nothing here names its version"),
        };
        let why = if self.engine_is_known || self.versions.said != Said::Nobody { "" } else { " or another server" };
        format!("{known}{why}")
    }

    /// What becomes of a migration that comes before one that has run.
    pub fn late(&self) -> Late {
        self.late
    }

    /// The new migrations that come before one that has shipped, each with the last of those.
    pub fn late_ones(&self) -> impl Iterator<Item = (&Migration, &Migration)> {
        let forward = || self.migrations.iter().filter(|migration| migration.has_version() && !migration.up.is_empty());
        let shipped = forward().rfind(|migration| migration.shipping == Shipping::Shipped);
        shipped.into_iter().flat_map(move |newest| {
            let late = forward().filter(|migration| migration.is_new && migration.version < newest.version);
            late.map(move |late| (late, newest))
        })
    }

    /// What its tool opens a transaction around where a file asks for nothing else.
    pub fn transactions(&self) -> Transactions {
        self.transactions
    }

    /// Takes in what the configuration and files elsewhere say of how it runs.
    fn set_up(&mut self, documents: &[Arc<Document>], mentions: &Mentions, asked: Asked<'_>) {
        let first = self.migrations.iter().flat_map(Migration::parts).next();
        let path = first.map_or(self.folder.as_str(), |script| documents[script.source.index()].source.path()).to_owned();
        if let Some(said) = mentions.one_by_one(&self.folder).filter(|_| asked.settings.transactions(&path).is_none()) {
            self.send_one_by_one(said);
        }
        self.versions = mentions.of_set(&self.folder, &path, asked.settings);
        let scripts = self.migrations.iter().flat_map(|migration| &migration.up);
        let own = scripts.map(|script| &documents[script.source.index()]);
        self.timeout = timeouts::of_set(own, asked.settings.lock_timeout(&path), mentions.limit(&self.folder));
    }

    /// Whether it is to be judged.
    pub fn is_pending(&self, migration: &Migration) -> bool {
        migration.shipping == Shipping::Pending
    }

    /// Those that are to be judged.
    pub fn pending(&self) -> impl Iterator<Item = &Migration> {
        self.migrations.iter().filter(|migration| migration.shipping == Shipping::Pending)
    }

    /// The migrations that can be taken back. A way back from nothing is none: to refinery, `U3__x.sql` goes forward.
    pub fn reversible(&self) -> impl Iterator<Item = &Migration> {
        self.migrations.iter().filter(|migration| !migration.up.is_empty() && !migration.down.is_empty())
    }
}

impl History {
    /// Finds and replays all sets.
    pub fn of(documents: &[Arc<Document>], change: &Change, mentions: &Mentions, asked: Asked<'_>) -> Self {
        let mut history = Self { sets: sets::sets(documents, asked), notes: Vec::new(), shipping: Vec::new(), homes: Vec::new() };
        let (mut tables, mut met) = (Vec::new(), Vec::new());
        for set in &mut history.sets {
            let folder = set.folder.clone();
            set.ship(documents, change, asked);
            set.set_up(documents, mentions, asked);
            let reasons = set.unordered.iter().map(|reason| format!("nobody can say in which order these run: {reason}"));
            let at = if folder.is_empty() { "." } else { &folder };
            let note = |message| Note { path: at.to_owned(), line: None, message, judged: Judged::Nothing };
            history.notes.extend(reasons.map(note));
            if let Some(((made, named), own)) = guard::caught(&folder, || replay(set, documents)) {
                met.push((named.clone(), own));
                tables.push((made, named));
            } else {
                met.push(Default::default());
                tables.push(Default::default());
                let message = "gonogo failed while replaying these migrations; please report it".to_owned();
                history.notes.push(Note { path: folder, line: None, message, judged: Judged::Nothing });
            }
        }
        for at in shared(&tables) {
            let set = &mut history.sets[at];
            set.is_shared = true;
            let folder = set.folder.clone();
            guard::caught(&folder, || replay(set, documents));
        }
        history.start(&met, documents, change, asked);
        history.shipping = vec![Shipping::default(); documents.len()];
        for migration in history.sets.iter().flat_map(|set| &set.migrations) {
            for script in migration.parts() {
                history.shipping[script.source.index()] = migration.shipping;
            }
        }
        history.homes = vec![None; documents.len()];
        for (at, set) in history.sets.iter().enumerate() {
            for script in set.migrations.iter().flat_map(Migration::parts) {
                history.homes[script.source.index()] = Some(at);
            }
        }
        for ignored in history.sets.iter().flat_map(|set| &set.ignored) {
            history.shipping[ignored.source.index()] = shipping::of_file(change, ignored.source, asked.all);
        }
        if let Some(set) = history.undecided_set() {
            let reason = match (&set.unknown_version, &change.base) {
                (Some(version), _) => &format!("no migration here has the version {version}, which `applied-through` names"),
                (None, Base::Unknown(reason)) => reason,
                _ => "they are in a submodule that lacks the commit of the base; fetch it with `git submodule update --init`",
            };
            let path = if set.folder.is_empty() { ".".to_owned() } else { set.folder.clone() };
            let message = format!("nobody can tell which migrations have shipped: {reason}. --all judges every one");
            history.notes.push(Note { path, line: None, message, judged: Judged::Nothing });
        }
        history
    }

    fn undecided_set(&self) -> Option<&MigrationSet> {
        let undecided = |set: &&MigrationSet| set.migrations.iter().any(|migration| migration.shipping == Shipping::Undecided);
        self.sets.iter().find(undecided)
    }

    /// The set that the migration in a file belongs to.
    pub fn set_of(&self, id: SourceId) -> Option<&MigrationSet> {
        self.sets.get((*self.homes.get(id.index())?)?)
    }

    /// Whether the migration in a file has shipped; other files count as pending.
    pub fn shipping(&self, id: SourceId) -> Shipping {
        self.shipping.get(id.index()).copied().unwrap_or_default()
    }

    /// The files of migrations of which nobody can say whether they have shipped.
    pub fn undecided(&self) -> impl Iterator<Item = SourceId> {
        let ids = (0..).map(SourceId).zip(&self.shipping);
        ids.filter(|(_, shipping)| **shipping == Shipping::Undecided).map(|(id, _)| id)
    }

    /// How many migrations there are with a part in any of these files, and how many of them are to be judged.
    pub fn count(&self, wanted: impl Fn(SourceId) -> bool) -> Count {
        let migrations = self.sets.iter().flat_map(|set| &set.migrations);
        let wanted = migrations.filter(|migration| migration.parts().any(|script| wanted(script.source)));
        wanted.fold(Count::default(), |count, migration| Count {
            all: count.all + 1,
            pending: count.pending + usize::from(migration.shipping == Shipping::Pending),
        })
    }

    /// Sets for servers whose statements are not understood yet, by server.
    pub fn unsupported(&self, documents: &[Arc<Document>]) -> Vec<(String, usize)> {
        let mut engines: BTreeMap<Engine, usize> = BTreeMap::new();
        for set in self.sets.iter().filter(|set| set.engine != Engine::Postgres) {
            let files = set.migrations.iter().flat_map(|migration| &migration.up).map(|script| script.source);
            *engines.entry(set.engine).or_default() += files.filter(|file| file.index() < documents.len()).count();
        }
        engines.into_iter().map(|(engine, count)| (engine.name().to_owned(), count)).collect()
    }
}

/// How many migrations there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// Altogether.
    pub all: usize,
    /// Of these, to be judged.
    pub pending: usize,
}

fn replay(set: &mut MigrationSet, documents: &[Arc<Document>]) -> (Tables, OwnNames) {
    for migration in set.migrations.iter_mut().filter(|migration| migration.shipping == Shipping::Pending) {
        migration.back = Back::of(migration, documents);
    }
    let tries = set.engine == Engine::Postgres;
    let is_assumed = set.versions.said == Said::Nobody;
    // Where much is pending, looking first is cheaper than doing all of it again.
    if is_assumed && set.is_mostly_pending() {
        set.raise(set.lacks(documents));
    }
    let mut replayed = set.replayed(documents, set.versions.lowest(), tries);
    if is_assumed && replayed.lacks.is_some() {
        set.raise(replayed.lacks);
        replayed = set.replayed(documents, set.versions.lowest(), tries);
    }
    let Replayed { mut scripts, ways_back, troubles, made, met, own, .. } = replayed;
    set.dearest(&mut scripts, documents);
    let pending = set.migrations.iter_mut().filter(|migration| migration.shipping == Shipping::Pending);
    let places = pending.flat_map(|migration| &mut migration.up);
    let known = places.filter(|script| documents[script.source.index()].sql().is_some());
    known.zip(scripts).for_each(|(script, replayed)| *script = replayed);
    set.troubles = troubles;
    for (at, tried) in ways_back {
        if let Some(back) = &mut set.migrations[at].back {
            back.tried = Some(tried);
        }
    }
    ((made, met), own)
}
