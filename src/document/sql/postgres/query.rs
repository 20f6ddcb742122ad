//! Queries, and parts of statements that are written like one.

use super::data_type::data_type;
use super::scan::{self, Facts, Start, is_reserved, is_value_function};
use super::{condition, expression, table};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Action, Ident, Origin, Query, Scope, SetValue, SetVariable, Term};
use crate::source::Span;

/// All that is left, as a query.
pub fn query(cursor: &Cursor<'_>) -> Option<Query> {
    let facts = scan::scan(*cursor, Start::Query)?;
    (!cursor.is_done()).then(|| {
        let terms = if facts.filter.is_some() { terms(cursor) } else { Vec::new() };
        Query { terms, ..from_facts(facts, cursor.rest()) }
    })
}

/// The same for a query that makes a relation.
pub fn defining(cursor: &Cursor<'_>) -> Option<Query> {
    let mut made = query(cursor)?;
    let answers = answers(cursor);
    made.outputs = answers.as_ref().and_then(|answers| answers.iter().map(output).collect());
    if cursor.is_word("table") {
        (made.star, made.is_single, made.starred) = (true, true, made.reads.clone());
    } else if made.is_single {
        made.origins = answers.iter().flatten().map(|item| origin(item).unwrap_or(Origin::Other)).collect();
    }
    Some(made)
}

fn from_facts(facts: Facts, span: Span) -> Query {
    let Facts {
        reads, calls, columns, star, starred, only, hardly, is_single, locks_rows, locked, filter, limited, writes, ..
    } = facts;
    Query {
        span,
        reads,
        columns,
        star,
        starred,
        only,
        hardly,
        calls,
        outputs: None,
        origins: Vec::new(),
        is_single,
        locks_rows,
        locked,
        filter,
        terms: Vec::new(),
        limited,
        writes,
    }
}

/// What the WHERE of the outermost query says.
fn terms(query: &Cursor<'_>) -> Vec<Term> {
    let mut at = *query;
    let Some(start) = find(&at, &["where"]) else { return Vec::new() };
    at.go_to(start + 1);
    let ends = ["group", "having", "union", "intersect", "except", "order", "limit", "window", "for", "offset", "fetch"];
    condition::terms_of(&until(&mut at, &ends))
}

/// Adds what another part of the statement reads.
pub fn join(query: &mut Query, cursor: &Cursor<'_>, start: Start) -> Option<()> {
    scan::scan(*cursor, start).map(|facts| add(query, facts))
}

/// What a statement that writes reads for that.
pub fn source(action: &mut Action) -> Option<&mut Query> {
    match action {
        Action::Insert(insert) => Some(&mut insert.source),
        Action::Update(update) => Some(&mut update.source),
        Action::Delete(delete) => Some(&mut delete.source),
        Action::Merge(merge) => Some(&mut merge.source),
        _ => None,
    }
}

/// Adds what was found elsewhere in the statement.
pub fn add(query: &mut Query, facts: Facts) {
    query.reads.extend(facts.reads);
    query.calls.extend(facts.calls);
    query.columns.extend(facts.columns);
    query.writes.extend(facts.writes);
    query.star |= facts.star;
    query.only.extend(facts.only);
    query.hardly.extend(facts.hardly);
    query.limited |= facts.stops;
}

/// The place of a word outside brackets; `IS DISTINCT FROM` has no FROM.
pub fn find(cursor: &Cursor<'_>, words: &[&str]) -> Option<usize> {
    let mut at = *cursor;
    let mut distinct = false;
    while !at.is_done() {
        if at.brackets().is_some() {
            continue;
        }
        if !distinct && words.iter().any(|word| at.is_word(word)) {
            return Some(at.position());
        }
        distinct = at.is_word("distinct");
        at.advance();
    }
    None
}

/// Passes all up to any of these words outside brackets.
pub fn until<'a>(cursor: &mut Cursor<'a>, words: &[&str]) -> Cursor<'a> {
    let from = cursor.position();
    let end = find(cursor, words).unwrap_or(from + cursor.left().len());
    cursor.go_to(end);
    cursor.between(from, end)
}

/// What a query answers, column by column.
fn answers<'a>(query: &Cursor<'a>) -> Option<Vec<Cursor<'a>>> {
    let mut at = *query;
    while let Some(inside) = at.inside() {
        at = inside;
    }
    if at.is_word("with") {
        at.go_to(find(&at, &["select", "values", "table"])?);
    }
    at.word("select")?;
    if at.word("distinct").is_some() && at.word("on").is_some() {
        at.brackets()?;
    }
    at.word("all");
    let ends = [
        "from",
        "where",
        "group",
        "having",
        "union",
        "intersect",
        "except",
        "order",
        "limit",
        "window",
        "for",
        "offset",
        "fetch",
        "into",
    ];
    let list = until(&mut at, &ends);
    Some(list.parts())
}

