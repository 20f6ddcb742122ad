//! Checks of Kubernetes manifests.

pub mod identical_probes;
pub mod malformed_manifest;
pub mod missing_readiness_probe;
pub mod mutable_image_tag;
