//! Tables, views and sequences, and what belongs to one.

use std::sync::Arc;

use super::{ColumnType, Id, Made, Shared, TypeId};
use crate::diagnostic::SourceId;
use crate::document::sql::{Bound, Ident, Referential, Term, is_hole};

/// What a relation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::database) enum Kind {
    #[default]
    Table,
    Partitioned,
    View,
    MaterializedView,
    Sequence,
    Foreign,
}

impl Kind {
    /// With its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Partitioned => "a partitioned table",
            Self::View => "a view",
            Self::MaterializedView => "a materialized view",
            Self::Sequence => "a sequence",
            Self::Foreign => "a foreign table",
        }
    }
}

/// Whether a table holds rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::database) enum Rows {
    /// The history made it and put none in. Others may have.
    #[default]
    None,
    /// The history put some in.
    Some,
    /// It is older than the history.
    Unknown,
}

/// Nothing is left of what a table held.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::database) enum Emptied {
    /// No row is; what was deleted is still read over.
    Rows,
    /// There is nothing to read.
    Storage,
}

/// A table, view or sequence.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not")]
pub(in crate::database) struct Relation {
    pub schema: Arc<str>,
    pub name: Arc<str>,
    pub kind: Kind,
    /// By the history; none for what is older. Of that, what is not in here may be there all the same.
    pub created: Made,
    /// All its columns are in here.
    pub whole: bool,
    /// A dump tells what is in here, which may be of another day: nothing of it stands in anybody's way.
    pub is_told: bool,
    pub temporary: bool,
    pub unlogged: bool,
    pub rows: Rows,
    /// In which transaction it was emptied, or proved to be empty.
    pub emptied: Option<(u32, Emptied)>,
    /// The type that its columns come from.
    pub of_type: Option<TypeId>,
    pub columns: Shared<Column>,
    pub constraints: Shared<Constraint>,
    pub indexes: Shared<Index>,
    /// What it inherits from or is a partition of.
    pub parents: Shared<Id>,
    /// What inherits from it; its partitions.
    pub children: Shared<Id>,
    /// The partition that was made its default one last; it may have gone.
    pub default_part: Option<Id>,
    /// Which rows it holds as a partition.
    pub bound: Option<Bound>,
    /// The columns by which it is partitioned; none for an expression.
    pub key: Shared<Option<Arc<str>>>,
    /// Tables with a foreign key to this one.
    pub referrers: Shared<Id>,
    /// What a view reads.
    pub uses: Shared<Id>,
    /// The columns that a view may use of what it reads; none for all.
    pub used_columns: Option<Vec<Arc<str>>>,
    /// All columns of these.
    pub used_whole: Shared<Id>,
    /// What a view calls.
    pub functions: Shared<Arc<str>>,
    /// When a view was last told what it shows.
    pub told: u32,
    /// Views that read it.
    pub used_by: Shared<Id>,
    pub triggers: Shared<Trigger>,
    /// Its policies and rules.
    pub policies: Shared<Policy>,
    /// Tables that had a column of its row type.
    pub worn_by: Shared<Id>,
    /// Tables with a policy or rule that asks this one.
    pub asked_by: Shared<Id>,
    pub owner: Option<Arc<str>>,
    pub method: Option<Arc<str>>,
    pub tablespace: Option<Arc<str>>,
    /// By which index it was clustered.
    pub clustered: Option<Arc<str>>,
    /// The column that a sequence belongs to.
    pub owned_by: Option<(Id, Arc<str>)>,
    /// Sequences that belong to a column.
    pub sequences: Shared<Id>,
}

/// A column.
#[derive(Clone, Debug, Default)]
pub(in crate::database) struct Column {
    pub name: Arc<str>,
    pub data_type: ColumnType,
    pub collation: Option<Arc<str>>,
    pub not_null: bool,
    pub default: Option<Default_>,
    pub identity: bool,
    /// Computed from these columns.
    pub generated: Option<Generated>,
    /// Where it was added with all that follows its name.
    pub definition: Made,
    /// The file that added it without a value and has written nothing since: it is NULL in all rows.
    pub unfilled: Option<SourceId>,
    /// When it was added.
    pub born: u32,
}

