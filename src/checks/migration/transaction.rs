//! What a transaction holds when a statement comes, and how long statements wait for locks.

use std::collections::{HashMap, HashSet};

use crate::database::{EffectKind, Nature, Timeout};
use crate::diagnostic::Place;
use crate::rule::Context;
use crate::workspace::history::steps::{Held, Locked, Step};
use crate::workspace::history::{Migration, MigrationSet, Script};

/// A relation that others wait for, and the statement that locked it.
#[derive(Clone, Copy)]
pub struct Open<'m> {
    pub script: &'m Script,
    pub step: &'m Step,
    pub relation: &'m Locked,
}

impl Open<'_> {
    /// The statement that locked it.
    pub fn place(&self) -> Place {
        Place { source: self.script.source, span: self.step.span }
    }
}

/// What a transaction holds as the statements of a script go by: of each table the strongest lock.
#[derive(Default)]
pub struct Ledger<'m> {
    transaction: Option<u32>,
    /// In the order in which they were first locked.
    held: Vec<Open<'m>>,
    /// Of each, the last statement that took as much.
    latest: Vec<Open<'m>>,
    by_table: HashMap<&'m str, usize>,
    /// The one that most wait for, the last of several.
    strongest: usize,
}

impl<'m> Ledger<'m> {
    /// For a script. Its first transaction is the one that was open before it, where the tool puts several files into one.
    pub fn of(set: Option<&'m MigrationSet>, migration: &'m Migration, script: &'m Script) -> Self {
        let transaction = script.steps.first().and_then(|first| first.transaction);
        let mut ledger = Self { transaction, ..Self::default() };
        let batch = set.filter(|_| transaction.is_some()).map_or(&[][..], |set| set.batch(migration).0);
        for script in batch.iter().flat_map(|migration| &migration.up) {
            let kept = script.steps.iter().filter(|step| step.held == Held::Migration && !step.fails());
            kept.for_each(|step| ledger.take(script, step));
        }
        ledger
    }

    /// A statement has run.
    pub fn pass(&mut self, script: &'m Script, step: &'m Step) {
        let Some(transaction) = step.transaction.filter(|_| !step.fails()) else { return };
        if self.transaction != Some(transaction) {
            *self = Self { transaction: Some(transaction), ..Self::default() };
        }
        self.take(script, step);
    }

    fn take(&mut self, script: &'m Script, step: &'m Step) {
        let rank = |open: &Open<'_>| (open.relation.blocks.len(), open.relation.lock);
        let most = |open: &Open<'_>| open.relation.blocks.len();
        for relation in tables(step) {
            let new = Open { script, step, relation };
            let at = *self.by_table.entry(&relation.table.name).or_insert(self.held.len());
            if at == self.held.len() {
                self.held.push(new);
                self.latest.push(new);
            }
            if rank(&self.held[at]) < rank(&new) {
                self.held[at] = new;
            }
            if most(&self.latest[at]) <= most(&new) {
                self.latest[at] = new;
            }
            if most(&self.latest[self.strongest]) <= most(&new) {
                self.strongest = at;
            }
        }
    }

    /// All that is held when a statement comes.
    pub fn held(&self, step: &Step) -> &[Open<'m>] {
        if self.is_open_for(step) { &self.held } else { &[] }
    }

    fn is_open_for(&self, step: &Step) -> bool {
        step.transaction.is_some() && step.transaction == self.transaction
    }

    /// What most wait for when a statement comes, and the last statement that took it.
    pub fn strongest(&self, step: &Step) -> Option<Open<'m>> {
        self.is_open_for(step).then(|| self.latest.get(self.strongest).copied()).flatten()
    }

    /// What most wait for of a table when a statement comes, and the last statement that took it.
    pub fn latest(&self, step: &Step, table: &str) -> Option<Open<'m>> {
        let at = *self.by_table.get(table).filter(|_| self.is_open_for(step))?;
        self.latest.get(at).copied()
    }

    /// What is held of a table when a statement comes.
    pub fn of_table(&self, step: &Step, table: &str) -> Option<Open<'m>> {
        self.held(step).get(*self.by_table.get(table)?).copied()
    }

    /// The same, where more wait for that than for this.
    pub fn more_than(&self, step: &Step, table: &str, blocks: usize) -> Option<Open<'m>> {
        self.of_table(step, table).filter(|held| held.relation.blocks.len() > blocks)
    }
}

/// The tables that others wait for while a statement holds them.
pub fn tables(step: &Step) -> impl Iterator<Item = &Locked> {
    // DROP .. IF EXISTS of what the history does not know may find nothing.
    let doubtful = step.effects.iter().filter_map(|effect| match &effect.kind {
        EffectKind::RelationDrop(drop) if drop.is_doubtful => Some(effect.table.name.as_str()),
        _ => None,
    });
    let doubtful: HashSet<&str> = doubtful.collect();
    step.blocking().filter(move |relation| {
        !doubtful.contains(relation.table.name.as_str())
            && matches!(relation.table.nature, None | Some(Nature::Ordinary | Nature::Partitioned))
            && relation.name == relation.table.name
    })
}

/// The longest wait that is short enough for others to bear.
const SHORT: u64 = 60_000;

/// Whether the wait for its locks is short, or cut off by somebody.
pub fn is_patient(step: &Step, cx: &Context<'_>) -> bool {
    let is_short =
        |timeout: Option<Timeout>| timeout.is_some_and(|it| it.millis.is_none_or(|millis| (1..=SHORT).contains(&millis)));
    let elsewhere = cx.set.and_then(|set| set.timeout.as_ref()).filter(|_| step.lock_timeout.is_none());
    is_short(step.lock_timeout)
        || is_short(step.statement_timeout)
        || elsewhere.is_some_and(|it| (1..=SHORT).contains(&it.millis))
}
