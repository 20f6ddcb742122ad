//! See rules/manifest/probe-port-mismatch.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::document::yaml::Node;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::probe::{Probe, Role};
use crate::workspace::topology::is_open;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    if !container.needs_probes() {
        return;
    }
    for probe in container.probes().each() {
        match probe.missing_port_name(container) {
            Some(name) => unknown_name(container, probe, &name, cx),
            None => number(container, probe, cx),
        }
    }
}

fn unknown_name(container: &Container<'_>, probe: &Probe<'_>, name: &str, cx: &mut Context<'_>) {
    let who = container.name();
    let (message, then) = match probe.role {
        Role::Liveness => (
            format!(
                "\"{who}\" is never restarted when it hangs: its liveness probe asks a port \"{name}\" that it does not have"
            ),
            "the question cannot be asked, so liveness never says no",
        ),
        role => (
            format!(
                "no pod of \"{who}\" ever becomes ready: its {} probe asks a port \"{name}\" that it does not have",
                role.word()
            ),
            "the question cannot be asked, so new pods stay unready and the rollout stops at the first of them, until its deadline",
        ),
    };
    let known: Vec<String> =
        container.ports().filter_map(|port| port.field("name").text().into_option().map(std::borrow::Cow::into_owned)).collect();
    let place = match probe.handler_node.field("port") {
        Known::Is(node) => node.place(),
        _ => probe.place(),
    };
    let mut report =
        cx.report(place, message).label("no port of this container has this name").in_production(then).help(format!(
            "name a port of this container{}, or add it:\nports:\n  - {{ name: {name}, containerPort: 8080 }}",
            if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) }
        ));
    if let Some(place) = container.neighbour_with_port_named(name) {
        report = report.because(place, "only this other container has it, and names count within one container");
    }
    if probe.role == Role::Liveness {
        report.capped(Severity::Medium);
    }
}

fn number(container: &Container<'_>, probe: &Probe<'_>, cx: &mut Context<'_>) {
    let Known::Is(handler) = &probe.handler else { return };
    let Some(crate::workspace::container::Port::Number(asked)) = handler.port() else { return };
    if handler.host().is_some() || is_open(&container.node.field("ports")) {
        return;
    }
    let mut declared = container.ports().filter(|port| port.field("containerPort").integer() == Known::Is(asked)).peekable();
    let first = declared.peek().copied();
    let is_other = |port: Node<'_>| matches!(port.field("protocol").text(), Known::Is(protocol) if protocol != "TCP");
    if let Some(port) = first.filter(|_| declared.all(is_other)) {
        let who = container.name();
        let report = cx
            .report(probe.place(), format!("the {} probe of \"{who}\" always fails: nothing takes connections at port {asked}", probe.role.word()))
            .label("probes connect by TCP")
            .because(port.title_place(), "this port speaks another protocol")
            .in_production(match probe.role {
                Role::Readiness => "no new pod becomes ready, and the rollout stops until its deadline",
                Role::Liveness | Role::Startup => "the container is killed again and again, and the rollout stops until its deadline",
            })
            .help(format!("ask a TCP port of the program, or say that this one takes both:\nports:\n  - {{ containerPort: {asked}, protocol: TCP }}"));
        report.assuming("the same number is not open for TCP as well");
        return;
    }
    if first.is_some() || probe.role == Role::Readiness {
        return;
    }
    let who = container.name();
    // A path that names the container asks its neighbour about it, as kube-dns does: `/healthcheck/dnsmasq`.
    let is_asked_about = probe.handler_node.field("path").text().into_option().is_some_and(|path| path.contains(&who));
    // Of containers that a template chooses from, two may never be there together.
    let is_chosen = container.pod().field("containers").into_option().is_some_and(Node::has_branches);
    let neighbour = container.neighbour_with_port(asked).filter(|_| !is_asked_about && !is_chosen);
    if let Some(place) = neighbour {
        cx.report(
            probe.place(),
            format!(
                "\"{who}\" is restarted when its neighbour fails: its {} probe asks the neighbour's port {asked}",
                probe.role.word()
            ),
        )
        .label(format!("decides about \"{who}\""))
        .because(place, "this other container answers there")
        .in_production("the healthy container is killed, and the one that hangs goes on")
        .help("move the probe to the container that answers, or ask a port of this one")
        .capped(Severity::Medium);
    }
}
