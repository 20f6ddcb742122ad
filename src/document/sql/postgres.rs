//! What does a PostgreSQL statement say? Reads the statements that change a schema; the rest is harmless or unread.

use super::cursor::Cursor;
use super::statement::{
    Action, AlterTable, Column, CreateIndex, CreateTable, CreateView, DropObjects, Ident, Name, ObjectKind, PartitionBy, Query,
    TableAction, TableChange,
};
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
        alter_table(&mut cursor, start).map(|alter| Action::AlterTable(Box::new(alter)))
    } else if let Some(keywords) = cursor.words(&["drop", "index"]) {
        drop_objects(&mut cursor, keywords, ObjectKind::Index)
    } else if let Some(keywords) = cursor.words(&["drop", "table"]) {
        drop_objects(&mut cursor, keywords, ObjectKind::Table)
    } else {
        None
    };
    action.unwrap_or(Action::Unread)
}

fn create(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    if cursor.words(&["materialized", "view"]).is_some() {
        let keywords = cursor.span_since(start);
        let if_not_exists = if_not_exists(cursor);
        let name = cursor.name()?;
        return Some(Action::CreateView(Box::new(CreateView {
            keywords,
            name,
            materialized: true,
            or_replace: false,
            temporary: false,
            if_not_exists,
            columns: Vec::new(),
            settings: Vec::new(),
            query: Box::new(Query::default()),
            no_data: false,
        })));
    }
    let unique = cursor.word("unique").is_some();
    if cursor.word("index").is_some() {
        let keywords = cursor.span_since(start);
        return create_index(cursor, keywords, unique).map(|create| Action::CreateIndex(Box::new(create)));
    }
    create_table(cursor, start).map(|create| Action::CreateTable(Box::new(create)))
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
    Some(CreateIndex {
        keywords,
        unique,
        concurrently,
        if_not_exists,
        name,
        only,
        table,
        rest,
        method: None,
        elements: Vec::new(),
        include: Vec::new(),
        nulls_not_distinct: false,
        settings: Vec::new(),
        tablespace: None,
        predicate: None,
    })
}

fn drop_objects(cursor: &mut Cursor<'_>, keywords: Span, kind: ObjectKind) -> Option<Action> {
    let concurrently = cursor.word("concurrently").is_some();
    let if_exists = cursor.words(&["if", "exists"]).is_some();
    let names = names(cursor)?;
    let arguments = vec![None; names.len()];
    let drop = DropObjects { keywords, kind, concurrently, if_exists, names, on: None, arguments, cascade: None };
    Some(Action::Drop(Box::new(drop)))
}

fn names(list: &Cursor<'_>) -> Option<Vec<Name>> {
    list.parts().into_iter().map(|mut part| part.name()).collect()
}

fn create_table(cursor: &mut Cursor<'_>, start: Span) -> Option<CreateTable> {
    cursor.any_word(&["global", "local"]);
    let temporary = cursor.any_word(&["temporary", "temp"]).is_some();
    let unlogged = cursor.word("unlogged").is_some();
    cursor.word("table")?;
    let keywords = cursor.span_since(start);
    let if_not_exists = if_not_exists(cursor);
    let name = cursor.name()?;
    let columns = cursor.inside().map(|body| columns(&body)).unwrap_or_default();
    let partition_by = cursor.has_ahead(&["partition", "by"]).then(|| PartitionBy {
        span: cursor.rest(),
        strategy: Ident { span: cursor.rest(), text: "range".into() },
        keys: Vec::new(),
    });
    Some(CreateTable {
        keywords,
        name,
        temporary,
        unlogged,
        if_not_exists,
        server: None,
        columns,
        constraints: Vec::new(),
        likes: Vec::new(),
        inherits: Vec::new(),
        of_type: None,
        partition_by,
        partition_of: None,
        method: None,
        settings: Vec::new(),
        tablespace: None,
        query: None,
        no_data: false,
    })
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
    Some(Column {
        name,
        definition: cursor.rest(),
        data_type: None,
        collation: None,
        storage: None,
        compression: None,
        constraints: Vec::new(),
    })
}

fn alter_table(cursor: &mut Cursor<'_>, start: Span) -> Option<AlterTable> {
    let keywords = cursor.span_since(start);
    let if_exists = cursor.words(&["if", "exists"]).is_some();
    let only = cursor.word("only").is_some();
    let table = cursor.name()?;
    cursor.symbol(b'*');
    let actions = cursor.parts().into_iter().map(|part| TableAction { span: part.rest(), change: table_change(part) });
    Some(AlterTable { keywords, kind: ObjectKind::Table, if_exists, only, table, actions: actions.collect() })
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
    let if_not_exists = if_not_exists(cursor);
    column(cursor).map(|column| TableChange::AddColumn { column: Box::new(column), if_not_exists })
}

/// What `DROP` may be followed by when it drops no column.
const NO_DROPPED_COLUMN: &[&str] = &["constraint", "expression", "identity", "default", "not"];

fn drop_column(cursor: &mut Cursor<'_>) -> Option<TableChange> {
    if cursor.word("column").is_none() && NO_DROPPED_COLUMN.iter().any(|word| cursor.is_word(word)) {
        return None;
    }
    let if_exists = cursor.words(&["if", "exists"]).is_some();
    let column = cursor.ident()?;
    let cascade = cursor.word("cascade").is_some();
    Some(TableChange::DropColumn { column, if_exists, cascade })
}
