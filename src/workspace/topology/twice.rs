//! The same object twice in what is applied together.

use super::Topology;
use super::object::Object;
use super::unit::Sort;
use crate::document::Known;
use crate::workspace::Workspace;

/// Why two objects are applied together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Together {
    /// One kustomization lists them.
    Listed,
    /// They stand in one file.
    File,
}

/// With more of one name there is no telling what they are for.
const MAX_COMPARED: usize = 64;

impl Topology {
    /// An earlier object of the same kind, name and namespace that is surely applied together with this one, and says
    /// something else.
    pub fn duplicate_of<'t>(&'t self, object: &Object, workspace: &Workspace) -> Option<(&'t Object, Together)> {
        let unit = self.unit(object);
        let document = workspace.document(object.node.source);
        let is_alone =
            unit.sort != Sort::Kustomization && object.node.is_top() && document.yaml().is_some_and(|yaml| yaml.parts.len() == 1);
        let has_holes = |object: &Object| workspace.document(object.node.source).has_holes();
        if is_alone || unit.sort == Sort::Chart || !object.has_known_name() || has_holes(object) {
            return None;
        }
        let listed = |object: &Object| {
            let parts = self.builds.parts.get(&unit.folder).filter(|_| unit.sort == Sort::Kustomization);
            parts.is_some_and(|parts| parts.iter().any(|part| part == workspace.path(object.node.source)))
        };
        let text = |object: &Object| workspace.text(workspace.node(object.node).place()).trim();
        let earlier = self.named(object, &object.resource, &object.name).take(MAX_COMPARED);
        let earlier =
            earlier.filter(|other| other.id < object.id && other.unit == object.unit && other.version == object.version);
        let mut same = earlier.filter(|other| has_same_namespace(other, object) && !has_holes(other));
        same.find_map(|other| {
            let is_same_file = other.node.source == object.node.source;
            let together = match unit.sort {
                Sort::Kustomization if listed(other) && listed(object) => Together::Listed,
                Sort::Kustomization => return None,
                _ if is_same_file => Together::File,
                _ => return None,
            };
            (together == Together::Listed || text(other) != text(object)).then_some((other, together))
        })
    }
}

fn has_same_namespace(one: &Object, other: &Object) -> bool {
    match (&one.namespace, &other.namespace) {
        (Known::Is(one), Known::Is(other)) => one == other,
        (Known::Absent, Known::Absent) => true,
        _ => false,
    }
}
