//! Functions, triggers, rules and DO.

use std::sync::Arc;

use super::body::{self, Language};
use super::data_type::data_type;
use super::settings::idents;
use super::{data, expression, session};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::TokenKind;
use crate::document::sql::statement::{
    Action, Argument, Body, CreateFunction, CreateRule, CreateTrigger, DataType, DoBlock, Ident, SetValue, Setting, Statement,
    Volatility,
};
use crate::source::Span;

/// What follows `CREATE [OR REPLACE] FUNCTION`.
pub fn create(cursor: &mut Cursor<'_>, keywords: Span, or_replace: bool, procedure: bool) -> Option<Action> {
    let name = cursor.name()?;
    let start = cursor.here();
    let arguments = arguments(cursor)?;
    let mut function = CreateFunction {
        keywords,
        procedure,
        or_replace,
        name,
        signature: cursor.span_since(start),
        arguments,
        returns: None,
        language: None,
        volatility: Volatility::Volatile,
        security_definer: false,
        settings: Vec::new(),
        body: None,
    };
    let mut text = None;
    while !cursor.is_done() {
        option(cursor, &mut function, &mut text)?;
    }
    if let Some(text) = text {
        function.body = language(function.language.as_ref()).map(|language| Arc::new(body::quoted(cursor, text, language)));
    }
    Some(Action::CreateFunction(Box::new(function)))
}

/// The languages that we read.
fn language(name: Option<&Ident>) -> Option<Language> {
    let text = name?.text.trim_matches('\'');
    if text.eq_ignore_ascii_case("sql") {
        return Some(Language::Sql);
    }
    text.eq_ignore_ascii_case("plpgsql").then_some(Language::PlPgSql)
}

fn arguments(cursor: &mut Cursor<'_>) -> Option<Vec<Argument>> {
    if cursor.is_symbol(b'(') && cursor.nth_is_symbol(1, b')') {
        cursor.brackets()?;
        return Some(Vec::new());
    }
    cursor.list(argument)
}

fn argument(cursor: &mut Cursor<'_>) -> Option<Argument> {
    let modes = ["in", "out", "inout", "variadic"];
    let has_mode = modes.contains(&&*cursor.keyword()) && cursor.has_more_than(1) && !cursor.nth_is_symbol(1, b',');
    let mut mode = if has_mode { Some(cursor.ident()?) } else { None };
    let mut at = *cursor;
    let (mut name, mut found) = (None, data_type(&mut at));
    if found.is_none() || !ends_argument(&at) {
        at = *cursor;
        name = Some(at.ident()?);
        // The name may also stand first.
        if mode.is_none() && modes.contains(&&*at.keyword()) {
            mode = Some(at.ident()?);
        }
        found = data_type(&mut at);
    }
    *cursor = at;
    let data_type = found?;
    let has_default = cursor.word("default").is_some()
        || cursor.symbol(b'=').is_some()
        || (cursor.symbol(b':').is_some() && cursor.symbol(b'=').is_some());
    let default = if has_default { Some(expression::before_words(cursor)?) } else { None };
    Some(Argument { mode, name, data_type, default })
}

fn ends_argument(cursor: &Cursor<'_>) -> bool {
    cursor.is_done() || cursor.is_word("default") || [b',', b'=', b':'].iter().any(|symbol| cursor.is_symbol(*symbol))
}

