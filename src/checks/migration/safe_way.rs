//! The safe way as files to write: in which order, with which marks, and the way back.

use crate::document::migration::NewMigration;
use crate::document::sql::Name;
use crate::rule::Context;
use crate::workspace::history::{Migration, Script};

/// Migrations that take the place of one.
#[derive(Default)]
pub struct SafeWay {
    parts: Vec<Part>,
}

/// One of them.
struct Part {
    in_transaction: bool,
    up: String,
    down: String,
}

/// How long a rewrite waits for a lock that others wait for.
pub const PATIENCE: &str = "SET LOCAL lock_timeout = '5s';\n";

impl SafeWay {
    /// A migration that runs in a transaction.
    #[must_use]
    pub fn then(mut self, up: impl Into<String>, down: impl Into<String>) -> Self {
        self.parts.push(Part { in_transaction: true, up: up.into(), down: down.into() });
        self
    }

    /// A migration that runs without one.
    #[must_use]
    pub fn outside(mut self, up: impl Into<String>, down: impl Into<String>) -> Self {
        self.parts.push(Part { in_transaction: false, up: up.into(), down: down.into() });
        self
    }

    /// As text: its files, each under its name, as the tool that runs the set wants them.
    pub fn told(&self, migration: &Migration, script: &Script, cx: &Context<'_>) -> String {
        let Some(set) = cx.set else { return String::new() };
        let has_way_back = migration.down.iter().any(|down| down.source != script.source) || !migration.down.is_empty();
        let mut out = Vec::new();
        let mut title = migration.title.clone();
        for (at, part) in self.parts.iter().enumerate() {
            if at > 0 {
                title = set.title_after(&title, &format!("part_{}", at + 1));
            }
            let down = if has_way_back { part.down.as_str() } else { "" };
            let without_transaction = !part.in_transaction;
            for file in set.write(NewMigration { title: &title, up: &part.up, down, without_transaction }) {
                out.push(format!("-- {}", file.path.rsplit('/').next().unwrap_or(&file.path)));
                out.push(file.text.trim_end().to_owned());
            }
        }
        let alone = if self.parts.iter().all(|part| part.in_transaction) {
            ""
        } else {
            ", what is CONCURRENTLY alone and outside a transaction"
        };
        match self.parts.len() {
            1 => out.join("\n"),
            several => format!("in {several} migrations, one after the other{alone}:\n{}", out.join("\n")),
        }
    }
}

/// A name in the schema of a table as it is written.
pub fn beside(table: &str, name: &str) -> String {
    table.rsplit_once('.').map_or_else(|| name.to_owned(), |(schema, _)| format!("{schema}.{name}"))
}

/// An identifier as it has to be written.
pub fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain && !name.starts_with(|first: char| first.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A made-up name, short enough for the server.
pub fn made_up(table: &str, column: &str, label: &str) -> String {
    let table = table.rsplit('.').next().unwrap_or(table).trim_matches('"');
    let mut name = format!("{table}_{}", column.trim_matches('"'));
    let room = 62_usize.saturating_sub(label.len());
    while name.len() > room {
        name.pop();
    }
    quoted(&format!("{name}_{label}"))
}

/// A name as it is written in a statement.
pub fn written<'w>(cx: &Context<'w>, script: &Script, name: &Name) -> &'w str {
    cx.workspace.text(crate::diagnostic::Place { source: script.source, span: name.span })
}
