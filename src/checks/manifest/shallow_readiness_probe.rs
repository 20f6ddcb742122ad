//! See rules/manifest/shallow-readiness-probe.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::{Container, Port, is_for_metrics};
use crate::workspace::image::Image;
use crate::workspace::probe::Handler;
use crate::workspace::probe::depth::Depth;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let Known::Is(readiness) = &container.probes().readiness else { return };
    let Known::Is(handler) = &readiness.handler else { return };
    let depth = handler.depth();
    if depth >= Depth::Command || depth == Depth::Constant || !container.needs_probes() {
        return;
    }
    let image = container.image().unwrap_or_default();
    let image = Image::of(&image);
    let serving = container.served_by();
    let Some((service, port)) = serving.iter().find(|(service, port)| !is_for_metrics(service, *port)) else { return };
    if image.is_store() || container.pod().field("readinessGates").is_there() {
        return;
    }
    let proves = match (depth, handler) {
        (Depth::Connection, Handler::Tcp { port, .. }) if speaks_http(container, port) => {
            "that somebody listens, not that requests are answered"
        }
        (Depth::StaticPath, _) if !image.is_web_server() => "that a web server runs, not that the application behind it works",
        (Depth::File, _) if container.node.field("lifecycle").is_absent() => {
            "that a file or a process is there, not that requests are answered"
        }
        _ => return,
    };
    let name = container.name();
    let report = cx
        .report(readiness.place(), format!("\"{name}\" gets traffic while it cannot serve: {handler} proves only {proves}"))
        .label("decides alone whether the pod gets traffic")
        .because(port.title_place(), format!("Service \"{}\" sends traffic to every pod that is ready", service.name))
        .in_production("a release that starts but fails every request counts as ready, so the rollout goes on to the last pod")
        .help(format!(
            "ask an endpoint that answers only once the container can serve:\n\
             readinessProbe:\n  httpGet: {{ path: /readyz, port: {} }}\n  periodSeconds: 5",
            handler.port().unwrap_or(Port::Number(8080))
        ));
    let is_root = matches!(handler, Handler::Http { path, .. } if path == "/");
    if is_root {
        report.guessing("what answers at / may be the application itself");
    } else if depth == Depth::File {
        report.guessing("the program may remove the file when it cannot serve");
    }
}

/// The port's name says so, or another probe asks the same port by HTTP.
fn speaks_http(container: &Container<'_>, port: &Port<'_>) -> bool {
    let is_web = |name: &str| ["http", "https", "web", "grpc", "h2c"].contains(&name.split('-').next().unwrap_or_default());
    let is_this = |number: Known<i64>| matches!((number, port), (Known::Is(number), Port::Number(port)) if number == *port);
    let named = container.ports().any(|declared| {
        is_this(declared.field("containerPort").integer())
            && declared.field("name").text().into_option().is_some_and(|name| is_web(&name))
    });
    let others = container.probes();
    let asked =
        others.each().any(|probe| matches!(&probe.handler, Known::Is(Handler::Http { port: other, .. }) if other == port));
    named || asked || matches!(port, Port::Name(name) if is_web(name))
}
