//! Walks along the tokens of one statement.

use super::lex::{Token, TokenKind};
use super::statement::{Ident, Name};
use crate::source::Span;

/// A position among the tokens of one statement.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    /// The text as it was lexed: holes are masked.
    text: &'a str,
    /// The text as written, from which names are taken.
    original: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, original: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, original, tokens, at: 0 }
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub fn advance(&mut self) {
        self.at += 1;
    }

    /// From the start of one token to the end of the last one passed.
    pub fn span_since(&self, start: Span) -> Span {
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.map_or(start, |last| start.to(last.span))
    }

    /// The place of the next token, or of the last one at the end.
    pub fn here(&self) -> Span {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        token.map_or_else(Span::default, |token| token.span)
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.nth_is(0, word)
    }

    pub fn nth_is(&self, ahead: usize, word: &str) -> bool {
        let Some(token) = self.tokens.get(self.at + ahead) else { return false };
        // As bytes: this is asked more than anything else, and most words differ in length already.
        let range = token.span.range();
        range.len() == word.len()
            && token.kind == TokenKind::Word
            && self.text.as_bytes()[range].eq_ignore_ascii_case(word.as_bytes())
    }

    /// Passes one word.
    pub fn word(&mut self, word: &str) -> Option<Span> {
        let span = self.here();
        self.is_word(word).then(|| {
            self.advance();
            span
        })
    }

    /// Passes all of these words, or none.
    pub fn words(&mut self, words: &[&str]) -> Option<Span> {
        let start = self.here();
        let all = words.iter().enumerate().all(|(ahead, word)| self.nth_is(ahead, word));
        all.then(|| {
            self.at += words.len();
            self.span_since(start)
        })
    }

    /// Passes any one of these words.
    pub fn any_word(&mut self, words: &[&str]) -> Option<Span> {
        words.iter().find_map(|word| self.word(word))
    }

    /// Whether more tokens than this are left.
    pub fn has_more_than(&self, count: usize) -> bool {
        self.tokens.len() > self.at + count
    }

    /// Whether any of these words follows anywhere.
    pub fn has_word(&self, words: &[&str]) -> bool {
        (0..self.tokens.len().saturating_sub(self.at)).any(|ahead| words.iter().any(|word| self.nth_is(ahead, word)))
    }

    pub fn symbol(&mut self, symbol: u8) -> Option<Span> {
        let token = self.token()?;
        (token.kind == TokenKind::Symbol(symbol)).then(|| {
            self.advance();
            token.span
        })
    }

    pub fn ident(&mut self) -> Option<Ident> {
        let token = self.token()?;
        if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
            return None;
        }
        self.advance();
        let text = &self.original[token.span.range()];
        let folded = match token.kind {
            TokenKind::Quoted => text.trim_matches('"').replace("\"\"", "\""),
            // A template's mark stands for we do not know what, but always for the same.
            _ if text.contains('{') => text.to_owned(),
            _ if text.is_ascii() => text.to_ascii_lowercase(),
            _ => text.to_lowercase(),
        };
        Some(Ident { span: token.span, text: folded.into() })
    }

    /// `name`, `schema.name` or `database.schema.name`.
    pub fn name(&mut self) -> Option<Name> {
        let mut name = Name::from(self.ident()?);
        while self.symbol(b'.').is_some() {
            name = name.of(self.ident()?);
        }
        Some(name)
    }

    /// Passes what stands in the brackets that open here and returns the brackets with it.
    pub fn brackets(&mut self) -> Option<Span> {
        let open = self.symbol(b'(')?;
        let mut depth = 1;
        while depth > 0 {
            match self.token()?.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth -= 1,
                _ => {}
            }
            self.advance();
        }
        Some(self.span_since(open))
    }

    /// Splits the rest at commas outside brackets; each part is a cursor of its own.
    pub fn parts(&self) -> Vec<Cursor<'a>> {
        let rest = &self.tokens[self.at.min(self.tokens.len())..];
        let mut depth = 0_usize;
        let mut parts = Vec::new();
        let mut start = 0;
        for (at, token) in rest.iter().enumerate() {
            match token.kind {
                TokenKind::Symbol(b'(' | b'[') => depth += 1,
                TokenKind::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Symbol(b',') if depth == 0 => {
                    parts.push(Cursor { tokens: &rest[start..at], at: 0, ..*self });
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(Cursor { tokens: &rest[start..], at: 0, ..*self });
        parts
    }

    /// What stands inside the brackets that open here; the cursor moves past them.
    pub fn inside(&mut self) -> Option<Cursor<'a>> {
        let from = self.at + 1;
        self.brackets()?;
        Some(Cursor { tokens: &self.tokens[from..self.at - 1], at: 0, ..*self })
    }

    /// The rest of the tokens as one span.
    pub fn rest(&self) -> Span {
        match (self.tokens.get(self.at), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span { start: self.here().end, end: self.here().end },
        }
    }

    /// Whether these words follow somewhere outside brackets.
    pub fn has_ahead(&self, words: &[&str]) -> bool {
        let mut cursor = *self;
        while !cursor.is_done() {
            if cursor.words(words).is_some() {
                return true;
            }
            if cursor.brackets().is_none() {
                cursor.advance();
            }
        }
        false
    }
}
