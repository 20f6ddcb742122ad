//! A comment for a pull request, which is also the summary of a job: the verdict first, a table of what was found, and
//! what to do about it, folded.

use std::fmt::Write as _;

use super::escape::{markdown, markdown_code};
use super::rank::{Found, counting, tally};
use super::{detail, place, verdict};
use crate::report::Report;
use crate::untrusted::UntrustedLines;

/// By which a bot finds its own comment to replace it.
const MARK: &str = "<!-- gonogo -->";

/// A forge refuses a comment of more characters than 65,536. Bytes are counted here, which are never fewer.
const LONGEST: usize = 65_536;

/// What the table of findings may take of that, so that the worst of them can be explained.
const LONGEST_TABLE: usize = 40_000;

/// What is not judged stands in the way of the verdict, so it comes before the findings; it must leave them room.
const LONGEST_LIST: usize = 8_000;

/// What a name or a message may take of a line, in characters.
const LONGEST_CLAUSE: usize = 500;

/// Kept free for the words that say what was left out.
const RESERVE: usize = 512;

pub fn emit(report: &Report) -> String {
    // What the line says of what stands above it stands below it here.
    let line = verdict::line(report);
    let (word, rest) = line.split_at(report.verdict.words().len());
    let mut out = format!("{MARK}\n## {word}\n\n{}\n", markdown(rest.trim()).replace("see above", "see below"));
    not_judged(report, &mut out);
    let findings = counting(report);
    if findings.is_empty() {
        return out;
    }
    out.push_str("\n| severity | finding | rule | where |\n|---|---|---|---|\n");
    let listed = findings.iter().take_while(|found| fits(&row(**found), LONGEST_TABLE, &mut out)).count();
    if listed < findings.len() {
        let _ = writeln!(out, "\nNot in this table for want of room: {}.", tally(&findings[listed..]));
    }
    out.push('\n');
    // One that has more to say than there is room for does not silence those after it.
    let told = findings[..listed].iter().filter(|found| fits(&fold(**found), LONGEST - RESERVE, &mut out)).count();
    if told < listed {
        let left = listed - told;
        let _ = writeln!(out, "What to do about the other {left} is left out for want of room; the other formats tell it.\n");
    }
    out.push_str(
        "On purpose? Say so above the place in a comment, with the reason: `gonogo: allow RULE because …`. \
         `gonogo explain RULE` tells what a rule is about.\n",
    );
    out
}

/// Writes it if there is room for it.
fn fits(next: &str, longest: usize, out: &mut String) -> bool {
    let fits = out.len() + next.len() <= longest;
    if fits {
        out.push_str(next);
    }
    fits
}

fn not_judged(report: &Report, out: &mut String) {
    let notes: Vec<_> = report.not_judged().collect();
    if notes.is_empty() {
        return;
    }
    out.push_str("\nNot judged:\n\n");
    for (at, (root, note)) in notes.iter().enumerate() {
        let line = note.line.map_or_else(String::new, |line| format!(":{line}"));
        let path = format!("{}{line}", place::path(root, &note.path));
        let next = format!("- {}: {}\n", markdown_code(clipped(&path)), markdown(clipped(&note.message)));
        if !fits(&next, LONGEST_LIST, out) {
            let _ = writeln!(out, "- and {} more", notes.len() - at);
            return;
        }
    }
}

fn whereabouts((root, finding): Found<'_>) -> String {
    let there = place::location(root, finding.diagnostic.primary.place);
    format!("<code>{}:{}:{}</code>", markdown(clipped(&there.path)), there.line, there.column)
}

/// The beginning of a text that is longer than any that people wrote.
fn clipped(text: &str) -> &str {
    text.char_indices().nth(LONGEST_CLAUSE).map_or(text, |(end, _)| &text[..end])
}

fn row(found: Found<'_>) -> String {
    let (_, finding) = found;
    let message = markdown(clipped(&finding.diagnostic.message));
    format!("| {} | {message} | `{}` | {} |\n", finding.diagnostic.severity, finding.rule.name, whereabouts(found))
}

/// One finding, folded to its first line.
fn fold(found: Found<'_>) -> String {
    let (root, finding) = found;
    let diagnostic = &finding.diagnostic;
    let mut out = format!(
        "<details><summary><b>{}</b> {} ({})</summary>\n\n",
        diagnostic.severity,
        markdown(clipped(&diagnostic.message)),
        whereabouts(found)
    );
    for label in diagnostic.labels().filter(|label| !label.text.is_empty()) {
        let there = place::location(root, label.place);
        let path = markdown_code(&format!("{}:{}", there.path, there.line));
        let _ = writeln!(out, "- {path}: {}", markdown(&label.text));
    }
    for (word, text) in detail::details(finding) {
        let (first, code) = text.split_once('\n').unwrap_or((text, ""));
        let _ = writeln!(out, "\n**{word}:** {}", markdown(first));
        if !code.is_empty() {
            out.push_str(&fenced(code));
        }
    }
    out.push_str("\n</details>\n\n");
    out
}

/// Lines to paste, in a fence that nothing in them can close.
fn fenced(code: &str) -> String {
    let longest = code.split(|next| next != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}text\n{}\n{fence}\n", UntrustedLines(code.trim_end_matches('\n')))
}
