//! Transactions, settings, maintenance.

use std::sync::Arc;

use super::settings::{cascade, columns, idents, target};
use super::{expression, table};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{
    Action, Analyze, Cluster, Ident, LockMode, LockTable, ObjectKind, Owned, Refresh, Reindex, Scope, SetValue, SetVariable,
    Transaction, Truncate, Vacuum,
};
use crate::source::Span;

/// What is done to the transaction; the first word has been passed.
pub fn transaction(cursor: &mut Cursor<'_>, word: &str) -> Option<Transaction> {
    match word {
        "begin" | "start" => {
            cursor.any_word(&["work", "transaction"]);
            characteristics(cursor).map(|()| Transaction::Begin)
        }
        "savepoint" => cursor.ident().map(Transaction::Savepoint),
        "release" => {
            cursor.word("savepoint");
            cursor.ident().map(Transaction::Release)
        }
        "prepare" => {
            cursor.word("transaction")?;
            expression::text(cursor).map(|_| Transaction::Prepare)
        }
        "commit" | "rollback" if cursor.word("prepared").is_some() => {
            expression::text(cursor).map(|_| Transaction::FinishPrepared)
        }
        _ => {
            cursor.any_word(&["work", "transaction"]);
            let is_end = matches!(word, "commit" | "end");
            if !is_end && cursor.word("to").is_some() {
                cursor.word("savepoint");
                return cursor.ident().map(Transaction::RollbackTo);
            }
            let chain = cursor.words(&["and", "chain"]).is_some();
            cursor.words(&["and", "no", "chain"]);
            Some(if is_end { Transaction::Commit(chain) } else { Transaction::Rollback(chain) })
        }
    }
}

/// ISOLATION LEVEL and the like.
fn characteristics(cursor: &mut Cursor<'_>) -> Option<()> {
    while !cursor.is_done() {
        cursor.symbol(b',');
        let modes: &[&[&str]] = &[
            &["isolation", "level", "serializable"],
            &["isolation", "level", "repeatable", "read"],
            &["isolation", "level", "read", "committed"],
            &["isolation", "level", "read", "uncommitted"],
            &["read", "only"],
            &["read", "write"],
            &["not", "deferrable"],
            &["deferrable"],
        ];
        modes.iter().find_map(|words| cursor.words(words))?;
    }
    Some(())
}

/// What follows SET.
pub fn set(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.word("constraints").is_some() {
        super::settings::names(cursor)?;
        cursor.any_word(&["deferred", "immediate"])?;
        return Some(Action::Transaction(Transaction::Set));
    }
    let characteristics_words: &[&[&str]] = &[&["session", "characteristics", "as", "transaction"], &["transaction"]];
    if characteristics_words.iter().any(|words| cursor.words(words).is_some()) {
        if cursor.word("snapshot").is_some() {
            expression::text(cursor)?;
        }
        characteristics(cursor)?;
        return Some(Action::Transaction(Transaction::Set));
    }
    let is_authorization = |cursor: &Cursor<'_>| cursor.is_word("session") && cursor.nth_is(1, "authorization");
    let scope = match &*cursor.keyword() {
        "local" => {
            cursor.advance();
            Scope::Local
        }
        "session" if !is_authorization(cursor) => {
            cursor.advance();
            Scope::Session
        }
        _ => Scope::Session,
    };
    let (name, value) = setting(cursor)?;
    Some(Action::Set(Box::new(SetVariable { scope, name, value })))
}

/// Passes a setting with its new value.
pub fn setting(cursor: &mut Cursor<'_>) -> Option<(Arc<str>, SetValue)> {
    if cursor.words(&["session", "authorization"]).is_some() {
        return Some(("session_authorization".into(), values(cursor)?));
    }
    if cursor.words(&["time", "zone"]).is_some() {
        let local = cursor.word("local").is_some();
        return Some(("timezone".into(), if local { SetValue::Default } else { zone(cursor)? }));
    }
    let mut name = cursor.ident()?.text.to_ascii_lowercase();
    if cursor.symbol(b'.').is_some() {
        name = format!("{name}.{}", cursor.name()?.text().to_ascii_lowercase());
    }
    if cursor.words(&["from", "current"]).is_some() {
        return Some((name.into(), SetValue::Unknown));
    }
    let words = ["role", "names", "schema", "catalog", "xml", "seed"];
    if cursor.symbol(b'=').is_none() && cursor.word("to").is_none() && !words.contains(&&*name) {
        return None;
    }
    if name == "xml" {
        cursor.word("option")?;
    }
    let name = if name == "schema" { "search_path".into() } else { name };
    Some((name.into(), values(cursor)?))
}

