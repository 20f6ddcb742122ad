//! See rules/manifest/missing-memory-limit.md

use super::{and_more, evidence};
use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::topology::unit::Unit;

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let mut others = Vec::new();
    for workload in unit.workloads(workspace) {
        let is_on_each_node = workload.kind == "DaemonSet";
        if !is_on_each_node && (workload.kind == "Pod" || workload.is_off) {
            continue;
        }
        let containers = workload.containers(workspace).filter(Container::keeps_running);
        let unlimited = containers.filter(|container| container.lacks_limit("memory", workspace) && !container.only_waits());
        let is_left_alone = |container: &Container<'_>| !cx.may_be_patched_at(container.node.title_place());
        let unlimited = unlimited.filter(is_left_alone);
        if is_on_each_node {
            for container in unlimited.collect::<Vec<_>>() {
                on_each_node(&container, cx);
            }
        } else {
            others.extend(unlimited);
        }
    }
    let Some((container, more)) = others.split_first() else { return };
    let (subject, verb) = and_more(&container.name(), more.len(), "container");
    let report = cx
        .report(container.node.title_place(), format!("{subject} {verb} no memory limit: one leak takes the whole node down"))
        .label(format!("container of {}", container.workload.title()))
        .capped(Severity::Low)
        .folding(more.len())
        .in_production(
            "a leak is stopped by the node's last byte only, and the kernel then kills whatever it picks, of other services too",
        )
        .help(HELP);
    evidence(report, more.iter().map(|container| (container.node.title_place(), container.name())));
}

fn on_each_node(container: &Container<'_>, cx: &mut Context<'_>) {
    cx.report(
        container.node.title_place(),
        format!("\"{}\" runs on every node without a memory limit: one leak takes them all down", container.name()),
    )
    .label(format!("container of {}", container.workload.title()))
    .in_production(
        "what makes it grow is the same on every node, so they run out of memory one after the other, with all that runs there",
    )
    .help(HELP);
}

const HELP: &str = "limit it to twice of what it needs on an ordinary day (the numbers stand for yours):\nresources:\n  requests: { memory: 256Mi }\n  limits: { memory: 512Mi }";
