//! A line for each finding.

use std::fmt::Write as _;

use super::{Style, verdict};
use crate::report::Report;

pub fn emit(report: &Report, style: Style) -> String {
    let mut out = String::new();
    for (root, finding) in report.shown().filter(|(_, finding)| style.shows(finding)) {
        let _ = writeln!(out, "{}: {}", verdict::whereabouts(root, finding), verdict::title(finding));
    }
    out.push_str(&verdict::notes(report, style));
    let _ = writeln!(out, "{}", verdict::line(report));
    out
}
