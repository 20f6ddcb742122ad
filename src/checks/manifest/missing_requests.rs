//! See rules/manifest/missing-requests.md

use super::{and_more, evidence};
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::topology::unit::Unit;

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let running = unit.workloads(workspace).filter(|workload| !workload.is_job() && !workload.is_off);
    let containers = running.flat_map(|workload| workload.containers(workspace)).filter(Container::keeps_running);
    let lacks = |container: &Container<'_>| ["cpu", "memory"].iter().all(|resource| container.lacks_request(resource, workspace));
    let is_left_alone = |container: &Container<'_>| !cx.may_be_patched_at(container.node.title_place());
    let unasked: Vec<Container<'_>> = containers.filter(lacks).filter(is_left_alone).collect();
    let Some((container, more)) = unasked.split_first() else { return };
    let (subject, verb) = and_more(&container.name(), more.len(), "container");
    let report = cx
        .report(container.node.title_place(), format!("{subject} {verb} no requests: they run on whatever the others leave over").replace("they run", if more.is_empty() { "it runs" } else { "they run" }))
        .label(format!("container of {}", container.workload.title()))
        .folding(more.len())
        .in_production("the scheduler puts such pods on nodes that are full, where they get no CPU under load and are the first to be evicted")
        .help("request what it needs on an ordinary day (the numbers stand for yours):\nresources:\n  requests: { cpu: 100m, memory: 256Mi }");
    evidence(report, more.iter().map(|container| (container.node.title_place(), container.name())));
}
