//! What does a statement do to a live database?
//!
//! [`Database::apply`] interprets one statement against the schema that all earlier ones built, and yields effects. Rules
//! judge effects, never statements. Objects that the history never made are *unknown*, not absent.

mod effect;
mod later;
mod postgres;
mod run;
mod schema;
mod session;
mod start;
mod way_back;

pub use effect::{
    AddedValue, ColumnAt, Effect, EffectKind, Effects, Failure, FailureKind, Impact, IndexBuild, Lost, Nature, RelationDrop,
    RowsChange, Sureness, Touched, Unique, Work, WorkKind, blocked,
};
pub use later::{Trouble, TroubleKind};
pub use postgres::made_up;
pub use session::{Session, Timeout, millis};
pub use start::{OwnNames, Start};
pub use way_back::{Difference, Fate, Object, Of, Part, WayBack, quoted};

use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Action, Statement, Transaction};
use run::Run;
use schema::Schema;

/// A server, the schema that a history has built on it, and the session in which it goes on.
#[derive(Debug)]
pub struct Database {
    version: u32,
    schema: Schema,
    session: Session,
}

impl Database {
    /// An empty one on a server of this major version.
    pub fn new(version: u32) -> Self {
        Self { version, schema: Schema::default(), session: Session::default() }
    }

    /// The session as statements have set it.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The tables that the history made and that are still there, and those that it only met.
    pub fn tables(&self) -> (Vec<String>, Vec<String>) {
        let tables = self.schema.all().filter(|(_, relation)| relation.is_table());
        let (made, met): (Vec<_>, Vec<_>) = tables.partition(|(_, relation)| relation.created.is_some());
        let names = |of: Vec<(schema::Id, &schema::Relation)>| of.iter().map(|(_, relation)| relation.display()).collect();
        (names(made), names(met))
    }

    /// The lowest version that knows all that statements asked for, where this one does not.
    pub fn lacks(&self) -> Option<u32> {
        (self.schema.lacks > self.version).then_some(self.schema.lacks)
    }

    /// Something was not read as it is written, so the history may have made more or less than it seems.
    pub fn doubt(&mut self) {
        self.schema.is_doubtful = true;
    }

    /// A script is over: what it left open its runner commits, and what it set holds no longer.
    pub fn end_script(&mut self) {
        self.schema.commit();
        self.schema.forget_temporary();
        self.session = Session::default();
        self.schema.path = Vec::new();
    }

    /// A script is over, and the next one runs in the same transaction: what it set still holds.
    pub fn next_script(&mut self) {
        self.schema.commit();
    }

    /// Applies one statement of a file and says what it does.
    pub fn apply(&mut self, statement: &Statement, source: SourceId) -> Effects {
        self.schema.clock = self.schema.clock.saturating_add(1);
        match &statement.action {
            Action::Transaction(transaction) => {
                self.transaction(transaction);
                Effects::default()
            }
            Action::Set(variable) => {
                self.session.set(variable, Place { source, span: statement.span }, self.schema.in_transaction());
                self.schema.path = self.session.path();
                Effects::default()
            }
            Action::Harmless => Effects::default(),
            _ => {
                let place = Place { source, span: statement.span };
                let mut run = Run::new(&mut self.schema, &self.session, self.version, place);
                postgres::apply(&mut run, statement);
                run.look_around();
                run.out
            }
        }
    }

    fn transaction(&mut self, transaction: &Transaction) {
        match transaction {
            Transaction::Begin => {
                self.schema.mark(None);
                self.session.begin();
            }
            Transaction::Commit(_) | Transaction::Prepare => {
                self.schema.commit();
                self.session.end(true);
            }
            Transaction::Rollback(_) => {
                self.schema.rollback();
                self.session.end(false);
            }
            Transaction::Savepoint(name) => self.schema.mark(Some(&name.text)),
            Transaction::Release(name) => self.schema.release(&name.text),
            Transaction::RollbackTo(name) => self.schema.rollback_to(&name.text),
            Transaction::FinishPrepared | Transaction::Set => {}
        }
        if matches!(transaction, Transaction::Commit(true) | Transaction::Rollback(true)) {
            self.schema.mark(None);
            self.session.begin();
        }
        self.schema.path = self.session.path();
    }
}
