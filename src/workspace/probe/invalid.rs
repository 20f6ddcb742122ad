//! What does the API server refuse about a probe?

use std::fmt;

use super::{Probe, Role, handler};
use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::yaml::{Node, Scalar};

/// One thing that the API server refuses, with its place.
pub struct Refused {
    /// What to underline.
    pub place: Place,
    /// What is wrong with it.
    pub why: Why,
}

/// Why a probe is refused.
pub enum Why {
    /// It asks nothing.
    AsksNothing,
    /// It asks in more than one way.
    AsksTwice(&'static str, &'static str),
    /// Only readiness may ask for several successes.
    Successes(Role),
    /// Readiness kills nothing, so it has no grace.
    GraceOfReadiness,
    /// Below what the field allows.
    TooSmall(&'static str, i64),
    /// A number is needed.
    NoNumber(&'static str),
    /// Ports are 1 to 65535.
    PortRange(i64),
    /// A name of a port has a letter, and no more than 15 signs.
    PortName(String),
    /// Where none is given.
    NoPort(&'static str),
    /// Neither `HTTP` nor `HTTPS`.
    Scheme(String),
    /// A command without a word.
    NoCommand,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsksNothing => f.write_str("it asks nothing"),
            Self::AsksTwice(one, other) => write!(f, "it asks by both {one} and {other}"),
            Self::Successes(role) => write!(f, "successThreshold of {} must be 1", role.word()),
            Self::GraceOfReadiness => f.write_str("readiness takes no terminationGracePeriodSeconds"),
            Self::TooSmall(field, number) => write!(f, "{field} cannot be {number}"),
            Self::NoNumber(field) => write!(f, "{field} must be a plain number"),
            Self::PortRange(number) => write!(f, "there is no port {number}"),
            Self::PortName(name) => write!(f, "\"{name}\" is no name of a port"),
            Self::NoPort(field) => write!(f, "{field} names no port"),
            Self::Scheme(scheme) => write!(f, "\"{scheme}\" is no scheme: it is HTTP or HTTPS"),
            Self::NoCommand => f.write_str("exec has no command"),
        }
    }
}

/// The numbers of a probe with the least that each may be.
const NUMBERS: [(&str, i64); 6] = [
    ("initialDelaySeconds", 0),
    ("periodSeconds", 0),
    ("timeoutSeconds", 0),
    ("failureThreshold", 0),
    ("successThreshold", 0),
    ("terminationGracePeriodSeconds", 1),
];

impl Probe<'_> {
    /// Everything that the API server refuses about it.
    pub fn refused(&self) -> Vec<Refused> {
        let mut all = Vec::new();
        self.handlers(&mut all);
        for (field, least) in NUMBERS {
            let Known::Is(node) = self.node.field(field) else { continue };
            let why = match node.scalar() {
                Known::Is(Scalar::Int(number)) if number < least => Why::TooSmall(field, number),
                Known::Is(Scalar::Int(2..)) if field == "successThreshold" && self.role != Role::Readiness => {
                    Why::Successes(self.role)
                }
                Known::Is(Scalar::Int(1..)) if field == "terminationGracePeriodSeconds" && self.role == Role::Readiness => {
                    Why::GraceOfReadiness
                }
                Known::Is(Scalar::Int(_) | Scalar::Null) | Known::Unknown => continue,
                Known::Is(Scalar::Float(number)) if number.fract() == 0.0 => continue,
                _ => Why::NoNumber(field),
            };
            all.push(Refused { place: node.title_place(), why });
        }
        all
    }

    fn handlers(&self, all: &mut Vec<Refused>) {
        let mut named = handler::named(self.node);
        match (named.next(), named.next()) {
            (None, _) if self.handler.is_unknown() || self.node.has_branches() => {}
            (None, _) => all.push(Refused { place: self.node.title_place(), why: Why::AsksNothing }),
            (Some((field, node)), None) => all.extend(of_handler(field, node)),
            // Two branches of a template may each write one.
            _ if self.node.has_branches() => {}
            (Some((one, _)), Some((other, node))) => {
                all.push(Refused { place: node.title_place(), why: Why::AsksTwice(one, other) });
            }
        }
    }
}

fn of_handler(field: &'static str, node: Node<'_>) -> Vec<Refused> {
    let at = |node: Node<'_>, why| Refused { place: node.title_place(), why };
    if field == "exec" {
        let is_empty = |command: Node<'_>| command.items().next().is_none() && !command.is_open() && !command.has_branches();
        return match node.field("command") {
            Known::Absent => vec![at(node, Why::NoCommand)],
            Known::Is(command) if is_empty(command) && command.scalar().is_absent() => vec![at(command, Why::NoCommand)],
            _ => Vec::new(),
        };
    }
    let mut all = Vec::new();
    match node.field("port") {
        Known::Absent if !node.has_branches() => all.push(at(node, Why::NoPort(field))),
        Known::Is(port) => match port.scalar() {
            Known::Is(Scalar::Int(number)) if !(1..=65535).contains(&number) => all.push(at(port, Why::PortRange(number))),
            Known::Is(Scalar::Text) if field == "grpc" => all.push(at(port, Why::NoNumber("the port of grpc"))),
            Known::Is(Scalar::Text) => {
                let name = port.text().into_option().unwrap_or_default();
                if !is_port_name(&name) {
                    all.push(at(port, Why::PortName(name.into_owned())));
                }
            }
            _ => {}
        },
        _ => {}
    }
    if let Known::Is(scheme) = node.field("scheme")
        && let Known::Is(text) = scheme.text()
        && !["HTTP", "HTTPS", ""].contains(&text.as_ref())
    {
        all.push(at(scheme, Why::Scheme(text.into_owned())));
    }
    all
}

/// 1 to 15 small letters, digits and single hyphens, not at the ends, with a letter among them.
pub(super) fn is_port_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=15).contains(&name.len())
        && name.bytes().all(is_fine)
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && !name.contains("--")
        && !name.starts_with('-')
        && !name.ends_with('-')
}
