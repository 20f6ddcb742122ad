//! See rules/manifest/liveness-checks-dependency.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::path;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::image::Image;
use crate::workspace::probe::Handler;

/// Parts of a path that name what stands behind the program.
const BEHIND: &[&str] = &[
    "db",
    "database",
    "databases",
    "redis",
    "postgres",
    "postgresql",
    "mysql",
    "mongo",
    "mongodb",
    "kafka",
    "rabbitmq",
    "elasticsearch",
    "dependency",
    "dependencies",
    "deps",
    "deep",
    "ready",
    "readyz",
    "readiness",
];

/// Programs that ask a server, with the words that precede its name.
const CLIENTS: &[(&str, &[&str])] = &[
    ("psql", &["-h", "--host"]),
    ("pg_isready", &["-h", "--host"]),
    ("mysql", &["-h", "--host"]),
    ("mysqladmin", &["-h", "--host"]),
    ("redis-cli", &["-h"]),
];

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let probes = container.probes();
    let Known::Is(liveness) = &probes.liveness else { return };
    let Known::Is(handler) = &liveness.handler else { return };
    let is_store = container.image().is_some_and(|image| Image::of(&image).is_store());
    if is_store || !container.needs_probes() {
        return;
    }
    let Some(what) = dependency(handler) else { return };
    let report = cx
        .report(
            liveness.place(),
            format!("every pod of {} is restarted when {what} fails, which no restart repairs", container.workload.title()),
        )
        .label(format!("a failure here kills \"{}\"", container.name()))
        .in_production(
            "an outage behind the service becomes an outage of the service: all pods restart together, again and again, and meet \
             the recovered dependency with cold caches and all connections at once",
        )
        .help(
            "let readiness ask what stands behind the service, and liveness the process alone:\n\
             livenessProbe:\n  httpGet: { path: /livez, port: 8080 }",
        );
    if let Known::Is(readiness) = &probes.readiness
        && readiness.handler == liveness.handler
    {
        report.capped(Severity::Low).assuming("it waits long enough for traffic to be gone before");
    }
}

/// What stands behind the program, in a few words.
fn dependency(handler: &Handler<'_>) -> Option<String> {
    match handler {
        Handler::Http { host, .. } | Handler::Tcp { host, .. } if !is_local(host) => Some("another host".to_owned()),
        Handler::Http { path, .. } => {
            let path = path.split('?').next().unwrap_or_default();
            let mut parts = path.split(['/', '-', '_', '.']);
            let part = parts.find(|part| BEHIND.contains(&part.to_ascii_lowercase().as_str()))?;
            let is_readiness = part.to_ascii_lowercase().starts_with("read");
            let what = format!("the \"{part}\" that it asks for");
            Some(if is_readiness { format!("anything that {path} waits for") } else { what })
        }
        Handler::Exec(command) => foreign_host(command.iter().map(AsRef::as_ref)),
        Handler::Tcp { .. } | Handler::Grpc { .. } => None,
    }
}

fn is_local(host: &str) -> bool {
    ["", "localhost", "127.0.0.1", "::1", "0.0.0.0"].contains(&host) || host.starts_with("$(")
}

/// The server that a command asks, if that is known to be another machine.
fn foreign_host<'a>(command: impl Iterator<Item = &'a str>) -> Option<String> {
    let words: Vec<&str> = command.flat_map(str::split_whitespace).map(|word| word.trim_matches(['"', '\'', ';'])).collect();
    let is_foreign =
        |host: &str| !is_local(host) && !host.contains('$') && host.starts_with(|first: char| first.is_ascii_alphanumeric());
    let after = |at: usize, options: &[&str]| {
        let rest = words.get(at + 1..)?;
        let option = rest.iter().position(|word| options.contains(word))?;
        rest.get(option + 1).copied()
    };
    words.iter().enumerate().find_map(|(at, word)| {
        let program = path::name(word);
        let host = match CLIENTS.iter().find(|(client, _)| *client == program) {
            Some((_, options)) => after(at, options),
            None if ["curl", "wget"].contains(&program) => {
                let address = words[at..].iter().find_map(|word| word.split_once("://"))?.1;
                address.split(['/', ':']).next()
            }
            None => None,
        };
        host.filter(|host| is_foreign(host)).map(|host| format!("the host \"{host}\""))
    })
}
