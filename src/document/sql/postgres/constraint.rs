//! Constraints, with a column or by themselves.

use super::expression;
use super::index;
use super::settings::{self, columns, sequence, tablespace};
use super::{condition, data_type};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::{
    Attributes, Column, ColumnConstraint, ColumnRule, Exclude, ForeignKey, Generated, Ident, Identity, Key, KeyOptions,
    Reference, Referential, TableConstraint, TableRule,
};

/// Whether a constraint of a table begins here, and no column.
pub fn begins(cursor: &Cursor<'_>) -> bool {
    match &*cursor.keyword() {
        "constraint" | "primary" | "unique" | "check" | "foreign" => true,
        "exclude" => cursor.nth_is(1, "using") || cursor.nth_is_symbol(1, b'('),
        "not" => cursor.nth_is(1, "null"),
        _ => false,
    }
}

/// Passes a column with all that belongs to it.
pub fn column(cursor: &mut Cursor<'_>) -> Option<Column> {
    let name = cursor.ident()?;
    let start = cursor.position();
    let has_type = !cursor.is_done() && !cursor.is_symbol(b',') && !begins_column_rule(cursor);
    let data_type = if has_type { Some(data_type::data_type(cursor)?) } else { None };
    let mut column = Column {
        name,
        definition: cursor.here(),
        data_type,
        collation: None,
        storage: None,
        compression: None,
        constraints: Vec::new(),
    };
    cursor.words(&["with", "options"]);
    while !cursor.is_done() && !cursor.is_symbol(b',') {
        match &*cursor.keyword() {
            "collate" => {
                cursor.advance();
                column.collation = Some(cursor.name()?);
            }
            "storage" => {
                cursor.advance();
                column.storage = Some(cursor.ident()?);
            }
            "compression" => {
                cursor.advance();
                column.compression = Some(cursor.ident()?);
            }
            "options" => drop(settings::options(cursor)?),
            _ => {
                // Few columns have more than two, and a vector would make room for four.
                if column.constraints.is_empty() {
                    column.constraints.reserve_exact(2);
                }
                column.constraints.push(column_constraint(cursor)?);
            }
        }
    }
    column.definition = cursor.between(start, cursor.position()).rest();
    if start == cursor.position() {
        // Nothing at all follows the name.
        column.definition = crate::source::Span { start: column.name.span.end, end: column.name.span.end };
    }
    Some(column)
}

/// Whether a rule follows a column's name at once: columns of partitions and typed tables have no type.
fn begins_column_rule(cursor: &Cursor<'_>) -> bool {
    match &*cursor.keyword() {
        "with" => cursor.nth_is(1, "options"),
        "constraint" | "not" | "null" | "check" | "default" | "unique" | "primary" | "references" | "collate" => true,
        "generated" => cursor.nth_is(1, "always") || cursor.nth_is(1, "by"),
        _ => false,
    }
}

/// Passes one constraint of a column, also of a domain.
pub fn column_constraint(cursor: &mut Cursor<'_>) -> Option<ColumnConstraint> {
    let start = cursor.here();
    let name = match cursor.word("constraint") {
        Some(_) => Some(cursor.ident()?),
        None => None,
    };
    let rule = column_rule(cursor)?;
    let attributes = attributes(cursor)?;
    Some(ColumnConstraint { span: cursor.span_since(start), name, rule, attributes })
}

fn column_rule(cursor: &mut Cursor<'_>) -> Option<ColumnRule> {
    let word = cursor.keyword();
    cursor.advance();
    Some(match &*word {
        "not" => {
            cursor.word("null")?;
            ColumnRule::NotNull
        }
        "null" => ColumnRule::Null,
        "default" => ColumnRule::Default(Box::new(expression::before_words(cursor)?)),
        "check" => ColumnRule::Check(Box::new(condition::in_brackets(cursor)?)),
        "unique" => ColumnRule::Unique(Box::new(key_options(cursor)?)),
        "primary" => {
            cursor.word("key")?;
            ColumnRule::PrimaryKey(Box::new(key_options(cursor)?))
        }
        "references" => ColumnRule::References(Box::new(reference(cursor)?)),
        "generated" => return generated(cursor),
        _ => return None,
    })
}

