//! What a statement does to relations that others use.

mod change;

use std::sync::Arc;

pub use change::{ColumnAt, Lost, RelationDrop, RowsChange};

use crate::diagnostic::Place;
use crate::document::sql::{LockMode, Name};
use crate::source::Span;

/// All that one statement does.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// What rules ask for, in the order of the source.
    pub effects: Vec<Effect>,
    /// What happens to each relation that was there before.
    pub impacts: Vec<Impact>,
    /// It fails, as far as the history tells.
    pub error: Option<Failure>,
    /// Why it is refused inside a transaction.
    pub no_transaction: Option<&'static str>,
    /// The value that it adds to an enum, which its transaction cannot use yet.
    pub added_value: Option<AddedValue>,
    /// Keys that rows which were there before must not have twice.
    pub uniques: Vec<Unique>,
}

/// A value of an enum that its transaction cannot use yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddedValue {
    /// The enum.
    pub name: Arc<str>,
    /// The value.
    pub value: Arc<str>,
    /// The columns of that type, by table.
    pub columns: Vec<(String, Vec<Arc<str>>)>,
}

/// A key that rows which were there before must not have twice.
#[derive(Clone, Debug)]
pub struct Unique {
    /// What asks for it.
    pub place: Place,
    /// The table.
    pub table: Touched,
    /// The columns; none for an expression.
    pub columns: Vec<Option<Arc<str>>>,
    /// Its index, or what the server will call it.
    pub index: Arc<str>,
    /// Over some rows alone.
    pub partial: bool,
}

impl Effects {
    /// Whether somebody waits while work goes on that takes long on a large table.
    pub fn blocks_for_long(&self) -> bool {
        let works = self.impacts.iter().any(Impact::is_long);
        works && self.impacts.iter().any(|impact| !impact.blocks().is_empty())
    }
}

/// Why a statement fails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// In words.
    pub reason: String,
    /// What stands in the way.
    pub kind: FailureKind,
}

/// What makes a statement fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// This version of the server does not know it at all.
    Unsupported,
    /// Something else is made of it: a view, a policy, a trigger, a generated column.
    Used,
    /// Columns of a foreign key and what they refer to do not fit.
    Mismatch,
    /// A partitioned table takes it only in another way.
    Partitioned,
    /// Rows that are there would lack a value.
    Required,
    /// It names what is not there, or not any more.
    Gone,
    /// Something that is there bears the name already.
    Taken,
    /// Something else.
    Other,
}

/// How sure it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Sureness {
    /// It depends on something that the history does not tell, and may well not happen.
    Possible,
    /// It depends on something that the history does not tell.
    Likely,
    /// The history tells all that it depends on.
    #[default]
    Certain,
}

impl Sureness {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What happens to one relation.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each happens or does not")]
pub struct Impact {
    /// The relation.
    pub table: Touched,
    /// It is long work only if somebody has put rows where the history put none.
    pub only_if_filled: bool,
    /// The strongest lock on it.
    pub lock: Option<LockMode>,
    /// Its storage is written anew.
    pub rewrite: bool,
    /// Its storage is replaced by an empty one.
    pub emptied: bool,
    /// It is read whole.
    pub scan: bool,
    /// Indexes on it that are built or built anew.
    pub index_builds: Vec<Arc<str>>,
    /// Its indexes that are locked, each with the strongest lock.
    pub indexes: Vec<(Arc<str>, LockMode)>,
    /// How sure all this is.
    pub sureness: Sureness,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// Those of them that tell what makes it unsure.
    pub doubts: Vec<String>,
    /// What takes long, each with the words that ask for it.
    pub works: Vec<Work>,
    /// Which everyday statements wait because of locks on the tables below it and above it.
    pub around: &'static [&'static str],
}

/// Work that takes the longer the more rows there are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Work {
    /// The statement, or the action of an ALTER TABLE.
    pub cause: Span,
    /// What is done.
    pub kind: WorkKind,
    /// It is done for the rows of another table alone, into which the history put none: what made that.
    pub for_rows_of: Option<Place>,
}

/// What takes long.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WorkKind {
    /// Every row is read.
    Scan,
    /// This index is built.
    Build(Arc<str>),
    /// Every row is written anew.
    Rewrite,
}

impl Impact {
    /// Nothing yet.
    pub(super) fn of(table: Touched) -> Self {
        Self {
            table,
            only_if_filled: true,
            lock: None,
            rewrite: false,
            emptied: false,
            scan: false,
            index_builds: Vec::new(),
            indexes: Vec::new(),
            sureness: Sureness::Certain,
            reasons: Vec::new(),
            doubts: Vec::new(),
            works: Vec::new(),
            around: &[],
        }
    }

    pub(super) fn work(&mut self, work: Work) {
        if !self.works.contains(&work) {
            self.works.push(work);
        }
    }

    /// Whether it takes the longer the more rows there are.
    pub fn is_long(&self) -> bool {
        self.rewrite || self.scan || !self.index_builds.is_empty()
    }

