//! A group as a table: settings down, members across, with what each of them gets from a base.

use std::collections::BTreeMap;

use super::SettingsFile;
use super::group::{Group, by_name};
use super::stack::is_same;
use crate::diagnostic::Place;
use crate::document::entries::{Entry, Form};
use crate::workspace::Workspace;

/// One setting in all members, by numbers: of files and of their settings.
pub(super) type Line = Box<[Option<(u32, u32)>]>;

/// One setting in all members.
#[derive(Clone, Copy, Debug)]
pub struct Row<'g> {
    /// Its name.
    pub name: &'g str,
    group: &'g Group,
    line: &'g Line,
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

impl<'g> Cell<'g> {
    /// Where it is set.
    pub fn place(&self) -> Place {
        self.file.place(self.entry.key)
    }

    /// What it says, without blanks around it, where that is one value and no template fills it in.
    pub fn value(&self, workspace: &'g Workspace) -> Option<&'g str> {
        let is_known = !matches!(self.entry.form, Form::Open | Form::List | Form::Null);
        is_known.then(|| self.entry.text(&workspace.document(self.file.source).source).trim())
    }
}

impl Group {
    /// What holds for a file of the group: its own settings, over those that it is read after, below those that come later.
    pub fn effective<'g>(&'g self, file: &'g SettingsFile, machine_wins: bool) -> BTreeMap<&'g str, Cell<'g>> {
        let mut cells = BTreeMap::new();
        let layers = self.layers(file, machine_wins).into_iter();
        // What names variables of the process has no values.
        for layer in layers.filter(|layer| !file.stack.variables.as_ref().is_some_and(|other| is_same(layer, other))) {
            let is_inherited = !is_same(layer, file);
            cells.extend(by_name(layer).into_iter().map(|(name, entry)| (name, Cell { file: layer, entry, is_inherited })));
        }
        cells
    }

    /// All settings of all members, by name. The last of duplicates counts, a member's own before a base's, and the more
    /// special base before the more general one.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let name = |line| self.cells_of(line).flatten().next().map_or("", |cell| &*cell.entry.name);
        let lines = self.lines.get_or_init(|| self.lined_up());
        lines.iter().map(move |line| Row { name: name(line), group: self, line })
    }

    fn cells_of<'g>(&'g self, line: &'g Line) -> impl Iterator<Item = Option<Cell<'g>>> {
        line.iter().map(|at| Some(self.cell_at((*at)?)))
    }

    fn cell_at(&self, (number, entry): (u32, u32)) -> Cell<'_> {
        let (file, is_inherited) = (self.file(number as usize), number as usize >= self.members.len());
        Cell { file, entry: &file.settings[entry as usize], is_inherited }
    }

    /// A member by its number, one of the bases, which are counted after them, or at last what single members are read after.
    fn file(&self, number: usize) -> &SettingsFile {
        let shared = self.members.get(number).or_else(|| self.base.get(number - self.members.len()));
        shared.unwrap_or_else(|| {
            let (member, at) = self.below[number - self.members.len() - self.base.len()];
            &self.members[member].stack.below[at]
        })
    }

    /// The rows by numbers.
    fn lined_up(&self) -> Vec<Line> {
        let count = self.members.len();
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut all: Vec<(&str, u32, u32)> = Vec::new();
        let for_all = count + self.base.len();
        for at in 0..for_all + self.below.len() {
            let settings = self.file(at).settings.iter().zip(0..);
            all.extend(settings.map(|(entry, index)| (&*entry.name, number(at), index)));
        }
        all.sort_unstable();
        let line = |settings: &[(&str, u32, u32)]| {
            let mut cells: Line = vec![None; count].into();
            let (own, shared) = settings.split_at(settings.partition_point(|(_, file, _)| *file < number(count)));
            for (_, file, entry) in own {
                cells[*file as usize] = Some((*file, *entry));
            }
            let (shared, of_one) = shared.split_at(shared.partition_point(|(_, file, _)| *file < number(for_all)));
            // What somebody reads right before it counts more than what all begin with.
            for (_, file, entry) in of_one.iter().rev() {
                let cell = &mut cells[self.below[*file as usize - for_all].0];
                *cell = cell.or(Some((*file, *entry)));
            }
            let inherited = shared.last().map(|(_, file, entry)| (*file, *entry));
            cells.iter_mut().for_each(|cell| *cell = cell.or(inherited));
            cells
        };
        all.chunk_by(|one, other| one.0 == other.0).map(line).collect()
    }
}

impl<'g> Row<'g> {
    /// What each member has, in the order of the members.
    pub fn cells(&self) -> impl Iterator<Item = Option<Cell<'g>>> + use<'g> {
        self.group.cells_of(self.line)
    }

    /// What a member has.
    pub fn cell(&self, member: usize) -> Option<Cell<'g>> {
        self.line[member].map(|at| self.group.cell_at(at))
    }

    /// What a member sets itself.
    pub fn own(&self, member: usize) -> Option<Cell<'g>> {
        self.cell(member).filter(|cell| !cell.is_inherited)
    }

    /// What the other members have, with their numbers.
    pub fn others(&self, member: usize) -> impl Iterator<Item = (usize, Cell<'g>)> + use<'g> {
        self.cells().enumerate().filter(move |(at, _)| *at != member).filter_map(|(at, cell)| Some((at, cell?)))
    }
}
