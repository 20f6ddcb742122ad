//! What would the API server refuse, although every field is of the right type?
//!
//! These are the rules of Kubernetes' own validation that no schema can state. What a template makes is not judged.

mod config;
mod cron;
mod metadata;
mod names;
mod network;
mod pod;
mod scale;

use std::collections::HashMap;

use super::Workspace;
use super::field::Field;
use super::topology::Workload;
use super::topology::object::Object;
use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::yaml::Scalar;

/// Something that the API server refuses.
#[derive(Debug)]
pub struct Invalid {
    /// Where.
    pub place: Place,
    /// Why, as a clause: "a Job's pods may not restart always".
    pub why: String,
    /// What contradicts it, elsewhere.
    pub because: Option<(Place, String)>,
    /// What to do instead.
    pub help: String,
    /// It is of the wrong type: the API server cannot even read the object.
    pub is_mistyped: bool,
}

impl Invalid {
    fn at(field: Field<'_>, why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: field.place(), why: why.into(), because: None, help: help.into(), is_mistyped: false }
    }

    /// A value of the wrong type.
    fn mistyped(field: Field<'_>, why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { is_mistyped: true, ..Self::at(field, why, help) }
    }

    fn because(mut self, field: Field<'_>, text: impl Into<String>) -> Self {
        self.because = Some((field.place(), text.into()));
        self
    }
}

/// What is refused of an object, but for its pod.
pub fn of_object(object: &Object, workspace: &Workspace) -> Vec<Invalid> {
    // The rules of custom kinds are in their definitions.
    if object.resource.contains('.') || object.is_fragment {
        return Vec::new();
    }
    let root = object.root(workspace);
    // A kustomization names its objects, and writes labels, annotations and what YAML 1.1 took for booleans as texts.
    let is_rewritten = workspace.topology.is_kustomized(object);
    let mut found = if is_rewritten { Vec::new() } else { metadata::check(object, root) };
    match object.resource.as_str() {
        "Service" => network::check_service(root, &mut found),
        "Ingress" => network::check_ingress(object, root, &mut found),
        "ConfigMap" | "Secret" => config::check(object, root, is_rewritten, &mut found),
        "CronJob" => cron::check(object, root, &mut found),
        "PodDisruptionBudget" => scale::check_budget(root, &mut found),
        "HorizontalPodAutoscaler" => scale::check_autoscaler(root, &mut found),
        "ClusterRoleBinding" if !is_rewritten => network::check_binding(root, &mut found),
        _ => {}
    }
    found
}

/// What is refused of a workload's pod.
pub fn of_pod(workload: &Workload, workspace: &Workspace) -> Vec<Invalid> {
    let is_known = !workload.resource.contains('.') || workload.is("Rollout.argoproj.io");
    if is_known { pod::check(workload, workspace) } else { Vec::new() }
}

/// What a value is that should be a text. A kustomization rewrites what was a boolean in YAML 1.1 alone.
pub fn not_a_text(value: Field<'_>, is_rewritten: bool) -> Option<&'static str> {
    let Known::Is(node) = value.node() else { return None };
    if node.is_open() || (is_rewritten && node.is_ambiguous()) {
        return None;
    }
    match node.scalar() {
        Known::Is(Scalar::Bool(_)) => Some("true or false"),
        Known::Is(Scalar::Int(_) | Scalar::Float(_)) => Some("a number"),
        Known::Absent if node.is_mapping() => Some("a mapping"),
        Known::Absent if node.items().next().is_some() => Some("a list"),
        _ => None,
    }
}

/// The first item of a list that has a text which an earlier one has, with the earlier one. Nothing where a template
/// may choose between them.
fn repeated<'w>(list: Field<'w>, key: &str) -> Option<(Field<'w>, Field<'w>)> {
    if list.is_open() || list.items().nth(1).is_none() {
        return None;
    }
    let mut seen = HashMap::new();
    for item in list.items() {
        let field = item.field(key);
        let Known::Is(text) = field.text() else { continue };
        if let Some(first) = seen.insert(text, field) {
            return Some((field, first));
        }
    }
    None
}