/// A default, as far as it matters.
#[derive(Clone, Debug, Default)]
pub(in crate::database) struct Default_ {
    /// Sequences that it draws from.
    pub sequences: Vec<Id>,
    /// What it calls.
    pub functions: Vec<Arc<str>>,
    /// Its expression; none for that of a serial type.
    pub written: Made,
}

/// How a column is computed.
#[derive(Clone, Debug)]
pub(in crate::database) struct Generated {
    pub from: Vec<Arc<str>>,
    pub stored: bool,
}

/// A constraint.
#[derive(Clone, Debug)]
pub(in crate::database) struct Constraint {
    pub name: Arc<str>,
    pub rule: Rule,
    pub columns: Vec<Arc<str>>,
    pub valid: bool,
    /// It came from the table above.
    pub inherited: bool,
    /// What added it.
    pub made: Made,
}

/// What a constraint says.
#[derive(Clone, Debug)]
pub(in crate::database) enum Rule {
    Check {
        terms: Vec<Term>,
        /// What it calls.
        functions: Vec<Arc<str>>,
        no_inherit: bool,
    },
    NotNull,
    /// Primary key (true) or unique, by the index of the same name.
    Key(bool),
    Exclude,
    Foreign {
        to: Id,
        to_columns: Vec<Arc<str>>,
        on_delete: Referential,
    },
}

/// An index.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not")]
pub(in crate::database) struct Index {
    pub name: Arc<str>,
    pub method: Arc<str>,
    /// Its key: a column, or none for an expression.
    pub keys: Vec<Option<Arc<str>>>,
    /// The operator classes that are written.
    pub classes: Vec<Option<Arc<str>>>,
    /// The collations that are written.
    pub collations: Vec<Option<Arc<str>>>,
    /// What a name that the server makes up is made of.
    pub about: Arc<str>,
    /// Columns that it carries along, and all that its expressions and its predicate may use.
    pub others: Vec<Arc<str>>,
    /// What its expressions and its predicate call.
    pub functions: Vec<Arc<str>>,
    pub has_expression: bool,
    /// A column goes down, or has its NULLs where others have not.
    pub is_turned: bool,
    pub partial: bool,
    pub unique: bool,
    /// A constraint stands on it.
    pub constraint: bool,
    pub valid: bool,
    /// The index of the partitioned table above that it is a part of.
    pub part_of: Option<(Id, Arc<str>)>,
    /// What built it.
    pub made: Made,
}

impl Index {
    pub fn mentions(&self, column: &str) -> bool {
        self.keys.iter().flatten().chain(&self.others).any(|name| **name == *column)
    }

    /// Whether the other can serve as a part of this one.
    pub fn fits(&self, other: &Self) -> bool {
        let same = |one: &Self, other: &Self| {
            one.method == other.method
                && one.keys == other.keys
                && one.classes == other.classes
                && one.collations == other.collations
                && one.others == other.others
                && one.partial == other.partial
        };
        let is_plain = !self.has_expression && !self.partial && other.part_of.is_none();
        is_plain && same(self, other) && self.unique == other.unique && (other.constraint || !self.constraint)
    }
}

/// A trigger.
#[derive(Clone, Debug)]
pub(in crate::database) struct Trigger {
    pub name: Arc<str>,
    pub function: Arc<str>,
    /// What its UPDATE OF and its WHEN name.
    pub columns: Vec<Arc<str>>,
    pub each_row: bool,
    /// It came from the partitioned table above.
    pub cloned: bool,
    /// What made it.
    pub made: Made,
}

/// A policy of row security, or a rule.
#[derive(Clone, Debug)]
pub(in crate::database) struct Policy {
    pub name: Arc<str>,
    pub is_rule: bool,
    pub columns: Vec<Arc<str>>,
    /// Other tables that it asks or writes to.
    pub uses: Vec<Id>,
    /// What made it.
    pub made: Made,
}

