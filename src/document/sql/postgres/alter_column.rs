//! What ALTER TABLE does to columns.

use super::constraint::{by_default_or_always, column, identity};
use super::data_type::data_type;
use super::expression;
use super::settings::{cascade, if_exists, if_not_exists, options, sequence, settings};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{ColumnChange, Ident, SetType, TableChange};

/// What follows `ADD`.
pub fn add_column(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    passed_column(cursor);
    let if_not_exists = if_not_exists(cursor);
    let column = column(cursor)?;
    // Only what has a type can be added.
    column.data_type.as_ref()?;
    Some(TableChange::AddColumn { column: Box::new(column), if_not_exists })
}

/// What follows `DROP`.
pub fn drop_column(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    passed_column(cursor);
    let if_exists = if_exists(cursor);
    let column = cursor.ident()?;
    let cascade = cascade(cursor).is_some();
    Some(TableChange::DropColumn { column, if_exists, cascade })
}

/// Passes COLUMN, which may be left out.
fn passed_column(cursor: &mut Cursor<'_>) {
    cursor.word("column");
}

/// What follows `ALTER`.
pub fn alter_column(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    passed_column(cursor);
    let column = match cursor.token()? {
        token if token.kind == TokenKind::Number => {
            cursor.advance();
            Ident { span: token.span, text: cursor.written(token.span).into() }
        }
        _ => cursor.ident()?,
    };
    Some(TableChange::AlterColumn { column, change: change(cursor)? })
}

fn change(cursor: &mut Cursor<'_>) -> Option<ColumnChange> {
    let start = *cursor;
    let word = cursor.keyword();
    cursor.advance();
    match &*word {
        "type" => set_type(cursor),
        "set" => set(cursor),
        "drop" => drop(cursor),
        "add" => {
            cursor.word("generated")?;
            let always = by_default_or_always(cursor)?;
            cursor.words(&["as", "identity"])?;
            Some(ColumnChange::AddIdentity(identity(cursor, always)?))
        }
        "restart" => {
            *cursor = start;
            set_identity(cursor, None)
        }
        "reset" => settings(cursor).map(ColumnChange::Reset),
        "options" => {
            *cursor = start;
            options(cursor).map(ColumnChange::Options)
        }
        _ => None,
    }
}

fn set(cursor: &mut Cursor<'_>) -> Option<ColumnChange> {
    if cursor.is_symbol(b'(') {
        return settings(cursor).map(ColumnChange::Set);
    }
    let start = *cursor;
    let word = cursor.keyword();
    cursor.advance();
    match &*word {
        "data" => {
            cursor.word("type")?;
            set_type(cursor)
        }
        "default" => {
            let expr = rest(cursor)?;
            Some(ColumnChange::SetDefault(Box::new(expr)))
        }
        "not" => cursor.word("null").map(|_| ColumnChange::SetNotNull),
        "statistics" => {
            let negative = cursor.symbol(b'-').is_some();
            let is_number = cursor.token()?.kind == TokenKind::Number || (!negative && cursor.is_word("default"));
            cursor.advance();
            is_number.then_some(ColumnChange::SetStatistics)
        }
        "storage" => cursor.ident().map(ColumnChange::SetStorage),
        "compression" => cursor.ident().map(ColumnChange::SetCompression),
        "expression" => {
            cursor.word("as")?;
            Some(ColumnChange::SetExpression(Box::new(expression::in_brackets(cursor)?)))
        }
        "generated" => {
            let always = by_default_or_always(cursor)?;
            set_identity(cursor, Some(always))
        }
        _ => {
            *cursor = start;
            set_identity(cursor, None)
        }
    }
}

/// One or more of `SET GENERATED ..`, `SET INCREMENT ..`, `RESTART ..`.
fn set_identity(cursor: &mut Cursor<'_>, always: Option<bool>) -> Option<ColumnChange> {
    let start = cursor.position();
    let options = Box::new(sequence(cursor)?);
    let mut always = always;
    if cursor.word("generated").is_some() {
        always = Some(by_default_or_always(cursor)?);
        sequence(cursor)?;
    }
    let says_something = always.is_some() || cursor.position() > start;
    says_something.then_some(ColumnChange::SetIdentity { always, options })
}

fn drop(cursor: &mut Cursor<'_>) -> Option<ColumnChange> {
    let word = cursor.keyword();
    cursor.advance();
    Some(match &*word {
        "default" => ColumnChange::DropDefault,
        "not" => cursor.word("null").map(|_| ColumnChange::DropNotNull)?,
        "expression" => ColumnChange::DropExpression(if_exists(cursor)),
        "identity" => ColumnChange::DropIdentity(if_exists(cursor)),
        _ => return None,
    })
}

fn set_type(cursor: &mut Cursor<'_>) -> Option<ColumnChange> {
    let data_type = data_type(cursor)?;
    let collation = if cursor.word("collate").is_some() { Some(cursor.name()?) } else { None };
    let using = if cursor.word("using").is_some() { Some(rest(cursor)?) } else { None };
    Some(ColumnChange::SetType(Box::new(SetType { data_type, collation, using })))
}

/// Passes all that is left as one expression.
fn rest(cursor: &mut Cursor<'_>) -> Option<crate::document::sql::statement::Expr> {
    let expr = expression::whole(cursor)?;
    cursor.go_to(cursor.position() + cursor.left().len());
    Some(expr)
}
