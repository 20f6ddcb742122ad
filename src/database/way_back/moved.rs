//! Which rows and values does a way forward write elsewhere, and which does a way back write again?

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Of;
use crate::database::schema::Relation;
use crate::document::sql::{Action, Body, Ident, Name, Query, TableChange};

/// What statements read to write it elsewhere, and what they write into.
#[derive(Default)]
pub(super) struct Moved {
    /// Tables that the way forward reads, and with them the words that may be columns; none for all.
    read: HashSet<String>,
    columns: HashSet<Arc<str>>,
    /// What tables were called that the way forward renames, by their new names.
    was: HashMap<String, String>,
    all_columns: bool,
    /// What the way forward drops or renames, by the last part of its name, whether the history knows it or not.
    dropped: HashSet<Arc<str>>,
    /// Tables that the way back puts rows into.
    filled: HashSet<String>,
    /// Columns that the way back writes.
    written: HashSet<Arc<str>>,
}

impl Moved {
    /// Of a way forward and its way back.
    pub fn of(up: &[Of<'_>], down: &[Of<'_>]) -> Self {
        let mut moved = Self::default();
        for (_, statement) in up {
            moved.forward(&statement.action);
        }
        for (_, statement) in down {
            moved.back(&statement.action);
        }
        moved
    }

    fn forward(&mut self, action: &Action) {
        match action {
            Action::Insert(insert) => self.reads(&insert.source),
            Action::CreateTable(create) => create.query.iter().for_each(|query| self.reads(query)),
            Action::Update(update) => {
                self.reads(&update.source);
                self.read.insert(key(&update.table));
            }
            Action::Merge(merge) => self.reads(&merge.source),
            Action::Do(block) => each(&block.body, |action| self.forward(action)),
            Action::Drop(drop) => self.dropped.extend(drop.names.iter().map(|name| name.last().into())),
            Action::AlterTable(alter) => {
                for action in &alter.actions {
                    match &action.change {
                        TableChange::DropColumn { column: name, .. }
                        | TableChange::DropConstraint { name, .. }
                        | TableChange::RenameColumn { column: name, .. }
                        | TableChange::RenameConstraint { name, .. } => drop(self.dropped.insert(name.text.clone())),
                        TableChange::RenameTo(to) => {
                            self.dropped.insert(alter.table.last().into());
                            self.was.insert(to.text.to_string(), key(&alter.table));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn reads(&mut self, query: &Query) {
        for name in query.reads.iter().map(key) {
            self.read.extend(self.was.get(&name).cloned());
            self.read.insert(name);
        }
        self.columns.extend(query.columns.iter().map(|column| column.text.clone()));
        self.all_columns |= query.star;
    }

    fn back(&mut self, action: &Action) {
        let columns = |columns: &[Ident]| columns.iter().map(|column| column.text.clone()).collect::<Vec<_>>();
        match action {
            Action::Insert(insert) => {
                self.filled.insert(key(&insert.table));
                self.written.extend(columns(&insert.columns));
            }
            Action::CreateTable(create) if create.query.is_some() => drop(self.filled.insert(key(&create.name))),
            Action::Update(update) => self.written.extend(columns(&update.columns)),
            Action::AlterTable(alter) if self.filled.contains(&key(&alter.table)) => {
                let names = alter.actions.iter().filter_map(|action| match &action.change {
                    TableChange::RenameTo(to) => Some(to.text.to_string()),
                    _ => None,
                });
                self.filled.extend(names);
            }
            Action::Merge(merge) => drop(self.filled.insert(key(&merge.table))),
            Action::Copy(copy) => self.filled.extend(copy.table.iter().map(key)),
            Action::Do(block) => each(&block.body, |action| self.back(action)),
            _ => {}
        }
    }

    /// Whether the way forward wrote its rows elsewhere, or values of one of its columns.
    pub fn is_read(&self, relation: &Relation, column: Option<&str>) -> bool {
        let has_column = column.is_none_or(|column| self.all_columns || self.columns.contains(column));
        has_column && self.read.contains(&*relation.name)
    }

    /// Whether the way forward drops something of this name.
    pub fn is_dropped(&self, name: &str) -> bool {
        self.dropped.contains(name)
    }

    /// Whether the way back puts rows in, or values into one of its columns.
    pub fn is_written(&self, relation: &Relation, column: Option<&str>) -> bool {
        self.filled.contains(&*relation.name) || column.is_some_and(|column| self.written.contains(column))
    }
}

/// By the last part alone: a schema more or less must not make rows look lost.
fn key(name: &Name) -> String {
    name.last().to_owned()
}

fn each<'a>(body: &'a Body, mut look: impl FnMut(&'a Action)) {
    body.statements.iter().for_each(|inner| look(&inner.statement.action));
}
