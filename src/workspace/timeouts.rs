//! Does something outside a migration limit how long it waits for locks?
//!
//! The configuration may say so, a migration may have told the server (`ALTER ROLE .. SET lock_timeout`), and so may the
//! options of a connection in settings, compose files, manifests and pipelines (`-c lock_timeout=5s`).

use std::sync::Arc;

use crate::database::millis;
use crate::document::Document;
use crate::document::sql::{Action, ObjectKind};
use crate::source::Source;

/// A limit that holds for every migration of a set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// In milliseconds; zero is none.
    pub millis: u64,
    /// Who says so.
    pub said: String,
}

const NAME: &str = "lock_timeout";

/// That of a set of these files: what the configuration says, else what a role or a database was told by a statement of
/// them, else what the nearest file has as an option of its connection.
pub fn of_set<'d>(
    documents: impl Iterator<Item = &'d Arc<Document>>,
    configured: Option<&str>,
    nearest: Option<&Limit>,
) -> Option<Limit> {
    let configured = configured.and_then(millis).map(|millis| Limit { millis, said: "the configuration".to_owned() });
    // The last word counts.
    let of_roles = || documents.filter_map(|document| in_sql(document)).last();
    configured.or_else(of_roles).or_else(|| nearest.cloned())
}

fn in_sql(document: &Document) -> Option<Limit> {
    let sql = document.sql()?;
    let source = &document.source;
    let told = sql.statements.iter().filter(|statement| {
        matches!(&statement.action, Action::AlterObject(alter) if matches!(alter.kind, ObjectKind::Role | ObjectKind::Database))
    });
    told.filter_map(|statement| limit_in(source, source.slice(statement.span), statement.span.start)).last()
}

/// The options of a connection in a text.
pub fn in_options(source: &Source) -> Option<Limit> {
    let text = source.text();
    let at = text.find(NAME)?;
    limit_in(source, &text[at..], u32::try_from(at).ok()?)
}

/// The value behind the first name: `lock_timeout = '5s'`, `lock_timeout TO 5000`, `lock_timeout%3D5s`.
fn limit_in(source: &Source, text: &str, start: u32) -> Option<Limit> {
    let (_, rest) = text.split_once(NAME)?;
    let rest = rest.trim_start();
    let rest = rest
        .strip_prefix('=')
        .or_else(|| rest.strip_prefix("%3D"))
        .or_else(|| rest.strip_prefix("TO "))
        .or_else(|| rest.strip_prefix("to "))?;
    let rest = rest.trim_start().trim_start_matches(['\'', '"']);
    let end = rest.find(|next: char| !next.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let millis = millis(&rest[..end])?;
    Some(Limit { millis, said: format!("{}:{}", source.path(), source.line(start)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_connections_are_read() {
        let limit =
            |text: &str| in_options(&Source::decode(".env", text.as_bytes().to_vec())).map(|limit| (limit.millis, limit.said));
        let found = |millis| Some((millis, ".env:1".to_owned()));
        assert_eq!(limit("PGOPTIONS='-c lock_timeout=5000'\n"), found(5000));
        assert_eq!(limit("DATABASE_URL=postgres://db/x?options=-c%20lock_timeout%3D2s\n"), found(2000));
        assert_eq!(limit("LOCK_TIMEOUT=5\n"), None, "what an application calls its own");
        assert_eq!(limit("lock_timeout: unknown\n"), None);
    }
}
