//! What is said of objects of any kind: CREATE, ALTER, DROP, COMMENT, GRANT.

use super::expression;
use super::settings::{cascade, column_of_table, idents, if_exists, if_not_exists, names};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{
    Action, AlterObject, Comment, CreateObject, DropObjects, Grant, Ident, Name, ObjectChange, ObjectKind,
};
use crate::source::Span;

/// The words for each kind, long ones before those that they begin with.
const KINDS: &[(&[&str], ObjectKind)] = &[
    (&["table"], ObjectKind::Table),
    (&["index"], ObjectKind::Index),
    (&["function"], ObjectKind::Function),
    (&["type"], ObjectKind::Type),
    (&["view"], ObjectKind::View),
    (&["trigger"], ObjectKind::Trigger),
    (&["sequence"], ObjectKind::Sequence),
    (&["schema"], ObjectKind::Schema),
    (&["extension"], ObjectKind::Extension),
    (&["materialized", "view"], ObjectKind::MaterializedView),
    (&["policy"], ObjectKind::Policy),
    (&["column"], ObjectKind::Column),
    (&["constraint"], ObjectKind::Constraint),
    (&["domain"], ObjectKind::Domain),
    (&["procedure"], ObjectKind::Procedure),
    (&["routine"], ObjectKind::Routine),
    (&["aggregate"], ObjectKind::Aggregate),
    (&["rule"], ObjectKind::Rule),
    (&["role"], ObjectKind::Role),
    (&["user", "mapping"], ObjectKind::UserMapping),
    (&["user"], ObjectKind::Role),
    (&["group"], ObjectKind::Role),
    (&["database"], ObjectKind::Database),
    (&["publication"], ObjectKind::Publication),
    (&["subscription"], ObjectKind::Subscription),
    (&["statistics"], ObjectKind::Statistics),
    (&["foreign", "table"], ObjectKind::ForeignTable),
    (&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper),
    (&["foreign", "server"], ObjectKind::Server),
    (&["server"], ObjectKind::Server),
    (&["property", "graph"], ObjectKind::PropertyGraph),
    (&["cast"], ObjectKind::Cast),
    (&["collation"], ObjectKind::Collation),
    (&["conversion"], ObjectKind::Conversion),
    (&["operator", "class"], ObjectKind::OperatorClass),
    (&["operator", "family"], ObjectKind::OperatorFamily),
    (&["operator"], ObjectKind::Operator),
    (&["text", "search", "configuration"], ObjectKind::TextSearch),
    (&["text", "search", "dictionary"], ObjectKind::TextSearch),
    (&["text", "search", "parser"], ObjectKind::TextSearch),
    (&["text", "search", "template"], ObjectKind::TextSearch),
    (&["event", "trigger"], ObjectKind::EventTrigger),
    (&["access", "method"], ObjectKind::AccessMethod),
    (&["large", "object"], ObjectKind::LargeObject),
    (&["procedural", "language"], ObjectKind::Language),
    (&["trusted", "procedural", "language"], ObjectKind::Language),
    (&["trusted", "language"], ObjectKind::Language),
    (&["language"], ObjectKind::Language),
    (&["transform"], ObjectKind::Transform),
    (&["tablespace"], ObjectKind::Tablespace),
    (&["parameter"], ObjectKind::Parameter),
    (&["system"], ObjectKind::System),
];

/// Passes the words for what an object is.
pub fn kind(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    KINDS.iter().find(|(words, _)| cursor.words(words).is_some()).map(|(_, kind)| *kind)
}

/// Passes all that is left of a statement that changes no relation, if its brackets are closed.
fn rest(cursor: &mut Cursor<'_>) -> Option<()> {
    while !cursor.is_done() {
        if cursor.is_symbol(b'(') {
            cursor.brackets()?;
        } else {
            cursor.advance();
        }
    }
    Some(())
}

/// Whether its name is followed by the table it belongs to.
fn is_of_a_table(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy | ObjectKind::Constraint)
}

