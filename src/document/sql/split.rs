//! Where does one statement end and the next begin?

use std::ops::Range;

use super::Excess;
use super::body::Body;
use super::dialect::Dialect;
use super::lex::{Token, TokenKind};
use crate::settings::{MAX_NESTING, MAX_STATEMENTS, MAX_TERMS};

/// The tokens of one statement, without its semicolon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Never empty.
    pub tokens: Range<usize>,
    /// Why nobody should read it.
    pub excess: Option<Excess>,
}

/// All statements but empty ones. The second value is the first token that was not looked at any more.
pub fn statements(text: &str, tokens: &[Token], dialect: Dialect) -> (Vec<Piece>, usize) {
    let mut pieces = Vec::new();
    let mut open = Open::new(0, dialect);
    for (at, token) in tokens.iter().enumerate() {
        let is_end = match token.kind {
            TokenKind::Word => {
                open.word(at, text, tokens);
                false
            }
            TokenKind::Symbol(b';') => !open.holds_semicolon(text, &tokens[open.start..at]),
            TokenKind::Symbol(symbol) => {
                open.measure.symbol(symbol);
                false
            }
            TokenKind::Inner => {
                open.inner();
                false
            }
            TokenKind::Stop => true,
            TokenKind::Quoted | TokenKind::Text | TokenKind::Number => false,
        };
        if is_end {
            pieces.extend(open.piece(at, tokens));
            open = Open::new(at + 1, dialect);
            if pieces.len() == MAX_STATEMENTS {
                return (pieces, at + 1);
            }
        }
    }
    pieces.extend(open.piece(tokens.len(), tokens));
    (pieces, tokens.len())
}

/// A statement that has not ended yet.
struct Open {
    start: usize,
    body: Body,
    measure: Measure,
}

impl Open {
    fn new(start: usize, dialect: Dialect) -> Self {
        Self { start, body: Body::new(dialect), measure: Measure::default() }
    }

    fn word(&mut self, at: usize, text: &str, tokens: &[Token]) {
        self.measure.word(&text.as_bytes()[tokens[at].span.range()]);
        if self.body.is_watching() {
            self.body.word(text, &tokens[self.start..], at - self.start);
        }
    }

    fn inner(&mut self) {
        self.measure.terms = 0;
    }

    fn holds_semicolon(&mut self, text: &str, before: &[Token]) -> bool {
        // Rules write several statements in brackets.
        let holds = self.body.holds_semicolon() || (self.measure.depth > 0 && is_rule(text, before));
        self.measure.terms = 0;
        holds
    }

    /// All of it up to a token, but for semicolons that end what is inside.
    fn piece(&self, end: usize, tokens: &[Token]) -> Option<Piece> {
        let is_inner = |token: &&Token| matches!(token.kind, TokenKind::Inner | TokenKind::Symbol(b';'));
        let trailing = tokens[self.start..end].iter().rev().take_while(is_inner).count();
        let tokens = self.start..end - trailing;
        (!tokens.is_empty()).then_some(Piece { tokens, excess: self.measure.excess })
    }
}

/// What a statement costs those who read it.
#[derive(Default)]
struct Measure {
    depth: usize,
    terms: usize,
    excess: Option<Excess>,
}

impl Measure {
    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'(' | b'[' => {
                self.depth += 1;
                if self.depth > MAX_NESTING {
                    self.excess = Some(Excess::Nesting);
                }
            }
            b')' | b']' => self.depth = self.depth.saturating_sub(1),
            // The next element of a list; rows of values are many, and none of them is long.
            b',' if self.depth == 0 => self.terms = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'|' | b'&' => self.term(),
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8]) {
        if word.len() <= 3 && (word.eq_ignore_ascii_case(b"and") || word.eq_ignore_ascii_case(b"or")) {
            self.term();
        }
    }

    fn term(&mut self) {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            self.excess = Some(Excess::Terms);
        }
    }
}

fn is_rule(text: &str, tokens: &[Token]) -> bool {
    let words = tokens.iter().take(4).map(|token| &text[token.span.range()]);
    words.skip(1).any(|word| word.eq_ignore_ascii_case("rule"))
}
