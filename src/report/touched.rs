//! Which findings has a change to do with?
//!
//! Those with any place on a line that the base does not have, and those that the base does not have although no such
//! line shows why: something that held them off is gone.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Judged, Note};
use crate::lint::{Outcome, lint_with};
use crate::rule::{Finding, Rule};
use crate::settings::{Reach, Settings};
use crate::workspace::Workspace;
use crate::workspace::base::Base;
use crate::workspace::change::Standing;

/// Leaves out what the change has nothing to do with.
pub fn narrow(workspace: &Workspace, outcome: &mut Outcome, reach: Reach, settings: &Settings) {
    if let Base::Unknown(reason) = &workspace.change.base {
        let message = format!("nobody can tell what changed: {reason}");
        outcome.notes.push(Note { path: ".".to_owned(), line: None, message, judged: Judged::Nothing });
        return;
    }
    let mut kept: Vec<bool> = outcome.findings.iter().map(|finding| touches(workspace, &finding.diagnostic, reach)).collect();
    if kept.contains(&false) && workspace.change.removes() {
        let before = lint_with(&workspace.before(settings), settings, |rule| in_doubt(&outcome.findings, &kept, rule));
        let known: HashSet<String> = before.findings.into_iter().map(|finding| finding.fingerprint).collect();
        for (kept, finding) in kept.iter_mut().zip(&outcome.findings) {
            *kept |= !known.contains(&finding.fingerprint);
        }
    }
    let mut kept = kept.into_iter();
    outcome.findings.retain(|_| kept.next().unwrap_or(true));
}

/// Whether a rule found anything that the change does not show, or speaks for a rule that did. What is said of
/// suppressions rests on all rules.
fn in_doubt(findings: &[Finding], kept: &[bool], rule: &Rule) -> bool {
    let mut doubtful = findings.iter().zip(kept).filter(|(_, kept)| !**kept).map(|(finding, _)| finding.rule);
    doubtful.any(|found| found.name == rule.name || rule.supersedes.contains(&found.name) || !found.can_be_allowed)
}

fn touches(workspace: &Workspace, diagnostic: &Diagnostic, reach: Reach) -> bool {
    diagnostic.labels().any(|label| {
        let place = label.place;
        let source = &workspace.document(place.source).source;
        let last = place.span.end.saturating_sub(1).max(place.span.start);
        match reach {
            Reach::Files => workspace.change.differs(place.source),
            Reach::Lines => workspace.change.touches(place.source, source.line(place.span.start), source.line(last)),
        }
    })
}

/// A file that was as unreadable before does not stand in the way of a change elsewhere.
pub fn excuse(workspace: &mut Workspace) {
    let is_old = |note: &Note| {
        let id = workspace.find(&note.path);
        note.judged == Judged::Nothing && id.is_some_and(|id| matches!(workspace.change.standing(id), Standing::Same))
    };
    let old: Vec<bool> = workspace.notes.iter().map(is_old).collect();
    for (note, _) in workspace.notes.iter_mut().zip(old).filter(|(_, is_old)| *is_old) {
        note.judged = Judged::InPart;
    }
}
