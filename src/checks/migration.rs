//! Checks of database migrations.

pub mod blocking_index;
pub mod dropped_column;
pub mod missing_down;
