//! Who makes objects that are in no file: operators, generators and Kubernetes itself.

use std::borrow::Cow;
use std::collections::HashSet;

use super::object::{Object, is_of_kubernetes_group};
use super::reference::Reference;
use crate::document::Known;
use crate::document::yaml::{Form, Node};

/// Names that operators may give to what they make.
#[derive(Debug, Default)]
pub(super) struct Producers {
    /// Whatever an object of a custom kind is called or names.
    names: HashSet<String>,
    /// What kustomizations generate, by kind and name.
    generated: HashSet<(&'static str, String)>,
}

/// No name is longer.
const MAX_NAME: usize = 253;

/// So deep an object of a custom kind is searched for names.
const MAX_DEPTH: usize = 12;

impl Producers {
    pub(super) fn generated(names: &[(&'static str, String)]) -> Self {
        Self { generated: names.iter().cloned().collect(), ..Self::default() }
    }

    /// Takes in what an object names.
    pub(super) fn take_in(&mut self, names: Vec<String>) {
        self.names.extend(names);
    }

    /// Whether an object of a custom kind is called so, or names it.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a kustomization generates what a reference names.
    pub(super) fn generates(&self, reference: &Reference) -> bool {
        self.generated.contains(&(reference.resource, reference.name.clone()))
    }

    /// Whether something may make what a reference names. Operators put endings to the names they are given.
    pub(super) fn may_make(&self, reference: &Reference) -> bool {
        let name = reference.name.as_str();
        let beginnings = name.match_indices(['-', '.']).map(|(at, _)| &name[..at]).chain([name]);
        self.generates(reference)
            || beginnings.into_iter().any(|beginning| self.names.contains(beginning))
            || is_of_the_cluster(reference)
    }
}

/// The names in an object that operators may give to what they make: they read objects of custom kinds, and annotations ask
/// others for a Secret.
pub(super) fn named_in(object: &Object, root: Node<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if !is_of_kubernetes_group(&object.resource) && !makes_nothing(&object.resource) {
        names.push(object.name.clone());
        read(root, 0, &mut names);
    }
    if object.is("Ingress") {
        let tls = root.field("spec").field("tls").items();
        names.extend(tls.filter_map(|tls| Some(tls.field("secretName").text().into_option()?.into_owned())));
    }
    for (_, value) in annotations(root) {
        let text = value.text().into_option().filter(|text| text.len() <= MAX_NAME);
        names.extend(text.map(Cow::into_owned));
    }
    names
}

fn read(node: Node<'_>, depth: usize, names: &mut Vec<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    for (key, value) in node.entries() {
        let is_name =
            key.text().into_option().is_some_and(|key| key.ends_with("ame") || key.ends_with("Ref") || key.ends_with("secret"));
        match value.form() {
            Form::Mapping | Form::Sequence => read(value, depth + 1, names),
            _ if is_name => names.extend(value.text().into_option().map(Cow::into_owned)),
            _ => {}
        }
    }
    for item in node.items() {
        read(item, depth + 1, names);
    }
}

/// Custom kinds that only say something of what there is.
fn makes_nothing(resource: &str) -> bool {
    const GROUPS: &[&str] = &[
        "networking.istio.io",
        "security.istio.io",
        "keda.sh",
        "gateway.networking.k8s.io",
        "traefik.io",
        "cilium.io",
        "kyverno.io",
    ];
    const KINDS: &[&str] = &["ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe", "Rollout", "AppProject"];
    let (kind, group) = resource.split_once('.').unwrap_or((resource, ""));
    GROUPS.contains(&group) || KINDS.contains(&kind)
}

/// What every cluster has.
fn is_of_the_cluster(reference: &Reference) -> bool {
    match reference.resource {
        "ConfigMap" => matches!(reference.name.as_str(), "kube-root-ca.crt" | "openshift-service-ca.crt"),
        "ServiceAccount" => reference.name == "default",
        "ClusterRole" => true,
        _ => false,
    }
}

fn annotations(root: Node<'_>) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
    root.field("metadata").field("annotations").into_option().into_iter().flat_map(Node::entries)
}

/// Whether something copies an object to other namespaces.
pub(super) fn is_copied(root: Node<'_>) -> bool {
    const COPIERS: &[&str] = &["reflector", "replicator", "kubed", "config-syncer", "replicate", "kyverno", "sync"];
    let metadata = root.field("metadata");
    let keys = ["annotations", "labels"].into_iter().filter_map(|field| metadata.field(field).into_option());
    let mut keys = keys.flat_map(Node::entries).filter_map(|(key, _)| key.text().into_option());
    keys.any(|key| COPIERS.iter().any(|copier| key.contains(copier))) || matches!(metadata, Known::Unknown)
}
