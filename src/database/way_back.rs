//! What do a way forward and its way back leave behind, taken together?
//!
//! [`Database::remember`] before the way forward, [`Database::way_back`] after it: that tries the way back, compares the
//! schema with the one before, and takes the way back away again. The record of changes says what there is to compare, so
//! it costs no more than the migration itself.

mod compare;
mod moved;

use std::collections::HashSet;

use super::{Database, FailureKind};
use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Action, AlterTable, DropObjects, Name, ObjectKind, Statement};
use compare::Comparison;
use moved::Moved;

/// What comes of going forward and back again.
#[derive(Clone, Debug, Default)]
pub struct WayBack {
    /// The statement of the way back that fails, and why. What comes after it was not tried.
    pub failure: Option<(Place, String)>,
    /// What is not as it was before, by name.
    pub differences: Vec<Difference>,
}

/// Something that is not as it was before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What it is.
    pub object: Object,
    /// What became of it.
    pub fate: Fate,
    /// What made it.
    pub made: Option<Place>,
}

/// What became of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The way forward made it, and the way back leaves it.
    Left,
    /// The way forward took it away, and the way back does not bring it back.
    Missing,
    /// The way back takes it away, although it is older than the way forward.
    Taken,
    /// The way back makes it, although it was not there before.
    Extra,
    /// It has another name than before: this one.
    Renamed(String),
    /// The way back makes it anew, without the rows or values that it had. The way forward may have moved them elsewhere.
    Emptied {
        /// The way forward read them to write them elsewhere.
        moved: bool,
        /// What makes it anew.
        again: Option<Place>,
    },
    /// Its type was this before, and is that.
    Type(String, String),
    /// The way back makes its type from this into that, which does not hold all the values written since.
    Narrowed(String, String),
    /// It was required before (true) and is not, or the reverse.
    Required(bool),
    /// Its default before, and now.
    Default(Option<Place>, Option<Place>),
}

/// A part of a schema.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Object {
    /// The table that it belongs to, if it belongs to one.
    pub table: Option<String>,
    /// What it is.
    pub part: Part,
    /// Its name.
    pub name: String,
}

/// What a part of a schema is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each is called by its name")]
pub enum Part {
    Table,
    View,
    MaterializedView,
    Sequence,
    Column,
    Constraint,
    Index,
    Trigger,
    Policy,
    Type,
    Function,
}

impl Part {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Type => "type",
            Self::Function => "function",
        }
    }
}

impl Object {
    /// What people call it: `orders.note` for a column, else its name.
    pub fn shown(&self) -> String {
        match (&self.table, self.part) {
            (Some(table), Part::Column) => format!("{table}.{}", self.name),
            _ => self.name.clone(),
        }
    }

    /// The statement that takes it away.
    pub fn drop_statement(&self) -> String {
        let name = quoted(&self.name);
        let table = quoted(self.table.as_deref().unwrap_or_default());
        match self.part {
            Part::Column => format!("ALTER TABLE {table} DROP COLUMN {name};"),
            Part::Constraint => format!("ALTER TABLE {table} DROP CONSTRAINT {name};"),
            Part::Trigger => format!("DROP TRIGGER {name} ON {table};"),
            Part::Policy => format!("DROP POLICY {name} ON {table};"),
            part => format!("DROP {} {name};", part.word().to_uppercase()),
        }
    }
}

/// A name as a statement writes it: each part in quotes where it needs them.
pub fn quoted(name: &str) -> String {
    let is_plain = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let quote = |part: &str| if is_plain(part) { part.to_owned() } else { format!("\"{}\"", part.replace('"', "\"\"")) };
    name.split('.').map(quote).collect::<Vec<_>>().join(".")
}

/// A statement of some file.
pub type Of<'a> = (SourceId, &'a Statement);

impl Database {
    /// A way forward begins whose way back will be tried.
    pub fn remember(&mut self) {
        self.schema.record();
    }

    /// That way forward is over.
    pub fn forget(&mut self) {
        self.schema.stop_recording();
    }

    /// Tries a way back after the way forward since [`Self::remember`], and takes it back.
    /// None where this version of the server does not know what it says.
    pub fn way_back(&mut self, up: &[Of<'_>], down: &[Of<'_>]) -> Option<WayBack> {
        let (turn, doubtful, lacks) = (self.schema.position(), self.schema.is_doubtful, self.schema.lacks);
        let ended = self.try_all(turn, down);
        let differences = if matches!(ended, Ok(None)) {
            let moved = Moved::of(up, down);
            Comparison::of(&self.schema, turn, &moved).differences()
        } else {
            Vec::new()
        };
        self.schema.back_to(turn);
        // What never runs forward asks for nothing.
        (self.schema.is_doubtful, self.schema.lacks) = (doubtful, lacks);
        self.end_script();
        Some(WayBack { failure: ended.ok()?, differences })
    }

    /// Applies statements until one fails. An error where one of them is for another version of the server.
    fn try_all(&mut self, turn: usize, statements: &[Of<'_>]) -> Result<Option<(Place, String)>, ()> {
        let (mut seen, mut named) = (turn, HashSet::new());
        let mut last = None;
        for (source, statement) in statements {
            if last.replace(*source).is_some_and(|last| last != *source) {
                self.end_script();
            }
            let place = Place { source: *source, span: statement.span };
            let end = self.schema.recorded();
            let new = self.schema.named_in(seen..end).map(|(schema, name)| (schema.to_owned(), name.to_owned()));
            named.extend(new);
            seen = end;
            if let Some(name) = needed(statement).into_iter().find(|name| self.is_gone(name, &named)) {
                return Ok(Some((place, format!("{name} is gone already when it comes"))));
            }
            match self.apply(statement, *source).error {
                Some(error) if error.kind == FailureKind::Unsupported => return Err(()),
                Some(error) => return Ok(Some((place, error.reason))),
                None => {}
            }
        }
        self.end_script();
        Ok(None)
    }

    /// Whether the way back has taken away what a name stood for.
    fn is_gone(&self, name: &Name, named: &HashSet<(String, String)>) -> bool {
        let home = self.schema.home(name, false).to_owned();
        self.schema.find(name).is_none() && named.contains(&(home, name.last().to_owned()))
    }
}

/// What a statement fails without.
fn needed(statement: &Statement) -> Vec<&Name> {
    match &statement.action {
        Action::Drop(drop) if drop.if_exists => Vec::new(),
        Action::Drop(drop) if has_slot(drop) => drop.names.iter().collect(),
        Action::Drop(drop) => drop.on.iter().collect(),
        Action::AlterTable(alter) if needs_table(alter) => vec![&alter.table],
        _ => Vec::new(),
    }
}

/// Whether it drops what has a name among the relations.
fn has_slot(drop: &DropObjects) -> bool {
    use ObjectKind::{Index, MaterializedView, Sequence, Table, View};
    matches!(drop.kind, Table | View | MaterializedView | Sequence | Index)
}

fn needs_table(alter: &AlterTable) -> bool {
    !alter.if_exists && alter.kind == ObjectKind::Table
}
