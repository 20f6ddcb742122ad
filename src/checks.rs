//! The checks, one file each, named like their pages; see `rules/`.
//!
//! A check asks the workspace and reports through its context. It holds no identifiers, no severities, no addresses.

mod environment;
mod manifest;
mod migration;
mod release;

use crate::rule::Check;

/// The checks in the order of [`crate::rule::RULES`].
pub static CHECKS: &[Check] = include!(concat!(env!("OUT_DIR"), "/checks.rs"));