    /// Which everyday statements wait for its locks.
    pub fn blocks(&self) -> &'static [&'static str] {
        // One that lets others work waits until nobody uses an index before it locks that.
        let lets_work = self.lock == Some(LockMode::ShareUpdateExclusive);
        let index_locks = self.indexes.iter().map(|(_, mode)| *mode);
        let index_lock = index_locks.filter(|mode| *mode == LockMode::AccessExclusive && !lets_work).max();
        blocked(self.table.nature, self.lock.max(index_lock))
    }

    /// The same for all that it locks.
    pub fn blocks_in_all(&self) -> &'static [&'static str] {
        let own = self.blocks();
        if self.around.len() > own.len() { self.around } else { own }
    }
}

/// Which everyday statements wait for a lock on a relation. Nobody writes to a view or a materialized view, and nobody
/// reads a sequence by name.
pub fn blocked(nature: Option<Nature>, lock: Option<LockMode>) -> &'static [&'static str] {
    let blocks = lock.map_or(&[] as &[_], LockMode::blocks);
    match nature {
        Some(Nature::View | Nature::MaterializedView) if lock == Some(LockMode::AccessExclusive) => &["select"],
        Some(Nature::View | Nature::MaterializedView | Nature::Sequence) => &[],
        _ => blocks,
    }
}

/// What a relation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nature {
    /// An ordinary table.
    Ordinary,
    /// Its rows are in its partitions.
    Partitioned,
    /// Gone with the session, seen by nobody else.
    Temporary,
    /// A materialized view: written by nobody but REFRESH.
    MaterializedView,
    /// A view.
    View,
    /// A sequence.
    Sequence,
    /// A foreign table: its rows are elsewhere.
    Foreign,
}

/// What a statement does that rules ask for.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The words that do it.
    pub place: Place,
    /// The table.
    pub table: Touched,
    /// What is done.
    pub kind: EffectKind,
}

/// A relation as a statement meets it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Touched {
    /// Its name as people say it.
    pub name: String,
    /// Where the statement names it.
    pub place: Place,
    /// The statement that created it, where the history knows one.
    pub created: Option<Place>,
    /// What it is, where the history knows it.
    pub nature: Option<Nature>,
    /// It was created since the last release, as far as anybody can tell.
    pub is_unshipped: bool,
    /// The tables that its foreign keys refer to.
    pub refers_to: Vec<String>,
    /// The transaction has deleted all its rows, or has proved that there are none.
    pub has_no_rows: bool,
    /// There is nothing to be read in it: it was truncated, or proved to be empty.
    pub is_drained: bool,
}

impl Touched {
    /// Created by the same file or since the last release, so it is empty and nobody waits for it; or seen by this
    /// session alone.
    pub fn is_new(&self) -> bool {
        let same_file = self.created.is_some_and(|created| created.source == self.place.source);
        same_file || self.is_unshipped || self.nature == Some(Nature::Temporary)
    }
}

/// What is done to a table.
#[derive(Clone, Debug)]
pub enum EffectKind {
    /// An index is built.
    IndexBuild(IndexBuild),
    /// A column goes away.
    ColumnDrop(ColumnAt),
    /// A column comes.
    ColumnAdd(ColumnAt),
    /// A column gets another name: this one.
    ColumnRename(ColumnAt, String),
    /// A column gets a type (the second) that does not hold all values of the one that it had.
    Narrowing(ColumnAt, String, String),
    /// A column refuses NULL from now on, and has no default.
    Required(ColumnAt),
    /// A column gets a default.
    DefaultSet(ColumnAt),
    /// A column that refuses NULL loses its default.
    DefaultDrop(ColumnAt),
    /// A table or view goes away.
    RelationDrop(RelationDrop),
    /// A table or view gets another name, or goes into another schema: what it is called then.
    RelationRename(String),
    /// A table or view comes; its columns, where they can be told.
    RelationAdd(Option<Vec<String>>),
    /// The columns of a view that its new definition lacks, so that the server refuses it.
    ViewLoss(Vec<String>),
    /// What goes along with something that is dropped, because it says CASCADE.
    Cascade(Vec<Lost>),
    /// A value of an enum, which stands in the place of the table, gets another label: this one.
    EnumRename(String, String),
    /// All rows are deleted at once.
    Truncation,
    /// Rows are changed.
    RowsChange(RowsChange),
}

/// An index is built.
#[derive(Clone, Debug)]
pub struct IndexBuild {
    /// Its name, unless the server chooses one.
    pub index: Option<Name>,
    /// Writers wait until it is built.
    pub blocks_writes: bool,
    /// The statement after its keywords, for writing it anew.
    pub definition: Span,
    /// It is unique.
    pub unique: bool,
}

impl LockMode {
    /// Its keywords.
    pub fn words(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Which everyday statements wait for it.
    pub fn blocks(self) -> &'static [&'static str] {
        match self {
            Self::AccessExclusive => &["select", "insert", "update"],
            Self::Exclusive | Self::ShareRowExclusive | Self::Share => &["insert", "update"],
            _ => &[],
        }
    }
}
