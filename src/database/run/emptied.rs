//! What a transaction has emptied, or proved to be empty.

use super::Run;
use crate::database::schema::{Emptied, Id};

impl Run<'_> {
    /// What this transaction has left of the rows of a table; none where it may hold some.
    pub fn emptied(&self, id: Id) -> Option<Emptied> {
        let (transaction, emptied) = self.relation(id).emptied?;
        (self.schema.transaction() == Some(transaction)).then_some(emptied)
    }

    /// Nothing is in a table any more, or ever was, until the transaction ends. Outside of one others may fill it at once.
    pub fn empties(&mut self, id: Id, emptied: Emptied) {
        if let Some(transaction) = self.schema.transaction().filter(|_| !self.is_conditional) {
            self.schema.edit(id).emptied = Some((transaction, emptied));
        }
    }
}
