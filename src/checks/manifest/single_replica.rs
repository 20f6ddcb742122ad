//! See rules/manifest/single-replica.md

use super::{and_more, evidence};
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::availability::By;
use crate::workspace::pod::Volume;
use crate::workspace::topology::Workload;
use crate::workspace::topology::unit::Unit;

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let alone: Vec<&Workload> = unit.workloads(workspace).filter(|workload| is_alone(workload, cx)).collect();
    let Some((workload, more)) = alone.split_first() else { return };
    let Some(service) = workspace.topology.services_of(workload).next() else { return };
    let (subject, verb) = and_more(&workload.name, more.len(), "workload");
    let report = cx
        .report(
            workload.replicas(workspace).place(),
            format!("{subject} {verb} a single pod: each drain of its node is an outage"),
        )
        .label(if workload.replicas(workspace).is_there() { "one pod" } else { "one pod, as nobody asks for more" })
        .because(service.place(workspace), format!("Service \"{}\" has nowhere else to send traffic", service.name))
        .folding(more.len())
        .in_production(
            "an upgrade or a loss of the node takes the only pod away, and requests fail until another one has started elsewhere",
        )
        .help("have a second one, if it can share its work:\nreplicas: 2");
    evidence(report, more.iter().map(|workload| (workload.replicas(workspace).place(), workload.name.clone())));
}

/// One pod by its own number, with traffic, and no sign that it must be one.
fn is_alone(workload: &Workload, cx: &Context<'_>) -> bool {
    let workspace = cx.workspace;
    // Told without a look at the workload itself.
    if workspace.topology.services_of(workload).next().is_none() {
        return false;
    }
    let Known::Is(sizes) = workspace.availability.sizes(workspace, workload) else { return false };
    let is_one = sizes.iter().all(|size| size.pods == 1 && matches!(size.by, By::Workload | By::Default));
    is_one && !cx.may_be_patched(workload) && workload.kind != "Pod" && !must_be_one(workload, cx)
}

/// It replaces its pod before it starts another, keeps data of its own, or elects a leader.
fn must_be_one(workload: &Workload, cx: &Context<'_>) -> bool {
    let workspace = cx.workspace;
    let recreates = workload.strategy(workspace).field("type").is_text("Recreate");
    let claims = !workload.field(workspace, "spec.volumeClaimTemplates").is_absent();
    let keeps = |volume: &Volume<'_>| !volume.field.field("persistentVolumeClaim").is_absent();
    let text = workspace.text(workspace.node(workload.node).place());
    recreates || claims || workload.volumes(workspace).any(|volume| keeps(&volume)) || text.contains("leader")
}
