//! What does a statement cost where several versions of the server are named? Whether it can run is asked of the lowest,
//! what it costs of each: the dearest counts.

use std::cmp::Reverse;
use std::sync::Arc;

use super::steps::Step;
use super::{MigrationSet, Script};
use crate::document::Document;

/// What waits, and for how long, the dearer the greater.
fn cost(step: &Step) -> (bool, Reverse<u8>, usize) {
    let waiting = step.blocking().map(|relation| relation.blocks.len()).max();
    (step.works(), Reverse(step.effort()), waiting.unwrap_or_default())
}

impl MigrationSet {
    /// Puts what a statement costs on another version that is named in the place of what it costs on the lowest, where
    /// that is more.
    pub(super) fn dearest(&self, scripts: &mut [Script], documents: &[Arc<Document>]) {
        for version in self.versions.majors.iter().skip(1) {
            let there = self.planned(documents, *version);
            for (here, there) in scripts.iter_mut().zip(there) {
                for (here, there) in here.steps.iter_mut().zip(there.steps) {
                    if !here.fails() && !there.fails() && cost(&there) > cost(here) {
                        let (no_transaction, effects) = (here.no_transaction, std::mem::take(&mut here.effects));
                        *here = Step { costs_on: Some(*version), no_transaction, effects, ..there };
                    }
                }
            }
        }
    }
}
