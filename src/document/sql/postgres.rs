//! What does a PostgreSQL statement say? Reads the statements that change a schema; the rest is harmless or unread.

use super::cursor::Cursor;
use super::statement::{Action, AlterTable, Column, CreateIndex, CreateTable, DropIndex, Name, TableAction, TableChange};
use crate::source::Span;

/// Statements that begin with these words change no schema and hold nobody up for long.
const HARMLESS: &[&str] = &[
    "select",
    "values",
    "insert",
    "copy",
    "set",
    "reset",
    "show",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "abort",
    "savepoint",
    "release",
    "comment",
    "grant",
    "revoke",
    "analyze",
    "explain",
    "notify",
    "listen",
    "unlisten",
    "discard",
];

/// Reads one statement.
pub fn read(statement: Cursor<'_>) -> Action {
    let mut cursor = statement;
    if cursor.any_word(HARMLESS).is_some() {
        return Action::Harmless;
    }
    let start = cursor.here();
    let action = if cursor.word("create").is_some() {
        create(&mut cursor, start)
    } else if cursor.words(&["alter", "table"]).is_some() {
        alter_table(&mut cursor).map(Action::AlterTable)
    } else if let Some(keywords) = cursor.words(&["drop", "index"]) {
        drop_index(&mut cursor, keywords).map(Action::DropIndex)
    } else if cursor.words(&["drop", "table"]).is_some() {
        cursor.words(&["if", "exists"]);
        names(&cursor).map(Action::DropTable)
    } else {
        None
    };
    action.unwrap_or(Action::Unread)
}

fn create(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    if cursor.words(&["materialized", "view"]).is_some() {
        if_not_exists(cursor);
        return cursor.name().map(Action::CreateMaterializedView);
    }
    let unique = cursor.word("unique").is_some();
    if cursor.word("index").is_some() {
        let keywords = cursor.span_since(start);
        return create_index(cursor, keywords, unique).map(Action::CreateIndex);
    }
    create_table(cursor).map(Action::CreateTable)
}

fn if_not_exists(cursor: &mut Cursor<'_>) -> bool {
    cursor.words(&["if", "not", "exists"]).is_some()
}

fn create_index(cursor: &mut Cursor<'_>, keywords: Span, unique: bool) -> Option<CreateIndex> {
    let concurrently = cursor.word("concurrently").is_some();
    let if_not_exists = if_not_exists(cursor);
    let name = if cursor.is_word("on") { None } else { Some(cursor.name()?) };
    cursor.word("on")?;
    let only = cursor.word("only").is_some();
    let rest = cursor.rest();
    let table = cursor.name()?;
    Some(CreateIndex { keywords, unique, concurrently, if_not_exists, name, only, table, rest })
}

fn drop_index(cursor: &mut Cursor<'_>, keywords: Span) -> Option<DropIndex> {
    let concurrently = cursor.word("concurrently").is_some();
    cursor.words(&["if", "exists"]);
    Some(DropIndex { keywords, concurrently, names: names(cursor)? })
}

fn names(list: &Cursor<'_>) -> Option<Vec<Name>> {
    list.parts().into_iter().map(|mut part| part.name()).collect()
}

fn create_table(cursor: &mut Cursor<'_>) -> Option<CreateTable> {
    cursor.any_word(&["global", "local"]);
    let temporary = cursor.any_word(&["temporary", "temp"]).is_some();
    cursor.word("unlogged");
    cursor.word("table")?;
    if_not_exists(cursor);
    let name = cursor.name()?;
    let columns = cursor.inside().map(|body| columns(&body)).unwrap_or_default();
    let partitioned = cursor.has_ahead(&["partition", "by"]);
    Some(CreateTable { name, temporary, partitioned, columns })
}

/// The words that begin an element of a table which is no column.
const NO_COLUMN: &[&str] = &["constraint", "primary", "unique", "check", "foreign", "exclude", "like"];

fn columns(body: &Cursor<'_>) -> Vec<Column> {
    let elements = body.parts().into_iter();
    elements
        .filter(|element| !NO_COLUMN.iter().any(|word| element.is_word(word)))
        .filter_map(|mut element| column(&mut element))
        .collect()
}

fn column(cursor: &mut Cursor<'_>) -> Option<Column> {
    let name = cursor.ident()?;
    Some(Column { name, definition: cursor.rest() })
}

fn alter_table(cursor: &mut Cursor<'_>) -> Option<AlterTable> {
    cursor.words(&["if", "exists"]);
    cursor.word("only");
    let table = cursor.name()?;
    cursor.symbol(b'*');
    let actions = cursor.parts().into_iter().map(|part| TableAction { span: part.rest(), change: table_change(part) });
    Some(AlterTable { table, actions: actions.collect() })
}

fn table_change(part: Cursor<'_>) -> TableChange {
    let mut cursor = part;
    let change = if cursor.word("add").is_some() {
        add_column(&mut cursor)
    } else if cursor.word("drop").is_some() {
        drop_column(&mut cursor)
    } else if cursor.words(&["rename", "to"]).is_some() {
        cursor.ident().map(TableChange::RenameTo)
    } else {
        None
    };
    change.unwrap_or(TableChange::Unread)
}

fn add_column(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.word("column").is_none() && NO_COLUMN.iter().any(|word| cursor.is_word(word)) {
        return None;
    }
    if_not_exists(cursor);
    column(cursor).map(TableChange::AddColumn)
}

/// What `DROP` may be followed by when it drops no column.
const NO_DROPPED_COLUMN: &[&str] = &["constraint", "expression", "identity", "default", "not"];

fn drop_column(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.word("column").is_none() && NO_DROPPED_COLUMN.iter().any(|word| cursor.is_word(word)) {
        return None;
    }
    cursor.words(&["if", "exists"]);
    cursor.ident().map(TableChange::DropColumn)
}
