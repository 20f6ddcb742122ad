//! See rules/manifest/missing-ingress-backend.md

use crate::diagnostic::Place;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::field::Field;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::reference::{Near, Outcome, Part, Reference};

const FAILS: &str = "the route answers 503 to every request from the moment it is applied";

pub fn check(object: &Object, cx: &mut Context<'_>) {
    if !object.is("Ingress") && !object.resource.ends_with(".gateway.networking.k8s.io") {
        return;
    }
    let workspace = cx.workspace;
    let services = workspace.topology.references_of(object).iter().filter(|reference| reference.resource == "Service");
    for reference in services {
        let place = workspace.node(reference.node).place();
        match workspace.topology.resolve(object, reference) {
            Outcome::Contradicted(service, near) => nowhere(reference, place, service, near, cx),
            Outcome::Resolved(services) => {
                let Some(part) = &reference.part else { continue };
                if let Some(service) = services.first().filter(|_| services.iter().all(|service| lacks(service, part, workspace)))
                {
                    let ports = ports(service, workspace);
                    cx.report(
                        workspace.node(part.node).place(),
                        format!("{} leads nowhere: Service \"{}\" has no port {}", object.title(), service.name, part.name),
                    )
                    .label("no such port")
                    .because(service.field(workspace, "spec.ports").place(), format!("its ports: {}", ports.join(", ")))
                    .in_production(FAILS)
                    .help(format!("name a port that the Service has, such as {}", ports[0]));
                }
            }
            Outcome::Unknown => {}
        }
    }
}

fn nowhere(reference: &Reference, place: Place, service: &Object, near: Near, cx: &mut Context<'_>) {
    let evidence = match near {
        Near::Namespace => format!("Service \"{}\" is in another namespace", service.name),
        Near::Name => format!("Service \"{}\" was probably meant", service.name),
    };
    let help = match near {
        Near::Namespace => "a route reaches the Services of its own namespace alone: put both into the same".to_owned(),
        Near::Name => format!("name the Service that there is: {}", service.name),
    };
    let there = service.place(cx.workspace);
    cx.report(place, format!("a route leads nowhere: there is no Service \"{}\" in its namespace", reference.name))
        .label("no such Service")
        .because(there, evidence)
        .in_production(FAILS)
        .help(help);
}

/// Whether a Service is known to lack a port.
fn lacks(service: &Object, part: &Part, workspace: &Workspace) -> bool {
    let spec = service.field(workspace, "spec");
    let ports = spec.field("ports");
    let is_other = !spec.field("type").is_text("ExternalName") && ports.is_there() && !ports.is_open();
    let number: Option<i64> = part.name.parse().ok();
    let is_it = |port: Field<'_>| match number {
        Some(number) => !matches!(port.field("port").integer(), Known::Is(found) if found != number),
        None => port.field("name").is_unknown() || port.field("name").is_text(&part.name),
    };
    is_other && ports.items().next().is_some() && !ports.items().any(is_it)
}

/// The ports of a Service, as a route may name them.
fn ports(service: &Object, workspace: &Workspace) -> Vec<String> {
    let ports = service.field(workspace, "spec.ports");
    ports.items().map(|port| port.field("port").written()).collect()
}
