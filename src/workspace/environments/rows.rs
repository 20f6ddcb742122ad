//! A group as a table: settings down, members across, with what each of them gets from a base.

use std::collections::BTreeMap;

use super::SettingsFile;
use super::group::{Group, by_name};
use crate::diagnostic::Place;
use crate::document::entries::Entry;

/// One setting in all members.
#[derive(Debug)]
pub struct Row<'g> {
    /// Its name.
    pub name: &'g str,
    /// What each member has, in the order of the members.
    pub cells: Vec<Option<Cell<'g>>>,
}

/// What holds for one member.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'g> {
    /// Where it stands: the member itself, or a base.
    pub file: &'g SettingsFile,
    /// The setting.
    pub entry: &'g Entry,
    /// It stands in a base.
    pub is_inherited: bool,
}

impl Cell<'_> {
    /// Where it is set.
    pub fn place(&self) -> Place {
        self.file.place(self.entry.key)
    }
}

impl Group {
    /// What holds for a file of the group: its own settings, over those of the base.
    pub fn effective<'g>(&'g self, file: &'g SettingsFile) -> BTreeMap<&'g str, Cell<'g>> {
        let mut cells = BTreeMap::new();
        for (layer, is_inherited) in self.base.iter().map(|base| (base, true)).chain([(file, false)]) {
            cells.extend(by_name(layer).into_iter().map(|(name, entry)| (name, Cell { file: layer, entry, is_inherited })));
        }
        cells
    }

    /// All settings of all members, by name. The last of duplicates counts, a member's own before a base's, and the more
    /// special base before the more general one.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let count = self.members.len();
        let mut rows: BTreeMap<&str, Vec<Option<Cell<'_>>>> = BTreeMap::new();
        for (at, file) in self.members.iter().enumerate() {
            for (name, entry) in by_name(file) {
                rows.entry(name).or_insert_with(|| vec![None; count])[at] = Some(Cell { file, entry, is_inherited: false });
            }
        }
        for file in self.base.iter().rev() {
            for (name, entry) in by_name(file) {
                for cell in rows.entry(name).or_insert_with(|| vec![None; count]) {
                    if cell.is_none() {
                        *cell = Some(Cell { file, entry, is_inherited: true });
                    }
                }
            }
        }
        rows.into_iter().map(|(name, cells)| Row { name, cells }).collect()
    }
}

impl<'g> Row<'g> {
    /// What a member sets itself.
    pub fn own(&self, member: usize) -> Option<Cell<'g>> {
        self.cells[member].filter(|cell| !cell.is_inherited)
    }

    /// What the other members have, with their numbers.
    pub fn others(&self, member: usize) -> impl Iterator<Item = (usize, Cell<'g>)> {
        self.cells.iter().enumerate().filter(move |(at, _)| *at != member).filter_map(|(at, cell)| Some((at, (*cell)?)))
    }
}
