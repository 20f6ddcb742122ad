//! Which tables does a `*` stand for, and which does `FOR UPDATE OF` mean?

use super::Facts;
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::Name;
use crate::source::Span;

/// Beyond so many pairs of a table and a star, every star stands for every table.
const MOST_PAIRS: usize = 4096;

/// What the FROM of each SELECT names. Only places are kept: most queries need no more.
#[derive(Default)]
pub struct From {
    /// The SELECT that goes on, and those around it.
    select: u32,
    outer: Vec<u32>,
    selects: u32,
    tables: Vec<Table>,
    /// Each with its SELECT and what stands before it.
    stars: Vec<(u32, Option<Span>)>,
    locks: Vec<Span>,
    /// The next table is read without what inherits from it.
    pub is_only: bool,
    /// The table passed last is still open for an alias.
    takes_alias: bool,
}

struct Table {
    select: u32,
    name: Span,
    /// What it is called in the query: its alias, or its name.
    called: Span,
}

impl From {
    pub fn select(&mut self) {
        self.selects += 1;
        self.select = self.selects;
    }

    pub fn open(&mut self) {
        self.takes_alias = false;
        self.outer.push(self.select);
    }

    pub fn close(&mut self) {
        self.takes_alias = false;
        self.select = self.outer.pop().unwrap_or_default();
    }

    pub fn table(&mut self, name: &Name, only: &mut Vec<Name>) {
        if std::mem::take(&mut self.is_only) {
            only.push(name.clone());
        }
        self.tables.push(Table { select: self.select, name: name.span, called: name.span });
        self.takes_alias = true;
    }

    /// The alias of the table passed last.
    pub fn call(&mut self, alias: Span) {
        if std::mem::take(&mut self.takes_alias)
            && let Some(last) = self.tables.last_mut()
        {
            last.called = alias;
        }
    }

    pub fn star(&mut self, of: Option<Span>) {
        self.stars.push((self.select, of));
    }

    pub fn lock(&mut self, name: Span) {
        self.locks.push(name);
    }

    /// Says it by the names of the tables.
    pub fn resolve(&self, cursor: &Cursor<'_>, facts: &mut Facts) {
        let is_much = self.tables.len() * (self.stars.len() + self.locks.len()) > MOST_PAIRS;
        let is_called = |table: &Table, name: Span| {
            let last = |span: Span| cursor.written(span).rsplit('.').next().unwrap_or_default().trim_matches('"');
            last(table.called).eq_ignore_ascii_case(last(name))
        };
        for table in self.tables.iter().filter(|_| !self.stars.is_empty() || !self.locks.is_empty()) {
            let is_meant =
                |(select, of): &(u32, Option<Span>)| *select == table.select && of.is_none_or(|name| is_called(table, name));
            // One that is read twice stands in the list once.
            let is_it = |name: &&Name| cursor.written(name.span).eq_ignore_ascii_case(cursor.written(table.name));
            let Some(name) = facts.reads.iter().find(is_it).cloned() else { continue };
            if is_much || self.stars.iter().any(is_meant) {
                facts.starred.push(name.clone());
            }
            if is_much || self.locks.iter().any(|lock| is_called(table, *lock)) {
                facts.locked.push(name);
            }
        }
    }
}
