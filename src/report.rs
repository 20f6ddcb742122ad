//! Findings, what was looked at, and the verdict.

pub mod baseline;
pub mod drift;
pub mod locks;
pub mod migrations;
mod together;
mod touched;
pub mod trace;

use std::time::Duration;

use crate::diagnostic::{Judged, Note, Place, Severity, SourceId};
use crate::lint;
use crate::rule::Finding;
use crate::settings::Settings;
use crate::timings::{Timings, timed};
use crate::tree::{Seat, Tree};
use crate::workspace::discover::Passed;
use crate::workspace::history::Count;
use crate::workspace::{Coverage, Workspace};
use baseline::{Baseline, Compared};

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing speaks against it.
    Go,
    /// A finding does.
    NoGo,
    /// Nobody can say.
    NoVerdict,
}

impl Verdict {
    /// As the last line says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::NoGo => "NO-GO",
            Self::NoVerdict => "NO VERDICT",
        }
    }

    /// As reports for machines say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::NoGo => "no-go",
            Self::NoVerdict => "no-verdict",
        }
    }
}

/// One root, read and judged.
#[derive(Debug)]
pub struct Root {
    /// What its paths begin with in reports; empty for a single root.
    pub prefix: String,
    /// Where it stands on disk; none for a tree in memory.
    pub seat: Option<Seat>,
    /// A finding of this severity or worse means NO-GO.
    pub fail_on: Severity,
    /// Its documents.
    pub workspace: Workspace,
    /// What was found there, in order; suppressed ones included.
    pub findings: Vec<Finding>,
    /// What there is to know about its files.
    pub notes: Vec<Note>,
    /// How many files were judged.
    pub coverage: Coverage,
    /// How many migrations the report is about.
    pub migrations: Count,
    /// How long it took, where somebody wants to know.
    pub timings: Timings,
    /// How many entries of the baseline nothing matches any more; none without a baseline.
    pub fixed: Option<usize>,
    /// What became of the baseline that it was judged against.
    pub baseline: Option<Compared>,
}

/// Where something is, for people and for machines.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Location {
    /// The file.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// From 1.
    pub end_line: u32,
    /// From 1, in characters; one past the last.
    pub end_column: u32,
    /// In the bytes of the file.
    pub start_byte: u32,
    /// In the bytes of the file; one past the last.
    pub end_byte: u32,
}

impl Root {
    /// Reads and judges a tree. `named` is a file to report on alone, or empty for all.
    pub fn judge(tree: &dyn Tree, prefix: &str, named: &str, settings: &Settings) -> Self {
        Self::judge_against(tree, prefix, named, settings, None)
    }

    /// The same, where some findings are known.
    pub fn judge_against(tree: &dyn Tree, prefix: &str, named: &str, settings: &Settings, baseline: Option<&Baseline>) -> Self {
        let workspace = Workspace::build(tree, named, settings);
        Self::of(workspace, prefix, named, settings, baseline)
    }

    /// The same of a workspace that was read already.
    pub fn of(mut workspace: Workspace, prefix: &str, named: &str, settings: &Settings, baseline: Option<&Baseline>) -> Self {
        let mut outcome = lint::lint(&workspace, settings);
        let compared = baseline.map(|baseline| baseline.compare(&workspace, &mut outcome));
        let fixed = compared.as_ref().map(|compared| compared.fixed_in(named));
        if let Some(reach) = settings.changed {
            let narrow = || touched::narrow(&workspace, &mut outcome, reach, settings);
            let ((), took) = timed(settings.timings, narrow);
            outcome.timings.checks += took;
            touched::excuse(&mut workspace);
        }
        let fail_on = settings.fail_on;
        Self { fail_on, fixed, baseline: compared, ..Self::new(workspace, outcome, prefix, named) }
    }

    /// From a workspace and what the checks said.
    pub fn new(workspace: Workspace, outcome: lint::Outcome, prefix: &str, named: &str) -> Self {
        let lint::Outcome { mut findings, mut notes, mut timings, .. } = outcome;
        timings += workspace.timings.clone();
        notes.extend(workspace.notes.iter().cloned());
        let mut coverage = workspace.coverage();
        let mut migrations = workspace.history.count(|_| true);
        if !named.is_empty() {
            findings.retain(|finding| finding.diagnostic.labels().any(|label| workspace.path(label.place.source) == named));
            notes.retain(|note| note.path == named);
            coverage = narrowed(&workspace, named, &notes);
            migrations = workspace.history.count(|source| workspace.path(source) == named);
        }
        findings = together::fold(&workspace, findings);
        notes.sort();
        notes.dedup();
        let (prefix, seat, fail_on) = (prefix.to_owned(), None, Severity::High);
        let (fixed, baseline) = (None, None);
        Self { prefix, seat, fail_on, workspace, findings, notes, coverage, migrations, timings, fixed, baseline }
    }

