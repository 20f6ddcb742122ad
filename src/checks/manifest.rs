//! Checks of Kubernetes manifests.

pub mod aggressive_liveness;
pub mod constant_probe;
pub mod identical_probes;
pub mod invalid_probe;
pub mod liveness_before_startup;
pub mod liveness_checks_dependency;
pub mod malformed_manifest;
pub mod missing_readiness_probe;
pub mod mutable_image_tag;
pub mod probe_not_on_traffic_port;
pub mod probe_on_job;
pub mod probe_port_mismatch;
pub mod probe_timeout_over_period;
pub mod shallow_readiness_probe;