/// Passes one of the clauses of a function, which may come in any order.
fn option(cursor: &mut Cursor<'_>, function: &mut CreateFunction, text: &mut Option<Span>) -> Option<()> {
    let word = cursor.keyword();
    let start = *cursor;
    cursor.advance();
    match &*word {
        "returns" if cursor.words(&["null", "on", "null", "input"]).is_some() => {}
        "returns" => function.returns = Some(returns(cursor)?),
        "language" => function.language = Some(language_name(cursor)?),
        "as" => {
            *text = Some(expression::text(cursor)?.span);
            if cursor.symbol(b',').is_some() {
                expression::text(cursor)?;
            }
        }
        "immutable" => function.volatility = Volatility::Immutable,
        "stable" => function.volatility = Volatility::Stable,
        "volatile" => function.volatility = Volatility::Volatile,
        "strict" | "window" | "leakproof" => {}
        "not" => drop(cursor.word("leakproof")?),
        "called" => drop(cursor.words(&["on", "null", "input"])?),
        "external" | "security" => {
            cursor.word("security");
            function.security_definer = cursor.is_word("definer");
            cursor.any_word(&["definer", "invoker"])?;
        }
        "parallel" => drop(cursor.any_word(&["safe", "unsafe", "restricted"])?),
        "cost" | "rows" => (cursor.token()?.kind == TokenKind::Number).then(|| cursor.advance())?,
        "support" => drop(cursor.name()?),
        "transform" => transform(cursor)?,
        "set" => {
            let (name, value) = session::setting(cursor)?;
            let span = start.here().to(cursor.last()?.span);
            let value = if let SetValue::To(values) = value { Some(values.join(", ").into()) } else { None };
            function.settings.push(Setting { span, name, value });
        }
        "with" if cursor.is_symbol(b'(') => drop(cursor.brackets()?),
        "return" => {
            let span = cursor.rest();
            let body = Body { span, statements: Vec::new(), dynamic: Vec::new(), catches: false, complete: true };
            expression::whole(cursor)?;
            cursor.go_to(cursor.position() + cursor.left().len());
            function.body = Some(Arc::new(body));
        }
        "begin" => atomic(cursor, function, start.here())?,
        _ => return None,
    }
    Some(())
}

/// `BEGIN ATOMIC .. END`
fn atomic(cursor: &mut Cursor<'_>, function: &mut CreateFunction, start: Span) -> Option<()> {
    cursor.word("atomic")?;
    let (from, end) = (cursor.position(), (cursor.position() + cursor.left().len()).checked_sub(1)?);
    let inside = cursor.between(from, end);
    cursor.go_to(end);
    cursor.word("end")?;
    let span = cursor.span_since(start);
    let body = Body { span, statements: Vec::new(), dynamic: Vec::new(), catches: false, complete: false };
    function.body = Some(Arc::new(body::tokens(cursor.inner(inside.left()), body, Language::Sql)));
    Some(())
}

fn transform(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        cursor.words(&["for", "type"])?;
        data_type(cursor)?;
        if cursor.symbol(b',').is_none() {
            return Some(());
        }
    }
}

fn returns(cursor: &mut Cursor<'_>) -> Option<DataType> {
    if cursor.is_word("table") && cursor.nth_is_symbol(1, b'(') {
        let span = cursor.here();
        cursor.advance();
        cursor.brackets()?;
        let (schema, name, modifiers) = (None, "record".into(), Vec::new());
        return Some(DataType { span, schema, name, modifiers, dimensions: 0, fields: None, set_of: true, copied: false });
    }
    data_type(cursor)
}

/// A language, which may be a string.
fn language_name(cursor: &mut Cursor<'_>) -> Option<Ident> {
    match expression::text(cursor) {
        Some(text) => Some(Ident { span: text.span, text: text.text.to_ascii_lowercase().into() }),
        None => cursor.ident(),
    }
}

/// What follows DO.
pub fn do_block(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut name = if cursor.word("language").is_some() { Some(language_name(cursor)?) } else { None };
    let text = expression::text(cursor)?.span;
    if cursor.word("language").is_some() {
        name = Some(language_name(cursor)?);
    }
    let language = if name.is_none() { Some(Language::PlPgSql) } else { language(name.as_ref()) };
    let body = match language {
        Some(language) => body::quoted(cursor, text, language),
        None => Body { span: text, statements: Vec::new(), dynamic: Vec::new(), catches: false, complete: false },
    };
    Some(Action::Do(Box::new(DoBlock { language: name, body })))
}

