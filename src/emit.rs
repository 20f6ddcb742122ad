//! Reports in their formats, all from one analysis. Nothing is printed here but through [`crate::untrusted`].

mod concise;
mod frame;
mod json;
mod text;
pub mod verdict;

use crate::report::Report;
use crate::rule::Finding;

/// A format of reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people.
    Text,
    /// A line for each finding.
    Concise,
    /// For machines.
    Json,
}

impl Format {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 3] = [("text", Self::Text), ("concise", Self::Concise), ("json", Self::Json)];
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Style {
    /// In colour.
    pub color: bool,
    /// With everything that was judged in part or skipped.
    pub coverage: bool,
    /// With the findings that a baseline holds.
    pub known: bool,
    /// The verdict alone, unless something stands in the way of a GO.
    pub quiet: bool,
}

impl Style {
    /// Whether people are shown a finding.
    fn shows(self, finding: &Finding) -> bool {
        finding.counts() || (self.known && finding.known && finding.suppressed.is_none())
    }
}

/// Writes a report.
pub fn emit(report: &Report, format: Format, style: Style) -> String {
    match format {
        Format::Text => text::emit(report, style),
        Format::Concise => concise::emit(report, style),
        Format::Json => json::emit(report),
    }
}
