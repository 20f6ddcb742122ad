//! What a name in a query is: a table, a column, a function or a word for one of those.

use super::{Clause, LONGEST_SET, Level, Scan, VALUES};
use crate::document::sql::cursor::MOST_PARTS;
use crate::document::sql::lex::{Token, TokenKind};
use crate::document::sql::postgres::expression;
use crate::document::sql::postgres::reserved::{is_construct, separates_by_words};
use crate::document::sql::statement::{Call, Ident, Name};

impl Scan<'_> {
    pub(super) fn table(&mut self, word: &str) {
        if matches!(word, "only" | "lateral") || (word == "rows" && self.cursor.nth_is(1, "from")) {
            self.cursor.advance();
            if word == "rows" {
                self.cursor.advance();
            }
            self.from.is_only = word == "only";
            return;
        }
        let Some(name) = self.cursor.name() else {
            self.cursor.advance();
            return;
        };
        self.level.clause = Clause::AfterTable;
        if self.cursor.is_symbol(b'(') {
            self.call(name);
        } else {
            self.cursor.symbol(b'*');
            if self.names.takes(&name, self.from.body()) {
                return;
            }
            let reads = &mut self.facts.reads;
            let is_short = reads.len() < LONGEST_SET;
            let known = if is_short { reads.iter().position(|known| known.text() == name.text()) } else { None };
            self.from.table(&name, known.unwrap_or(reads.len()), &mut self.facts.only);
            if known.is_none() {
                reads.push(name);
            }
        }
    }

    pub(super) fn call(&mut self, name: Name) {
        self.next = Some(Level { separated: name.schema().is_none() && separates_by_words(name.text()), ..VALUES });
        self.after_value = false;
        if name.schema().is_none() && is_construct(name.text()) {
            return;
        }
        let mut argument = self.cursor;
        argument.advance();
        let literal = if argument.is_text() { expression::literal(&mut argument) } else { None };
        let call = Call { name, literal };
        self.from.how().counts |= call.is_aggregate();
        self.facts.calls.push(call);
    }

    pub(super) fn name(&mut self, token: Token) -> Option<()> {
        if self.level.clause == Clause::Table {
            self.table("");
            return Some(());
        }
        if self.level.clause == Clause::With {
            return self.word(token);
        }
        let after_value = std::mem::replace(&mut self.after_value, true);
        if self.level.clause == Clause::AfterTable {
            // An alias, maybe with names for columns.
            self.from.call(token.span);
            self.cursor.advance();
            self.cursor.brackets();
            return Some(());
        }
        if !self.cursor.nth_is_symbol(1, b'.') && !self.cursor.nth_is_symbol(1, b'(') {
            self.cursor.advance();
            // `extract(year FROM ..)`
            let is_field = self.level.separated && self.level.fresh && self.cursor.is_word("from");
            if self.cursor.is_text() && !after_value {
                self.cursor.advance();
            } else if !after_value && !is_field {
                // What follows a value at once is a name for it, or the unit of an interval.
                self.column(token);
            }
            return Some(());
        }
        self.path()
    }

    /// `t.c`, `t.*`, `s.f(`.
    fn path(&mut self) -> Option<()> {
        let first = self.cursor.ident()?;
        let mut last = None::<Ident>;
        let mut name = Name::from(first);
        for part in 0.. {
            if !self.cursor.is_symbol(b'.') {
                break;
            }
            self.cursor.advance();
            if part == MOST_PARTS {
                return None;
            }
            if self.cursor.symbol(b'*').is_some() {
                self.facts.star = true;
                self.from.star(Some(last.map_or(name.span, |last| last.span)));
                return Some(());
            }
            let part = self.cursor.ident()?;
            last = Some(part.clone());
            name = name.of(part);
        }
        if self.cursor.is_symbol(b'(') {
            self.call(name);
        } else if let Some(column) = last {
            self.add_column(column);
        }
        Some(())
    }

    pub(super) fn column(&mut self, token: Token) {
        self.after_value = true;
        let written = self.cursor.written(token.span).as_bytes();
        let is_it = |known: &Ident| {
            known.text.len() == written.len() && known.text.bytes().eq(written.iter().map(u8::to_ascii_lowercase))
        };
        // Most columns are met again, and nobody needs a copy for that.
        let is_known = self.facts.columns.iter().take(LONGEST_SET).any(is_it);
        if !is_known || token.kind == TokenKind::Quoted {
            self.add_column(self.cursor.folded(token));
        }
    }

    fn add_column(&mut self, column: Ident) {
        let columns = &mut self.facts.columns;
        if columns.len() >= LONGEST_SET || !columns.iter().any(|known| known.text == column.text) {
            columns.push(column);
        }
        self.after_value = true;
    }
}
