//! CREATE and what its words begin.

use super::scan::{self, Start};
use super::settings::{columns, idents, if_not_exists, sequence, settings, target, with};
use super::{data, expression, index, object, query, routine, table, types};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::{
    Action, AlterPublication, CreateExtension, CreatePublication, CreateSchema, CreateSequence, CreateView, Expr, Name, Policy,
    PublicationChange, PublicationObjects, Published, Subscription,
};
use crate::source::Span;

/// What follows CREATE.
pub fn read(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    let or_replace = cursor.words(&["or", "replace"]).is_some();
    let word = cursor.keyword();
    let before = *cursor;
    cursor.advance();
    match &*word {
        "table" => table::create(cursor, cursor.span_since(start)).map(Action::CreateTable),
        "index" => index::create(cursor, cursor.span_since(start), false),
        "unique" => {
            cursor.word("index")?;
            index::create(cursor, cursor.span_since(start), true)
        }
        "view" => view(cursor, start, or_replace),
        "materialized" => {
            cursor.word("view")?;
            materialized_view(cursor, start)
        }
        "function" => routine::create(cursor, cursor.span_since(start), or_replace, false),
        "procedure" => routine::create(cursor, cursor.span_since(start), or_replace, true),
        "trigger" => routine::trigger(cursor, cursor.span_since(start), or_replace, false),
        "constraint" => {
            cursor.word("trigger")?;
            routine::trigger(cursor, cursor.span_since(start), or_replace, true)
        }
        "rule" => routine::rule(cursor, or_replace),
        "type" => types::create_type(cursor),
        "domain" => types::create_domain(cursor),
        "sequence" => create_sequence(cursor, false, false),
        "schema" => schema(cursor),
        "extension" => extension(cursor),
        "policy" => policy(cursor, true).map(|policy| Action::CreatePolicy(Box::new(policy))),
        "publication" => publication(cursor),
        "subscription" => subscription(cursor),
        "statistics" => index::statistics(cursor),
        "foreign" if cursor.word("table").is_some() => table::create(cursor, cursor.span_since(start)).map(Action::CreateTable),
        "global" | "local" | "temporary" | "temp" | "unlogged" | "recursive" => {
            *cursor = before;
            for_a_while(cursor, start, or_replace)
        }
        _ => {
            *cursor = before;
            object::create(cursor)
        }
    }
}

/// What is temporary or unlogged.
fn for_a_while(cursor: &mut Cursor<'_>, start: Span, or_replace: bool) -> Option<Action> {
    let temporary = table::temporary(cursor);
    let unlogged = cursor.word("unlogged").is_some();
    if cursor.word("sequence").is_some() {
        return create_sequence(cursor, temporary, unlogged);
    }
    let recursive = cursor.word("recursive").is_some();
    if cursor.word("view").is_some() {
        let Action::CreateView(mut view) = view(cursor, start, or_replace)? else { return None };
        view.temporary = temporary;
        if recursive {
            let own = view.name.text().to_owned();
            view.query.reads.retain(|name| name.text() != own);
        }
        return Some(Action::CreateView(view));
    }
    if cursor.is_word("property") {
        return object::create(cursor);
    }
    cursor.word("table")?;
    let mut table = table::create(cursor, cursor.span_since(start))?;
    (table.temporary, table.unlogged) = (temporary, unlogged);
    Some(Action::CreateTable(table))
}

fn view(cursor: &mut Cursor<'_>, start: Span, or_replace: bool) -> Option<Action> {
    let keywords = cursor.span_since(start);
    let name = cursor.name()?;
    let columns = if cursor.is_symbol(b'(') { columns(cursor)? } else { Vec::new() };
    let settings = with(cursor)?;
    cursor.word("as")?;
    let left = cursor.left().len();
    let checks: &[&[&str]] =
        &[&["with", "cascaded", "check", "option"], &["with", "local", "check", "option"], &["with", "check", "option"]];
    let tail = checks.iter().find(|words| table::ends_with(cursor, words)).map_or(0, |words| words.len());
    let end = cursor.position() + left - tail;
    let query = Box::new(query::defining(&cursor.between(cursor.position(), end))?);
    cursor.go_to(end + tail);
    let view = CreateView {
        keywords,
        name,
        materialized: false,
        or_replace,
        temporary: false,
        if_not_exists: false,
        columns,
        settings,
        query,
        no_data: false,
    };
    Some(Action::CreateView(Box::new(view)))
}

