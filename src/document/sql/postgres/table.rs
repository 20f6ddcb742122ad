//! CREATE TABLE.

use super::settings::{if_not_exists, names, options, tablespace, with};
use super::{constraint, expression, index, query};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Bound, CreateTable, Edge, Like, Name, PartitionBy, PartitionOf, Query, Rows};
use crate::source::Span;

/// A table of which nothing is known but its name.
pub fn bare(keywords: Span, name: Name) -> Box<CreateTable> {
    Box::new(CreateTable {
        keywords,
        name,
        temporary: false,
        unlogged: false,
        if_not_exists: false,
        server: None,
        columns: Vec::new(),
        constraints: Vec::new(),
        likes: Vec::new(),
        inherits: Vec::new(),
        of_type: None,
        partition_by: None,
        partition_of: None,
        method: None,
        settings: Vec::new(),
        tablespace: None,
        query: None,
        no_data: false,
    })
}

/// Passes the words that say for how long a table or view or sequence is there.
pub fn temporary(cursor: &mut Cursor<'_>) -> bool {
    cursor.any_word(&["global", "local"]);
    cursor.any_word(&["temporary", "temp"]).is_some()
}

/// What follows `CREATE [FOREIGN] TABLE`.
pub fn create(cursor: &mut Cursor<'_>, keywords: Span) -> Option<Box<CreateTable>> {
    let if_not_exists = if_not_exists(cursor);
    let mut table = bare(keywords, cursor.name()?);
    table.if_not_exists = if_not_exists;
    if cursor.word("of").is_some() {
        table.of_type = Some(cursor.name()?);
    }
    let mut parent = None;
    if cursor.words(&["partition", "of"]).is_some() {
        parent = Some(cursor.name()?);
    }
    if cursor.is_symbol(b'(') {
        elements(cursor, &mut table)?;
    }
    if let Some(parent) = parent {
        table.partition_of = Some(PartitionOf { parent, bound: bound(cursor)? });
    }
    tail(cursor, &mut table)?;
    if cursor.word("as").is_some() {
        query(cursor, &mut table)?;
    }
    cursor.end()?;
    Some(table)
}

