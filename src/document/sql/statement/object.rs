//! Views, sequences, schemas and all else that has a name.

use super::{DataType, Expr, Ident, Name, Query, Setting, Statement};
use crate::source::Span;

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is called by its keyword")]
pub enum ObjectKind {
    AccessMethod,
    Aggregate,
    Cast,
    Collation,
    Column,
    Constraint,
    Conversion,
    Database,
    Domain,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignTable,
    Function,
    Index,
    Language,
    LargeObject,
    MaterializedView,
    Operator,
    OperatorClass,
    OperatorFamily,
    Parameter,
    Policy,
    Procedure,
    PropertyGraph,
    Publication,
    Role,
    Routine,
    Rule,
    Schema,
    Sequence,
    Server,
    Statistics,
    Subscription,
    System,
    Table,
    Tablespace,
    TextSearch,
    Transform,
    Trigger,
    Type,
    UserMapping,
    View,
}

/// `DROP`.
#[derive(Clone, Debug)]
pub struct DropObjects {
    /// From `DROP` to the word for what is dropped, without `CONCURRENTLY`.
    pub keywords: Span,
    /// What is dropped.
    pub kind: ObjectKind,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// The objects.
    pub names: Vec<Name>,
    /// The table of a trigger, rule or policy.
    pub on: Option<Name>,
    /// The arguments of each function; none where they are not written.
    pub arguments: Vec<Option<Span>>,
    /// `CASCADE`, and where.
    pub cascade: Option<Span>,
}

/// `CREATE` of something that this type alone is enough for: roles, servers, casts, databases, text search.
#[derive(Clone, Debug)]
pub struct CreateObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name; a cast, a transform and a user mapping have none.
    pub name: Option<Name>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

/// `ALTER` of something that no table is made of.
#[derive(Clone, Debug)]
pub struct AlterObject {
    /// From `ALTER` to the word for what it is.
    pub keywords: Span,
    /// What it is.
    pub kind: ObjectKind,
    /// Its name; a user mapping and the system have none.
    pub name: Option<Name>,
    /// The table of a trigger, rule or policy.
    pub on: Option<Name>,
    /// What is done to it.
    pub change: ObjectChange,
}

/// What is done to an object.
#[derive(Clone, Debug)]
pub enum ObjectChange {
    /// `RENAME TO`.
    RenameTo(Ident),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// `OWNER TO`.
    OwnerTo(Ident),
    /// `SET VERSION` and `UPDATE` of an extension, settings of roles and functions, and what else changes no relation.
    Other,
}

/// `CREATE VIEW`.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that the statement has or has not")]
pub struct CreateView {
    /// From `CREATE` to `VIEW`.
    pub keywords: Span,
    /// The view.
    pub name: Name,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its columns, where they are written out.
    pub columns: Vec<Ident>,
    /// `WITH`.
    pub settings: Vec<Setting>,
    /// What it shows.
    pub query: Box<Query>,
    /// `WITH NO DATA`.
    pub no_data: bool,
}

/// `CREATE SEQUENCE`.
#[derive(Clone, Debug)]
pub struct CreateSequence {
    /// The sequence.
    pub name: Name,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its numbers and owner.
    pub options: SequenceOptions,
}

/// What is said of a sequence.
#[derive(Clone, Debug, Default)]
pub struct SequenceOptions {
    /// `AS`.
    pub data_type: Option<DataType>,
    /// `OWNED BY` a column, or `NONE` (the inner none).
    pub owned_by: Option<Option<(Name, Ident)>>,
    /// `RESTART`.
    pub restart: bool,
    /// `START`, `INCREMENT`, `MINVALUE`, `MAXVALUE`, `CACHE` or `CYCLE` is said.
    pub numbers: bool,
    /// `SEQUENCE NAME`, of an identity.
    pub name: Option<Name>,
}

/// `CREATE SCHEMA`.
#[derive(Clone, Debug)]
pub struct CreateSchema {
    /// Its name; that of its owner where none is written.
    pub name: Ident,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// What is made in it by the same statement.
    pub elements: Vec<Statement>,
}

/// `CREATE EXTENSION`.
#[derive(Clone, Debug)]
pub struct CreateExtension {
    /// Its name.
    pub name: Ident,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `SCHEMA`.
    pub schema: Option<Ident>,
    /// `CASCADE`.
    pub cascade: bool,
}

/// `CREATE POLICY`, and `ALTER POLICY` but for its name.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: Ident,
    /// The table.
    pub table: Name,
    /// `AS RESTRICTIVE`.
    pub restrictive: bool,
    /// `FOR`: `select`, `insert`, `update`, `delete`, `all`.
    pub command: Option<Ident>,
    /// `TO`.
    pub roles: Vec<Ident>,
    /// `USING`.
    pub using: Option<Expr>,
    /// `WITH CHECK`.
    pub check: Option<Expr>,
    /// The tables that its queries read.
    pub reads: Vec<Name>,
}

/// `CREATE PUBLICATION`.
#[derive(Clone, Debug)]
pub struct CreatePublication {
    /// Its name.
    pub name: Ident,
    /// `FOR ALL TABLES`.
    pub all_tables: bool,
    /// `FOR` these.
    pub objects: PublicationObjects,
    /// `WITH`.
    pub settings: Vec<Setting>,
}

/// What a publication publishes.
#[derive(Clone, Debug, Default)]
pub struct PublicationObjects {
    /// `TABLE`.
    pub tables: Vec<Published>,
    /// `TABLES IN SCHEMA`.
    pub schemas: Vec<Ident>,
}

/// A table of a publication.
#[derive(Clone, Debug)]
pub struct Published {
    /// The table.
    pub name: Name,
    /// `ONLY`.
    pub only: bool,
    /// Its columns and what its `WHERE` names, where they are written out.
    pub columns: Vec<Ident>,
}

/// `ALTER PUBLICATION`.
#[derive(Clone, Debug)]
pub struct AlterPublication {
    /// Its name.
    pub name: Ident,
    /// What is done to it.
    pub change: PublicationChange,
}

/// What is done to a publication.
#[derive(Clone, Debug)]
pub enum PublicationChange {
    /// `ADD`.
    Add(PublicationObjects),
    /// `DROP`.
    Drop(PublicationObjects),
    /// `SET`.
    Set(PublicationObjects),
    /// `SET ALL TABLES` (true) or only `ALL SEQUENCES`, since 19.
    SetAll(bool),
    /// `SET (..)`.
    Settings(Vec<Setting>),
    /// `RENAME TO`.
    RenameTo(Ident),
    /// `OWNER TO`.
    OwnerTo(Ident),
}

/// `CREATE SUBSCRIPTION`, `ALTER SUBSCRIPTION`.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Its name.
    pub name: Ident,
    /// The word that says what is done: `create`, `refresh`, `enable`, `set`, `add`, `drop`, `connection`, `rename`.
    pub verb: Ident,
    /// `WITH` or `SET (..)`.
    pub settings: Vec<Setting>,
}
