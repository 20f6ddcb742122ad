//! Data types, by the names that the server's catalogue has for them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{DataType, Fields, Modifier};

/// Passes a data type.
pub fn data_type(cursor: &mut Cursor<'_>) -> Option<DataType> {
    let start = cursor.here();
    let set_of = cursor.word("setof").is_some();
    // The server's own name for `char` says nothing of a length.
    let is_bare = cursor.is_word("bpchar") || cursor.nth_is(2, "bpchar");
    let (schema, name) = type_name(cursor)?;
    let mut data_type = DataType {
        span: start,
        schema,
        name,
        modifiers: Vec::new(),
        dimensions: 0,
        fields: None,
        set_of,
        copied: cursor.is_symbol(b'%') && cursor.nth_is(1, "type"),
    };
    if data_type.copied {
        cursor.advance();
        cursor.advance();
    }
    if cursor.is_symbol(b'(') {
        data_type.modifiers = cursor.list(modifier)?;
    }
    finish(cursor, &mut data_type, is_bare)?;
    data_type.span = cursor.span_since(start);
    Some(data_type)
}

/// What may follow the brackets.
fn finish(cursor: &mut Cursor<'_>, data_type: &mut DataType, is_bare: bool) -> Option<()> {
    if data_type.schema.is_none() {
        match &*data_type.name {
            "timestamp" | "time" => {
                if cursor.words(&["with", "time", "zone"]).is_some() {
                    data_type.name = Cow::Borrowed(if data_type.name == "time" { "timetz" } else { "timestamptz" });
                } else {
                    cursor.words(&["without", "time", "zone"]);
                }
            }
            "interval" => interval_fields(cursor, data_type)?,
            "char" | "varchar" | "bpchar" if cursor.words(&["character", "set"]).is_some() => drop(cursor.ident()?),
            // Where no length is said there is one.
            "bit" | "bpchar" if data_type.modifiers.is_empty() && !is_bare => data_type.modifiers.push(Modifier::Number(1)),
            _ => {}
        }
    }
    if cursor.word("array").is_some() {
        data_type.dimensions = 1;
        if cursor.symbol(b'[').is_some() {
            cursor.advance();
            cursor.symbol(b']')?;
        }
    }
    while cursor.symbol(b'[').is_some() {
        if cursor.token().is_some_and(|token| token.kind == TokenKind::Number) {
            cursor.advance();
        }
        cursor.symbol(b']')?;
        data_type.dimensions = data_type.dimensions.saturating_add(1);
    }
    Some(())
}

/// From the finest to the coarsest.
const FIELDS: &[&str] = &["second", "minute", "hour", "day", "month", "year"];

fn interval_fields(cursor: &mut Cursor<'_>, data_type: &mut DataType) -> Option<()> {
    let start = cursor.here();
    let Some(mut finest) = field(cursor) else { return Some(()) };
    if cursor.word("to").is_some() {
        finest = field(cursor)?;
    }
    if cursor.is_symbol(b'(') {
        data_type.modifiers = cursor.list(modifier)?;
    }
    data_type.fields = Some(Fields { span: cursor.span_since(start), finest });
    Some(())
}

fn field(cursor: &mut Cursor<'_>) -> Option<u8> {
    let field = (0..).zip(FIELDS).find(|(_, word)| cursor.is_word(word))?.0;
    cursor.advance();
    Some(field)
}

fn modifier(cursor: &mut Cursor<'_>) -> Option<Modifier> {
    let negative = cursor.symbol(b'-').is_some();
    let token = cursor.token()?;
    cursor.advance();
    let text = cursor.written(token.span);
    match text.parse::<i64>() {
        Ok(number) => Some(Modifier::Number(if negative { -number } else { number })),
        Err(_) if matches!(token.kind, TokenKind::Symbol(_)) || negative => None,
        Err(_) => Some(Modifier::Word(cursor.folded(token).text)),
    }
}

fn type_name(cursor: &mut Cursor<'_>) -> Option<(Option<Arc<str>>, Cow<'static, str>)> {
    let token = cursor.token()?;
    if token.kind == TokenKind::Word && !cursor.nth_is_symbol(1, b'.') {
        let word = cursor.keyword();
        if let Some(name) = builtin(&word) {
            cursor.advance();
            let name = match name {
                "float8" if &*word == "float" => float(cursor),
                "float8" if &*word == "double" => cursor.word("precision").map(|_| "float8")?,
                "bpchar" | "bit" | "char" if cursor.word("varying").is_some() => {
                    if name == "bit" {
                        "varbit"
                    } else {
                        "varchar"
                    }
                }
                "bpchar" if &*word == "national" => return national(cursor),
                name => name,
            };
            return Some((None, Cow::Borrowed(name)));
        }
    }
    if token.kind == TokenKind::Quoted && cursor.written(token.span) == "\"char\"" {
        cursor.advance();
        return Some((None, Cow::Borrowed("\"char\"")));
    }
    let written = cursor.name()?;
    let (schema, name) = (written.schema(), written.last());
    if schema == Some("pg_catalog") {
        // Here `char` is the type of one byte, and words are no keywords.
        let name = builtin(name).filter(|_| name != "char").map_or_else(|| Cow::Owned(name.to_owned()), Cow::Borrowed);
        return Some((None, name));
    }
    Some((schema.map(Into::into), Cow::Owned(name.to_owned())))
}

fn national(cursor: &mut Cursor<'_>) -> Option<(Option<Arc<str>>, Cow<'static, str>)> {
    cursor.any_word(&["character", "char"])?;
    let name = if cursor.word("varying").is_some() { "varchar" } else { "bpchar" };
    Some((None, Cow::Borrowed(name)))
}

/// `float(24)` is the short one.
fn float(cursor: &mut Cursor<'_>) -> &'static str {
    if !cursor.is_symbol(b'(') {
        return "float8";
    }
    let mut inside = cursor.inside();
    let digits = inside.as_mut().and_then(modifier);
    if matches!(digits, Some(Modifier::Number(..=24))) { "float4" } else { "float8" }
}

/// The catalogue's name of a type that people write in several ways.
fn builtin(word: &str) -> Option<&'static str> {
    Some(match word {
        "int" | "integer" | "int4" => "int4",
        "bigint" | "int8" => "int8",
        "smallint" | "int2" => "int2",
        "serial" | "serial4" => "serial",
        "bigserial" | "serial8" => "bigserial",
        "smallserial" | "serial2" => "smallserial",
        "text" => "text",
        "varchar" => "varchar",
        "character" | "char" | "bpchar" | "national" | "nchar" => "bpchar",
        "boolean" | "bool" => "bool",
        "timestamptz" => "timestamptz",
        "timestamp" => "timestamp",
        "timetz" => "timetz",
        "time" => "time",
        "date" => "date",
        "interval" => "interval",
        "numeric" | "decimal" | "dec" => "numeric",
        "real" | "float4" => "float4",
        "double" | "float8" | "float" => "float8",
        "uuid" => "uuid",
        "json" => "json",
        "jsonb" => "jsonb",
        "bytea" => "bytea",
        "bit" => "bit",
        "varbit" => "varbit",
        "inet" => "inet",
        "cidr" => "cidr",
        "xml" => "xml",
        "tsvector" => "tsvector",
        "oid" => "oid",
        "regclass" => "regclass",
        "trigger" => "trigger",
        "void" => "void",
        _ => return None,
    })
}
