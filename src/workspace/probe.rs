//! What does a probe really do? Defaults applied, named ports resolved, budgets computed.

use std::borrow::Cow;

use super::container::{Container, Port};
use crate::document::Known;
use crate::document::yaml::{Node, Scalar};

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
        /// The port.
        port: Port<'w>,
        /// `HTTP` by default.
        scheme: Cow<'w, str>,
        /// Empty for the pod itself.
        host: Cow<'w, str>,
    },
    /// A connection.
    Tcp {
        /// The port.
        port: Port<'w>,
        /// Empty for the pod itself.
        host: Cow<'w, str>,
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
    /// Whether there is none. To Kubernetes a key without a value is none.
    pub fn is_missing(container: &Container<'w>, field: &str) -> bool {
        match container.node.field(field) {
            Known::Is(node) => node.scalar() == Known::Is(Scalar::Null),
            other => other.is_absent(),
        }
    }

    /// Reads `readinessProbe`, `livenessProbe` or `startupProbe`. Unknown as soon as any part of it is.
    pub fn of(container: &Container<'w>, field: &str) -> Known<Self> {
        container.node.field(field).and_then(|node| {
            if node.is_open() {
                return Known::Unknown;
            }
            let period = number(node, "periodSeconds", 10);
            let failures = number(node, "failureThreshold", 3);
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
            Handler::Tcp { port, .. } => format!("port {port}"),
            Handler::Grpc { port, .. } => format!("gRPC health on port {port}"),
            // Its arguments may hold a password.
            Handler::Exec(command) => format!("the command `{}`", command.first().map_or("", |word| word)),
        }
    }
}

/// To Kubernetes a zero means the default.
fn number(probe: Node<'_>, field: &str, default: i64) -> Known<i64> {
    probe.field(field).integer().or(default).map(|number| if number == 0 { default } else { number })
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
    let path = get.field("path").text().or(Cow::Borrowed("/")).map(rooted);
    let place = at(container, get);
    place.and_then(|(port, host)| path.and_then(|path| scheme.map(|scheme| Handler::Http { path, port, scheme, host })))
}

/// Kubernetes puts the slash where it is missing.
fn rooted(path: Cow<'_, str>) -> Cow<'_, str> {
    if path.starts_with('/') { path } else { Cow::Owned(format!("/{path}")) }
}

fn tcp<'w>(container: &Container<'w>, socket: Node<'w>) -> Known<Handler<'w>> {
    at(container, socket).map(|(port, host)| Handler::Tcp { port, host })
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

fn at<'w>(container: &Container<'w>, handler: Node<'w>) -> Known<(Port<'w>, Cow<'w, str>)> {
    let host = handler.field("host").text().or(Cow::Borrowed(""));
    port(container, handler.field("port")).and_then(|port| host.map(|host| (port, host)))
}

fn port<'w>(container: &Container<'w>, port: Known<Node<'w>>) -> Known<Port<'w>> {
    if let Known::Is(number) = port.integer() {
        return Known::Is(Port::Number(number));
    }
    port.text().and_then(|name| match container.port_named(&name) {
        Known::Is(number) => Known::Is(Port::Number(number)),
        Known::Unknown => Known::Is(Port::Name(name)),
        Known::Absent => Known::Absent,
    })
}
