//! SARIF 2.1.0, so that code scanning takes it as it is: relative addresses, all four numbers of a region, fingerprints
//! in its own algorithm, a page for each rule, and a notification for every file that was not judged.

mod line_hash;
mod rules;

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::rank::{Found, tally};
use super::{detail, escape, place, verdict};
use crate::diagnostic::{Fix, Judged, Place, Severity};
use crate::report::{Location, Report, Root, Verdict};
use crate::rule::Finding;
use crate::rule::suppression::Origin;
use line_hash::LineHashes;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub keeps this many results of a run, and drops the others without a word.
const MOST_RESULTS: usize = 5_000;

/// GitHub shows this many related places of a result.
const MOST_RELATED: usize = 100;

/// What the addresses of files are relative to.
const BASE: &str = "SRCROOT";

/// What a notification can be about: its place here is its index in the report. What it is, and what to do about it.
const NOTIFICATIONS: [(&str, &str, &str); 4] = [
    (
        "not-judged",
        "A file of the release could not be judged.",
        "There is no GO without it. The notification says why; correct that, or leave the file out of the release.",
    ),
    (
        "judged-in-part",
        "A file was judged but for the part named here.",
        "What a template fills in later, or a statement that gonogo does not understand, is unknown: no rule guesses about it.",
    ),
    (
        "file-remark",
        "There is something to know about a file.",
        "It was judged all the same. The notification says what there is to know.",
    ),
    (
        "left-out",
        "Findings have no room in this report.",
        "They are the mildest ones. Another format lists them all; --min-severity or --select make the report smaller.",
    ),
];

pub fn emit<'r>(report: &'r Report, which: fn(&'r Report) -> Vec<Found<'r>>) -> String {
    let findings = which(report);
    let (kept, left_out) = findings.split_at(findings.len().min(MOST_RESULTS));
    let rules = rules::used(kept);
    let mut files = HashMap::new();
    let results: Vec<Value> = kept.iter().map(|found| result(*found, &rules::index(&rules, found.1), &mut files)).collect();
    let mut run = json!({
        "tool": { "driver": driver(&rules) },
        "automationDetails": { "id": category(report) },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { BASE: { "description": { "text": "The root of the repository." } } },
        "invocations": [{
            "executionSuccessful": report.verdict != Verdict::NoVerdict && report.not_judged().next().is_none(),
            "toolExecutionNotifications": notifications(report, left_out),
        }],
        "properties": {
            "verdict": report.verdict.key(),
            "inputs": report.coverage.inputs,
            "judged": report.coverage.judged,
            "inPart": report.coverage.in_part,
        },
    });
    // Moved in: what stands inside the macro is copied.
    run["results"] = results.into();
    let mut whole = json!({ "$schema": SCHEMA, "version": "2.1.0" });
    whole["runs"] = Value::Array(vec![run]);
    escape::json(&whole)
}

