//! Which migrations share a transaction?

use super::{Migration, MigrationSet, Script};
use crate::document::migration::framework::Transactions;

impl MigrationSet {
    /// Whether its runner puts all that is new into one transaction, as far as this migration asks for nothing else. What has
    /// shipped, and what is only judged because everything is, ran or runs by itself.
    pub(super) fn is_batched(migration: &Migration) -> bool {
        let in_batch = |script: &Script| script.runner.mode == Transactions::Batch;
        migration.is_new && migration.up.iter().all(in_batch)
    }

    /// The migrations that run in the transaction of this one before it, in order, and those after it.
    pub fn batch(&self, migration: &Migration) -> (&[Migration], &[Migration]) {
        let is_it = |other: &Migration| std::ptr::eq(other, migration);
        let Some(at) = self.migrations.iter().position(is_it).filter(|_| Self::is_batched(migration)) else { return (&[], &[]) };
        let (before, after) = (&self.migrations[..at], &self.migrations[at + 1..]);
        let first = before.iter().rposition(|other| !Self::is_batched(other)).map_or(0, |last| last + 1);
        let end = after.iter().position(|other| !Self::is_batched(other)).unwrap_or(after.len());
        (&before[first..], &after[..end])
    }
}
