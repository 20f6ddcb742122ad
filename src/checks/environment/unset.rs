//! Which variables of a compose file does nothing set, as far as that is no matter of an example?

use crate::document::compose::interpolation::Without;
use crate::workspace::Workspace;
use crate::workspace::compose::{Evidence, Unset};
use crate::workspace::environments::{SettingsFile, Tier};

/// Those of a compose file for which compose does this, where a file that is read as it is lacks them.
pub fn of_file<'w>(file: &SettingsFile, workspace: &'w Workspace, without: Without) -> impl Iterator<Item = &'w Unset> {
    let source = file.source;
    workspace.composed.unset.iter().filter(move |unset| {
        let is_read = example(unset, workspace).is_none();
        unset.place.source == source && unset.without == without && is_read
    })
}

/// Those that an example lacks, by name.
pub fn of_example<'w>(file: &SettingsFile, workspace: &'w Workspace) -> impl Iterator<Item = &'w Unset> {
    let own = file.source;
    workspace.composed.unset.iter().filter(move |unset| example(unset, workspace) == Some(own))
}

/// The example that lacks a variable.
fn example(unset: &Unset, workspace: &Workspace) -> Option<crate::diagnostic::SourceId> {
    match unset.evidence {
        Evidence::Sibling { source, .. } if workspace.tier(source) == Some(Tier::Example) => Some(source),
        _ => None,
    }
}
