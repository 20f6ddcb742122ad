//! Statements that read and write rows.

use super::condition::condition;
use super::expression;
use super::query::{add, find, join, query, source, until};
use super::scan::{self, Start};
use super::settings::{columns, settings};
use super::values;
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::{
    Action, Condition, CopyRows, Delete, Explain, Ident, Insert, Merge, Name, Query, Statement, Update,
};

/// What begins with WITH.
pub fn with(cursor: &mut Cursor<'_>) -> Option<Action> {
    let whole = *cursor;
    let head = until(cursor, &["select", "insert", "update", "delete", "merge", "values", "table"]);
    if ["select", "values", "table"].iter().any(|word| cursor.is_word(word)) || cursor.is_done() {
        return query(&whole).map(|query| Action::Query(Box::new(query)));
    }
    let mut with = scan::with(head)?;
    let mut action = write(cursor)?;
    let source = source(&mut action)?;
    source.reads.retain(|name| !with.takes(name));
    add(source, with.done());
    Some(action)
}

/// INSERT, UPDATE, DELETE or MERGE; reads all that is left.
pub fn write(cursor: &mut Cursor<'_>) -> Option<Action> {
    let word = cursor.keyword();
    cursor.advance();
    let action = match &*word {
        "insert" => Action::Insert(Box::new(insert(cursor)?)),
        "update" => Action::Update(Box::new(update(cursor)?)),
        "delete" => Action::Delete(Box::new(delete(cursor)?)),
        "merge" => Action::Merge(Box::new(merge(cursor)?)),
        _ => return None,
    };
    cursor.end()?;
    Some(action)
}

fn insert(cursor: &mut Cursor<'_>) -> Option<Insert> {
    cursor.word("into")?;
    let table = cursor.name()?;
    if cursor.word("as").is_some() {
        cursor.ident()?;
    }
    let is_query = ["select", "with", "values"].iter().any(|word| cursor.nth_is(1, word)) || cursor.nth_is_symbol(1, b'(');
    let columns = if cursor.is_symbol(b'(') && !is_query { cursor.list(target_column)? } else { Vec::new() };
    if cursor.word("overriding").is_some() {
        cursor.any_word(&["system", "user"])?;
        cursor.word("value")?;
    }
    let span = cursor.rest();
    let source = Query { span, ..Query::default() };
    let mut insert = Insert { table, columns, source, rows: None, values: None, default_values: false, on_conflict: None };
    if cursor.words(&["default", "values"]).is_some() {
        (insert.rows, insert.default_values) = (Some(1), true);
    } else if cursor.is_word("values") {
        rows(cursor, &mut insert)?;
    } else if ["select", "with", "table"].iter().any(|word| cursor.is_word(word)) || cursor.is_symbol(b'(') {
        let part = until_conflict(cursor);
        insert.source = query(&part)?;
    } else {
        return None;
    }
    if cursor.words(&["on", "conflict"]).is_some() {
        let part = *cursor;
        cursor.go_to(find(cursor, &["do"])? + 1);
        insert.on_conflict = Some(cursor.ident()?);
        if part.has_word(&["select"]) {
            join(&mut insert.source, &part, Start::Expression)?;
        }
    }
    cursor.go_to(cursor.position() + cursor.left().len());
    Some(insert)
}

/// A column, maybe with a field or a subscript.
fn target_column(cursor: &mut Cursor<'_>) -> Option<Ident> {
    let column = cursor.ident()?;
    while !cursor.is_done() && !cursor.is_symbol(b',') {
        cursor.advance();
    }
    Some(column)
}

/// Passes all up to ON CONFLICT or RETURNING.
fn until_conflict<'a>(cursor: &mut Cursor<'a>) -> Cursor<'a> {
    let from = cursor.position();
    loop {
        until(cursor, &["on", "returning"]);
        if cursor.is_done() || cursor.is_word("returning") || cursor.nth_is(1, "conflict") {
            return cursor.between(from, cursor.position());
        }
        cursor.advance();
    }
}

/// Passes `VALUES (..), (..)`.
fn rows(cursor: &mut Cursor<'_>, insert: &mut Insert) -> Option<()> {
    let from = cursor.position();
    cursor.word("values")?;
    let (count, values) = values::rows(cursor)?;
    (insert.rows, insert.values) = (Some(count), values);
    let mut part = cursor.between(from, cursor.position());
    if !cursor.is_done() && !cursor.is_word("on") && !cursor.is_word("returning") {
        // It goes on as a query: UNION, ORDER BY.
        if !["union", "intersect", "except", "order", "limit", "offset", "fetch"].contains(&&*cursor.keyword()) {
            return None;
        }
        until_conflict(cursor);
        part = cursor.between(from, cursor.position());
        (insert.rows, insert.values) = (None, None);
    }
    if insert.rows.is_none() || part.has_word(&["select"]) {
        insert.source = query(&part)?;
    }
    Some(())
}

