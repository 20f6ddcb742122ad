//! Two environments side by side.

use std::collections::HashSet;

use super::{Location, Root};
use crate::diagnostic::SourceId;
use crate::document::entries::Form;
use crate::document::secret::is_secret;
use crate::settings::EnvironmentNames;
use crate::workspace::environments::names::Named;
use crate::workspace::environments::rows::Cell;
use crate::workspace::environments::value::Class;
use crate::workspace::environments::{Group, SettingsFile};

/// What two environments do not have in common.
#[derive(Debug)]
pub struct Drift<'a> {
    /// The environments, as they were asked for.
    pub environments: [String; 2],
    /// A table for each configuration that both have.
    pub tables: Vec<Table<'a>>,
}

/// One configuration in two environments.
#[derive(Debug)]
pub struct Table<'a> {
    /// Where it is.
    pub root: &'a Root,
    /// How it is kept.
    pub group: &'a Group,
    /// The two members.
    pub sides: [&'a SettingsFile; 2],
    /// What is not the same, by class and name.
    pub lines: Vec<Line>,
    /// How many settings are the same.
    pub same: usize,
}

/// A setting in two environments.
#[derive(Debug)]
pub struct Line {
    /// What it is about.
    pub class: Class,
    /// Its name.
    pub name: String,
    /// What each side has; none where it is missing.
    pub cells: [Option<Shown>; 2],
}

/// What may be shown of a setting.
#[derive(Debug)]
pub struct Shown {
    /// The value, where it may be seen.
    pub value: Option<String>,
    /// Where it stands.
    pub location: Location,
    /// It stands in a file that every environment reads first.
    pub is_inherited: bool,
}

/// Whether a file is for the environment that somebody asks for.
pub(super) fn is_for(file: &SettingsFile, asked: &str, said: &EnvironmentNames) -> bool {
    let own = file.environment.as_deref().unwrap_or_default();
    own.eq_ignore_ascii_case(asked) || Named::of(asked, said).is_some_and(|named| named.name == own)
}

impl<'a> Drift<'a> {
    /// Of all configurations below the roots. `only` names a file, by root, that must be one of the two; empty for all.
    pub fn of(roots: &'a [Root], only: &[&str], environments: [&str; 2], said: &EnvironmentNames) -> Self {
        let mut tables = Vec::new();
        for (root, only) in roots.iter().zip(only) {
            for group in &root.workspace.environments.groups {
                let all = || group.members.iter().chain(&group.aside);
                let side = |asked: &str| all().find(|file| is_for(file, asked, said));
                let (Some(one), Some(other)) = (side(environments[0]), side(environments[1])) else { continue };
                let is_wanted = |file: &SettingsFile| root.workspace.path(file.source) == *only;
                if only.is_empty() || is_wanted(one) || is_wanted(other) {
                    tables.push(Table::of(root, group, [one, other]));
                }
            }
        }
        Self { environments: environments.map(str::to_owned), tables }
    }
}

impl Line {
    /// How many bytes the values begin with that are the same, as they are shown on one line.
    pub fn alike(&self) -> usize {
        let [Some(one), Some(other)] = self.cells.each_ref().map(|cell| cell.as_ref().and_then(|shown| shown.value.as_deref()))
        else {
            return 0;
        };
        let (one, other) = (one_line(one), one_line(other));
        let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
        same.map(|(next, _)| next.len_utf8()).sum()
    }

    /// How many characters the longer value has.
    pub fn longest(&self) -> usize {
        let values = self.cells.iter().flatten().filter_map(|shown| shown.value.as_deref());
        values.map(|value| one_line(value).chars().count()).max().unwrap_or_default()
    }
}

/// A value with one blank for each gap.
pub fn one_line(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl<'a> Table<'a> {
    /// The files that one of the two is read after, beside the other one.
    pub fn base(&self) -> impl Iterator<Item = &'a SettingsFile> {
        let [one, other] = self.sides;
        let below = [one, other].into_iter().flat_map(|side| &side.stack.below);
        let mut seen: HashSet<SourceId> = [one.source, other.source].into();
        self.group.base.iter().chain(below).filter(move |file| seen.insert(file.source))
    }

    fn of(root: &'a Root, group: &'a Group, sides: [&'a SettingsFile; 2]) -> Self {
        let [one, other] = sides.map(|side| group.effective(side, machine_wins(root, side)));
        let mut names: Vec<&str> = one.keys().chain(other.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        let mut table = Self { root, group, sides, lines: Vec::new(), same: 0 };
        for name in names {
            let cells = [one.get(name).copied(), other.get(name).copied()];
            let texts: Vec<&str> = cells.iter().flatten().map(|cell| text(root, cell)).collect();
            if cells.iter().all(Option::is_some) && texts[0] == texts[1] {
                table.same += 1;
                continue;
            }
            let class = Class::of(name, &texts);
            let cells = cells.map(|cell| cell.map(|cell| shown(root, name, &cell)));
            table.lines.push(Line { class, name: name.to_owned(), cells });
        }
        table.lines.sort_by(|a, b| (a.class, &a.name).cmp(&(b.class, &b.name)));
        table
    }
}

/// Whether the file of one machine comes after those of environments.
pub(super) fn machine_wins(root: &Root, file: &SettingsFile) -> bool {
    root.workspace.readers.of_file(root.workspace.path(file.source)).iter().any(|told| told.machine_wins)
}

fn text<'r>(root: &'r Root, cell: &Cell<'r>) -> &'r str {
    cell.entry.text(&root.workspace.document(cell.file.source).source)
}

pub(super) fn shown(root: &Root, name: &str, cell: &Cell<'_>) -> Shown {
    let value = text(root, cell);
    // Whatever a dotenv file holds may be secret.
    let is_hidden = root.workspace.document(cell.file.source).dotenv().is_some();
    let value = match cell.entry.form {
        _ if is_hidden => None,
        Form::Null => Some("null".to_owned()),
        _ => visible(name, value),
    };
    Shown { value, location: root.location(cell.place()), is_inherited: cell.is_inherited }
}

/// A value, if it may be seen: neither the setting nor the value sounds secret, and no address holds a password.
pub(super) fn visible(name: &str, value: &str) -> Option<String> {
    let is_hidden = is_secret(name, value) || (value.contains("://") && value.contains('@'));
    (!is_hidden).then(|| value.to_owned())
}
