//! See rules/manifest/missing-spread.md

use super::{and_more, evidence, label_of};
use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::unit::Unit;

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let close: Vec<&Workload> = unit.workloads(workspace).filter(|workload| may_share_a_node(workload, cx)).collect();
    let Some((workload, more)) = close.split_first() else { return };
    let (subject, _) = and_more(&workload.name, more.len(), "workload");
    let report = cx
        .report(workload.pod(workspace).place(), format!("all pods of {subject} may run on one node"))
        .label(format!("says nothing of where the pods of {} go", workload.title()))
        .folding(more.len())
        .in_production("the scheduler only prefers to spread them, so a node that is lost or drained may take several or all of them at once")
        .help(format!(
            "spread them over the nodes:\ntopologySpreadConstraints:\n  - maxSkew: 1\n    topologyKey: kubernetes.io/hostname\n    whenUnsatisfiable: ScheduleAnyway\n    labelSelector: {{ matchLabels: {{ {} }} }}",
            label_of(workload)
        ));
    evidence(report, more.iter().map(|workload| (workload.pod(workspace).place(), workload.name.clone())));
}

fn may_share_a_node(workload: &Workload, cx: &Context<'_>) -> bool {
    let workspace = cx.workspace;
    // Told without a look at the workload itself.
    if workspace.topology.services_of(workload).next().is_none() {
        return false;
    }
    let pod = workload.pod(workspace);
    let is_several = workspace.availability.fewest(workspace, workload).is_some_and(|pods| pods >= 2);
    let is_free = pod.field("topologySpreadConstraints").is_absent() && pod.path("affinity.podAntiAffinity").is_absent();
    is_several && is_free && !cx.may_be_patched(workload)
}