fn generated(cursor: &mut Cursor<'_>) -> Option<ColumnRule> {
    let always = by_default_or_always(cursor)?;
    cursor.word("as")?;
    if cursor.word("identity").is_some() {
        return Some(ColumnRule::Identity(identity(cursor, always)?));
    }
    let expr = expression::in_brackets(cursor)?;
    let stored = cursor.any_word(&["stored", "virtual"]).map(|word| cursor.written(word).eq_ignore_ascii_case("stored"));
    Some(ColumnRule::Generated(Box::new(Generated { expr, stored })))
}

/// Passes ALWAYS (true) or BY DEFAULT.
pub fn by_default_or_always(cursor: &mut Cursor<'_>) -> Option<bool> {
    if cursor.word("always").is_some() {
        return Some(true);
    }
    cursor.words(&["by", "default"]).map(|_| false)
}

/// What follows IDENTITY.
pub fn identity(cursor: &mut Cursor<'_>, always: bool) -> Option<Identity> {
    let mut options = Box::default();
    if cursor.is_symbol(b'(') {
        let mut inside = cursor.inside()?;
        options = Box::new(sequence(&mut inside)?);
        inside.end()?;
    }
    Some(Identity { always, options })
}

/// Passes a constraint of a table, also of a domain.
pub fn table_constraint(cursor: &mut Cursor<'_>) -> Option<TableConstraint> {
    let start = cursor.here();
    let name = match cursor.word("constraint") {
        Some(_) => Some(cursor.ident()?),
        None => None,
    };
    let rule = table_rule(cursor)?;
    let attributes = attributes(cursor)?;
    Some(TableConstraint { span: cursor.span_since(start), name, rule, attributes })
}

fn table_rule(cursor: &mut Cursor<'_>) -> Option<TableRule> {
    let word = cursor.keyword();
    cursor.advance();
    Some(match &*word {
        "check" => TableRule::Check(Box::new(condition::in_brackets(cursor)?)),
        "not" => {
            cursor.word("null")?;
            let is_end = cursor.is_done() || cursor.is_symbol(b',') || cursor.is_word("not");
            TableRule::NotNull(if is_end { None } else { Some(cursor.ident()?) })
        }
        "unique" => key(cursor, false)?,
        "primary" => {
            cursor.word("key")?;
            key(cursor, true)?
        }
        "foreign" => {
            cursor.word("key")?;
            let columns = key_columns(cursor)?.0;
            cursor.word("references")?;
            TableRule::ForeignKey(Box::new(ForeignKey { columns, reference: reference(cursor)? }))
        }
        "exclude" => TableRule::Exclude(Box::new(exclude(cursor)?)),
        _ => return None,
    })
}

fn key(cursor: &mut Cursor<'_>, primary: bool) -> Option<TableRule> {
    if cursor.words(&["using", "index"]).is_some() {
        return Some(TableRule::KeyUsingIndex { primary, index: cursor.ident()? });
    }
    let nulls_not_distinct = nulls_distinct(cursor);
    let (columns, without_overlaps) = key_columns(cursor)?;
    let mut options = key_options(cursor)?;
    options.nulls_not_distinct |= nulls_not_distinct;
    Some(TableRule::Key(Box::new(Key { primary, columns, without_overlaps, options })))
}

/// Columns, the last one maybe `WITHOUT OVERLAPS` or, of a foreign key, behind PERIOD.
fn key_columns(cursor: &mut Cursor<'_>) -> Option<(Vec<Ident>, bool)> {
    let mut inside = cursor.inside()?;
    let columns = inside.separated(|cursor| {
        if cursor.is_word("period") && !cursor.nth_is_symbol(1, b',') && cursor.has_more_than(1) {
            cursor.advance();
        }
        cursor.ident()
    })?;
    let without_overlaps = inside.words(&["without", "overlaps"]).is_some();
    inside.end()?;
    Some((columns, without_overlaps))
}