    /// The path of a source as reports print it.
    pub fn path(&self, id: SourceId) -> String {
        format!("{}{}", self.prefix, self.workspace.path(id))
    }

    /// Where a place is.
    pub fn location(&self, place: Place) -> Location {
        let source = &self.workspace.document(place.source).source;
        let (start, end) = (source.position(place.span.start), source.position(place.span.end));
        Location {
            path: self.path(place.source),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            start_byte: source.original_offset(place.span.start),
            end_byte: source.original_offset(place.span.end),
        }
    }
}

fn narrowed(workspace: &Workspace, named: &str, notes: &[Note]) -> Coverage {
    let any = |judged| notes.iter().any(|note| note.judged == judged);
    let inputs = usize::from(workspace.find(named).is_some() || any(Judged::Nothing));
    let judged = inputs - usize::from(any(Judged::Nothing));
    Coverage { inputs, judged, in_part: usize::from(judged == 1 && any(Judged::InPart)) }
}

/// All roots together.
#[derive(Debug)]
pub struct Report {
    /// The roots in the order they were given.
    pub roots: Vec<Root>,
    /// The answer.
    pub verdict: Verdict,
    /// Milder findings count, but are not shown.
    pub min_severity: Severity,
    /// How many files were judged.
    pub coverage: Coverage,
    /// How long it took, where somebody measured it.
    pub elapsed: Option<Duration>,
}

impl Report {
    /// Adds up the roots and decides.
    pub fn new(roots: Vec<Root>, settings: &Settings) -> Self {
        let mut coverage = Coverage::default();
        for root in &roots {
            coverage.inputs += root.coverage.inputs;
            coverage.judged += root.coverage.judged;
            coverage.in_part += root.coverage.in_part;
        }
        let mut report = Self { roots, verdict: Verdict::Go, min_severity: settings.min_severity, coverage, elapsed: None };
        let nothing = coverage.inputs == 0 && !settings.allow_empty;
        if report.counted().any(|(root, finding)| finding.diagnostic.severity >= root.fail_on) {
            report.verdict = Verdict::NoGo;
        } else if nothing || report.not_judged().next().is_some() {
            report.verdict = Verdict::NoVerdict;
        }
        report
    }

    /// All findings, in order.
    pub fn findings(&self) -> impl Iterator<Item = (&Root, &Finding)> {
        self.roots.iter().flat_map(|root| root.findings.iter().map(move |finding| (root, finding)))
    }

    /// The findings that nobody allowed and no baseline holds.
    pub fn counted(&self) -> impl Iterator<Item = (&Root, &Finding)> {
        self.findings().filter(|(_, finding)| finding.counts())
    }

    /// How many findings a baseline holds.
    pub fn known(&self) -> usize {
        self.findings().filter(|(_, finding)| finding.known && finding.suppressed.is_none()).count()
    }

    /// How many entries of baselines nothing matches any more; none without a baseline.
    pub fn fixed(&self) -> Option<usize> {
        self.roots.iter().filter_map(|root| root.fixed).reduce(|one, other| one + other)
    }

    /// The findings that a report shows.
    pub fn shown(&self) -> impl Iterator<Item = (&Root, &Finding)> {
        self.findings().filter(|(_, finding)| finding.diagnostic.severity >= self.min_severity)
    }

    /// How many findings of a severity count.
    pub fn count(&self, severity: Severity) -> usize {
        self.counted().filter(|(_, finding)| finding.diagnostic.severity == severity).count()
    }

    /// All notes.
    pub fn notes(&self) -> impl Iterator<Item = (&Root, &Note)> {
        self.roots.iter().flat_map(|root| root.notes.iter().map(move |note| (root, note)))
    }

    /// The notes that stand in the way of a GO.
    pub fn not_judged(&self) -> impl Iterator<Item = (&Root, &Note)> {
        self.notes().filter(|(_, note)| note.judged == Judged::Nothing)
    }

    /// How many migrations there are.
    pub fn migrations(&self) -> Count {
        let counts = self.roots.iter().map(|root| root.migrations);
        counts.fold(Count::default(), |sum, count| Count { all: sum.all + count.all, pending: sum.pending + count.pending })
    }

    /// Folders and files passed over by default.
    pub fn skipped(&self) -> impl Iterator<Item = (&Root, &Passed)> {
        self.roots.iter().flat_map(|root| root.workspace.skipped.iter().map(move |passed| (root, passed)))
    }
}
