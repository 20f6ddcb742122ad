//! See rules/manifest/constant-probe.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::probe::Role;
use crate::workspace::probe::depth::Depth;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    if !container.needs_probes() {
        return;
    }
    let is_served = !container.served_by().is_empty();
    for probe in container.probes().each() {
        let Known::Is(handler) = &probe.handler else { continue };
        if handler.depth() != Depth::Constant {
            continue;
        }
        let name = container.name();
        let (message, then) = match probe.role {
            Role::Readiness => (
                format!("\"{name}\" always counts as ready: its readiness probe cannot fail"),
                "each new pod counts as ready at once, so a release that cannot serve rolls out to the last pod",
            ),
            Role::Liveness => (
                format!("\"{name}\" is never restarted when it hangs: its liveness probe cannot fail"),
                "a container that hangs stays as it is until somebody looks",
            ),
            Role::Startup => (
                format!("nothing waits until \"{name}\" has started: its startup probe cannot fail"),
                "liveness counts from the first second, and a slow start is killed",
            ),
        };
        let report = cx
            .report(probe.place(), message)
            .label(format!("{handler} says yes whatever state the container is in"))
            .in_production(then)
            .help(format!(
                "ask the program itself, at an endpoint that answers only while it works:\n{}:\n  httpGet: {{ path: {}, port: 8080 }}",
                probe.role.field(),
                if probe.role == Role::Readiness { "/readyz" } else { "/livez" }
            ));
        match probe.role {
            Role::Readiness if is_served => {}
            Role::Readiness => drop(report.capped(Severity::Medium)),
            _ => drop(report.capped(Severity::Low)),
        }
    }
}
