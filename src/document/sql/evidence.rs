//! Whose SQL is this?
//!
//! Asks the words of a file that was lexed as if it were for PostgreSQL, so strings and comments say nothing. Words that
//! only one server knows count one each; the most wins.

use super::lex::{Lexed, Token, TokenKind};
use crate::document::engine::Engine;

/// How sure a file's own text makes us.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Certainty {
    /// Nothing tells; it is assumed.
    Assumed,
    /// Quotes or types tell, which several servers share.
    Likely,
    /// Words tell that one server alone knows.
    Certain,
}

/// Counts of what was seen.
#[derive(Default)]
struct Votes {
    by_engine: [u32; ENGINES.len()],
    /// Backticks, and columns of the type DATETIME; not PostgreSQL's.
    is_foreign: bool,
    /// `text PRIMARY KEY` and `integer PRIMARY KEY`; where it is not PostgreSQL's, SQLite's rather than MySQL's.
    loose_keys: bool,
}

const ENGINES: [Engine; 5] = [Engine::Postgres, Engine::MySql, Engine::Sqlite, Engine::SqlServer, Engine::ClickHouse];

/// Words that only one server knows.
const WORDS: &[(&str, Engine)] = &[
    ("jsonb", Engine::Postgres),
    ("bytea", Engine::Postgres),
    ("ilike", Engine::Postgres),
    ("plpgsql", Engine::Postgres),
    ("regclass", Engine::Postgres),
    ("tsvector", Engine::Postgres),
    ("bigserial", Engine::Postgres),
    ("timestamptz", Engine::Postgres),
    ("concurrently", Engine::Postgres),
    ("innodb", Engine::MySql),
    ("myisam", Engine::MySql),
    ("charset", Engine::MySql),
    ("unsigned", Engine::MySql),
    ("utf8mb4", Engine::MySql),
    ("longtext", Engine::MySql),
    ("longblob", Engine::MySql),
    ("mediumint", Engine::MySql),
    ("mediumtext", Engine::MySql),
    ("auto_increment", Engine::MySql),
    ("pragma", Engine::Sqlite),
    ("autoincrement", Engine::Sqlite),
    ("sqlite_master", Engine::Sqlite),
    ("sqlite_sequence", Engine::Sqlite),
    ("nvarchar", Engine::SqlServer),
    ("datetime2", Engine::SqlServer),
    ("clustered", Engine::SqlServer),
    ("nonclustered", Engine::SqlServer),
    ("uniqueidentifier", Engine::SqlServer),
    ("datetimeoffset", Engine::SqlServer),
    ("mergetree", Engine::ClickHouse),
    ("lowcardinality", Engine::ClickHouse),
];

/// Words that say something beside others.
const IN_CONTEXT: &[(&str, Engine)] = &[
    ("go", Engine::SqlServer),
    ("or", Engine::Sqlite),
    ("dbo", Engine::SqlServer),
    ("rowid", Engine::Sqlite),
    ("primary", Engine::Sqlite),
    ("datetime", Engine::MySql),
    ("identity", Engine::SqlServer),
    ("delimiter", Engine::MySql),
];

/// For the five low bits of a first letter, the lengths of the words that begin with it, as bits; most words have none.
static LENGTHS: [u32; 32] = lengths(WORDS, [0; 32]);

/// The same for all words that are looked at.
static ALL_LENGTHS: [u32; 32] = lengths(IN_CONTEXT, LENGTHS);

const fn lengths(words: &[(&str, Engine)], mut lengths: [u32; 32]) -> [u32; 32] {
    let mut at = 0;
    while at < words.len() {
        let word = words[at].0.as_bytes();
        lengths[(word[0] & 31) as usize] |= 1 << word.len();
        at += 1;
    }
    lengths
}

fn may_be(lengths: &[u32; 32], word: &[u8]) -> bool {
    word.len() < 32 && lengths[(word[0] & 31) as usize] & (1 << word.len()) != 0
}

/// Whose SQL it is, and how sure that is.
pub fn engine_of(text: &str, lexed: &Lexed) -> (Engine, Certainty) {
    let mut votes = Votes::default();
    let bytes = text.as_bytes();
    for comment in &lexed.comments {
        let is_mark =
            |mark: &[u8]| bytes[comment.range()].strip_prefix(mark).and_then(<[u8]>::first).is_some_and(u8::is_ascii_digit);
        votes.cast(Engine::MySql, u32::from(is_mark(b"/*!") || is_mark(b"/*M!")));
    }
    let first = |token: &Token| bytes.get(token.span.start as usize);
    for (at, token) in lexed.tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Word => votes.word(&Words { bytes, lexed, at }),
            TokenKind::Symbol(symbol @ (b'`' | b'[' | b':')) => votes.symbol(symbol, &Words { bytes, lexed, at }),
            TokenKind::Text => votes.cast(Engine::Postgres, u32::from(first(token) == Some(&b'$'))),
            TokenKind::Stop => votes.cast(Engine::Postgres, u32::from(first(token) == Some(&b'\\'))),
            _ => {}
        }
    }
    votes.winner()
}

impl Votes {
    fn cast(&mut self, engine: Engine, votes: u32) {
        if let Some(at) = ENGINES.iter().position(|known| *known == engine) {
            self.by_engine[at] = self.by_engine[at].saturating_add(votes);
        }
    }