impl Relation {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| *column.name == *name)
    }

    /// The column of this name; one that the history did not make is believed to be there.
    pub fn learn(&mut self, name: &str) -> &mut Column {
        let at = self.columns.iter().position(|column| *column.name == *name).unwrap_or_else(|| {
            self.columns.push(Column { name: name.into(), ..Column::default() });
            self.columns.len() - 1
        });
        &mut self.columns[at]
    }

    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| *constraint.name == *name)
    }

    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| *index.name == *name)
    }

    /// The tables that its foreign keys refer to.
    pub fn references(&self) -> impl Iterator<Item = Id> {
        self.constraints.iter().filter_map(Constraint::target)
    }

    /// Gives a column another name, and tells all that is made of it.
    pub fn rename_column(&mut self, from: &str, to: &str) {
        let rename = |name: &mut Arc<str>| {
            if **name == *from {
                *name = to.into();
            }
        };
        self.columns.iter_mut().for_each(|column| {
            rename(&mut column.name);
            column.generated.iter_mut().flat_map(|how| &mut how.from).for_each(rename);
        });
        self.constraints.iter_mut().flat_map(|it| &mut it.columns).for_each(rename);
        for constraint in &mut self.constraints {
            if let Rule::Check { terms, .. } = &mut constraint.rule {
                terms.iter_mut().filter_map(term_column).for_each(|column| rename(&mut column.text));
            }
        }
        for index in &mut self.indexes {
            index.keys.iter_mut().flatten().chain(&mut index.others).for_each(rename);
        }
        self.key.iter_mut().flatten().for_each(rename);
        self.triggers.iter_mut().flat_map(|it| &mut it.columns).for_each(rename);
        self.policies.iter_mut().flat_map(|it| &mut it.columns).for_each(rename);
    }

    /// The name as people say it: without the default schema.
    pub fn display(&self) -> String {
        match &*self.schema {
            "public" | super::TEMPORARY => self.name.to_string(),
            schema if is_hole(schema) => self.name.to_string(),
            schema => format!("{schema}.{}", self.name),
        }
    }

    pub fn is_table(&self) -> bool {
        matches!(self.kind, Kind::Table | Kind::Partitioned) && !self.temporary
    }

    pub fn is_partition(&self) -> bool {
        self.bound.is_some()
    }

    /// It holds rows of its own.
    pub fn has_storage(&self) -> bool {
        matches!(self.kind, Kind::Table | Kind::MaterializedView)
    }

    /// Forgets that it has to do with another relation.
    pub fn forget(&mut self, id: Id) {
        for list in [
            &mut self.parents,
            &mut self.children,
            &mut self.referrers,
            &mut self.uses,
            &mut self.used_whole,
            &mut self.used_by,
            &mut self.asked_by,
            &mut self.sequences,
        ] {
            list.retain(|other| *other != id);
        }
        self.constraints.retain(|constraint| constraint.target() != Some(id));
        self.policies.retain(|policy| !policy.uses.contains(&id));
        if self.parents.is_empty() {
            self.bound = None;
        }
    }

    /// Whether a valid constraint lets no NULL into a column. A CHECK proves that to servers from 12 on.
    pub fn refuses_null(&self, column: &str) -> bool {
        self.constraints.iter().filter(|constraint| constraint.valid).any(|constraint| match &constraint.rule {
            Rule::Check { terms, .. } => terms.iter().any(|term| matches!(term, Term::NotNull(name) if *name.text == *column)),
            _ => false,
        })
    }
}

impl Constraint {
    /// The table that a foreign key refers to.
    pub fn target(&self) -> Option<Id> {
        match self.rule {
            Rule::Foreign { to, .. } => Some(to),
            _ => None,
        }
    }

    pub fn mentions(&self, column: &str) -> bool {
        self.columns.iter().any(|name| **name == *column)
    }
}

/// The column that a term speaks of.
fn term_column(term: &mut Term) -> Option<&mut Ident> {
    match term {
        Term::NotNull(column) | Term::Compare(column, ..) | Term::In(column, _) => Some(column),
        Term::Other(_) => None,
    }
}
