//! See rules/manifest/missing-readiness-probe.md

use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::topology::Container;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let workload = container.workload;
    let probed = !container.node.field("readinessProbe").is_absent();
    if probed || workload.is_job() || workload.is_off(cx.workspace) || workload.has_own_readiness() {
        return;
    }
    let serving = container.served_by(cx.workspace);
    let Some((service, port)) = serving.first() else { return };
    let service_name = service.name.as_deref().unwrap_or("?");
    let gated = !container.pod().field("readinessGates").is_absent();
    let report = cx
        .report(container.node.title_place(), format!("traffic reaches \"{}\" before it can answer: it has no readiness probe", container.name()))
        .label(format!("container of {}", workload.title()))
        .because(port.place(), format!("Service \"{service_name}\" sends traffic here as soon as the process has started"))
        .in_production("each new pod counts as ready at once, so requests fail while it starts, and a release that cannot serve at all rolls out to the last pod")
        .help(
            "ask an endpoint that answers only once the container can serve:\n\
             readinessProbe:\n  httpGet: { path: /readyz, port: http }\n  periodSeconds: 5",
        );
    if gated {
        report.capped(Severity::Low).assuming("the pod's readiness gates may wait for it");
    }
}