/// `c`, `t.c AS b`, `c::text b`
fn origin(item: &Cursor<'_>) -> Option<Origin> {
    let mut at = *item;
    let name = at.name()?;
    let mut cast = None;
    while at.is_symbol(b':') && at.nth_is_symbol(1, b':') {
        at.advance();
        at.advance();
        cast = Some(data_type(&mut at)?);
    }
    if !at.is_done() {
        at.word("as");
        at.ident()?;
        at.end()?;
    }
    let is_value = name.schema().is_none() && (is_reserved(name.text()) || is_value_function(name.text()));
    match cast {
        Some(to) => Some(Origin::Cast(to)),
        None => (!is_value).then_some(Origin::Column(name)),
    }
}

fn output(item: &Cursor<'_>) -> Option<Ident> {
    let tokens = item.left();
    let last = *tokens.last()?;
    if !matches!(last.kind, TokenKind::Word | TokenKind::Quoted) {
        return call_name(item);
    }
    let before = tokens.len().checked_sub(2).map(|before| tokens[before].kind);
    let folded = item.folded(last);
    match before {
        // `a`, `t.a`, `a b`, `.. AS b`
        None
        | Some(
            TokenKind::Symbol(b'.' | b')' | b']') | TokenKind::Word | TokenKind::Quoted | TokenKind::Text | TokenKind::Number,
        ) => {
            let is_end = last.kind == TokenKind::Word && is_reserved(&folded.text);
            (!is_end).then_some(folded)
        }
        // The name of a type: the column is called by what is cast.
        Some(_) => call_name(item),
    }
}

/// What is called `f(..)` or `c::text` at its beginning.
fn call_name(item: &Cursor<'_>) -> Option<Ident> {
    let mut at = *item;
    let mut last = at.ident()?;
    while at.symbol(b'.').is_some() {
        last = at.ident()?;
    }
    at.brackets();
    (at.is_done() || at.is_symbol(b':')).then_some(last)
}

/// What begins with SELECT, VALUES, TABLE or a bracket.
pub fn select(cursor: &Cursor<'_>) -> Option<Action> {
    if let Some(set) = set_config(cursor) {
        return Some(Action::Set(Box::new(set)));
    }
    if cursor.is_word("select")
        && let Some(into) = find(cursor, &["into", "from"])
        && cursor.left()[into - cursor.position()].span.range().len() == 4
        && starts_into(cursor, into)
    {
        return select_into(cursor, into);
    }
    Some(Action::Query(Box::new(query(cursor)?)))
}

fn starts_into(cursor: &Cursor<'_>, at: usize) -> bool {
    let mut into = *cursor;
    into.go_to(at);
    into.is_word("into")
}

fn select_into(cursor: &Cursor<'_>, at: usize) -> Option<Action> {
    let mut into = *cursor;
    into.go_to(at);
    let start = into.word("into")?;
    let temporary = table::temporary(&mut into);
    let unlogged = into.word("unlogged").is_some();
    into.word("table");
    let mut table = table::bare(start, into.name()?);
    (table.temporary, table.unlogged) = (temporary, unlogged);
    let span = cursor.rest();
    let mut answer = defining(&cursor.between(cursor.position(), at))?;
    join(&mut answer, &into, Start::Query)?;
    answer.span = span;
    table.query = Some(Box::new(answer));
    Some(Action::CreateTable(table))
}

/// `SELECT set_config('name', 'value', is_local)`
fn set_config(cursor: &Cursor<'_>) -> Option<SetVariable> {
    let mut at = *cursor;
    at.word("select")?;
    let function = at.name()?;
    let is_it = function.last() == "set_config" && function.schema().is_none_or(|schema| schema == "pg_catalog");
    let mut inside = if is_it { at.inside()? } else { return None };
    at.end()?;
    let name = expression::text(&mut inside)?.text.to_ascii_lowercase().into();
    inside.symbol(b',')?;
    let value = match expression::text(&mut inside) {
        Some(text) => SetValue::To(text.text.split(',').map(|part| part.trim().trim_matches('"').into()).collect()),
        None => SetValue::Unknown,
    };
    let scope = if inside.has_word(&["true"]) { Scope::Local } else { Scope::Session };
    Some(SetVariable { scope, name, value })
}