fn update(cursor: &mut Cursor<'_>) -> Option<Update> {
    let (table, only) = written_table(cursor, &["set"])?;
    cursor.word("set")?;
    let span = cursor.rest();
    let mut update = Update { table, only, columns: Vec::new(), condition: None, source: Query { span, ..Query::default() } };
    let set = until(cursor, &["from", "where", "returning"]);
    for part in set.parts() {
        let mut part = part;
        if part.is_symbol(b'(') {
            update.columns.extend(part.list(target_column)?);
        } else {
            update.columns.push(part.ident()?);
        }
        while part.token().is_some() && !part.is_symbol(b'=') {
            part.advance();
        }
        part.symbol(b'=')?;
    }
    join(&mut update.source, &set, Start::Expression)?;
    if cursor.word("from").is_some() {
        let tables = until(cursor, &["where", "returning"]);
        join(&mut update.source, &tables, Start::Tables)?;
    }
    filter(cursor, &mut update.source, &mut update.condition)?;
    Some(update)
}

fn delete(cursor: &mut Cursor<'_>) -> Option<Delete> {
    cursor.word("from")?;
    let (table, only) = written_table(cursor, &["using", "where", "returning"])?;
    let span = if cursor.is_done() { table.span } else { cursor.rest() };
    let mut delete = Delete { table, only, condition: None, source: Query { span, ..Query::default() } };
    if cursor.word("using").is_some() {
        let tables = until(cursor, &["where", "returning"]);
        join(&mut delete.source, &tables, Start::Tables)?;
    }
    filter(cursor, &mut delete.source, &mut delete.condition)?;
    Some(delete)
}

/// Passes the table that is written, with its alias, up to one of these words.
fn written_table(cursor: &mut Cursor<'_>, next: &[&str]) -> Option<(Name, bool)> {
    let target = super::settings::target(cursor)?;
    if cursor.words(&["for", "portion", "of"]).is_some() {
        portion(cursor)?;
    }
    let is_named = cursor.word("as").is_some();
    if is_named || !(cursor.is_done() || next.iter().any(|word| cursor.is_word(word))) {
        cursor.ident()?;
    }
    Some((target.name, target.only))
}

/// `FOR PORTION OF column FROM .. TO ..`, since 19.
fn portion(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.ident()?;
    if cursor.is_symbol(b'(') {
        return cursor.brackets().map(drop);
    }
    cursor.word("from")?;
    expression::before_words(cursor)?;
    cursor.word("to")?;
    expression::before_words(cursor).map(drop)
}

/// Passes WHERE and RETURNING.
fn filter(cursor: &mut Cursor<'_>, source: &mut Query, found: &mut Option<Condition>) -> Option<()> {
    if cursor.word("where").is_some() {
        source.filter = Some(cursor.rest());
        let part = until(cursor, &["returning"]);
        source.filter = Some(part.rest());
        let condition = condition(&part)?;
        if condition.expr.has_query {
            join(source, &part, Start::Expression)?;
        }
        *found = Some(condition);
    }
    if cursor.word("returning").is_some() {
        join(source, cursor, Start::Expression)?;
        cursor.go_to(cursor.position() + cursor.left().len());
    }
    cursor.end()
}

fn merge(cursor: &mut Cursor<'_>) -> Option<Merge> {
    cursor.word("into");
    let (table, _) = written_table(cursor, &["using"])?;
    cursor.word("using")?;
    let mut source = Query { span: cursor.rest(), ..Query::default() };
    let tables = until(cursor, &["when"]);
    join(&mut source, &tables, Start::Tables)?;
    join(&mut source, cursor, Start::Expression)?;
    cursor.go_to(cursor.position() + cursor.left().len());
    Some(Merge { table, source })
}

/// What follows COPY.
pub fn copy(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut copy = CopyRows { table: None, columns: Vec::new(), from: false, source: Query::default() };
    if cursor.is_symbol(b'(') {
        copy.source = query(&cursor.inside()?)?;
    } else {
        cursor.word("binary");
        copy.table = Some(cursor.name()?);
        if cursor.is_symbol(b'(') {
            copy.columns = columns(cursor)?;
        }
    }
    copy.from = cursor.word("from").is_some();
    if !copy.from {
        cursor.word("to")?;
    }
    cursor.word("program");
    if expression::text(cursor).is_none() {
        cursor.any_word(&["stdin", "stdout"]).map(drop).or_else(|| cursor.ident().map(drop))?;
    }
    cursor.go_to(cursor.position() + cursor.left().len());
    Some(Action::Copy(Box::new(copy)))
}

/// What follows EXPLAIN.
pub fn explain(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut analyze = false;
    let is_query = ["select", "values", "with"].iter().any(|word| cursor.nth_is(1, word)) || cursor.nth_is_symbol(1, b'(');
    if cursor.is_symbol(b'(') && !is_query {
        let options = settings(cursor)?;
        analyze = options
            .iter()
            .any(|option| matches!(&*option.name, "analyze" | "analyse") && super::session::is_on(option.value.as_deref()));
    } else {
        analyze |= cursor.any_word(&["analyze", "analyse"]).is_some();
        cursor.word("verbose");
    }
    let statement = Box::new(nested(cursor)?);
    Some(Action::Explain(Explain { analyze, statement }))
}

/// All that is left, as a statement inside this one.
pub fn nested(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let left = cursor.left();
    let span = cursor.rest();
    if left.is_empty() {
        return None;
    }
    let action = super::read(cursor.inner(left));
    cursor.go_to(cursor.position() + left.len());
    (!matches!(action, Action::Unread)).then_some(Statement { span, action })
}
