//! From bytes to tokens, as PostgreSQL's own lexer sees them.

use crate::source::Span;

/// The smallest part of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// A keyword or an identifier.
    Word,
    /// `"An identifier"`.
    Quoted,
    /// A string: `'..'`, `E'..'`, `$$..$$`.
    Text,
    /// A number.
    Number,
    /// Any other character.
    Symbol(u8),
    /// A line that psql, not the server, reads: `\connect`, and the data lines of COPY.
    Psql,
}

/// What a lexer leaves beside its tokens.
#[derive(Debug, Default)]
pub struct Lexed {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// The comments.
    pub comments: Vec<Span>,
    /// Where something was opened and never closed, and what.
    pub unclosed: Option<(Span, &'static str)>,
}

/// Splits a text into tokens. Never fails.
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, out: Lexed::default() };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    out: Lexed,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        let start = self.at;
        match (self.peek(0), self.peek(1)) {
            (byte, _) if byte.is_ascii_whitespace() => self.at += 1,
            (b'-', b'-') => {
                self.at = self.line_end();
                self.out.comments.push(Span::new(start, self.at));
            }
            (b'/', b'*') => self.block_comment(),
            (b'\'', _) => self.quoted(start, start, b'\'', false),
            (b'"', _) => self.quoted(start, start, b'"', false),
            (b'E' | b'e', b'\'') => self.quoted(start, start + 1, b'\'', true),
            (b'B' | b'b' | b'X' | b'x' | b'N' | b'n', b'\'') => self.quoted(start, start + 1, b'\'', false),
            (b'U' | b'u', b'&') if matches!(self.peek(2), b'\'' | b'"') => {
                self.quoted(start, start + 2, self.peek(2), false);
            }
            (b'$', _) => self.dollar(),
            (b'0'..=b'9', _) | (b'.', b'0'..=b'9') => self.number(),
            (b'\\', _) if self.at_statement_start() => {
                self.at = self.line_end();
                self.push(TokenKind::Psql, start);
            }
            (byte, _) if is_word_start(byte) => {
                let is_word = |byte: &u8| is_word_start(*byte) || byte.is_ascii_digit() || *byte == b'$';
                self.at += self.bytes[self.at..].iter().take_while(|byte| is_word(byte)).count();
                self.push(TokenKind::Word, start);
            }
            (byte, _) => {
                self.at += 1;
                self.push(TokenKind::Symbol(byte), start);
                if byte == b';' && self.is_copy_from_stdin() {
                    self.copy_data();
                }
            }
        }
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.out.tokens.push(Token { kind, span: Span::new(start, self.at) });
    }

    fn unclosed(&mut self, start: usize, opened: usize, what: &'static str, kind: TokenKind) {
        self.at = self.bytes.len();
        self.out.unclosed = Some((Span::new(start, opened), what));
        self.push(kind, start);
    }

    fn line_end(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    fn at_statement_start(&self) -> bool {
        self.out.tokens.last().is_none_or(|last| matches!(last.kind, TokenKind::Symbol(b';') | TokenKind::Psql))
    }

    /// PostgreSQL nests them.
    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    let skip = memchr::memchr2(b'/', b'*', &self.bytes[self.at + 1..]);
                    self.at = skip.map_or(self.bytes.len(), |skip| self.at + 1 + skip);
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                self.out.comments.push(Span::new(start, self.at));
                return;
            }
        }
        self.out.unclosed = Some((Span::new(start, start + 2), "comment"));
        self.out.comments.push(Span::new(start, self.at));
    }

    fn quoted(&mut self, start: usize, quote_at: usize, quote: u8, escapes: bool) {
        let kind = if quote == b'"' { TokenKind::Quoted } else { TokenKind::Text };
        let what = if quote == b'"' { "quoted name" } else { "string" };
        let mut at = quote_at + 1;
        loop {
            let rest = &self.bytes[at.min(self.bytes.len())..];
            let found = if escapes { memchr::memchr2(quote, b'\\', rest) } else { memchr::memchr(quote, rest) };
            let Some(found) = found else { return self.unclosed(start, quote_at + 1, what, kind) };
            at += found;
            if self.bytes[at] == b'\\' || self.bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                self.at = at + 1;
                return self.push(kind, start);
            }
        }
    }

    /// `$$..$$` and `$tag$..$tag$`; a `$1` is a symbol and a number.
    fn dollar(&mut self) {
        let start = self.at;
        let tag = self.bytes[start + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x80..))
            .count();
        let open = start + tag + 2;
        let is_quote = self.bytes.get(start + 1 + tag) == Some(&b'$') && !self.peek(1).is_ascii_digit();
        if !is_quote {
            self.at += 1;
            return self.push(TokenKind::Symbol(b'$'), start);
        }
        let close = &self.bytes[start..open];
        match memchr::memmem::find(&self.bytes[open..], close) {
            Some(end) => {
                self.at = open + end + close.len();
                self.push(TokenKind::Text, start);
            }
            None => self.unclosed(start, open, "dollar-quoted string", TokenKind::Text),
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        self.at += self.bytes[self.at..].iter().take_while(|byte| is_part(byte)).count();
        self.push(TokenKind::Number, start);
    }

    /// Whether the statement that ends here is `COPY .. FROM STDIN`.
    fn is_copy_from_stdin(&self) -> bool {
        let tokens = &self.out.tokens[..self.out.tokens.len() - 1];
        let mut wanted = ["from", "stdin"].iter().rev();
        // Only options in brackets or words may follow STDIN, so a short look back is enough.
        let near = tokens.iter().rev().take_while(|token| !matches!(token.kind, TokenKind::Symbol(b';'))).take(64);
        let words: Vec<&str> =
            near.filter(|token| token.kind == TokenKind::Word).map(|token| &self.text[token.span.range()]).collect();
        let Some(stdin) = words.iter().position(|word| word.eq_ignore_ascii_case("stdin")) else { return false };
        words[stdin..].iter().zip(&mut wanted).all(|(word, wanted)| word.eq_ignore_ascii_case(wanted))
            && words.last().is_some_and(|first| first.eq_ignore_ascii_case("copy"))
    }

    /// Data lines up to `\.`, or to the end of the file.
    fn copy_data(&mut self) {
        self.at = self.line_end();
        let start = self.at;
        loop {
            let next = memchr::memmem::find(&self.bytes[self.at..], b"\n\\.");
            let Some(next) = next else {
                self.at = self.bytes.len();
                break;
            };
            self.at += next + 3;
            if matches!(self.peek(0), b'\n' | b'\r' | 0) {
                break;
            }
        }
        self.push(TokenKind::Psql, start);
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}
