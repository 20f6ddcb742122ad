//! Statements that read and write rows.

use super::{Call, Condition, Ident, Name, Statement, Term};
use crate::source::Span;

/// A query: what it reads and calls.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// All of it.
    pub span: Span,
    /// The tables and views it reads, each once, names of its WITH left out.
    pub reads: Vec<Name>,
    /// The words that may be columns, each once; qualified ones by their last part.
    pub columns: Vec<Ident>,
    /// It reads all columns of something: `*`.
    pub star: bool,
    /// Those of which it reads all columns.
    pub starred: Vec<Name>,
    /// Those of which it reads only what is in them, not what inherits from them: `ONLY`.
    pub only: Vec<Name>,
    /// Those, by their places, of which it reads the first rows at most: what EXISTS asks, and what is in a WITH that nobody asks.
    pub hardly: Vec<Span>,
    /// The functions it calls.
    pub calls: Vec<Call>,
    /// What its rows are called, where that can be told: of `SELECT a, b AS c` it is a and c.
    pub outputs: Option<Vec<Ident>>,
    /// `FOR UPDATE` and the like.
    pub locks_rows: Option<RowLock>,
    /// `OF`: whose rows are locked; none for all.
    pub locked: Vec<Name>,
    /// `WHERE` of the outermost query, its place.
    pub filter: Option<Span>,
    /// What it says.
    pub terms: Vec<Term>,
    /// It stops at so many rows, in whatever order they come; of what UPDATE or DELETE read, some query in it does.
    pub limited: bool,
    /// Statements in its WITH that write.
    pub writes: Vec<Statement>,
}

/// `FOR UPDATE` and the like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowLock {
    /// `FOR UPDATE`, `FOR NO KEY UPDATE`.
    Update,
    /// `FOR SHARE`, `FOR KEY SHARE`.
    Share,
}

/// `INSERT`.
#[derive(Clone, Debug)]
pub struct Insert {
    /// The table.
    pub table: Name,
    /// Its columns, where they are written out.
    pub columns: Vec<Ident>,
    /// Where the rows come from, and all that is read for it.
    pub source: Query,
    /// How many rows `VALUES` has; none where a query says.
    pub rows: Option<u32>,
    /// `DEFAULT VALUES`.
    pub default_values: bool,
    /// `ON CONFLICT`: `nothing` or `update`.
    pub on_conflict: Option<Ident>,
}

/// `UPDATE`.
#[derive(Clone, Debug)]
pub struct Update {
    /// The table.
    pub table: Name,
    /// `ONLY`.
    pub only: bool,
    /// What is set.
    pub columns: Vec<Ident>,
    /// `WHERE`.
    pub condition: Option<Condition>,
    /// What is read for it, `FROM` and queries in it.
    pub source: Query,
}

/// `DELETE`.
#[derive(Clone, Debug)]
pub struct Delete {
    /// The table.
    pub table: Name,
    /// `ONLY`.
    pub only: bool,
    /// `WHERE`.
    pub condition: Option<Condition>,
    /// What is read for it, `USING` and queries in it.
    pub source: Query,
}

/// `MERGE`.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The table.
    pub table: Name,
    /// What is read for it.
    pub source: Query,
}

/// `COPY`.
#[derive(Clone, Debug)]
pub struct CopyRows {
    /// The table, unless a query is copied.
    pub table: Option<Name>,
    /// Its columns, where they are written out.
    pub columns: Vec<Ident>,
    /// `FROM`: it writes.
    pub from: bool,
    /// What is read for it.
    pub source: Query,
}

/// `EXPLAIN`; with `ANALYZE` the statement runs.
#[derive(Clone, Debug)]
pub struct Explain {
    /// `ANALYZE`.
    pub analyze: bool,
    /// What is explained.
    pub statement: Box<Statement>,
}

/// `PREPARE`.
#[derive(Clone, Debug)]
pub struct Prepare {
    /// Its name.
    pub name: Ident,
    /// What EXECUTE will run.
    pub statement: Box<Statement>,
}
