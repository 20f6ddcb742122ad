//! See rules/manifest/probe-not-on-traffic-port.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::{Container, Port, is_for_metrics, target};

/// Where the proxies of service meshes answer, whatever is behind them.
const PROXIES: [i64; 5] = [15000, 15020, 15021, 15090, 4191];

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let Known::Is(readiness) = &container.probes().readiness else { return };
    let Known::Is(handler) = &readiness.handler else { return };
    let Some(Port::Number(asked)) = handler.port() else { return };
    if handler.host().is_some() || !container.needs_probes() {
        return;
    }
    let serving = container.served_by();
    let targets = serving.iter().map(|(_, port)| match target(*port) {
        Some(Port::Number(number)) => Some(number),
        Some(Port::Name(name)) => container.port_named(&name).into_option(),
        None => None,
    });
    let Some(targets) = targets.collect::<Option<Vec<i64>>>() else { return };
    let first = serving.iter().zip(&targets).find(|((service, port), _)| !is_for_metrics(service, *port));
    let Some(((service, port), taken)) = first else { return };
    let neighbour = container.neighbour_with_port(asked);
    // A gateway: the proxy takes the traffic itself, and knows when it can.
    if targets.iter().any(|target| PROXIES.contains(target)) {
        return;
    }
    // Many programs answer for all their ports at one of their own.
    if targets.contains(&asked) || (neighbour.is_none() && !PROXIES.contains(&asked)) {
        return;
    }
    let report = cx
        .report(readiness.place(), format!("\"{}\" gets traffic on port {taken} because port {asked} answers", container.name()))
        .label(format!("asks port {asked}"))
        .because(port.title_place(), format!("Service \"{}\" sends traffic to port {taken}", service.name))
        .in_production(
            "the port that is asked may answer before the other one is open, or after it has failed: requests are refused while the pod counts as ready",
        )
        .help(format!("ask the port that takes the traffic:\nreadinessProbe:\n  httpGet: {{ path: /readyz, port: {taken} }}"));
    if let Some(place) = neighbour {
        report.because(place, "another container answers there");
    }
}
