//! See rules/manifest/stuck-partition.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if workload.kind != "StatefulSet" || workload.is_off {
        return;
    }
    let partition = workload.field(workspace, "spec.updateStrategy.rollingUpdate.partition");
    let (Known::Is(first), Known::Is(sizes)) = (partition.integer(), workspace.availability.sizes(workspace, workload)) else {
        return;
    };
    // What scales may reach it.
    let Some(most) = sizes.iter().max_by_key(|size| size.pods).filter(|most| first > 0 && first >= most.pods) else { return };
    if workspace.availability.may_be_scaled(workspace, workload) {
        return;
    }
    cx.report(
        partition.place(),
        format!("no release of \"{}\" reaches a pod: only those from number {first} on are updated", workload.name),
    )
    .label("pods below this number keep the old version")
    .because(most.place, format!("and there are {} of them, counted from 0", most.pods))
    .in_production(
        "the deploy says that all is well and nothing changes; a pod that starts again comes back with the old version",
    )
    .help("update all of them, the last one first:\npartition: 0");
}
