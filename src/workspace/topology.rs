//! Which objects are applied, and how do they refer to each other?
//!
//! An object is any mapping with `apiVersion` and `kind`, also inside a List. Whatever has a pod template is a workload.
//! A patch of a kustomization is a fragment: nobody applies it alone, so nothing is claimed about it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::builds::Builds;
use super::{Workspace, ids};
use crate::diagnostic::{Judged, Note};
use crate::document::yaml::{Node, NodeId, Scalar};
use crate::document::{Document, Known};

/// The objects of a workspace.
#[derive(Debug, Default)]
pub struct Topology {
    /// Everything with a pod template.
    pub workloads: Vec<Workload>,
    /// Services that select pods.
    services: Vec<Service>,
    /// Services by one of the labels they ask for.
    by_label: HashMap<(String, String), Vec<usize>>,
    /// What kustomizations and builds change later.
    builds: Builds,
    /// What was judged in part.
    pub notes: Vec<Note>,
}

/// An object with a pod template.
#[derive(Debug)]
pub struct Workload {
    /// The object.
    pub object: NodeId,
    /// Its kind: `Deployment`, `CronJob`, ...
    pub kind: String,
    api: String,
    /// Its name, or the template that makes it.
    pub name: String,
    namespace: Option<String>,
    /// The pod's specification.
    pub(super) pod: NodeId,
    labels: Vec<(String, String)>,
    /// The folder of the kustomization or chart it belongs to.
    unit: String,
    /// A kustomization may change anything about it.
    pub is_patched: bool,
}

/// A Service that selects pods.
#[derive(Debug)]
pub struct Service {
    /// The object.
    pub object: NodeId,
    /// Its name, or the template that makes it.
    pub name: String,
    namespace: Option<String>,
    selector: Vec<(String, String)>,
    /// Templates make labels of its selector.
    pub is_templated: bool,
    unit: String,
}

impl Topology {
    /// Collects the objects of all documents.
    pub fn of(documents: &[Arc<Document>]) -> Self {
        let mut topology = Self { builds: Builds::of(documents), ..Self::default() };
        for (id, document) in ids(documents).zip(documents) {
            let Some(yaml) = document.yaml() else { continue };
            if topology.builds.patch_files.contains(document.source.path()) {
                let message = "a patch is judged together with what it patches, which gonogo cannot do yet".to_owned();
                topology.notes.push(Note {
                    path: document.source.path().to_owned(),
                    line: None,
                    message,
                    judged: Judged::InPart,
                });
                continue;
            }
            let unit = unit(document.source.folder(), &topology.builds.kustomizations).to_owned();
            for root in yaml.roots(&document.source, id) {
                topology.add(root, &unit, 0);
            }
        }
        for (at, service) in topology.services.iter().enumerate() {
            if let Some(label) = service.selector.first() {
                topology.by_label.entry(label.clone()).or_default().push(at);
            }
        }
        topology
    }

    /// Whether a kustomization or the build decides which image this name stands for.
    pub fn is_replaced(&self, image: &str) -> bool {
        self.builds.images.contains(image)
    }

    fn add(&mut self, object: Node<'_>, unit: &str, depth: usize) {
        let Some(kind) = object.field("kind").text().into_option() else { return };
        if kind.ends_with("List") && object.field("items").is_there() {
            for item in object.field("items").items().filter(|_| depth < 4) {
                self.add(item, unit, depth + 1);
            }
            return;
        }
        let metadata = object.field("metadata");
        let name = written(metadata.field("name"));
        let api = owned(object.field("apiVersion").text()).unwrap_or_default();
        let namespace = owned(metadata.field("namespace").text());
        let unit = unit.to_owned();
        // Knative calls a workload by the same word.
        if kind == "Service" && !api.contains('/') {
            let selector = object.field("spec").field("selector");
            // A selector that a template may add to could select anything.
            let selector = if is_open(&selector) { Known::Absent } else { selector };
            let is_templated = matches!(selector, Known::Is(selector) if selector.entries().any(|(key, value)| key.is_open() || value.is_open()));
            let selector = pairs(selector);
            self.services.push(Service { object: object.id(), name, namespace, selector, is_templated, unit });
        } else if is_helm_test(metadata) || (!unit.is_empty() && is_fragment(object, &kind)) {
            // `helm test` runs it on demand, after the release; a fragment is completed by the kustomization.
        } else if let Some((template, pod)) = pod_of(object, &kind) {
            let labels = pairs(template.field("metadata").field("labels"));
            self.workloads.push(Workload {
                is_patched: self.builds.kustomizations.contains(&unit) && self.builds.patches(&kind, &name),
                object: object.id(),
                kind: kind.into_owned(),
                api,
                name,
                namespace,
                pod: pod.id(),
                labels,
                unit,
            });
        }
    }

