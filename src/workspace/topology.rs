//! Which objects are applied, and how do they refer to each other?
//!
//! An object is any mapping with `apiVersion` and `kind`, also inside a List. Whatever has a pod template is a workload.
//! A patch of a kustomization is a fragment: nobody applies it alone, so nothing is claimed about it.

mod draft;
mod index;
pub mod labels;
pub mod object;
mod patched;
mod producers;
mod reader;
pub mod reference;
pub mod selection;
mod service;
mod twice;
pub mod unit;
mod workload;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::availability::{By, Size};
use super::builds::Builds;
use super::environments::Tier;
use super::{Workspace, ids};
use crate::diagnostic::{Judged, Note, SourceId};
use crate::document::yaml::{Node, NodeId};
use crate::document::{Document, Known};
use draft::{Draft, Home, Role};
use index::Index;
use object::{Object, ObjectId};
use patched::Way;
use producers::Producers;
use reference::Reference;
use selection::Pods;
pub use service::Service;
pub use twice::Together;
use unit::{Unit, UnitId, Units};
pub use workload::Workload;

/// The objects of a workspace.
#[derive(Debug, Default)]
pub struct Topology {
    /// All that is applied, in the order of their files; patches are not among them.
    pub objects: Vec<Arc<Object>>,
    /// By the number of a file: which is its first object.
    firsts: Vec<usize>,
    /// By the number of an object: which workload it is.
    workload_of: Vec<Option<usize>>,
    /// Everything with a pod template, but for fragments and what `helm test` runs.
    pub workloads: Vec<Workload>,
    /// Services that select pods.
    services: Vec<Service>,
    pods: Pods,
    /// The Services of each workload.
    selected_by: HashMap<ObjectId, Vec<usize>>,
    index: Index,
    references: HashMap<ObjectId, Vec<Reference>>,
    /// Kind, name and namespace of all that is named by something; no namespace where it is not known.
    named_by_others: HashSet<(String, String, String)>,
    producers: Producers,
    units: Units,
    /// By the number of a file.
    unit_of: Vec<Option<UnitId>>,
    /// What kustomizations and builds change later.
    builds: Builds,
    /// By the top node of each object that is patched: the ways in which it is applied.
    ways: HashMap<NodeId, Vec<Way>>,
    /// What was judged in part.
    pub notes: Vec<Note>,
}

impl Topology {
    /// Collects the objects of all documents.
    pub fn of(documents: &[Arc<Document>], tagged: &[String]) -> Self {
        let builds = Builds::of(documents, tagged);
        let (units, producers) = (Units::new(&builds), Producers::generated(&builds.generated));
        let mut topology = Self { producers, units, builds, ..Self::default() };
        topology.unit_of = vec![None; documents.len()];
        let mut homes = Vec::new();
        for (id, document) in ids(documents).zip(documents).filter(|(_, document)| document.yaml().is_some()) {
            if topology.builds.patch_files.contains(document.source.path()) {
                let message = "a patch is judged together with what it patches, which gonogo cannot do yet".to_owned();
                topology.in_part(document, message);
                continue;
            }
            let unit = topology.units.of(&document.source, &topology.builds);
            topology.unit_of[id.index()] = Some(unit);
            homes.push(Home { id, document, unit });
        }
        let drafts: Vec<_> = homes.par_iter().map(|home| topology.drafts(home)).collect();
        topology.firsts = vec![0; documents.len()];
        for (home, drafts) in homes.iter().zip(drafts) {
            let first = topology.objects.len();
            topology.firsts[home.id.index()] = first;
            for draft in drafts {
                topology.add(draft);
            }
            if let Some(patched) = topology.objects[first..].iter().find(|object| object.is_patched) {
                let message = format!("a kustomization patches {}, and what it changes there is not read yet", patched.title());
                topology.in_part(home.document, message);
            }
        }
        (topology.index, topology.pods) =
            rayon::join(|| Index::of(&topology.objects, &topology.units), || Pods::of(&topology.workloads, &topology.units));
        topology.join_services(documents);
        topology.count_unknown();
        topology
    }

    fn in_part(&mut self, document: &Document, message: String) {
        self.notes.push(Note { path: document.source.path().to_owned(), line: None, message, judged: Judged::InPart });
    }

