//! Many findings of one kind in one file are told as one.
//!
//! What is known or allowed is settled before, one by one: a comment beside one setting takes that one out, a baseline
//! holds each by itself, and one more is new however many there were.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::{Label, Severity, SourceId};
use crate::lint::fingerprint;
use crate::rule::{Family, Finding};
use crate::workspace::Workspace;

/// From this many on.
const MANY: usize = 5;

/// So many of the others are shown beside the first.
const SHOWN: usize = 3;

/// What findings have in common that are told as one: the rule, the file, how bad it is, and what comes of it.
type Kind = (&'static str, SourceId, Severity, String);

/// The findings in their order, those that are many of a kind in the place of the first of them.
pub fn fold(workspace: &Workspace, findings: Vec<Finding>) -> Vec<Finding> {
    let mut counts: HashMap<Kind, usize> = HashMap::new();
    for kind in findings.iter().filter_map(kind) {
        *counts.entry(kind).or_default() += 1;
    }
    counts.retain(|_, count| *count >= MANY);
    if counts.is_empty() {
        return findings;
    }
    let mut kept: Vec<Result<Finding, Kind>> = Vec::new();
    let mut many: HashMap<Kind, Vec<Finding>> = HashMap::new();
    for finding in findings {
        match kind(&finding).filter(|kind| counts.contains_key(kind)) {
            None => kept.push(Ok(finding)),
            Some(kind) => {
                let parts = many.entry(kind.clone()).or_default();
                if parts.is_empty() {
                    kept.push(Err(kind));
                }
                parts.push(finding);
            }
        }
    }
    let mut numbers: BTreeMap<(&str, SourceId), usize> = BTreeMap::new();
    let mut whole = |kind: Kind| {
        let number = numbers.entry((kind.0, kind.1)).or_default();
        *number += 1;
        told(workspace, many.remove(&kind).unwrap_or_default(), *number)
    };
    kept.into_iter().filter_map(|kept| kept.map_or_else(&mut whole, Some)).collect()
}

/// Of settings, what nobody allowed and no baseline holds.
fn kind(finding: &Finding) -> Option<Kind> {
    let diagnostic = &finding.diagnostic;
    let is_alike = finding.rule.family == Family::Environment && finding.counts();
    is_alike.then(|| (finding.rule.name, diagnostic.primary.place.source, diagnostic.severity, diagnostic.in_production.clone()))
}

/// The first, with the number of the others and the next places.
fn told(workspace: &Workspace, parts: Vec<Finding>, number: usize) -> Option<Finding> {
    let (first, others) = parts.split_first()?;
    let mut diagnostic = first.diagnostic.clone();
    let count: usize = others.iter().map(|other| 1 + other.folded).sum();
    diagnostic.message = format!("{}; the same holds for {count} more lines of this file", diagnostic.message);
    diagnostic.because.extend(others.iter().take(SHOWN).map(|other| {
        let Label { place, text } = other.diagnostic.primary.clone();
        Label { place, text: if text.is_empty() { "the same".to_owned() } else { text } }
    }));
    let identity = fingerprint::of_many(first.rule.name, workspace.path(diagnostic.primary.place.source), number);
    Some(Finding {
        rule: first.rule,
        diagnostic,
        folded: first.folded + count,
        essence: identity.clone(),
        fingerprint: identity,
        suppressed: None,
        known: false,
        parts,
    })
}
