//! Which objects are applied, and how do they refer to each other?
//!
//! An object is any mapping with `apiVersion` and `kind`, also inside a List. Whatever has a pod template is a workload.
//! A patch of a kustomization is a fragment: nobody applies it alone, so nothing is claimed about it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Workspace, ids};
use crate::diagnostic::{Judged, Note};
use crate::document::kind::is_kustomization;
use crate::document::yaml::{Node, NodeId};
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
    /// Images that a kustomization or the build replaces.
    replaced_images: HashSet<String>,
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
    /// Its name, if no template makes it.
    pub name: Option<String>,
    namespace: Option<String>,
    /// The pod's specification.
    pod: NodeId,
    labels: Vec<(String, String)>,
    /// The folder of the kustomization or chart it belongs to.
    unit: String,
}

/// A Service that selects pods.
#[derive(Debug)]
pub struct Service {
    /// The object.
    pub object: NodeId,
    /// Its name, if no template makes it.
    pub name: Option<String>,
    namespace: Option<String>,
    selector: Vec<(String, String)>,
    unit: String,
}

impl Topology {
    /// Collects the objects of all documents.
    pub fn of(documents: &[Document]) -> Self {
        let mut topology = Self::default();
        let homes: HashSet<&str> = documents
            .iter()
            .filter(|document| is_kustomization(document.source.name()))
            .map(|document| document.source.folder())
            .collect();
        let patches = topology.read_builds(documents);
        for (id, document) in ids(documents).zip(documents) {
            let Some(yaml) = document.yaml() else { continue };
            if patches.contains(document.source.path()) {
                let message = "a patch is judged together with what it patches, which gonogo cannot do yet".to_owned();
                topology.notes.push(Note {
                    path: document.source.path().to_owned(),
                    line: None,
                    message,
                    judged: Judged::InPart,
                });
                continue;
            }
            let unit = unit(document.source.folder(), &homes);
            for root in yaml.roots(&document.source, id) {
                topology.add(root, unit, 0);
            }
        }
        for (at, service) in topology.services.iter().enumerate() {
            if let Some(label) = service.selector.first() {
                topology.by_label.entry(label.clone()).or_default().push(at);
            }
        }
        topology
    }

    /// Reads what kustomizations and builds say about files and images; returns the paths of patches.
    fn read_builds(&mut self, documents: &[Document]) -> HashSet<String> {
        let mut patches = HashSet::new();
        for (id, document) in ids(documents).zip(documents) {
            let Some(yaml) = document.yaml() else { continue };
            for root in yaml.roots(&document.source, id) {
                if is_kustomization(document.source.name()) {
                    patches.extend(patch_paths(root).map(|path| join(document.source.folder(), &path)));
                    self.replaced_images.extend(texts(root.field("images"), "name"));
                }
                self.replaced_images.extend(texts(root.field("build").field("artifacts"), "image"));
            }
        }
        patches
    }

