//! See rules/migration/enum-value-used-in-same-transaction.md

use std::collections::HashMap;
use std::sync::Arc;

use super::safe_way::{PATIENCE, SafeWay};
use crate::database::AddedValue;
use crate::diagnostic::{Place, SourceId};
use crate::document::sql::{Action, Insert};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;
use crate::workspace::history::Script;
use crate::workspace::history::steps::{Held, Step};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let mut naming: HashMap<SourceId, Naming<'_>> = HashMap::new();
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails() && step.in_transaction) {
        let Some(added) = &step.added_value else { continue };
        let naming = naming.entry(script.source).or_insert_with(|| naming_of(script, cx));
        let later = naming.get(&added.value.replace('\'', DOUBLED)).into_iter().flatten().copied();
        let later = later.filter(|other| other.span.start > step.span.start && other.transaction == step.transaction);
        let uses: Vec<(&Step, Span)> = later.filter_map(|other| Some((other, used(script, other, added, cx)?))).collect();
        if !uses.is_empty() {
            report(migration, (script, step), added, &uses, cx);
            continue;
        }
        // Its transaction may go on in the next files.
        let batch = cx.set.filter(|_| step.held == Held::Migration).map_or(&[][..], |set| set.batch(migration).1);
        let files = batch.iter().flat_map(|later| &later.up);
        let mut after = files.flat_map(|script| {
            script.steps.iter().take_while(|step| step.held == Held::Migration).map(move |step| (script, step))
        });
        if let Some((later, span)) = after.find_map(|(later, step)| Some((later, used(later, step, added, cx)?))) {
            in_batch((script, step), added, Place { source: later.source, span }, cx);
        }
    }
}

/// Two quotes in a row.
const DOUBLED: &str = "\0";

/// The statements that have a word in quotes, by the word.
type Naming<'m> = HashMap<String, Vec<&'m Step>>;

fn naming_of<'m>(script: &'m Script, cx: &Context<'_>) -> Naming<'m> {
    let mut naming = Naming::new();
    for step in &script.steps {
        let text = cx.workspace.text(Place { source: script.source, span: step.span });
        // What stands between any two quotes, and between those that stand alone: two in a row are one inside of a value.
        let whole = text.replace("''", DOUBLED);
        for word in text.split('\'').skip(1).chain(whole.split('\'').skip(1)) {
            let steps = naming.entry(word.to_owned()).or_default();
            if steps.last().is_none_or(|last| !std::ptr::eq(*last, step)) {
                steps.push(step);
            }
        }
    }
    naming
}

/// The value is used in a later file of the same transaction.
fn in_batch((script, step): (&Script, &Step), added: &AddedValue, place: Place, cx: &mut Context<'_>) {
    let AddedValue { name, value, .. } = added;
    let tool = cx.set.map_or("its tool", |set| set.framework.name());
    cx.report(place, format!("the migration fails here: the new value '{value}' of {name} cannot be used before its transaction commits"))
        .label("unsafe use of new value: refused until the value is committed")
        .because(Place { source: script.source, span: step.span }, "the value is added here, in another file and the same transaction")
        .assuming(format!("{tool} runs all migrations that are pending in one transaction"))
        .in_production("it passes where the two files came one after the other, as on the machines of those who wrote them, and fails where both are pending: in production")
        .help("ship the migration that adds the value first, and the one that uses it in the next release");
}

fn report(
    migration: &Migration,
    (script, step): (&Script, &Step),
    added: &AddedValue,
    uses: &[(&Step, Span)],
    cx: &mut Context<'_>,
) {
    let Some((_, span)) = uses.first() else { return };
    let place = Place { source: script.source, span: *span };
    let AddedValue { name, value, .. } = added;
    let texts: Vec<String> =
        uses.iter().map(|(used, _)| format!("{};", cx.workspace.text(Place { span: used.span, ..place }))).collect();
    let spans: Vec<Span> = uses.iter().map(|(used, _)| used.span).collect();
    let waits = uses.iter().any(|(used, _)| used.blocking().next().is_some());
    let patience = if waits { PATIENCE } else { "" };
    let help = SafeWay::default()
        .then(&format!("use_{value}"), format!("{patience}{}", texts.join("\n")), "")
        .instead_of(migration, script, &spans, cx)
        .after("the value is there for the next transaction: leave ALTER TYPE where it is, and what uses it, ");
    cx.report(
        place,
        format!("the migration fails here: the new value '{value}' of {name} cannot be used before its transaction commits"),
    )
    .label("unsafe use of new value: refused until the value is committed")
    .because(Place { span: step.span, ..place }, "the value is added here, in the same transaction")
    .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
    .help(help);
}

