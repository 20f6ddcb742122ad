//! What do the pending migrations do, statement by statement, and until when do they keep their locks?
//!
//! What has shipped is replayed as well, because the rest builds on it, but nothing is kept of it.

use std::collections::HashSet;
use std::sync::Arc;

use super::{FrameworkSaid, Migration, MigrationSet, Script, Shipping, rollback};
use crate::database::{
    AddedValue, Database, Effect, Effects, Failure, Impact, OwnNames, Sureness, Timeout, Touched, Trouble, Unique, WayBack, Work,
    WorkKind, blocked,
};
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::migration::framework::{Escape, Framework};
use crate::document::migration::{Wrapping, wrapping};
use crate::document::sql::{Action, LockMode, Sql, Statement, Transaction};
use crate::source::Span;

/// One statement and what it does to relations that were there before.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which statement of its file it is.
    pub at: usize,
    /// The statement.
    pub span: Span,
    /// What it is called.
    pub kind: String,
    /// It was not understood, so nobody knows what it locks.
    pub is_unread: bool,
    /// Why it is refused inside a transaction; none where it is not.
    pub no_transaction: Option<&'static str>,
    /// A transaction is open when it comes.
    pub in_transaction: bool,
    /// Why it fails, as far as the history tells.
    pub error: Option<Failure>,
    /// The relations.
    pub relations: Vec<Locked>,
    /// What else rules ask for.
    pub effects: Vec<Effect>,
    /// The value that it adds to an enum, which its transaction cannot use yet.
    pub added_value: Option<AddedValue>,
    /// Keys that rows which were there before must not have twice.
    pub uniques: Vec<Unique>,
    /// How long it may wait for a lock, where a statement before it says so.
    pub lock_timeout: Option<Timeout>,
    /// How long it may take, where a statement before it says so.
    pub statement_timeout: Option<Timeout>,
    /// Those with the same number run in one transaction; none where it commits by itself.
    pub transaction: Option<u32>,
    /// How long it keeps its locks.
    pub held: Held,
    /// The last statement with long work that runs before they are given back, where that is another one.
    pub through: Option<Span>,
    /// The version of the server on which all this holds, where it costs less on the lowest that is named.
    pub costs_on: Option<u32>,
}

/// When locks are given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// When the statement ends.
    Statement,
    /// When the migration ends.
    Migration,
    /// At the `commit` or `rollback` that stands here.
    End(Span, &'static str),
}

impl Step {
    /// Why the server refuses it where it stands; none where it runs.
    pub fn refused(&self) -> Option<&'static str> {
        self.no_transaction.filter(|_| self.in_transaction)
    }

    /// Whether the migration ends here, as far as anybody can tell.
    pub fn fails(&self) -> bool {
        self.error.is_some() || self.refused().is_some()
    }

    /// Whether work goes on for the longer the more rows there are, while its locks are held.
    pub fn is_long(&self) -> bool {
        self.through.is_some() || self.works()
    }

    /// Whether it does work that takes the longer the more rows there are.
    pub fn works(&self) -> bool {
        !self.fails() && self.relations.iter().any(|relation| relation.is_long() && !relation.is_new)
    }

    /// What goes on meanwhile, the longest first: what is written anew, what is indexed, what is read, what others do.
    pub fn effort(&self) -> u8 {
        let works = |long: fn(&Locked) -> bool| self.relations.iter().any(|relation| !relation.is_new && long(relation));
        let efforts = [works(|it| it.rewrite), works(|it| !it.index_builds.is_empty()), works(|it| it.scan), true];
        (0..).zip(efforts).find_map(|(effort, is)| is.then_some(effort)).unwrap_or_default()
    }

    /// The relations that somebody waits for.
    pub fn blocking(&self) -> impl Iterator<Item = &Locked> {
        self.relations.iter().filter(|relation| !relation.is_new && !relation.blocks.is_empty())
    }
}

