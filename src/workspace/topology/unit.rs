//! What is applied together: a kustomization, a chart, the folder of an environment, else the folder tree.

use std::collections::{HashMap, HashSet};

use super::Workload;
use super::object::ObjectId;
use crate::workspace::Workspace;
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
    /// Units of the same family may be applied together.
    family: String,
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
    /// Nothing else is known.
    Tree,
}

/// All units.
#[derive(Debug, Default)]
pub struct Units {
    all: Vec<Unit>,
    /// The unit of every folder that holds files.
    by_folder: HashMap<String, UnitId>,
    by_home: HashMap<(String, Sort), UnitId>,
}

impl Units {
    /// The unit of a file in a folder.
    pub fn of(&mut self, folder: &str, kustomizations: &HashSet<String>) -> UnitId {
        if let Some(id) = self.by_folder.get(folder) {
            return *id;
        }
        let (home, sort) = home(folder, kustomizations);
        let known = self.by_home.get(&(home.to_owned(), sort)).copied();
        let id = known.unwrap_or_else(|| self.add(home, sort));
        self.by_folder.insert(folder.to_owned(), id);
        id
    }

    fn add(&mut self, home: &str, sort: Sort) -> UnitId {
        let id = UnitId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        // Neighbouring kustomizations are often applied together.
        let family = home.rsplit_once('/').map_or("", |(above, _)| above);
        let family = if home.is_empty() { "." } else { family };
        self.all.push(Unit { folder: home.to_owned(), sort, objects: Vec::new(), family: family.to_owned() });
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
        one == other || self.family(one) == self.family(other)
    }

    /// What all units have in common that may meet.
    pub(super) fn family(&self, id: UnitId) -> &str {
        &self.get(id).family
    }
}

impl Unit {
    /// Its workloads, what production runs first.
    pub fn workloads<'w>(&self, workspace: &'w Workspace) -> Vec<&'w Workload> {
        let topology = &workspace.topology;
        let mut workloads: Vec<_> = self.objects.iter().filter_map(|id| topology.workload(topology.object_at(*id))).collect();
        workloads
            .sort_by_key(|workload| matches!(workspace.tier(workload.node.source), Some(Tier::NonProduction | Tier::Example)));
        workloads
    }

    /// A file or a chart completes and changes its objects.
    pub fn is_built(&self) -> bool {
        matches!(self.sort, Sort::Kustomization | Sort::Chart)
    }
}

/// The folder of the kustomization, chart or environment that a file belongs to, else the root.
fn home<'a>(folder: &'a str, kustomizations: &HashSet<String>) -> (&'a str, Sort) {
    let mut folder = folder;
    while !folder.is_empty() {
        if kustomizations.contains(folder) {
            return (folder, Sort::Kustomization);
        }
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
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
