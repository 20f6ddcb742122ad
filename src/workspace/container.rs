//! What runs in a workload's pods, and whose traffic reaches it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use super::Workspace;
use super::image::reference;
use super::probe::timing::Probes;
use super::topology::object::Object;
use super::topology::{Service, Workload, is_open, written};
use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::yaml::{Node, NodeId};

/// A container of a workload, as rules see it. What many of them ask is found out once.
pub struct Container<'w> {
    workspace: &'w Workspace,
    /// The workload.
    pub workload: &'w Workload,
    /// The container's mapping.
    pub node: Node<'w>,
    pod: Node<'w>,
    /// The others start when it has ended.
    pub(super) runs_first: bool,
    probes: OnceCell<Box<Probes<'w>>>,
    needs_probes: OnceCell<bool>,
    served_by: OnceCell<Vec<(&'w Service, Node<'w>)>>,
}

impl Workload {
    /// Its containers, also those that only run before the others start.
    pub fn containers<'w>(&'w self, workspace: &'w Workspace) -> impl Iterator<Item = Container<'w>> {
        let pod = workspace.node(self.pod);
        let containers = self.containers.iter();
        containers.map(move |(node, runs_first)| Container::of(workspace, self, (workspace.node(*node), pod), *runs_first))
    }
}

/// Where the containers of a pod are, and which of them end before the others start. A container without an image is a
/// fragment that something else completes.
pub(super) fn containers_of(pod: Node<'_>) -> Box<[(NodeId, bool)]> {
    let main = pod.field("containers").items().map(|node| (node, false));
    let first = pod.field("initContainers").items().map(|node| (node, !is_sidecar(node)));
    let whole = main.chain(first).filter(|(node, _)| !node.field("image").is_absent());
    whole.map(|(node, runs_first)| (node.id(), runs_first)).collect()
}

/// An init container that keeps running beside the others.
fn is_sidecar(container: Node<'_>) -> bool {
    container.field("restartPolicy").text().into_option().as_deref() == Some("Always")
}

/// So many Services of one workload are looked at, and so many ports of one Service: no tree that people wrote has more.
pub const MANY: usize = 256;

impl<'w> Container<'w> {
    fn of(workspace: &'w Workspace, workload: &'w Workload, (node, pod): (Node<'w>, Node<'w>), runs_first: bool) -> Self {
        let (probes, needs_probes, served_by) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { workspace, workload, node, pod, runs_first, probes, needs_probes, served_by }
    }

