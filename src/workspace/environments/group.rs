//! The same settings for several environments: what all have, what one lacks, what it gets from a base.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::SettingsFile;
use super::rows::Line;
use super::slips::{Slip, half_slips, slips};
use super::stack::is_same;
use crate::diagnostic::Place;
use crate::document::entries::Entry;

/// Files that configure the same thing for different environments.
#[derive(Debug)]
pub struct Group {
    /// The members on the way to production, by path.
    pub members: Vec<SettingsFile>,
    /// Those beside it: laptops, review apps, names that nobody knows.
    pub aside: Vec<SettingsFile>,
    /// What all of them read first, the most general first.
    pub base: Vec<SettingsFile>,
    /// How many of all cells (a key in a member) are filled, in percent.
    pub parity: usize,
    /// How many keys there are.
    pub keys: usize,
    /// Every file has every key, but for the odd one out.
    pub is_complete: bool,
    /// What all members set but one, by member; what a file sets that every environment reads first is none.
    pub gaps: Vec<Gap>,
    /// Names that one member writes otherwise than all the others.
    pub slips: Vec<Slip>,
    /// The settings of all files, side by side, once somebody asked.
    pub(super) lines: OnceLock<Vec<Line>>,
    /// What single members are read after, beside the bases: the member, and the place in its stack.
    pub(super) below: Vec<(usize, usize)>,
}

/// A setting that one member of a group lacks.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Which member lacks it.
    pub member: usize,
    /// The name.
    pub name: Box<str>,
    /// The key in another member that has it.
    pub neighbour: Place,
}

/// At least this share of all cells (a key in a file) must be filled in a group of the complete style.
const COMPLETE_PERCENT: usize = 95;

/// Two files with fewer settings tell of no style.
const PAIR_KEYS: usize = 8;

/// Which members have which maps and items of lists: of two files, one may do without any of them.
struct Items<'a>(HashSet<(usize, &'a str)>);

impl<'a> Items<'a> {
    fn of(cells: &[(&'a str, usize, Place)]) -> Self {
        Self(cells.iter().flat_map(|(name, member, _)| around(name).map(|around| (*member, around))).collect())
    }

    /// Whether a member has what a setting stands in, where that is known by more than a number.
    fn has(&self, member: usize, name: &str) -> bool {
        let Some(around) = around(name).last() else { return true };
        let is_numbered = around.rsplit_once('[').is_some_and(|(_, item)| item.starts_with(|first: char| first.is_ascii_digit()));
        !is_numbered && self.0.contains(&(member, around))
    }
}

/// The maps and items that a setting stands in, the outermost first.
fn around(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').map(|(at, _)| &name[..at])
}

/// The member that does not set what the others set.
fn first_without(setters: &[(&str, usize, Place)]) -> usize {
    setters.iter().zip(0..).find(|((_, member, _), at)| member != at).map_or(setters.len(), |(_, at)| at)
}

/// At least this share of the top keys of the smaller of two trees stands in the other one, if they are about the same.
const SHAPE_PERCENT: usize = 20;

impl Group {
    /// Puts files together, if they are about the same thing in two environments or more.
    pub fn of(files: Vec<SettingsFile>, base: Vec<SettingsFile>) -> Option<Self> {
        let files = alike(files, &base);
        let (aside, mut members): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.is_aside);
        let names: BTreeSet<&str> = members.iter().filter_map(|file| file.environment.as_deref()).collect();
        if names.len() < 2 {
            return None;
        }
        // Two regions of one environment: neither says what the other must have.
        let mut seen = HashSet::new();
        members.retain(|file| seen.insert(file.environment.clone()));
        let mut group = Self {
            members,
            aside,
            base,
            parity: 0,
            keys: 0,
            is_complete: false,
            gaps: Vec::new(),
            slips: Vec::new(),
            lines: OnceLock::new(),
            below: Vec::new(),
        };
        let is_base = |file: &SettingsFile| group.base.iter().any(|base| is_same(base, file));
        let of_member = |(member, at): (&SettingsFile, usize)| {
            let own = member.stack.below.iter().enumerate().filter(|(_, file)| !is_base(file));
            own.map(|(number, _)| (at, number)).collect::<Vec<_>>()
        };
        group.below = group.members.iter().zip(0..).flat_map(of_member).collect();
        group.compare();
        Some(group)
    }

    fn compare(&mut self) {
        let shared: HashMap<&str, Place> =
            self.base.iter().flat_map(|file| file.settings.iter().map(|entry| (&*entry.name, file.place(entry.key)))).collect();
        let cells = self.cells();
        let count = self.members.len();
        let (mut keys, items) = (0, Items::of(&cells));
        let mut gaps = Vec::new();
        let mut alone: Vec<Vec<(&str, Place)>> = vec![Vec::new(); count];
        for setters in cells.chunk_by(|(one, ..), (other, ..)| one == other) {
            let (name, _, neighbour) = setters[0];
            let is_shared = shared.contains_key(name);
            let missing = (setters.len() + 1 == count).then(|| first_without(setters));
            keys += 1;
            if setters.len() == 1 && !is_shared {
                alone[setters[0].1].push((name, neighbour));
            }
            // Items of lists may well differ in what they are known by.
            let may_differ = count == 2 && missing.is_some_and(|member| !items.has(member, name));
            if let Some(member) = missing.filter(|_| !is_shared && !may_differ) {
                gaps.push(Gap { member, name: name.into(), neighbour });
            }
        }
        gaps.retain(|gap| !self.members[gap.member].is_open && !self.members[gap.member].covers(&gap.name));
        let of_stack = |file: &'_ SettingsFile| {
            let all = file.stack.below.iter().chain(&file.stack.above);
            all.flat_map(|other| other.settings.iter().map(|entry| entry.name.to_string())).collect::<HashSet<_>>()
        };
        let supplied: Vec<HashSet<String>> = self.members.iter().map(of_stack).collect();
        gaps.retain(|gap| !supplied[gap.member].contains(&*gap.name));
        let mut found: Vec<Slip> = Vec::new();
        for (member, own) in alone.iter().enumerate() {
            let lacking: Vec<(&str, Place)> =
                gaps.iter().filter(|gap| gap.member == member).map(|gap: &Gap| (&*gap.name, gap.neighbour)).collect();
            let mut of_member = slips(member, own, &lacking);
            of_member.extend(self.half_slips(member, own, &cells, &shared, &of_member));
            found.extend(of_member);
        }
        // Of two that differ, one is enough: that of production.
        let is_odd = |slip: &Slip| count > 2 || !slip.is_sure || self.members[slip.member].is_production();
        gaps.retain(|gap| !found.iter().any(|slip| slip.member == gap.member && slip.meant == gap.name));
        if count == 2 {
            gaps.retain(|gap| !found.iter().any(|slip| slip.written == gap.name));
        }
        found.retain(is_odd);
        gaps.sort_unstable_by_key(|gap| (gap.member, gap.neighbour));
        let filled = cells.len();
        let share = |filled: usize| filled * 100 >= keys * count * COMPLETE_PERCENT;
        // One cell may be empty without changing what a group looks like: that is the one to be found.
        self.is_complete = match count {
            2 => keys >= PAIR_KEYS && (share(filled) || filled + 1 >= keys * 2),
            _ => share(filled + 1),
        };
        self.parity = (filled * 100).checked_div(keys * count).unwrap_or(0);
        (self.keys, self.gaps, self.slips) = (keys, gaps, found);
    }

