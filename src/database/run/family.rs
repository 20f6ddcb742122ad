//! Who waits for a table because of the locks on its partitions and children, or on the table above it.
//!
//! Whoever reads a table reads those below it, and whoever writes may write to any of them. Whoever writes to a partition
//! asks the table above which rows belong into it, and no other lock but the strongest keeps that from being told. Who
//! waits still sees the family as it was before the statement.

use std::collections::HashSet;

use super::Run;
use crate::database::schema::Id;
use crate::document::sql::LockMode;

/// Nobody puts more tables one below the other.
const DEEPEST: usize = 16;

impl Run<'_> {
    /// Tells of each relation that the statement locks who waits because of others that it locks. What runs in
    /// transactions of its own has its locks one after the other.
    pub fn look_around(&mut self) {
        if self.out.impacts.len() < 2 || self.out.no_transaction.is_some() {
            return;
        }
        let writes = LockMode::ShareRowExclusive.blocks();
        let places: Vec<(Id, usize)> = self.at.iter().map(|(id, at)| (*id, *at)).collect();
        for (id, at) in places {
            let own = self.out.impacts[at].blocks();
            let is_partition = self.relation(id).is_partition() || self.left.iter().any(|(child, _)| *child == id);
            for above in self.above(id) {
                let Some(other) = self.at.get(&above).copied() else { continue };
                let around = &mut self.out.impacts[other].around;
                *around = longest(around, own);
                if is_partition && self.out.impacts[other].lock == Some(LockMode::AccessExclusive) {
                    let around = &mut self.out.impacts[at].around;
                    *around = longest(around, writes);
                }
            }
        }
    }

    /// The tables above one before the statement.
    fn above(&self, id: Id) -> HashSet<Id> {
        let mut all = HashSet::new();
        let mut last = vec![id];
        for _ in 0..DEEPEST {
            let left = self.left.iter().filter(|(child, _)| last.contains(child)).map(|(_, parent)| *parent);
            let parents = last.iter().flat_map(|id| self.relation(*id).parents.iter().map(|parent| (*id, *parent)));
            let old = parents.filter(|pair| !self.joined.contains(pair)).map(|(_, parent)| parent);
            let next: Vec<Id> = old.chain(left).filter(|parent| !all.contains(parent)).collect();
            if next.is_empty() {
                break;
            }
            all.extend(next.iter().copied());
            last = next;
        }
        all
    }
}

/// Those that wait for one or for the other: whoever keeps readers out keeps writers out, too.
fn longest(one: &'static [&'static str], other: &'static [&'static str]) -> &'static [&'static str] {
    if other.len() > one.len() { other } else { one }
}
