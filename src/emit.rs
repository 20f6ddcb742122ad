//! Reports in their formats, all from one analysis. Nothing of a file is printed here but through [`crate::untrusted`] or
//! through `escape`.

mod concise;
mod detail;
pub mod drift;
mod escape;
mod frame;
mod github;
mod gitlab;
mod json;
mod junit;
pub mod locks;
mod markdown;
pub mod migrations;
mod place;
mod rank;
mod sarif;
mod text;
pub mod trace;
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
    /// SARIF 2.1.0, with what was allowed and what the baseline holds, marked as such.
    Sarif,
    /// SARIF for GitHub code scanning, which does not know these marks: nothing but what counts.
    SarifGitHub,
    /// Annotations for GitHub Actions.
    GitHub,
    /// Code Quality for GitLab.
    GitLab,
    /// Test results.
    JUnit,
    /// A comment for a pull request.
    Markdown,
}

impl Format {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("concise", Self::Concise),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("sarif-github", Self::SarifGitHub),
        ("github", Self::GitHub),
        ("gitlab", Self::GitLab),
        ("junit", Self::JUnit),
        ("markdown", Self::Markdown),
    ];
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Style {
    /// In colour.
    pub color: bool,
    /// File names are links.
    pub links: bool,
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
        Format::Sarif => sarif::emit(report, rank::everything),
        Format::SarifGitHub => sarif::emit(report, rank::counting),
        Format::GitHub => github::emit(report),
        Format::GitLab => gitlab::emit(report),
        Format::JUnit => junit::emit(report),
        Format::Markdown => markdown::emit(report),
    }
}
