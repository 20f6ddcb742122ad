//! A TOML file through `toml_parser`, whose events know their bytes and which reads on after an error.
//!
//! Only the parts of the grammar are checked, not what a whole document may say: a key that is set twice is two pairs.
//! Comments and repeated line breaks never reach the parser. It looks back over them once for each bracket that is
//! never closed, and they would be most of its tokens.

use std::borrow::Cow;
use std::collections::HashMap;

use toml_parser::decoder::Encoding;
use toml_parser::lexer::{Token, TokenKind};
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Span as Range};

mod tree;

pub use tree::{Entry, Table, TableId, Tree, Value, ValueKind};

use super::pairs::{Form, GroupId, Pair, Pairs, Text};
use crate::settings::{MAX_ENTRIES, MAX_NESTING, MAX_TOKENS};
use crate::source::{Source, Span};

/// Reads a whole file. Never fails.
pub fn read(source: &Source) -> Pairs {
    let text = source.text();
    let mut pairs = Pairs::default();
    let (tokens, rest) = tokens(text, &mut pairs);
    let mut errors = Errors(Vec::new());
    let mut reader =
        Reader { text, pairs, groups: HashMap::new(), table: None, header: None, parts: Vec::new(), key: None, open: Vec::new() };
    parse_document(&tokens, &mut reader, &mut errors);
    let mut pairs = reader.pairs;
    if let Some(rest) = rest {
        pairs.cut(rest, format!("there are more than {MAX_TOKENS} words and signs; nothing is read from here on"));
    }
    errors.tell(text, &mut pairs);
    pairs
}

/// What the parser needs of a file, and where a limit ended it.
fn tokens(text: &str, pairs: &mut Pairs) -> (Vec<Token>, Option<Span>) {
    let mut tokens: Vec<Token> = Vec::new();
    let mut lone = false;
    for token in toml_parser::Source::new(text).lex() {
        let after_break = tokens.last().is_some_and(|last| last.kind() == TokenKind::Newline);
        match token.kind() {
            TokenKind::Comment => pairs.comments.push(place(token.span())),
            TokenKind::Newline => {
                if !lone && &text[token.span().start()..token.span().end()] == "\r" {
                    pairs.fault(place(token.span()), "TOML ends a line with a line feed; a carriage return alone is none");
                    lone = true;
                }
                if !after_break {
                    tokens.push(token);
                }
            }
            TokenKind::Whitespace if after_break => {}
            _ if tokens.len() >= MAX_TOKENS => return (tokens, Some(place(token.span()))),
            _ => tokens.push(token),
        }
    }
    (tokens, None)
}

fn place(range: Range) -> Span {
    Span::new(range.start(), range.end())
}

/// What the parser found wrong.
struct Errors(Vec<ParseError>);

impl ErrorSink for Errors {
    fn report_error(&mut self, error: ParseError) {
        if self.0.len() <= MAX_ENTRIES {
            self.0.push(error);
        }
    }
}

impl Errors {
    fn tell(self, text: &str, pairs: &mut Pairs) {
        for error in self.0 {
            let range = error.unexpected().or(error.context()).unwrap_or_default();
            let [start, end] = [range.start(), range.end()].map(|at| floor(text, at));
            pairs.fault(Span::new(start, end), error.description().to_owned());
        }
        pairs.malformed.sort_by_key(|fault| fault.span);
    }
}

/// The character boundary at or before this byte.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

struct Reader<'t> {
    text: &'t str,
    pairs: Pairs,
    /// The newest group of each name inside each group.
    groups: HashMap<(Option<GroupId>, Box<str>), GroupId>,
    /// The table of the last header.
    table: Option<GroupId>,
    /// A header is being read, and whether it is one of `[[these]]`.
    header: Option<bool>,
    /// What of a dotted name was read.
    parts: Vec<Text>,
    /// The key that waits for its value.
    key: Option<Text>,
    /// What stands around, between brackets and braces.
    open: Vec<Frame>,
}

enum Frame {
    Table(Option<GroupId>),
    Array {
        /// The pair that it is the value of.
        entry: Option<usize>,
        name: Range,
        /// The name, if it is not what is written.
        decoded: Option<Box<str>>,
        group: Option<GroupId>,
        /// How many arrays and tables in it were opened.
        items: u32,
    },
}

