//! Checks of Kubernetes manifests.

pub mod aggressive_liveness;
pub mod autoscaler_without_requests;
pub mod constant_probe;
pub mod disruption_budget_blocks_drain;
pub mod identical_probes;
pub mod invalid_probe;
pub mod liveness_before_startup;
pub mod liveness_checks_dependency;
pub mod malformed_manifest;
pub mod missing_disruption_budget;
pub mod missing_memory_limit;
pub mod missing_readiness_probe;
pub mod missing_requests;
pub mod missing_spread;
pub mod mutable_image_tag;
pub mod overlapping_disruption_budgets;
pub mod probe_not_on_traffic_port;
pub mod probe_on_job;
pub mod probe_port_mismatch;
pub mod probe_timeout_over_period;
pub mod replicas_fight_autoscaler;
pub mod shallow_readiness_probe;
pub mod single_replica;

use crate::diagnostic::Place;
use crate::rule::Report;

/// The first of several and how many more, with the verb: `"web" and 3 more containers have`.
fn and_more(first: &str, more: usize, what: &str) -> (String, &'static str) {
    match more {
        0 => (format!("\"{first}\""), "has"),
        1 => (format!("\"{first}\" and 1 more {what} here"), "have"),
        more => (format!("\"{first}\" and {more} more {what}s here"), "have"),
    }
}

/// So many of those that one finding stands for are shown.
const SHOWN: usize = 3;

/// Shows where the first of the others are that a finding stands for.
fn evidence(report: Report<'_>, others: impl Iterator<Item = (Place, String)>) {
    others.take(SHOWN).fold(report, |report, (place, name)| report.because(place, format!("\"{name}\", too")));
}
