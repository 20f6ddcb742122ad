//! Expressions: where one ends, and what it is at the top.

use super::data_type::data_type;
use super::quotes::without_blanks;
use super::scan::{self, Start};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Call, DataType, Expr, Literal, Name, Shape};
use crate::source::Span;

/// How many brackets around an expression are taken off.
const MOST_BRACKETS: usize = 16;

/// Passes the expression in the brackets that open here.
pub fn in_brackets(cursor: &mut Cursor<'_>) -> Option<Expr> {
    whole(&cursor.inside()?)
}

/// All that is left, as one expression.
pub fn whole(cursor: &Cursor<'_>) -> Option<Expr> {
    if cursor.is_done() {
        return None;
    }
    if let Some(expr) = simple(cursor) {
        return Some(expr);
    }
    let mut inside = *cursor;
    let mut span = inside.rest();
    for _ in 0..MOST_BRACKETS {
        let mut next = inside;
        match next.inside() {
            Some(content) if next.is_done() && !content.is_done() => {
                inside = content;
                span = inside.rest();
            }
            _ => break,
        }
    }
    let facts = scan::scan(inside, Start::Expression)?;
    let mut expr = Expr { span, shape: Shape::Other, calls: facts.calls, columns: facts.columns, has_query: facts.has_query };
    expr.shape = match shape(inside, MOST_BRACKETS) {
        Some(Shape::Other) | None if expr.calls.is_empty() && expr.columns.is_empty() && !expr.has_query => Shape::Constant,
        Some(shape) => shape,
        None => Shape::Other,
    };
    Some(expr)
}

/// What most expressions are: one word, one value, or a call without arguments.
fn simple(cursor: &Cursor<'_>) -> Option<Expr> {
    let mut at = *cursor;
    let tokens = cursor.left();
    let span = cursor.rest();
    let expr = Expr { span, ..Expr::default() };
    let is_call = tokens.len() == 3 && cursor.nth_is_symbol(1, b'(') && cursor.nth_is_symbol(2, b')');
    if tokens.len() != 1 && !is_call {
        return None;
    }
    let word = cursor.keyword();
    match tokens[0].kind {
        TokenKind::Word if !is_call && &*word == "null" => Some(Expr { shape: Shape::Null, ..expr }),
        TokenKind::Word if is_call && scan::is_reserved(&word) => None,
        TokenKind::Word if is_call || scan::is_value_function(&word) => {
            let name = Name::from(at.ident()?);
            let calls = vec![Call { name, literal: None }];
            Some(Expr { shape: Shape::Call, calls, ..expr })
        }
        _ if is_call => None,
        TokenKind::Word if scan::is_reserved(&word) => {
            let literal = literal(&mut at)?;
            Some(Expr { shape: Shape::Literal(literal), ..expr })
        }
        TokenKind::Word | TokenKind::Quoted => {
            let column = at.ident()?;
            Some(Expr { shape: Shape::Column(column.clone()), columns: vec![column], ..expr })
        }
        TokenKind::Text | TokenKind::Number => Some(Expr { shape: Shape::Literal(literal(&mut at)?), ..expr }),
        _ => None,
    }
}

/// Passes an expression as it may stand between other words: the one of `DEFAULT` in the definition of a column.
pub fn before_words(cursor: &mut Cursor<'_>) -> Option<Expr> {
    let start = cursor.position();
    operand(cursor)?;
    while let Some(token) = cursor.token() {
        match token.kind {
            TokenKind::Symbol(b':') if cursor.nth_is_symbol(1, b':') => {
                cursor.advance();
                cursor.advance();
                data_type(cursor)?;
            }
            TokenKind::Symbol(b'.') => {
                cursor.advance();
                cursor.symbol(b'*').map(drop).or_else(|| cursor.ident().map(drop))?;
            }
            TokenKind::Symbol(b'[') => square(cursor)?,
            TokenKind::Symbol(symbol) if is_operator(symbol) => {
                cursor.advance();
                operand(cursor)?;
            }
            TokenKind::Word if infix(cursor) => operand(cursor)?,
            _ => break,
        }
    }
    whole(&cursor.between(start, cursor.position()))
}

pub fn is_operator(symbol: u8) -> bool {
    matches!(
        symbol,
        b'+' | b'-' | b'*' | b'/' | b'<' | b'>' | b'=' | b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'?'
    )
}

