//! Files that tell how a whole database looks, beside the migrations that lead there: what `pg_dump` wrote, the schema of
//! Prisma, the snapshots of Drizzle.
//!
//! Each is brought into SQL, which is all that the rest of the house knows. Nothing in here is ever judged.

mod drizzle;
mod prisma;

use std::fmt::Write as _;

use super::engine::Engine;
use super::sql::Sql;
use crate::path;
use crate::source::Source;

/// How a database looks as somebody wrote it down.
#[derive(Debug)]
pub struct Dump {
    /// What would build it.
    pub sql: Sql,
    /// The versions of migrations that it says have run.
    pub versions: Vec<String>,
}

/// What a dump is called.
pub const DUMPS: [&str; 2] = ["structure.sql", "schema.sql"];

/// Who wrote such a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Teller {
    /// `pg_dump`, by hand or at the end of `dbmate up` and `rails db:migrate`.
    Dump,
    /// A file of Prisma's schema.
    Prisma,
    /// A snapshot of Drizzle.
    Drizzle,
}

impl Teller {
    /// Who tells by a file of this path, as far as its name says.
    pub fn of_path(path: &str) -> Option<Self> {
        let (folder, name) = path::parted(path);
        let folder = path::name(folder);
        match name {
            name if DUMPS.contains(&name) => Some(Self::Dump),
            _ if name.ends_with(".prisma") => Some(Self::Prisma),
            _ if folder == "meta" && name.ends_with("_snapshot.json") => Some(Self::Drizzle),
            _ => None,
        }
    }

    /// What these files tell together; none where they are of another kind, or of another server.
    pub fn read(self, files: &[Source]) -> Option<Dump> {
        let sql = |text: String| {
            let source = Source::decode("schema.sql", text.into_bytes());
            Dump { sql: Sql::read(&source, Some(Engine::Postgres)), versions: Vec::new() }
        };
        match self {
            Self::Prisma => Some(sql(prisma::in_sql(files)?)),
            Self::Drizzle => Some(sql(drizzle::in_sql(files.first()?)?)),
            Self::Dump => {
                let source = files.first()?;
                is_written_by_pg_dump(source.text()).then(|| {
                    let sql = Sql::read(source, Some(Engine::Postgres));
                    Dump { sql, versions: versions(source.text()) }
                })
            }
        }
    }
}

/// Whether `pg_dump` wrote it, and not a person: its headline, or what it says first where Rails cut that off.
fn is_written_by_pg_dump(text: &str) -> bool {
    let has = |words: &str| memchr::memmem::find(text.as_bytes(), words.as_bytes()).is_some();
    has("-- PostgreSQL database dump") || has("pg_catalog.set_config('search_path'")
}

/// What stands in quotes behind the last `INSERT INTO .. schema_migrations`, as dbmate and Rails write it.
fn versions(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let Some(start) = lower.rfind("insert into").filter(|at| lower[*at..].contains("schema_migrations")) else {
        return Vec::new();
    };
    let end = lower[start..].find(';').map_or(lower.len(), |end| start + end);
    let quoted = text[start..end].split('\'').skip(1).step_by(2);
    quoted.filter(|version| version.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned).collect()
}

/// SQL as it is put together.
#[derive(Default)]
struct Writer {
    tables: String,
    /// What needs all tables: foreign keys.
    after: String,
}

impl Writer {
    fn table(&mut self, name: &str, parts: &[String]) {
        let _ = writeln!(self.tables, "CREATE TABLE {name} ({});", parts.join(", "));
    }

    fn statement(&mut self, statement: &str) {
        let _ = writeln!(self.tables, "{statement};");
    }

    fn later(&mut self, statement: &str) {
        let _ = writeln!(self.after, "{statement};");
    }

    fn finish(self) -> String {
        self.tables + &self.after
    }
}

/// A name in quotes, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The name of a table in its schema.
fn table(schema: &str, name: &str) -> String {
    if schema.is_empty() { format!("public.{}", quoted(name)) } else { format!("{}.{}", quoted(schema), quoted(name)) }
}

/// Names in quotes, with commas.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// A string, whatever is in it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An expression or a type that is written out in a file: nothing that could end its statement or hide the rest of it.
fn fragment(text: &str) -> Option<&str> {
    let is_odd = |part: &str| text.contains(part);
    (![";", "--", "/*", "\\"].into_iter().any(is_odd) && !text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_a_teller() {
        for (path, teller) in [
            ("db/structure.sql", Some(Teller::Dump)),
            ("schema.sql", Some(Teller::Dump)),
            ("prisma/schema/order.prisma", Some(Teller::Prisma)),
            ("drizzle/meta/0003_snapshot.json", Some(Teller::Drizzle)),
            ("tests/0003_snapshot.json", None),
            ("0001_schema.sql", None),
        ] {
            assert_eq!(Teller::of_path(path), teller, "{path}");
        }
    }

    #[test]
    fn only_what_a_program_wrote_is_taken_for_a_dump() {
        let read = |text: &str| Teller::Dump.read(&[Source::decode("schema.sql", text.as_bytes().to_vec())]);
        assert!(read("CREATE TABLE a (id int);").is_none());
        let rails = "SET lock_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE a (id int);\n\
                     SET search_path TO \"$user\", public;\n\nINSERT INTO \"schema_migrations\" (version) VALUES\n('20240102'),\n('20240101');\n";
        assert_eq!(read(rails).map(|dump| dump.versions), Some(vec!["20240102".to_owned(), "20240101".to_owned()]));
        let plain = "-- PostgreSQL database dump\nCREATE TABLE a (id int);\nINSERT INTO b VALUES ('1');";
        assert_eq!(read(plain).map(|dump| (dump.sql.statements.len(), dump.versions)), Some((2, Vec::new())));
    }

    #[test]
    fn what_is_written_out_ends_no_statement() {
        assert_eq!(fragment("now() - '1 day'::interval"), Some("now() - '1 day'::interval"));
        for odd in ["1); DROP TABLE a", "1 -- rest", "/* 1", "", " "] {
            assert_eq!(fragment(odd), None, "{odd}");
        }
        assert_eq!((table("", "a\"b"), literal("it's")), ("public.\"a\"\"b\"".to_owned(), "'it''s'".to_owned()));
    }
}
