//! What do the comments of a file say to the tool that runs it?
//!
//! Which tool it is, where its parts begin, and whether it asks for no transaction.

use super::framework::{Down, Escape, Framework};
use crate::document::sql::Sql;
use crate::source::{Source, Span};

/// Comments that only files of one tool have, beside the marks of its parts.
const SIGNS: &[(Framework, &str)] = &[
    (Framework::Goose, "+goose "),
    (Framework::Atlas, "atlas:"),
    (Framework::Drizzle, "> statement-breakpoint"),
    (Framework::Morph, "morph:"),
    (Framework::Tern, "tern:"),
    (Framework::GraphileMigrate, "! previous:"),
    (Framework::PostgresMigrations, "postgres-migrations "),
    (Framework::Sqlx, "add migration script here"),
    (Framework::Sqlx, "add up migration script here"),
    (Framework::Sqlx, "add down migration script here"),
    (Framework::Sqlx, "no-transaction"),
    (Framework::Yoyo, "transactional:"),
    (Framework::Liquibase, "changeset "),
];

/// A comment as marks are compared: without its dashes and blanks before, in small letters.
fn plain(comment: &str) -> String {
    comment.trim_start_matches(['-', ' ', '\t']).to_ascii_lowercase()
}

/// The marks that begin the parts of a file, with whether what follows goes forward.
fn parts(framework: Framework) -> impl Iterator<Item = (&'static str, bool)> {
    let files = framework.traits().files;
    let down = if let Down::Section(mark) = files.down { mark } else { "" };
    [(files.up_mark, true), (down, false)].into_iter().filter(|(mark, _)| !mark.is_empty())
}

fn is_mark(comment: &str, mark: &str) -> bool {
    comment.strip_prefix(plain(mark).trim_end()).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
}

/// The tool that a file's own words belong to, with the words.
pub fn framework(source: &Source, sql: &Sql) -> Option<(Framework, Span)> {
    sql.comments.iter().find_map(|span| {
        let comment = plain(source.slice(*span));
        let by_parts = || Framework::all().find(|framework| parts(*framework).any(|(mark, _)| is_mark(&comment, mark)));
        let sign = SIGNS.iter().find(|(_, sign)| comment.starts_with(sign)).map(|(framework, _)| *framework);
        Some((sign.or_else(by_parts)?, *span))
    })
}

/// Where the parts of a file begin, in order, and whether each goes forward. Empty for a file without marks.
pub fn sections(source: &Source, sql: &Sql) -> Vec<(u32, bool)> {
    let marks = sql.comments.iter().filter_map(|span| {
        let comment = plain(source.slice(*span));
        let mut all = Framework::all().flat_map(parts);
        let (_, forward) = all.find(|(mark, _)| is_mark(&comment, mark))?;
        Some((span.start, forward))
    });
    marks.collect()
}

/// The comment by which a file asks its runner for no transaction. One that stands where the runner does not look asks
/// for nothing.
pub fn no_transaction(framework: Framework, source: &Source, sql: &Sql) -> Option<Span> {
    let files = framework.traits().files;
    let begins = if framework == Framework::Liquibase { "changeset" } else { files.up_mark };
    let asks = |span: &&Span| {
        let comment = plain(source.slice(**span));
        match framework.traits().escape {
            // It compares the first bytes of the file.
            Escape::Line(line) if framework == Framework::Sqlx => span.start == 0 && source.slice(**span).starts_with(line),
            Escape::Line(line) => is_mark(&comment, line),
            Escape::Mark(words) => is_mark(&comment, begins) && comment.contains(&words.trim().to_ascii_lowercase()),
            _ => false,
        }
    };
    sql.comments.iter().find(asks).copied()
}

/// Where the changesets of a file of Liquibase begin, and whether each asks for no transaction.
pub fn changesets(source: &Source, sql: &Sql) -> Vec<(Span, bool)> {
    let begins = sql.comments.iter().filter_map(|span| {
        let comment = plain(source.slice(*span));
        let words: String = comment.strip_prefix("changeset ")?.chars().filter(|next| !next.is_whitespace()).collect();
        Some((*span, words.contains("runintransaction:false")))
    });
    begins.collect()
}

/// The mark that begins what a statement belongs to on the way forward, where a tool has such marks.
pub fn opening(framework: Framework, source: &Source, sql: &Sql, before: u32) -> Option<Span> {
    let begins = |span: &&Span| {
        let comment = plain(source.slice(**span));
        match framework {
            Framework::Liquibase => comment.starts_with("changeset "),
            _ => parts(framework).any(|(mark, forward)| forward && is_mark(&comment, mark)),
        }
    };
    sql.comments.iter().rev().filter(|span| span.end <= before).find(begins).copied()
}

