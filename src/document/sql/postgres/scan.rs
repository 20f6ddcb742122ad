//! What do a query or an expression read and call? Looks at each token once and refuses nothing but open brackets.

mod from;
mod name;
mod with;

use super::data_type::data_type;
pub use super::reserved::{is_reserved, is_value_function};
use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::{Token, TokenKind};
use crate::document::sql::statement::{Call, Ident, Name, RowLock, Statement};
use crate::source::Span;
use from::From;
pub use with::with;
use with::{BodyId, Names};

/// Lists are kept free of doubles up to this length; nobody writes longer ones by hand.
const LONGEST_SET: usize = 256;

/// What was found.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct Facts {
    pub reads: Vec<Name>,
    pub calls: Vec<Call>,
    pub columns: Vec<Ident>,
    pub has_query: bool,
    pub star: bool,
    pub starred: Vec<Name>,
    pub only: Vec<Name>,
    pub hardly: Vec<Span>,
    pub is_single: bool,
    pub locks_rows: Option<RowLock>,
    pub locked: Vec<Name>,
    pub filter: Option<Span>,
    pub limited: bool,
    /// Some query in it stops at so many rows.
    pub stops: bool,
    pub writes: Vec<Statement>,
}

/// In what the tokens begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Expression,
    Query,
    /// A list of tables, as after FROM.
    Tables,
}

/// What stands between two words of a query.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    /// Values.
    Values,
    /// What a SELECT or RETURNING answers.
    Answer,
    /// Tables; a table comes next.
    Table,
    /// Tables; the last one's name has been passed.
    AfterTable,
    /// The names of WITH; one comes next.
    With,
    /// The names of WITH; one has been passed.
    WithBody,
}

/// What stands in one pair of brackets.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
struct Level {
    clause: Clause,
    /// A comma goes on with the tables.
    among_tables: bool,
    /// A comma goes on with the names of WITH.
    among_names: bool,
    /// FROM and FOR separate arguments here.
    separated: bool,
    /// AS is followed by a type here.
    cast: bool,
    /// It is asked whether there is a row.
    exists: bool,
    /// Nothing has been passed yet.
    fresh: bool,
}

const VALUES: Level = Level {
    clause: Clause::Values,
    among_tables: false,
    among_names: false,
    separated: false,
    cast: false,
    exists: false,
    fresh: true,
};

struct Scan<'a> {
    cursor: Cursor<'a>,
    level: Level,
    outer: Vec<Level>,
    /// What the next brackets are.
    next: Option<Level>,
    /// The last token ended a value.
    after_value: bool,
    /// What WITH has named.
    names: Names,
    /// The next brackets hold the query of such a name.
    next_body: Option<BodyId>,
    /// What the FROM of each SELECT names, and which `*` stands for all of it.
    from: From,
    /// The outermost query sorts or counts its rows before it stops.
    takes_all: bool,
    facts: Facts,
}

/// Looks at all that is left. `None` where brackets are not closed.
pub fn scan(cursor: Cursor<'_>, start: Start) -> Option<Facts> {
    let mut scan = Scan::new(cursor, start);
    scan.walk()?;
    Some(scan.found())
}

impl<'a> Scan<'a> {
    fn new(cursor: Cursor<'a>, start: Start) -> Self {
        let level = match start {
            Start::Tables => Level { clause: Clause::Table, among_tables: true, ..VALUES },
            Start::Query | Start::Expression => VALUES,
        };
        Self {
            cursor,
            level,
            outer: Vec::new(),
            next: None,
            after_value: false,
            names: Names::default(),
            next_body: None,
            from: From::default(),
            takes_all: false,
            facts: Facts::default(),
        }
    }

    fn walk(&mut self) -> Option<()> {
        while let Some(token) = self.cursor.token() {
            self.step(token)?;
        }
        self.outer.is_empty().then_some(())
    }

    fn found(&mut self) -> Facts {
        self.from.resolve(&self.cursor, &self.names, &mut self.facts);
        std::mem::take(&mut self.facts)
    }

