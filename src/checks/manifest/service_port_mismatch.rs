//! See rules/manifest/service-port-mismatch.md

use crate::diagnostic::Severity;
use crate::document::yaml::Node;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::container::{Container, MANY, Port, target};
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::selection::Selection;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(service) = workspace.topology.service(object) else { return };
    let spec = service.field(workspace, "spec");
    // Without a proxy before it the port of a headless Service is only told, not used.
    if spec.field("type").is_text("ExternalName") || spec.field("clusterIP").is_text("None") {
        return;
    }
    let Selection::Selects(workloads) = workspace.topology.selection(service, &service.selector) else { return };
    // A patch may add the container that listens, or tell the program where to.
    if workloads.iter().any(|workload| cx.may_be_patched_beside(workload, service)) {
        return;
    }
    // Where one port leads to what a container declares, the others may well lead to what it does not care to.
    let arrives = |port: Field<'_>| {
        let target = port.node().into_option().and_then(target);
        target.is_none_or(|target| workloads.iter().any(|workload| may_listen(workload, &target, workspace)))
    };
    let any_arrives = spec.field("ports").items().take(MANY).any(arrives);
    for port in spec.field("ports").items().take(MANY) {
        let Some(target) = port.node().into_option().and_then(target) else { continue };
        let leads_nowhere = |workload: &&Workload| !may_listen(workload, &target, workspace);
        if any_arrives && matches!(target, Port::Number(_)) {
            continue;
        }
        let Some(first) = workloads.first().filter(|_| workloads.iter().all(leads_nowhere)) else { continue };
        let declared = declared(first, workspace);
        let Some((place, _)) = declared.first() else { continue };
        let names: Vec<String> = declared.iter().map(|(_, port)| port.clone()).collect();
        let asked = if port.field("targetPort").is_there() { port.field("targetPort") } else { port.field("port") };
        let report = cx
            .report(
                asked.place(),
                format!("requests to Service \"{}\" are refused: no container of its pods has the port {target}", service.name),
            )
            .label("no container listens there")
            .because(place.title_place(), format!("{} listens on {}", first.title(), names.join(", ")))
            .in_production(
                "every connection to this port of the Service fails from the moment it is applied, while its pods look healthy",
            )
            .help(format!("send the traffic where the container listens:\ntargetPort: {}", names[0]));
        if matches!(target, Port::Number(_)) {
            report.capped(Severity::Medium).assuming("the container listens on the ports that it declares, and on no other");
        }
    }
}

/// Whether a container may listen on a port. A number needs no declaration, but one that stands nowhere is a slip.
fn may_listen(workload: &Workload, target: &Port<'_>, workspace: &Workspace) -> bool {
    let containers: Vec<Container<'_>> = workload.containers(workspace).collect();
    let is_open = |container: &Container<'_>| {
        let ports = container.field("ports");
        ports.is_open() || ports.items().any(|port| port.field("name").is_unknown() || is_filled_in(port.field("containerPort")))
    };
    let pod = workload.pod(workspace);
    if pod.field("containers").is_open() || pod.is_open() || containers.iter().any(is_open) {
        return true;
    }
    match target {
        // No port has capitals in its name; somebody writes another before it is applied.
        Port::Name(name) if name.contains(|letter: char| letter.is_ascii_uppercase() || "<$[".contains(letter)) => true,
        Port::Name(name) => containers.iter().any(|container| !container.port_named(name).is_absent()),
        Port::Number(number) => {
            let silent = |container: &Container<'_>| container.ports().next().is_none();
            containers.iter().any(silent) || mentions(pod, &number.to_string())
        }
    }
}

/// A port of a container is a number: anything else is there to be replaced before it is applied.
fn is_filled_in(port: Field<'_>) -> bool {
    port.integer().is_unknown() || port.text().is_there() && !port.integer().is_there()
}

/// Whether a number stands anywhere in a pod.
fn mentions(pod: Field<'_>, number: &str) -> bool {
    let Some(pod) = pod.node().into_option() else { return true };
    let mut open = vec![pod];
    while let Some(node) = open.pop() {
        if node.read_text().split(|next: char| !next.is_ascii_digit()).any(|found| found == number) {
            return true;
        }
        open.extend(node.own_children());
    }
    false
}

/// The ports that a workload's containers declare, by name where they have one.
fn declared<'w>(workload: &'w Workload, workspace: &'w Workspace) -> Vec<(Node<'w>, String)> {
    let mut found = Vec::new();
    for container in workload.containers(workspace) {
        for port in container.ports() {
            let field = Field::of(port);
            let name = if field.field("name").is_there() { field.field("name") } else { field.field("containerPort") };
            found.push((port, name.written()));
        }
    }
    found
}
