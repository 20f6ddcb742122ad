//! Checks of the settings of environments.

pub mod duplicate_setting;
pub mod missing_setting;
pub mod placeholder_in_production;