    /// The Services that send traffic to a workload's pods.
    pub fn services_of(&self, workload: &Workload) -> impl Iterator<Item = &Service> {
        let near = workload.labels.iter().filter_map(|label| self.by_label.get(label)).flatten();
        near.map(|at| &self.services[*at]).filter(|service| service.selects(workload))
    }
}

impl Service {
    /// Whether it sends traffic to those pods alone that are ready.
    pub fn waits_for_readiness(&self, workspace: &Workspace) -> bool {
        let anyway = workspace.node(self.object).field("spec").field("publishNotReadyAddresses").and_then(Node::scalar);
        matches!(anyway, Known::Absent | Known::Is(Scalar::Bool(false)))
    }

    fn selects(&self, workload: &Workload) -> bool {
        // Neighbouring kustomizations are often applied together.
        let above = |unit: &str| unit.rsplit_once('/').map_or(String::new(), |(above, _)| above.to_owned());
        let both = !self.unit.is_empty() && !workload.unit.is_empty();
        (self.unit == workload.unit || (both && above(&self.unit) == above(&workload.unit)))
            && (self.namespace == workload.namespace || self.namespace.is_none() || workload.namespace.is_none())
            && self.selector.iter().all(|label| workload.labels.contains(label))
    }
}

/// The folder of the kustomization or chart that a file belongs to, else the root.
fn unit<'a>(folder: &'a str, homes: &HashSet<String>) -> &'a str {
    let mut folder = folder;
    while !folder.is_empty() && !homes.contains(folder) {
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        folder = above;
        if name == "templates" {
            break;
        }
    }
    folder
}

fn is_helm_test(metadata: Known<Node<'_>>) -> bool {
    let hook = metadata.field("annotations").field("helm.sh/hook").text().into_option();
    hook.is_some_and(|hook| hook.split(',').all(|hook| hook.trim().starts_with("test")))
}

/// Kubernetes refuses these kinds without a selector, so nobody applies them alone.
fn is_fragment(object: Node<'_>, kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        && object.field("spec").field("selector").is_absent()
}

/// The pod template and the pod's specification, wherever the kind keeps them.
fn pod_of<'a>(object: Node<'a>, kind: &str) -> Option<(Node<'a>, Node<'a>)> {
    let spec = object.field("spec");
    let template = match kind {
        "Pod" => Known::Is(object),
        "CronJob" => spec.field("jobTemplate").field("spec").field("template"),
        "ScaledJob" => spec.field("jobTargetRef").field("template"),
        _ => spec.field("template"),
    };
    let template = template.into_option()?;
    let pod = template.field("spec").into_option()?;
    let has_containers = !pod.field("containers").is_absent() && pod.is_mapping();
    has_containers.then_some((template, pod))
}

pub(super) fn owned(text: Known<Cow<'_, str>>) -> Option<String> {
    text.into_option().map(Cow::into_owned)
}

/// The keys and values of a mapping. Within a chart two equal templates make equal values.
fn pairs(mapping: Known<Node<'_>>) -> Vec<(String, String)> {
    let entries = mapping.into_option().into_iter().flat_map(Node::entries);
    entries.map(|(key, value)| (written(Known::Is(key)), written(Known::Is(value)))).collect()
}

/// The text of a scalar, or the template that makes it.
pub(super) fn written(node: Known<Node<'_>>) -> String {
    let Known::Is(node) = node else { return "?".to_owned() };
    owned(node.text()).unwrap_or_else(|| node.written().to_owned())
}

/// Whether a template may add to a collection, or make all of it.
pub(super) fn is_open(collection: &Known<Node<'_>>) -> bool {
    collection.is_unknown() || matches!(collection, Known::Is(collection) if collection.is_open())
}

impl Workload {
    /// Runs to its end and is not waited for by traffic.
    pub fn is_job(&self) -> bool {
        matches!(self.kind.as_str(), "Job" | "CronJob" | "ScaledJob")
    }

    /// The platform probes it, or defaults its probes.
    pub fn has_own_readiness(&self) -> bool {
        self.api.contains("serving.knative.dev")
    }

    /// Switched off on purpose.
    pub fn is_off(&self, workspace: &Workspace) -> bool {
        matches!(workspace.node(self.object).field("spec").field("replicas").integer(), Known::Is(0))
    }

    /// Kind and name, for messages.
    pub fn title(&self) -> String {
        format!("{} \"{}\"", self.kind, self.name)
    }
}
