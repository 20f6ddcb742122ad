//! See rules/manifest/missing-prestop.md

use crate::rule::Context;
use crate::workspace::container::{Container, is_for_metrics};

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let hook = container.field("lifecycle.preStop");
    let is_rolled = matches!(container.workload.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout");
    if !is_rolled || !hook.is_absent() || container.field("lifecycle").is_open() || !container.needs_probes() {
        return;
    }
    let serving = container.served_by();
    // Clients of a headless Service know each pod by itself.
    let is_balanced = |service: &crate::workspace::topology::Service| !service.field(workspace, "spec.clusterIP").is_text("None");
    let Some((service, port)) = serving.iter().find(|(service, port)| is_balanced(service) && !is_for_metrics(service, *port))
    else {
        return;
    };
    cx.report(
        container.node.title_place(),
        format!("\"{}\" stops while traffic still comes: nothing waits until its pod is out of service", container.name()),
    )
    .label(format!("container of {}", container.workload.title()))
    .because(
        port.title_place(),
        format!("Service \"{}\" takes some seconds to notice on all nodes that a pod is going", service.name),
    )
    .in_production("at each deploy, for each pod, the requests of those seconds meet a closed port: your users see 502s")
    .help("wait until the word has spread, and stop then:\nlifecycle:\n  preStop:\n    sleep: { seconds: 10 }")
    .assuming("the program itself does not go on serving after it was told to stop");
}