/// What happens to one relation.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct Locked {
    /// Its name, without the default schema; that of an index where the index alone is locked.
    pub name: String,
    /// The table or view.
    pub table: Touched,
    /// The strongest lock on it.
    pub lock: LockMode,
    /// Which everyday statements wait for that lock.
    pub blocks: &'static [&'static str],
    /// The same for all locks of the statement, those on its partitions included.
    pub blocks_in_all: &'static [&'static str],
    /// Its storage is written anew.
    pub rewrite: bool,
    /// It is read whole.
    pub scan: bool,
    /// Its storage is replaced by an empty one.
    pub emptied: bool,
    /// Indexes that are built.
    pub index_builds: Vec<String>,
    /// How sure all this is.
    pub sureness: Sureness,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// Those of them that tell what makes it unsure.
    pub doubts: Vec<String>,
    /// What takes long, each with the words that ask for it.
    pub works: Vec<Work>,
    /// Made since the last release or seen by this session alone, so that nobody waits for it.
    pub is_new: bool,
}

impl Locked {
    /// Whether it takes the longer the more rows there are.
    pub fn is_long(&self) -> bool {
        self.rewrite || self.scan || !self.index_builds.is_empty()
    }
}

impl MigrationSet {
    /// Whether its runner lets a statement that stands alone in its file run outside a transaction, as far as anybody
    /// knows which runner it is.
    fn alone_is_enough(&self) -> bool {
        let sends_whole = matches!(self.framework.traits().escape, Escape::Alone);
        // It looks at the statements of a file before it opens a transaction.
        let looks = self.framework == Framework::Flyway;
        sends_whole || looks || self.framework_said == FrameworkSaid::Nobody
    }

    /// What its pending migrations do on a server of this version, in the order in which they run.
    pub fn planned(&self, documents: &[Arc<Document>], version: u32) -> Vec<Script> {
        self.replayed(documents, version, false).scripts
    }

    /// Replays it on a server of this version; tries the ways back of what is pending, if they are asked for.
    pub(super) fn replayed(&self, documents: &[Arc<Document>], version: u32, tries: bool) -> Replayed {
        let new = self.migrations.iter().filter(|migration| migration.is_new).flat_map(Migration::parts);
        let new = new.map(|script| script.source).collect();
        let start = self.started.as_ref().map(|started| &started.start);
        let database = start.map_or_else(|| Database::new(version), |start| Database::starting(version, start));
        let mut replay = Replay { database, new, alone_is_enough: self.alone_is_enough(), goes_on: false };
        if self.is_shared {
            replay.database.doubt();
        }
        let (mut scripts, mut ways_back): (Vec<Script>, Vec<(usize, WayBack)>) = (Vec::new(), Vec::new());
        let mut last = 0;
        for (at, migration) in self.migrations.iter().enumerate() {
            if let Some(number) = migration.number() {
                // What was taken out of the folder, or is written in another language, did something too.
                if number > last + 1 {
                    replay.database.doubt();
                }
                last = number;
            }
            let is_pending = migration.shipping == Shipping::Pending;
            let is_tried = tries && is_pending && !migration.up.is_empty() && migration.back.is_some();
            if is_tried {
                replay.database.remember();
            }
            let first = scripts.len();
            replay.goes_on = Self::is_batched(migration) && self.migrations.get(at + 1).is_some_and(Self::is_batched);
            for script in &migration.up {
                let Some(sql) = documents[script.source.index()].sql() else { continue };
                if is_pending {
                    scripts.push(replay.script(script, sql));
                } else {
                    replay.pass_over(script, sql);
                }
            }
            // What should fail on the way forward leaves nobody knows what.
            let runs = scripts[first..].iter().flat_map(|script| &script.steps).all(|step| step.error.is_none());
            if is_tried && runs {
                ways_back.extend(rollback::tried(migration, documents, &mut replay.database).map(|tried| (at, tried)));
            }
            if is_tried {
                replay.database.forget();
            }
        }
        let troubles = if tries { replay.database.troubles() } else { Vec::new() };
        let (made, met) = if tries { replay.database.tables() } else { Default::default() };
        let own = if tries { replay.database.own_names() } else { OwnNames::default() };
        Replayed { scripts, ways_back, troubles, lacks: replay.database.lacks(), made, met, own }
    }
}

