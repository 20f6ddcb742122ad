//! What ALTER does to tables and all that is built like them.

use super::{
    Attributes, Bound, Column, DataType, Expr, Ident, Identity, Name, ObjectKind, SequenceOptions, Setting, TableConstraint,
};
use crate::source::Span;

/// `ALTER TABLE`, and `ALTER INDEX`, `VIEW`, `MATERIALIZED VIEW`, `SEQUENCE`, `FOREIGN TABLE`.
#[derive(Clone, Debug)]
pub struct AlterTable {
    /// From `ALTER` to `TABLE`.
    pub keywords: Span,
    /// What the statement calls it: `ALTER TABLE` also renames indexes and views.
    pub kind: ObjectKind,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`.
    pub only: bool,
    /// The table.
    pub table: Name,
    /// What is done to it, in order.
    pub actions: Vec<TableAction>,
}

/// One action of an `ALTER TABLE`.
#[derive(Clone, Debug)]
pub struct TableAction {
    /// All of it.
    pub span: Span,
    /// What it does.
    pub change: TableChange,
}

/// What an action of an `ALTER TABLE` does.
#[derive(Clone, Debug)]
pub enum TableChange {
    /// `ADD COLUMN`.
    AddColumn {
        /// The column.
        column: Box<Column>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The column.
        column: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER COLUMN`. An index calls its columns by number.
    AlterColumn {
        /// The column.
        column: Ident,
        /// What is done to it.
        change: ColumnChange,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// The column.
        column: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `ADD` a constraint.
    AddConstraint(Box<TableConstraint>),
    /// `ALTER CONSTRAINT`.
    AlterConstraint {
        /// The constraint.
        name: Ident,
        /// What is said of it.
        attributes: Attributes,
    },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint(Ident),
    /// `DROP CONSTRAINT`.
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// The constraint.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `RENAME TO`.
    RenameTo(Ident),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// `OWNER TO`.
    OwnerTo(Ident),
    /// `ATTACH PARTITION`.
    AttachPartition {
        /// The table that becomes a part.
        partition: Name,
        /// Which part.
        bound: Bound,
    },
    /// `DETACH PARTITION`.
    DetachPartition {
        /// The table that was a part.
        partition: Name,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// `FINALIZE`.
        finalize: bool,
    },
    /// `MERGE PARTITIONS`, since 19.
    MergePartitions {
        /// What is merged.
        partitions: Vec<Name>,
        /// Into what.
        into: Name,
    },
    /// `SPLIT PARTITION`, since 19.
    SplitPartition {
        /// What is split.
        partition: Name,
        /// Into what.
        into: Vec<(Name, Bound)>,
    },
    /// `ATTACH PARTITION` of an index.
    AttachIndex(Name),
    /// `INHERIT`.
    Inherit(Name),
    /// `NO INHERIT`.
    NoInherit(Name),
    /// `OF` a type.
    OfType(Name),
    /// `NOT OF`.
    NotOf,
    /// `ENABLE` or `DISABLE TRIGGER`.
    Trigger(Switch, TriggerSet),
    /// `ENABLE` or `DISABLE RULE`.
    Rule(Switch, Ident),
    /// `ENABLE`, `DISABLE`, `FORCE` or `NO FORCE ROW LEVEL SECURITY`.
    RowSecurity(RowSecurity),
    /// `REPLICA IDENTITY`.
    ReplicaIdentity(ReplicaIdentity),
    /// `CLUSTER ON` an index.
    ClusterOn(Ident),
    /// `SET WITHOUT CLUSTER`.
    WithoutCluster,
    /// `SET WITHOUT OIDS` or, before 12, `SET WITH OIDS` (true).
    Oids(bool),
    /// `SET LOGGED` (true) or `SET UNLOGGED`.
    Logged(bool),
    /// `SET ACCESS METHOD`; none for the default.
    AccessMethod(Option<Ident>),
    /// `SET TABLESPACE`.
    Tablespace(Ident),
    /// `SET (..)`.
    Set(Vec<Setting>),
    /// `RESET (..)`.
    Reset(Vec<Setting>),
    /// `OPTIONS (..)` of a foreign table.
    Options(Vec<Setting>),
    /// What `ALTER SEQUENCE` says of numbers and owner.
    Sequence(Box<SequenceOptions>),
    /// `DEPENDS ON EXTENSION`, or `NO DEPENDS` (false).
    DependsOn(bool, Ident),
    /// Not understood.
    Unread,
}

/// What `ALTER COLUMN` does.
#[derive(Clone, Debug)]
pub enum ColumnChange {
    /// `SET DATA TYPE`.
    SetType(Box<SetType>),
    /// `SET DEFAULT`.
    SetDefault(Box<Expr>),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `SET EXPRESSION AS (..)`.
    SetExpression(Box<Expr>),
    /// `DROP EXPRESSION`, maybe `IF EXISTS`.
    DropExpression(bool),
    /// `ADD GENERATED .. AS IDENTITY`.
    AddIdentity(Identity),
    /// `SET GENERATED`, `SET INCREMENT` and the like, `RESTART`.
    SetIdentity {
        /// `SET GENERATED ALWAYS` (true) or `BY DEFAULT`.
        always: Option<bool>,
        /// Of its sequence.
        options: Box<SequenceOptions>,
    },
    /// `DROP IDENTITY`, maybe `IF EXISTS`.
    DropIdentity(bool),
    /// `SET STATISTICS`.
    SetStatistics,
    /// `SET STORAGE`.
    SetStorage(Ident),
    /// `SET COMPRESSION`.
    SetCompression(Ident),
    /// `SET (..)`.
    Set(Vec<Setting>),
    /// `RESET (..)`.
    Reset(Vec<Setting>),
    /// `OPTIONS (..)` of a foreign table's column.
    Options(Vec<Setting>),
}

/// `SET DATA TYPE`.
#[derive(Clone, Debug)]
pub struct SetType {
    /// The new type.
    pub data_type: DataType,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// `USING`.
    pub using: Option<Expr>,
}

/// How a trigger or rule is switched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Switch {
    /// `ENABLE`.
    Enable,
    /// `ENABLE ALWAYS`.
    EnableAlways,
    /// `ENABLE REPLICA`.
    EnableReplica,
    /// `DISABLE`.
    Disable,
}

/// Which triggers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TriggerSet {
    /// One.
    Named(Ident),
    /// `ALL`, those behind constraints too.
    All,
    /// `USER`.
    User,
}

/// What is done to the row security of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowSecurity {
    /// `ENABLE`.
    Enable,
    /// `DISABLE`.
    Disable,
    /// `FORCE`.
    Force,
    /// `NO FORCE`.
    NoForce,
}

/// `REPLICA IDENTITY`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplicaIdentity {
    /// `DEFAULT`.
    Default,
    /// `FULL`.
    Full,
    /// `NOTHING`.
    Nothing,
    /// `USING INDEX`.
    Index(Ident),
}

/// `ALTER TABLE ALL IN TABLESPACE`, also of indexes and materialized views.
#[derive(Clone, Debug)]
pub struct MoveTablespace {
    /// What moves.
    pub kind: ObjectKind,
    /// From where.
    pub from: Ident,
    /// To where.
    pub to: Ident,
}