/// What follows `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`.
pub fn trigger(cursor: &mut Cursor<'_>, keywords: Span, or_replace: bool, constraint: bool) -> Option<Action> {
    let name = cursor.ident()?;
    let timing = cursor.ident()?;
    if !matches!(&*timing.text, "before" | "after" | "instead") || (&*timing.text == "instead" && cursor.word("of").is_none()) {
        return None;
    }
    let (mut events, mut columns) = (Vec::new(), Vec::new());
    loop {
        let event = cursor.ident()?;
        let is_known = matches!(&*event.text, "insert" | "update" | "delete" | "truncate");
        is_known.then_some(())?;
        if &*event.text == "update" && cursor.word("of").is_some() {
            columns = idents(cursor)?;
        }
        events.push(event);
        if cursor.word("or").is_none() {
            break;
        }
    }
    cursor.word("on")?;
    let table = cursor.name()?;
    let from = if cursor.word("from").is_some() { Some(cursor.name()?) } else { None };
    super::constraint::attributes(cursor)?;
    let transitions = referencing(cursor)?;
    let mut each_row = false;
    if cursor.word("for").is_some() {
        cursor.word("each");
        each_row = cursor.is_word("row");
        cursor.any_word(&["row", "statement"])?;
    }
    let when = if cursor.word("when").is_some() { Some(expression::in_brackets(cursor)?) } else { None };
    cursor.word("execute")?;
    cursor.any_word(&["function", "procedure"])?;
    let function = cursor.name()?;
    cursor.brackets()?;
    Some(Action::CreateTrigger(Box::new(CreateTrigger {
        keywords,
        or_replace,
        constraint,
        name,
        table,
        timing,
        events,
        columns,
        from,
        transitions,
        each_row,
        when,
        function,
    })))
}

/// Passes `REFERENCING`, and counts its tables.
fn referencing(cursor: &mut Cursor<'_>) -> Option<u8> {
    let mut tables = 0_u8;
    if cursor.word("referencing").is_none() {
        return Some(tables);
    }
    while cursor.any_word(&["old", "new"]).is_some() {
        cursor.any_word(&["table", "row"])?;
        cursor.word("as");
        cursor.ident()?;
        tables = tables.saturating_add(1);
    }
    Some(tables)
}

/// What follows `CREATE [OR REPLACE] RULE`.
pub fn rule(cursor: &mut Cursor<'_>, or_replace: bool) -> Option<Action> {
    let whole = *cursor;
    let name = cursor.ident()?;
    cursor.words(&["as", "on"])?;
    let event = cursor.ident()?;
    cursor.word("to")?;
    let table = cursor.name()?;
    if cursor.word("where").is_some() {
        while !cursor.is_done() && !cursor.is_word("do") {
            if cursor.brackets().is_none() {
                cursor.advance();
            }
        }
    }
    cursor.word("do")?;
    let instead = cursor.word("instead").is_some();
    cursor.word("also");
    let columns = own_columns(whole);
    let mut rule = CreateRule { or_replace, name, table, event, instead, columns, statements: Vec::new() };
    if cursor.word("nothing").is_none() {
        rule.statements = rule_statements(cursor)?;
    }
    Some(Action::CreateRule(Box::new(rule)))
}

/// As many columns of its own table as a rule is asked for.
const MOST_COLUMNS: usize = 256;

/// What follows `OLD.` and `NEW.`, which is how a rule names the columns of its table.
fn own_columns(mut at: Cursor<'_>) -> Vec<Ident> {
    let mut columns: Vec<Ident> = Vec::new();
    while !at.is_done() {
        if at.any_word(&["old", "new"]).is_none() {
            at.advance();
            continue;
        }
        let column = at.symbol(b'.').and_then(|_| at.ident());
        let is_new = |column: &Ident| columns.len() < MOST_COLUMNS && columns.iter().all(|known| known.text != column.text);
        if let Some(column) = column.filter(is_new) {
            columns.push(column);
        }
    }
    columns
}

fn rule_statements(cursor: &mut Cursor<'_>) -> Option<Vec<Statement>> {
    let mut after = *cursor;
    let inside = match after.inside() {
        Some(inside) if after.is_done() => inside,
        _ => return data::nested(cursor).map(|statement| vec![statement]),
    };
    *cursor = after;
    let body = Body { span: inside.rest(), statements: Vec::new(), dynamic: Vec::new(), catches: false, complete: true };
    let body = body::tokens(inside.inner(inside.left()), body, Language::Sql);
    let statements = body.statements.into_iter().map(|inner| inner.statement);
    Some(statements.filter(|statement| !matches!(statement.action, Action::Harmless)).collect())
}