/// What follows DROP.
pub fn drop(cursor: &mut Cursor<'_>, start: Span) -> Option<Action> {
    let kind = kind(cursor)?;
    let keywords = cursor.span_since(start);
    let concurrently = kind == ObjectKind::Index && cursor.word("concurrently").is_some();
    let mut drop = DropObjects {
        keywords,
        kind,
        concurrently,
        if_exists: if_exists(cursor),
        names: Vec::new(),
        on: None,
        arguments: Vec::new(),
        cascade: None,
    };
    match kind {
        ObjectKind::Cast | ObjectKind::Transform | ObjectKind::UserMapping | ObjectKind::Operator => rest(cursor)?,
        ObjectKind::OperatorClass | ObjectKind::OperatorFamily => {
            drop.names = vec![cursor.name()?];
            cursor.word("using")?;
            cursor.ident()?;
        }
        _ => {
            let list = cursor.separated(|cursor| {
                let name = cursor.name()?;
                let arguments = if cursor.is_symbol(b'(') { Some(cursor.brackets()?) } else { None };
                Some((name, arguments))
            })?;
            (drop.names, drop.arguments) = list.into_iter().unzip();
        }
    }
    if is_of_a_table(kind) {
        cursor.word("on")?;
        drop.on = Some(cursor.name()?);
    }
    if kind == ObjectKind::Database && (cursor.word("with").is_some() || cursor.is_symbol(b'(')) {
        cursor.brackets()?;
    }
    drop.cascade = cascade(cursor);
    Some(Action::Drop(Box::new(drop)))
}

/// What follows CREATE, of all that needs no reader of its own.
pub fn create(cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.word("default");
    let kind = kind(cursor)?;
    let if_not_exists = if_not_exists(cursor);
    let has_name = !matches!(kind, ObjectKind::Cast | ObjectKind::Transform | ObjectKind::UserMapping);
    let name = if !has_name || cursor.is_symbol(b'(') {
        None
    } else if kind == ObjectKind::Operator {
        operator_name(cursor)
    } else {
        Some(cursor.name()?)
    };
    let is_known = !matches!(
        kind,
        ObjectKind::Column
            | ObjectKind::Constraint
            | ObjectKind::LargeObject
            | ObjectKind::Parameter
            | ObjectKind::System
            | ObjectKind::Routine
            | ObjectKind::Table
            | ObjectKind::Index
            | ObjectKind::View
            | ObjectKind::MaterializedView
    );
    is_known.then_some(())?;
    rest(cursor)?;
    Some(Action::CreateObject(Box::new(CreateObject { kind, name, if_not_exists })))
}

/// Passes `schema.=>`; only the schema is a name.
fn operator_name(cursor: &mut Cursor<'_>) -> Option<Name> {
    let name = cursor.ident().map(Name::from);
    cursor.symbol(b'.');
    while matches!(cursor.token().map(|token| token.kind), Some(TokenKind::Symbol(symbol)) if expression::is_operator(symbol)) {
        cursor.advance();
    }
    name
}

/// What follows ALTER and the words for what it is, of all that needs no reader of its own.
pub fn alter(cursor: &mut Cursor<'_>, keywords: Span, kind: ObjectKind) -> Option<Action> {
    if_exists(cursor);
    let has_name = !matches!(kind, ObjectKind::Cast | ObjectKind::Transform | ObjectKind::UserMapping | ObjectKind::System);
    let name = if !has_name {
        None
    } else if kind == ObjectKind::Operator {
        operator_name(cursor)
    } else if kind == ObjectKind::LargeObject {
        cursor.advance();
        None
    } else {
        Some(cursor.name()?)
    };
    if kind != ObjectKind::TextSearch && cursor.is_symbol(b'(') {
        cursor.brackets()?;
    }
    if matches!(kind, ObjectKind::OperatorClass | ObjectKind::OperatorFamily) {
        cursor.word("using")?;
        cursor.ident()?;
    }
    let mut on = None;
    if is_of_a_table(kind) {
        cursor.word("on")?;
        on = Some(cursor.name()?);
    }
    let change = change(cursor, kind)?;
    Some(Action::AlterObject(Box::new(AlterObject { keywords, kind, name, on, change })))
}