fn zone(cursor: &mut Cursor<'_>) -> Option<SetValue> {
    if cursor.word("interval").is_none() {
        return values(cursor);
    }
    let value = expression::text(cursor)?;
    cursor.words(&["hour", "to", "minute"]);
    Some(SetValue::To(vec![value.text]))
}

fn values(cursor: &mut Cursor<'_>) -> Option<SetValue> {
    if cursor.is_word("default") {
        cursor.advance();
        return Some(SetValue::Default);
    }
    cursor.separated(value).map(SetValue::To)
}

/// A word, a string or a number, maybe with its unit as psql fills it in.
fn value(cursor: &mut Cursor<'_>) -> Option<Arc<str>> {
    if let Some(literal) = expression::text(cursor) {
        return Some(literal.text);
    }
    let start = cursor.here();
    if cursor.symbol(b'-').is_none() {
        cursor.symbol(b'+');
    }
    let token = cursor.token()?;
    if token.kind == TokenKind::Number {
        cursor.advance();
        return Some(cursor.written(cursor.span_since(start)).into());
    }
    let name = cursor.name()?;
    Some(name.text().into())
}

/// What follows RESET.
pub fn reset(cursor: &mut Cursor<'_>) -> Option<Action> {
    let name: Arc<str> = if cursor.words(&["session", "authorization"]).is_some() {
        "session_authorization".into()
    } else if cursor.words(&["time", "zone"]).is_some() {
        "timezone".into()
    } else if cursor.words(&["transaction", "isolation", "level"]).is_some() {
        "transaction_isolation".into()
    } else {
        cursor.name()?.text().to_ascii_lowercase().into()
    };
    Some(Action::Set(Box::new(SetVariable { scope: Scope::Session, name, value: SetValue::Default })))
}

/// What follows REINDEX.
pub fn reindex(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    let (mut tablespace, mut concurrently) = (None::<Ident>, false);
    if cursor.is_symbol(b'(') {
        for setting in super::settings::settings(cursor)? {
            match &*setting.name {
                "tablespace" => {
                    let text = setting.value.unwrap_or_default();
                    tablespace = Some(Ident { span: setting.span, text });
                }
                "concurrently" => concurrently = is_on(setting.value.as_deref()),
                "verbose" => {}
                _ => return None,
            }
        }
    } else {
        cursor.word("verbose");
    }
    let word = cursor.keyword();
    cursor.advance();
    let kind = match &*word {
        "index" => ObjectKind::Index,
        "table" => ObjectKind::Table,
        "schema" => ObjectKind::Schema,
        "database" => ObjectKind::Database,
        "system" => ObjectKind::System,
        _ => return None,
    };
    let keywords = cursor.span_since(start);
    concurrently |= cursor.word("concurrently").is_some();
    let may_be_unnamed = matches!(kind, ObjectKind::Database | ObjectKind::System);
    let name = if cursor.is_done() && may_be_unnamed { None } else { Some(cursor.name()?) };
    Some(Action::Reindex(Box::new(Reindex { keywords, kind, name, concurrently, tablespace })))
}

/// Whether an option without a value, or with this one, is on.
pub fn is_on(value: Option<&str>) -> bool {
    !matches!(value, Some("false" | "off" | "0"))
}

/// What follows CLUSTER.
pub fn cluster(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.is_symbol(b'(') {
        super::settings::settings(cursor)?;
    } else {
        cursor.word("verbose");
    }
    let mut cluster = Cluster { table: None, index: None };
    if !cursor.is_done() {
        let name = cursor.name()?;
        if cursor.word("on").is_some() {
            // The old way: the index comes first.
            cluster.index = Some(Ident { span: name.span, text: name.last().into() });
            cluster.table = Some(cursor.name()?);
        } else {
            cluster.table = Some(name);
            cluster.index = if cursor.word("using").is_some() { Some(cursor.ident()?) } else { None };
        }
    }
    Some(Action::Cluster(Box::new(cluster)))
}

/// What follows REPACK, since 19.
pub fn repack(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.is_symbol(b'(') {
        super::settings::settings(cursor)?;
    }
    let mut cluster = Cluster { table: None, index: None };
    if !cursor.is_done() && !cursor.is_word("using") {
        cluster.table = optional_targets(cursor)?.pop().map(|target| target.name);
    }
    if cursor.words(&["using", "index"]).is_some() && !cursor.is_done() {
        cluster.index = Some(cursor.ident()?);
    }
    Some(Action::Cluster(Box::new(cluster)))
}

