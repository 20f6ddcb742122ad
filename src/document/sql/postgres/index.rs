//! CREATE INDEX and CREATE STATISTICS.

use super::constraint::nulls_distinct;
use super::settings::{columns, if_not_exists, settings, tablespace, with};
use super::{condition, expression, scan};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Action, CreateIndex, CreateStatistics, Expr, Ident, IndexElement, Shape};
use crate::source::Span;

/// What follows `CREATE [UNIQUE] INDEX`.
pub fn create(cursor: &mut Cursor<'_>, keywords: Span, unique: bool) -> Option<Action> {
    let concurrently = cursor.word("concurrently").is_some();
    let if_not_exists = if_not_exists(cursor);
    let name = if cursor.is_word("on") { None } else { Some(cursor.name()?) };
    cursor.word("on")?;
    let only = cursor.word("only").is_some();
    let rest = cursor.rest();
    let table = cursor.name()?;
    let method = if cursor.word("using").is_some() { Some(cursor.ident()?) } else { None };
    let elements = cursor.list(element)?;
    let include = if cursor.word("include").is_some() { included(cursor)? } else { Vec::new() };
    let nulls_not_distinct = nulls_distinct(cursor);
    let settings = with(cursor)?;
    let mut space = None;
    tablespace(cursor, &mut space)?;
    let predicate = match cursor.word("where") {
        Some(_) => {
            let predicate = condition::condition(cursor)?;
            cursor.go_to(cursor.position() + cursor.left().len());
            Some(predicate)
        }
        None => None,
    };
    let index = CreateIndex {
        keywords,
        unique,
        concurrently,
        if_not_exists,
        name,
        only,
        table,
        rest,
        method,
        elements,
        include,
        nulls_not_distinct,
        settings,
        tablespace: space,
        predicate,
    };
    Some(Action::CreateIndex(Box::new(index)))
}

/// The columns of INCLUDE; the server takes nothing else there.
fn included(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    let elements = cursor.list(element)?.into_iter();
    Some(
        elements.filter_map(|element| if let Shape::Column(column) = element.expr.shape { Some(column) } else { None }).collect(),
    )
}

/// Passes one element of an index, an exclusion or a partition key.
pub fn element(cursor: &mut Cursor<'_>) -> Option<IndexElement> {
    let start = cursor.here();
    let expr = key(cursor)?;
    let mut element = IndexElement {
        span: start,
        expr,
        collation: None,
        class: None,
        settings: Vec::new(),
        descending: false,
        nulls_first: None,
        operator: None,
    };
    if cursor.word("collate").is_some() {
        element.collation = Some(cursor.name()?);
    }
    if is_class(cursor) {
        element.class = Some(cursor.name()?);
        if cursor.is_symbol(b'(') {
            element.settings = settings(cursor)?;
        }
    }
    element.descending = cursor.word("desc").is_some();
    if !element.descending {
        cursor.word("asc");
    }
    if cursor.word("nulls").is_some() {
        element.nulls_first = Some(cursor.is_word("first"));
        cursor.any_word(&["first", "last"])?;
    }
    if cursor.word("with").is_some() {
        element.operator = Some(operator(cursor)?);
    }
    element.span = cursor.span_since(start);
    Some(element)
}

fn is_class(cursor: &Cursor<'_>) -> bool {
    let is_name = cursor.token().is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let is_nulls = cursor.is_word("nulls") && (cursor.nth_is(1, "first") || cursor.nth_is(1, "last"));
    is_name && !is_nulls && !scan::is_reserved(&cursor.keyword())
}

/// A column, a call, or an expression in brackets.
fn key(cursor: &mut Cursor<'_>) -> Option<Expr> {
    let start = cursor.position();
    if cursor.brackets().is_none() {
        cursor.name()?;
        if cursor.is_symbol(b'(') {
            cursor.brackets()?;
        }
        // PostgreSQL refuses casts and the like without brackets; so do we.
    }
    expression::whole(&cursor.between(start, cursor.position()))
}

fn operator(cursor: &mut Cursor<'_>) -> Option<Span> {
    let start = cursor.here();
    if cursor.word("operator").is_some() {
        cursor.brackets()?;
    } else {
        while cursor.ident().is_some() {
            cursor.symbol(b'.')?;
        }
        while matches!(cursor.token().map(|token| token.kind), Some(TokenKind::Symbol(symbol)) if expression::is_operator(symbol))
        {
            cursor.advance();
        }
    }
    Some(cursor.span_since(start))
}

/// What follows `CREATE STATISTICS`.
pub fn statistics(cursor: &mut Cursor<'_>) -> Option<Action> {
    let if_not_exists = if_not_exists(cursor);
    let is_unnamed = cursor.is_symbol(b'(') || cursor.is_word("on");
    let name = if is_unnamed { None } else { Some(cursor.name()?) };
    if cursor.is_symbol(b'(') {
        columns(cursor)?;
    }
    cursor.word("on")?;
    let elements = cursor.separated(key)?;
    cursor.word("from")?;
    let table = cursor.name()?;
    Some(Action::CreateStatistics(Box::new(CreateStatistics { name, if_not_exists, elements, table })))
}
