//! See rules/manifest/recreate-strategy.md

use crate::rule::Context;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let kind = workload.strategy(workspace).field("type");
    if workload.kind != "Deployment" || !kind.is_text("Recreate") || workload.is_off {
        return;
    }
    let Some(service) = workload.traffic(workspace) else { return };
    // The next pod cannot have these while the last one does.
    let needs_it = workload.has_claims(workspace)
        || !workload.host_ports(workspace).is_empty()
        || workload.is_on_host_network(workspace)
        || workload.pod(workspace).field("volumes").is_open();
    if needs_it {
        return;
    }
    cx.report(kind.place(), format!("each deploy of \"{}\" is an outage: all its pods stop before a new one starts", workload.name))
        .label("stops everything first")
        .because(service.place(workspace), format!("Service \"{}\" has nowhere to send its traffic meanwhile", service.name))
        .in_production("from the beginning of each rollout until the first new pod is ready nobody answers, and if the release does not start, nobody ever does")
        .help("add a new pod first, and take an old one away when it is ready:\nstrategy:\n  type: RollingUpdate\n  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }");
}
