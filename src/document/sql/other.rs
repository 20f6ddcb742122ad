//! What does a statement for another server than PostgreSQL say? So far only whether it is surely harmless.

use super::cursor::Cursor;
use super::statement::Action;
use crate::document::engine::Engine;

/// Statements that begin with these words change no schema, whoever the server is.
const HARMLESS: &[&str] = &[
    "select",
    "values",
    "insert",
    "set",
    "use",
    "begin",
    "start",
    "commit",
    "rollback",
    "savepoint",
    "release",
    "grant",
    "revoke",
    "print",
];

/// A statement that needs no semicolon before it begins with one of these.
const OTHERS: &[&str] =
    &["create", "alter", "drop", "truncate", "exec", "execute", "update", "delete", "merge", "begin", "while"];

/// Reads one statement. Nothing of it is ever taken for an effect on a schema.
pub fn read(statement: Cursor<'_>, engine: Engine) -> Action {
    let mut cursor = statement;
    // A BEGIN that holds more than its own words is a block, and anything may be in it.
    let is_block = cursor.is_word("begin") && cursor.has_more_than(3);
    if is_block || cursor.any_word(HARMLESS).is_none() {
        return Action::Unread;
    }
    if engine == Engine::SqlServer && cursor.has_word(OTHERS) {
        return Action::Unread;
    }
    Action::Harmless
}
