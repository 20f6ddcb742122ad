//! Statements that read and write rows.

use std::sync::Arc;

use super::{Call, Condition, DataType, Ident, Literal, Name, Statement, Term};
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
    /// What the columns of a relation that it makes are called, where that can be told: of `SELECT a, b AS c` it is a and c.
    pub outputs: Option<Vec<Ident>>,
    /// What each of these is, where the query is a single SELECT.
    pub origins: Vec<Origin>,
    /// It is a single SELECT, or a TABLE.
    pub is_single: bool,
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

/// What a column of an answer is.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A column, with what stands before it: `t.c`.
    Column(Name),
    /// Something that is cast to this type.
    Cast(DataType),
    /// Anything else.
    Other,
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
    /// What they hold, where they are few.
    pub values: Option<Values>,
    /// `DEFAULT VALUES`.
    pub default_values: bool,
    /// `ON CONFLICT`: `nothing` or `update`.
    pub on_conflict: Option<Ident>,
}

/// The rows of VALUES.
#[derive(Clone, Debug)]
pub struct Values {
    /// All of it.
    pub span: Span,
    /// As it is written.
    pub(in crate::document::sql) text: Arc<str>,
    /// How many values a row has.
    pub(in crate::document::sql) width: usize,
    /// Row by row.
    pub(in crate::document::sql) cells: Vec<Cell>,
}

/// A value in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell {
    /// One literal, maybe with casts.
    Literal(Span),
    /// `NULL`.
    Null,
    /// `DEFAULT`.
    Default,
    /// An expression.
    Other,
}

impl Values {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or_default()
    }

    /// One value of one row.
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell> {
        if column >= self.width {
            return None;
        }
        self.cells.get(row * self.width + column).copied()
    }

    /// The literal that stands there.
    pub fn literal(&self, span: Span) -> Literal {
        let (start, end) = (span.start.saturating_sub(self.span.start), span.end.saturating_sub(self.span.start));
        let written = self.text.get(start as usize..end as usize).unwrap_or_default();
        let inside = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let text = inside.map_or_else(|| written.to_lowercase(), |inside| inside.replace("''", "'"));
        Literal { span, text: text.into(), quoted: inside.is_some() }
    }
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