/// Passes `NULLS DISTINCT` and `NULLS NOT DISTINCT`.
pub fn nulls_distinct(cursor: &mut Cursor<'_>) -> bool {
    cursor.words(&["nulls", "distinct"]);
    cursor.words(&["nulls", "not", "distinct"]).is_some()
}

fn key_options(cursor: &mut Cursor<'_>) -> Option<KeyOptions> {
    let nulls_not_distinct = nulls_distinct(cursor);
    let include = if cursor.word("include").is_some() { columns(cursor)? } else { Vec::new() };
    let settings = settings::with(cursor)?;
    let mut options = KeyOptions { nulls_not_distinct, include, settings, tablespace: None };
    if cursor.words(&["using", "index"]).is_some() {
        tablespace(cursor, &mut options.tablespace)?;
    }
    Some(options)
}

fn reference(cursor: &mut Cursor<'_>) -> Option<Reference> {
    let start = cursor.last()?.span;
    let table = cursor.name()?;
    let columns = if cursor.is_symbol(b'(') { key_columns(cursor)?.0 } else { Vec::new() };
    let mut reference = Reference { span: start, table, columns, on_delete: None, on_update: None, match_full: false };
    loop {
        if cursor.word("match").is_some() {
            reference.match_full = cursor.is_word("full");
            cursor.any_word(&["full", "partial", "simple"])?;
        } else if cursor.words(&["on", "delete"]).is_some() {
            reference.on_delete = Some(referential(cursor)?);
        } else if cursor.words(&["on", "update"]).is_some() {
            reference.on_update = Some(referential(cursor)?);
        } else {
            break;
        }
    }
    reference.span = cursor.span_since(start);
    Some(reference)
}

fn referential(cursor: &mut Cursor<'_>) -> Option<Referential> {
    let words: &[(&[&str], Referential)] = &[
        (&["no", "action"], Referential::NoAction),
        (&["restrict"], Referential::Restrict),
        (&["cascade"], Referential::Cascade),
        (&["set", "null"], Referential::SetNull),
        (&["set", "default"], Referential::SetDefault),
    ];
    let (_, action) = words.iter().find(|(words, _)| cursor.words(words).is_some())?;
    if matches!(action, Referential::SetNull | Referential::SetDefault) && cursor.is_symbol(b'(') {
        columns(cursor)?;
    }
    Some(*action)
}

fn exclude(cursor: &mut Cursor<'_>) -> Option<Exclude> {
    let method = if cursor.word("using").is_some() { Some(cursor.ident()?) } else { None };
    let elements = cursor.list(index::element)?;
    let options = key_options(cursor)?;
    let predicate = if cursor.word("where").is_some() { Some(condition::in_brackets(cursor)?) } else { None };
    Some(Exclude { method, elements, predicate, options })
}

/// Passes all that may follow a constraint.
pub fn attributes(cursor: &mut Cursor<'_>) -> Option<Attributes> {
    let mut attributes = Attributes::default();
    loop {
        match &*cursor.keyword() {
            "not" => {
                if let Some(span) = cursor.words(&["not", "valid"]) {
                    attributes.not_valid = Some(span);
                } else if cursor.words(&["not", "deferrable"]).is_some() {
                    attributes.deferrable = Some(false);
                } else if cursor.words(&["not", "enforced"]).is_some() {
                    attributes.enforced = Some(false);
                } else {
                    return Some(attributes);
                }
            }
            "deferrable" => {
                cursor.advance();
                attributes.deferrable = Some(true);
            }
            "initially" => {
                cursor.advance();
                attributes.initially_deferred = cursor.is_word("deferred");
                cursor.any_word(&["deferred", "immediate"])?;
            }
            "enforced" => {
                cursor.advance();
                attributes.enforced = Some(true);
            }
            "inherit" => {
                cursor.advance();
                attributes.inherit = true;
            }
            "no" => {
                cursor.words(&["no", "inherit"])?;
                attributes.no_inherit = true;
            }
            _ => return Some(attributes),
        }
    }
}
