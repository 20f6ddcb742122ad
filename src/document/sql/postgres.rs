//! What does a PostgreSQL statement say? Reads all that changes a schema, holds somebody up or writes rows, each statement
//! to its last word: one with a word too many is unread, not read in part.

mod alter;
mod alter_column;
mod body;
mod condition;
mod constraint;
mod create;
mod data;
mod data_type;
mod expression;
mod index;
mod object;
mod query;
mod quotes;
mod reserved;
mod routine;
mod scan;
mod session;
mod settings;
mod table;
mod types;
mod values;

use super::cursor::Cursor;
use super::lex::Token;
use super::statement::{Action, Invocation, ObjectKind, Prepare, Query};
use crate::source::Span;

/// How many statements may stand in one another: a DO in a function in a DO. Some are looked at twice on each level.
const DEEPEST: u8 = 4;

/// Reads one statement.
pub fn read(statement: Cursor<'_>) -> Action {
    if statement.depth() > DEEPEST {
        return Action::Unread;
    }
    if let Some(action) = whole(statement) {
        return action;
    }
    // Marks of a template may stand for nothing, or for a part of the statement that we cannot know.
    if statement.depth() == 0 && statement.left().iter().any(|token| is_mark(&statement, token)) {
        let tokens: Vec<Token> = statement.left().iter().filter(|token| !is_mark(&statement, token)).copied().collect();
        return whole(statement.inner(&tokens)).unwrap_or(Action::Unread);
    }
    Action::Unread
}

fn is_mark(statement: &Cursor<'_>, token: &Token) -> bool {
    statement.written(token.span).starts_with('{') && statement.lexed(token.span) != statement.written(token.span)
}

/// Reads a statement to its end.
fn whole(statement: Cursor<'_>) -> Option<Action> {
    let mut cursor = statement;
    let action = first_word(&mut cursor)?;
    cursor.end()?;
    Some(action)
}

fn first_word(cursor: &mut Cursor<'_>) -> Option<Action> {
    let whole = *cursor;
    let start = cursor.here();
    let word = cursor.keyword();
    if cursor.is_symbol(b'(') {
        return all_of(cursor, query::select(&whole));
    }
    cursor.advance();
    match &*word {
        "select" | "values" | "table" => all_of(cursor, query::select(&whole)),
        "with" => {
            *cursor = whole;
            let action = data::with(cursor);
            all_of(cursor, action)
        }
        "insert" | "update" | "delete" | "merge" => {
            *cursor = whole;
            data::write(cursor)
        }
        "create" => create::read(cursor, start),
        "alter" => alter(cursor, start),
        "drop" if cursor.is_word("owned") => session::owned(cursor, false),
        "drop" => object::drop(cursor, start),
        "comment" => {
            cursor.word("on")?;
            object::comment(cursor)
        }
        "grant" => object::grant(cursor, false),
        "revoke" => object::grant(cursor, true),
        "set" => session::set(cursor),
        "reset" => session::reset(cursor),
        "begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release" => {
            session::transaction(cursor, &word).map(Action::Transaction)
        }
        "prepare" if cursor.is_word("transaction") => session::transaction(cursor, &word).map(Action::Transaction),
        "copy" => data::copy(cursor),
        "do" => routine::do_block(cursor),
        "truncate" => session::truncate(cursor),
        _ => rare(cursor, start, &word),
    }
}

/// Statements that few migrations have.
fn rare(cursor: &mut Cursor<'_>, start: Span, word: &str) -> Option<Action> {
    match word {
        "vacuum" => session::vacuum(cursor),
        "analyze" | "analyse" => session::analyze(cursor),
        "reindex" => session::reindex(cursor, start),
        "refresh" => session::refresh(cursor, start),
        "cluster" => session::cluster(cursor),
        "repack" => session::repack(cursor),
        "lock" => session::lock(cursor),
        "explain" => data::explain(cursor),
        "call" => invocation(cursor).map(|call| Action::Call(Box::new(call))),
        "execute" => invocation(cursor).map(|call| Action::Execute(Box::new(call))),
        "prepare" => prepare(cursor),
        "declare" => declare(cursor),
        "reassign" => session::owned(cursor, true),
        "security" => {
            cursor.word("label")?;
            object::label(cursor)
        }
        "import" => {
            cursor.words(&["foreign", "schema"])?;
            let action = cursor.ident().map(|_| Action::ImportForeignSchema);
            all_of(cursor, action)
        }
        "show" | "notify" | "listen" | "unlisten" | "discard" | "checkpoint" | "load" | "fetch" | "move" | "close"
        | "deallocate" => all_of(cursor, Some(Action::Harmless)),
        _ => None,
    }
}

/// What has been looked at whole, whatever its end.
fn all_of(cursor: &mut Cursor<'_>, action: Option<Action>) -> Option<Action> {
    cursor.go_to(cursor.position() + cursor.left().len());
    action
}

/// What follows ALTER.
fn alter(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    if cursor.words(&["default", "privileges"]).is_some() {
        return object::default_privileges(cursor);
    }
    let kind = object::kind(cursor)?;
    let keywords = cursor.span_since(start);
    match kind {
        ObjectKind::Table
        | ObjectKind::Index
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence
        | ObjectKind::ForeignTable => alter::read(cursor, keywords, kind),
        ObjectKind::Type => types::alter_type(cursor),
        ObjectKind::Domain => types::alter_domain(cursor),
        ObjectKind::Publication => create::alter_publication(cursor),
        ObjectKind::Subscription => create::alter_subscription(cursor),
        ObjectKind::Policy => {
            let mut at = *cursor;
            match create::policy(&mut at, false).filter(|_| at.is_done()) {
                Some(policy) => {
                    *cursor = at;
                    Some(Action::AlterPolicy(Box::new(policy)))
                }
                None => object::alter(cursor, keywords, kind),
            }
        }
        ObjectKind::Column | ObjectKind::Constraint | ObjectKind::Cast => None,
        _ => object::alter(cursor, keywords, kind),
    }
}

/// What follows CALL or EXECUTE.
fn invocation(cursor: &mut Cursor<'_>) -> Option<Invocation> {
    let name = cursor.name()?;
    let mut arguments = Query { span: name.span, ..Query::default() };
    if cursor.is_symbol(b'(') && !cursor.nth_is_symbol(1, b')') {
        arguments = query::query(&cursor.inside()?)?;
    } else if cursor.is_symbol(b'(') {
        cursor.brackets()?;
    }
    Some(Invocation { name, arguments: Box::new(arguments) })
}

/// What follows DECLARE.
fn declare(cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.ident()?;
    while cursor.word("for").is_none() {
        cursor.token()?;
        cursor.advance();
    }
    let action = query::query(cursor).map_or(Action::Harmless, |query| Action::Declare(Box::new(query)));
    all_of(cursor, Some(action))
}

/// What follows PREPARE.
fn prepare(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name = cursor.ident()?;
    if cursor.is_symbol(b'(') {
        cursor.brackets()?;
    }
    cursor.word("as")?;
    let statement = Box::new(data::nested(cursor)?);
    Some(Action::Prepare(Prepare { name, statement }))
}
