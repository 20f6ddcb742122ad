//! Indexes and extended statistics.

use super::{Condition, Expr, Ident, Name, Setting};
use crate::source::Span;

/// `CREATE INDEX`.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that the statement has or has not")]
pub struct CreateIndex {
    /// From `CREATE` to `INDEX`.
    pub keywords: Span,
    /// `UNIQUE`.
    pub unique: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The index, unless the server names it.
    pub name: Option<Name>,
    /// `ON ONLY`: builds nothing on the partitions.
    pub only: bool,
    /// The table.
    pub table: Name,
    /// Everything from the table's name on: method, columns, conditions.
    pub rest: Span,
    /// `USING`.
    pub method: Option<Ident>,
    /// What is indexed.
    pub elements: Vec<IndexElement>,
    /// `INCLUDE`.
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WITH`.
    pub settings: Vec<Setting>,
    /// `TABLESPACE`.
    pub tablespace: Option<Ident>,
    /// `WHERE`.
    pub predicate: Option<Condition>,
}

/// What an index, an exclusion or a partition key goes by.
#[derive(Clone, Debug)]
pub struct IndexElement {
    /// All of it.
    pub span: Span,
    /// A column ([`super::Shape::Column`]) or an expression.
    pub expr: Expr,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// The operator class.
    pub class: Option<Name>,
    /// What the operator class is told.
    pub settings: Vec<Setting>,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` (true) or `NULLS LAST`, where it is said.
    pub nulls_first: Option<bool>,
    /// `WITH` this operator, of an exclusion.
    pub operator: Option<Span>,
}

/// `CREATE STATISTICS`.
#[derive(Clone, Debug)]
pub struct CreateStatistics {
    /// Its name; one that the server chooses since 16.
    pub name: Option<Name>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Of these columns and expressions.
    pub elements: Vec<Expr>,
    /// The table.
    pub table: Name,
}