/// Whether a file of Liquibase says how it is taken back.
pub fn has_rollback(source: &Source, sql: &Sql) -> bool {
    sql.comments.iter().any(|span| plain(source.slice(*span)).starts_with("rollback "))
}

/// Whether a file stands for all before it, on databases that have none of them.
pub fn is_checkpoint(source: &Source, sql: &Sql) -> bool {
    sql.comments.iter().any(|span| plain(source.slice(*span)).starts_with("atlas:checkpoint"))
}

/// Comments by which a file asks its runner to pass over it.
const PASSED_OVER: &[(Framework, &str)] = &[(Framework::PostgresMigrations, "postgres-migrations ignore")];

/// Whether a file asks its runner to run nothing of it.
pub fn is_passed_over(framework: Framework, source: &Source, sql: &Sql) -> bool {
    let Some((_, mark)) = PASSED_OVER.iter().find(|(known, _)| *known == framework) else { return false };
    sql.comments.iter().any(|span| is_mark(&plain(source.slice(*span)), mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::engine::Engine;

    fn read(text: &str) -> (Source, Sql) {
        let source = Source::decode("1_a.sql", text.as_bytes().to_vec());
        let sql = Sql::read(&source, Some(Engine::Postgres));
        (source, sql)
    }

    #[test]
    fn files_say_whose_they_are() {
        let table = [
            ("-- +goose Up\nSELECT 1;", Some(Framework::Goose)),
            ("-- migrate:up\nSELECT 1;", Some(Framework::Dbmate)),
            ("-- +migrate Up\nSELECT 1;", Some(Framework::SqlMigrate)),
            ("--liquibase formatted sql\n--changeset a:1\n", Some(Framework::Liquibase)),
            ("-- rambler up\nSELECT 1;", Some(Framework::Rambler)),
            ("-- Up Migration\nSELECT 1;", Some(Framework::NodePgMigrate)),
            ("SELECT 1;\n-- //@UNDO\n", Some(Framework::MyBatis)),
            ("SELECT 1;\n---- create above / drop below ----\n", Some(Framework::Tern)),
            ("SELECT 1;--> statement-breakpoint\nSELECT 2;", Some(Framework::Drizzle)),
            ("--! Previous: -\n--! Hash: sha1:0\n\nSELECT 1;", Some(Framework::GraphileMigrate)),
            ("-- Add migration script here\n", Some(Framework::Sqlx)),
            ("-- the goose lays an egg: migrate:up\nSELECT 1;", None),
            ("-- +goosey\nSELECT '-- migrate:up';", None),
        ];
        for (text, framework) in table {
            let (source, sql) = read(text);
            assert_eq!(super::framework(&source, &sql).map(|(framework, _)| framework), framework, "{text}");
        }
    }

    #[test]
    fn a_file_may_ask_for_no_transaction() {
        let asking = [
            (Framework::Goose, "-- +goose NO TRANSACTION\n-- +goose Up\n"),
            (Framework::Dbmate, "-- migrate:up transaction:false\n"),
            (Framework::SqlMigrate, "-- +migrate Up notransaction\n"),
            (Framework::Sqlx, "-- no-transaction\n"),
            (Framework::GraphileMigrate, "--! no-transaction\n"),
            (Framework::Morph, "-- morph:nontransactional\n"),
            (Framework::Liquibase, "--changeset a:1 runInTransaction:false\n"),
            (Framework::Yoyo, "-- transactional: false\n"),
            (Framework::Tern, "---- tern: disable-tx ----\n"),
            (Framework::Atlas, "-- atlas:txmode none\n"),
            (Framework::PostgresMigrations, "-- postgres-migrations disable-transaction\n"),
        ];
        for (framework, mark) in asking {
            let (source, sql) = read(&format!("{mark}VACUUM t;"));
            assert!(no_transaction(framework, &source, &sql).is_some(), "{mark}");
            let (source, sql) = read(&format!("-- see {mark}VACUUM t;"));
            assert_eq!(no_transaction(framework, &source, &sql), None, "see {mark}");
        }
        for (framework, other) in [
            (Framework::Dbmate, "-- migrate:up\n"),
            (Framework::Sqlx, "\n-- no-transaction\n"),
            (Framework::Diesel, "-- no-transaction\n"),
        ] {
            let (source, sql) = read(&format!("{other}VACUUM t;"));
            assert_eq!(no_transaction(framework, &source, &sql), None, "{other}");
        }
    }
}