fn materialized_view(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    let keywords = cursor.span_since(start);
    let if_not_exists = if_not_exists(cursor);
    let name = cursor.name()?;
    let columns = if cursor.is_symbol(b'(') { columns(cursor)? } else { Vec::new() };
    if cursor.word("using").is_some() {
        cursor.ident()?;
    }
    let settings = with(cursor)?;
    super::settings::tablespace(cursor, &mut None)?;
    cursor.word("as")?;
    let (query, no_data) = table::with_data(cursor)?;
    let view = CreateView {
        keywords,
        name,
        materialized: true,
        or_replace: false,
        temporary: false,
        if_not_exists,
        columns,
        settings,
        query,
        no_data,
    };
    Some(Action::CreateView(Box::new(view)))
}

fn create_sequence(cursor: &mut Cursor<'_>, temporary: bool, unlogged: bool) -> Option<Action> {
    let if_not_exists = if_not_exists(cursor);
    let name = cursor.name()?;
    let options = sequence(cursor)?;
    Some(Action::CreateSequence(Box::new(CreateSequence { name, temporary, unlogged, if_not_exists, options })))
}

fn schema(cursor: &mut Cursor<'_>) -> Option<Action> {
    let if_not_exists = if_not_exists(cursor);
    let mut name = if cursor.is_word("authorization") { None } else { Some(cursor.ident()?) };
    if cursor.word("authorization").is_some() {
        let owner = cursor.ident()?;
        name.get_or_insert(owner);
    }
    let mut schema = CreateSchema { name: name?, if_not_exists, elements: Vec::new() };
    // Statements without semicolons between them: each begins with a word that none of them holds.
    while !cursor.is_done() {
        let from = cursor.position();
        cursor.advance();
        while !(cursor.is_done() || cursor.is_word("create") || cursor.is_word("grant")) {
            if cursor.brackets().is_none() {
                cursor.advance();
            }
        }
        let mut element = cursor.between(from, cursor.position());
        schema.elements.push(data::nested(&mut element)?);
    }
    Some(Action::CreateSchema(Box::new(schema)))
}

fn extension(cursor: &mut Cursor<'_>) -> Option<Action> {
    let if_not_exists = if_not_exists(cursor);
    let mut extension = CreateExtension { name: cursor.ident()?, if_not_exists, schema: None, cascade: false };
    cursor.word("with");
    loop {
        if cursor.word("schema").is_some() {
            extension.schema = Some(cursor.ident()?);
        } else if cursor.any_word(&["version", "from"]).is_some() {
            if expression::text(cursor).is_none() {
                cursor.ident()?;
            }
        } else if cursor.word("cascade").is_some() {
            extension.cascade = true;
        } else {
            return Some(Action::CreateExtension(Box::new(extension)));
        }
    }
}

/// What follows `CREATE` or `ALTER POLICY`.
pub fn policy(cursor: &mut Cursor<'_>, is_new: bool) -> Option<Policy> {
    let name = cursor.ident()?;
    cursor.word("on")?;
    let table = cursor.name()?;
    let mut policy =
        Policy { name, table, restrictive: false, command: None, roles: Vec::new(), using: None, check: None, reads: Vec::new() };
    if is_new && cursor.word("as").is_some() {
        policy.restrictive = cursor.is_word("restrictive");
        cursor.any_word(&["restrictive", "permissive"])?;
    }
    if is_new && cursor.word("for").is_some() {
        let word = cursor.any_word(&["all", "select", "insert", "update", "delete"])?;
        let text = cursor.written(word).to_ascii_lowercase().into();
        policy.command = Some(crate::document::sql::statement::Ident { span: word, text });
    }
    if cursor.word("to").is_some() {
        policy.roles = idents(cursor)?;
    }
    if cursor.word("using").is_some() {
        policy.using = Some(policy_rule(cursor, &mut policy.reads)?);
    }
    if cursor.words(&["with", "check"]).is_some() {
        policy.check = Some(policy_rule(cursor, &mut policy.reads)?);
    }
    Some(policy)
}

/// Passes an expression in brackets, which may hold queries.
fn policy_rule(cursor: &mut Cursor<'_>, reads: &mut Vec<Name>) -> Option<Expr> {
    let inside = cursor.inside()?;
    reads.extend(scan::scan(inside, Start::Expression)?.reads);
    expression::whole(&inside)
}

