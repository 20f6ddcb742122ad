//! What is applied together: a kustomization, a chart, the folder of an environment, else the folder tree.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::Workload;
use super::object::ObjectId;
use crate::document::Known;
use crate::document::kind::is_kustomization;
use crate::path;
use crate::source::Source;
use crate::workspace::Workspace;
use crate::workspace::builds::Builds;
use crate::workspace::environments::{Tier, environment};

/// The address of a unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UnitId(u32);

/// Objects that are applied together.
#[derive(Debug)]
pub struct Unit {
    /// Its folder; empty for the root.
    pub folder: String,
    /// What makes it one.
    pub sort: Sort,
    /// What is applied, in the order of its files.
    pub objects: Vec<ObjectId>,
    /// The namespace that its objects are applied to, whatever they say; absent where they decide themselves, unknown
    /// where several kustomizations decide.
    pub namespace: Known<String>,
    /// The tier of all kustomizations that it is a part of, where they agree.
    pub tier: Option<Tier>,
    /// The environment that its folder, or the nearest around it, is named for.
    environment: Option<&'static str>,
    /// Units of the same family may be applied together.
    family: String,
    /// The folders of the kustomizations that it is a part of.
    wholes: BTreeSet<String>,
    /// Its workloads, what production runs first.
    workloads: OnceLock<Box<[ObjectId]>>,
}

/// What makes objects belong together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sort {
    /// A file lists them.
    Kustomization,
    /// They are the templates of a chart.
    Chart,
    /// Their folder is named for an environment.
    Environment,
    /// They lie beside what a kustomization lists, and no kustomization lists them.
    Unlisted,
    /// Nothing else is known.
    Tree,
}

/// All units.
#[derive(Debug, Default)]
pub struct Units {
    all: Vec<Unit>,
    /// The unit of every folder that holds files; of those, whether they are listed where the others are.
    by_folder: HashMap<String, [Option<UnitId>; 2]>,
    by_home: HashMap<(String, Sort), UnitId>,
    wholes: Wholes,
}

/// Which kustomizations a folder is a part of.
#[derive(Debug, Default)]
struct Wholes {
    /// By folder: those that name it.
    above: HashMap<String, Vec<String>>,
    families: HashMap<String, String>,
}

/// A kustomization may be a part of one that is a part of another; so far it is followed.
const MAX_WHOLES: usize = 256;

impl Wholes {
    fn of(builds: &Builds) -> Self {
        let mut wholes = Self::default();
        for (folder, parts) in &builds.parts {
            for part in parts {
                // What is no kustomization is a file of this one.
                let below = builds.kustomizations.contains(part.as_str());
                if below && part != folder {
                    wholes.above.entry(part.clone()).or_default().push(folder.clone());
                    wholes.unite(folder, part);
                }
            }
            wholes.unite(folder, &beside(folder));
        }
        wholes
    }

    /// All kustomizations that a folder is a part of, at whatever remove.
    fn around(&self, folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![folder];
        while let Some(folder) = open.pop().filter(|_| found.len() < MAX_WHOLES) {
            for above in self.above.get(folder).into_iter().flatten() {
                if found.insert(above.clone()) {
                    open.push(above);
                }
            }
        }
        found
    }

    /// The first folder of all that are tied together. The way to it is shortened for those who ask later.
    fn family(&mut self, folder: &str) -> String {
        let mut way = vec![folder.to_owned()];
        while let Some(above) = way.last().and_then(|folder| self.families.get(folder)) {
            way.push(above.clone());
        }
        let first = way.pop().unwrap_or_default();
        for folder in way {
            self.families.insert(folder, first.clone());
        }
        first
    }

    fn unite(&mut self, one: &str, other: &str) {
        let (one, other) = (self.family(one), self.family(other));
        if one != other {
            // The smaller name leads, so that the order of files does not matter.
            let (first, second) = if one < other { (one, other) } else { (other, one) };
            self.families.insert(second, first);
        }
    }
}

/// What neighbouring folders have in common: they are often applied together.
fn beside(folder: &str) -> String {
    match folder.rsplit_once('/') {
        Some((above, _)) => format!("{above}/*"),
        None if folder.is_empty() => String::new(),
        None => "*".to_owned(),
    }
}

impl Units {
    /// With what kustomizations say of each other.
    pub fn new(builds: &Builds) -> Self {
        Self { wholes: Wholes::of(builds), ..Self::default() }
    }

    /// The unit of a file.
    pub fn of(&mut self, file: &Source, builds: &Builds) -> UnitId {
        let folder = file.folder();
        let is_left_out = !is_kustomization(file.name()) && builds.is_left_out(folder, file.path());
        if let Some(id) = self.by_folder.get(folder).and_then(|units| units[usize::from(is_left_out)]) {
            return id;
        }
        let (mut home, mut sort) = home(folder, &builds.kustomizations);
        if is_left_out && sort == Sort::Kustomization {
            (home, sort) = (folder, Sort::Unlisted);
        }
        let known = self.by_home.get(&(home.to_owned(), sort)).copied();
        let id = known.unwrap_or_else(|| self.add(home, sort, builds));
        self.by_folder.entry(folder.to_owned()).or_default()[usize::from(is_left_out)] = Some(id);
        id
    }

