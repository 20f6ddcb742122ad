//! What does a probe really do? Defaults applied, named ports resolved, budgets computed.

use std::borrow::Cow;

use super::topology::Container;
use crate::document::Known;
use crate::document::yaml::Node;

/// A probe of a container.
#[derive(Clone)]
pub struct Probe<'w> {
    /// The whole probe.
    pub node: Node<'w>,
    /// What it asks.
    pub handler: Handler<'w>,
    /// How it is asked, to underline.
    pub handler_node: Node<'w>,
    period: i64,
    failures: i64,
}

/// What a probe asks. Two that are equal ask the same thing of the same process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Handler<'w> {
    /// A request; headers do not change who answers.
    Http {
        /// The path, `/` by default.
        path: Cow<'w, str>,
        /// The port's number.
        port: i64,
        /// `HTTP` by default.
        scheme: Cow<'w, str>,
    },
    /// A connection.
    Tcp {
        /// The port's number.
        port: i64,
    },
    /// A health call.
    Grpc {
        /// The port's number.
        port: i64,
        /// The service asked for.
        service: Cow<'w, str>,
    },
    /// A command.
    Exec(Vec<Cow<'w, str>>),
}

impl<'w> Probe<'w> {
    /// Reads `readinessProbe`, `livenessProbe` or `startupProbe`. Unknown as soon as any part of it is.
    pub fn of(container: &Container<'w>, field: &str) -> Known<Self> {
        container.node.field(field).and_then(|node| {
            if node.is_open() {
                return Known::Unknown;
            }
            let period = node.field("periodSeconds").integer().or(10);
            let failures = node.field("failureThreshold").integer().or(3);
            let handler = handler(container, node);
            handler.and_then(|(handler, handler_node)| {
                period.and_then(|period| failures.map(|failures| Self { node, handler, handler_node, period, failures }))
            })
        })
    }

    /// Seconds of failures until it acts. Kubernetes' defaults: every 10 seconds, 3 times.
    pub fn budget(&self) -> i64 {
        self.period.saturating_mul(self.failures)
    }

    /// Seconds between two questions.
    pub fn period(&self) -> i64 {
        self.period
    }

    /// How many failures in a row count.
    pub fn failures(&self) -> i64 {
        self.failures
    }

    /// What it asks, in a few words.
    pub fn asks(&self) -> String {
        match &self.handler {
            Handler::Http { path, .. } => path.to_string(),
            Handler::Tcp { port } => format!("port {port}"),
            Handler::Grpc { port, .. } => format!("gRPC health on port {port}"),
            Handler::Exec(command) => format!("`{}`", command.first().map_or("", |word| word)),
        }
    }
}

fn handler<'w>(container: &Container<'w>, probe: Node<'w>) -> Known<(Handler<'w>, Node<'w>)> {
    for (field, read) in HANDLERS {
        let node = probe.field(field);
        if !node.is_absent() {
            return node.and_then(|node| read(container, node).map(|handler| (handler, node)));
        }
    }
    Known::Absent
}

type Reading = for<'w> fn(&Container<'w>, Node<'w>) -> Known<Handler<'w>>;

const HANDLERS: [(&str, Reading); 4] = [("httpGet", http), ("tcpSocket", tcp), ("grpc", grpc), ("exec", exec)];

fn http<'w>(container: &Container<'w>, get: Node<'w>) -> Known<Handler<'w>> {
    let scheme = get.field("scheme").text().or(Cow::Borrowed("HTTP"));
    let path = get.field("path").text().or(Cow::Borrowed("/"));
    let port = port(container, get.field("port"));
    port.and_then(|port| path.and_then(|path| scheme.map(|scheme| Handler::Http { path, port, scheme })))
}

fn tcp<'w>(container: &Container<'w>, socket: Node<'w>) -> Known<Handler<'w>> {
    port(container, socket.field("port")).map(|port| Handler::Tcp { port })
}

fn grpc<'w>(_: &Container<'w>, call: Node<'w>) -> Known<Handler<'w>> {
    let service = call.field("service").text().or(Cow::Borrowed(""));
    call.field("port").integer().and_then(|port| service.map(|service| Handler::Grpc { port, service }))
}

fn exec<'w>(_: &Container<'w>, exec: Node<'w>) -> Known<Handler<'w>> {
    exec.field("command").and_then(command).map(Handler::Exec)
}

fn command(list: Node<'_>) -> Known<Vec<Cow<'_, str>>> {
    let mut words = Vec::new();
    for item in list.items() {
        match item.text() {
            Known::Is(word) => words.push(word),
            _ => return Known::Unknown,
        }
    }
    Known::Is(words)
}

fn port(container: &Container<'_>, port: Known<Node<'_>>) -> Known<i64> {
    if let Known::Is(number) = port.integer() {
        return Known::Is(number);
    }
    port.text().and_then(|name| container.port_named(&name))
}