    fn step(&mut self, token: Token) -> Option<()> {
        match token.kind {
            TokenKind::Symbol(symbol) => self.symbol(symbol)?,
            TokenKind::Text | TokenKind::Number => {
                self.cursor.advance();
                self.after_value = true;
            }
            TokenKind::Quoted => self.name(token)?,
            TokenKind::Word => self.word(token)?,
            TokenKind::Inner | TokenKind::Stop => return None,
        }
        self.level.fresh &= token.kind == TokenKind::Symbol(b'(');
        Some(())
    }

    fn symbol(&mut self, symbol: u8) -> Option<()> {
        let after_value = std::mem::take(&mut self.after_value);
        match symbol {
            b'(' => {
                let among_tables = self.level.clause == Clause::Table;
                let inherited = if among_tables { Level { clause: Clause::Table, among_tables, ..VALUES } } else { VALUES };
                self.level.fresh = false;
                if among_tables {
                    self.level.clause = Clause::AfterTable;
                }
                self.outer.push(self.level);
                self.from.open(self.next_body.take());
                self.level = self.next.take().unwrap_or(inherited);
            }
            b')' => {
                self.level = self.outer.pop()?;
                self.from.close();
                self.after_value = true;
            }
            b']' => self.after_value = true,
            b',' if self.level.among_tables => self.level.clause = Clause::Table,
            b',' if self.level.among_names => self.level.clause = Clause::With,
            b':' if self.cursor.nth_is_symbol(1, b':') => {
                self.cursor.advance();
                self.cursor.advance();
                self.after_value = true;
                self.data_type();
                return Some(());
            }
            b'.' if after_value && !self.cursor.nth_is_symbol(1, b'*') => {
                self.cursor.advance();
                self.after_value = true;
                self.cursor.ident();
                return Some(());
            }
            b'*' if self.level.clause == Clause::Answer && !after_value => {
                self.facts.star = true;
                self.from.star(None);
                self.after_value = true;
            }
            b';' => return None,
            _ => {}
        }
        self.cursor.advance();
        Some(())
    }

    /// Passes a type; what is none is passed as anything else.
    fn data_type(&mut self) -> Option<()> {
        let mut at = self.cursor;
        data_type(&mut at)?;
        self.cursor = at;
        Some(())
    }

    fn word(&mut self, token: Token) -> Option<()> {
        let keyword = self.cursor.keyword();
        let word: &str = &keyword;
        if self.level.clause == Clause::Table && !matches!(word, "select" | "values" | "with" | "table") {
            self.table(word);
            return Some(());
        }
        if self.level.clause == Clause::With && word != "select" {
            if word == "recursive" {
                self.cursor.advance();
                self.names.recursive = true;
                return Some(());
            }
            let name = self.cursor.ident()?;
            self.names.add(name.text, self.from.body());
            self.cursor.brackets();
            self.level.clause = Clause::WithBody;
            return Some(());
        }
        if is_value_function(word) {
            let name = Name::from(self.cursor.ident()?);
            self.facts.calls.push(Call { name, literal: None });
            self.after_value = true;
            return Some(());
        }
        // `left` and `right` are functions too.
        let is_call = matches!(word, "left" | "right") && self.cursor.nth_is_symbol(1, b'(');
        if is_call
            || !(is_reserved(word) || matches!(word, "tablesample" | "operator" | "materialized" | "nulls" | "at" | "partition"))
        {
            return self.name(token);
        }
        self.cursor.advance();
        self.reserved(word, token)
    }