    fn word(&mut self, words: &Words<'_>) {
        let word = words.nth(0);
        if word.len() < 9 && !may_be(&ALL_LENGTHS, word) {
            return;
        }
        match word.len() {
            2 if word.eq_ignore_ascii_case(b"go") && words.is_alone() => self.cast(Engine::SqlServer, 1),
            2 if word.eq_ignore_ascii_case(b"or") && words.before_is(b"insert") => self.cast(Engine::Sqlite, 1),
            3 if word.eq_ignore_ascii_case(b"dbo") => self.cast(Engine::SqlServer, 1),
            5 if word.eq_ignore_ascii_case(b"rowid") && words.before_is(b"without") => self.cast(Engine::Sqlite, 1),
            7 if word.eq_ignore_ascii_case(b"primary") => {
                let back = if words.before_is(b"null") { 3 } else { 1 };
                self.loose_keys |= words.nth_before_is(back, b"integer") || words.nth_before_is(back, b"text");
            }
            8 if word.eq_ignore_ascii_case(b"datetime") && words.is_type() => self.is_foreign = true,
            8 if word.eq_ignore_ascii_case(b"identity") && words.nth(1) == b"(" => self.cast(Engine::SqlServer, 1),
            // What follows may be hidden in what looks like a string, so this outweighs everything.
            9 if word.eq_ignore_ascii_case(b"delimiter") && words.is_first() => self.cast(Engine::MySql, 1000),
            _ => {}
        }
        if may_be(&LENGTHS, word) {
            let known = WORDS.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(word));
            if let Some((_, engine)) = known {
                return self.cast(*engine, 1);
            }
        }
        // ReplacingMergeTree; utf8mb4_general_ci.
        if word.len() > 9 && word[word.len() - 9..].eq_ignore_ascii_case(b"mergetree") {
            self.cast(Engine::ClickHouse, 1);
        } else if word.len() > 8 && word[..8].eq_ignore_ascii_case(b"utf8mb4_") {
            self.cast(Engine::MySql, 1);
        }
    }

    fn symbol(&mut self, symbol: u8, words: &Words<'_>) {
        match symbol {
            b'`' => self.is_foreign = true,
            b':' => self.cast(Engine::Postgres, u32::from(words.nth(1) == b":")),
            // `[dbo].[orders]`, `[id] INT`; an array's index is a number, or follows a name at once.
            _ => {
                let is_name = words.nth(2) == b"]" && words.is_word(1) && !words.touches_name();
                self.cast(Engine::SqlServer, u32::from(is_name));
            }
        }
    }

    fn winner(&self) -> (Engine, Certainty) {
        let most = self.by_engine.iter().max().copied().unwrap_or_default();
        match ENGINES.iter().zip(self.by_engine).find(|(_, votes)| *votes == most) {
            Some((engine, 1..)) => (*engine, Certainty::Certain),
            _ if self.is_foreign && self.loose_keys => (Engine::Sqlite, Certainty::Likely),
            _ if self.is_foreign => (Engine::MySql, Certainty::Likely),
            _ => (Engine::Postgres, Certainty::Assumed),
        }
    }
}

/// A token and those around it.
struct Words<'a> {
    bytes: &'a [u8],
    lexed: &'a Lexed,
    at: usize,
}

impl Words<'_> {
    fn nth(&self, ahead: usize) -> &[u8] {
        self.lexed.tokens.get(self.at + ahead).map_or(&[], |token| &self.bytes[token.span.range()])
    }

    fn is_word(&self, ahead: usize) -> bool {
        self.lexed.tokens.get(self.at + ahead).is_some_and(|token| token.kind == TokenKind::Word)
    }

    fn is(&self, ahead: usize, word: &[u8]) -> bool {
        self.nth(ahead).eq_ignore_ascii_case(word)
    }

    fn before_is(&self, word: &[u8]) -> bool {
        self.nth_before_is(1, word)
    }

    fn nth_before_is(&self, back: usize, word: &[u8]) -> bool {
        let before = self.at.checked_sub(back).map(|before| self.lexed.tokens[before]);
        before.is_some_and(|token| token.kind == TokenKind::Word && self.bytes[token.span.range()].eq_ignore_ascii_case(word))
    }

    /// What follows it in a definition of a column follows a type; it may be the name of a column itself.
    fn is_type(&self) -> bool {
        self.is(1, b"null") || self.is(1, b"default") || (self.is(1, b"not") && self.is(2, b"null"))
    }

    /// Nothing of a statement stands before it.
    fn is_first(&self) -> bool {
        let before = self.at.checked_sub(1).map(|before| self.lexed.tokens[before].kind);
        before.is_none_or(|kind| matches!(kind, TokenKind::Symbol(b';') | TokenKind::Stop))
    }

    /// It has its line to itself, but for a number.
    fn is_alone(&self) -> bool {
        let span = self.lexed.tokens[self.at].span.range();
        let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t');
        let before = self.bytes[..span.start].iter().rev().find(|byte| !blank(byte));
        let digit = |byte: &&u8| blank(byte) || byte.is_ascii_digit();
        let after = self.bytes[span.end..].iter().find(|byte| !digit(byte));
        [before, after].into_iter().all(|byte| matches!(byte, None | Some(b'\n' | b'\r')))
    }

    /// No blank between it and a name, a bracket or ARRAY before it.
    fn touches_name(&self) -> bool {
        let start = self.lexed.tokens[self.at].span.start;
        let before = self.at.checked_sub(1).map(|before| self.lexed.tokens[before]);
        before.is_some_and(|before| {
            before.span.end == start && before.kind != TokenKind::Symbol(b'.') && before.kind != TokenKind::Symbol(b'(')
        }) || self.before_is(b"array")
    }
}