/// Passes a word between two operands.
fn infix(cursor: &mut Cursor<'_>) -> bool {
    if cursor.words(&["at", "time", "zone"]).is_some() || cursor.any_word(&["and", "or"]).is_some() {
        return true;
    }
    if cursor.is_word("operator") && cursor.nth_is_symbol(1, b'(') {
        cursor.advance();
        return cursor.brackets().is_some();
    }
    cursor.words(&["is", "not", "distinct", "from"]).or_else(|| cursor.words(&["is", "distinct", "from"])).is_some()
}

/// Passes something that a sign may stand before or after.
fn operand(cursor: &mut Cursor<'_>) -> Option<()> {
    while let TokenKind::Symbol(symbol) = cursor.token()?.kind {
        if !is_operator(symbol) {
            break;
        }
        cursor.advance();
    }
    cursor.word("not");
    match cursor.token()?.kind {
        TokenKind::Symbol(b'(') => cursor.brackets().map(drop),
        TokenKind::Symbol(b'$') => {
            cursor.advance();
            cursor.advance();
            Some(())
        }
        TokenKind::Text | TokenKind::Number => {
            cursor.advance();
            Some(())
        }
        TokenKind::Word | TokenKind::Quoted | TokenKind::Symbol(b':') => named(cursor),
        _ => None,
    }
}

fn named(cursor: &mut Cursor<'_>) -> Option<()> {
    if cursor.is_word("case") {
        return case(cursor);
    }
    if cursor.is_word("array") && cursor.nth_is_symbol(1, b'[') {
        cursor.advance();
        return square(cursor);
    }
    // `timestamp with time zone '..'`
    let mut typed = *cursor;
    if data_type(&mut typed).is_some() && typed.is_text() {
        typed.advance();
        let mut fields = typed;
        if fields.any_word(&["year", "month", "day", "hour", "minute", "second"]).is_some() {
            typed = fields;
        }
        *cursor = typed;
        return Some(());
    }
    cursor.name()?;
    if cursor.is_symbol(b'(') {
        cursor.brackets()?;
    }
    Some(())
}

/// Passes `CASE .. END`.
fn case(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut depth = 0_usize;
    loop {
        cursor.token()?;
        if cursor.is_word("case") {
            depth += 1;
        } else if cursor.is_word("end") {
            depth -= 1;
        }
        cursor.advance();
        if depth == 0 {
            return Some(());
        }
    }
}

/// Passes square brackets.
fn square(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut depth = 0_usize;
    loop {
        match cursor.token()?.kind {
            TokenKind::Symbol(b'[') => depth += 1,
            TokenKind::Symbol(b']') => depth -= 1,
            _ => {}
        }
        cursor.advance();
        if depth == 0 {
            return Some(());
        }
    }
}

/// What an expression is at the top, where that is something simple.
fn shape(whole: Cursor<'_>, brackets: usize) -> Option<Shape> {
    let mut cursor = whole;
    let mut shape = first(&mut cursor, brackets)?;
    loop {
        if cursor.is_done() {
            return Some(shape);
        }
        if cursor.is_symbol(b':') && cursor.nth_is_symbol(1, b':') {
            cursor.advance();
            cursor.advance();
            shape = cast(shape, data_type(&mut cursor)?);
        } else if cursor.words(&["at", "time", "zone"]).is_some() {
            let Shape::Column(column) = shape else { return None };
            let zone = literal(&mut cursor);
            let known = cursor.is_done();
            return Some(Shape::AtTimeZone(Box::new((column, zone.filter(|_| known)))));
        } else {
            return None;
        }
    }
}

fn cast(shape: Shape, to: DataType) -> Shape {
    match shape {
        Shape::Column(column) => Shape::Cast(Box::new((column, vec![to]))),
        Shape::Cast(mut cast) => {
            cast.1.push(to);
            Shape::Cast(cast)
        }
        Shape::AtTimeZone(..) => Shape::Other,
        shape => shape,
    }
}