    /// Its probes.
    pub fn probes(&self) -> &Probes<'w> {
        self.probes.get_or_init(|| Box::new(Probes::of(self)))
    }

    /// Its name or the template that makes it, for messages. What Knative runs needs none, and has that of its workload.
    pub fn name(&self) -> String {
        let name = self.node.field("name");
        if name.is_absent() { self.workload.name.clone() } else { written(name) }
    }

    /// Its image by its parts, as far as no template hides them.
    pub fn image(&self) -> Option<Cow<'w, str>> {
        self.node.field("image").into_option().and_then(reference)
    }

    /// What it runs: the words of its command and arguments that no template hides.
    pub fn words(&self) -> impl Iterator<Item = Cow<'w, str>> {
        let lists = ["command", "args"].map(|field| self.node.field(field));
        lists.into_iter().flat_map(Known::items).filter_map(|word| word.text().into_option())
    }

    /// The variables that are written out, with their values.
    pub fn variables(&self) -> impl Iterator<Item = (Cow<'w, str>, Node<'w>)> {
        self.node
            .field("env")
            .items()
            .filter_map(|variable| Some((variable.field("name").text().into_option()?, variable.field("value").into_option()?)))
    }

    /// One of the init containers, sidecars included.
    pub fn is_init(&self) -> bool {
        self.pod.field("initContainers").items().any(|node| node.id() == self.node.id())
    }

    /// Starts, ends, and lets the others start.
    pub fn runs_first(&self) -> bool {
        self.runs_first
    }

    /// An init container that ends before the others start, whatever templates make.
    pub fn is_surely_no_sidecar(&self) -> bool {
        self.runs_first && !self.node.field("restartPolicy").is_unknown()
    }

    fn neighbours(&self) -> impl Iterator<Item = Node<'w>> {
        let own = self.node.id();
        let all =
            self.pod.field("containers").items().chain(self.pod.field("initContainers").items().filter(|node| is_sidecar(*node)));
        all.filter(move |node| node.id() != own)
    }

    /// Where another container of the pod declares a port that this one does not.
    pub fn neighbour_with_port(&self, number: i64) -> Option<Place> {
        let is_it = |port: &Node<'_>| port.field("containerPort").integer() == Known::Is(number);
        let own = self.ports().any(|port| is_it(&port));
        let mut theirs = self.neighbours().flat_map(|node| node.field("ports").items());
        theirs.find(is_it).filter(|_| !own).map(Node::title_place)
    }

    /// Where another container of the pod declares a port of this name.
    pub fn neighbour_with_port_named(&self, name: &str) -> Option<Place> {
        let mut theirs = self.neighbours().flat_map(|node| node.field("ports").items());
        theirs.find(|port| port.field("name").text().into_option().as_deref() == Some(name)).map(Node::title_place)
    }

    /// Whether its probes decide about traffic: it keeps running, is switched on, and no platform probes it instead.
    pub fn needs_probes(&self) -> bool {
        let needs = || !(self.workload.is_job() || self.workload.is_off || self.workload.is_of_knative());
        !self.runs_first && *self.needs_probes.get_or_init(needs)
    }

    /// The pod's specification.
    pub fn pod(&self) -> Node<'w> {
        self.pod
    }

    /// The container's own ports.
    pub fn ports(&self) -> impl Iterator<Item = Node<'w>> + use<'w> {
        self.node.field("ports").items()
    }

    /// The number behind a port's name.
    pub fn port_named(&self, name: &str) -> Known<i64> {
        let named = |port: &Node<'_>| port.field("name").text().into_option().as_deref() == Some(name);
        match self.ports().find(named) {
            Some(port) => Known::Is(port).field("containerPort").integer(),
            None if is_open(&self.node.field("ports")) => Known::Unknown,
            None => Known::Absent,
        }
    }

    /// Whether nothing else runs beside it.
    fn is_alone(&self) -> bool {
        let (main, first) = (self.pod.field("containers"), self.pod.field("initContainers"));
        let open = is_open(&main) || is_open(&first);
        !open && main.items().chain(first.items().filter(|node| is_sidecar(*node))).count() == 1
    }

    /// Whether a Service's port leads to this very container.
    fn takes(&self, port: Node<'_>) -> bool {
        let target = target(port);
        let declared = target.as_ref().is_some_and(|target| self.listens_on(target));
        // A name that is declared nowhere leads nowhere; a number needs no declaration.
        let leads_nowhere = matches!(&target, Some(Port::Name(name)) if self.port_named(name).is_absent());
        declared || (self.is_alone() && !leads_nowhere)
    }

    fn listens_on(&self, target: &Port<'_>) -> bool {
        self.ports().any(|port| match target {
            Port::Number(number) => port.field("containerPort").integer() == Known::Is(*number),
            Port::Name(name) => port.field("name").text() == Known::Is(name.clone()),
        })
    }

    /// The Services whose traffic reaches this very container, with each port that leads here; the nearest first.
    pub fn served_by(&self) -> &[(&'w Service, Node<'w>)] {
        self.served_by.get_or_init(|| self.find_services())
    }

    fn find_services(&self) -> Vec<(&'w Service, Node<'w>)> {
        let mut services: Vec<&Service> = self.workload.own_services(self.workspace).collect();
        // Documents are in the order of their paths.
        services.sort_by_key(|service| service.node.source.0.abs_diff(self.workload.node.source.0));
        let ports = |service: &Service| self.workspace.node(service.node).field("spec").field("ports").items().take(MANY);
        let pairs = services.into_iter().flat_map(|service| ports(service).map(move |port| (service, port)));
        pairs.filter(|(_, port)| self.takes(*port)).collect()
    }
}

impl Workload {
    /// The Services that send its pods traffic. One that stands beside a copy of this workload belongs to the copy.
    fn own_services<'w>(&self, workspace: &'w Workspace) -> impl Iterator<Item = &'w Service> {
        let folder = |object: &Object| workspace.document(object.node.source).source.folder();
        let is_of_copy = move |service: &Service| {
            let mut copies = workspace.topology.named(service, &self.resource, &self.name);
            folder(service) != folder(self) && copies.any(|copy| copy.id != self.id && folder(copy) == folder(service))
        };
        workspace.topology.services_of(self).take(MANY).filter(move |service| !is_of_copy(service))
    }

    /// The nearest Service that sends its pods the requests of others, and not those of a collector of metrics alone.
    pub fn traffic<'w>(&self, workspace: &'w Workspace) -> Option<&'w Service> {
        let ports = |service: &Service| workspace.node(service.node).field("spec").field("ports").items().collect::<Vec<_>>();
        let is_for_users = |service: &&Service| !ports(service).iter().all(|port| is_for_metrics(service, *port));
        let services = self.own_services(workspace).filter(is_for_users);
        // Documents are in the order of their paths.
        services.min_by_key(|service| service.node.source.0.abs_diff(self.node.source.0))
    }
}

/// Words in the names of what is asked by collectors alone.
const COLLECTED: &[&str] = &["metrics", "exporter", "prometheus", "profiling", "pprof", "probes"];

/// Whoever collects metrics asks again, and sends no user's requests.
pub fn is_for_metrics(service: &Service, port: Node<'_>) -> bool {
    let (name, target) = (port.field("name").text().into_option(), port.field("targetPort").text().into_option());
    let names = [Some(service.name.as_str()), name.as_deref(), target.as_deref()];
    names.into_iter().flatten().any(|name| COLLECTED.iter().any(|word| name.contains(word)))
}

/// A port by its number, or by its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Port<'w> {
    /// Its number.
    Number(i64),
    /// Its name.
    Name(Cow<'w, str>),
}

impl fmt::Display for Port<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Where a port of a Service leads: `targetPort`, else `port`.
pub fn target(port: Node<'_>) -> Option<Port<'_>> {
    let target = match port.field("targetPort") {
        Known::Absent => port.field("port"),
        known => known,
    };
    if let Known::Is(number) = target.integer() {
        return Some(Port::Number(number));
    }
    target.text().into_option().map(Port::Name)
}
