//! See rules/environment/placeholder-in-production.md

use crate::diagnostic::Severity;
use crate::document::entries::{Entry, Form};
use crate::rule::{Context, fits};
use crate::source::{Source, Span};
use crate::workspace::environments::{SettingsFile, Tier};

/// What people write to fill in later; at the beginning of a value or after a break in it.
const WORDS: &[&str] = &[
    "change_me",
    "change-me",
    "changeme",
    "replace_me",
    "replace-me",
    "replaceme",
    "replace_with",
    "replace-with",
    "todo",
    "fixme",
    "tbd",
    "placeholder",
    "your-",
    "your_",
    "dummy",
    "insert-",
    "insert_",
];

/// So many other environments that hold the same placeholder show that it is filled in elsewhere.
const MANY: usize = 2;

/// Domains that are reserved for documents and belong to nobody.
const DOMAINS: &[&str] = &["example.com", "example.org", "example.net"];

const NIL: &str = "00000000-0000-0000-0000-000000000000";

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    if file.tier != Some(Tier::Production) {
        return;
    }
    let document = cx.workspace.document(file.source);
    let source = &document.source;
    let allowed = cx.list("allowed", file.source);
    let mut off = None;
    for setting in file.settings.iter() {
        let Some(sign) = sign(setting.text(source)).filter(|_| setting.form != Form::Open) else { continue };
        let name = &setting.name;
        let about = super::about(document, name);
        // What is switched off is not used.
        let off = off.get_or_insert_with(|| super::switched_off(&[file], cx.workspace));
        let is_idle = is_said_to_be_replaced(source, setting.value) || super::is_off(off, name);
        if is_idle || allowed.iter().any(|pattern| fits(pattern, name)) {
            continue;
        }
        let value = setting.text(source);
        let others = cx.workspace.environments.siblings(file, name);
        let is_same = |(other, entry): &(&SettingsFile, &Entry)| entry.text(&cx.workspace.document(other.source).source) == value;
        let is_everywhere = others.len() >= MANY && others.iter().all(is_same);
        let report = cx
            .report(file.place(setting.key), format!("{name} still holds a placeholder in production"))
            .about(about)
            .label(format!("its value {sign}"))
            .in_production(
                "whatever uses it fails at its first use: a login is refused, a call goes to an address that nobody owns",
            )
            .assuming("nothing replaces the value before the service starts")
            .help(format!("set {name} to what production uses, or leave the line out and let the secret store supply it"));
        if is_everywhere {
            report.capped(Severity::Low).assuming("a note only: every environment holds the same, so something else fills it in");
        }
    }
}

/// Whether a comment behind the value says that something else comes in its place.
fn is_said_to_be_replaced(source: &Source, value: Span) -> bool {
    let rest = Span { start: value.end, ..source.line_span(source.line(value.end)) };
    let rest = source.slice(rest).to_ascii_lowercase();
    ["overrid", "overwrit", "replaced", "injected"].iter().any(|word| rest.contains(word))
}

/// How a value gives itself away, in words that do not repeat it.
pub(super) fn sign(value: &str) -> Option<String> {
    let value = value.trim();
    // A script or a server's configuration has comments, and a path may be called anything.
    if value.contains('\n') || (value.starts_with('/') && value.ends_with('/')) {
        return None;
    }
    if let Some(word) = held(value, WORDS) {
        return Some(format!("says \"{}\"", word.trim_end_matches(['-', '_'])));
    }
    if let Some(domain) = held(value, DOMAINS) {
        return Some(format!("is an address at {domain}"));
    }
    if value.len() >= 3 && value.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')) {
        return Some("is a row of x".to_owned());
    }
    if value.starts_with('<') && value.ends_with('>') && !value.contains("</") {
        return Some("stands in angle brackets".to_owned());
    }
    (value == NIL).then(|| "is an identifier of zeros alone".to_owned())
}

/// The first of some words that stands in a value as a word of its own: `stodola` and `notexample.com` hold none.
fn held(value: &str, words: &[&'static str]) -> Option<&'static str> {
    let bytes = value.as_bytes();
    let begins = |at: &usize| *at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
    // Few begin with this letter, whatever its case.
    let may_be = |at: usize, word: &str| (word.as_bytes()[0] ^ bytes[at]) & !0x20 == 0 && is_held_at(bytes, at, word);
    (0..bytes.len()).filter(begins).find_map(|at| words.iter().copied().find(|word| may_be(at, word)))
}

fn is_held_at(value: &[u8], at: usize, word: &str) -> bool {
    if !value[at..].get(..word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes())) {
        return false;
    }
    let (before, after) = (at.checked_sub(1).map(|at| value[at]), value.get(at + word.len()));
    // Within a longer value, what stands in brackets is filled in by whoever uses it: `https://shop.test/<PLACEHOLDER>`.
    if before == Some(b'<') && after == Some(&b'>') && value.len() > word.len() + 2 {
        return false;
    }
    // `STATEMENT_INSERT_MUST_SPECIFY_COLUMN` is a name.
    let is_first = at == 0 || !word.starts_with("insert");
    is_first && (word.ends_with(['-', '_']) || !after.is_some_and(u8::is_ascii_alphanumeric))
}
