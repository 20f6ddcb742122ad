//! See rules/manifest/missing-readiness-probe.md

use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::container::{Container, Port, is_for_metrics, target};
use crate::workspace::probe::{Probe, Role};

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !Probe::is_missing(container, Role::Readiness) || !container.needs_probes() {
        return;
    }
    let serving = container.served_by();
    let waiting = serving.iter().filter(|(service, _)| service.waits_for_readiness(workspace));
    let Some((service, port)) = waiting.min_by_key(|(service, port)| is_for_metrics(service, *port)) else { return };
    let asked = target(*port).unwrap_or(Port::Number(8080));
    let mut report = cx
        .report(container.node.title_place(), format!("traffic reaches \"{}\" before it can answer: it has no readiness probe", container.name()))
        .label(format!("container of {}", container.workload.title()))
        .because(port.title_place(), format!("Service \"{}\" sends traffic here as soon as the process has started", service.name))
        .in_production("each new pod counts as ready at once, so requests fail while it starts, and a release that starts but cannot serve rolls out to the last pod")
        .help(format!(
            "ask an endpoint that answers only once the container can serve:\n\
             readinessProbe:\n  httpGet: {{ path: /readyz, port: {asked} }}\n  periodSeconds: 5"
        ));
    if service.is_templated {
        report = report.assuming("the templates in the pod's labels and in the Service's selector make the same values");
    }
    if is_for_metrics(service, *port) {
        report = report.capped(Severity::Low).assuming("only a collector of metrics asks this port, as its name says");
    }
    if container.pod().field("readinessGates").is_there() {
        report.capped(Severity::Low).assuming("the pod's readiness gates may wait for it");
    }
}
