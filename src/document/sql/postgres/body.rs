//! What is inside DO and functions: statements that are written out, and those that are put together when they run.

use super::expression::string;
use super::query;
use super::quotes::{self, Inside};
use crate::document::engine::Engine;
use crate::document::sql::cursor::Cursor;
use crate::document::sql::dialect::Dialect;
use crate::document::sql::lex::{Token, TokenKind, lex};
use crate::document::sql::statement::{Action, Body, Inner, Statement};
use crate::source::Span;

/// What a body is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Sql,
    PlPgSql,
}

/// A body in quotes.
pub fn quoted(cursor: &Cursor<'_>, span: Span, language: Language) -> Body {
    let body = Body { span, statements: Vec::new(), dynamic: Vec::new(), catches: false, complete: false };
    let Some(Inside { span: place, texts: [text, original] }) = quotes::inside(cursor, span) else { return body };
    let dialect = Dialect { psql: false, ..Dialect::of(Engine::Postgres) };
    let mut lexed = lex(&text, dialect);
    if lexed.unclosed.is_some() || lexed.is_cut {
        return body;
    }
    for token in &mut lexed.tokens {
        token.span = quotes::with_blanks(&text, *token).shifted(place.start);
    }
    tokens(cursor.inside_part(place, [&text, &original], &lexed.tokens), body, language)
}

/// A body whose tokens stand in the statement itself: BEGIN ATOMIC.
pub fn tokens(cursor: Cursor<'_>, body: Body, language: Language) -> Body {
    let complete = cursor.left().iter().all(|token| token.kind != TokenKind::Stop);
    let mut reader = Reader { cursor, body: Body { complete, ..body }, branches: 0, blocks: 0, in_handler: false, language };
    while !reader.cursor.is_done() {
        reader.statement();
    }
    reader.body
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    body: Body,
    /// How many IF, CASE and loops are open.
    branches: u32,
    /// How many BEGIN are open.
    blocks: u32,
    in_handler: bool,
    language: Language,
}

impl<'a> Reader<'a> {
    /// Passes one statement, or the words that begin or end a construct.
    fn statement(&mut self) {
        if self.cursor.symbol(b';').is_some() {
            return;
        }
        if self.language == Language::Sql {
            return self.sql();
        }
        let word = self.cursor.keyword();
        match &*word {
            "begin" => {
                self.cursor.advance();
                self.blocks += 1;
            }
            "declare" => self.declarations(),
            "if" => self.branch(&["then"], 1),
            "elsif" | "elseif" | "when" => self.branch(&["then"], 0),
            "case" => {
                self.branches += 1;
                self.cursor.advance();
                while !self.cursor.is_done() && !self.cursor.is_word("when") {
                    self.skip_one();
                }
            }
            "for" => self.rows(),
            "while" | "foreach" => self.branch(&["loop"], 1),
            "loop" => {
                self.cursor.advance();
                self.branches += 1;
            }
            "else" => self.cursor.advance(),
            "exception" => {
                self.cursor.advance();
                self.body.catches = true;
                self.in_handler = true;
            }
            "end" => self.end(),
            "execute" => self.execute(),
            "perform" => self.perform(),
            "select" | "with" | "values" => self.query(),
            "raise" | "return" | "null" | "get" | "exit" | "continue" | "open" | "fetch" | "move" | "close" | "assert" => {
                self.until_semicolon();
            }
            _ if self.cursor.is_symbol(b'<') => {
                while self.cursor.symbol(b'>').is_none() && !self.cursor.is_done() {
                    self.cursor.advance();
                }
                self.cursor.symbol(b'>');
            }
            _ if self.is_assignment() => {
                self.until_semicolon();
            }
            _ => self.sql(),
        }
    }

    fn skip_one(&mut self) {
        // Brackets that nobody closes are passed with all that follows.
        if self.cursor.is_symbol(b'(') {
            self.cursor.brackets();
        } else {
            self.cursor.advance();
        }
    }

