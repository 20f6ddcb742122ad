//! See rules/manifest/missing-readiness-probe.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::{Container, Port, is_for_metrics, target};
use crate::workspace::image::Image;
use crate::workspace::probe::{Probe, Role, advice};

const ROLLOUT: &str = "each new pod counts as ready at once, so requests fail while it starts, and a release that starts but cannot serve rolls out to the last pod";
const START: &str = "each new pod counts as ready at once, so requests fail while it starts: at each restart, and whenever it moves to another node";

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !Probe::is_missing(container, Role::Readiness) || !container.needs_probes() {
        return;
    }
    let serving = container.served_by();
    let waiting = serving.iter().filter(|(service, _)| service.waits_for_readiness(workspace));
    let Some((service, port)) = waiting.min_by_key(|(service, port)| is_for_metrics(service, *port)) else { return };
    let asked = target(*port).unwrap_or(Port::Number(8080));
    let is_udp = matches!(port.field("protocol").text(), Known::Is(protocol) if protocol == "UDP");
    // Neither is ever replaced pod by pod.
    let rolls_out = !matches!(container.workload.kind.as_str(), "Pod" | "ReplicationController");
    let then = if rolls_out { ROLLOUT } else { START };
    let mut report = cx
        .report(
            container.node.title_place(),
            format!("traffic reaches \"{}\" before it can answer: it has no readiness probe", container.name()),
        )
        .label(format!("container of {}", container.workload.title()))
        .because(
            port.title_place(),
            format!("Service \"{}\" sends traffic here as soon as the process has started", service.name),
        )
        .in_production(then)
        .help(advice::readiness(container, &asked, is_udp));
    if !rolls_out {
        report = report.capped(Severity::Medium);
    }
    if service.is_templated {
        report = report.assuming("the templates in the pod's labels and in the Service's selector make the same values");
    }
    // It stands before metrics, so that not everybody reads them.
    let guards_metrics = container.image().is_some_and(|image| Image::of(&image).program().ends_with("kube-rbac-proxy"));
    if guards_metrics || is_for_metrics(service, *port) {
        report = report.capped(Severity::Low).assuming("only a collector of metrics asks here, as a name says");
    }
    if container.pod().field("readinessGates").is_there() {
        report.capped(Severity::Low).assuming("the pod's readiness gates may wait for it");
    }
}