impl Reader<'_> {
    /// The group that a pair would stand in here.
    fn here(&self) -> Option<GroupId> {
        match self.open.last() {
            Some(Frame::Table(group)) => *group,
            _ => self.table,
        }
    }

    /// One part of a dotted name. A part that has a dot itself keeps its quotes.
    fn part(&mut self, span: Range, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let written = &self.text[span.start()..span.end()];
        let mut name = Cow::Borrowed("");
        Raw::new_unchecked(written, encoding, span).decode_key(&mut name, error);
        let is_special = encoding.is_some() && (name.is_empty() || name.contains('.'));
        let name = if is_special { format!("\"{name}\"").into() } else { name };
        let decoded = (name != written).then(|| Box::from(name));
        self.parts.push(Text { span: place(span), decoded });
    }

    /// Puts the parts of a name together.
    fn dotted(&mut self) -> Option<Text> {
        let mut parts = std::mem::take(&mut self.parts);
        let [first, .., last] = parts.as_slice() else { return parts.pop() };
        let span = first.span.to(last.span);
        let names: Vec<&str> = parts.iter().map(|part| self.name(part)).collect();
        let name = names.join(".");
        let decoded = (name != self.text[span.range()]).then(|| Box::from(name));
        Some(Text { span, decoded })
    }

    fn name<'a>(&'a self, part: &'a Text) -> &'a str {
        part.decoded.as_deref().unwrap_or_else(|| &self.text[part.span.range()])
    }

    /// Opens the table of a header, and the tables around it.
    fn enter(&mut self) {
        let Some(is_array) = self.header.take() else { return };
        let parts = std::mem::take(&mut self.parts);
        let count = parts.len();
        let mut group = None;
        for (at, part) in parts.into_iter().enumerate() {
            let key = (group, Box::from(self.name(&part)));
            let known = self.groups.get(&key).copied();
            let is_item = is_array && at + 1 == count;
            group = match known {
                Some(known) if !is_item => Some(known),
                _ => {
                    let before = known.and_then(|known| self.pairs.groups[known as usize].index);
                    let index = is_item.then(|| before.map_or(0, |before| before + 1));
                    self.pairs.open(part, index, group)
                }
            };
            let Some(opened) = group else { return };
            self.groups.insert(key, opened);
        }
        self.table = group;
    }

    /// Keeps a pair, if a key waits for this value and has a name.
    fn keep(&mut self, value: Text, form: Form) -> Option<usize> {
        let key = self.key.take()?;
        let is_nameless = key.span.is_empty();
        let group = self.here();
        if is_nameless { None } else { self.pairs.push(Pair { key, value, form, group, document: 0 }) }
    }

    fn is_item(&self) -> bool {
        matches!(self.open.last(), Some(Frame::Array { .. }))
    }

    /// A group for a table or an array that is an item of the array around it.
    fn item(&mut self) -> Option<GroupId> {
        let Some(Frame::Array { name, decoded, group, items, .. }) = self.open.last_mut() else { return None };
        let index = *items;
        *items += 1;
        let name = Text { span: place(*name), decoded: decoded.clone() };
        let group = *group;
        self.pairs.open(name, Some(index), group)
    }

    /// Whether it may nest deeper.
    fn admit(&mut self, span: Range) -> bool {
        if self.open.len() >= MAX_NESTING {
            self.pairs.cut(place(span), format!("this nests deeper than {MAX_NESTING}; nothing is read from here on"));
        }
        self.pairs.cut.is_none()
    }

    fn value(&self, span: Range, encoding: Option<Encoding>, error: &mut dyn ErrorSink) -> (Text, Form) {
        let written = &self.text[span.start()..span.end()];
        let (quotes, form) = match encoding {
            None => ("", Form::Bare),
            Some(Encoding::BasicString) => ("\"", Form::Quoted(b'"')),
            Some(Encoding::LiteralString) => ("'", Form::Quoted(b'\'')),
            Some(Encoding::MlBasicString) => ("\"\"\"", Form::Quoted(b'"')),
            Some(Encoding::MlLiteralString) => ("'''", Form::Quoted(b'\'')),
        };
        let mut decoded = Cow::Borrowed("");
        let _ = Raw::new_unchecked(written, encoding, span).decode_scalar(&mut decoded, error);
        let inner = written.strip_prefix(quotes).unwrap_or(written);
        let start = span.start() + written.len() - inner.len();
        let inner = inner.strip_suffix(quotes).unwrap_or(inner);
        // A number may hold `_`; what is written is what people know.
        let is_same = encoding.is_none() || decoded == inner;
        let decoded = (!is_same).then(|| Box::from(decoded));
        (Text { span: Span::new(start, start + inner.len()), decoded }, form)
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.header = Some(false);
    }

    fn std_table_close(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.enter();
    }

    fn array_table_open(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.header = Some(true);
    }

    fn array_table_close(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.enter();
    }

    fn inline_table_open(&mut self, span: Range, _: &mut dyn ErrorSink) -> bool {
        if !self.admit(span) {
            return false;
        }
        let group = match self.key.take() {
            _ if self.is_item() => self.item(),
            Some(key) => self.pairs.open(key, None, self.here()),
            None => None,
        };
        self.parts.clear();
        self.open.push(Frame::Table(group));
        true
    }

    fn inline_table_close(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.key = None;
        self.open.pop();
    }

    fn array_open(&mut self, span: Range, _: &mut dyn ErrorSink) -> bool {
        if !self.admit(span) {
            return false;
        }
        let frame = if self.is_item() {
            let group = self.item();
            Frame::Array { entry: None, name: span.before(), decoded: None, group, items: 0 }
        } else {
            let (name, decoded) = match &self.key {
                Some(key) => (Range::new_unchecked(key.span.range().start, key.span.range().end), key.decoded.clone()),
                None => (span.before(), None),
            };
            let group = self.here();
            let entry = self.keep(Text::plain(place(span)), Form::List);
            Frame::Array { entry, name, decoded, group, items: 0 }
        };
        self.open.push(frame);
        true
    }

    fn array_close(&mut self, span: Range, _: &mut dyn ErrorSink) {
        if let Some(Frame::Array { entry: Some(entry), .. }) = self.open.pop() {
            let value = &mut self.pairs.entries[entry].value.span;
            *value = value.to(place(span));
        }
    }

    fn simple_key(&mut self, span: Range, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.pairs.cut.is_none() {
            self.part(span, encoding, error);
        }
    }

    fn key_val_sep(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.key = self.dotted();
    }

    fn scalar(&mut self, span: Range, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.pairs.cut.is_none() {
            let (value, form) = self.value(span, encoding, error);
            self.keep(value, form);
        }
    }

    fn value_sep(&mut self, _: Range, _: &mut dyn ErrorSink) {
        self.parts.clear();
        self.key = None;
    }

    fn newline(&mut self, _: Range, _: &mut dyn ErrorSink) {
        // A header that was never closed is one all the same to what follows it.
        self.enter();
        if self.open.is_empty() {
            self.parts.clear();
            self.key = None;
        }
    }
}

#[cfg(test)]
mod tests;
