//! Checks of the settings of environments.

pub mod duplicate_setting;
pub mod missing_setting;
pub mod placeholder_in_production;

use crate::document::Document;

/// What a finding about a setting is about, where its line alone does not tell: in a tree.
fn about<'n>(document: &Document, name: &'n str) -> &'n str {
    if document.dotenv().is_some() { "" } else { name }
}
