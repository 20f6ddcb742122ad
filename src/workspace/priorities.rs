//! Which workloads go before others when the nodes are full?

use std::collections::HashMap;

use super::Workspace;
use super::environments::{Tier, environment};
use super::topology::Workload;
use super::topology::object::{Object, ObjectId};
use crate::document::Known;

/// Who has which priority.
#[derive(Debug, Default)]
pub struct Priorities {
    /// Who takes a class, by its name; what is not for production first.
    users: HashMap<String, Vec<ObjectId>>,
    /// Workloads that serve people and name no class, by the family of their unit and altogether.
    outranked: Vec<ObjectId>,
    /// A class is the default of all pods.
    has_default: bool,
}

/// So many are looked at to find one that matters less.
const MOST: usize = 64;

impl Priorities {
    /// Joins what is known of a workspace.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let mut priorities = Self::default();
        let classes = || workspace.topology.of_kind("PriorityClass");
        if classes().next().is_none() {
            return priorities;
        }
        let is_default = |class: &Object| class.root(workspace).field("globalDefault").flag() != Known::Is(false);
        priorities.has_default =
            classes().any(|class| is_default(class) && !class.root(workspace).field("globalDefault").is_absent());
        for workload in &workspace.topology.workloads {
            let class = workload.pod(workspace).field("priorityClassName");
            if let Known::Is(class) = class.text() {
                priorities.users.entry(class.into_owned()).or_default().push(workload.id);
            } else if class.is_absent() && serves(workspace, workload) {
                priorities.outranked.push(workload.id);
            }
        }
        priorities
    }

    /// A workload that serves people and has no priority at all, in files that give classes to others.
    pub fn outranked<'w>(&self, workspace: &'w Workspace, class: &Object) -> Option<&'w Workload> {
        let first = self.outranked.first().filter(|_| !self.has_default && self.users.contains_key(&class.name));
        workload(workspace, *first?)
    }

    /// A workload that takes the class, though it matters less than those who serve people; any, if the class itself is
    /// said to be minor.
    pub fn user<'w>(&self, workspace: &'w Workspace, class: &Object, is_minor: bool) -> Option<&'w Workload> {
        let users = self.users.get(&class.name)?.iter().take(MOST).filter_map(|id| workload(workspace, *id));
        let mut all = users.filter(|user| is_minor || user.is_job() || is_for_trial(workspace, user));
        all.next()
    }

    /// The name of the class with the highest value.
    pub fn highest<'w>(&self, workspace: &'w Workspace, class: &'w Object) -> &'w str {
        let classes = workspace.topology.of_kind("PriorityClass");
        let highest = classes.max_by_key(|class| class.root(workspace).field("value").integer().into_option());
        highest.map_or(class.name.as_str(), |class| class.name.as_str())
    }
}

fn workload(workspace: &Workspace, id: ObjectId) -> Option<&Workload> {
    workspace.topology.workload(workspace.topology.object_at(id))
}

/// Whether people wait for it: it has traffic or several pods, and is no trial.
fn serves(workspace: &Workspace, workload: &Workload) -> bool {
    let is_several = workspace.availability.fewest(workspace, workload).is_some_and(|pods| pods >= 2);
    let has_traffic = workspace.topology.services_of(workload).next().is_some();
    (is_several || has_traffic) && !workload.is_job() && !workload.is_off && !is_for_trial(workspace, workload)
}

/// Whether its name, its namespace or its path says that it is not for production.
fn is_for_trial(workspace: &Workspace, workload: &Workload) -> bool {
    let namespace = workload.namespace.clone().into_option().unwrap_or_default();
    let words = namespace.split('-').chain(workload.name.split('-'));
    let is_trial = |tier: Tier| matches!(tier, Tier::NonProduction | Tier::Example);
    words.filter_map(environment).any(|(_, tier)| is_trial(tier)) || workspace.tier(workload.node.source).is_some_and(is_trial)
}
