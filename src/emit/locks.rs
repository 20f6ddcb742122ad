//! The lock table for people, machines and pull requests.

mod json;
mod markdown;
mod text;

use std::collections::HashSet;
use std::fmt::Write as _;

use super::Format;
use super::verdict;
use crate::database::Sureness;
use crate::document::migration::Wrapping;
use crate::report::locks::{LockTable, Set, Weight};
use crate::workspace::history::Script;
use crate::workspace::history::steps::{Held, Locked, Step};

/// The formats that it has.
pub const FORMATS: [(&str, Format); 3] = [("text", Format::Text), ("json", Format::Json), ("markdown", Format::Markdown)];

/// Writes it; none in a format that it does not have.
pub fn emit(table: &LockTable<'_>, format: Format) -> Option<String> {
    match format {
        Format::Text => Some(text::emit(table)),
        Format::Json => Some(json::emit(table)),
        Format::Markdown => Some(markdown::emit(table)),
        _ => None,
    }
}

/// Who waits for a lock.
fn waiting(relation: &Locked) -> &'static str {
    match relation.blocks_in_all {
        [] => "nobody",
        _ if relation.is_new => "nobody yet",
        ["select"] => "reads",
        blocks if blocks.contains(&"select") => "reads and writes",
        _ => "writes",
    }
}

/// What goes on meanwhile, in as much room as there is for names of indexes.
fn work(relation: &Locked, room: usize) -> String {
    let mut parts = Vec::new();
    match relation.index_builds.as_slice() {
        _ if relation.rewrite => parts.push("rewrite".to_owned()),
        [] if relation.scan => parts.push("scan".to_owned()),
        _ => {}
    }
    match relation.index_builds.as_slice() {
        [] => {}
        [index] if parts.is_empty() && index.chars().count() + "builds ".len() <= room => parts.push(format!("builds {index}")),
        [_] => parts.push("1 index build".to_owned()),
        indexes => parts.push(format!("{} index builds", indexes.len())),
    }
    if relation.emptied {
        parts.push("emptied".to_owned());
    }
    if parts.is_empty() { "-".to_owned() } else { parts.join(", ") }
}

fn until(planned: &Script, set: &Set<'_>, held: Held) -> String {
    match held {
        Held::Statement => "end of statement".to_owned(),
        Held::Migration => "end of migration".to_owned(),
        Held::End(span, word) => format!("{word} in line {}", line(planned, set, span.start)),
    }
}

fn line(planned: &Script, set: &Set<'_>, offset: u32) -> u32 {
    set.root.workspace.document(planned.source).source.line(offset)
}

/// Who opens a transaction, in words.
fn transaction(planned: &Script) -> &'static str {
    match planned.transaction {
        Wrapping::Single => "in one transaction",
        Wrapping::None => "without a transaction around it",
        Wrapping::Explicit => "in transactions of its own",
    }
}

fn failure(step: &Step) -> Option<String> {
    let refused = step.refused().map(|why| format!("fails inside a transaction: {why}"));
    step.error.as_ref().map(|error| format!("fails: {}", error.reason)).or(refused)
}

/// Reasons without those that another one says and more.
fn apart(reasons: &[String]) -> Vec<&str> {
    const FEW: usize = 16;
    let is_said = |reason: &String| reasons.iter().any(|other| other.len() > reason.len() && other.starts_with(reason.as_str()));
    let all = reasons.iter().filter(|reason| reasons.len() > FEW || !is_said(reason));
    all.map(String::as_str).collect()
}

/// What there is to know of a statement beside its locks; still untrusted.
fn remarks(set: &Set<'_>, planned: &Script, step: &Step) -> Vec<String> {
    let mut remarks: Vec<String> = failure(step).into_iter().collect();
    if step.is_unread {
        remarks.push("not understood, so nobody can say what it locks".to_owned());
    }
    for relation in step.relations.iter().filter(|relation| deserves_reasons(step, relation)) {
        let of = if step.relations.len() > 1 { format!("{}: ", relation.name) } else { String::new() };
        let sure = match relation.sureness.word() {
            "certain" => "because",
            word => word,
        };
        remarks.push(format!("{of}{sure}: {}", apart(&relation.reasons).join("; ")));
    }
    if let Some(through) = step.through.filter(|_| step.blocking().next().is_some()) {
        remarks.push(format!("its locks are still held while line {} works", line(planned, set, through.start)));
    }
    let others = set.differing.iter().filter(|(source, span, _)| (*source, *span) == (planned.source, step.span));
    let others: Vec<String> = others.map(|(_, _, version)| version.to_string()).collect();
    if let Some(first) = others.first() {
        remarks.push(format!("differs on PostgreSQL {}: --engine postgres:{first} tells how", others.join(" and ")));
    }
    remarks
}