fn driver(rules: &[&'static crate::rule::Rule]) -> Value {
    let notifications = NOTIFICATIONS.map(|(id, what, help)| {
        json!({
            "id": id,
            "name": rules::pascal_case(id),
            "shortDescription": { "text": what },
            "fullDescription": { "text": format!("{what} {help}") },
            "help": { "text": help },
        })
    });
    json!({
        "name": "gonogo",
        "informationUri": information(),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.iter().map(|rule| rules::descriptor(rule)).collect::<Vec<_>>(),
        "notifications": notifications,
    })
}

/// Where to learn about the tool: its repository once the manifest names one, else the address of the package as such.
fn information() -> String {
    match env!("CARGO_PKG_REPOSITORY") {
        "" => concat!("pkg:generic/gonogo@", env!("CARGO_PKG_VERSION")).to_owned(),
        repository => repository.to_owned(),
    }
}

/// Of two uploads in one category the later replaces the earlier, so each folder that is judged alone has its own.
fn category(report: &Report) -> String {
    match report.roots.as_slice() {
        [root] => format!("gonogo/{}", place::uri(place::lead(root))),
        _ => "gonogo/".to_owned(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn result((root, finding): Found<'_>, rule: &Value, files: &mut HashMap<String, LineHashes>) -> Value {
    let diagnostic = &finding.diagnostic;
    let source = &root.workspace.document(diagnostic.primary.place.source).source;
    let there = place::location(root, diagnostic.primary.place);
    let hashes = files.entry(there.path.clone()).or_insert_with(|| LineHashes::of(source));
    let mut fingerprints = json!({ "gonogo/v1": finding.fingerprint });
    if let Some(hash) = hashes.of_line(there.line) {
        fingerprints["primaryLocationLineHash"] = hash.into();
    }
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": { "text": message(finding) },
        "locations": [{ "physicalLocation": physical(&there) }],
        "partialFingerprints": fingerprints,
    });
    let related: Vec<Value> = related(finding)
        .map(|(id, label)| {
            let there = place::location(root, label.place);
            json!({ "id": id, "physicalLocation": physical(&there), "message": { "text": plain(&label.text) } })
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = json!([fix(root, &diagnostic.fixes)]);
    }
    let suppressions = suppressions(root, finding);
    if !suppressions.is_empty() {
        result["suppressions"] = suppressions.into();
    }
    // A baseline was read where somebody could count what it holds no more.
    if root.fixed.is_some() {
        result["baselineState"] = if finding.known { "unchanged" } else { "new" }.into();
    }
    result
}

/// The places that are told with a finding, numbered as its message links to them.
fn related(finding: &Finding) -> impl Iterator<Item = (usize, &crate::diagnostic::Label)> {
    let told = finding.diagnostic.because.iter().filter(|label| !label.text.is_empty());
    told.take(MOST_RELATED).enumerate().map(|(at, label)| (at + 1, label))
}

/// The first sentence is what a list of findings shows.
fn message(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let mut out = sentence(&plain(&diagnostic.message));
    if !diagnostic.primary.text.is_empty() {
        out.push(' ');
        out.push_str(&sentence(&plain(&diagnostic.primary.text)));
    }
    for (id, label) in related(finding) {
        let text = bracketed(&label.text);
        let _ = write!(out, " [{text}]({id}).");
    }
    for (word, text) in detail::details(finding) {
        let _ = write!(out, "\n{word}: {}", sentence(&plain(text)));
    }
    out
}

fn sentence(text: &str) -> String {
    let is_whole = text.ends_with(['.', '!', '?', ';', '…', '}']) || text.contains('\n');
    if is_whole { text.to_owned() } else { format!("{text}.") }
}

/// Text that holds no link and no half of one, whatever it holds. Not every viewer knows the escapes, so they stand where
/// they are needed alone.
fn plain(text: &str) -> String {
    let mut depth = 0_i32;
    let is_balanced = text.chars().all(|next| {
        depth += i32::from(next == '[') - i32::from(next == ']');
        depth >= 0
    });
    let means_something = ["](", "\\[", "\\]", "\\\\"].iter().any(|sign| text.contains(sign));
    if is_balanced && depth == 0 && !means_something { text.to_owned() } else { bracketed(text) }
}

/// Text as it stands in the brackets of a link.
fn bracketed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

fn physical(there: &Location) -> Value {
    json!({ "artifactLocation": artifact(&there.path), "region": region(there) })
}

fn artifact(path: &str) -> Value {
    let uri = place::uri(path);
    if uri.starts_with("file:") { json!({ "uri": uri }) } else { json!({ "uri": uri, "uriBaseId": BASE }) }
}

fn region(there: &Location) -> Value {
    json!({
        "startLine": there.line,
        "startColumn": there.column,
        "endLine": there.end_line,
        "endColumn": there.end_column,
    })
}

/// All edits of a finding belong together.
fn fix(root: &Root, fixes: &[Fix]) -> Value {
    let mut changes: Vec<(String, Vec<Value>)> = Vec::new();
    for fix in fixes {
        let there = place::location(root, fix.place);
        let replacement = json!({ "deletedRegion": region(&there), "insertedContent": { "text": fix.replacement } });
        match changes.iter_mut().find(|(path, _)| *path == there.path) {
            Some((_, replacements)) => replacements.push(replacement),
            None => changes.push((there.path, vec![replacement])),
        }
    }
    let changes = changes
        .into_iter()
        .map(|(path, replacements)| json!({ "artifactLocation": artifact(&path), "replacements": replacements }));
    json!({ "description": { "text": "The safe way." }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn suppressions(root: &Root, finding: &Finding) -> Vec<Value> {
    let mut all = Vec::new();
    if let Some(suppression) = &finding.suppressed {
        let until = suppression.until.as_ref().map_or_else(String::new, |until| format!(" (until {until})"));
        let justification = format!("{}{until}", suppression.reason);
        let mut entry = json!({ "kind": "external", "status": "accepted", "justification": justification });
        if suppression.origin != Origin::Config {
            let Place { source, .. } = finding.diagnostic.primary.place;
            let file = artifact(&place::path(root, root.workspace.path(source)));
            entry["kind"] = "inSource".into();
            entry["location"] =
                json!({ "physicalLocation": { "artifactLocation": file, "region": { "startLine": suppression.line } } });
        }
        all.push(entry);
    }
    if finding.known {
        let justification = "The baseline holds it: it was there before gonogo was.";
        all.push(json!({ "kind": "external", "status": "accepted", "justification": justification }));
    }
    all
}

fn notifications(report: &Report, left_out: &[Found<'_>]) -> Vec<Value> {
    let told = report.notes().filter(|(_, note)| note.judged != Judged::NotOurs);
    let mut all: Vec<Value> = told
        .map(|(root, note)| {
            let (index, level) = match note.judged {
                Judged::Nothing => (0, "error"),
                Judged::InPart => (1, "note"),
                Judged::Whole | Judged::NotOurs => (2, "warning"),
            };
            let mut physical = json!({ "artifactLocation": artifact(&place::path(root, &note.path)) });
            if let Some(line) = note.line {
                physical["region"] = json!({ "startLine": line });
            }
            notification(index, level, &note.message, Some(physical))
        })
        .collect();
    if report.verdict == Verdict::NoVerdict && report.coverage.inputs == 0 {
        all.push(notification(0, "error", &verdict::line(report), None));
    }
    if !left_out.is_empty() {
        let text = format!("GitHub takes {MOST_RESULTS} findings of a report. Left out, being the mildest: {}", tally(left_out));
        all.push(notification(3, "warning", &text, None));
    }
    all
}

fn notification(index: usize, level: &str, text: &str, physical: Option<Value>) -> Value {
    let mut all = json!({
        "descriptor": { "id": NOTIFICATIONS[index].0, "index": index },
        "level": level,
        "message": { "text": sentence(&plain(text)) },
    });
    if let Some(physical) = physical {
        all["locations"] = json!([{ "physicalLocation": physical }]);
    }
    all
}
