//! What does a history leave behind that makes trouble later? Asked once, at its end, so that a later file may mend it.

use std::sync::Arc;

use super::schema::{Constraint, Id, Index, Kind, Relation, Rule};
use super::{Database, quoted};
use crate::diagnostic::Place;
use crate::document::sql::{Referential, is_hole};

/// Something that is so at the end of a history.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// The table.
    pub table: String,
    /// The same as a statement has to write it: with the schema that a template fills in, too.
    pub written: String,
    /// What makes it so.
    pub place: Place,
    /// What it is.
    pub kind: TroubleKind,
}

/// What makes trouble later.
#[derive(Clone, Debug)]
pub enum TroubleKind {
    /// A constraint that was never validated: its name.
    Unvalidated(String),
    /// A foreign key whose columns no index leads to.
    UnindexedForeignKey {
        /// Its columns.
        columns: Vec<String>,
        /// The table that it refers to.
        to: String,
        /// What happens to its rows when theirs is deleted.
        on_delete: &'static str,
    },
    /// A primary key that numbers rows with a type that ends.
    NarrowKey {
        /// The column.
        column: String,
        /// Its type.
        data_type: &'static str,
    },
    /// An index that another one makes useless.
    RedundantIndex {
        /// Its name.
        index: String,
        /// The other one.
        other: String,
        /// What made the other one.
        because: Option<Place>,
    },
}

impl Trouble {
    fn of(relation: &Relation, place: Place, kind: TroubleKind) -> Self {
        let (table, schema) = (relation.display(), &relation.schema);
        let written = if is_hole(schema) { format!("{schema}.{}", quoted(&relation.name)) } else { quoted(&table) };
        Self { table, written, place, kind }
    }
}

impl Database {
    /// All there is now, in the order in which the tables came.
    pub fn troubles(&self) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        for (id, relation) in self.schema.all() {
            let is_own = matches!(relation.kind, Kind::Table | Kind::Partitioned) && !relation.temporary;
            if is_own && !relation.is_partition() {
                self.constraints(id, relation, &mut troubles);
                redundant(relation, &mut troubles);
            }
        }
        troubles
    }

    fn constraints(&self, id: Id, relation: &Relation, troubles: &mut Vec<Trouble>) {
        for constraint in relation.constraints.iter().filter(|constraint| !constraint.inherited) {
            let Some(place) = constraint.made else { continue };
            if !constraint.valid {
                let kind = TroubleKind::Unvalidated(constraint.name.to_string());
                troubles.push(Trouble::of(relation, place, kind));
            }
            match &constraint.rule {
                Rule::Foreign { to, on_delete, .. } if relation.created.is_some() => {
                    if let Some(on_delete) = acts(*on_delete)
                        && !leads(relation, &constraint.columns)
                    {
                        let columns = constraint.columns.iter().map(ToString::to_string).collect();
                        let kind = TroubleKind::UnindexedForeignKey { columns, to: self.schema.display(*to), on_delete };
                        troubles.push(Trouble::of(relation, place, kind));
                    }
                }
                Rule::Key(true) => troubles.extend(narrow(id, relation, constraint)),
                _ => {}
            }
        }
    }
}

/// A key that runs out of numbers.
fn narrow(id: Id, relation: &Relation, key: &Constraint) -> Option<Trouble> {
    let [name] = key.columns.as_slice() else { return None };
    let column = relation.column(name)?;
    let draws = column.default.as_ref().is_some_and(|default| !default.sequences.is_empty());
    let data_type = match &*column.data_type.name {
        "int2" => "smallint",
        "int4" => "integer",
        _ => return None,
    };
    // One that refers to another table can hold no more than that.
    let refers = relation.constraints.iter().any(|it| it.target().is_some_and(|to| to != id) && it.columns == key.columns);
    let is_numbered = (draws || column.identity) && !column.data_type.is_array && !refers;
    let kind = TroubleKind::NarrowKey { column: name.to_string(), data_type };
    is_numbered.then_some(Trouble::of(relation, column.definition?, kind))
}

/// What the server does to the rows that refer to one that is deleted.
fn acts(on_delete: Referential) -> Option<&'static str> {
    match on_delete {
        Referential::Cascade => Some("CASCADE"),
        Referential::SetNull => Some("SET NULL"),
        Referential::SetDefault => Some("SET DEFAULT"),
        Referential::NoAction | Referential::Restrict => None,
    }
}

/// Whether an index begins with these columns, in any order.
fn leads(relation: &Relation, columns: &[Arc<str>]) -> bool {
    relation.indexes.iter().filter(|index| &*index.method != "brin").any(|index| {
        let first: Vec<&str> = index.keys.iter().take(columns.len()).filter_map(|key| key.as_deref()).collect();
        let is_for_all = !index.partial || index.others.iter().all(|other| columns.contains(other));
        is_for_all && first.len() == columns.len() && columns.iter().all(|column| first.contains(&&**column))
    })
}

/// Plain indexes over one column with which another one begins, too.
fn redundant(relation: &Relation, troubles: &mut Vec<Trouble>) {
    let is_plain = |index: &&Index| {
        let is_whole = index.valid && !index.partial && !index.has_expression && index.part_of.is_none();
        is_whole && &*index.method == "btree"
    };
    // By its first column, so that no pair is looked at in vain.
    let mut by_column: std::collections::BTreeMap<&str, Vec<&Index>> = std::collections::BTreeMap::new();
    for index in relation.indexes.iter().filter(is_plain) {
        if let Some(Some(first)) = index.keys.first() {
            by_column.entry(first).or_default().push(index);
        }
    }
    for indexes in by_column.into_values().filter(|indexes| indexes.len() > 1) {
        let narrow = |index: &Index| index.keys.len() == 1 && index.others.is_empty();
        // The one that stays: the widest, or the one that a constraint stands on.
        let Some(best) = indexes.iter().copied().max_by_key(|index| (index.unique && narrow(index), index.keys.len())) else {
            continue;
        };
        for index in indexes.iter().copied().filter(|index| narrow(index) && !index.unique && !index.constraint) {
            let same = |one: &Index| (one.classes.first().cloned(), one.collations.first().cloned());
            if index.name != best.name
                && same(index) == same(best)
                && let Some(place) = index.made
            {
                let (name, other) = (index.name.to_string(), best.name.to_string());
                let kind = TroubleKind::RedundantIndex { index: name, other, because: best.made };
                troubles.push(Trouble::of(relation, place, kind));
            }
        }
    }
}
