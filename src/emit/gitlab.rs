//! A Code Quality report for GitLab: an array, also when there is nothing in it.

use std::collections::HashMap;

use serde::Serialize;

use super::rank::{Found, counting};
use super::{detail, escape, place};
use crate::diagnostic::{Note, Severity};
use crate::report::{Report, Root};

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

/// Old readers know `lines` alone, new ones jump to the column.
#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
    positions: Positions,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

pub fn emit(report: &Report) -> String {
    let findings = counting(report).into_iter().map(entry);
    let mut entries: Vec<Entry> = findings.chain(report.not_judged().map(|(root, note)| not_judged(root, note))).collect();
    // GitLab takes two entries of one fingerprint for one.
    let mut seen: HashMap<String, usize> = HashMap::new();
    for entry in &mut entries {
        let count = seen.entry(entry.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            entry.fingerprint = format!("{}#{count}", entry.fingerprint);
        }
    }
    escape::json(&entries)
}

fn entry(found: Found<'_>) -> Entry {
    let (root, finding) = found;
    let there = place::location(root, finding.diagnostic.primary.place);
    Entry {
        description: detail::plain(found),
        check_name: finding.rule.name,
        fingerprint: format!("{}{}", place::lead(root), finding.fingerprint),
        severity: match finding.diagnostic.severity {
            Severity::High => "blocker",
            Severity::Medium => "major",
            Severity::Low => "info",
        },
        location: Location {
            path: there.path,
            lines: Lines { begin: there.line, end: there.end_line },
            positions: Positions {
                begin: Position { line: there.line, column: there.column },
                end: Position { line: there.end_line, column: there.end_column },
            },
        },
    }
}

/// What was not judged is no finding, but a merge request whose report is silent about it would look well.
fn not_judged(root: &Root, note: &Note) -> Entry {
    let path = place::path(root, &note.path);
    let line = note.line.unwrap_or(1);
    let start = || Position { line, column: 1 };
    Entry {
        description: format!("not judged: {}", note.message),
        check_name: "not-judged",
        fingerprint: format!("not-judged {path}"),
        severity: "critical",
        location: Location {
            path,
            lines: Lines { begin: line, end: line },
            positions: Positions { begin: start(), end: start() },
        },
    }
}
