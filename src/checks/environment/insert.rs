//! Lines to paste into a file of settings, and where: beside the neighbours that they have in another one.

use std::fmt::Write as _;

use crate::diagnostic::Place;
use crate::document::entries::{Entry, Syntax, leaf};
use crate::document::format::Format;
use crate::workspace::Workspace;
use crate::workspace::environments::{Group, SettingsFile};

/// What to add to a file that lacks these settings, each known by its place in another member of the group.
pub fn beside(workspace: &Workspace, group: &Group, file: &SettingsFile, missing: &[(&str, Place)]) -> String {
    let path = workspace.path(file.source);
    let it = if missing.len() == 1 { "it" } else { "them" };
    let mut text = match missing.first().and_then(|(name, place)| neighbour(group, file, name, *place)) {
        Some((own, true)) => {
            let line = workspace.line(file.place(own.key));
            format!("add {it} to {path}, below {} in line {line}:", own.name)
        }
        Some((own, false)) => {
            let line = workspace.line(file.place(own.key));
            format!("add {it} to {path}, above {} in line {line}:", own.name)
        }
        None => format!("add {it} to {path}:"),
    };
    for (name, _) in missing {
        let _ = write!(text, "\n{}", line(workspace, file, name));
    }
    text
}

/// The setting of a file beside which a missing one belongs, and whether it stands before it: as the other file that has it
/// is ordered.
fn neighbour<'f>(group: &Group, file: &'f SettingsFile, name: &str, place: Place) -> Option<(&'f Entry, bool)> {
    let is_it =
        |member: &&SettingsFile| member.source == place.source && member.find(name).is_some_and(|entry| entry.key == place.span);
    let other = group.members.iter().find(is_it)?;
    let at = other.settings.iter().position(|entry| entry.key == place.span)?;
    let parent = |name: &str| name.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned());
    let own = |entry: &Entry| file.find(&entry.name).filter(|own| parent(&own.name) == parent(name));
    let before = other.settings[..at].iter().rev().find_map(own);
    before.map(|own| (own, true)).or_else(|| other.settings[at + 1..].iter().find_map(own).map(|own| (own, false)))
}

/// A setting without its value, as its file writes it.
fn line(workspace: &Workspace, file: &SettingsFile, name: &str) -> String {
    let document = workspace.document(file.source);
    if let Some(service) = workspace.service(file) {
        return if service.is_list { format!("- {name}=...") } else { format!("{name}: ...") };
    }
    match document.entries().map(|entries| entries.format) {
        Some(Syntax::Common(Format::Yaml)) => format!("{}: ...", leaf(name)),
        Some(Syntax::Common(Format::Json)) => format!("\"{}\": ...", leaf(name)),
        Some(Syntax::Hcl | Syntax::Common(Format::Toml)) => format!("{} = ...", leaf(name)),
        Some(Syntax::Common(Format::Ini)) => format!("{}=...", leaf(name)),
        // A ConfigMap.
        None if document.yaml().is_some() => format!("{name}: ..."),
        _ => format!("{name}=..."),
    }
}
