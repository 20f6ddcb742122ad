//! Does the runner of a migration open a transaction around its file?
//!
//! Runners do, unless the file tells them not to. Only what the file itself shows is known here: diesel's
//! `metadata.toml` and Flyway's `.conf` beside it are not read.

use crate::document::sql::{Action, Sql, Transaction};
use crate::source::Source;

/// Who opens a transaction around the statements of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrapping {
    /// One for the whole file, be it the runner or the file itself.
    Single,
    /// Nobody: each statement commits by itself.
    None,
    /// The file divides itself by its own BEGIN and COMMIT.
    Explicit,
}

impl Wrapping {
    /// The word for it in reports for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::None => "none",
            Self::Explicit => "explicit",
        }
    }
}

/// Comments by which a file asks its runner for no transaction: how each begins, and what else is in it.
const MARKS: &[(&str, &str)] = &[
    ("+goose no transaction", ""),
    ("migrate:up", "transaction:false"),
    ("+migrate up", "notransaction"),
    ("no-transaction", ""),
    ("! no-transaction", ""),
    ("morph:nontransactional", ""),
    ("changeset", "runintransaction:false"),
    ("transactional: false", ""),
    ("tern: disable-tx", ""),
    ("atlas:txmode none", ""),
];

/// Who opens one around these statements of a file, which go forward.
pub fn wrapping<'a>(source: &Source, sql: &Sql, statements: impl Iterator<Item = &'a Action>) -> Wrapping {
    // What stands outside its own transactions, and how many it has.
    let (mut outside, mut begins, mut ends) = (0, 0, 0);
    for action in statements {
        match action {
            Action::Transaction(Transaction::Begin) => begins += 1,
            Action::Transaction(Transaction::Commit(_) | Transaction::Rollback(_) | Transaction::Prepare) => ends += 1,
            Action::Set(_) | Action::Transaction(_) => {}
            _ => outside += u32::from(begins <= ends),
        }
    }
    match (begins, ends) {
        (0, 0) if asks_for_none(source, sql) => Wrapping::None,
        (0, 0) => Wrapping::Single,
        (1, 0 | 1) if outside == 0 => Wrapping::Single,
        _ => Wrapping::Explicit,
    }
}

fn asks_for_none(source: &Source, sql: &Sql) -> bool {
    let asks = |comment: &str| {
        let comment = comment.trim_start_matches(['-', ' ', '\t', '/', '*']).to_ascii_lowercase();
        let has = |(start, rest): &(&str, &str)| comment.strip_prefix(start).is_some_and(|after| after.contains(rest));
        MARKS.iter().any(has)
    };
    source.name().contains(".autocommit.") || sql.comments.iter().any(|comment| asks(source.slice(*comment)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::engine::Engine;

    fn of(path: &str, text: &str) -> Wrapping {
        let source = Source::decode(path, text.as_bytes().to_vec());
        let sql = Sql::read(&source, Some(Engine::Postgres));
        wrapping(&source, &sql, sql.statements.iter().map(|statement| &statement.action))
    }

    #[test]
    fn runners_open_one_unless_the_file_asks_them_not_to() {
        assert_eq!(of("1_a.sql", "-- goose is nice\nALTER TABLE t ADD a int;"), Wrapping::Single);
        let asking = [
            "-- +goose NO TRANSACTION\n-- +goose Up\n",
            "-- migrate:up transaction:false\n",
            "-- +migrate Up notransaction\n",
            "-- no-transaction\n",
            "--! no-transaction\n",
            "-- morph:nontransactional\n",
            "--changeset a:1 runInTransaction:false\n",
            "-- transactional: false\n",
            "---- tern: disable-tx ----\n",
            "-- atlas:txmode none\n",
        ];
        for mark in asking {
            assert_eq!(of("1_a.sql", &format!("{mark}ALTER TABLE t ADD a int;")), Wrapping::None, "{mark}");
        }
        assert_eq!(of("1_a.autocommit.up.sql", "VACUUM t;"), Wrapping::None);
        for other in ["-- migrate:up\n", "--changeset a:1\n", "-- see +goose NO TRANSACTION\n"] {
            assert_eq!(of("1_a.sql", &format!("{other}ALTER TABLE t ADD a int;")), Wrapping::Single, "{other}");
        }
    }

    #[test]
    fn a_file_may_open_its_own() {
        let table = [
            ("BEGIN; ALTER TABLE t ADD a int; COMMIT;", Wrapping::Single),
            ("SET lock_timeout = '1s'; BEGIN; ALTER TABLE t ADD a int; END;", Wrapping::Single),
            ("-- no-transaction\nBEGIN; ALTER TABLE t ADD a int; COMMIT;", Wrapping::Single),
            ("BEGIN; ALTER TABLE t ADD a int; COMMIT; VACUUM t;", Wrapping::Explicit),
            ("ALTER TABLE t ADD a int; COMMIT; VACUUM t;", Wrapping::Explicit),
            ("BEGIN; ALTER TABLE t ADD a int; COMMIT; BEGIN; ALTER TABLE t DROP a; COMMIT;", Wrapping::Explicit),
        ];
        for (text, wrapping) in table {
            assert_eq!(of("1_a.sql", text), wrapping, "{text}");
        }
    }
}