fn elements(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Option<()> {
    let mut inside = cursor.inside()?;
    // Most lines are a column; a token or two of them are no more than this.
    table.columns.reserve(inside.left().len() / 8);
    while !inside.is_done() {
        if constraint::begins(&inside) {
            table.constraints.push(constraint::table_constraint(&mut inside)?);
        } else if inside.is_word("like") {
            table.likes.push(like(&mut inside)?);
        } else {
            table.columns.push(constraint::column(&mut inside)?);
        }
        if inside.symbol(b',').is_none() {
            inside.end()?;
        } else if inside.is_done() {
            return None;
        }
    }
    Some(())
}

fn like(cursor: &mut Cursor<'_>) -> Option<Like> {
    let start = cursor.word("like")?;
    let table = cursor.name()?;
    let mut parts = Vec::new();
    while let Some(word) = cursor.any_word(&["including", "excluding"]) {
        parts.push((cursor.written(word).eq_ignore_ascii_case("including"), cursor.ident()?));
    }
    Some(Like { span: cursor.span_since(start), table, parts })
}

/// What may follow the columns.
fn tail(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Option<()> {
    loop {
        match &*cursor.keyword() {
            "inherits" => {
                cursor.advance();
                let mut inside = cursor.inside()?;
                table.inherits = if inside.is_done() { Vec::new() } else { names(&mut inside)? };
                inside.end()?;
            }
            "partition" => {
                let start = cursor.words(&["partition", "by"])?;
                let strategy = cursor.ident()?;
                let keys = cursor.list(index::element)?;
                table.partition_by = Some(PartitionBy { span: cursor.span_since(start), strategy, keys });
            }
            "using" => {
                cursor.advance();
                table.method = Some(cursor.ident()?);
            }
            "with" if cursor.nth_is_symbol(1, b'(') => table.settings = with(cursor)?,
            "with" => drop(cursor.words(&["with", "oids"])?),
            "without" => drop(cursor.words(&["without", "oids"])?),
            "on" => {
                cursor.words(&["on", "commit"])?;
                cursor
                    .words(&["preserve", "rows"])
                    .or_else(|| cursor.words(&["delete", "rows"]))
                    .or_else(|| cursor.word("drop"))?;
            }
            "tablespace" => tablespace(cursor, &mut table.tablespace)?,
            "server" => {
                cursor.advance();
                table.server = Some(cursor.ident()?);
            }
            "options" => table.settings = options(cursor)?,
            _ => return Some(()),
        }
    }
}

/// What follows AS.
fn query(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Option<()> {
    let (query, no_data) = with_data(cursor)?;
    table.query = Some(query);
    table.no_data = no_data;
    // EXECUTE of something prepared makes columns that nobody knows; a list of names has been read as columns before.
    Some(())
}

/// Passes a query with `WITH [NO] DATA` behind it.
pub fn with_data(cursor: &mut Cursor<'_>) -> Option<(Box<Query>, bool)> {
    let left = cursor.left();
    let no_data = ends_with(cursor, &["with", "no", "data"]);
    let tail = match (no_data, ends_with(cursor, &["with", "data"])) {
        (true, _) => 3,
        (_, true) => 2,
        _ => 0,
    };
    let end = cursor.position() + left.len() - tail;
    let query = query::defining(&cursor.between(cursor.position(), end))?;
    cursor.go_to(end + tail);
    Some((Box::new(query), no_data))
}

pub fn ends_with(cursor: &Cursor<'_>, words: &[&str]) -> bool {
    let mut at = *cursor;
    let Some(skip) = cursor.left().len().checked_sub(words.len()) else { return false };
    at.go_to(cursor.position() + skip);
    at.words(words).is_some()
}

/// Passes `FOR VALUES ..` or DEFAULT.
pub fn bound(cursor: &mut Cursor<'_>) -> Option<Bound> {
    let start = cursor.here();
    let rows = if cursor.word("default").is_some() {
        Rows::Default
    } else {
        cursor.words(&["for", "values"])?;
        rows(cursor)?
    };
    Some(Bound { span: cursor.span_since(start), rows })
}

fn rows(cursor: &mut Cursor<'_>) -> Option<Rows> {
    if cursor.word("in").is_some() {
        return Some(Rows::List(cursor.list(value)?));
    }
    if cursor.word("from").is_some() {
        let from = cursor.list(edge)?;
        cursor.word("to")?;
        return Some(Rows::Range { from, to: cursor.list(edge)? });
    }
    cursor.word("with")?;
    let mut inside = cursor.inside()?;
    inside.word("modulus")?;
    let modulus = number(&mut inside)?;
    inside.symbol(b',')?;
    inside.word("remainder")?;
    let remainder = number(&mut inside)?;
    inside.end()?;
    Some(Rows::Hash { modulus, remainder })
}

fn number(cursor: &mut Cursor<'_>) -> Option<u32> {
    let token = cursor.token()?;
    cursor.advance();
    cursor.written(token.span).parse().ok()
}

fn edge(cursor: &mut Cursor<'_>) -> Option<Edge> {
    if cursor.word("minvalue").is_some() {
        return Some(Edge::Lowest);
    }
    if cursor.word("maxvalue").is_some() {
        return Some(Edge::Highest);
    }
    value(cursor).map(Edge::At)
}

/// Passes all up to the next comma, as an expression.
fn value(cursor: &mut Cursor<'_>) -> Option<crate::document::sql::statement::Expr> {
    let start = cursor.position();
    while cursor.token().is_some_and(|token| token.kind != TokenKind::Symbol(b',')) {
        if cursor.brackets().is_none() {
            cursor.advance();
        }
    }
    expression::whole(&cursor.between(start, cursor.position()))
}
