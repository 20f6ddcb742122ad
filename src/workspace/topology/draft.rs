//! Reads what a file applies, apart from all other files, so that all threads can do it.

use std::borrow::Cow;
use std::sync::Arc;

use super::labels::Labels;
use super::object::{self, Object, ObjectId};
use super::patched::Way;
use super::reference::Reference;
use super::unit::UnitId;
use super::{Service, Topology, Workload, owned, producers, reader, workload, written};
use crate::diagnostic::SourceId;
use crate::document::yaml::Node;
use crate::document::{Document, Known};
use crate::workspace::builds::reach::Whole;
use crate::workspace::field::Field;

/// Lists in lists are followed so far.
const MAX_LISTS: usize = 4;

/// A file, and what it is applied together with.
pub struct Home<'d> {
    pub id: SourceId,
    pub document: &'d Document,
    pub unit: UnitId,
}

/// An object before its topology has taken it in.
pub struct Draft {
    pub object: Arc<Object>,
    pub ways: Vec<Way>,
    pub references: Vec<Reference>,
    /// What operators may make in its name.
    pub names: Vec<String>,
    pub role: Role,
}

/// What an object is to others.
pub enum Role {
    Service(Service),
    Workload(Workload),
    Other,
}

/// Something that is applied, and what it says it is.
struct Applied<'d> {
    root: Node<'d>,
    kind: String,
    /// Group and version; empty where a template makes them.
    api: String,
}

impl<'d> Home<'d> {
    /// All that the file applies, the items of a List each for itself.
    fn applied(&self) -> Vec<Applied<'d>> {
        let mut all = Vec::new();
        for root in self.document.yaml().into_iter().flat_map(|yaml| yaml.roots(&self.document.source, self.id)) {
            list(root, None, 0, &mut all);
        }
        all
    }
}

/// An item of a typed list need not repeat what it is.
fn list<'d>(root: Node<'d>, list_of: Option<(&str, &str)>, depth: usize, all: &mut Vec<Applied<'d>>) {
    let (kind, api) = (root.field("kind").text(), root.field("apiVersion").text());
    let (kind_of_list, api_of_list) = list_of.map(|(kind, api)| (kind.to_owned(), api.to_owned())).unzip();
    let kind = if kind.is_absent() { kind_of_list } else { owned(kind) };
    let api = if api.is_absent() { api_of_list } else { Some(owned(api).unwrap_or_default()) };
    let (Some(kind), Some(api)) = (kind, api) else { return };
    match kind.strip_suffix("List") {
        Some(item) if root.field("items").is_there() => {
            let of_items = Some((item, api.as_str())).filter(|_| !item.is_empty());
            for item in root.field("items").items().filter(|_| depth < MAX_LISTS) {
                list(item, of_items, depth + 1, all);
            }
        }
        _ => all.push(Applied { root, kind, api }),
    }
}

impl Topology {
    /// All that a file applies.
    pub(super) fn drafts(&self, home: &Home<'_>) -> Vec<Draft> {
        let reach = &self.builds.reach;
        let wholes = if reach.has_patches() { reach.wholes_of(home.document.source.path()) } else { Vec::new() };
        let numbered = (0..).zip(home.applied());
        numbered.map(|(nth, applied)| self.draft(applied, home.unit, &wholes, ObjectId { source: home.id, nth })).collect()
    }

    fn draft(&self, applied: Applied<'_>, unit: UnitId, wholes: &[Whole], id: ObjectId) -> Draft {
        let root = applied.root;
        let (object, ways) = self.object(applied, unit, wholes, id);
        let object = Arc::new(object);
        let template = workload::pod_of(root, &object.kind);
        let references = reader::references(&object, Field::of(root), template.map(|(.., pod)| Field::of(pod)));
        let names = producers::named_in(&object, root);
        let role = match template {
            _ if object.is("Service") => Role::Service(Service::of(Arc::clone(&object), root)),
            Some(template) if !object.is_fragment && !object.is_helm_test => {
                Role::Workload(Workload::of(&object, root, template))
            }
            _ => Role::Other,
        };
        Draft { object, ways, references, names, role }
    }

    fn object(&self, applied: Applied<'_>, unit: UnitId, wholes: &[Whole], id: ObjectId) -> (Object, Vec<Way>) {
        let Applied { root, kind, api } = applied;
        let metadata = root.field("metadata");
        let resource = object::resource(&api, &kind);
        let name = written(metadata.field("name"));
        let ways = if wholes.is_empty() { Vec::new() } else { self.ways(root, &kind, &name, wholes) };
        let home = self.units.get(unit);
        let namespace = match &home.namespace {
            Known::Absent => metadata.field("namespace").text().map(Cow::into_owned),
            decided => decided.clone(),
        };
        let object = Object {
            id,
            node: root.id(),
            namespace: if object::is_cluster_wide(&resource) { Known::Absent } else { namespace },
            version: api.rsplit('/').next().unwrap_or_default().to_owned(),
            labels: Labels::of(metadata.field("labels")),
            is_patched: !ways.is_empty(),
            is_fragment: home.is_built() && object::is_fragment(root, &kind),
            is_helm_test: object::is_helm_test(metadata),
            is_copied: producers::is_copied(root),
            kind,
            resource,
            name,
            unit,
        };
        (object, ways)
    }
}
