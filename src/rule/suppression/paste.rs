//! How would somebody allow this very finding? The line to paste, in the language of its file.

use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::format::Format;
use crate::rule::Finding;
use crate::workspace::Workspace;
use crate::workspace::base::Base;
use crate::workspace::change::Standing;

/// The line that allows a finding; none for rules about such lines. Migrations that have shipped must stay as they are if
/// their runner compares checksums, and in what cannot be read there are no comments: for those it goes into the
/// configuration.
pub fn line_to_allow(workspace: &Workspace, finding: &Finding) -> Option<String> {
    let place = finding.diagnostic.primary.place;
    if !finding.rule.can_be_allowed {
        return None;
    }
    let (document, name) = (workspace.document(place.source), finding.rule.name);
    if keeps_checksums(workspace, place.source) && has_shipped(workspace, place.source) {
        let why = "its runner compares checksums, so leave a file that has shipped as it is";
        return Some(format!("{why}; in gonogo.toml:\n{}", entry(name, document.source.path())));
    }
    if !finding.parts.is_empty() {
        let (each, all) = (beside(name, document), entry(name, document.source.path()));
        return Some(format!("{each}\nabove each of them, or for all in gonogo.toml:\n{all}"));
    }
    if workspace.is_unreadable(place) {
        return Some(format!("in gonogo.toml:\n{}", entry(name, document.source.path())));
    }
    Some(beside(name, document))
}

fn keeps_checksums(workspace: &Workspace, source: SourceId) -> bool {
    workspace.history.set_of(source).is_some_and(|set| set.framework.traits().checksums)
}

/// Whether it is judged although it has shipped, for all that is known: because it was named, or all were asked for.
fn has_shipped(workspace: &Workspace, source: SourceId) -> bool {
    match workspace.change.base {
        Base::All => true,
        Base::Commit { .. } => matches!(workspace.change.standing(source), Standing::Same),
        Base::Unasked | Base::Nothing(_) | Base::Unknown(_) => false,
    }
}

fn entry(rule: &str, path: &str) -> String {
    format!("[[allow]]\nrule = \"{rule}\"\npaths = [{}]\nreason = \"…\"", quoted(&literal(path)))
}

/// In the language of the file.
fn beside(rule: &str, document: &Document) -> String {
    let mark = match Format::of_name(document.source.path()) {
        _ if document.sql().is_some() => "--",
        // JSON has no comments.
        Some(Format::Json) if document.yaml().is_some() => {
            return format!("\"metadata\": {{ \"annotations\": {{ \"gonogo/allow.{rule}\": \"…\" }} }}");
        }
        Some(Format::Json) => "//",
        Some(Format::Ini) => ";",
        _ => "#",
    };
    format!("{mark} gonogo: allow {rule} because …")
}

/// A path as a pattern that matches nothing else.
fn literal(path: &str) -> String {
    let mut pattern = String::from("/");
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    use std::fmt::Write as _;

    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            _ if character.is_control() => drop(write!(out, "\\u{:04X}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::kind::Kind;

    /// Those that reports meet are tried whole in `tests/allow.rs`.
    #[test]
    fn each_language_has_its_comment() {
        let mark = |path: &str| {
            let document = Document::read(path, b"A=1\n".to_vec(), Kind::Settings).expect("settings");
            beside("x", &document).split(' ').next().map(str::to_owned)
        };
        let marks = ["a.toml", "a.properties", "a.ini", "a.jsonc", ".env", "a.conf"].map(|path| mark(path).expect("a mark"));
        assert_eq!(marks, ["#", "#", ";", "//", "#", "#"]);
    }
}
