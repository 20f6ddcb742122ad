//! See rules/manifest/unschedulable-surge.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::field::Field;
use crate::workspace::rollout::{OneNode, Rolling};
use crate::workspace::topology::Workload;
use crate::workspace::topology::labels::{Answer, Selector};

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !matches!(workload.kind.as_str(), "Deployment" | "Rollout") || workload.is_off || workload.is_pinned(workspace) {
        return;
    }
    let Known::Is(rolling) = Rolling::of(workspace, workload) else { return };
    let pods = workspace.availability.fewest(workspace, workload).unwrap_or(1).max(1);
    let Known::Is((surge, missing)) = rolling.steps(pods) else { return };
    if let Some(volume) = workload.volumes_of_one_node(workspace).first() {
        if surge > 0 || pods > 1 {
            of_volume(workload, volume, pods, cx);
        }
        return;
    }
    if surge == 0 || missing > 0 {
        return;
    }
    if let Some(port) = workload.host_ports(workspace).first() {
        let number = port.written();
        report(workload, *port, &format!("no node has port {number} twice"), "takes this port of its node", cx)
            .guessing("there are no more nodes than pods that could take it");
    } else if let Some(rule) = apart(workload, cx) {
        report(workload, rule, "no two of its pods may share a node", "no node takes a second one", cx)
            .guessing("there are no more nodes than pods that could take it")
            .capped(Severity::Low);
    }
}

fn of_volume(workload: &Workload, volume: &OneNode<'_>, pods: i64, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let strategy = workload.strategy(workspace);
    let claim = &volume.claim.name;
    let (message, help) = if pods > 1 {
        (
            format!(
                "only those pods of \"{}\" start that land on one node: the volume \"{claim}\" is on one at a time",
                workload.name
            ),
            "give each pod a volume of its own, with a StatefulSet and volumeClaimTemplates, or use one for all:\naccessModes: [ReadWriteMany]",
        )
    } else {
        (
            format!(
                "a deploy of \"{}\" stands still when its new pod lands on another node: the old one keeps the volume \"{claim}\"",
                workload.name
            ),
            "let the old pod go before the new one starts:\nstrategy:\n  type: Recreate",
        )
    };
    cx.report(strategy.place(), message)
        .label("starts the new pod while the old one still runs")
        .because(volume.volume.place(), "both want this volume")
        .because(volume.modes.place(), "and one node at a time can have it")
        .in_production(
            "the new pod waits for the volume (Multi-Attach error) and the old one for the new pod, until somebody deletes one by hand",
        )
        .help(help);
}

fn report<'c>(workload: &Workload, at: Field<'_>, why: &str, label: &str, cx: &'c mut Context<'_>) -> crate::rule::Report<'c> {
    let strategy = workload.strategy(cx.workspace);
    cx.report(at.place(), format!("a deploy of \"{}\" may find no node for its new pod: {why}", workload.name))
        .label(label)
        .because(strategy.place(), "a new pod is started before an old one goes")
        .in_production("the new pod stays Pending and the rollout stands still until its deadline")
        .help("let an old pod go first:\nstrategy:\n  rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }")
}

/// Where it says that no two of its pods may share a node.
fn apart<'w>(workload: &Workload, cx: &Context<'w>) -> Option<Field<'w>> {
    let required = workload.pod(cx.workspace).path("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    required.items().find(|term| {
        let is_node = term.field("topologyKey").is_text("kubernetes.io/hostname");
        is_node
            && Selector::of(term.field("labelSelector").node()).selects(&workload.labels) == Answer::Yes
            && !term.field("labelSelector").is_absent()
    })
}
