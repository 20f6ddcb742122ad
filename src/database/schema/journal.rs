//! Transactions: what a ROLLBACK takes back. And rehearsals: what is done, looked at, and taken back.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Mark, Names, Schema, Undo};

impl Schema {
    /// Whether old values are kept.
    pub(super) fn keeps(&self) -> bool {
        self.records || !self.marks.is_empty()
    }

    /// From now on old values are kept until [`Self::stop_recording`], across transactions.
    pub fn record(&mut self) {
        self.commit();
        self.records = true;
        self.part += 1;
    }

    /// Where the record stands, to come back to.
    pub fn position(&mut self) -> usize {
        self.marks.clear();
        self.part += 1;
        self.journal.len()
    }

    /// Takes everything since a position back, and whatever transaction is open.
    pub fn back_to(&mut self, position: usize) {
        self.marks.clear();
        self.undo(position);
        self.part += 1;
    }

    /// Keeps what was done since [`Self::record`].
    pub fn stop_recording(&mut self) {
        self.records = false;
        self.commit();
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The number of the transaction that is open.
    pub fn transaction(&self) -> Option<u32> {
        self.in_transaction().then_some(self.ended)
    }

    /// Begins a transaction, or a savepoint in it.
    pub fn mark(&mut self, name: Option<&str>) {
        // A savepoint outside a transaction is an error, and a second BEGIN changes nothing.
        if name.is_some() == self.in_transaction() {
            self.part += 1;
            self.marks.push(Mark { name: name.map(Into::into), at: self.journal.len() });
        }
    }

    /// Keeps what the transaction did.
    pub fn commit(&mut self) {
        self.ended += 1;
        self.marks.clear();
        if !self.records {
            self.journal.clear();
        }
    }

    /// Forgets a savepoint; what happened since stays part of the transaction.
    pub fn release(&mut self, name: &str) {
        if let Some(at) = self.savepoint(name) {
            self.marks.truncate(at);
            self.part += 1;
        }
    }

    /// Takes the whole transaction back.
    pub fn rollback(&mut self) {
        if let Some(first) = self.marks.first() {
            self.undo(first.at);
            self.marks.clear();
            self.part += 1;
        }
        self.ended += 1;
    }

    /// Takes everything since a savepoint back; it stays.
    pub fn rollback_to(&mut self, name: &str) {
        if let Some(at) = self.savepoint(name) {
            self.undo(self.marks[at].at);
            self.marks.truncate(at + 1);
            self.part += 1;
        }
    }

    fn savepoint(&self, name: &str) -> Option<usize> {
        self.marks.iter().rposition(|mark| mark.name.as_deref() == Some(name))
    }

    fn undo(&mut self, to: usize) {
        while self.journal.len() > to {
            match self.journal.pop() {
                Some(Undo::Relation(id, old)) => self.relations[id] = old,
                Some(Undo::Type(id, old)) => self.types[id] = old,
                Some(Undo::Slot(schema, name, old)) => restore_in(&mut self.names, schema, name, old),
                Some(Undo::TypeName(schema, name, old)) => restore_in(&mut self.type_names, schema, name, old),
                Some(Undo::Function(name, old)) => restore(&mut self.functions, name, old),
                Some(Undo::Publication(name, old)) => restore(&mut self.publications, name, old),
                Some(Undo::Statistics(name, old)) => restore(&mut self.statistics, name, old),
                None => {}
            }
        }
    }
}

fn restore<T>(map: &mut HashMap<Arc<str>, T>, name: Arc<str>, old: Option<T>) {
    match old {
        Some(old) => map.insert(name, old),
        None => map.remove(&name),
    };
}

fn restore_in<T>(names: &mut Names<T>, schema: Arc<str>, name: Arc<str>, old: Option<T>) {
    restore(names.entry(schema).or_default(), name, old);
}
