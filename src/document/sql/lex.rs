//! From bytes to tokens, as the server's own lexer sees them; and what its client takes out before.

use super::client::{self, DelimiterLine};
use super::dialect::{Dialect, version_mark};
use crate::settings::MAX_TOKENS;
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
    /// A keyword, an identifier or a variable.
    Word,
    /// An identifier in quotes: `"a"`, `` `a` ``, `[a]`.
    Quoted,
    /// A string: `'..'`, `E'..'`, `$$..$$`.
    Text,
    /// A number.
    Number,
    /// Any other character. A semicolon ends a statement unless a body holds it.
    Symbol(u8),
    /// A semicolon where a line of the client has chosen another delimiter.
    Inner,
    /// Ends every statement and is part of none; the server never sees it: `\connect`, `GO`, a chosen delimiter, the data
    /// lines of COPY, a runner's mark.
    Stop,
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
    /// There are more tokens than anyone should read.
    pub is_cut: bool,
}

/// Splits a text into tokens. Never fails.
pub fn lex(text: &str, dialect: Dialect) -> Lexed {
    let capacity = text.len() / 6;
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        dialect,
        at: 0,
        statement: 0,
        delimiter: None,
        conditional: None,
        out: Lexed { tokens: Vec::with_capacity(capacity), ..Lexed::default() },
    };
    while lexer.at < lexer.bytes.len() {
        if lexer.out.tokens.len() >= MAX_TOKENS {
            lexer.out.is_cut = true;
            return lexer.out;
        }
        lexer.step();
    }
    if let (Some(open), None) = (lexer.conditional, lexer.out.unclosed) {
        lexer.out.unclosed = Some((open, "version comment"));
    }
    lexer.out
}

