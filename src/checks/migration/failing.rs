//! Statements that the server refuses, as far as the history tells.

use crate::database::{Failure, FailureKind};
use crate::diagnostic::Place;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};

/// Those that fail for one kind of reason, each with its place.
pub fn failing(
    migration: &Migration,
    wanted: impl Fn(FailureKind) -> bool,
) -> impl Iterator<Item = (&Script, &Step, &Failure, Place)> {
    migration.steps().filter_map(move |(script, step)| {
        let failure = step.error.as_ref().filter(|failure| wanted(failure.kind))?;
        Some((script, step, failure, Place { source: script.source, span: step.span }))
    })
}
