//! Columns, tables and rows as a statement changes them.

use super::{Effect, EffectKind};
use crate::database::way_back::{Object, Part};
use crate::diagnostic::{Place, SourceId};

/// A column as a statement meets it.
#[derive(Clone, Debug)]
pub struct ColumnAt {
    /// Its name.
    pub name: String,
    /// Where it was added with all that follows its name, where the history knows it.
    pub definition: Option<Place>,
    /// It was added since the last release, as far as anybody can tell.
    pub is_unshipped: bool,
}

impl ColumnAt {
    /// Added by the same file or since the last release, so that no running code knows it.
    pub fn is_new(&self, here: SourceId) -> bool {
        self.is_unshipped || self.definition.is_some_and(|definition| definition.source == here)
    }
}

/// A table or view goes away.
#[derive(Clone, Debug)]
pub struct RelationDrop {
    /// It is a view or a materialized view.
    pub is_view: bool,
    /// The columns that it had, where the history knows them.
    pub columns: Vec<String>,
    /// It is a part of a partitioned table.
    pub is_partition: bool,
    /// It may not have been there: the statement says IF EXISTS, and the history does not know it.
    pub is_doubtful: bool,
}

/// Something goes along with what is dropped with CASCADE.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lost {
    /// What it is, as people say it.
    pub said: String,
    /// The table that it belongs to, and the columns without which it would go, too.
    pub of: Option<(String, Vec<String>)>,
}

impl From<String> for Lost {
    fn from(said: String) -> Self {
        Self { said, of: None }
    }
}

/// Rows are changed.
#[derive(Clone, Debug)]
pub struct RowsChange {
    /// `UPDATE` or `DELETE`.
    pub verb: &'static str,
    /// No condition chooses among them.
    pub all: bool,
    /// A condition chooses few of them, as far as it shows.
    pub is_bounded: bool,
    /// The columns that are set.
    pub columns: Vec<String>,
}

impl Effect {
    /// Whether it takes this object away.
    pub fn takes_away(&self, object: &Object) -> bool {
        match &self.kind {
            EffectKind::RelationDrop(_) => object.table.is_none() && self.table.name == object.name,
            EffectKind::ColumnDrop(column) => {
                object.part == Part::Column && object.table.as_ref() == Some(&self.table.name) && column.name == object.name
            }
            _ => false,
        }
    }

    /// Says of all that it touches whether it is younger than the last release.
    pub fn date(&mut self, is_unshipped: impl Fn(Place) -> bool) {
        self.table.is_unshipped = self.table.created.is_some_and(&is_unshipped);
        if let EffectKind::ColumnDrop(column)
        | EffectKind::ColumnAdd(column)
        | EffectKind::ColumnRename(column, _)
        | EffectKind::Narrowing(column, ..)
        | EffectKind::Required(column)
        | EffectKind::DefaultSet(column)
        | EffectKind::DefaultDrop(column) = &mut self.kind
        {
            column.is_unshipped = column.definition.is_some_and(&is_unshipped);
        }
    }
}
