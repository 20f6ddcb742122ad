//! Anything with a pod template, whatever its kind.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::labels::{Labels, Selector};
use super::object::Object;
use crate::document::Known;
use crate::document::yaml::{Node, NodeId};
use crate::workspace::Workspace;
use crate::workspace::availability::Size;
use crate::workspace::container::containers_of;
use crate::workspace::field::Field;

/// An object with a pod template.
#[derive(Debug)]
pub struct Workload {
    object: Arc<Object>,
    /// The pod template; of a Pod, the Pod.
    template: NodeId,
    /// The pod's specification, and its key.
    pub(in crate::workspace) pod: NodeId,
    pod_key: NodeId,
    /// Its containers, and which of them end before the others start.
    pub(in crate::workspace) containers: Box<[(NodeId, bool)]>,
    /// The labels of its pods.
    pub labels: Labels,
    /// Switched off on purpose: it asks for no pods.
    pub is_off: bool,
    /// How many pods it has at the least, which several rules ask: see [`crate::workspace::availability`].
    pub(in crate::workspace) sizes: OnceLock<Known<Vec<Size>>>,
}

impl Deref for Workload {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.object
    }
}

impl Workload {
    pub(super) fn of(object: &Arc<Object>, root: Node<'_>, (template, pod_key, pod): (Node<'_>, Node<'_>, Node<'_>)) -> Self {
        let is_off = root.field("spec").field("replicas").integer() == Known::Is(0);
        let labels = Labels::of(template.field("metadata").field("labels"));
        let (containers, sizes) = (containers_of(pod), OnceLock::new());
        let (object, template, pod, pod_key) = (Arc::clone(object), template.id(), pod.id(), pod_key.id());
        Self { object, template, pod, pod_key, containers, labels, is_off, sizes }
    }

    /// The object.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Runs to its end and is not waited for by traffic.
    pub fn is_job(&self) -> bool {
        matches!(self.kind.as_str(), "Job" | "CronJob" | "ScaledJob")
    }

    /// Knative Serving runs it, which probes it by itself.
    pub fn is_of_knative(&self) -> bool {
        self.resource.ends_with(".serving.knative.dev")
    }

    /// `spec`
    pub fn spec<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        self.field(workspace, "spec")
    }

    /// How many pods it asks for.
    pub fn replicas<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        self.field(workspace, "spec.replicas")
    }

    /// How its pods are replaced: `strategy`, or `updateStrategy`.
    pub fn strategy<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        let spec = self.spec(workspace);
        let strategy = spec.field("strategy");
        if strategy.is_absent() && self.kind != "Deployment" { spec.field("updateStrategy") } else { strategy }
    }

    /// Which pods it takes for its own; `None` where it has no selector.
    pub fn selector(&self, workspace: &Workspace) -> Option<Selector> {
        let selector = self.field(workspace, "spec.selector");
        (!selector.is_absent()).then(|| Selector::of(selector.node()))
    }

    /// The pod template; of a Pod, the Pod.
    pub fn template<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        Field::of(workspace.node(self.template))
    }

    /// The pod's specification.
    pub fn pod<'w>(&self, workspace: &'w Workspace) -> Field<'w> {
        Field::at(workspace.node(self.pod_key), workspace.node(self.pod))
    }
}

/// The pod template, the pod's specification and its key, wherever the kind keeps them.
pub(super) fn pod_of<'a>(object: Node<'a>, kind: &str) -> Option<(Node<'a>, Node<'a>, Node<'a>)> {
    let spec = object.field("spec");
    let template = match kind {
        "Pod" => Known::Is(object),
        "CronJob" => spec.field("jobTemplate").field("spec").field("template"),
        "ScaledJob" => spec.field("jobTargetRef").field("template"),
        _ => spec.field("template"),
    };
    let template = template.into_option()?;
    let (key, pod) = template.entry("spec").into_option()?;
    let has_containers = !pod.field("containers").is_absent() && pod.is_mapping();
    has_containers.then_some((template, key, pod))
}
