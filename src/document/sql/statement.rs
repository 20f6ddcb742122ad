//! What a statement says, with a span on every part that a rule may underline. Variants are only ever added.

use std::fmt;

use crate::source::Span;

/// An identifier, folded as the server folds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ident {
    /// Where it stands, quotes included.
    pub span: Span,
    /// Its text: lower case unless quoted.
    pub text: Box<str>,
}

/// The name of a table or index, maybe with a schema.
#[derive(Clone, Debug)]
pub struct Name {
    /// All of it.
    pub span: Span,
    /// The name as people say it: without the default schema.
    text: Box<str>,
}

impl Name {
    /// A part of what the name says so far.
    #[must_use]
    pub fn of(self, last: Ident) -> Self {
        let span = self.span.to(last.span);
        let text = match &*self.text {
            "public" => last.text,
            schema => format!("{schema}.{}", last.text).into(),
        };
        Self { span, text }
    }

    /// The name as people say it: without the default schema.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// This name with another last part, as RENAME TO makes it.
    pub fn renamed(&self, last: &Ident) -> String {
        match self.text.rsplit_once('.') {
            Some((schema, _)) => format!("{schema}.{}", last.text),
            None => last.text.to_string(),
        }
    }
}

impl From<Ident> for Name {
    fn from(ident: Ident) -> Self {
        Self { span: ident.span, text: ident.text }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

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
    /// `CREATE TABLE`, also `AS` a query.
    CreateTable(CreateTable),
    /// `CREATE INDEX`.
    CreateIndex(CreateIndex),
    /// `DROP INDEX`.
    DropIndex(DropIndex),
    /// `ALTER TABLE`.
    AlterTable(AlterTable),
    /// `DROP TABLE`.
    DropTable(Vec<Name>),
    /// `CREATE MATERIALIZED VIEW`: indexed like a table, written by nobody.
    CreateMaterializedView(Name),
    /// Changes no schema and holds nobody up.
    Harmless,
    /// Not understood; counted and named by its first words.
    Unread,
}

/// `CREATE TABLE`.
#[derive(Clone, Debug)]
pub struct CreateTable {
    /// The table.
    pub name: Name,
    /// Gone with the session.
    pub temporary: bool,
    /// It holds no rows itself: `PARTITION BY`.
    pub partitioned: bool,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column and how it is defined.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Everything after the name.
    pub definition: Span,
}

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
}

/// `DROP INDEX`.
#[derive(Clone, Debug)]
pub struct DropIndex {
    /// From `DROP` to `INDEX`.
    pub keywords: Span,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// The indexes.
    pub names: Vec<Name>,
}

/// `ALTER TABLE`.
#[derive(Clone, Debug)]
pub struct AlterTable {
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
    AddColumn(Column),
    /// `DROP COLUMN`.
    DropColumn(Ident),
    /// `RENAME TO`.
    RenameTo(Ident),
    /// Not understood.
    Unread,
}
