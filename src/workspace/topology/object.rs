//! What is applied: any mapping with `apiVersion` and `kind`, also inside a List.

use super::labels::{Labels, is_template};
use super::unit::UnitId;
use crate::diagnostic::{Place, SourceId};
use crate::document::Known;
use crate::document::yaml::{Node, NodeId};
use crate::workspace::Workspace;
use crate::workspace::field::Field;

/// The address of an object in its topology: its file, and which of those in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ObjectId {
    pub(super) source: SourceId,
    pub(super) nth: u32,
}

/// Something that is applied.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Object {
    /// Its address.
    pub id: ObjectId,
    /// Where it stands.
    pub node: NodeId,
    /// Its kind as written: `Deployment`.
    pub kind: String,
    /// Its kind as `kubectl get` takes it: `Deployment`, `Service.serving.knative.dev`. The groups of Kubernetes itself
    /// are left out.
    pub resource: String,
    /// The version of its kind: `v1`. Empty where a template makes it.
    pub version: String,
    /// Its name, or the template that makes it; within a chart two equal templates make equal names.
    pub name: String,
    /// The namespace that it is applied to; absent for whichever its unit goes to.
    pub namespace: Known<String>,
    /// Its labels.
    pub labels: Labels,
    /// What it is applied together with.
    pub unit: UnitId,
    /// A kustomization may change anything about it.
    pub is_patched: bool,
    /// Kubernetes would refuse it as it is: a kustomization completes it.
    pub is_fragment: bool,
    /// `helm test` runs it on demand, after the release.
    pub is_helm_test: bool,
    /// Something copies it to other namespaces.
    pub is_copied: bool,
}

impl Object {
    /// Whether it is of a kind, as [`Object::resource`] has it.
    pub fn is(&self, resource: &str) -> bool {
        self.resource == resource
    }

    /// Its name is in the file, not behind a template.
    pub fn has_known_name(&self) -> bool {
        !is_template(&self.name)
    }

    /// All of it.
    pub fn root<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        Field::of(workspace.node(self.node))
    }

    /// A field of it, by the keys on the way: `spec.replicas`.
    pub fn field<'w>(&self, workspace: &'w Workspace, keys: &str) -> Field<'w> {
        self.root(workspace).path(keys)
    }

    /// Where to point to mean all of it: its name, else its kind.
    pub fn place(&self, workspace: &Workspace) -> Place {
        let name = self.field(workspace, "metadata.name");
        if name.is_there() { name.place() } else { self.field(workspace, "kind").place() }
    }

    /// An annotation.
    pub fn annotation<'w>(&self, workspace: &'w Workspace, key: &str) -> Field<'w> {
        self.root(workspace).path("metadata.annotations").field(key)
    }

    /// Its name, or the beginning of the names that the cluster makes, for messages.
    pub fn called(&self, workspace: &Workspace) -> String {
        let beginning = self.field(workspace, "metadata.generateName");
        if beginning.is_absent() { self.name.clone() } else { format!("{}...", beginning.written()) }
    }

    /// Kind and name, for messages.
    pub fn title(&self) -> String {
        format!("{} \"{}\"", self.kind, self.name)
    }
}

/// The kind as `kubectl get` takes it.
pub fn resource(api: &str, kind: &str) -> String {
    let group = api.rsplit_once('/').map_or("", |(group, _)| group);
    if is_of_kubernetes(group) { kind.to_owned() } else { format!("{kind}.{group}") }
}

/// Whether a kind, as [`Object::resource`] has it, comes with every cluster.
pub(super) fn is_of_kubernetes_group(resource: &str) -> bool {
    !resource.contains('.')
}

/// Whether a group comes with every cluster. A group behind a template is taken for one of these.
fn is_of_kubernetes(group: &str) -> bool {
    const SHORT: &[&str] = &["", "apps", "batch", "autoscaling", "policy", "extensions"];
    const LONG: &[&str] = &[
        "admissionregistration",
        "apiextensions",
        "apiregistration",
        "authentication",
        "authorization",
        "certificates",
        "coordination",
        "discovery",
        "events",
        "flowcontrol.apiserver",
        "networking",
        "node",
        "rbac.authorization",
        "resource",
        "scheduling",
        "storage",
    ];
    SHORT.contains(&group) || group.strip_suffix(".k8s.io").is_some_and(|group| LONG.contains(&group))
}

/// Kinds that belong to no namespace.
pub(super) fn is_cluster_wide(resource: &str) -> bool {
    const KINDS: &[&str] = &[
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "CSIDriver",
        "VolumeSnapshotClass.snapshot.storage.k8s.io",
        "ClusterIssuer.cert-manager.io",
        "ClusterSecretStore.external-secrets.io",
        "GatewayClass.gateway.networking.k8s.io",
    ];
    KINDS.contains(&resource)
}

/// Runs after a release, when somebody asks for it.
pub(super) fn is_helm_test(metadata: Known<Node<'_>>) -> bool {
    let hook = metadata.field("annotations").field("helm.sh/hook").text().into_option();
    hook.is_some_and(|hook| hook.split(',').all(|hook| hook.trim().starts_with("test")))
}

/// Kubernetes refuses these kinds without a selector, so nobody applies them alone.
pub(super) fn is_fragment(object: Node<'_>, kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        && object.field("spec").field("selector").is_absent()
}
