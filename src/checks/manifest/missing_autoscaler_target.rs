//! See rules/manifest/missing-autoscaler-target.md

use crate::near::{is_plural, is_slip};
use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(scaler) = workspace.availability.scaler(object) else { return };
    let Some((kind, name)) = scaler.wants.as_ref().filter(|_| scaler.target.is_none()) else { return };
    let Some((near, why)) = meant(object, kind, name, cx) else { return };
    let title = near.title();
    cx.report(
        object.field(workspace, "spec.scaleTargetRef.name").place(),
        format!("{} scales nothing: there is no {} \"{name}\"", object.title(), short(kind)),
    )
    .label(format!("{} {name}", short(kind)))
    .because(near.place(workspace), why)
    .in_production(
        "the autoscaler reports FailedGetScale and does nothing, so the number of pods stays what it is when the load comes",
    )
    .help(format!("name what is there, if that is what you mean:\nscaleTargetRef:\n  kind: {}\n  name: {}", near.kind, near.name))
    .about(title);
}

/// What can be scaled.
const SCALED: &[&str] = &["Deployment", "StatefulSet", "ReplicaSet", "Rollout.argoproj.io"];

/// With more of them there is no telling which is meant.
const MOST: usize = 64;

/// What was probably meant, and why it is not what was said.
fn meant<'w>(object: &Object, kind: &str, name: &str, cx: &Context<'w>) -> Option<(&'w Object, String)> {
    let topology = &cx.workspace.topology;
    let same_kind = || topology.named(object, kind, name).filter(|other| other.unit == object.unit);
    if let Some(elsewhere) = same_kind().next() {
        let namespace = elsewhere.namespace.clone().into_option().unwrap_or_default();
        return Some((elsewhere, format!("it is in namespace {namespace}, and an autoscaler scales in its own alone")));
    }
    let mut others = SCALED.iter().flat_map(|other| topology.named(object, other, name));
    if let Some(other) = others.find(|other| other.unit == object.unit && topology.may_meet(object, other)) {
        return Some((other, format!("of this name there is a {}", other.kind)));
    }
    let unit = topology.unit(object);
    let near =
        unit.objects.iter().map(|id| topology.object_at(*id)).filter(|other| other.is(kind) && topology.may_meet(object, other));
    let all: Vec<&Workload> = near.take(MOST + 1).filter_map(|other| topology.workload(other)).collect();
    let is_free = |workload: &&&Workload| cx.workspace.availability.scalers_of(workload.id).next().is_none();
    let is_meant =
        |workload: &&&Workload| workload.has_known_name() && is_slip(&workload.name, name) && !is_plural(&workload.name, name);
    let mut alike = all.iter().filter(is_meant).filter(is_free).filter(|_| all.len() <= MOST);
    match (alike.next(), alike.next()) {
        (Some(one), None) => Some((one.object(), "its name is almost the same, and nothing else scales it".to_owned())),
        _ => None,
    }
}

fn short(kind: &str) -> &str {
    kind.split('.').next().unwrap_or(kind)
}
