//! The report for machines. It is an interface: fields are added, never changed.

use serde::Serialize;

use super::escape;
use crate::diagnostic::{self, Judged};
use crate::report::{Location, Report, Root};
use crate::rule::Finding;
use crate::workspace::base;

#[derive(Serialize)]
struct Document {
    schema_version: u32,
    tool: Tool,
    verdict: &'static str,
    inputs: usize,
    judged: usize,
    in_part: usize,
    skipped: usize,
    /// What has shipped, by root.
    bases: Vec<Base>,
    pending: usize,
    migrations: usize,
    /// Findings that count, those that a baseline holds, and entries of it that nothing matches; none without one.
    new: usize,
    known: usize,
    fixed: Option<usize>,
    unsupported: Vec<Unsupported>,
    findings: Vec<Entry>,
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Base {
    root: String,
    commit: Option<String>,
    why: String,
}

#[derive(Serialize)]
struct Unsupported {
    name: String,
    migrations: usize,
}

#[derive(Serialize)]
struct Entry {
    rule: &'static str,
    family: &'static str,
    severity: &'static str,
    message: String,
    #[serde(flatten)]
    location: Location,
    labels: Vec<Label>,
    in_production: String,
    help: String,
    assumptions: Vec<String>,
    fixes: Vec<Fix>,
    /// Files that do it another way, and what goes out of the old ones for them.
    rewrite: Option<Rewrite>,
    folded: usize,
    fingerprint: String,
    suppressed: Option<Suppressed>,
    known: bool,
}

#[derive(Serialize)]
struct Label {
    #[serde(flatten)]
    location: Location,
    text: String,
}

#[derive(Serialize)]
struct Fix {
    #[serde(flatten)]
    location: Location,
    replacement: String,
}

#[derive(Serialize)]
struct Rewrite {
    edits: Vec<Fix>,
    files: Vec<NewFile>,
}

#[derive(Serialize)]
struct NewFile {
    path: String,
    text: String,
}

#[derive(Serialize)]
struct Suppressed {
    reason: String,
    /// The file that says so.
    path: String,
    line: Option<u32>,
    until: Option<String>,
}

#[derive(Serialize)]
struct Note {
    path: String,
    line: Option<u32>,
    message: String,
    judged: bool,
}

pub fn emit(report: &Report) -> String {
    let unsupported = report.roots.iter().flat_map(|root| &root.workspace.unsupported);
    let document = Document {
        schema_version: 1,
        tool: Tool { name: "gonogo", version: env!("CARGO_PKG_VERSION") },
        verdict: report.verdict.key(),
        inputs: report.coverage.inputs,
        judged: report.coverage.judged,
        in_part: report.coverage.in_part,
        skipped: report.skipped().count(),
        bases: report.roots.iter().filter_map(base).collect(),
        pending: report.migrations().pending,
        migrations: report.migrations().all,
        new: report.counted().count(),
        known: report.known(),
        fixed: report.fixed(),
        unsupported: unsupported.map(|(name, migrations)| Unsupported { name: name.clone(), migrations: *migrations }).collect(),
        findings: report.shown().map(|(root, finding)| entry(root, finding)).collect(),
        notes: report
            .notes()
            .map(|(root, note)| Note {
                path: format!("{}{}", root.prefix, note.path),
                line: note.line,
                message: note.message.clone(),
                judged: note.judged != Judged::Nothing,
            })
            .collect(),
    };
    escape::json(&document)
}

fn base(root: &Root) -> Option<Base> {
    let (commit, why) = match &root.workspace.change.base {
        base::Base::Unasked => return None,
        base::Base::All => (None, "everything is judged, as asked".to_owned()),
        base::Base::Nothing(why) => (None, (*why).to_owned()),
        base::Base::Commit { commit, why } => (Some(commit.id.clone()), why.clone()),
        base::Base::Unknown(why) => (None, why.clone()),
    };
    Some(Base { root: root.prefix.clone(), commit, why })
}

fn fixes(root: &Root, fixes: &[diagnostic::Fix]) -> Vec<Fix> {
    let of = |fix: &diagnostic::Fix| Fix { location: root.location(fix.place), replacement: fix.replacement.clone() };
    fixes.iter().map(of).collect()
}

fn entry(root: &Root, finding: &Finding) -> Entry {
    let diagnostic = &finding.diagnostic;
    let labels = diagnostic.labels().filter(|label| !label.text.is_empty());
    Entry {
        rule: finding.rule.name,
        family: finding.rule.family.word(),
        severity: diagnostic.severity.word(),
        message: diagnostic.message.clone(),
        location: root.location(diagnostic.primary.place),
        labels: labels.map(|label| Label { location: root.location(label.place), text: label.text.clone() }).collect(),
        in_production: diagnostic.in_production.clone(),
        help: diagnostic.help.clone(),
        assumptions: diagnostic.assumptions.clone(),
        fixes: fixes(root, &diagnostic.fixes),
        rewrite: diagnostic.rewrite.as_ref().map(|rewrite| Rewrite {
            edits: fixes(root, &rewrite.edits),
            files: rewrite
                .files
                .iter()
                .map(|file| NewFile { path: format!("{}{}", root.prefix, file.path), text: file.text.clone() })
                .collect(),
        }),
        folded: finding.folded,
        fingerprint: finding.fingerprint.clone(),
        suppressed: finding.suppressed.as_ref().map(|suppression| Suppressed {
            reason: suppression.reason.clone(),
            path: format!("{}{}", root.prefix, suppression.file),
            line: suppression.line,
            until: suppression.until.clone(),
        }),
        known: finding.known,
    }
}
