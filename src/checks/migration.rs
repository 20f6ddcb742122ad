//! Checks of database migrations.

pub mod blocking_index;
pub mod dropped_column;
pub mod duplicate_version;
pub mod edited_after_shipping;
pub mod half_applied_on_failure;
pub mod ignored_file_name;
pub mod missing_down;
pub mod nested_transaction;
pub mod out_of_order_version;
pub mod stale_checksum;
pub mod unclosed_transaction;