    /// Who sets what, by name, each member once.
    fn cells(&self) -> Vec<(&str, usize, Place)> {
        let cells = self
            .members
            .iter()
            .enumerate()
            .flat_map(|(at, member)| member.settings.iter().map(move |entry| (&*entry.name, at, member.place(entry.key))));
        let mut all: Vec<(&str, usize, Place)> = cells.collect();
        all.sort_unstable();
        all.dedup_by_key(|(name, member, _)| (*name, *member));
        all
    }

    /// Slips in names that not all others set, but a base does, or two of the others do; for production one will do.
    fn half_slips(
        &self,
        member: usize,
        own: &[(&str, Place)],
        cells: &[(&str, usize, Place)],
        shared: &HashMap<&str, Place>,
        found: &[Slip],
    ) -> Vec<Slip> {
        let own: Vec<(&str, Place)> =
            own.iter().copied().filter(|(name, _)| !found.iter().any(|slip| *slip.written == **name)).collect();
        if own.is_empty() {
            return Vec::new();
        }
        let sets: HashSet<&str> = self.members[member].settings.iter().map(|entry| &*entry.name).collect();
        let enough = if self.members[member].is_production() { 1 } else { 2 };
        let by_others = cells.chunk_by(|(one, ..), (other, ..)| one == other).filter(|setters| setters.len() >= enough);
        let by_others = by_others.map(|setters| (setters[0].0, setters[0].2));
        let lacking = by_others.chain(shared.iter().map(|(name, place)| (*name, *place)));
        let mut lacking: Vec<(&str, Place)> = lacking.filter(|(name, _)| !sets.contains(name)).collect();
        lacking.sort_unstable();
        half_slips(member, &own, &lacking)
    }

    /// The files that a member of the group is put together from, in the order in which they are read.
    pub fn layers<'g>(&'g self, file: &'g SettingsFile, machine_wins: bool) -> Vec<&'g SettingsFile> {
        file.stack.around(file, &self.base, machine_wins)
    }
}

/// What a file sets, by name; of duplicates the last.
pub fn by_name(file: &SettingsFile) -> HashMap<&str, &Entry> {
    file.settings.iter().map(|entry| (&*entry.name, entry)).collect()
}

/// Without the files that are about something else: trees that share hardly a top key with all the others.
fn alike(files: Vec<SettingsFile>, base: &[SettingsFile]) -> Vec<SettingsFile> {
    if files.iter().all(|file| file.is_flat) {
        return files;
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for top in base.iter().chain(&files).flat_map(tops) {
        *counts.entry(top).or_default() += 1;
    }
    let total = counts.len();
    let shares = |file: &SettingsFile| {
        let own = tops(file);
        let common = own.iter().filter(|top| counts.get(*top).is_some_and(|count| *count > 1)).count();
        common * 100 >= own.len().min(total) * SHAPE_PERCENT
    };
    files.into_iter().filter(shares).collect()
}

/// The first parts of all names.
fn tops(file: &SettingsFile) -> BTreeSet<String> {
    let top = |entry: &Entry| entry.name.split(['.', '[']).next().unwrap_or_default().to_owned();
    file.settings.iter().map(top).collect()
}
