//! The lock table as a comment for a pull request: the worst first, then every statement that locks something.

use std::fmt::Write as _;

use super::{line, remarks, tally, transaction, until, waiting, work, worst};
use crate::emit::escape::{markdown, markdown_code};
use crate::emit::frame::one_line;
use crate::emit::place;
use crate::report::locks::{LockTable, Set};
use crate::workspace::history::Script;
use crate::workspace::history::steps::Step;

/// By which a bot finds its own comment to replace it.
const MARK: &str = "<!-- gonogo locks -->";

/// A forge refuses a comment of more characters than 65,536. Bytes are counted here, which are never fewer.
const LONGEST: usize = 65_000;

/// How many characters of a statement are shown.
const STATEMENT: usize = 80;

/// How many statements are named in the summary.
const WORST: usize = 10;

pub fn emit(table: &LockTable<'_>) -> String {
    let mut out = format!("{MARK}\n## What the pending migrations lock\n\n{}\n", markdown(&tally(table)));
    for (root, note) in table.notes.iter().take(WORST) {
        let _ = writeln!(out, "\nNot judged: {}: {}", markdown_code(&place::path(root, &note.path)), markdown(&note.message));
    }
    let (worst, left) = worst(table, WORST);
    if !worst.is_empty() {
        out.push_str("\nThe worst first:\n\n");
    }
    for (place, sentence) in worst {
        let _ = writeln!(out, "- {}: {}", markdown_code(&place), markdown(&sentence));
    }
    if left > 0 {
        let _ = writeln!(out, "- and {left} more");
    }
    let all = table.sets.iter().flat_map(|set| set.planned.iter().map(move |planned| (set, planned)));
    for (at, (set, planned)) in all.clone().enumerate() {
        let next = migration(set, planned);
        if out.len() + next.len() > LONGEST {
            let _ = writeln!(out, "\nThe other {} migrations are left out for want of room.", all.count() - at);
            break;
        }
        out.push_str(&next);
    }
    out
}

fn migration(set: &Set<'_>, planned: &Script) -> String {
    let path = place::path(set.root, set.root.workspace.path(planned.source));
    let mut out = format!("\n### {}\n\n{}, {}.\n", markdown_code(&path), markdown(&set.server), transaction(planned));
    let mut others = 0;
    let mut is_first = true;
    for step in &planned.steps {
        let rows = rows(set, planned, step);
        others += usize::from(rows.is_empty());
        if is_first && !rows.is_empty() {
            out.push_str(
                "\n| line | statement | relation | lock | who waits | work | held until |\n|---:|---|---|---|---|---|---|\n",
            );
            is_first = false;
        }
        out.push_str(&rows);
    }
    match others {
        0 => {}
        1 => out.push_str("\n1 statement locks nothing that was there before.\n"),
        some => {
            let _ = writeln!(out, "\n{some} statements lock nothing that was there before.");
        }
    }
    out
}

/// A row for each relation; the statement and what there is to say of it stand in the first.
fn rows(set: &Set<'_>, planned: &Script, step: &Step) -> String {
    let remarks = remarks(set, planned, step);
    if step.relations.is_empty() && remarks.is_empty() {
        return String::new();
    }
    let text = one_line(set.root, planned.source, step.span, STATEMENT);
    let mut statement = markdown_code(&text);
    for remark in remarks {
        let _ = write!(statement, "<br>{}", markdown(&remark));
    }
    let number = line(planned, set, step.span.start).to_string();
    let (mut out, mut head) = (String::new(), format!("| {number} | {statement} |"));
    for relation in &step.relations {
        let (name, work) = (markdown_code(&relation.name), markdown(&work(relation, STATEMENT)));
        let until = until(planned, set, step.held);
        let _ = writeln!(out, "{head} {name} | {} | {} | {work} | {until} |", relation.lock.words(), waiting(relation));
        "| | |".clone_into(&mut head);
    }
    if step.relations.is_empty() {
        let _ = writeln!(out, "{head} | | | | |");
    }
    out
}