    /// Passes all up to the next semicolon outside brackets.
    fn until_semicolon(&mut self) -> Cursor<'a> {
        let from = self.cursor.position();
        while !self.cursor.is_done() && !self.cursor.is_symbol(b';') {
            self.skip_one();
        }
        self.cursor.between(from, self.cursor.position())
    }

    /// Passes a condition and the word behind it.
    fn branch(&mut self, ends: &[&str], opens: u32) {
        self.branches += opens;
        self.cursor.advance();
        let mut cases = 0_u32;
        while !self.cursor.is_done() {
            if cases == 0 && ends.iter().any(|word| self.cursor.is_word(word)) {
                self.cursor.advance();
                return;
            }
            // A condition may hold a CASE with a THEN of its own.
            cases += u32::from(self.cursor.is_word("case"));
            cases -= u32::from(cases > 0 && self.cursor.is_word("end"));
            self.skip_one();
        }
    }

    /// Passes `FOR r IN .. LOOP`, and the query that says which rows.
    fn rows(&mut self) {
        let mut query = self.cursor;
        self.branch(&["loop"], 1);
        let end = self.cursor.position().saturating_sub(1).max(query.position());
        while query.position() < end && query.word("in").is_none() {
            query.advance();
        }
        let query = query.between(query.position().min(end), end);
        if ["select", "with", "values", "table"].iter().any(|word| query.is_word(word))
            && let Some(found) = query::query(&query)
        {
            // It is asked once, before the loop begins.
            self.branches -= 1;
            self.add(Statement { span: query.rest(), action: Action::Query(Box::new(found)) });
            self.branches += 1;
        }
    }

    fn declarations(&mut self) {
        self.cursor.advance();
        while !self.cursor.is_done() && !self.cursor.is_word("begin") {
            self.until_semicolon();
            self.cursor.symbol(b';');
        }
    }

    fn end(&mut self) {
        self.cursor.advance();
        if self.cursor.any_word(&["if", "loop", "case"]).is_some() {
            self.branches = self.branches.saturating_sub(1);
        } else {
            self.blocks = self.blocks.saturating_sub(1);
            self.in_handler = false;
        }
        self.until_semicolon();
    }

    /// `a := 1`, `a.b = 1`, `a[1] := 2`
    fn is_assignment(&self) -> bool {
        let mut at = self.cursor;
        if at.name().is_none() {
            return false;
        }
        while at.is_symbol(b'[') {
            while !at.is_done() && at.symbol(b']').is_none() {
                at.advance();
            }
            if at.symbol(b'.').is_some() {
                at.ident();
            }
        }
        at.is_symbol(b'=') || (at.is_symbol(b':') && at.nth_is_symbol(1, b'='))
    }

    fn add(&mut self, statement: Statement) {
        let conditional = self.branches > 0 || self.in_handler;
        self.body.statements.push(Inner { statement, conditional });
    }

    fn sql(&mut self) {
        let part = self.until_semicolon();
        if part.is_done() {
            // A bracket that nobody closes.
            self.body.complete = false;
            self.cursor.advance();
            return;
        }
        let action = if part.is_word("return") { Action::Harmless } else { super::read(part) };
        self.add(Statement { span: part.rest(), action });
    }

    /// A query whose INTO names variables.
    fn query(&mut self) {
        let part = self.until_semicolon();
        let action = if part.is_word("with") {
            super::read(part)
        } else {
            query::query(&part).map_or(Action::Unread, |query| Action::Query(Box::new(query)))
        };
        self.add(Statement { span: part.rest(), action });
    }

    fn perform(&mut self) {
        self.cursor.advance();
        let part = self.until_semicolon();
        if let Some(query) = query::query(&part) {
            self.add(Statement { span: part.rest(), action: Action::Query(Box::new(query)) });
        }
    }

    /// A statement in a string; one that is put together is dynamic.
    fn execute(&mut self) {
        self.cursor.advance();
        let part = self.until_semicolon();
        let mut text = part;
        let token = text.token().filter(|token| token.kind == TokenKind::Text);
        text.advance();
        let is_alone = text.is_done() || text.is_word("into") || text.is_word("using");
        match token.filter(|_| is_alone).and_then(|token| literal(&part, token)) {
            Some(statements) => statements.into_iter().for_each(|inner| self.add(inner.statement)),
            None if !part.is_done() => self.body.dynamic.push(part.rest()),
            None => {}
        }
    }
}

/// The statements that a string holds.
fn literal(part: &Cursor<'_>, token: Token) -> Option<Vec<Inner>> {
    let body = quoted(part, token.span, Language::Sql);
    let is_plain = body.complete && !body.statements.is_empty() && part.depth() < super::DEEPEST;
    // What is filled in by format() has percent signs.
    (is_plain && !string(part, token.span).text.contains('%')).then_some(body.statements)
}
