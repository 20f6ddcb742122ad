//! A file of SQL as statements with places.
//!
//! Our own lexer and splitter decide where everything stands, our own recogniser what a statement does; sqlparser is
//! asked about slices only (`types`). One unreadable statement costs itself alone.

mod cursor;
mod lex;
mod postgres;
mod split;
mod statement;
mod types;

pub use statement::{
    Action, AlterTable, Column, CreateIndex, CreateTable, DropIndex, Ident, Name, Statement, TableAction, TableChange,
};
pub use types::{Definition, definition};

use super::template::{Hole, Marks, mask};
use crate::source::{Source, Span};
use cursor::Cursor;

/// A file of SQL.
#[derive(Debug, Default)]
pub struct Sql {
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// Its comments.
    pub comments: Vec<Span>,
    /// What was opened and never closed: the rest of the file is inside it.
    pub unclosed: Option<(Span, &'static str)>,
    /// What templates leave open.
    pub holes: Vec<Hole>,
}

impl Sql {
    /// Reads a whole file. Never fails: what was not understood is part of the result.
    pub fn read(source: &Source) -> Self {
        let (masked, holes) = mask(source.text(), Marks::Sql);
        let lexed = lex::lex(&masked);
        let ranges = split::statements(&masked, &lexed.tokens);
        let statements = ranges.into_iter().map(|range| {
            let tokens = &lexed.tokens[range];
            let span = tokens[0].span.to(tokens[tokens.len() - 1].span);
            let action = postgres::read(Cursor::new(&masked, source.text(), tokens));
            Statement { span, action }
        });
        let statements = statements.collect();
        Self { statements, comments: lexed.comments, unclosed: lexed.unclosed, holes }
    }

    /// The parts that were not understood: whole statements, and actions of ALTER TABLE.
    pub fn unread(&self) -> impl Iterator<Item = Span> {
        self.statements.iter().flat_map(|statement| {
            let actions = match &statement.action {
                Action::AlterTable(alter) => alter.actions.as_slice(),
                _ => &[],
            };
            let whole = matches!(statement.action, Action::Unread).then_some(statement.span);
            let parts = actions.iter().filter(|action| matches!(action.change, TableChange::Unread)).map(|action| action.span);
            whole.into_iter().chain(parts)
        })
    }
}

/// The first words of a piece of SQL, to name it by.
pub fn head(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut head = words.by_ref().take(3).collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = head.char_indices().nth(60) {
        head.truncate(cut);
        head.push('…');
    } else if words.next().is_some() {
        head.push_str(" …");
    }
    head
}

#[cfg(test)]
mod tests;