    /// Whether a kustomization or the build decides which image this name stands for.
    pub fn is_replaced(&self, image: &str) -> bool {
        self.replaced_images.contains(image)
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
        let name = owned(metadata.field("name").text());
        let namespace = owned(metadata.field("namespace").text());
        let unit = unit.to_owned();
        if kind == "Service" {
            let selector = pairs(object.field("spec").field("selector"));
            self.services.push(Service { object: object.id(), name, namespace, selector, unit });
        } else if let Some((template, pod)) = pod_of(object, &kind) {
            let labels = pairs(template.field("metadata").field("labels"));
            let api = owned(object.field("apiVersion").text()).unwrap_or_default();
            self.workloads.push(Workload {
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
    fn selects(&self, workload: &Workload) -> bool {
        self.unit == workload.unit
            && (self.namespace == workload.namespace || self.namespace.is_none() || workload.namespace.is_none())
            && self.selector.iter().all(|label| workload.labels.contains(label))
    }
}

/// The folder of the kustomization or chart that a file belongs to, else the root.
fn unit<'a>(folder: &'a str, homes: &HashSet<&str>) -> &'a str {
    let mut folder = folder;
    while !folder.is_empty() && !homes.contains(folder) {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    folder
}

/// The pod template and the pod's specification, wherever the kind keeps them.
fn pod_of<'a>(object: Node<'a>, kind: &str) -> Option<(Node<'a>, Node<'a>)> {
    let spec = object.field("spec");
    let template = match kind {
        "Pod" => Known::Is(object),
        "CronJob" => spec.field("jobTemplate").field("spec").field("template"),
        _ => spec.field("template"),
    };
    let template = template.into_option()?;
    let pod = template.field("spec").into_option()?;
    let has_containers = !pod.field("containers").is_absent() && pod.is_mapping();
    has_containers.then_some((template, pod))
}

fn patch_paths(kustomization: Node<'_>) -> impl Iterator<Item = String> {
    let lists = ["patches", "patchesJson6902"].map(|list| texts(kustomization.field(list), "path"));
    let plain = kustomization.field("patchesStrategicMerge").items().filter_map(|item| owned(item.text()));
    lists.into_iter().flatten().chain(plain.filter(|path| !path.contains('\n')))
}

/// A text field of every item of a list.
fn texts(list: Known<Node<'_>>, field: &str) -> Vec<String> {
    list.items().filter_map(|item| owned(item.field(field).text())).collect()
}

fn owned(text: Known<Cow<'_, str>>) -> Option<String> {
    text.into_option().map(Cow::into_owned)
}

fn pairs(mapping: Known<Node<'_>>) -> Vec<(String, String)> {
    let entries = mapping.into_option().into_iter().flat_map(Node::entries);
    entries.filter_map(|(key, value)| Some((owned(key.text())?, owned(value.text())?))).collect()
}

/// A path relative to a folder, with `.` and `..` resolved.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A container of a workload, as rules see it.
#[derive(Clone, Copy)]
pub struct Container<'w> {
    /// The workload.
    pub workload: &'w Workload,
    /// The container's mapping.
    pub node: Node<'w>,
    pod: Node<'w>,
}

impl Workload {
    /// Its containers, without those that only run before the others start.
    pub fn containers<'w>(&'w self, workspace: &'w Workspace) -> Vec<Container<'w>> {
        let pod = workspace.node(self.pod);
        let containers = pod.field("containers").items();
        containers.map(|node| Container { workload: self, node, pod }).filter(|container| !container.is_fragment()).collect()
    }

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
        format!("{} \"{}\"", self.kind, self.name.as_deref().unwrap_or("?"))
    }
}

impl<'w> Container<'w> {
    /// A container without an image is a fragment that something else completes.
    fn is_fragment(&self) -> bool {
        self.node.field("image").is_absent()
    }

    /// Its name, for messages.
    pub fn name(&self) -> Cow<'w, str> {
        self.node.field("name").text().into_option().unwrap_or(Cow::Borrowed("?"))
    }

    /// Its image: the text and its node.
    pub fn image(&self) -> Known<(Cow<'w, str>, Node<'w>)> {
        self.node.field("image").and_then(|node| node.text().map(|text| (text, node)))
    }

    /// The pod's specification.
    pub fn pod(&self) -> Node<'w> {
        self.pod
    }

    /// The container's own ports.
    pub fn ports(&self) -> impl Iterator<Item = Node<'w>> {
        self.node.field("ports").items()
    }

    /// The number behind a port's name.
    pub fn port_named(&self, name: &str) -> Known<i64> {
        let ports = self.node.field("ports");
        let open = ports.is_unknown() || matches!(ports, Known::Is(list) if list.is_open());
        let named = |port: &Node<'_>| port.field("name").text().into_option().as_deref() == Some(name);
        match self.ports().find(named) {
            Some(port) => Known::Is(port).field("containerPort").integer(),
            None if open => Known::Unknown,
            None => Known::Absent,
        }
    }

    fn listens_on(&self, target: &Target) -> bool {
        self.ports().any(|port| match target {
            Target::Number(number) => port.field("containerPort").integer() == Known::Is(*number),
            Target::Name(name) => port.field("name").text().into_option().as_deref() == Some(name),
        })
    }

    /// The Services whose traffic reaches this very container, each with the port that leads here.
    pub fn served_by(&self, workspace: &'w Workspace) -> Vec<(&'w Service, Node<'w>)> {
        let alone = self.pod.field("containers").items().count() == 1;
        let mut serving = Vec::new();
        for service in workspace.topology.services_of(self.workload) {
            let ports = workspace.node(service.object).field("spec").field("ports");
            let leads_here = |port: &Node<'w>| alone || target(*port).is_some_and(|target| self.listens_on(&target));
            if let Some(port) = ports.items().find(leads_here) {
                serving.push((service, port));
            }
        }
        serving
    }
}

enum Target {
    Number(i64),
    Name(String),
}

/// Where a port of a Service leads: `targetPort`, else `port`.
fn target(port: Node<'_>) -> Option<Target> {
    let target = match port.field("targetPort") {
        Known::Absent => port.field("port"),
        known => known,
    };
    if let Known::Is(number) = target.integer() {
        return Some(Target::Number(number));
    }
    owned(target.text()).map(Target::Name)
}
