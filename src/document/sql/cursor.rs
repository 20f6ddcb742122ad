//! Walks along the tokens of one statement.

use std::ops::{Deref, Range};
use std::sync::Arc;

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
    /// Where both begin in the source.
    base: usize,
    tokens: &'a [Token],
    at: usize,
    /// In how many other statements this one stands.
    depth: u8,
}

/// A word in lower case; what is too long to be a keyword is cut.
#[derive(Clone, Copy)]
pub struct Keyword {
    letters: [u8; LONGEST_KEYWORD],
    length: u8,
}

const LONGEST_KEYWORD: usize = 24;

/// No server knows a name of as many parts.
pub const MOST_PARTS: usize = 8;

impl Deref for Keyword {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.letters[..self.length as usize]).unwrap_or_default()
    }
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, original: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, original, base: 0, tokens, at: 0, depth: 0 }
    }

    /// Other tokens of the same text, one statement further in.
    pub fn inner<'b>(&self, tokens: &'b [Token]) -> Cursor<'b>
    where
        'a: 'b,
    {
        Cursor { tokens, at: 0, depth: self.depth.saturating_add(1), ..*self }
    }

    /// The same for tokens of a part of the text that reads otherwise: as it was lexed and as written.
    pub fn inside_part<'b>(&self, part: Span, [text, original]: [&'b str; 2], tokens: &'b [Token]) -> Cursor<'b> {
        Cursor { text, original, base: part.start as usize, tokens, at: 0, depth: self.depth.saturating_add(1) }
    }

    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// What stands there as it was lexed.
    pub fn lexed(&self, span: Span) -> &'a str {
        &self.text[self.range(span)]
    }

    /// What stands there as it was written.
    pub fn written(&self, span: Span) -> &'a str {
        &self.original[self.range(span)]
    }

    fn range(&self, span: Span) -> Range<usize> {
        span.start as usize - self.base..span.end as usize - self.base
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn go_to(&mut self, position: usize) {
        self.at = position;
    }

    /// The tokens from one position to another, as a cursor of their own.
    pub fn between(&self, from: usize, to: usize) -> Self {
        Self { tokens: &self.tokens[from..to], at: 0, ..*self }
    }

    /// The tokens that are left.
    pub fn left(&self) -> &'a [Token] {
        &self.tokens[self.at.min(self.tokens.len())..]
    }

    pub fn nth(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// The token that was passed last.
    pub fn last(&self) -> Option<Token> {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).copied()
    }

    pub fn is_symbol(&self, symbol: u8) -> bool {
        self.nth_is_symbol(0, symbol)
    }

    pub fn nth_is_symbol(&self, ahead: usize, symbol: u8) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.kind == TokenKind::Symbol(symbol))
    }

    pub fn is_text(&self) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.kind == TokenKind::Text)
    }

    /// The next word in lower case; empty where none follows.
    #[inline]
    pub fn keyword(&self) -> Keyword {
        self.nth_keyword(0)
    }

    pub fn nth_keyword(&self, ahead: usize) -> Keyword {
        let mut keyword = Keyword { letters: [0; LONGEST_KEYWORD], length: 0 };
        let Some(token) = self.tokens.get(self.at + ahead).filter(|token| token.kind == TokenKind::Word) else {
            return keyword;
        };
        let (bytes, length) = (&self.text.as_bytes()[token.span.start as usize - self.base..], token.span.range().len());
        if length > LONGEST_KEYWORD {
            return keyword;
        }
        // A copy of one size costs next to nothing; only the end of the text is nearer.
        if let Some(window) = bytes.first_chunk() {
            keyword.letters = *window;
        } else {
            keyword.letters[..bytes.len()].copy_from_slice(bytes);
        }
        keyword.letters.make_ascii_lowercase();
        #[expect(clippy::cast_possible_truncation, reason = "it was compared")]
        let length = length as u8;
        keyword.length = length;
        keyword
    }

    /// `Some` at the end, for `?`.
    pub fn end(&self) -> Option<()> {
        self.is_done().then_some(())
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// Passes one token, and stays at the end.
    pub fn advance(&mut self) {
        self.at = self.tokens.len().min(self.at + 1);
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
        let range = self.range(token.span);
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
        match token.kind {
            TokenKind::Word | TokenKind::Quoted => {
                self.advance();
                Some(self.folded(token))
            }
            TokenKind::Symbol(b':') => self.client_variable(token),
            _ => None,
        }
    }

    /// A word or quoted name as an identifier.
    pub fn folded(&self, token: Token) -> Ident {
        let text = self.written(token.span);
        let folded: Arc<str> = match token.kind {
            TokenKind::Quoted if text.starts_with('"') => match text.get(1..text.len() - 1).filter(|_| text.len() > 1) {
                Some(inside) if inside.contains("{{") => one_way(inside),
                Some(inside) if inside.contains('"') => inside.replace("\"\"", "\"").into(),
                inside => inside.unwrap_or_default().into(),
            },
            // Unicode escapes, or a template's mark: it stands for we do not know what, but always for the same.
            TokenKind::Quoted => one_way(text),
            _ if !text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) => text.into(),
            _ if text.contains('{') => one_way(text),
            _ if text.is_ascii() => text.to_ascii_lowercase().into(),
            _ => text.to_lowercase().into(),
        };
        Ident { span: token.span, text: folded }
    }

    /// `:name` and `:"name"`, which psql fills in.
    fn client_variable(&mut self, colon: Token) -> Option<Ident> {
        let name = self.nth(1)?;
        let is_name = matches!(name.kind, TokenKind::Word | TokenKind::Quoted) && name.span.start == colon.span.end;
        is_name.then(|| {
            self.advance();
            self.advance();
            let span = colon.span.to(name.span);
            Ident { span, text: self.written(span).into() }
        })
    }

    /// `name`, `schema.name` or `database.schema.name`.
    pub fn name(&mut self) -> Option<Name> {
        let mut name = Name::from(self.ident()?);
        for _ in 0..MOST_PARTS {
            if self.symbol(b'.').is_none() {
                return Some(name);
            }
            name = name.of(self.ident()?);
        }
        None
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

    /// Passes a list in brackets, each element by the same rule.
    pub fn list<T>(&mut self, element: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut inside = self.inside()?;
        let list = inside.separated(element)?;
        inside.end()?;
        Some(list)
    }

    /// Passes elements with commas between them.
    pub fn separated<T>(&mut self, element: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut list = vec![element(self)?];
        while self.symbol(b',').is_some() {
            list.push(element(self)?);
        }
        Some(list)
    }

    /// Splits the rest at commas outside brackets; each part is a cursor of its own.
    pub fn parts(&self) -> Vec<Cursor<'a>> {
        let mut rest = *self;
        let mut parts = vec![rest.part()];
        while rest.symbol(b',').is_some() {
            parts.push(rest.part());
        }
        parts
    }

    /// Passes all up to the next comma outside brackets.
    pub fn part(&mut self) -> Cursor<'a> {
        let from = self.at.min(self.tokens.len());
        let mut depth = 0_usize;
        let end = self.tokens[from..].iter().position(|token| {
            match token.kind {
                TokenKind::Symbol(b'(' | b'[') => depth += 1,
                TokenKind::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Symbol(b',') => return depth == 0,
                _ => {}
            }
            false
        });
        self.at = end.map_or(self.tokens.len(), |end| from + end);
        self.between(from, self.at)
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
}

/// A template's mark without the blanks that change nothing, so that it is the same wherever it stands.
fn one_way(text: &str) -> Arc<str> {
    let words = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ").replace("{{-", "{{").replace("-}}", "}}");
    words.replace("{{ ", "{{").replace(" }}", "}}").into()
}