    fn reserved(&mut self, word: &str, token: Token) -> Option<()> {
        let after_value = std::mem::take(&mut self.after_value);
        match word {
            "select" => {
                self.facts.has_query = true;
                self.from.select(self.level.fresh && self.level.exists);
                self.level = Level { clause: Clause::Answer, ..VALUES };
            }
            "with" if self.level.fresh => {
                self.names.recursive = false;
                self.level = Level { clause: Clause::With, among_names: true, ..VALUES };
            }
            "exists" => self.next = Some(Level { exists: true, ..VALUES }),
            "distinct" => self.from.how().takes_all = true,
            "over" => {
                self.from.how().takes_all = true;
                if !self.cursor.is_symbol(b'(') {
                    self.cursor.ident();
                }
            }
            "as" => return self.alias(),
            "from" if !self.level.separated && !self.is_comparison() => self.tables(),
            "join" => self.tables(),
            "table" if self.level.fresh => self.tables(),
            "using" if self.level.among_tables && !self.cursor.is_symbol(b'(') => self.tables(),
            "on" if self.level.among_tables => self.level.clause = Clause::Values,
            "where" => {
                self.level = VALUES;
                self.from.how().picks = true;
                if self.outer.is_empty() && self.facts.filter.is_none() {
                    self.facts.filter = Some(self.cursor.rest());
                }
            }
            "group" | "having" | "order" | "limit" | "offset" | "union" | "intersect" | "except" | "fetch" | "window"
                if self.level.clause != Clause::WithBody =>
            {
                self.part_of_select(word);
            }
            "returning" => self.level = Level { clause: Clause::Answer, ..VALUES },
            "for" if !self.level.separated => self.lock(),
            "cast" => self.next = Some(Level { cast: true, ..VALUES }),
            "collate" | "tablesample" => drop(self.cursor.name()),
            "operator" if self.cursor.is_symbol(b'(') => drop(self.cursor.brackets()),
            "null" | "true" | "false" | "default" | "end" | "isnull" | "notnull" => self.after_value = true,
            "nulls" if self.cursor.any_word(&["first", "last"]).is_some() => {}
            "at" if self.cursor.words(&["time", "zone"]).is_some() => {}
            "partition" if self.cursor.is_word("by") => {}
            "nulls" | "at" | "operator" | "materialized" | "partition" => {
                self.after_value = after_value;
                self.column(token);
            }
            _ => {}
        }
        Some(())
    }

    /// GROUP, ORDER, LIMIT and the like begin.
    fn part_of_select(&mut self, word: &str) {
        let stops = matches!(word, "limit" | "fetch");
        self.facts.stops |= stops;
        let how = self.from.how();
        how.limited |= stops;
        how.takes_all |= !stops && word != "offset";
        how.counts |= word == "having";
        if self.outer.is_empty() {
            self.facts.limited |= stops && !self.takes_all;
            self.takes_all |= !stops && word != "offset";
        }
        let separated = self.level.separated;
        self.level = Level { separated, ..VALUES };
    }

    fn tables(&mut self) {
        self.level = Level { clause: Clause::Table, among_tables: true, fresh: false, ..VALUES };
    }

    /// Whether the FROM just passed belongs to `IS DISTINCT FROM`.
    fn is_comparison(&self) -> bool {
        let mut before = self.cursor;
        let Some(at) = before.position().checked_sub(3) else { return false };
        before.go_to(at);
        let is = |ahead: usize| before.nth_is(ahead, "is");
        before.nth_is(1, "distinct") && (is(0) || before.nth_is(0, "not"))
    }

    /// FOR UPDATE and the like.
    fn lock(&mut self) {
        self.cursor.words(&["no", "key"]);
        self.cursor.word("key");
        let lock = match &*self.cursor.keyword() {
            "update" => RowLock::Update,
            "share" => RowLock::Share,
            _ => return,
        };
        self.cursor.advance();
        if self.facts.locks_rows != Some(RowLock::Update) {
            self.facts.locks_rows = Some(lock);
        }
        if self.cursor.word("of").is_some() {
            while let Some(name) = self.cursor.name() {
                self.from.lock(name.span);
                if self.cursor.symbol(b',').is_none() {
                    break;
                }
            }
        }
        self.cursor.word("nowait").or_else(|| self.cursor.words(&["skip", "locked"]));
    }

    /// What follows AS.
    fn alias(&mut self) -> Option<()> {
        self.after_value = true;
        if self.level.cast {
            self.data_type();
            return Some(());
        }
        if self.level.clause == Clause::WithBody {
            self.cursor.word("not");
            self.cursor.word("materialized");
            return self.named_body();
        }
        if self.cursor.is_symbol(b'(') {
            // A list of columns, or a window.
            self.after_value = false;
            return if self.level.among_tables { self.cursor.brackets().map(drop) } else { Some(()) };
        }
        if self.level.among_tables {
            self.from.call(self.cursor.here());
        }
        self.cursor.ident();
        if self.level.among_tables && self.cursor.is_symbol(b'(') {
            self.cursor.brackets()?;
        }
        Some(())
    }
}
