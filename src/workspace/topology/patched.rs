//! May a kustomization change what a finding rests on?
//!
//! An object is applied as a part of wholes: each a kustomization that no other one takes in. Where a patch of every one
//! of them may change the field, what the base says is nowhere applied, so nothing is claimed. Where one leaves it alone,
//! it is applied there as it stands.

use super::object::Object;
use super::{Topology, is_open};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::Known;
use crate::document::yaml::Node;
use crate::workspace::Workspace;
use crate::workspace::builds::patch::Step;
use crate::workspace::builds::reach::{PatchId, Whole};
use crate::workspace::builds::target::Candidate;
use crate::workspace::environments::Tier;
use crate::workspace::topology::labels::Labels;

/// What is patched of an object on one of the ways in which it is applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Way {
    is_for_production: bool,
    patches: Vec<PatchId>,
}

impl Topology {
    /// The patches of an object, by the wholes that its file is a part of; nothing where there are none.
    pub(super) fn ways(&self, root: Node<'_>, kind: &str, name: &str, wholes: &[Whole]) -> Vec<Way> {
        let metadata = root.field("metadata");
        let namespace = metadata.field("namespace").text().map(std::borrow::Cow::into_owned);
        let labels = Labels::of(metadata.field("labels"));
        let candidate = Candidate { kind, name, namespace: &namespace, labels: &labels, is_renamed: is_open(&metadata) };
        let mut ways: Vec<Way> = Vec::new();
        for whole in wholes {
            let is_for_production = !matches!(whole.tier, Some(Tier::NonProduction | Tier::Example));
            let way = Way { is_for_production, patches: self.builds.reach.patches_of(whole, candidate) };
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        if ways.iter().all(|way| way.patches.is_empty()) { Vec::new() } else { ways }
    }

    /// Whether patches may change one of these fields of an object wherever it is applied.
    pub fn may_be_patched(&self, workspace: &Workspace, object: &Object, fields: &[&str]) -> bool {
        object.is_patched && self.is_changed(workspace.node(object.node), &[], fields)
    }

    /// Whether patches may change one of these fields of an object where it is applied together with another one. What is
    /// of another unit may come with one of its ways alone, so there each may be the one.
    pub fn may_be_patched_beside(&self, workspace: &Workspace, object: &Object, other: &Object, fields: &[&str]) -> bool {
        if object.unit == other.unit {
            return self.may_be_patched(workspace, object, fields);
        }
        self.ways.get(&object.node).into_iter().flatten().any(|way| self.changes(way, &[], fields))
    }

    /// Whether patches may change what a finding that rests on these fields points at.
    pub fn may_mend(&self, workspace: &Workspace, finding: &Diagnostic, fields: &[&str]) -> bool {
        finding.labels().any(|label| self.may_be_patched_at(workspace, label.place, fields))
    }

    /// Whether patches may change what stands at a place, or one of these fields of it.
    pub fn may_be_patched_at(&self, workspace: &Workspace, place: Place, fields: &[&str]) -> bool {
        if self.ways.is_empty() {
            return false;
        }
        let Some(document) = workspace.documents.get(place.source.index()) else { return false };
        let object = document.yaml().and_then(|yaml| yaml.object_at(&document.source, place.source, place.span.start));
        let Some(object) = object.filter(|object| self.ways.contains_key(&object.id())) else { return false };
        self.is_changed(object, &way_to(object, place), fields)
    }

    fn changes(&self, at: &Way, way: &[Step], fields: &[&str]) -> bool {
        at.patches.iter().any(|patch| self.builds.reach.patch(*patch).may_change(way, fields))
    }

    fn is_changed(&self, object: Node<'_>, way: &[Step], fields: &[&str]) -> bool {
        let Some(ways) = self.ways.get(&object.id()) else { return false };
        let changes = |at: &Way| self.changes(at, way, fields);
        let is_any_for_production = ways.iter().any(|way| way.is_for_production);
        ways.iter().filter(|way| way.is_for_production || !is_any_for_production).all(changes)
    }
}

/// The way from an object to the innermost field or item around a place.
fn way_to(object: Node<'_>, place: Place) -> Vec<Step> {
    let start = place.span.start;
    let around = |node: Node<'_>| node.span().start <= start && start < node.span().end.max(node.span().start + 1);
    let mut way = Vec::new();
    let mut node = object;
    loop {
        let entry = node.entries().find(|(key, value)| around(*key) || around(*value));
        if let Some((key, value)) = entry {
            let Known::Is(name) = key.text() else { return way };
            way.push(Step::Key(name.into_owned()));
            if around(key) {
                return way;
            }
            node = value;
            continue;
        }
        let Some((at, item)) = node.items().enumerate().find(|(_, item)| around(*item)) else { return way };
        way.push(Step::to_item(Some(at), item));
        // Where an item begins, all of it is meant.
        if item.span().start == start && item.is_mapping() {
            return way;
        }
        node = item;
    }
}
