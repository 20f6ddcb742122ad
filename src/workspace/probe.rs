//! What does a probe really do? Defaults applied, named ports resolved, budgets computed.
//!
//! Kubernetes asks a container from three sides: readiness decides about traffic, liveness about its life, and startup
//! holds both back until it has succeeded once. Each part of a probe is known, absent or unknown by itself: a template
//! in one number hides no other.

pub mod advice;
pub mod depth;
mod handler;
pub mod invalid;
pub mod timing;

use super::container::Container;
use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::yaml::{Node, Scalar};
pub use handler::Handler;

/// What a probe decides about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Traffic.
    Readiness,
    /// Life and death.
    Liveness,
    /// When the other two begin.
    Startup,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Readiness, Self::Liveness, Self::Startup];

    /// Its key in a container.
    pub fn field(self) -> &'static str {
        match self {
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
            Self::Startup => "startupProbe",
        }
    }

    /// Its word in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Readiness => "readiness",
            Self::Liveness => "liveness",
            Self::Startup => "startup",
        }
    }
}

/// A probe of a container.
#[derive(Clone)]
pub struct Probe<'w> {
    /// What it decides about.
    pub role: Role,
    /// The whole probe.
    pub node: Node<'w>,
    /// What it asks; absent where nothing is asked, or a port that no container has.
    pub handler: Known<Handler<'w>>,
    /// How it is asked, to underline: the handler, else the probe.
    pub handler_node: Node<'w>,
    /// Seconds between the start, or the success of the startup probe, and the first question.
    pub delay: Known<i64>,
    /// Seconds between two questions.
    pub period: Known<i64>,
    /// Seconds that an answer may take.
    pub timeout: Known<i64>,
    /// How many failures in a row count.
    pub failures: Known<i64>,
}

impl<'w> Probe<'w> {
    /// Whether there is none. To Kubernetes a key without a value is none.
    pub fn is_missing(container: &Container<'w>, role: Role) -> bool {
        Self::node(container, role).is_absent()
    }

    fn node(container: &Container<'w>, role: Role) -> Known<Node<'w>> {
        container.node.field(role.field()).and_then(|node| match node.scalar() {
            Known::Is(Scalar::Null) => Known::Absent,
            Known::Unknown => Known::Unknown,
            _ => Known::Is(node),
        })
    }

    /// Reads a probe. Unknown where a template may add to it.
    pub fn of(container: &Container<'w>, role: Role) -> Known<Self> {
        let node = match Self::node(container, role) {
            Known::Is(node) if node.is_open() => return Known::Unknown,
            Known::Is(node) => node,
            Known::Absent => return Known::Absent,
            Known::Unknown => return Known::Unknown,
        };
        let (handler, handler_node) = handler::of(container, node);
        let number = |field, default| number(node, field, default);
        Known::Is(Self {
            role,
            node,
            handler,
            handler_node,
            delay: number("initialDelaySeconds", 0),
            period: number("periodSeconds", 10),
            timeout: number("timeoutSeconds", 1),
            failures: number("failureThreshold", 3),
        })
    }

    /// Seconds of failures until it acts. Kubernetes' defaults: every 10 seconds, 3 times.
    pub fn budget(&self) -> Known<i64> {
        self.period.and_then(|period| self.failures.map(|failures| period.saturating_mul(failures)))
    }

    /// The same for an endpoint that hangs: the next question waits for the answer to the last, so each takes all of its
    /// timeout.
    pub fn budget_of_hanging(&self) -> Known<i64> {
        let interval = self.period.and_then(|period| self.timeout.map(|timeout| period.max(timeout)));
        interval.and_then(|interval| self.failures.map(|failures| interval.saturating_mul(failures)))
    }

    /// Seconds after its first moment until it acts on a container that never answers.
    pub fn patience(&self) -> Known<i64> {
        self.delay.and_then(|delay| self.budget().map(|budget| delay.saturating_add(budget)))
    }

    /// The name of the port that it asks, where the container has no port of that name.
    pub fn missing_port_name(&self, container: &Container<'w>) -> Option<String> {
        let port = self.handler_node.field("port");
        if !self.handler.is_absent() || port.integer().is_there() {
            return None;
        }
        let name = port.text().into_option()?;
        (invalid::is_port_name(&name) && container.port_named(&name).is_absent()).then(|| name.into_owned())
    }

    /// What to underline.
    pub fn place(&self) -> Place {
        self.handler_node.title_place()
    }

    /// What to underline of one of its keys, where it is written.
    pub fn place_of(&self, field: &str) -> Place {
        match self.node.field(field) {
            Known::Is(node) => node.title_place(),
            _ => self.place(),
        }
    }

    /// What it asks, in a few words.
    pub fn asks(&self) -> String {
        match &self.handler {
            Known::Is(handler) => handler.to_string(),
            _ => format!("the {} probe", self.role.word()),
        }
    }
}

/// To Kubernetes a zero means the default.
fn number(probe: Node<'_>, field: &str, default: i64) -> Known<i64> {
    probe.field(field).integer().or(default).map(|number| if number == 0 { default } else { number })
}