fn first(cursor: &mut Cursor<'_>, brackets: usize) -> Option<Shape> {
    if cursor.is_symbol(b'(') {
        return shape(cursor.inside()?, brackets.checked_sub(1)?);
    }
    if cursor.is_word("null") {
        cursor.advance();
        return Some(Shape::Null);
    }
    if let Some(literal) = literal(cursor) {
        return Some(Shape::Literal(literal));
    }
    if cursor.is_word("cast") && cursor.nth_is_symbol(1, b'(') {
        cursor.advance();
        let inside = cursor.inside()?;
        return cast_call(inside, brackets.checked_sub(1)?);
    }
    if cursor.is_word("case") || (cursor.is_word("array") && cursor.nth_is_symbol(1, b'[')) {
        return None;
    }
    if scan::is_value_function(&cursor.keyword()) {
        cursor.advance();
        cursor.brackets();
        return Some(Shape::Call);
    }
    if scan::is_reserved(&cursor.keyword()) {
        return None;
    }
    let mut last = cursor.ident()?;
    while cursor.symbol(b'.').is_some() {
        last = cursor.ident()?;
    }
    if cursor.is_symbol(b'(') {
        cursor.brackets()?;
        return Some(Shape::Call);
    }
    Some(Shape::Column(last))
}

fn cast_call(inside: Cursor<'_>, brackets: usize) -> Option<Shape> {
    let mut value = inside;
    let end = loop {
        value.token()?;
        if value.is_word("as") {
            break value.position();
        }
        if value.brackets().is_none() {
            value.advance();
        }
    };
    value.advance();
    let to = data_type(&mut value)?;
    value.end()?;
    Some(cast(shape(inside.between(inside.position(), end), brackets)?, to))
}

/// Passes a string, number or boolean, also with its type before it.
pub fn literal(cursor: &mut Cursor<'_>) -> Option<Literal> {
    let start = cursor.here();
    let mut at = *cursor;
    let negative = at.symbol(b'-').is_some();
    if !negative {
        at.symbol(b'+');
    }
    let token = at.token()?;
    match token.kind {
        TokenKind::Number => {
            at.advance();
            let number = at.written(token.span);
            let text = if negative { format!("-{number}").into() } else { number.into() };
            *cursor = at;
            Some(Literal { span: cursor.span_since(start), text, quoted: false })
        }
        TokenKind::Text if !negative => {
            at.advance();
            *cursor = at;
            Some(string(cursor, token.span))
        }
        TokenKind::Word if negative => None,
        TokenKind::Word if at.is_word("true") || at.is_word("false") => {
            let text = (*at.keyword()).into();
            cursor.advance();
            Some(Literal { span: token.span, text, quoted: false })
        }
        TokenKind::Word | TokenKind::Quoted if !scan::is_reserved(&at.keyword()) => typed_literal(cursor),
        _ => None,
    }
}

/// `date '2024-01-01'`
fn typed_literal(cursor: &mut Cursor<'_>) -> Option<Literal> {
    // Most words are followed by something else.
    if !cursor.left().iter().take(6).any(|token| token.kind == TokenKind::Text) {
        return None;
    }
    let mut at = *cursor;
    data_type(&mut at)?;
    let text = at.token().filter(|token| token.kind == TokenKind::Text)?;
    at.advance();
    *cursor = at;
    Some(string(cursor, text.span))
}

/// A string's value.
pub fn string(cursor: &Cursor<'_>, span: Span) -> Literal {
    let written = without_blanks(cursor.written(span));
    let inside = if let Some(dollar) = written.strip_prefix('$') {
        let tag = dollar.find('$').map_or(0, |end| end + 2);
        written.get(tag..written.len().saturating_sub(tag)).unwrap_or_default()
    } else {
        let open = written.find('\'').map_or(0, |quote| quote + 1);
        let close = written.len() - usize::from(written.len() > open && written.ends_with('\''));
        &written[open..close]
    };
    let text = if inside.contains("''") { inside.replace("''", "'").into() } else { inside.into() };
    Literal { span, text, quoted: true }
}

/// Passes a string, also `:'name'`, which psql fills in.
pub fn text(cursor: &mut Cursor<'_>) -> Option<Literal> {
    if cursor.is_symbol(b':')
        && let (Some(colon), Some(name)) = (cursor.token(), cursor.nth(1))
        && name.kind == TokenKind::Text
        && name.span.start == colon.span.end
    {
        cursor.advance();
        cursor.advance();
        let span = colon.span.to(name.span);
        return Some(Literal { span, text: cursor.written(span).into(), quoted: true });
    }
    let token = cursor.token().filter(|token| token.kind == TokenKind::Text)?;
    cursor.advance();
    Some(string(cursor, token.span))
}