fn change(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Option<ObjectChange> {
    if cursor.words(&["rename", "to"]).is_some() {
        return cursor.ident().map(ObjectChange::RenameTo);
    }
    if cursor.words(&["set", "schema"]).is_some() {
        return cursor.ident().map(ObjectChange::SetSchema);
    }
    if cursor.words(&["owner", "to"]).is_some() {
        return cursor.ident().map(ObjectChange::OwnerTo);
    }
    let first = cursor.keyword();
    let is_known = match kind {
        ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy | ObjectKind::Schema => {
            matches!(&*first, "depends" | "no")
        }
        ObjectKind::Extension => matches!(&*first, "update" | "add" | "drop"),
        ObjectKind::Statistics => matches!(&*first, "set"),
        // What they say of themselves concerns no table.
        _ => !cursor.is_done(),
    };
    is_known.then_some(())?;
    rest(cursor)?;
    Some(ObjectChange::Other)
}

/// What follows `COMMENT ON` and `SECURITY LABEL .. ON`.
pub fn comment(cursor: &mut Cursor<'_>) -> Option<Action> {
    let kind = kind(cursor)?;
    let mut comment = Comment { kind, name: None, on: None, column: None };
    match kind {
        ObjectKind::Column => {
            let (table, column) = column_of_table(cursor)?;
            (comment.name, comment.column) = (Some(table), Some(column));
        }
        ObjectKind::Cast | ObjectKind::Transform | ObjectKind::LargeObject | ObjectKind::Operator | ObjectKind::UserMapping => {
            while !cursor.is_done() && !cursor.is_word("is") {
                if cursor.brackets().is_none() {
                    cursor.advance();
                }
            }
        }
        _ => comment.name = Some(cursor.name()?),
    }
    if cursor.is_symbol(b'(') {
        cursor.brackets()?;
    }
    if cursor.word("using").is_some() {
        cursor.ident()?;
    }
    if is_of_a_table(kind) {
        cursor.word("on")?;
        cursor.word("domain");
        comment.on = Some(cursor.name()?);
    }
    cursor.word("is")?;
    if cursor.word("null").is_none() {
        expression::text(cursor).map(std::mem::drop).or_else(|| cursor.ident().map(std::mem::drop))?;
    }
    Some(Action::Comment(Box::new(comment)))
}

/// What follows `SECURITY LABEL`.
pub fn label(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.word("for").is_some() && expression::text(cursor).is_none() {
        cursor.ident()?;
    }
    cursor.word("on")?;
    comment(cursor)
}

/// What follows GRANT or REVOKE.
pub fn grant(cursor: &mut Cursor<'_>, revoke: bool) -> Option<Action> {
    let to = if revoke { "from" } else { "to" };
    let mut grant = Grant { revoke, kind: None, names: Vec::new(), all_in_schema: false };
    while !cursor.is_word("on") && !cursor.is_word(to) {
        if cursor.is_symbol(b'(') {
            cursor.brackets()?;
        } else {
            cursor.token()?;
            cursor.advance();
        }
    }
    if cursor.word("on").is_some() {
        if let Some(kind) = all_in_schema(cursor) {
            grant.kind = Some(kind);
            grant.all_in_schema = true;
            grant.names = names(cursor)?;
        } else {
            let mut at = *cursor;
            // A table may be called like a kind of object.
            let kind = kind(&mut at).filter(|_| !at.is_word(to) && !at.is_symbol(b','));
            if kind.is_some() {
                *cursor = at;
            }
            grant.kind = Some(kind.unwrap_or(ObjectKind::Table));
            grant.names = cursor.separated(granted)?;
        }
    }
    cursor.word(to)?;
    grantees(cursor)?;
    Some(Action::Grant(Box::new(grant)))
}

fn granted(cursor: &mut Cursor<'_>) -> Option<Name> {
    if let Some(token) = cursor.token().filter(|token| token.kind == TokenKind::Number) {
        cursor.advance();
        return Some(Name::from(Ident { span: token.span, text: cursor.written(token.span).into() }));
    }
    let name = cursor.name()?;
    if cursor.is_symbol(b'(') {
        cursor.brackets()?;
    }
    Some(name)
}

fn all_in_schema(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    let kinds: &[(&str, ObjectKind)] = &[
        ("tables", ObjectKind::Table),
        ("sequences", ObjectKind::Sequence),
        ("functions", ObjectKind::Function),
        ("procedures", ObjectKind::Procedure),
        ("routines", ObjectKind::Routine),
    ];
    kinds.iter().find(|(word, _)| cursor.words(&["all", word, "in", "schema"]).is_some()).map(|(_, kind)| *kind)
}

fn grantees(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.separated(|cursor| {
        cursor.word("group");
        cursor.ident()
    })?;
    if cursor.word("with").is_some() {
        cursor.separated(|cursor| {
            cursor.any_word(&["grant", "admin", "inherit", "set"])?;
            cursor.any_word(&["option", "true", "false"])
        })?;
    }
    if cursor.words(&["granted", "by"]).is_some() {
        cursor.ident()?;
    }
    cascade(cursor);
    Some(())
}

/// What follows `ALTER DEFAULT PRIVILEGES`.
pub fn default_privileges(cursor: &mut Cursor<'_>) -> Option<Action> {
    loop {
        if cursor.word("for").is_some() {
            cursor.any_word(&["role", "user"])?;
            idents(cursor)?;
        } else if cursor.words(&["in", "schema"]).is_some() {
            idents(cursor)?;
        } else {
            break;
        }
    }
    let word = cursor.any_word(&["grant", "revoke"])?;
    let to = if cursor.written(word).eq_ignore_ascii_case("grant") { "to" } else { "from" };
    while !cursor.is_word(to) {
        cursor.token()?;
        cursor.advance();
    }
    cursor.advance();
    grantees(cursor)?;
    Some(Action::DefaultPrivileges)
}
