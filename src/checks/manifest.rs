//! Checks of Kubernetes manifests.

pub mod aggressive_liveness;
pub mod autoscaler_without_requests;
pub mod constant_probe;
pub mod crd_deleted_on_upgrade;
pub mod cronjob_overlap;
pub mod disruption_budget_blocks_drain;
pub mod disruption_budget_selects_nothing;
pub mod duplicate_environment_variable;
pub mod duplicate_object;
pub mod environment_order;
pub mod environment_value_not_string;
pub mod external_traffic_local;
pub mod grace_period_too_short;
pub mod hook_without_deadline;
pub mod identical_probes;
pub mod invalid_object;
pub mod invalid_pod;
pub mod invalid_probe;
pub mod irreversible_release_hook;
pub mod liveness_before_startup;
pub mod liveness_checks_dependency;
pub mod malformed_manifest;
pub mod missing_autoscaler_target;
pub mod missing_config;
pub mod missing_config_key;
pub mod missing_disruption_budget;
pub mod missing_ingress_backend;
pub mod missing_memory_limit;
pub mod missing_prestop;
pub mod missing_readiness_probe;
pub mod missing_reference;
pub mod missing_requests;
pub mod missing_revision_history;
pub mod missing_spread;
pub mod mutable_configmap;
pub mod mutable_image_tag;
pub mod network_policy_blocks_names;
pub mod network_policy_selects_nothing;
pub mod overlapping_disruption_budgets;
pub mod paused_rollout;
pub mod preempting_priority_class;
pub mod probe_not_on_traffic_port;
pub mod probe_on_job;
pub mod probe_port_mismatch;
pub mod probe_timeout_over_period;
pub mod progress_deadline_too_short;
pub mod recreate_strategy;
pub mod removed_node_label;
pub mod replicas_fight_autoscaler;
pub mod rollout_deadlock;
pub mod rollout_takes_all_down;
pub mod selector_mismatch;
pub mod service_link_collision;
pub mod shallow_readiness_probe;
pub mod single_replica;
pub mod static_job_name;
pub mod stuck_partition;
pub mod suspicious_quantity;
pub mod unbounded_job;
pub mod unfilled_variable;
pub mod unschedulable_surge;
pub mod version_in_selector;
pub mod webhook_fails_closed;

use crate::diagnostic::Place;
use crate::rule::Report;
use crate::workspace::topology::Workload;

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

/// A label that selects a workload's pods, ready to paste.
fn label_of(workload: &Workload) -> String {
    workload.labels.pairs.first().map_or_else(|| "app: ...".to_owned(), |(key, value)| format!("{key}: {value}"))
}
pub mod service_port_mismatch;
pub mod service_selects_nothing;
