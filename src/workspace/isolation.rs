//! Which pods may not ask for the address behind a name, because network policies keep them from it?

use std::collections::HashSet;

use super::Workspace;
use super::field::Field;
use super::topology::Workload;
use super::topology::labels::Selector;
use super::topology::object::{Object, ObjectId};
use super::topology::selection::Selection;
use crate::document::Known;

/// What network policies let through, as far as names go: whoever may send to a port of DNS may ask for names.
#[derive(Debug, Default)]
pub struct Isolation {
    /// Workloads that a policy lets ask.
    asking: HashSet<ObjectId>,
    /// A policy lets pods ask that no file tells apart, or another kind of policy decides, too.
    is_open: bool,
}

/// Where clusters answer questions for names: DNS itself, DNS over TLS, and the ports of pods behind the cluster's Service.
const NAME_PORTS: &[i64] = &[53, 853, 1053, 5353, 8053, 10053];

impl Isolation {
    pub(super) fn of(workspace: &Workspace) -> Self {
        let topology = &workspace.topology;
        let mut isolation = Self::default();
        for policy in topology.objects.iter().filter(|object| object.resource.contains("NetworkPolicy")) {
            if !policy.is("NetworkPolicy") {
                isolation.is_open = true;
            } else if egress(policy, workspace).items().any(lets_ask) || egress(policy, workspace).is_open() {
                match topology.selection(policy, &selector(policy, workspace)) {
                    Selection::Selects(workloads) => isolation.asking.extend(workloads.iter().map(|workload| workload.id)),
                    Selection::Misses(..) | Selection::Unknown => isolation.is_open = true,
                }
            }
        }
        isolation
    }

    /// A workload that a policy lets send to others by their names, and that no policy lets ask for these names; with
    /// the rule that lets it send.
    pub fn speechless<'w>(&self, policy: &Object, workspace: &'w Workspace) -> Option<(&'w Workload, Field<'w>)> {
        if self.is_open || !policy.is("NetworkPolicy") || policy.namespace == Known::Is("kube-system".to_owned()) {
            return None;
        }
        let types = policy.field(workspace, "spec.policyTypes");
        if types.is_unknown() || types.items().next().is_some() && !types.items().any(|one| one.is_text("Egress")) {
            return None;
        }
        let rule = egress(policy, workspace).items().find(|rule| rule.field("to").items().any(|peer| !names(peer).is_empty()))?;
        let selector = selector(policy, workspace);
        let Selection::Selects(workloads) = workspace.topology.selection(policy, &selector) else { return None };
        let has_own_network = |workload: &Workload| workload.pod(workspace).field("hostNetwork").flag() == Known::Absent;
        let workload = workloads.into_iter().find(|one| !self.asking.contains(&one.id) && has_own_network(one))?;
        // The selection borrows the selector; the workload itself is the workspace's.
        workspace.topology.workload(workload).map(|workload| (workload, rule))
    }
}

fn egress<'w>(policy: &Object, workspace: &'w Workspace) -> Field<'w> {
    policy.field(workspace, "spec.egress")
}

fn selector(policy: &Object, workspace: &Workspace) -> Selector {
    Selector::of(policy.field(workspace, "spec.podSelector").node())
}

/// What a peer of a rule asks for by labels of pods or namespaces.
fn names(peer: Field<'_>) -> Vec<&'static str> {
    ["podSelector", "namespaceSelector"].into_iter().filter(|selector| !peer.field(selector).is_absent()).collect()
}

/// Whether a rule may let pods ask for names.
fn lets_ask(rule: Field<'_>) -> bool {
    let (ports, peers) = (rule.field("ports"), rule.field("to"));
    if rule.is_open() || ports.is_open() || peers.is_open() {
        return true;
    }
    if ports.items().next().is_some() {
        return ports.items().any(is_for_names);
    }
    // Without ports all are meant; the pods that answer are in another namespace.
    let mut all = peers.items().map(names);
    let is_elsewhere = |asked: Vec<&str>| asked.is_empty() || asked.contains(&"namespaceSelector");
    peers.items().next().is_none() || all.any(is_elsewhere)
}

fn is_for_names(port: Field<'_>) -> bool {
    match (port.field("port").integer(), port.field("endPort").integer()) {
        (Known::Is(first), Known::Is(last)) => NAME_PORTS.iter().any(|port| (first..=last).contains(port)),
        (Known::Is(port), Known::Absent) => NAME_PORTS.contains(&port),
        // A name, a template, or any port.
        _ => true,
    }
}
