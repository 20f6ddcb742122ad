//! When do the probes of a container act, counted from its start?

use super::{Probe, Role};
use crate::document::Known;
use crate::workspace::container::Container;

/// The probes of one container.
pub struct Probes<'w> {
    /// Decides about traffic.
    pub readiness: Known<Probe<'w>>,
    /// Decides about life and death.
    pub liveness: Known<Probe<'w>>,
    /// Holds the others back.
    pub startup: Known<Probe<'w>>,
}

impl<'w> Probes<'w> {
    /// Of a container.
    pub fn of(container: &Container<'w>) -> Self {
        let of = |role| Probe::of(container, role);
        Self { readiness: of(Role::Readiness), liveness: of(Role::Liveness), startup: of(Role::Startup) }
    }

    /// Each that is there.
    pub fn each(&self) -> impl Iterator<Item = &Probe<'w>> {
        [&self.readiness, &self.liveness, &self.startup].into_iter().filter_map(|probe| match probe {
            Known::Is(probe) => Some(probe),
            _ => None,
        })
    }

    /// Seconds that a container may take to start before it is killed: the startup probe's budget where there is one,
    /// else liveness counts from the start. Absent where nothing kills it.
    pub fn startup_budget(&self) -> Known<i64> {
        match (&self.startup, &self.liveness) {
            (Known::Is(startup), _) => startup.patience(),
            (Known::Unknown, _) | (_, Known::Unknown) => Known::Unknown,
            (_, Known::Is(liveness)) => liveness.patience(),
            (Known::Absent, Known::Absent) => Known::Absent,
        }
    }

    /// Seconds that a container which starts as slowly as its probes allow takes until it can be ready.
    pub fn slowest_ready(&self) -> Known<i64> {
        let delay = match &self.readiness {
            Known::Is(readiness) => readiness.delay,
            Known::Absent => Known::Is(0),
            Known::Unknown => Known::Unknown,
        };
        let startup = match &self.startup {
            Known::Is(startup) => startup.patience(),
            Known::Absent => Known::Is(0),
            Known::Unknown => Known::Unknown,
        };
        delay.and_then(|delay| startup.map(|startup| startup.saturating_add(delay)))
    }
}
