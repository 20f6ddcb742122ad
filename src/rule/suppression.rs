//! Who allowed a finding, and why?
//!
//! `gonogo: allow RULE because REASON` in a comment, maybe `until 2027-01-31` before the reason. It holds for its own
//! line and for the statement, object, key or item that begins below it, with everything in it. A reason is required.

use std::collections::{BTreeMap, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Finding, Rule};
use crate::diagnostic::{Judged, Note, SourceId};
use crate::workspace::Workspace;

/// Where somebody allowed a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Beside what it allows: a comment or an annotation.
    Source,
    /// In the configuration.
    Config,
}

/// A comment, an annotation or an entry of the configuration that allows a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppression {
    /// Where it stands.
    pub origin: Origin,
    /// The rule, as written.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// The last day, if there is one.
    pub until: Option<String>,
    /// The line of the comment.
    pub line: u32,
}

const WORD: &str = "gonogo:";

/// Reads a comment; `None` where it allows nothing, an error where it tries to.
pub fn parse(comment: &str, line: u32) -> Option<Result<(&'static Rule, Suppression), String>> {
    let (_, rest) = comment.split_once(WORD)?;
    let rest = rest.trim().strip_prefix("allow").filter(|rest| rest.starts_with(char::is_whitespace))?.trim();
    let rest = rest.strip_suffix("*/").unwrap_or(rest).trim();
    let (what, reason) = rest.split_once(" because ").unwrap_or((rest, ""));
    let mut words = what.split_whitespace();
    let rule = words.next()?.to_owned();
    let until = words.next().filter(|word| *word == "until").and_then(|_| words.next()).map(str::to_owned);
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason == "…" {
        return Some(Err(format!("this does not allow `{rule}` without a reason: write `gonogo: allow {rule} because ...`")));
    }
    let Some(found) = Rule::find(&rule) else {
        return Some(Err(format!("there is no rule `{rule}` to allow; `gonogo rules` lists them")));
    };
    if until.as_deref().is_some_and(|until| until < today().as_str()) {
        return Some(Err(format!("this allowed `{rule}` until {}, which is over", until.unwrap_or_default())));
    }
    Some(Ok((found, Suppression { origin: Origin::Source, rule, reason, until, line })))
}

/// Today in UTC as `2026-11-20`.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = i64::try_from(seconds / 86_400).unwrap_or(0);
    // Counting from March puts the leap day at the end of a year, and 400 years have the same days again.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// All suppressions of a workspace.
#[derive(Debug, Default)]
pub struct Suppressions {
    by_file: HashMap<SourceId, File>,
    /// Those that allow nothing, and why.
    pub notes: Vec<Note>,
}

#[derive(Debug, Default)]
struct File {
    /// By rule and line; of several on one line the first.
    suppressions: BTreeMap<(&'static str, u32), Suppression>,
    /// Blocks of lines that hold comments and nothing else, first and last line, to reach from a subject up to its
    /// comments.
    blocks: Vec<(u32, u32)>,
}

impl Suppressions {
    /// Collects them from the comments of all documents that hold the word.
    pub fn of(workspace: &Workspace) -> Self {
        let mut all = Self::default();
        for id in workspace.ids() {
            let source = &workspace.document(id).source;
            if !source.text().contains(WORD) {
                continue;
            }
            let mut file = File::default();
            for span in workspace.document(id).comments() {
                let line = source.line(span.start);
                match parse(source.slice(span), line) {
                    None => {}
                    Some(Ok((rule, suppression))) => drop(file.suppressions.entry((rule.name, line)).or_insert(suppression)),
                    Some(Err(message)) => {
                        let path = source.path().to_owned();
                        all.notes.push(Note { path, line: Some(line), message, judged: Judged::Whole });
                    }
                }
                let before = &source.text()[source.line_span(line).start as usize..span.start as usize];
                if before.trim().is_empty() {
                    file.comment(line, source.line(span.end));
                }
            }
            all.by_file.insert(id, file);
        }
        all
    }

    /// The suppression that holds for a finding.
    pub fn of_finding(&self, workspace: &Workspace, finding: &Finding) -> Option<Suppression> {
        let place = finding.diagnostic.primary.place;
        if let Some(annotated) = annotation(workspace, finding) {
            return Some(annotated);
        }
        let file = self.by_file.get(&place.source)?;
        let name = finding.rule.name;
        file.suppressions.range((name, 0)..=(name, u32::MAX)).next()?;
        let source = &workspace.document(place.source).source;
        let here = file.suppressions.get(&(name, source.line(place.span.start)));
        let around = workspace.around(place).into_iter().filter_map(|start| file.above(name, source.line(start)));
        around.chain(here).min_by_key(|suppression| suppression.line).cloned()
    }
}

/// `gonogo/allow.RULE: reason` among the annotations of an object.
fn annotation(workspace: &Workspace, finding: &Finding) -> Option<Suppression> {
    let place = finding.diagnostic.primary.place;
    let document = workspace.document(place.source);
    let object = document.yaml()?.object_at(&document.source, place.source, place.span.start)?;
    let annotations = object.field("metadata").field("annotations").into_option()?;
    let mut names = finding.rule.aliases.iter().chain([&finding.rule.name]);
    let (key, reason) = names.find_map(|name| annotations.entry(&format!("gonogo/allow.{name}")).into_option())?;
    let reason = reason.text().into_option().filter(|reason| !reason.trim().is_empty() && *reason != "…")?;
    let line = document.source.line(key.span().start);
    let rule = finding.rule.name.to_owned();
    Some(Suppression { origin: Origin::Source, rule, reason: reason.into_owned(), until: None, line })
}

impl File {
    /// Takes in a comment that has its lines to itself.
    fn comment(&mut self, first: u32, last: u32) {
        match self.blocks.last_mut() {
            Some(block) if first <= block.1 + 1 => block.1 = block.1.max(last),
            _ => self.blocks.push((first, last)),
        }
    }

    /// The first suppression of a rule with nothing but comments between it and the line below.
    fn above(&self, rule: &'static str, line: u32) -> Option<&Suppression> {
        let at = self.blocks.partition_point(|block| block.1 + 1 < line);
        let (first, _) = self.blocks.get(at).filter(|block| block.0 < line)?;
        self.suppressions.range((rule, *first)..(rule, line)).next().map(|(_, suppression)| suppression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_required() {
        let parse = |text| parse(text, 1);
        assert!(parse("-- an ordinary comment").is_none());
        assert!(matches!(parse("-- gonogo: allow missing-down"), Some(Err(message)) if message.contains("without a reason")));
        assert!(matches!(parse("# gonogo: allow no-such-rule because x"), Some(Err(message)) if message.contains("no rule")));
        assert!(
            matches!(parse("# gonogo: allow missing-down until 2001-01-01 because x"), Some(Err(message)) if message.contains("over"))
        );
        let Some(Ok((_, found))) = parse("/* gonogo: allow missing-down until 2999-01-31 because we never go back */") else {
            panic!("allowed")
        };
        assert_eq!((found.reason.as_str(), found.until.as_deref()), ("we never go back", Some("2999-01-31")));
    }

    #[test]
    fn today_is_a_date() {
        let today = today();
        assert_eq!((today.len(), &today[4..5], &today[7..8]), (10, "-", "-"));
        assert!(today.as_str() > "2026-01-01" && today.as_str() < "2200-01-01");
    }
}
