//! What a statement says, with a span on every part that a rule may underline. Variants are only ever added.

mod alter;
mod data;
mod expression;
mod index;
mod kind;
mod name;
mod object;
mod routine;
mod session;
mod table;
mod types;

pub use alter::*;
pub use data::*;
pub use expression::*;
pub use index::*;
pub use name::*;
pub use object::*;
pub use routine::*;
pub use session::*;
pub use table::*;
pub use types::*;

use crate::source::Span;

/// One statement of a file.
#[derive(Clone, Debug)]
pub struct Statement {
    /// From its first word to its last, without the semicolon.
    pub span: Span,
    /// What it does.
    pub action: Action,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum Action {
    /// `CREATE TABLE`, `CREATE FOREIGN TABLE`, `SELECT .. INTO`.
    CreateTable(Box<CreateTable>),
    /// `ALTER TABLE`, and of indexes, views, materialized views, sequences, foreign tables.
    AlterTable(Box<AlterTable>),
    /// `ALTER TABLE ALL IN TABLESPACE`.
    MoveTablespace(MoveTablespace),
    /// `DROP` of anything.
    Drop(Box<DropObjects>),
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.
    CreateView(Box<CreateView>),
    /// `CREATE SEQUENCE`.
    CreateSequence(Box<CreateSequence>),
    /// `CREATE TYPE`.
    CreateType(Box<CreateType>),
    /// `ALTER TYPE`.
    AlterType(Box<AlterType>),
    /// `CREATE DOMAIN`.
    CreateDomain(Box<CreateDomain>),
    /// `ALTER DOMAIN`.
    AlterDomain(Box<AlterDomain>),
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`.
    CreateFunction(Box<CreateFunction>),
    /// `CREATE TRIGGER`.
    CreateTrigger(Box<CreateTrigger>),
    /// `CREATE RULE`.
    CreateRule(Box<CreateRule>),
    /// `CREATE POLICY`.
    CreatePolicy(Box<Policy>),
    /// `ALTER POLICY`, but for its name.
    AlterPolicy(Box<Policy>),
    /// `CREATE PUBLICATION`.
    CreatePublication(Box<CreatePublication>),
    /// `ALTER PUBLICATION`.
    AlterPublication(Box<AlterPublication>),
    /// `CREATE` or `ALTER SUBSCRIPTION`.
    Subscription(Box<Subscription>),
    /// `CREATE SCHEMA`.
    CreateSchema(Box<CreateSchema>),
    /// `CREATE EXTENSION`.
    CreateExtension(Box<CreateExtension>),
    /// `CREATE STATISTICS`.
    CreateStatistics(Box<CreateStatistics>),
    /// `CREATE` of anything else.
    CreateObject(Box<CreateObject>),
    /// `ALTER` of anything else.
    AlterObject(Box<AlterObject>),
    /// `REINDEX`.
    Reindex(Box<Reindex>),
    /// `CLUSTER`.
    Cluster(Box<Cluster>),
    /// `VACUUM`.
    Vacuum(Vacuum),
    /// `ANALYZE`; none for all tables.
    Analyze(Analyze),
    /// `REFRESH MATERIALIZED VIEW`.
    Refresh(Box<Refresh>),
    /// `TRUNCATE`.
    Truncate(Box<Truncate>),
    /// `LOCK TABLE`.
    LockTable(LockTable),
    /// `COMMENT ON`, `SECURITY LABEL`.
    Comment(Box<Comment>),
    /// `GRANT`, `REVOKE`.
    Grant(Box<Grant>),
    /// `ALTER DEFAULT PRIVILEGES`.
    DefaultPrivileges,
    /// `DROP OWNED BY`, `REASSIGN OWNED BY`.
    Owned(Box<Owned>),
    /// `IMPORT FOREIGN SCHEMA`: makes tables that nobody can name.
    ImportForeignSchema,
    /// `BEGIN`, `COMMIT` and the like.
    Transaction(Transaction),
    /// `SET`, `RESET`.
    Set(Box<SetVariable>),
    /// `SELECT`, `VALUES`, `TABLE`.
    Query(Box<Query>),
    /// `INSERT`.
    Insert(Box<Insert>),
    /// `UPDATE`.
    Update(Box<Update>),
    /// `DELETE`.
    Delete(Box<Delete>),
    /// `MERGE`.
    Merge(Box<Merge>),
    /// `COPY`.
    Copy(Box<CopyRows>),
    /// `DO`.
    Do(Box<DoBlock>),
    /// `CALL`.
    Call(Box<Invocation>),
    /// `PREPARE`.
    Prepare(Prepare),
    /// `EXECUTE` of something prepared.
    Execute(Box<Invocation>),
    /// `EXPLAIN`.
    Explain(Explain),
    /// `DECLARE`: what a cursor will read.
    Declare(Box<Query>),
    /// Changes no schema and holds nobody up.
    Harmless,
    /// Not understood; counted and named by its first words.
    Unread,
}