    /// Where nothing says what is applied together, a Service is meant for what lies beside it, if it selects anything
    /// there. So is that of a kustomization: others beside it often have the same for another place.
    fn join_services(&mut self, documents: &[Arc<Document>]) {
        let folder = |object: &Object| documents[object.node.source.index()].source.folder();
        let mut selected_by: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, service) in self.services.iter().enumerate() {
            let candidates = self.pods.candidates(self.units.family(service.unit), &service.selector);
            let all = candidates.iter().map(|(_, at)| &self.workloads[*at]);
            let selected = all.filter(|workload| self.may_meet(service, workload) && service.selects(workload));
            let sort = self.unit(service).sort;
            let is_beside = |to: &&Workload| match sort {
                unit::Sort::Kustomization => self.units.are_one(to.unit, service.unit),
                _ => folder(to) == folder(service),
            };
            let (beside, apart): (Vec<&Workload>, Vec<&Workload>) = selected.partition(is_beside);
            let is_loose = matches!(sort, unit::Sort::Tree | unit::Sort::Kustomization);
            let apart = apart.into_iter().filter(|_| !is_loose || beside.is_empty());
            for workload in beside.iter().copied().chain(apart) {
                selected_by.entry(workload.id).or_default().push(at);
            }
        }
        self.selected_by = selected_by;
    }

    /// Whether a kustomization or the build decides which image this name stands for.
    pub fn is_replaced(&self, image: &str) -> bool {
        self.builds.images.contains(image)
    }

    /// Whether a kustomization puts a value in the place of `$(NAME)`, before Kubernetes sees it.
    pub fn is_filled_by_kustomization(&self, name: &str) -> bool {
        self.builds.vars.contains(name)
    }

    fn add(&mut self, draft: Draft) {
        let Draft { object, ways, references, names, role } = draft;
        if object.is_patched {
            self.ways.insert(object.node, ways);
        }
        self.units.put(object.unit, object.id);
        self.producers.take_in(names);
        self.take_references(&object, references);
        self.workload_of.push(matches!(role, Role::Workload(_)).then_some(self.workloads.len()));
        match role {
            Role::Service(service) => self.services.push(service),
            Role::Workload(workload) => self.workloads.push(workload),
            Role::Other => {}
        }
        self.objects.push(object);
    }

    fn number(&self, id: ObjectId) -> usize {
        self.firsts[id.source.index()] + id.nth as usize
    }

    /// An object.
    pub fn object_at(&self, id: ObjectId) -> &Object {
        &self.objects[self.number(id)]
    }

    /// The tier of the kustomizations that a file is a part of, where they agree.
    pub fn tier(&self, source: SourceId) -> Option<Tier> {
        self.units.get((*self.unit_of.get(source.index())?)?).tier
    }

    /// Whether a file lies beside what a kustomization lists, and no kustomization lists it.
    pub fn is_unlisted(&self, source: SourceId) -> bool {
        self.unit_of.get(source.index()).copied().flatten().is_some_and(|unit| self.units.get(unit).sort == unit::Sort::Unlisted)
    }

    /// Whether something that is in no file may make what an object names.
    fn is_made_elsewhere(&self, from: &Object, reference: &Reference) -> bool {
        from.is_helm_test || self.producers.may_make(reference)
    }

    /// The Service that an object is.
    pub fn service(&self, object: &Object) -> Option<&Service> {
        let at = self.services.binary_search_by_key(&object.id, |service| service.id).ok()?;
        self.services.get(at)
    }

    /// The workload that an object is.
    pub fn workload(&self, object: &Object) -> Option<&Workload> {
        self.workload_of[self.number(object.id)].map(|at| &self.workloads[at])
    }

    /// What an object's unit has in common with all that may be applied together with it.
    pub fn family(&self, object: &Object) -> &str {
        self.units.family(object.unit)
    }

    /// The numbers of pods that kustomizations give to a workload.
    pub fn scaled<'t>(&'t self, workspace: &'t Workspace, workload: &Workload) -> impl Iterator<Item = Size> + use<'t> {
        let counts = self.builds.scaled(&workload.name, workspace.path(workload.node.source));
        counts.filter_map(|count| {
            let count = workspace.node(count);
            let pods = Known::Is(count).integer().into_option()?;
            Some(Size { pods, place: count.place(), by: By::Kustomization })
        })
    }

    /// All units, in the order of their first files.
    pub fn units(&self) -> &[Unit] {
        self.units.all()
    }

    /// Whether a kustomization builds an object.
    pub fn is_kustomized(&self, object: &Object) -> bool {
        self.unit(object).sort == unit::Sort::Kustomization
    }

    /// What an object is applied together with.
    pub fn unit(&self, object: &Object) -> &Unit {
        self.units.get(object.unit)
    }

    /// Whether two objects may be applied together, to the same namespace.
    pub fn may_meet(&self, one: &Object, other: &Object) -> bool {
        let namespaces = match (&one.namespace, &other.namespace) {
            (Known::Is(one), Known::Is(other)) => one == other,
            _ => true,
        };
        namespaces && self.units.may_meet(one.unit, other.unit)
    }

    /// The Services that send traffic to a workload's pods.
    pub fn services_of(&self, workload: &Workload) -> impl Iterator<Item = &Service> {
        self.selected_by.get(&workload.id).into_iter().flatten().map(|at| &self.services[*at])
    }
}

pub(super) fn owned(text: Known<Cow<'_, str>>) -> Option<String> {
    text.into_option().map(Cow::into_owned)
}

/// The text of a scalar, or the template that makes it.
pub(super) fn written(node: Known<Node<'_>>) -> String {
    let Known::Is(node) = node else { return "?".to_owned() };
    owned(node.text()).unwrap_or_else(|| node.written().to_owned())
}

/// Whether a template may add to a collection, or make all of it.
pub fn is_open(collection: &Known<Node<'_>>) -> bool {
    collection.is_unknown() || matches!(collection, Known::Is(collection) if collection.is_open())
}
