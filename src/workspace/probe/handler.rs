//! Whom does a probe ask, and what?

use std::borrow::Cow;
use std::fmt;

use super::super::container::{Container, Port};
use crate::document::Known;
use crate::document::yaml::Node;

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

impl Handler<'_> {
    /// The port it asks.
    pub fn port(&self) -> Option<Port<'_>> {
        match self {
            Self::Http { port, .. } | Self::Tcp { port, .. } => Some(port.clone()),
            Self::Grpc { port, .. } => Some(Port::Number(*port)),
            Self::Exec(_) => None,
        }
    }

    /// Another machine than the pod, or a name that may lead anywhere.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Http { host, .. } | Self::Tcp { host, .. } => Some(host.as_ref()).filter(|host| !host.is_empty()),
            Self::Grpc { .. } | Self::Exec(_) => None,
        }
    }
}

impl fmt::Display for Handler<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { path, .. } => f.write_str(path),
            Self::Tcp { port, .. } => write!(f, "port {port}"),
            Self::Grpc { port, .. } => write!(f, "gRPC health on port {port}"),
            // Its arguments may hold a password.
            Self::Exec(command) => write!(f, "the command `{}`", command.first().map_or("", |word| word)),
        }
    }
}

type Reading = for<'w> fn(&Container<'w>, Node<'w>) -> Known<Handler<'w>>;

const HANDLERS: [(&str, Reading); 4] = [("httpGet", http), ("tcpSocket", tcp), ("grpc", grpc), ("exec", exec)];

/// The ways of asking that a probe names.
pub(super) fn named(probe: Node<'_>) -> impl Iterator<Item = (&'static str, Node<'_>)> {
    HANDLERS.iter().filter_map(move |(field, _)| match probe.field(field) {
        // To Kubernetes a key without a value is none.
        Known::Is(node) if !node.is_null() => Some((*field, node)),
        _ => None,
    })
}

/// What a probe asks and where it says so.
pub(super) fn of<'w>(container: &Container<'w>, probe: Node<'w>) -> (Known<Handler<'w>>, Node<'w>) {
    if let Some((field, node)) = named(probe).next()
        && let Some((_, read)) = HANDLERS.iter().find(|(name, _)| *name == field)
    {
        return (read(container, node), node);
    }
    let is_open = HANDLERS.iter().any(|(field, _)| probe.field(field).is_unknown());
    (if is_open { Known::Unknown } else { Known::Absent }, probe)
}

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
    if list.is_open() || list.has_branches() {
        return Known::Unknown;
    }
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
