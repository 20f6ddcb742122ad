//! What a transaction holds when a statement comes, and how long statements wait for locks.

use crate::database::{Nature, Timeout};
use crate::rule::Context;
use crate::workspace::history::Script;
use crate::workspace::history::steps::{Locked, Step};

/// A relation that others wait for, and the statement that locked it.
pub struct Open<'m> {
    pub step: &'m Step,
    pub relation: &'m Locked,
}

/// What earlier statements of its transaction hold when a statement comes, in order.
pub fn open<'m>(script: &'m Script, step: &'m Step) -> impl Iterator<Item = Open<'m>> {
    let before = script.steps.iter().take_while(|other| other.span.start < step.span.start);
    let same = before.filter(|other| other.transaction.is_some() && other.transaction == step.transaction && !other.fails());
    same.flat_map(|step| tables(step).map(move |relation| Open { step, relation }))
}

/// The tables that others wait for while a statement holds them.
pub fn tables(step: &Step) -> impl Iterator<Item = &Locked> {
    step.blocking().filter(|relation| {
        matches!(relation.table.nature, None | Some(Nature::Ordinary | Nature::Partitioned))
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
