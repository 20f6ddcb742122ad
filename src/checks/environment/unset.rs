//! Which variables of a compose file does nothing set, as far as that is no matter of an example?

use crate::document::compose::interpolation::Without;
use crate::workspace::Workspace;
use crate::workspace::asked::of_file as in_order;
use crate::workspace::compose::Unset;
use crate::workspace::environments::SettingsFile;

/// Those of a compose file for which compose does this, where a file that is read as it is lacks them.
pub fn of_file<'w>(file: &SettingsFile, workspace: &'w Workspace, without: Without) -> impl Iterator<Item = &'w Unset> {
    let own = in_order(&workspace.composed.unset, file.source, |unset| unset.place);
    own.iter().filter(move |unset| unset.without == without && unset.example.is_none())
}

/// Those that an example lacks, by name.
pub fn of_example<'w>(file: &SettingsFile, workspace: &'w Workspace) -> impl Iterator<Item = &'w Unset> {
    let composed = &workspace.composed;
    composed.by_example.get(&file.source).into_iter().flatten().map(|at| &composed.unset[*at])
}
