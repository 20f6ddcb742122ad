//! Settings in brackets and other small things that many statements share.

use std::sync::Arc;

use super::expression;
use crate::document::sql::cursor::{Cursor, MOST_PARTS};
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{Ident, Name, SequenceOptions, Setting, Target};
use crate::source::Span;

pub fn if_not_exists(cursor: &mut Cursor<'_>) -> bool {
    cursor.words(&["if", "not", "exists"]).is_some()
}

pub fn if_exists(cursor: &mut Cursor<'_>) -> bool {
    cursor.words(&["if", "exists"]).is_some()
}

/// Passes CASCADE or RESTRICT.
pub fn cascade(cursor: &mut Cursor<'_>) -> Option<Span> {
    let cascade = cursor.word("cascade");
    if cascade.is_none() {
        cursor.word("restrict");
    }
    cascade
}

pub fn names(cursor: &mut Cursor<'_>) -> Option<Vec<Name>> {
    cursor.separated(Cursor::name)
}

pub fn idents(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    cursor.separated(Cursor::ident)
}

/// Columns in brackets.
pub fn columns(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    cursor.list(Cursor::ident)
}

/// Tables, each maybe with ONLY before it or a star behind it.
pub fn target(cursor: &mut Cursor<'_>) -> Option<Target> {
    let only = cursor.word("only").is_some();
    if only && cursor.is_symbol(b'(') {
        let mut inside = cursor.inside()?;
        let name = inside.name()?;
        inside.end()?;
        return Some(Target { name, only });
    }
    let name = cursor.name()?;
    cursor.symbol(b'*');
    Some(Target { name, only })
}

/// Settings in brackets, each with a value or alone: `(fillfactor = 70, toast.x)`, `(a 'b', ADD c 'd')`.
pub fn settings(cursor: &mut Cursor<'_>) -> Option<Vec<Setting>> {
    if cursor.is_symbol(b'(') && cursor.nth_is_symbol(1, b')') {
        cursor.brackets();
        return Some(Vec::new());
    }
    cursor.list(setting)
}

fn setting(cursor: &mut Cursor<'_>) -> Option<Setting> {
    let start = cursor.here();
    let is_verb = ["add", "set", "drop"].iter().any(|verb| cursor.is_word(verb));
    if is_verb && cursor.nth(1).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted)) {
        cursor.advance();
    }
    let mut name = cursor.ident()?.text;
    if cursor.symbol(b'.').is_some() {
        name = format!("{name}.{}", cursor.name()?.text()).into();
    }
    cursor.symbol(b'=');
    let value = setting_value(cursor);
    Some(Setting { span: cursor.span_since(start), name, value })
}

/// All up to the next comma.
pub fn setting_value(cursor: &mut Cursor<'_>) -> Option<Arc<str>> {
    let start = cursor.here();
    let from = cursor.position();
    while cursor.token().is_some() && !cursor.is_symbol(b',') && !cursor.is_symbol(b')') {
        if cursor.brackets().is_none() {
            cursor.advance();
        }
    }
    let mut value = cursor.between(from, cursor.position());
    if value.is_done() {
        return None;
    }
    let span = cursor.span_since(start);
    match expression::text(&mut value) {
        Some(text) if value.is_done() => Some(text.text),
        _ => Some(cursor.written(span).to_ascii_lowercase().into()),
    }
}

/// `WITH (..)`, where it is there.
pub fn with(cursor: &mut Cursor<'_>) -> Option<Vec<Setting>> {
    if cursor.is_word("with") && cursor.nth_is_symbol(1, b'(') {
        cursor.advance();
        return settings(cursor);
    }
    Some(Vec::new())
}

/// `OPTIONS (..)`, where it is there.
pub fn options(cursor: &mut Cursor<'_>) -> Option<Vec<Setting>> {
    if cursor.is_word("options") && cursor.nth_is_symbol(1, b'(') {
        cursor.advance();
        return settings(cursor);
    }
    Some(Vec::new())
}

/// `TABLESPACE`, where it is there.
pub fn tablespace(cursor: &mut Cursor<'_>, found: &mut Option<Ident>) -> Option<()> {
    if cursor.word("tablespace").is_some() {
        *found = Some(cursor.ident()?);
    }
    Some(())
}

/// The numbers and owner of a sequence, as far as they go.
pub fn sequence(cursor: &mut Cursor<'_>) -> Option<SequenceOptions> {
    let mut options = SequenceOptions::default();
    loop {
        cursor.word("set");
        match &*cursor.keyword() {
            "as" => {
                cursor.advance();
                options.data_type = Some(super::data_type::data_type(cursor)?);
            }
            "owned" => {
                cursor.words(&["owned", "by"])?;
                let is_none = cursor.is_word("none") && !cursor.nth_is_symbol(1, b'.');
                options.owned_by = Some(if is_none { None } else { Some(column_of_table(cursor)?) });
                if is_none {
                    cursor.advance();
                }
            }
            "restart" => {
                cursor.advance();
                cursor.word("with");
                number(cursor);
                options.restart = true;
            }
            "sequence" => {
                cursor.words(&["sequence", "name"])?;
                options.name = Some(cursor.name()?);
            }
            "no" => {
                cursor.advance();
                cursor.any_word(&["minvalue", "maxvalue", "cycle"])?;
                options.numbers = true;
            }
            "cycle" => {
                cursor.advance();
                options.numbers = true;
            }
            "start" | "increment" | "minvalue" | "maxvalue" | "cache" => {
                cursor.advance();
                cursor.any_word(&["with", "by"]);
                number(cursor)?;
                options.numbers = true;
            }
            _ => return Some(options),
        }
    }
}

fn number(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut at = *cursor;
    if at.symbol(b'-').is_none() {
        at.symbol(b'+');
    }
    let is_number = at.token()?.kind == TokenKind::Number || is_hole(&at);
    is_number.then(|| {
        at.advance();
        *cursor = at;
    })
}

/// Whether what comes next is filled in by a template.
pub fn is_hole(cursor: &Cursor<'_>) -> bool {
    let word = cursor.token().filter(|token| token.kind == TokenKind::Word);
    word.is_some_and(|token| cursor.written(token.span).starts_with(['{', '$', '<']))
}

/// `schema.table.column`
pub fn column_of_table(cursor: &mut Cursor<'_>) -> Option<(Name, Ident)> {
    let mut table = Name::from(cursor.ident()?);
    cursor.symbol(b'.')?;
    let mut column = cursor.ident()?;
    for _ in 0..MOST_PARTS {
        if cursor.symbol(b'.').is_none() {
            return Some((table, column));
        }
        table = table.of(column);
        column = cursor.ident()?;
    }
    None
}