/// Where a statement uses the value as one of the enum.
fn used(script: &Script, step: &Step, added: &AddedValue, cx: &Context<'_>) -> Option<Span> {
    let workspace = cx.workspace;
    let text = workspace.text(Place { source: script.source, span: step.span });
    let statement = workspace.statement(script, step);
    // A body is not run when it is defined.
    if matches!(statement.action, Action::CreateFunction(_) | Action::Comment(_) | Action::AlterType(_)) {
        return None;
    }
    let literal = format!("'{}'", added.value.replace('\'', "''"));
    let table = match &statement.action {
        Action::Insert(insert) => Some((insert.table.text(), Some(&**insert))),
        Action::Update(update) => Some((update.table.text(), None)),
        Action::Delete(delete) => Some((delete.table.text(), None)),
        Action::AlterTable(alter) => Some((alter.table.text(), None)),
        Action::CreateIndex(create) => Some((create.table.text(), None)),
        _ => None,
    };
    let columns = added
        .columns
        .iter()
        .find(|(name, _)| table.is_some_and(|(table, _)| table == name))
        .map(|(_, columns)| columns.as_slice());
    let columns = columns.unwrap_or_default();
    text.match_indices(&literal).find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + literal.len()..]);
        let is_it = is_cast(before, after, &added.name)
            || is_compared(before, columns)
            || is_inserted(
                before,
                table.and_then(|(_, insert)| insert),
                columns,
                workspace.text(Place { source: script.source, span: step.span }),
            );
        let start = step.span.start as usize + at;
        is_it.then(|| Span::new(start, start + literal.len()))
    })
}

/// `'a'::mood`, `CAST('a' AS mood)`, `mood DEFAULT 'a'`.
fn is_cast(before: &str, after: &str, name: &str) -> bool {
    let words = |text: &str| text.trim_start().trim_start_matches('"').to_ascii_lowercase();
    let is_name = |text: &str| {
        let text = words(
            text.rsplit_once('.').map_or(text, |(schema, rest)| if schema.contains([' ', ';', '(']) { text } else { rest }),
        );
        text.strip_prefix(&*name.to_ascii_lowercase())
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
    };
    if let Some(cast) =
        after.trim_start().strip_prefix("::").or_else(|| words(after).starts_with("as ").then(|| &after.trim_start()[3..]))
    {
        return is_name(cast);
    }
    let mut last = before.rsplit(|next: char| next.is_whitespace() || next == '"').filter(|word| !word.is_empty());
    last.next().is_some_and(|word| word.eq_ignore_ascii_case("default"))
        && last.any(|word| word.rsplit('.').next().is_some_and(|word| word.eq_ignore_ascii_case(name)))
}

/// `mood = 'a'`, `mood IN ('b', 'a')`, `SET mood = 'a'`, `ALTER mood SET DEFAULT 'a'`.
fn is_compared(before: &str, columns: &[Arc<str>]) -> bool {
    let head = before.trim_end_matches(|next: char| {
        !next.is_ascii_lowercase() && !next.is_ascii_uppercase() && next != '_' && next != '"' && next != ';'
    });
    let head = if before.trim_end().ends_with(['=', '>']) { head } else { before_list(before).unwrap_or("") };
    let name = head.trim_end().rsplit(|next: char| !next.is_alphanumeric() && next != '_').next().unwrap_or_default();
    columns.iter().any(|column| column.eq_ignore_ascii_case(name))
}

/// What stands before `IN (..` or `SET DEFAULT`.
fn before_list(before: &str) -> Option<&str> {
    let lower = before.to_ascii_lowercase();
    let cut = |word: &str| lower.rfind(word).map(|at| &before[..at]);
    let list = before.rfind('(').filter(|open| !before[*open..].contains(')'));
    if lower.trim_end().ends_with("set default") {
        return cut("set default");
    }
    let head = &before[..list?];
    let lower = head.to_ascii_lowercase();
    let head = lower.trim_end().strip_suffix(" in").map(|kept| &head[..kept.len()])?;
    Some(head.trim_end().strip_suffix(" not").unwrap_or(head))
}

/// In the place of such a column of `VALUES`.
fn is_inserted(before: &str, insert: Option<&Insert>, columns: &[Arc<str>], _text: &str) -> bool {
    let Some(insert) = insert.filter(|insert| !insert.columns.is_empty()) else { return false };
    let Some(open) = open_bracket(before) else { return false };
    let inside = &before[open + 1..];
    let at = commas(inside);
    insert.columns.get(at).is_some_and(|column| columns.iter().any(|name| **name == *column.text))
}

/// The last bracket that is still open.
fn open_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, next) in text.char_indices().rev() {
        match next {
            ')' => depth += 1,
            '(' if depth == 0 => return Some(at),
            '(' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// How many commas stand outside brackets and strings.
fn commas(text: &str) -> usize {
    let (mut depth, mut quoted, mut count) = (0_i32, false, 0);
    for next in text.chars() {
        match next {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}
