//! Which findings come first where not all can be shown?

use std::cmp::Reverse;

use crate::diagnostic::Severity;
use crate::report::{Report, Root};
use crate::rule::Finding;

/// A finding with the root that it was made in.
pub type Found<'r> = (&'r Root, &'r Finding);

/// The findings that a report shows and that count, the worst first; those of one severity keep their order.
pub fn counting(report: &Report) -> Vec<Found<'_>> {
    sorted(report.shown().filter(|(_, finding)| finding.counts()).collect())
}

/// As [`counting`], and after them the findings that somebody allowed or that the baseline holds.
pub fn everything(report: &Report) -> Vec<Found<'_>> {
    sorted(report.shown().collect())
}

fn sorted(mut findings: Vec<Found<'_>>) -> Vec<Found<'_>> {
    findings.sort_by_key(|(_, finding)| (!finding.counts(), Reverse(finding.diagnostic.severity)));
    findings
}

/// How many there are of each severity that there is: `2 high · 5 low`.
pub fn tally(findings: &[Found<'_>]) -> String {
    let count = |severity: Severity| findings.iter().filter(|(_, finding)| finding.diagnostic.severity == severity).count();
    let counts = Severity::WORST_FIRST.iter().map(|severity| (count(*severity), severity)).filter(|(count, _)| *count > 0);
    counts.map(|(count, severity)| format!("{count} {severity}")).collect::<Vec<_>>().join(" · ")
}
