//! What does a statement cost where several versions of the server are named? Whether it can run is asked of the lowest,
//! what it costs of each: the dearest counts.

use std::cmp::Reverse;
use std::sync::Arc;

use super::steps::Step;
use super::{MigrationSet, Script, Shipping};
use crate::database::Database;
use crate::document::Document;
use crate::workspace::versions::{NEWEST, Said, Versions};

/// What waits, and for how long, the dearer the greater.
fn cost(step: &Step) -> (bool, Reverse<u8>, usize) {
    let waiting = step.blocking().map(|relation| relation.blocks.len()).max();
    (step.works(), Reverse(step.effort()), waiting.unwrap_or_default())
}

impl MigrationSet {
    /// The lowest version that knows all that the migrations use, where the assumed one does not.
    pub(super) fn lacks(&self, documents: &[Arc<Document>]) -> Option<u32> {
        let mut database = Database::new(self.versions.lowest());
        for script in self.migrations.iter().flat_map(|migration| &migration.up) {
            let Some(sql) = documents[script.source.index()].sql() else { continue };
            script.of(sql).for_each(|statement| drop(database.apply(statement, script.source)));
            database.end_script();
        }
        database.lacks()
    }

    /// A version that was only assumed cannot be one on which the migrations do not run.
    pub(super) fn raise(&mut self, needed: Option<u32>) {
        if let Some(version) = needed {
            self.versions = Versions::one(version.min(NEWEST), Said::Needed);
        }
    }

    /// Whether more of its migrations are pending than have shipped.
    pub(super) fn is_mostly_pending(&self) -> bool {
        let pending = self.migrations.iter().filter(|migration| migration.shipping == Shipping::Pending).count();
        pending * 2 > self.migrations.len()
    }

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