struct Lexer<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    at: usize,
    /// The first token of the statement that is open.
    statement: usize,
    /// What ends statements instead of a semicolon.
    delimiter: Option<&'a [u8]>,
    /// The opening mark of the version comment that we are in.
    conditional: Option<Span>,
    out: Lexed,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        let start = self.at;
        if self.delimiter.is_some_and(|delimiter| self.bytes[start..].starts_with(delimiter)) {
            self.at += self.delimiter.map_or(1, <[u8]>::len);
            return self.stop(start);
        }
        match self.bytes[start] {
            b' ' | b'\n' | b'\t' | b'\r' | 0x0B | 0x0C => self.blanks(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => self.word(),
            b';' => self.semicolon(),
            b'\'' => self.quoted(start, start, b'\'', TokenKind::Text, self.dialect.backslash_escapes),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() && !self.follows_a_name() => self.number(),
            b'-' if self.peek(1) == b'-' && self.dashes_comment() => self.line_comment(),
            b'#' if self.dialect.hash_comments => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'*' if self.conditional.is_some() && self.peek(1) == b'/' => {
                self.conditional = None;
                self.at += 2;
            }
            b'"' if self.dialect.double_quoted_text => {
                self.quoted(start, start, b'"', TokenKind::Text, self.dialect.backslash_escapes);
            }
            b'"' => self.quoted(start, start, b'"', TokenKind::Quoted, false),
            b'`' if self.dialect.backticks => self.quoted(start, start, b'`', TokenKind::Quoted, false),
            b'[' if self.dialect.brackets => self.quoted(start, start, b']', TokenKind::Quoted, false),
            b'$' if self.dialect.dollar_quotes => self.dollar(),
            b'@' | b'#' if self.dialect.sigils && is_sigil_part(self.peek(1)) => self.word(),
            b'\\' if self.dialect.psql => self.client_line(),
            b'.' if self.dialect.dot_lines && self.peek(1).is_ascii_alphabetic() && self.at_statement_start() => {
                self.client_line();
            }
            byte => {
                self.at += 1;
                self.push(TokenKind::Symbol(byte), start);
            }
        }
    }

    /// Passes a blank, and all that follow.
    fn blanks(&mut self) {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        self.at += 1 + self.bytes[self.at + 1..].iter().take_while(is_blank).count();
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.out.tokens.push(Token { kind, span: Span::new(start, self.at) });
    }

    /// Ends the statement, whatever is open.
    fn stop(&mut self, start: usize) {
        self.push(TokenKind::Stop, start);
        self.statement = self.out.tokens.len();
    }

    fn unclosed(&mut self, start: usize, opened: usize, what: &'static str, kind: TokenKind) {
        self.at = self.bytes.len();
        self.out.unclosed = Some((Span::new(start, opened), what));
        self.push(kind, start);
    }

    fn line_end(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    /// What stands before this place on its line, as far as it is blank.
    fn blanks_before(&self, at: usize) -> &[u8] {
        let line = self.bytes[..at].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let start = at - line;
        let whole = start == 0 || matches!(self.bytes[start - 1], b'\n' | b'\r');
        &self.bytes[if whole { start } else { start - 1 }..at]
    }

    fn at_statement_start(&self) -> bool {
        self.statement == self.out.tokens.len()
    }

    /// `t.1` is no number to a server that lets names begin with digits.
    fn follows_a_name(&self) -> bool {
        let last = self.out.tokens.last().filter(|last| last.span.end as usize == self.at);
        last.is_some_and(|last| matches!(last.kind, TokenKind::Word | TokenKind::Quoted))
    }

    fn client_line(&mut self) {
        let start = self.at;
        self.at = self.line_end();
        self.stop(start);
    }

    fn dashes_comment(&self) -> bool {
        !self.dialect.dashes_need_blank || matches!(self.peek(2), 0..=b' ')
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.at = self.line_end();
        self.out.comments.push(Span::new(start, self.at));
        if client::is_cut(&self.bytes[start..self.at]) && !self.at_statement_start() {
            self.stop(start);
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        if self.dialect.version_comments
            && self.conditional.is_none()
            && let Some(mark) = version_mark(&self.bytes[start..])
        {
            self.at += mark;
            self.conditional = Some(Span::new(start, self.at));
            return;
        }
        let mut depth = 1_usize;
        self.at += 2;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') if self.dialect.nested_comments => depth += 1,
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

    /// From an opening quote to the closing one; two of those stand for one inside.
    fn quoted(&mut self, start: usize, quote_at: usize, close: u8, kind: TokenKind, escapes: bool) {
        let mut at = quote_at + 1;
        loop {
            let rest = &self.bytes[at.min(self.bytes.len())..];
            let found = if escapes { memchr::memchr2(close, b'\\', rest) } else { memchr::memchr(close, rest) };
            let Some(found) = found else {
                let what = if kind == TokenKind::Quoted { "quoted name" } else { "string" };
                return self.unclosed(start, quote_at + 1, what, kind);
            };
            at += found;
            if self.bytes[at] == b'\\' || self.bytes.get(at + 1) == Some(&close) {
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

    /// A word, or the string that one letter begins: `E'..'`, `N'..'`, `x'..'`, `U&'..'`.
    fn word(&mut self) {
        let start = self.at;
        let first = self.bytes[start];
        match (self.peek(1), self.peek(2)) {
            (b'\'', _) if matches!(first, b'E' | b'e' | b'B' | b'b' | b'X' | b'x' | b'N' | b'n') => {
                let escapes = self.dialect.backslash_escapes || matches!(first, b'E' | b'e');
                return self.quoted(start, start + 1, b'\'', TokenKind::Text, escapes);
            }
            (b'&', quote @ (b'\'' | b'"')) if matches!(first, b'U' | b'u') && self.dialect.psql => {
                let kind = if quote == b'"' { TokenKind::Quoted } else { TokenKind::Text };
                return self.quoted(start, start + 2, quote, kind, false);
            }
            _ => {}
        }
        let sigils = self.bytes[start..].iter().take_while(|byte| matches!(byte, b'@' | b'#')).count();
        let mut end = start + sigils;
        while self.bytes.get(end).is_some_and(|byte| WORD[*byte as usize]) {
            end += 1;
        }
        if let Some(delimiter) = self.delimiter
            && let Some(length @ 1..) = memchr::memmem::find(&self.bytes[start..end], delimiter)
        {
            end = start + length;
        }
        self.at = end;
        if !self.is_for_the_client(start) {
            self.push(TokenKind::Word, start);
        }
    }

    /// Takes the word that was just passed, and the rest of its line, for the client if they are.
    fn is_for_the_client(&mut self, start: usize) -> bool {
        let word = &self.bytes[start..self.at];
        match word.len() {
            2 if self.dialect.batches && word.eq_ignore_ascii_case(b"go") => self.batch_end(start),
            9 if self.dialect.delimiter_lines && word.eq_ignore_ascii_case(b"delimiter") => self.delimiter_line(start),
            _ => false,
        }
    }

    fn batch_end(&mut self, start: usize) -> bool {
        let end = self.line_end();
        if !client::is_batch_end(self.blanks_before(start), &self.bytes[self.at..end]) {
            return false;
        }
        self.at = end;
        self.stop(start);
        true
    }

    /// `DELIMITER //` on a line of its own. Inside a statement it may be the name of a column.
    fn delimiter_line(&mut self, start: usize) -> bool {
        let bytes = self.bytes;
        let Some(line) = DelimiterLine::read(&bytes[self.at..self.line_end()]) else { return false };
        let alone = self.blanks_before(start).trim_ascii().is_empty();
        if !alone || !(line.is_sign || self.at_statement_start()) {
            return false;
        }
        self.delimiter = (line.delimiter != b";").then_some(line.delimiter);
        self.at = self.line_end();
        self.stop(start);
        true
    }

    fn semicolon(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.delimiter.is_some() {
            return self.push(TokenKind::Inner, start);
        }
        self.push(TokenKind::Symbol(b';'), start);
        let statement = std::mem::replace(&mut self.statement, self.out.tokens.len());
        if self.dialect.psql && self.is_copy_from_stdin(statement) {
            self.copy_data();
        }
    }

    /// Whether the statement from this token on is `COPY .. FROM STDIN`. Only those that begin with COPY are looked at.
    fn is_copy_from_stdin(&self, statement: usize) -> bool {
        let tokens = &self.out.tokens[statement..];
        let is = |token: &Token, word: &[u8]| {
            token.kind == TokenKind::Word && self.bytes[token.span.range()].eq_ignore_ascii_case(word)
        };
        tokens.first().is_some_and(|first| is(first, b"copy"))
            && tokens.windows(2).any(|pair| is(&pair[0], b"from") && is(&pair[1], b"stdin"))
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
        self.stop(start);
    }
}

/// Which bytes go on with a word.
static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it counts to 255")]
        let is_word = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'$' | 0x80..);
        table[byte] = is_word;
        byte += 1;
    }
    table
};

fn is_sigil_part(byte: u8) -> bool {
    WORD[byte as usize] || matches!(byte, b'@' | b'#')
}