/// What follows VACUUM.
pub fn vacuum(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut vacuum = Vacuum { full: false, analyze: false, options: Vec::new(), tables: Vec::new() };
    if cursor.is_symbol(b'(') {
        for setting in super::settings::settings(cursor)? {
            let on = is_on(setting.value.as_deref());
            match &*setting.name {
                "full" => vacuum.full = on,
                "analyze" | "analyse" => vacuum.analyze = on,
                _ => {}
            }
            vacuum.options.push(setting.name);
        }
    } else {
        vacuum.full = cursor.word("full").is_some();
        cursor.word("freeze");
        cursor.word("verbose");
        vacuum.analyze = cursor.any_word(&["analyze", "analyse"]).is_some();
        cursor.word("verbose");
    }
    vacuum.tables = optional_targets(cursor)?;
    Some(Action::Vacuum(vacuum))
}

fn optional_targets(cursor: &mut Cursor<'_>) -> Option<Vec<crate::document::sql::statement::Target>> {
    if cursor.is_done() {
        return Some(Vec::new());
    }
    cursor.separated(|cursor| {
        let target = target(cursor)?;
        if cursor.is_symbol(b'(') {
            columns(cursor)?;
        }
        Some(target)
    })
}

/// What follows ANALYZE.
pub fn analyze(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut options = Vec::new();
    if cursor.is_symbol(b'(') {
        options.extend(super::settings::settings(cursor)?.into_iter().map(|setting| setting.name));
    } else {
        cursor.word("verbose");
    }
    Some(Action::Analyze(Analyze { options, tables: optional_targets(cursor)? }))
}

/// What follows REFRESH.
pub fn refresh(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    cursor.words(&["materialized", "view"])?;
    let keywords = cursor.span_since(start);
    let concurrently = cursor.word("concurrently").is_some();
    let view = cursor.name()?;
    let no_data = table::ends_with(cursor, &["with", "no", "data"]);
    cursor.words(&["with", "no", "data"]).or_else(|| cursor.words(&["with", "data"]));
    Some(Action::Refresh(Box::new(Refresh { keywords, view, concurrently, no_data })))
}

/// What follows TRUNCATE.
pub fn truncate(cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.word("table");
    let tables = cursor.separated(target)?;
    let restart_identity = cursor.words(&["restart", "identity"]).is_some();
    cursor.words(&["continue", "identity"]);
    let cascade = cascade(cursor);
    Some(Action::Truncate(Box::new(Truncate { tables, restart_identity, cascade })))
}

/// What follows LOCK.
pub fn lock(cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.word("table");
    let tables = cursor.separated(target)?;
    let mode = if cursor.word("in").is_some() { lock_mode(cursor)? } else { LockMode::AccessExclusive };
    let nowait = cursor.word("nowait").is_some();
    Some(Action::LockTable(LockTable { tables, mode, nowait }))
}

fn lock_mode(cursor: &mut Cursor<'_>) -> Option<LockMode> {
    let modes: &[(&[&str], LockMode)] = &[
        (&["access", "share", "mode"], LockMode::AccessShare),
        (&["row", "share", "mode"], LockMode::RowShare),
        (&["row", "exclusive", "mode"], LockMode::RowExclusive),
        (&["share", "update", "exclusive", "mode"], LockMode::ShareUpdateExclusive),
        (&["share", "mode"], LockMode::Share),
        (&["share", "row", "exclusive", "mode"], LockMode::ShareRowExclusive),
        (&["exclusive", "mode"], LockMode::Exclusive),
        (&["access", "exclusive", "mode"], LockMode::AccessExclusive),
    ];
    modes.iter().find(|(words, _)| cursor.words(words).is_some()).map(|(_, mode)| *mode)
}

/// What follows REASSIGN or DROP, where OWNED comes next.
pub fn owned(cursor: &mut Cursor<'_>, reassign: bool) -> Option<Action> {
    cursor.words(&["owned", "by"])?;
    let roles = idents(cursor)?;
    let to = if reassign {
        cursor.word("to")?;
        Some(cursor.ident()?)
    } else {
        None
    };
    let cascade = cascade(cursor).is_some();
    Some(Action::Owned(Box::new(Owned { roles, to, cascade })))
}
