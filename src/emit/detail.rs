//! What a finding says beside its message.

use std::fmt::Write as _;

use super::place;
use super::rank::Found;
use crate::rule::Finding;

/// Each with the word for it, in the order it is told.
pub fn details(finding: &Finding) -> impl Iterator<Item = (&'static str, &str)> {
    let diagnostic = &finding.diagnostic;
    let assumptions = diagnostic.assumptions.iter().map(|assumption| ("judged as", assumption.as_str()));
    let before = std::iter::once(("in production", diagnostic.in_production.as_str()));
    let all = before.chain(assumptions).chain([("safe way", diagnostic.help.as_str())]);
    all.filter(|(_, text)| !text.is_empty())
}

/// All of it in plain lines, the message first; still untrusted.
pub fn plain((root, finding): Found<'_>) -> String {
    let diagnostic = &finding.diagnostic;
    let mut out = diagnostic.message.clone();
    for (at, label) in diagnostic.labels().enumerate().filter(|(_, label)| !label.text.is_empty()) {
        let there = place::location(root, label.place);
        let _ = match at {
            0 => write!(out, "\n{}", label.text),
            _ => write!(out, "\n{}:{}:{}: {}", there.path, there.line, there.column, label.text),
        };
    }
    for (word, text) in details(finding) {
        let _ = write!(out, "\n{word}: {text}");
    }
    out
}