/// What comes of replaying a set.
pub(super) struct Replayed {
    /// The scripts of what is pending.
    pub scripts: Vec<Script>,
    /// What comes of trying the ways back of what is pending, by the number of the migration.
    pub ways_back: Vec<(usize, WayBack)>,
    /// What is left at the end that makes trouble later.
    pub troubles: Vec<Trouble>,
    /// The lowest version that knows all that they use, where this one does not.
    pub lacks: Option<u32>,
    /// The tables that they made and that are there at the end.
    pub made: Vec<String>,
    /// Those that they name and did not make.
    pub met: Vec<String>,
    /// The names that they gave.
    pub own: OwnNames,
}

/// A history as it is replayed.
struct Replay {
    database: Database,
    new: HashSet<SourceId>,
    alone_is_enough: bool,
    /// The next migration runs in the same transaction.
    goes_on: bool,
}

impl Replay {
    /// What has shipped leaves nothing but the schema.
    fn pass_over(&mut self, script: &Script, sql: &Sql) {
        self.doubt(sql);
        for at in &script.statements {
            self.database.apply(&sql.statements[*at], script.source);
        }
        self.database.end_script();
    }

    /// What stands in a hole may make more than is written.
    fn doubt(&mut self, sql: &Sql) {
        if !sql.holes.is_empty() || !sql.excess.is_empty() {
            self.database.doubt();
        }
    }

    fn script(&mut self, script: &Script, sql: &Sql) -> Script {
        self.doubt(sql);
        let statements = || script.statements.iter().map(|at| &sql.statements[*at]);
        let said = wrapping(script.runner.mode, statements().map(|statement| &statement.action));
        let controls = statements().find_map(|statement| match &statement.action {
            Action::Transaction(transaction) => Some(*transaction != Transaction::Begin),
            _ => None,
        });
        // A file that only ends a transaction must have been given one.
        let is_given_one = said == Wrapping::Single && controls.is_none() || controls == Some(true);
        if let (true, Some(first)) = (is_given_one, statements().next()) {
            let begin = Statement { span: Span { end: first.span.start, ..first.span }, action: BEGIN };
            self.database.apply(&begin, script.source);
        }
        let steps = script.statements.iter().map(|at| self.step(*at, &sql.statements[*at], script.source));
        let mut steps: Vec<Step> = steps.collect();
        if self.goes_on {
            self.database.next_script();
        } else {
            self.database.end_script();
        }
        // Whoever writes nothing but such statements into a file has a runner that lets them run.
        let runs_alone = self.alone_is_enough
            && steps.iter().any(|step| step.no_transaction.is_some())
            && steps.iter().all(|step| step.no_transaction.is_some() || step.kind == "set");
        let transaction = if said == Wrapping::Single && runs_alone { Wrapping::None } else { said };
        hold(&mut steps, statements(), is_given_one && transaction != Wrapping::None);
        Script { transaction, steps, ..Script::new(script.source, script.runner.clone(), script.statements.clone()) }
    }

    fn step(&mut self, at: usize, statement: &Statement, source: SourceId) -> Step {
        let session = self.database.session();
        let (lock_timeout, statement_timeout) = (session.timeout("lock_timeout"), session.timeout("statement_timeout"));
        let Effects { impacts, error, no_transaction, mut effects, added_value, mut uniques } =
            self.database.apply(statement, source);
        for effect in &mut effects {
            effect.date(|place| self.new.contains(&place.source));
        }
        for unique in &mut uniques {
            self.date(&mut unique.table);
        }
        Step {
            at,
            span: statement.span,
            kind: statement.action.kind(),
            is_unread: matches!(statement.action, Action::Unread),
            no_transaction,
            in_transaction: false,
            error,
            relations: impacts.into_iter().flat_map(|impact| self.relations(impact)).collect(),
            effects,
            added_value,
            uniques,
            lock_timeout,
            statement_timeout,
            transaction: None,
            held: Held::Statement,
            through: None,
            costs_on: None,
        }
    }

