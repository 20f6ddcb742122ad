//! Who opens a transaction around the statements of a file: its runner, the file itself, or nobody?

use super::framework::Transactions;
use crate::document::sql::{Action, Transaction};

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

/// Who opens one around these statements of a file, which go forward, where the runner opens what `runner` says.
pub fn wrapping<'a>(runner: Transactions, statements: impl Iterator<Item = &'a Action>) -> Wrapping {
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
        (0, 0) if runner == Transactions::None => Wrapping::None,
        (0, 0) => Wrapping::Single,
        (1, 0 | 1) if outside == 0 => Wrapping::Single,
        _ => Wrapping::Explicit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::engine::Engine;
    use crate::document::sql::Sql;
    use crate::source::Source;

    #[test]
    fn a_file_may_open_its_own() {
        let (single, none) = (Transactions::Single, Transactions::None);
        let table = [
            (single, "ALTER TABLE t ADD a int;", Wrapping::Single),
            (Transactions::Batch, "ALTER TABLE t ADD a int;", Wrapping::Single),
            (none, "ALTER TABLE t ADD a int;", Wrapping::None),
            (single, "BEGIN; ALTER TABLE t ADD a int; COMMIT;", Wrapping::Single),
            (single, "SET lock_timeout = '1s'; BEGIN; ALTER TABLE t ADD a int; END;", Wrapping::Single),
            (none, "BEGIN; ALTER TABLE t ADD a int; COMMIT;", Wrapping::Single),
            (single, "BEGIN; ALTER TABLE t ADD a int; COMMIT; VACUUM t;", Wrapping::Explicit),
            (single, "ALTER TABLE t ADD a int; COMMIT; VACUUM t;", Wrapping::Explicit),
            (single, "BEGIN; ALTER TABLE t ADD a int; COMMIT; BEGIN; ALTER TABLE t DROP a; COMMIT;", Wrapping::Explicit),
        ];
        for (runner, text, expected) in table {
            let source = Source::decode("1_a.sql", text.as_bytes().to_vec());
            let sql = Sql::read(&source, Some(Engine::Postgres));
            assert_eq!(wrapping(runner, sql.statements.iter().map(|statement| &statement.action)), expected, "{text}");
        }
    }
}