fn publication(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.ident()?;
    let mut publication =
        CreatePublication { name, all_tables: false, objects: PublicationObjects::default(), settings: Vec::new() };
    if cursor.words(&["for", "all"]).is_some() {
        publication.all_tables = everything(cursor)?;
    } else if cursor.word("for").is_some() {
        publication.objects = publication_objects(cursor)?;
    }
    publication.settings = with(cursor)?;
    Some(Action::CreatePublication(Box::new(publication)))
}

/// `TABLES EXCEPT (..), ALL SEQUENCES`: whether tables are among it.
fn everything(cursor: &mut Cursor<'_>) -> Option<bool> {
    let mut tables = false;
    loop {
        let word = cursor.any_word(&["tables", "sequences"])?;
        tables |= cursor.written(word).eq_ignore_ascii_case("tables");
        if cursor.word("except").is_some() {
            cursor.brackets()?;
        }
        if cursor.symbol(b',').is_none() {
            return Some(tables);
        }
        cursor.word("all")?;
    }
}

/// `TABLE a, b (c) WHERE (..), TABLES IN SCHEMA d`
fn publication_objects(cursor: &mut Cursor<'_>) -> Option<PublicationObjects> {
    let mut objects = PublicationObjects::default();
    let mut schemas = false;
    loop {
        if cursor.words(&["tables", "in", "schema"]).is_some() {
            schemas = true;
        } else if cursor.word("table").is_some() {
            schemas = false;
        }
        if schemas {
            objects.schemas.push(cursor.ident()?);
        } else {
            let target = target(cursor)?;
            let mut table = Published { name: target.name, only: target.only, columns: Vec::new() };
            if cursor.is_symbol(b'(') {
                table.columns = columns(cursor)?;
            }
            if cursor.word("where").is_some() {
                table.columns.extend(expression::in_brackets(cursor)?.columns);
            }
            objects.tables.push(table);
        }
        if cursor.symbol(b',').is_none() {
            return Some(objects);
        }
    }
}

/// What follows `ALTER PUBLICATION`.
pub fn alter_publication(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.ident()?;
    let word = cursor.keyword();
    cursor.advance();
    let change = match &*word {
        "add" => PublicationChange::Add(publication_objects(cursor)?),
        "drop" => PublicationChange::Drop(publication_objects(cursor)?),
        "set" if cursor.is_symbol(b'(') => PublicationChange::Settings(settings(cursor)?),
        "set" if cursor.word("all").is_some() => PublicationChange::SetAll(everything(cursor)?),
        "set" => PublicationChange::Set(publication_objects(cursor)?),
        "rename" => {
            cursor.word("to")?;
            PublicationChange::RenameTo(cursor.ident()?)
        }
        "owner" => {
            cursor.word("to")?;
            PublicationChange::OwnerTo(cursor.ident()?)
        }
        _ => return None,
    };
    Some(Action::AlterPublication(Box::new(AlterPublication { name, change })))
}

fn subscription(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.ident()?;
    let verb = crate::document::sql::statement::Ident { span: name.span, text: "create".into() };
    if cursor.word("server").is_some() {
        cursor.ident()?;
    } else {
        cursor.word("connection")?;
        expression::text(cursor)?;
    }
    cursor.word("publication")?;
    idents(cursor)?;
    let settings = with(cursor)?;
    Some(Action::Subscription(Box::new(Subscription { name, verb, settings })))
}

/// What follows `ALTER SUBSCRIPTION`.
pub fn alter_subscription(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.ident()?;
    let verb = cursor.ident()?;
    let mut list = Vec::new();
    match &*verb.text {
        "connection" => drop(expression::text(cursor)?),
        "set" | "skip" if cursor.is_symbol(b'(') => list = settings(cursor)?,
        "set" | "add" | "drop" | "refresh" => {
            cursor.word("publication")?;
            if &*verb.text != "refresh" {
                idents(cursor)?;
            }
            list = with(cursor)?;
        }
        "enable" | "disable" => {}
        "rename" | "owner" => {
            cursor.word("to")?;
            cursor.ident()?;
        }
        _ => return None,
    }
    Some(Action::Subscription(Box::new(Subscription { name, verb, settings: list })))
}
