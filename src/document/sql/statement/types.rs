//! Types and domains.

use super::{Column, ColumnConstraint, DataType, Expr, Ident, Literal, Name, Setting, TableAction, TableConstraint};
use crate::source::Span;

/// `CREATE TYPE`.
#[derive(Clone, Debug)]
pub struct CreateType {
    /// The type.
    pub name: Name,
    /// What it is.
    pub definition: TypeDefinition,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum TypeDefinition {
    /// `AS ENUM`.
    Enum(Vec<Literal>),
    /// `AS (..)`.
    Composite(Vec<Column>),
    /// `AS RANGE (..)`.
    Range(Vec<Setting>),
    /// `(INPUT = ..)`.
    Base(Vec<Setting>),
    /// Its name alone.
    Shell,
}

/// `ALTER TYPE`.
#[derive(Clone, Debug)]
pub struct AlterType {
    /// The type.
    pub name: Name,
    /// What is done to it.
    pub change: TypeChange,
}

/// What is done to a type.
#[derive(Clone, Debug)]
pub enum TypeChange {
    /// `ADD VALUE`.
    AddValue {
        /// The value.
        value: Literal,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `BEFORE` (true) or `AFTER` another.
        place: Option<(bool, Literal)>,
    },
    /// `RENAME VALUE`.
    RenameValue {
        /// The value.
        value: Literal,
        /// Its new label.
        to: Literal,
    },
    /// `RENAME ATTRIBUTE`.
    RenameAttribute {
        /// The attribute.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `ADD`, `DROP` and `ALTER ATTRIBUTE`, as changes of columns, and whether one says `CASCADE`.
    Attributes(Vec<TableAction>, bool),
    /// `SET (..)`.
    Set(Vec<Setting>),
    /// `RENAME TO`.
    RenameTo(Ident),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// `OWNER TO`.
    OwnerTo(Ident),
}

/// `CREATE DOMAIN`.
#[derive(Clone, Debug)]
pub struct CreateDomain {
    /// The domain.
    pub name: Name,
    /// The type below it.
    pub data_type: DataType,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// Its default and constraints.
    pub constraints: Vec<ColumnConstraint>,
}

/// `ALTER DOMAIN`.
#[derive(Clone, Debug)]
pub struct AlterDomain {
    /// The domain.
    pub name: Name,
    /// All that is done to it.
    pub span: Span,
    /// What is done to it.
    pub change: DomainChange,
}

/// What is done to a domain.
#[derive(Clone, Debug)]
pub enum DomainChange {
    /// `SET DEFAULT`.
    SetDefault(Box<Expr>),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `ADD` a constraint.
    AddConstraint(Box<TableConstraint>),
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
}
