//! Which tables does a `*` stand for, which does `FOR UPDATE OF` mean, and of which is hardly anything read?

use std::collections::HashSet;

use super::Facts;
use super::with::{BodyId, Names};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::statement::Name;
use crate::source::Span;

/// Beyond so many pairs of a table and a star, every star stands for every table.
const MOST_PAIRS: usize = 4096;

/// What the FROM of each SELECT names. Only places are kept: most queries need no more.
#[derive(Default)]
pub struct From {
    at: Inside,
    outer: Vec<Inside>,
    selects: u32,
    tables: Vec<Table>,
    /// Each with its SELECT and what stands before it.
    stars: Vec<(u32, Option<Span>)>,
    locks: Vec<Span>,
    /// Those SELECTs that stop at the first rows they meet.
    brief: Vec<u32>,
    /// The next table is read without what inherits from it.
    pub is_only: bool,
    /// The table passed last is still open for an alias.
    takes_alias: bool,
}

/// What goes on between two brackets.
#[derive(Clone, Copy, Default)]
struct Inside {
    select: u32,
    how: How,
    /// The SELECT began in these brackets.
    is_own: bool,
    body: BodyId,
}

/// How a SELECT goes through its tables.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is said or not")]
pub struct How {
    /// It is asked whether there is a row: `EXISTS`.
    pub exists: bool,
    /// `LIMIT`.
    pub limited: bool,
    /// It takes all rows before the first one comes out, but for EXISTS, which does without any order: `ORDER BY`, `DISTINCT`.
    pub takes_all: bool,
    /// It takes all rows to say anything: `count(*)`, `HAVING`.
    pub counts: bool,
    /// It looks for certain rows: `WHERE`.
    pub picks: bool,
    /// Two tables or more.
    pub joins: bool,
    has_table: bool,
}

impl How {
    fn is_brief(self) -> bool {
        (self.exists || (self.limited && !self.takes_all)) && !self.counts && !self.picks && !self.joins
    }
}

struct Table {
    select: u32,
    body: BodyId,
    /// Which of the names that are read.
    read: usize,
    /// What it is called in the query: its alias, or its name.
    called: Span,
}

impl From {
    pub fn select(&mut self, exists: bool) {
        self.end();
        self.at.is_own = true;
        self.selects += 1;
        self.at.select = self.selects;
        self.at.how = How { exists, ..How::default() };
    }

    /// The SELECT that goes on.
    pub fn how(&mut self) -> &mut How {
        &mut self.at.how
    }

    /// The body of WITH that goes on.
    pub fn body(&self) -> BodyId {
        self.at.body
    }

    pub fn open(&mut self, body: Option<BodyId>) {
        self.takes_alias = false;
        self.outer.push(self.at);
        self.at = Inside { is_own: false, body: body.unwrap_or(self.at.body), ..self.at };
    }

    pub fn close(&mut self) {
        self.takes_alias = false;
        self.end();
        let around = self.outer.pop().unwrap_or_default();
        let how = if self.at.is_own { around.how } else { self.at.how };
        self.at = Inside { how, ..around };
    }

    /// A SELECT may end.
    fn end(&mut self) {
        if self.at.is_own && self.at.how.is_brief() {
            self.brief.push(self.at.select);
        }
    }

    /// A table is read, which is this one of the names that are.
    pub fn table(&mut self, name: &Name, read: usize, only: &mut Vec<Name>) {
        if std::mem::take(&mut self.is_only) {
            only.push(name.clone());
        }
        let Inside { select, body, how, .. } = &mut self.at;
        how.joins |= std::mem::replace(&mut how.has_table, true);
        self.tables.push(Table { select: *select, body: *body, read, called: name.span });
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
        self.stars.push((self.at.select, of));
    }

    pub fn lock(&mut self, name: Span) {
        self.locks.push(name);
    }

    /// Says it by the names of the tables.
    pub fn resolve(&mut self, cursor: &Cursor<'_>, names: &Names, facts: &mut Facts) {
        self.end();
        self.hardly(names, facts);
        facts.is_single = self.selects == 1;
        let is_much = self.tables.len() * (self.stars.len() + self.locks.len()) > MOST_PAIRS;
        let is_called = |table: &Table, name: Span| {
            let last = |span: Span| cursor.written(span).rsplit('.').next().unwrap_or_default().trim_matches('"');
            last(table.called).eq_ignore_ascii_case(last(name))
        };
        for table in self.tables.iter().filter(|_| !self.stars.is_empty() || !self.locks.is_empty()) {
            let is_meant =
                |(select, of): &(u32, Option<Span>)| *select == table.select && of.is_none_or(|name| is_called(table, name));
            // One that is read twice stands in the list once.
            let Some(name) = facts.reads.get(table.read) else { continue };
            if is_much || self.stars.iter().any(is_meant) {
                facts.starred.push(name.clone());
            }
            if is_much || self.locks.iter().any(|lock| is_called(table, *lock)) {
                facts.locked.push(name.clone());
            }
        }
    }

    /// Tells the tables of which nobody reads more than the first rows.
    fn hardly(&self, names: &Names, facts: &mut Facts) {
        let idle = if names.last() == 0 { HashSet::new() } else { names.idle() };
        if idle.is_empty() && self.brief.is_empty() {
            return;
        }
        let brief: HashSet<u32> = self.brief.iter().copied().collect();
        let (hardly, whole): (Vec<&Table>, Vec<&Table>) =
            self.tables.iter().partition(|table| idle.contains(&table.body) || brief.contains(&table.select));
        let whole: HashSet<usize> = whole.iter().map(|table| table.read).collect();
        let hardly = hardly.iter().filter(|table| !whole.contains(&table.read));
        facts.hardly.extend(hardly.filter_map(|table| facts.reads.get(table.read)).map(|name| name.span));
    }
}
