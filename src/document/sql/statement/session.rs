//! Transactions, settings, maintenance, privileges and comments.

use std::sync::Arc;

use super::{Ident, Name, ObjectKind};
use crate::source::Span;

/// What is done to the transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Transaction {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`; `AND CHAIN` begins the next one (true).
    Commit(bool),
    /// `ROLLBACK`, `ABORT`; `AND CHAIN` begins the next one (true).
    Rollback(bool),
    /// `SAVEPOINT`.
    Savepoint(Ident),
    /// `RELEASE`.
    Release(Ident),
    /// `ROLLBACK TO`.
    RollbackTo(Ident),
    /// `PREPARE TRANSACTION`: the session goes on without it.
    Prepare,
    /// `COMMIT PREPARED`, `ROLLBACK PREPARED`.
    FinishPrepared,
    /// `SET TRANSACTION`, `SET SESSION CHARACTERISTICS`, `SET CONSTRAINTS`.
    Set,
}

/// `SET`, also by `SELECT set_config(..)`; `RESET`.
#[derive(Clone, Debug)]
pub struct SetVariable {
    /// For how long.
    pub scope: Scope,
    /// What is set, in lower case: `lock_timeout`, `search_path`, `timezone`, `role`, `session_authorization`; `all` of a
    /// RESET.
    pub name: Arc<str>,
    /// To what.
    pub value: SetValue,
}

/// How long a setting holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// For the session, or until a rollback.
    Session,
    /// For the transaction.
    Local,
}

/// What a setting is set to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SetValue {
    /// `DEFAULT`, and `RESET`.
    Default,
    /// Values, without quotes.
    To(Vec<Arc<str>>),
    /// Something that is computed.
    Unknown,
}

/// A table with or without its children.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name.
    pub name: Name,
    /// `ONLY`.
    pub only: bool,
}

/// `REINDEX`.
#[derive(Clone, Debug)]
pub struct Reindex {
    /// From `REINDEX` to the word for what.
    pub keywords: Span,
    /// An index, a table, a schema, a database or the system.
    pub kind: ObjectKind,
    /// Which one; none for the database we are in.
    pub name: Option<Name>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// It moves to another tablespace.
    pub tablespace: Option<Ident>,
}

/// `CLUSTER`; since 19 also `REPACK`.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Which table; none for all that have been clustered.
    pub table: Option<Name>,
    /// By which index.
    pub index: Option<Ident>,
}

/// `VACUUM`.
#[derive(Clone, Debug)]
pub struct Vacuum {
    /// `FULL`.
    pub full: bool,
    /// `ANALYZE`.
    pub analyze: bool,
    /// What stands in brackets before the tables, in lower case.
    pub options: Vec<Arc<str>>,
    /// Which tables; none for all.
    pub tables: Vec<Target>,
}

/// `ANALYZE`.
#[derive(Clone, Debug)]
pub struct Analyze {
    /// What stands in brackets before the tables, in lower case.
    pub options: Vec<Arc<str>>,
    /// Which tables; none for all.
    pub tables: Vec<Target>,
}

/// `REFRESH MATERIALIZED VIEW`.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// From `REFRESH` to `VIEW`.
    pub keywords: Span,
    /// The view.
    pub view: Name,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `WITH NO DATA`.
    pub no_data: bool,
}

/// `TRUNCATE`.
#[derive(Clone, Debug)]
pub struct Truncate {
    /// The tables.
    pub tables: Vec<Target>,
    /// `RESTART IDENTITY`.
    pub restart_identity: bool,
    /// `CASCADE`, and where.
    pub cascade: Option<Span>,
}

/// `LOCK TABLE`.
#[derive(Clone, Debug)]
pub struct LockTable {
    /// The tables.
    pub tables: Vec<Target>,
    /// The lock, ACCESS EXCLUSIVE where none is said.
    pub mode: LockMode,
    /// `NOWAIT`.
    pub nowait: bool,
}

/// The locks of tables, from weak to strong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is called by its keywords")]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

/// `COMMENT ON`, `SECURITY LABEL`.
#[derive(Clone, Debug)]
pub struct Comment {
    /// On what.
    pub kind: ObjectKind,
    /// Its name; of a column that of the table.
    pub name: Option<Name>,
    /// The table of a trigger, rule, policy or constraint.
    pub on: Option<Name>,
    /// The column.
    pub column: Option<Ident>,
}

/// `GRANT`, `REVOKE`.
#[derive(Clone, Debug)]
pub struct Grant {
    /// `REVOKE`.
    pub revoke: bool,
    /// On what; a role is granted where there is none.
    pub kind: Option<ObjectKind>,
    /// The objects; schemas where all in them are meant.
    pub names: Vec<Name>,
    /// `ALL .. IN SCHEMA`.
    pub all_in_schema: bool,
}

/// `DROP OWNED BY`, `REASSIGN OWNED BY`.
#[derive(Clone, Debug)]
pub struct Owned {
    /// Whose.
    pub roles: Vec<Ident>,
    /// The new owner; none where everything is dropped.
    pub to: Option<Ident>,
    /// `CASCADE`.
    pub cascade: bool,
}