/// Why somebody has to wait for long, or may have to; that an index is built goes without saying.
fn deserves_reasons(step: &Step, relation: &Locked) -> bool {
    let is_told = relation.is_long() || relation.sureness < Sureness::Certain;
    is_told && !relation.is_new && !relation.reasons.is_empty() && step.kind != "create-index"
}

/// The worst statements, the same of one migration once, each with its place and what it does; and how many are left out.
fn worst(table: &LockTable<'_>, most: usize) -> (Vec<(String, String)>, usize) {
    let mut said = HashSet::new();
    let mut shown = Vec::new();
    let mut left = 0;
    for (weight, set, planned, step) in table.worst() {
        let sentence = sentence(weight, set, planned, step);
        if !said.insert((set.root.path(planned.source), sentence.clone())) {
            continue;
        }
        if shown.len() == most {
            left += 1;
            continue;
        }
        shown.push((format!("{}:{}", set.root.path(planned.source), line(planned, set, step.span.start)), sentence));
    }
    (shown, left)
}

/// Who waits for a statement, for what and for how long, in one sentence; still untrusted.
fn sentence(weight: Weight, set: &Set<'_>, planned: &Script, step: &Step) -> String {
    if weight == Weight::Fails {
        return failure(step).unwrap_or_default();
    }
    let is_worst = |relation: &&Locked| match weight {
        Weight::ReadersForLong | Weight::Readers => relation.blocks.contains(&"select"),
        _ => true,
    };
    let worst: Vec<&Locked> = step.blocking().filter(is_worst).collect();
    let who = worst.first().map_or("nobody", |relation| waiting(relation));
    let mut names: Vec<&str> = worst.iter().map(|relation| relation.name.as_str()).collect();
    let left = names.len().saturating_sub(3);
    names.truncate(3);
    let mut out = format!("{who} of {}", names.join(", "));
    if left > 0 {
        let _ = write!(out, " and {left} more");
    }
    out.push_str(" wait");
    match step.relations.iter().find(|relation| relation.is_long() && !relation.is_new) {
        Some(working) => {
            let what = if working.rewrite {
                "is written anew"
            } else if working.index_builds.is_empty() {
                "is read whole"
            } else {
                "gets its index"
            };
            let _ = write!(out, " while {} {what}", working.name);
        }
        None => {
            if let Some(through) = step.through {
                let _ = write!(out, " while line {} works", line(planned, set, through.start));
            }
        }
    }
    let comma = if step.is_long() { "," } else { "" };
    let _ = write!(out, "{comma} until {}", until(planned, set, step.held).replacen("end", "the end", 1));
    out
}

/// How many statements there are, and how bad they are; the last line.
fn tally(table: &LockTable<'_>) -> String {
    let worst = table.worst();
    let count = |wanted: &[Weight]| worst.iter().filter(|(weight, ..)| wanted.contains(weight)).count();
    let statements = table.steps().count();
    let plural = if statements == 1 { "" } else { "s" };
    let mut parts = vec![format!("{statements} statement{plural}")];
    let fails = count(&[Weight::Fails]);
    let long = count(&[Weight::ReadersForLong, Weight::WritersForLong]);
    let brief = count(&[Weight::Readers, Weight::Writers]);
    parts.extend((fails > 0).then(|| format!("{fails} {}", if fails == 1 { "fails" } else { "fail" })));
    parts.extend((long > 0).then(|| format!("others wait long for {long}")));
    parts.extend((brief > 0).then(|| format!("others wait a moment for {brief}")));
    let unread = table.steps().filter(|(_, _, step)| step.is_unread).count();
    if unread > 0 {
        parts.push(format!("{unread} not understood"));
    }
    parts.extend(verdict::migrations(table.report).into_iter().map(|said| said.replace(" judged", " shown")));
    for (name, count) in table.report.roots.iter().flat_map(|root| &root.workspace.unsupported) {
        let what = if *count == 1 { "migration" } else { "migrations" };
        parts.push(format!("{count} {name} {what} not understood yet"));
    }
    parts.join(" · ")
}
