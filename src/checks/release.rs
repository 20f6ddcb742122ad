//! Checks of what only all files together show.

pub mod expired_suppression;
pub mod misspelt_suppression;
pub mod unexplained_suppression;
pub mod unused_suppression;
