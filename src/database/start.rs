//! What a dump of a database tells of what no migration made.
//!
//! A dump is mostly the state after the migrations beside it, so it is never replayed before them: of its objects only
//! those are taken that the history names without having made them, or never names at all.

use super::Database;
pub use super::schema::OwnNames;
use super::schema::Schema;
use crate::diagnostic::SourceId;
use crate::document::sql::{Name, Statement};

/// The state from which a history starts.
#[derive(Clone, Debug)]
pub struct Start {
    schema: Schema,
}

/// All that a dump may hold is taken as it was written, whatever the server.
const NEWEST: u32 = 18;

impl Start {
    /// What the statements of a dump build, but for what the history makes itself.
    pub fn of<'s>(statements: impl Iterator<Item = &'s Statement>, own: &OwnNames) -> Self {
        let mut database = Database::new(NEWEST);
        for statement in statements {
            database.apply(statement, SourceId(0));
        }
        database.end_script();
        Self { schema: database.schema.into_start(own) }
    }

    /// Forgets what is known of relations of these names, which may have changed since, and of all types.
    pub fn forget(&mut self, changed: &[&Name]) {
        self.schema.forget_told(changed);
    }

    /// The tables that it knows, as people say them.
    pub fn tables(&self) -> Vec<String> {
        let tables = self.schema.all().filter(|(_, relation)| relation.is_table());
        tables.map(|(_, relation)| relation.display()).collect()
    }
}

impl Database {
    /// On a server of this major version, with what was there before.
    pub fn starting(version: u32, start: &Start) -> Self {
        Self { schema: start.schema.clone(), ..Self::new(version) }
    }

    /// The names that the history gave to something of its own.
    pub fn own_names(&self) -> OwnNames {
        self.schema.own_names().clone()
    }
}