    fn date(&self, table: &mut Touched) {
        table.is_unshipped = table.created.is_some_and(|created| self.new.contains(&created.source));
    }

    /// The relation of an impact, or its indexes where they alone are locked.
    fn relations(&self, impact: Impact) -> Vec<Locked> {
        let (blocks, blocks_in_all) = (impact.blocks(), impact.blocks_in_all());
        let mut table = impact.table;
        self.date(&mut table);
        let is_new = table.is_new();
        // The history put no rows in, but others may have since it shipped.
        let counts = !impact.only_if_filled || !is_new;
        // What is done for the rows of a table is not done while that is new and holds none.
        let mut works = impact.works;
        works.retain(|work| work.for_rows_of.is_none_or(|made| !self.new.contains(&made.source)));
        let is_read = impact.scan && works.iter().any(|work| work.kind == WorkKind::Scan);
        let sureness = if impact.only_if_filled { impact.sureness.min(Sureness::Likely) } else { impact.sureness };
        let builds = impact.index_builds.iter().map(ToString::to_string);
        let whole = Locked {
            name: table.name.clone(),
            lock: LockMode::AccessShare,
            blocks,
            blocks_in_all,
            rewrite: impact.rewrite && counts,
            scan: is_read && counts,
            emptied: impact.emptied || (impact.rewrite && !counts),
            index_builds: builds.collect(),
            sureness: if counts && (impact.rewrite || is_read) { sureness } else { impact.sureness },
            reasons: impact.reasons,
            doubts: impact.doubts,
            works,
            is_new,
            table,
        };
        if let Some(lock) = impact.lock {
            return vec![Locked { lock, ..whole }];
        }
        let index = |(name, lock): (Arc<str>, LockMode)| Locked {
            index_builds: whole.index_builds.iter().filter(|built| **built == *name).cloned().collect(),
            blocks: blocked(whole.table.nature, Some(lock)),
            blocks_in_all: blocked(whole.table.nature, Some(lock)),
            name: name.to_string(),
            lock,
            ..whole.clone()
        };
        impact.indexes.into_iter().map(index).collect()
    }
}

const BEGIN: Action = Action::Transaction(Transaction::Begin);

/// Finds out until when each statement keeps its locks, and through what work.
fn hold<'a>(steps: &mut [Step], statements: impl Iterator<Item = &'a Statement>, is_open: bool) {
    let (mut is_open, mut first, mut number) = (is_open, 0, 0);
    for (at, statement) in statements.enumerate() {
        steps[at].in_transaction = is_open;
        steps[at].held = if is_open { Held::Migration } else { Held::Statement };
        steps[at].transaction = is_open.then_some(number);
        match &statement.action {
            Action::Transaction(Transaction::Begin) => (is_open, first) = (true, if is_open { first } else { at }),
            Action::Transaction(Transaction::Commit(chain) | Transaction::Rollback(chain)) => {
                let word = if steps[at].kind == "commit" { "COMMIT" } else { "ROLLBACK" };
                end(&mut steps[first..at], Held::End(statement.span, word));
                (is_open, first) = (*chain, at);
                number += 1;
            }
            _ => {}
        }
    }
    end(&mut steps[first..], Held::Migration);
}

/// A transaction ends.
fn end(steps: &mut [Step], held: Held) {
    let mut through = None;
    for step in steps.iter_mut().rev().filter(|step| step.held != Held::Statement) {
        step.held = held;
        step.through = through;
        if step.works() {
            through = through.or(Some(step.span));
        }
    }
}
