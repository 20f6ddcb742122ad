//! What the rules about variables in values share.

use crate::document::Document;
use crate::document::entries::Entry;
use crate::document::reference::{Reference, references};
use crate::source::Source;
use crate::workspace::environments::SettingsFile;

/// Who fills variables in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Filler {
    /// Whoever reads a dotenv file.
    Dotenv,
    /// Spring, in its own settings.
    Spring,
}

/// Who fills variables in the values of a file, where somebody does.
pub fn filler(file: &SettingsFile, document: &Document) -> Option<Filler> {
    if document.dotenv().is_some() {
        return Some(Filler::Dotenv);
    }
    let name = document.source.name().to_ascii_lowercase();
    let is_spring = ["application", "bootstrap"]
        .iter()
        .any(|start| name.strip_prefix(start).is_some_and(|rest| rest.starts_with(['.', '-'])));
    let is_known = name.ends_with(".yml") || name.ends_with(".yaml") || name.ends_with(".properties");
    (is_spring && is_known && !file.is_open).then_some(Filler::Spring)
}

/// The variables that a setting names, where quotes do not keep them.
pub fn of_entry<'e>(entry: &'e Entry, source: &'e Source, filler: Filler) -> Vec<Reference<'e>> {
    let text = entry.text(source);
    if !text.contains('$') || is_literal(entry, source, filler) {
        return Vec::new();
    }
    references(text, filler == Filler::Dotenv)
}

fn is_literal(entry: &Entry, source: &Source, filler: Filler) -> bool {
    let before = entry.value.start.checked_sub(1).map(|at| source.text().as_bytes()[at as usize]);
    filler == Filler::Dotenv && before == Some(b'\'')
}
