//! See rules/manifest/invalid-probe.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    // The platform fills in what is missing.
    if container.workload.is_of_knative() {
        return;
    }
    let title = || container.workload.title();
    for probe in container.probes().each() {
        let role = probe.role.word();
        if container.is_surely_no_sidecar() {
            cx.report(
                probe.place(),
                format!("{} cannot be applied: the init container \"{}\" has a {role} probe", title(), container.name()),
            )
            .label("an init container runs to its end, so it has no probes")
            .in_production(REFUSED)
            .help("drop the probe, or let the container run beside the others:\nrestartPolicy: Always");
            continue;
        }
        for refused in probe.refused() {
            cx.report(refused.place, format!("{} cannot be applied: {} (in the {role} probe of \"{}\")", title(), refused.why, container.name()))
                .label("the API server refuses this")
                .about(refused.why.to_string())
                .in_production(REFUSED)
                .help(format!("a {role} probe asks in one way, and its numbers are plain:\n{}:\n  httpGet: {{ path: /healthz, port: 8080 }}\n  periodSeconds: 10", probe.role.field()));
        }
    }
    let lifecycle = container.node.field("lifecycle");
    if let Known::Is(lifecycle) = lifecycle
        && container.is_surely_no_sidecar()
        && lifecycle.entries().next().is_some()
    {
        cx.report(
            lifecycle.title_place(),
            format!("{} cannot be applied: the init container \"{}\" has a lifecycle", title(), container.name()),
        )
        .label("an init container runs to its end, so nothing happens before it is stopped")
        .in_production(REFUSED)
        .help("drop it, or let the container run beside the others:\nrestartPolicy: Always");
    }
}

const REFUSED: &str = "the API server refuses the whole object, so the deploy stops here, half applied";