    fn add(&mut self, home: &str, sort: Sort, builds: &Builds) -> UnitId {
        let id = UnitId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let wholes = if sort == Sort::Kustomization { self.wholes.around(home) } else { BTreeSet::new() };
        let family = match sort {
            Sort::Kustomization => self.wholes.family(home),
            // No folder has a line break at its end.
            Sort::Unlisted => format!("{home}\n"),
            _ => self.wholes.family(&beside(home)),
        };
        let above = home.match_indices('/').map(|(at, _)| &home[..at]);
        let deciding = wholes.iter().map(String::as_str).chain(above).chain([home]);
        let namespace = common_namespace(deciding.filter_map(|folder| builds.namespaces.get(folder)));
        let tier = common_tier(&wholes);
        let environment = home.rsplit('/').find_map(environment).map(|(name, _)| name);
        let (folder, objects, workloads) = (home.to_owned(), Vec::new(), OnceLock::new());
        self.all.push(Unit { folder, sort, objects, namespace, tier, environment, family, wholes, workloads });
        self.by_home.insert((home.to_owned(), sort), id);
        id
    }

    /// Puts an object into its unit.
    pub(super) fn put(&mut self, unit: UnitId, object: ObjectId) {
        self.all[unit.0 as usize].objects.push(object);
    }

    /// All of them.
    pub fn all(&self) -> &[Unit] {
        &self.all
    }

    /// A unit.
    pub fn get(&self, id: UnitId) -> &Unit {
        &self.all[id.0 as usize]
    }

    /// Whether the objects of two units may be applied together.
    pub fn may_meet(&self, one: UnitId, other: UnitId) -> bool {
        let same = one == other;
        let (one, other) = (self.get(one), self.get(other));
        if !same && [one, other].iter().any(|unit| unit.sort == Sort::Unlisted) {
            return false;
        }
        if let (Some(one), Some(other)) = (one.environment, other.environment)
            && one != other
        {
            return false;
        }
        same || beside(&one.folder) == beside(&other.folder) || one.is_built_with(other)
    }

    /// Whether a kustomization is known to apply the objects of two units together.
    pub fn are_one(&self, one: UnitId, other: UnitId) -> bool {
        one == other || self.get(one).is_built_with(self.get(other))
    }

    /// What all units have in common that may meet.
    pub(super) fn family(&self, id: UnitId) -> &str {
        &self.get(id).family
    }
}

impl Unit {
    /// Its workloads, what production runs first.
    pub fn workloads<'w>(&self, workspace: &'w Workspace) -> impl Iterator<Item = &'w Workload> {
        let topology = &workspace.topology;
        let workload = |id: ObjectId| topology.workload(topology.object_at(id));
        let sorted = self.workloads.get_or_init(|| {
            let mut ids: Vec<_> = self.objects.iter().copied().filter(|id| workload(*id).is_some()).collect();
            let tier = |id: &ObjectId| workspace.tier(topology.object_at(*id).node.source);
            ids.sort_by_cached_key(|id| matches!(tier(id), Some(Tier::NonProduction | Tier::Example)));
            ids.into()
        });
        sorted.iter().filter_map(move |id| workload(*id))
    }

    fn is_built_with(&self, other: &Self) -> bool {
        self.wholes.contains(&other.folder)
            || other.wholes.contains(&self.folder)
            || self.wholes.intersection(&other.wholes).next().is_some()
    }

    /// A file or a chart completes and changes its objects.
    pub fn is_built(&self) -> bool {
        matches!(self.sort, Sort::Kustomization | Sort::Chart)
    }
}

/// The namespace that all agree on who name one.
fn common_namespace<'a>(mut named: impl Iterator<Item = &'a Option<String>>) -> Known<String> {
    match named.next() {
        None => Known::Absent,
        Some(Some(first)) if named.all(|other| other.as_ref() == Some(first)) => Known::Is(first.clone()),
        Some(_) => Known::Unknown,
    }
}

/// What a base is for that only one kind of environment uses.
fn common_tier(wholes: &BTreeSet<String>) -> Option<Tier> {
    let mut tiers = wholes.iter().map(|whole| Tier::of_path(&format!("{whole}/_")));
    let first = tiers.next()??;
    tiers.all(|tier| tier == Some(first)).then_some(first)
}

/// The folder of the kustomization, chart or environment that a file belongs to, else the root.
fn home<'a>(folder: &'a str, kustomizations: &HashSet<String>) -> (&'a str, Sort) {
    let mut folder = folder;
    while !folder.is_empty() {
        if kustomizations.contains(folder) {
            return (folder, Sort::Kustomization);
        }
        let (above, name) = path::parted(folder);
        if name == "templates" {
            return (above, Sort::Chart);
        }
        if environment(name).is_some() {
            return (folder, Sort::Environment);
        }
        folder = above;
    }
    let sort = if kustomizations.contains("") { Sort::Kustomization } else { Sort::Tree };
    ("", sort)
}
