//! The lock table on a screen of 120 columns: each statement with what it locks below it, the worst at the end, where
//! the eye is when it is printed.

use std::fmt::Write as _;

use super::{line, remarks, tally, transaction, until, waiting, work, worst};
use crate::emit::frame::one_line;
use crate::report::locks::{LockTable, Set};
use crate::untrusted::{Untrusted, UntrustedPath};
use crate::workspace::history::Script;
use crate::workspace::history::steps::Step;

const WIDTH: usize = 120;

/// Where the columns begin, and how wide they are: relation, lock, who waits, work.
const INDENT: usize = 7;
const COLUMNS: [usize; 4] = [26, 22, 16, 22];

/// How many statements are named again in the summary.
const WORST: usize = 10;

pub fn emit(table: &LockTable<'_>) -> String {
    let mut out = String::new();
    if !table.has_migrations() {
        return out;
    }
    for set in &table.sets {
        let _ = writeln!(out, "{}: {}\n", UntrustedPath(&set.folder), Untrusted(&set.server));
        row(&["relation", "lock", "who waits", "work", "held until"].map(str::to_owned), &mut out);
        for planned in &set.planned {
            migration(set, planned, &mut out);
        }
        out.push('\n');
    }
    summary(table, &mut out);
    for (root, note) in &table.notes {
        let at = note.line.map_or_else(String::new, |line| format!(":{line}"));
        let path = format!("{}{}{at}", root.prefix, note.path);
        let _ = writeln!(out, "not judged: {}: {}", Untrusted(&path), Untrusted(&note.message));
    }
    let _ = writeln!(out, "{}", tally(table));
    out
}

fn migration(set: &Set<'_>, planned: &Script, out: &mut String) {
    let (path, transaction) = (UntrustedPath(&set.root.path(planned.source)).to_string(), transaction(planned));
    let fits = path.chars().count() + 3 + transaction.chars().count() <= WIDTH;
    let between = if fits { " · ".to_owned() } else { format!("\n{}", " ".repeat(INDENT)) };
    let _ = writeln!(out, "\n{path}{between}{transaction}");
    let mut others = 0;
    for step in &planned.steps {
        let remarks = remarks(set, planned, step);
        if step.relations.is_empty() && remarks.is_empty() {
            others += 1;
            continue;
        }
        let number = line(planned, set, step.span.start).to_string();
        let room = WIDTH - number.len().max(5) - 2;
        let text = one_line(set.root, planned.source, step.span, room);
        let _ = writeln!(out, "{number:>5}  {}", clipped(&Untrusted(&text).to_string(), room));
        rows(set, planned, step, out);
        for remark in remarks {
            wrapped(&Untrusted(&remark).to_string(), out);
        }
    }
    match others {
        0 => {}
        1 if planned.steps.len() == 1 => out.push_str("       its one statement locks nothing that was there before\n"),
        1 => out.push_str("       1 other statement locks nothing that was there before\n"),
        all if all == planned.steps.len() => {
            let _ = writeln!(out, "       its {all} statements lock nothing that was there before");
        }
        some => {
            let _ = writeln!(out, "       {some} other statements lock nothing that was there before");
        }
    }
}

fn rows(set: &Set<'_>, planned: &Script, step: &Step, out: &mut String) {
    for relation in &step.relations {
        let cells = [
            Untrusted(&relation.name).to_string(),
            relation.lock.words().to_owned(),
            waiting(relation).to_owned(),
            Untrusted(&work(relation, COLUMNS[3])).to_string(),
            until(planned, set, step.held),
        ];
        row(&cells, out);
    }
}

fn row(cells: &[String; 5], out: &mut String) {
    let mut line = " ".repeat(INDENT);
    for (cell, width) in cells.iter().zip(COLUMNS) {
        let _ = write!(line, "{:<width$}  ", clipped(cell, width));
    }
    line.push_str(&cells[4]);
    let _ = writeln!(out, "{}", line.trim_end());
}

fn summary(table: &LockTable<'_>, out: &mut String) {
    let (worst, left) = worst(table, WORST);
    if !worst.is_empty() {
        out.push_str("The worst first:\n");
    }
    for (place, sentence) in &worst {
        let _ = writeln!(out, "  {}", UntrustedPath(place));
        wrapped(&Untrusted(sentence).to_string(), out);
    }
    if left > 0 {
        let _ = writeln!(out, "  and {left} more");
    }
    if !worst.is_empty() {
        out.push('\n');
    }
}

fn clipped(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// Below the columns, broken between words.
fn wrapped(text: &str, out: &mut String) {
    let indent = " ".repeat(INDENT);
    let mut line = indent.clone();
    for word in text.split(' ') {
        if line.len() > INDENT && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{line}");
            line = format!("{indent}  {word}");
            continue;
        }
        if line.len() > INDENT {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}
