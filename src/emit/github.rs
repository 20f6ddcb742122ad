//! Annotations for a run of GitHub Actions: workflow commands on standard output, the verdict last.

use std::fmt::Write as _;

use super::escape::{command_message, command_property};
use super::rank::{Found, counting, tally};
use super::{detail, place, verdict};
use crate::diagnostic::Severity;
use crate::report::Report;

/// GitHub shows this many of each level for a step, and drops the others without a word.
const MOST: usize = 10;

/// It cuts a message at 4,096 characters.
const LONGEST: usize = 4_000;

pub fn emit(report: &Report) -> String {
    let mut out = String::new();
    let mut errors: Vec<String> = Vec::new();
    let findings = counting(report);
    let (high, others) =
        findings.split_at(findings.partition_point(|(_, finding)| finding.diagnostic.severity == Severity::High));
    let (medium, low) = others.split_at(others.partition_point(|(_, finding)| finding.diagnostic.severity == Severity::Medium));
    errors.extend(high.iter().take(MOST).map(|found| annotation("error", *found)));
    let room = MOST - errors.len();
    errors.extend(not_judged(report).take(room));
    let not_judged = not_judged(report).count();
    let is_all = high.len() + not_judged <= MOST && medium.len() <= MOST && low.len() <= MOST;
    // What is left out is said in a notice, which takes the place of one.
    let notices = if is_all { MOST } else { MOST - 1 };
    out.extend(errors);
    out.extend(medium.iter().take(MOST).map(|found| annotation("warning", *found)));
    out.extend(low.iter().take(notices).map(|found| annotation("notice", *found)));
    if !is_all {
        let left: Vec<Found<'_>> = [(high, MOST), (medium, MOST), (low, notices)]
            .iter()
            .flat_map(|(all, most)| all.iter().skip(*most))
            .copied()
            .collect();
        let mut rest = Vec::from_iter((!left.is_empty()).then(|| format!("findings: {}", tally(&left))));
        rest.extend((not_judged > room).then(|| format!("files that were not judged: {}", not_judged - room)));
        let message = format!(
            "GitHub shows at most {MOST} annotations of a level for a step. Left out here are {}. The other formats list them all",
            rest.join(", and ")
        );
        let _ = writeln!(out, "::notice title=gonogo::{}", command_message(&message));
    }
    let _ = writeln!(out, "{}", verdict::line(report));
    out
}

fn annotation(level: &str, found: Found<'_>) -> String {
    let (root, finding) = found;
    let there = place::location(root, finding.diagnostic.primary.place);
    let mut out = format!("::{level} file={},line={}", command_property(&there.path), there.line);
    let _ = write!(out, ",endLine={}", there.end_line);
    // Columns mean something to GitHub on a single line alone.
    if there.line == there.end_line {
        let _ = write!(out, ",col={},endColumn={}", there.column, there.end_column);
    }
    let title = format!("{} ({})", finding.rule.name, finding.diagnostic.severity);
    let message: String = detail::plain(found).chars().take(LONGEST).collect();
    let _ = writeln!(out, ",title={}::{}", command_property(&title), command_message(&message));
    out
}

fn not_judged(report: &Report) -> impl Iterator<Item = String> {
    report.not_judged().map(|(root, note)| {
        let line = note.line.map_or_else(String::new, |line| format!(",line={line}"));
        let path = command_property(&place::path(root, &note.path));
        format!("::error file={path}{line},title=not judged::{}\n", command_message(&note.message))
    })
}
