//! Marks by which somebody has told another tool to be silent.
//!
//! They count as ours: whoever wrote `-- squawk-ignore ban-drop-column` has looked at it. Which of their rules is about what one
//! of ours finds stands on the page of ours. A mark without names means all of them.

use std::ops::Range;

use crate::rule::{RULES, Rule};

/// What a mark of another tool covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The statement that it stands at.
    Statement,
    /// Its file.
    File,
    /// From here on.
    Begin,
    /// To here.
    End,
}

/// A mark of another tool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark<'a> {
    /// The tool, as pages name it.
    pub tool: &'static str,
    /// Where it stands in the comment.
    pub at: Range<usize>,
    /// The rules of that tool; none for all.
    pub names: Vec<&'a str>,
    /// What it covers.
    pub reach: Reach,
}

/// How marks begin, the longer ones first.
const MARKS: &[(&str, &str, Reach)] = &[
    ("squawk-ignore-file", "squawk", Reach::File),
    ("squawk-ignore", "squawk", Reach::Statement),
    ("atlas:nolint", "atlas", Reach::Statement),
    ("pgm-lint:suppress-file", "pgm-lint", Reach::File),
    ("pgm-lint:suppress", "pgm-lint", Reach::Statement),
    ("eugene: ignore", "eugene", Reach::Statement),
    ("safety-assured:start", "safety-assured", Reach::Begin),
    ("safety-assured:end", "safety-assured", Reach::End),
    ("safety-assured", "safety-assured", Reach::Statement),
    ("noqa: disable=", "sqlfluff", Reach::Begin),
    ("noqa: enable=", "sqlfluff", Reach::End),
    ("noqa:disable=", "sqlfluff", Reach::Begin),
    ("noqa:enable=", "sqlfluff", Reach::End),
    ("noqa", "sqlfluff", Reach::Statement),
];

/// What one of these words must be in for a comment to be looked at.
pub const WORDS: &[&str] = &["squawk-ignore", "atlas:nolint", "pgm-lint:", "eugene: ignore", "safety-assured", "noqa"];

/// The mark that a comment is, if it is one.
pub fn mark(comment: &str) -> Option<Mark<'_>> {
    let start = comment.len() - comment.trim_start_matches(['-', '/', '*', '#', ' ', '\t']).len();
    let (word, tool, reach) = *MARKS.iter().find(|(word, ..)| comment[start..].starts_with(word))?;
    let rest = &comment[start + word.len()..];
    // `noqable` is none.
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '-') && !word.ends_with('=') {
        return None;
    }
    let rest = rest.trim_start_matches([':', ' ', '\t']);
    let is_name = |name: &&str| !name.is_empty() && *name != "all" && *name != "*/";
    let names: Vec<&str> = rest.split([',', ' ', '\t', '\r', '\n']).map(str::trim).filter(is_name).collect();
    // What follows the names may say why.
    let is_rule = |name: &&&str| RULES.iter().any(|rule| rule.is_called(tool, name)) || looks_like_a_rule(name);
    let names: Vec<&str> = names.iter().take_while(is_rule).copied().collect();
    Some(Mark { tool, at: start..comment.trim_end().len(), names, reach })
}

/// `ban-drop-column`, `DS103`, `PG01`.
fn looks_like_a_rule(name: &str) -> bool {
    let has_digit = name.bytes().any(|byte| byte.is_ascii_digit());
    let is_code = has_digit && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_code || (name.contains('-') && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit()))
}

impl Mark<'_> {
    /// The rules of ours that it silences.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        RULES.iter().filter(|rule| rule.can_be_allowed).filter(|rule| {
            let named = |name: &&str| rule.is_called(self.tool, name);
            // It is said of whole statements, whatever may be wrong with them.
            let is_meant = self.tool == "safety-assured" && rule.family == crate::rule::Family::Migration;
            is_meant || if self.names.is_empty() { rule.has_name_in(self.tool) } else { self.names.iter().any(named) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_other_tools() {
        let table: &[(&str, &str, Reach, &[&str])] = &[
            (
                "-- squawk-ignore ban-drop-column, renaming-column",
                "squawk",
                Reach::Statement,
                &["ban-drop-column", "renaming-column"],
            ),
            ("-- squawk-ignore-file", "squawk", Reach::File, &[]),
            ("-- squawk-ignore-file ban-drop-table", "squawk", Reach::File, &["ban-drop-table"]),
            ("-- atlas:nolint DS103", "atlas", Reach::Statement, &["DS103"]),
            ("-- atlas:nolint", "atlas", Reach::Statement, &[]),
            ("--pgm-lint:suppress PGM001,PGM014", "pgm-lint", Reach::Statement, &["PGM001", "PGM014"]),
            ("-- pgm-lint:suppress-file PGM001", "pgm-lint", Reach::File, &["PGM001"]),
            ("-- eugene: ignore E2, E4", "eugene", Reach::Statement, &["E2", "E4"]),
            ("-- safety-assured:start", "safety-assured", Reach::Begin, &[]),
            ("-- noqa: PG01", "sqlfluff", Reach::Statement, &["PG01"]),
            ("-- noqa", "sqlfluff", Reach::Statement, &[]),
            ("-- noqa: disable=PG01,LT01", "sqlfluff", Reach::Begin, &["PG01", "LT01"]),
            ("-- squawk-ignore ban-drop-column because nobody reads it", "squawk", Reach::Statement, &["ban-drop-column"]),
        ];
        for (comment, tool, reach, names) in table {
            let mark = mark(comment).unwrap_or_else(|| panic!("{comment} is a mark"));
            assert_eq!((mark.tool, mark.reach, mark.names.as_slice()), (*tool, *reach, *names), "{comment}");
        }
        for comment in ["-- see squawk-ignore", "-- noqable", "-- squawk-ignored", "-- no squawk"] {
            assert_eq!(mark(comment), None, "{comment}");
        }
    }
}
