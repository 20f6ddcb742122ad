//! The rows of VALUES: how many there are, and what they hold where there are few.

use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::{Token, TokenKind};
use crate::document::sql::statement::{Cell, Values};

/// Of more values nobody asks what they are.
const MOST_CELLS: usize = 512;

/// The same for longer texts, so that nobody keeps them twice.
const LONGEST: usize = 4096;

/// Passes `(..), (..)`: how many there are, and what is in them.
pub fn rows(cursor: &mut Cursor<'_>) -> Option<(u32, Option<Values>)> {
    let start = cursor.here();
    let (mut cells, mut width, mut is_even) = (Vec::new(), 0, true);
    let mut count = 0_u32;
    loop {
        let before = cells.len();
        row(cursor, &mut cells)?;
        if count == 0 {
            width = cells.len();
        }
        is_even &= cells.len() < MOST_CELLS && cells.len() - before == width;
        count = count.saturating_add(1);
        if cursor.symbol(b',').is_none() {
            break;
        }
    }
    let span = cursor.span_since(start);
    // What a template fills in is not known.
    let is_told = is_even && span.range().len() <= LONGEST && cursor.lexed(span) == cursor.written(span);
    Some((count, is_told.then(|| Values { span, text: cursor.written(span).into(), width, cells })))
}

/// Passes one row.
fn row(cursor: &mut Cursor<'_>, cells: &mut Vec<Cell>) -> Option<()> {
    cursor.symbol(b'(')?;
    let (mut from, mut depth) = (cursor.position(), 0_usize);
    loop {
        let ends = match cursor.token()?.kind {
            TokenKind::Symbol(b',') => depth == 0,
            TokenKind::Symbol(b')') if depth == 0 => true,
            TokenKind::Symbol(b'(' | b'[') => {
                depth += 1;
                false
            }
            TokenKind::Symbol(b')' | b']') => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => false,
        };
        if ends && cells.len() < MOST_CELLS {
            cells.push(cell(&cursor.between(from, cursor.position())));
        }
        let is_last = ends && cursor.is_symbol(b')');
        cursor.advance();
        if is_last {
            return Some(());
        }
        if ends {
            from = cursor.position();
        }
    }
}

/// What one value is; casts matter little to it.
fn cell(value: &Cursor<'_>) -> Cell {
    let all = value.left();
    let is_colon = |token: &Token| token.kind == TokenKind::Symbol(b':');
    let end = all.windows(2).position(|pair| pair.iter().all(is_colon)).unwrap_or(all.len());
    let (tokens, cast) = all.split_at(end);
    let is_part_of_type =
        |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Number | TokenKind::Symbol(b':' | b'(' | b')' | b','));
    if !cast.iter().all(is_part_of_type) {
        return Cell::Other;
    }
    let kind = |at: usize| tokens.get(at).map(|token| token.kind);
    match (kind(0), kind(1), tokens.len()) {
        (Some(TokenKind::Word), _, 1) => match &*value.keyword() {
            "null" => Cell::Null,
            "default" => Cell::Default,
            "true" | "false" => Cell::Literal(tokens[0].span),
            _ => Cell::Other,
        },
        (Some(TokenKind::Text), _, 1) | (Some(TokenKind::Word), Some(TokenKind::Text), 2) => {
            let text = tokens[tokens.len() - 1].span;
            if value.written(text).starts_with('\'') { Cell::Literal(text) } else { Cell::Other }
        }
        (Some(TokenKind::Number), _, 1) => Cell::Literal(tokens[0].span),
        (Some(TokenKind::Symbol(b'-')), Some(TokenKind::Number), 2) => Cell::Literal(tokens[0].span.to(tokens[1].span)),
        _ => Cell::Other,
    }
}
