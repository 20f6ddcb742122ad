//! Types and domains.

use super::alter_column::alter_column;
use super::constraint::{column, column_constraint, table_constraint};
use super::data_type::data_type;
use super::expression::{before_words, text};
use super::settings::{cascade, if_exists, if_not_exists, settings};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::{
    Action, AlterDomain, AlterType, CreateDomain, CreateType, DomainChange, Ident, TableAction, TableChange, TypeChange,
    TypeDefinition,
};

/// What follows `CREATE TYPE`.
pub fn create_type(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.name()?;
    let definition = if cursor.is_done() {
        TypeDefinition::Shell
    } else if cursor.is_symbol(b'(') {
        TypeDefinition::Base(settings(cursor)?)
    } else {
        cursor.word("as")?;
        match &*cursor.keyword() {
            "enum" => {
                cursor.advance();
                TypeDefinition::Enum(if cursor.nth_is_symbol(1, b')') {
                    cursor.brackets()?;
                    Vec::new()
                } else {
                    cursor.list(text)?
                })
            }
            "range" => {
                cursor.advance();
                TypeDefinition::Range(settings(cursor)?)
            }
            _ if cursor.nth_is_symbol(1, b')') => {
                cursor.brackets()?;
                TypeDefinition::Composite(Vec::new())
            }
            _ => TypeDefinition::Composite(cursor.list(column)?),
        }
    };
    Some(Action::CreateType(Box::new(CreateType { name, definition })))
}

/// What follows `ALTER TYPE`.
pub fn alter_type(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.name()?;
    let change = type_change(cursor)?;
    Some(Action::AlterType(Box::new(AlterType { name, change })))
}

fn type_change(cursor: &mut Cursor<'_>) -> Option<TypeChange> {
    if cursor.words(&["add", "value"]).is_some() {
        let if_not_exists = if_not_exists(cursor);
        let value = text(cursor)?;
        let place = match cursor.any_word(&["before", "after"]) {
            Some(word) => Some((cursor.written(word).eq_ignore_ascii_case("before"), text(cursor)?)),
            None => None,
        };
        return Some(TypeChange::AddValue { value, if_not_exists, place });
    }
    if cursor.words(&["rename", "value"]).is_some() {
        let value = text(cursor)?;
        cursor.word("to")?;
        return Some(TypeChange::RenameValue { value, to: text(cursor)? });
    }
    if cursor.words(&["rename", "attribute"]).is_some() {
        let name = cursor.ident()?;
        cursor.word("to")?;
        let to = cursor.ident()?;
        cascade(cursor);
        return Some(TypeChange::RenameAttribute { name, to });
    }
    if cursor.words(&["rename", "to"]).is_some() {
        return cursor.ident().map(TypeChange::RenameTo);
    }
    if cursor.words(&["set", "schema"]).is_some() {
        return cursor.ident().map(TypeChange::SetSchema);
    }
    if cursor.words(&["owner", "to"]).is_some() {
        return cursor.ident().map(TypeChange::OwnerTo);
    }
    if cursor.is_word("set") && cursor.nth_is_symbol(1, b'(') {
        cursor.advance();
        return settings(cursor).map(TypeChange::Set);
    }
    let mut attributes = Vec::new();
    let mut cascades = false;
    for part in cursor.parts() {
        let mut part = part;
        cascades |= part.left().last().is_some_and(|last| part.written(last.span).eq_ignore_ascii_case("cascade"));
        let span = part.rest();
        attributes.push(TableAction { span, change: attribute(&mut part)? });
        part.end()?;
    }
    cursor.go_to(cursor.position() + cursor.left().len());
    Some(TypeChange::Attributes(attributes, cascades))
}

fn attribute(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    let word = cursor.keyword();
    cursor.advance();
    cursor.word("attribute")?;
    Some(match &*word {
        "add" => {
            let (name, start) = (cursor.ident()?, cursor.position());
            data_type(cursor)?;
            if cursor.word("collate").is_some() {
                cursor.name()?;
            }
            let end = cursor.position();
            cascade(cursor);
            let mut definition = cursor.between(start, end);
            let column = crate::document::sql::statement::Column {
                name,
                definition: definition.rest(),
                data_type: data_type(&mut definition),
                collation: None,
                storage: None,
                compression: None,
                constraints: Vec::new(),
            };
            TableChange::AddColumn { column: Box::new(column), if_not_exists: false }
        }
        "drop" => {
            let if_exists = if_exists(cursor);
            let column = cursor.ident()?;
            TableChange::DropColumn { column, if_exists, cascade: cascade(cursor).is_some() }
        }
        "alter" => {
            let change = alter_column(cursor)?;
            cascade(cursor);
            change
        }
        _ => return None,
    })
}

/// What follows `CREATE DOMAIN`.
pub fn create_domain(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.name()?;
    cursor.word("as");
    let mut domain = CreateDomain { name, data_type: data_type(cursor)?, collation: None, constraints: Vec::new() };
    while !cursor.is_done() {
        if cursor.word("collate").is_some() {
            domain.collation = Some(cursor.name()?);
        } else {
            domain.constraints.push(column_constraint(cursor)?);
        }
    }
    Some(Action::CreateDomain(Box::new(domain)))
}

/// What follows `ALTER DOMAIN`.
pub fn alter_domain(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.name()?;
    let span = cursor.rest();
    let change = domain_change(cursor)?;
    Some(Action::AlterDomain(Box::new(AlterDomain { name, span, change })))
}

fn domain_change(cursor: &mut Cursor<'_>) -> Option<DomainChange> {
    let word = cursor.keyword();
    cursor.advance();
    match (&*word, &*cursor.keyword()) {
        ("set", "default") => {
            cursor.advance();
            before_words(cursor).map(|default| DomainChange::SetDefault(Box::new(default)))
        }
        ("set", "not") => cursor.words(&["not", "null"]).map(|_| DomainChange::SetNotNull),
        ("set", "schema") => named(cursor).map(DomainChange::SetSchema),
        ("drop", "default") => {
            cursor.advance();
            Some(DomainChange::DropDefault)
        }
        ("drop", "not") => cursor.words(&["not", "null"]).map(|_| DomainChange::DropNotNull),
        ("drop", "constraint") => {
            cursor.advance();
            let if_exists = if_exists(cursor);
            let name = cursor.ident()?;
            Some(DomainChange::DropConstraint { name, if_exists, cascade: cascade(cursor).is_some() })
        }
        ("add", _) => table_constraint(cursor).map(|constraint| DomainChange::AddConstraint(Box::new(constraint))),
        ("validate", "constraint") => named(cursor).map(DomainChange::ValidateConstraint),
        ("rename", "to") => named(cursor).map(DomainChange::RenameTo),
        ("rename", "constraint") => {
            let name = named(cursor)?;
            cursor.word("to")?;
            Some(DomainChange::RenameConstraint { name, to: cursor.ident()? })
        }
        ("owner", "to") => named(cursor).map(DomainChange::OwnerTo),
        _ => None,
    }
}

/// Passes a word and the name behind it.
fn named(cursor: &mut Cursor<'_>) -> Option<Ident> {
    cursor.advance();
    cursor.ident()
}
