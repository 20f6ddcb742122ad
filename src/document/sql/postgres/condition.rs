//! Conditions as the parts that must hold at once.

use super::expression::{literal, whole};
use super::scan::is_reserved;
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Condition, Ident, Literal, Term};

/// How deep conditions in brackets are looked into.
const DEEPEST: usize = 16;

/// All that is left, as a condition.
pub fn condition(cursor: &Cursor<'_>) -> Option<Condition> {
    let mut condition = Condition { expr: whole(cursor)?, terms: Vec::new() };
    terms(*cursor, DEEPEST, &mut condition.terms);
    Some(condition)
}

/// Passes the condition in the brackets that open here.
pub fn in_brackets(cursor: &mut Cursor<'_>) -> Option<Condition> {
    condition(&cursor.inside()?)
}

fn terms(whole: Cursor<'_>, depth: usize, found: &mut Vec<Term>) {
    let mut inside = whole;
    if let Some(content) = inside.inside()
        && inside.is_done()
        && depth > 0
    {
        return terms(content, depth - 1, found);
    }
    let mut ands = Vec::new();
    let mut at = whole;
    let (mut between, mut cases) = (0_usize, 0_usize);
    let start = whole.position();
    let mut from = start;
    while !at.is_done() {
        if at.brackets().is_some() {
            continue;
        }
        match &*at.keyword() {
            "or" if cases == 0 => return found.push(Term::Other(whole.rest())),
            "case" => cases += 1,
            "end" => cases = cases.saturating_sub(1),
            "between" => between += 1,
            "and" if cases == 0 && between > 0 => between -= 1,
            "and" if cases == 0 => {
                ands.push((from, at.position()));
                from = at.position() + 1;
            }
            _ => {}
        }
        at.advance();
    }
    if ands.is_empty() {
        return found.push(term(whole).unwrap_or(Term::Other(whole.rest())));
    }
    ands.push((from, at.position()));
    for (from, to) in ands {
        let part = whole.between(from, to);
        if part.is_done() {
            continue;
        }
        if depth == 0 {
            found.push(Term::Other(part.rest()));
        } else {
            terms(part, depth - 1, found);
        }
    }
}

fn term(whole: Cursor<'_>) -> Option<Term> {
    let mut cursor = whole;
    if let Some(value) = literal(&mut cursor) {
        let sign = comparison(&mut cursor)?;
        let column = column(&mut cursor)?;
        cast(&mut cursor);
        cursor.end()?;
        return Some(Term::Compare(column, turned(sign), value));
    }
    let column = column(&mut cursor)?;
    cast(&mut cursor);
    if cursor.words(&["is", "not", "null"]).is_some() || cursor.word("notnull").is_some() {
        cursor.end()?;
        return Some(Term::NotNull(column));
    }
    if cursor.word("in").is_some() {
        let values = cursor.list(value)?;
        cursor.end()?;
        return Some(Term::In(column, values));
    }
    let sign = comparison(&mut cursor)?;
    if sign == "=" && cursor.word("any").is_some() {
        let values = any(&mut cursor)?;
        cursor.end()?;
        return Some(Term::In(column, values));
    }
    let value = value(&mut cursor)?;
    cursor.end()?;
    Some(Term::Compare(column, sign, value))
}

/// `(ARRAY['a', 'b'])`, with casts as `pg_dump` writes them.
fn any(cursor: &mut Cursor<'_>) -> Option<Vec<Literal>> {
    let mut inside = cursor.inside()?;
    while inside.is_symbol(b'(') {
        let mut content = inside.inside()?;
        if content.is_word("array") || content.is_symbol(b'(') {
            std::mem::swap(&mut inside, &mut content);
        }
    }
    inside.word("array")?;
    inside.symbol(b'[')?;
    let values = inside.separated(value)?;
    inside.symbol(b']')?;
    cast(&mut inside);
    inside.end()?;
    Some(values)
}

/// A literal, maybe in brackets and with casts.
fn value(cursor: &mut Cursor<'_>) -> Option<Literal> {
    let mut inside = *cursor;
    let value = if cursor.is_symbol(b'(') {
        let mut content = inside.inside()?;
        let value = literal(&mut content)?;
        cast(&mut content);
        content.end()?;
        value
    } else {
        literal(&mut inside)?
    };
    cast(&mut inside);
    *cursor = inside;
    Some(value)
}

/// A column, maybe in brackets and with its table before it.
fn column(cursor: &mut Cursor<'_>) -> Option<Ident> {
    if cursor.is_symbol(b'(') {
        let mut at = *cursor;
        let mut inside = at.inside()?;
        if inside.is_symbol(b'(') {
            return None;
        }
        let column = column(&mut inside)?;
        inside.end()?;
        *cursor = at;
        return Some(column);
    }
    if is_reserved(&cursor.keyword()) {
        return None;
    }
    let mut last = cursor.ident()?;
    while cursor.symbol(b'.').is_some() {
        last = cursor.ident()?;
    }
    Some(last)
}

/// Passes casts. They matter little to whether a value is NULL or lies within bounds of its own type.
fn cast(cursor: &mut Cursor<'_>) {
    while cursor.is_symbol(b':') && cursor.nth_is_symbol(1, b':') {
        cursor.advance();
        cursor.advance();
        if super::data_type::data_type(cursor).is_none() {
            return;
        }
    }
}

fn comparison(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    let symbol = |ahead: usize| match cursor.nth(ahead).map(|token| token.kind) {
        Some(TokenKind::Symbol(symbol)) => symbol,
        _ => 0,
    };
    let (sign, length) = match (symbol(0), symbol(1)) {
        (b'<', b'=') => ("<=", 2),
        (b'>', b'=') => (">=", 2),
        (b'<', b'>') | (b'!', b'=') => ("<>", 2),
        (b'=', _) => ("=", 1),
        (b'<', _) => ("<", 1),
        (b'>', _) => (">", 1),
        _ => return None,
    };
    for _ in 0..length {
        cursor.advance();
    }
    Some(sign)
}

/// The sign from the other side.
fn turned(sign: &'static str) -> &'static str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        sign => sign,
    }
}
