//! A file of SQL as statements with places.
//!
//! Our own lexer and splitter decide where everything stands, our own recogniser what a statement does; sqlparser is
//! asked about slices only (`types`). One unreadable statement costs itself alone.

mod body;
mod client;
mod cursor;
mod dialect;
mod evidence;
mod lex;
mod other;
mod postgres;
mod split;
mod statement;
mod types;

pub use evidence::Certainty;
pub use statement::*;
pub use types::{Definition, definition};

use std::borrow::Cow;

use super::engine::Engine;
use super::template::{Hole, Marks, mask};
use crate::settings::{MAX_NESTING, MAX_STATEMENTS, MAX_TERMS, MAX_TOKENS};
use crate::source::{Source, Span};
use cursor::Cursor;
use dialect::Dialect;
use lex::Lexed;
use split::Piece;

/// A file of SQL.
#[derive(Debug)]
pub struct Sql {
    /// Whose SQL it was read as.
    pub engine: Engine,
    /// How far the path or the text says so.
    pub certainty: Certainty,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// Its comments.
    pub comments: Vec<Span>,
    /// What was opened and never closed: the rest of the file is inside it.
    pub unclosed: Option<(Span, &'static str)>,
    /// What templates leave open.
    pub holes: Vec<Hole>,
    /// What was too much to read, in order: statements, and the rest of the file.
    pub excess: Vec<(Span, Excess)>,
}

/// Why something was not read although it might be plain SQL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Excess {
    /// More tokens than a file should have.
    Tokens,
    /// More statements than a file should have.
    Statements,
    /// Brackets in brackets, too deep.
    Nesting,
    /// An expression of too many terms.
    Terms,
}

impl Excess {
    /// What to tell people.
    pub fn message(self) -> String {
        match self {
            Self::Tokens => format!("from here on nothing was read: a file may have {MAX_TOKENS} words and signs"),
            Self::Statements => format!("from here on nothing was read: a file may have {MAX_STATEMENTS} statements"),
            Self::Nesting => format!("this statement was not read: its brackets are more than {MAX_NESTING} deep"),
            Self::Terms => format!("this statement was not read: an expression in it joins more than {MAX_TERMS} terms"),
        }
    }
}

/// A text with its tokens.
struct Text<'a> {
    source: &'a Source,
    /// Holes are masked in it.
    masked: Cow<'a, str>,
    holes: Vec<Hole>,
    lexed: Lexed,
}

impl<'a> Text<'a> {
    fn lex(source: &'a Source, engine: Engine) -> Self {
        let marks = if engine == Engine::SqlServer { Marks::SqlServer } else { Marks::Sql };
        let (masked, holes) = mask(source.text(), marks);
        let lexed = lex::lex(&masked, Dialect::of(engine));
        Self { source, masked, holes, lexed }
    }
}

impl Sql {
    /// Reads a whole file. Never fails: what was not understood is part of the result. `engine` is what the path says;
    /// without it the text decides, and PostgreSQL where that says nothing.
    pub fn read(source: &Source, engine: Option<Engine>) -> Self {
        if let Some(engine) = engine {
            return Self::of(Text::lex(source, engine), engine, Certainty::Certain);
        }
        let text = Text::lex(source, Engine::Postgres);
        let (engine, certainty) = evidence::engine_of(&text.masked, &text.lexed);
        let text = if engine == Engine::Postgres { text } else { Text::lex(source, engine) };
        Self::of(text, engine, certainty)
    }

    fn of(text: Text<'_>, engine: Engine, certainty: Certainty) -> Self {
        let Text { source, masked, holes, lexed } = text;
        let (pieces, looked_at) = split::statements(&masked, &lexed.tokens, Dialect::of(engine));
        let mut sql = Self {
            engine,
            certainty,
            statements: Vec::with_capacity(pieces.len()),
            comments: Vec::new(),
            unclosed: lexed.unclosed,
            holes,
            excess: Vec::new(),
        };
        for piece in pieces {
            sql.add(&piece, &lexed, &masked, source);
        }
        if let Some(next) = lexed.tokens.get(looked_at) {
            sql.leave_out(next.span.start, source, Excess::Statements);
        } else if lexed.is_cut {
            // The last statement is not all there.
            let last = sql.statements.pop().map_or(0, |last| last.span.start);
            sql.excess.retain(|(span, _)| span.start < last);
            sql.leave_out(last, source, Excess::Tokens);
        }
        sql.comments = lexed.comments;
        sql
    }

    fn add(&mut self, piece: &Piece, lexed: &Lexed, masked: &str, source: &Source) {
        let tokens = &lexed.tokens[piece.tokens.clone()];
        let span = tokens[0].span.to(tokens[tokens.len() - 1].span);
        let cursor = Cursor::new(masked, source.text(), tokens);
        let action = match (piece.excess, self.engine) {
            (Some(excess), _) => {
                self.excess.push((span, excess));
                Action::Unread
            }
            (None, Engine::Postgres) => postgres::read(cursor),
            (None, engine) => other::read(cursor, engine),
        };
        self.statements.push(Statement { span, action });
    }

    fn leave_out(&mut self, start: u32, source: &Source, excess: Excess) {
        self.excess.push((Span::new(start as usize, source.text().len()), excess));
    }

    /// The parts that were not understood: whole statements, and actions of ALTER TABLE.
    pub fn unread(&self) -> impl Iterator<Item = Span> {
        self.statements.iter().flat_map(|statement| {
            let actions = match &statement.action {
                Action::AlterTable(alter) => alter.actions.as_slice(),
                _ => &[],
            };
            let is_excess = self.excess.binary_search_by_key(&statement.span.start, |(span, _)| span.start).is_ok();
            let whole = (matches!(statement.action, Action::Unread) && !is_excess).then_some(statement.span);
            let parts = actions.iter().filter(|action| matches!(action.change, TableChange::Unread)).map(|action| action.span);
            whole.into_iter().chain(parts)
        })
    }
}

/// Where the statements of a text stand, and nothing of what they say.
pub fn split(text: &str, engine: Engine) -> Vec<Span> {
    let dialect = Dialect::of(engine);
    let lexed = lex::lex(text, dialect);
    let (pieces, _) = split::statements(text, &lexed.tokens, dialect);
    let tokens = |piece: &Piece| lexed.tokens[piece.tokens.start].span.to(lexed.tokens[piece.tokens.end - 1].span);
    pieces.iter().map(tokens).collect()
}

/// The first words of a piece of SQL, to name it by. None of a string: it may be secret.
pub fn head(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    let shown = words.iter().take(3).take_while(|word| !word.contains('\'')).count();
    let mut head = words[..shown].join(" ");
    if let Some((cut, _)) = head.char_indices().nth(60) {
        head.truncate(cut);
        head.push('…');
    } else if words.len() > shown {
        head.push_str(if shown == 0 { "…" } else { " …" });
    }
    head
}

#[cfg(test)]
mod tests;
