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

/// What earlier statements of its transaction hold when a statement comes, in order: of its file, and of those before it where
/// the tool puts them all into one transaction.
pub fn open<'m>(
    set: Option<&'m MigrationSet>,
    migration: &'m Migration,
    script: &'m Script,
    step: &'m Step,
) -> impl Iterator<Item = Open<'m>> {
    // The first transaction of a file is the one that was open before it.
    let is_first = script.steps.first().is_some_and(|first| first.transaction.is_some() && first.transaction == step.transaction);
    let batch = set.filter(|_| is_first).map_or(&[][..], |set| set.batch(migration).0);
    let earlier = batch.iter().flat_map(|migration| &migration.up).flat_map(|script| {
        let kept = script.steps.iter().filter(|step| step.held == Held::Migration && !step.fails());
        kept.map(move |step| (script, step))
    });
    let before = script.steps.iter().take_while(|other| other.span.start < step.span.start);
    let same = before.filter(|other| other.transaction.is_some() && other.transaction == step.transaction && !other.fails());
    let all = earlier.chain(same.map(move |step| (script, step)));
    all.flat_map(|(script, step)| tables(step).map(move |relation| Open { script, step, relation }))
}

/// The strongest locks that a script holds, as its statements go by.
#[derive(Default)]
pub struct Ledger<'m> {
    held: HashMap<(u32, &'m str), Open<'m>>,
}

impl<'m> Ledger<'m> {
    /// A statement has run.
    pub fn pass(&mut self, script: &'m Script, step: &'m Step) {
        let Some(transaction) = step.transaction.filter(|_| !step.fails()) else { return };
        for relation in tables(step) {
            let held = self.held.entry((transaction, &relation.table.name)).or_insert(Open { script, step, relation });
            if held.relation.blocks.len() < relation.blocks.len() {
                *held = Open { script, step, relation };
            }
        }
    }

    /// What is held of a table when a statement comes, where more wait for that than for this.
    pub fn more_than(&self, step: &Step, table: &str, blocks: usize) -> Option<Open<'m>> {
        let held = self.held.get(&(step.transaction?, table))?;
        (held.relation.blocks.len() > blocks).then_some(*held)
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
