//! The fast gear: the plain block style that manifests are written in.
//!
//! It reads block mappings and sequences line by line, plain, quoted and block scalars, and simple flow collections. At
//! the first thing that is unusual, doubtful or wrong it declines, and granit reads the whole document instead. So it may
//! be ignorant, but never mistaken: wherever it accepts, its tree is granit's, and `tests/gears.rs` holds it to that.

#![expect(clippy::option_option, reason = "the outer one declines")]

mod anchor;
mod block;
mod flow;
mod scalar;
mod words;

use std::collections::HashMap;

use super::arena::Arena;
use super::{Kind, Part, RawNode};
use crate::source::Span;
use scalar::{Line, Stop};

/// Reads one document, or declines.
pub fn read(text: &str, span: Span, keep_comments: bool, scratch: &mut Vec<RawNode>) -> Option<Part> {
    read_as(text, span, keep_comments, false, scratch)
}

/// Reads one document that YAML 1.2 refuses and Kubernetes' reader takes, or declines.
pub fn read_leniently(text: &str, span: Span, keep_comments: bool) -> Option<Part> {
    read_as(text, span, keep_comments, true, &mut Vec::new())
}

fn read_as(text: &str, span: Span, keep_comments: bool, is_lenient: bool, scratch: &mut Vec<RawNode>) -> Option<Part> {
    if !is_ordinary(&text[span.range()]) {
        return None;
    }
    let (bytes, at) = (&text.as_bytes()[..span.end as usize], span.start as usize);
    let mut reader = Reader {
        text,
        bytes,
        at,
        line: at,
        found: None,
        arena: Arena::new(span, std::mem::take(scratch)),
        levels: Vec::with_capacity(16),
        anchors: HashMap::new(),
        anchored: None,
        keep_comments,
        is_lenient,
    };
    reader.document()?;
    Some(reader.arena.finish(scratch))
}

/// No control characters, no line break but LF, and nothing that only some readers take for one.
fn is_ordinary(text: &str) -> bool {
    // In numbers and without a way out of the loop, so that the compiler looks at many bytes at a time.
    let is = |condition: bool| u8::from(condition);
    let control = |byte: u8| (is(byte < b' ') & is(byte != b'\n') & is(byte != b'\t')) | is(byte == 0x7F);
    let has_control = text.bytes().fold(0, |found, byte| found | control(byte)) != 0;
    !has_control && (text.is_ascii() || !has_odd_character(text.as_bytes()))
}

/// U+0080 to U+009F, U+2028 and U+2029, U+FEFF, U+FFFE and U+FFFF, by the bytes that they and few others begin with.
fn has_odd_character(text: &[u8]) -> bool {
    memchr::memchr3_iter(0xC2, 0xE2, 0xEF, text).any(|at| {
        matches!(
            text[at..],
            [0xC2, 0x80..=0x9F, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xEF, 0xBB, 0xBF, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..]
        )
    })
}

/// Deeper documents are left to granit, which counts further.
const MAX_DEPTH: usize = 64;

/// Longer keys are left to granit, which counts characters up to YAML's limit of 1024.
const LONGEST_KEY: usize = 1000;

/// One open block collection.
struct Level {
    kind: Kind,
    column: usize,
    /// As long as the value of the last key or dash has not come: where it is if it is nothing.
    waiting: Option<usize>,
}

struct Reader<'t> {
    text: &'t str,
    /// The text up to the end of the document.
    bytes: &'t [u8],
    at: usize,
    /// Where the current line begins.
    line: usize,
    /// Where in it content begins, if whatever came last has looked ahead so far and stands there.
    found: Option<usize>,
    arena: Arena,
    levels: Vec<Level>,
    anchors: HashMap<&'t str, u32>,
    /// The node that the last anchor stands before.
    anchored: Option<u32>,
    keep_comments: bool,
    /// Lines of quoted text may be indented less than they should be, and tabs stand in brackets.
    is_lenient: bool,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<()> {
        if self.bytes[self.at..].starts_with(b"---") {
            self.at += 3;
            self.tail()?;
        }
        while let Some(column) = self.next_line()? {
            self.content(column)?;
        }
        while let Some(level) = self.levels.pop() {
            self.finish(&level)?;
        }
        (!self.arena.part.nodes.is_empty()).then_some(())
    }

    #[inline]
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    /// Whether a blank or the end of the line stands so far ahead.
    #[inline]
    fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\n')
    }

    #[inline]
    fn skip_blanks(&mut self) {
        self.at += self.blanks(self.at);
    }

    /// How many blanks stand from there on.
    #[inline]
    fn blanks(&self, from: usize) -> usize {
        words::blanks(self.bytes, from)
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    /// Goes to the next line with content and says where in it that begins; the end of the document is no line.
    fn next_line(&mut self) -> Option<Option<usize>> {
        loop {
            let column = match self.found.take() {
                Some(column) => column,
                None if self.at >= self.bytes.len() => return Some(None),
                None => {
                    self.line = self.at;
                    self.skip_blanks();
                    self.at - self.line
                }
            };
            match self.peek(0) {
                b'\n' => self.at += 1,
                b'#' => self.comment(),
                b'\t' => return None,
                // A directive, or the end of the document.
                b'%' if column == 0 => return None,
                b'.' if column == 0 && self.bytes[self.at..].starts_with(b"...") => return None,
                _ => return Some(Some(column)),
            }
        }
    }

    fn comment(&mut self) {
        let (start, end) = (self.at, self.line_end());
        if self.keep_comments {
            self.arena.part.comments.push(Span::new(start, end));
        }
        self.at = end + 1;
    }

    /// What follows a value on its line: nothing, or a comment apart from it.
    #[inline]
    fn tail(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_blanks();
        match self.peek(0) {
            b'\n' => self.at += 1,
            b'#' if self.at > start => self.comment(),
            _ => return None,
        }
        Some(())
    }

    /// A line with content: it closes what ends before it, and is the next item or entry of what is open at its column, or
    /// a new node below a key.
    fn content(&mut self, column: usize) -> Option<()> {
        while let Some(level) = self.levels.pop_if(|level| level.column > column) {
            self.finish(&level)?;
        }
        let has_dash = self.is_dash();
        // A sequence may stand at the column of the key that it belongs to.
        if let Some(level) = self.levels.pop_if(|level| level.column == column && level.kind == Kind::Sequence && !has_dash) {
            self.finish(&level)?;
            self.levels.last().filter(|level| level.column == column)?;
        }
        let Some(level) = self.levels.last_mut() else {
            // Only one node stands at the top.
            self.arena.part.nodes.is_empty().then_some(())?;
            return self.node(column);
        };
        let waiting = level.waiting.take();
        // A dash below a key at its column is the value that the key waits for.
        if level.column < column || has_dash && level.kind == Kind::Mapping {
            waiting?;
            return self.node(column);
        }
        if let Some(at) = waiting {
            self.nothing(at)?;
        }
        if has_dash { self.item() } else { self.entry(column) }
    }

    fn finish(&mut self, level: &Level) -> Option<()> {
        if let Some(at) = level.waiting {
            self.nothing(at)?;
        }
        self.arena.end(None);
        Some(())
    }

    /// A value that is not there. One with an anchor is left to granit.
    fn nothing(&mut self, at: usize) -> Option<()> {
        (self.anchored != Some(self.next_node())).then_some(())?;
        self.arena.scalar(Kind::Plain, Span::new(at, at), None);
        Some(())
    }

    fn next_node(&self) -> u32 {
        u32::try_from(self.arena.part.nodes.len()).unwrap_or(u32::MAX)
    }

    fn is_dash(&self) -> bool {
        self.peek(0) == b'-' && self.is_blank(1)
    }

    fn open(&mut self, kind: Kind, column: usize) -> Option<()> {
        self.arena.begin(kind, Span::new(self.at, self.at));
        self.levels.push(Level { kind, column, waiting: None });
        (self.levels.len() < MAX_DEPTH).then_some(())
    }

    /// A node that begins here, with its line or its rest to itself.
    fn node(&mut self, column: usize) -> Option<()> {
        if self.is_dash() {
            self.open(Kind::Sequence, column)?;
            return self.item();
        }
        let parent = self.levels.last().map(|level| level.column);
        match self.start()? {
            Start::Key(key) => {
                self.open(Kind::Mapping, column)?;
                self.after_key(&key, column)
            }
            Start::Plain(line) => self.plain(parent?, &line),
            Start::Other => self.value(parent),
        }
    }

    /// What follows a dash.
    fn item(&mut self) -> Option<()> {
        self.at += 1;
        let behind = self.at;
        self.skip_blanks();
        match self.peek(0) {
            b'\n' | b'#' => {
                self.levels.last_mut()?.waiting = Some(self.line_end());
                self.at = behind;
                self.tail()
            }
            b'&' => {
                self.anchor()?;
                // Before the key of a mapping it would be the key's.
                (!matches!(self.peek(0), b'\n' | b'#') && !matches!(self.start()?, Start::Key(_))).then_some(())?;
                self.value(self.levels.last().map(|level| level.column))
            }
            _ => self.node(self.at - self.line),
        }
    }

    /// The next key of a mapping with its value.
    fn entry(&mut self, column: usize) -> Option<()> {
        match self.start()? {
            Start::Key(key) => self.after_key(&key, column),
            _ => None,
        }
    }

    #[inline]
    fn after_key(&mut self, key: &Key, column: usize) -> Option<()> {
        self.arena.scalar(key.kind, key.span, None);
        self.at = key.behind;
        self.skip_blanks();
        if self.may_begin_plain() {
            let line = self.plain_line()?;
            return self.plain(column, &line);
        }
        let mut behind = key.behind;
        if self.peek(0) == b'&' {
            self.anchor()?;
            behind = self.at - 1;
        }
        if matches!(self.peek(0), b'\n' | b'#') {
            self.levels.last_mut()?.waiting = Some(key.behind - 1);
            // Back to what a comment must be apart from.
            self.at = behind;
            return self.tail();
        }
        self.value(Some(column))
    }

    /// What begins here; outside brackets a key has its line to itself up to the colon.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the compiler does not by itself, and then small documents take a sixth longer")]
    fn start(&self) -> Option<Start> {
        if self.may_begin_plain() {
            return match self.plain_line()? {
                Line { end, stop: Stop::Colon, stopped } => self.key(Kind::Plain, end, stopped),
                line => Some(Start::Plain(line)),
            };
        }
        match self.peek(0) {
            b'"' | b'\'' => {
                let Some(end) = self.simple_quoted() else { return Some(Start::Other) };
                let colon = end + self.blanks(end);
                let is_key =
                    self.bytes.get(colon) == Some(&b':') && matches!(self.bytes.get(colon + 1), None | Some(b' ' | b'\n'));
                if is_key { self.key(Kind::Quoted, end, colon) } else { Some(Start::Other) }
            }
            b'|' | b'>' | b'[' | b'{' | b'*' => Some(Start::Other),
            _ => None,
        }
    }

    #[inline]
    fn key(&self, kind: Kind, end: usize, colon: usize) -> Option<Start> {
        (end - self.at <= LONGEST_KEY).then(|| Start::Key(Key { kind, span: Span::new(self.at, end), behind: colon + 1 }))
    }

    /// A value that begins here, after a key or a dash or on its own line.
    fn value(&mut self, parent: Option<usize>) -> Option<()> {
        match self.peek(0) {
            b'[' | b'{' => {
                self.flow(parent, 0)?;
                self.tail()
            }
            // Only collections are worth it at the top.
            b'|' | b'>' => self.block_scalar(parent?),
            b'"' | b'\'' => {
                self.quoted(parent?)?;
                self.tail()
            }
            // An alias has no anchor of its own.
            b'*' if self.anchored != Some(self.next_node()) => {
                parent?;
                self.alias()
            }
            _ if self.may_begin_plain() => {
                let line = self.plain_line()?;
                self.plain(parent?, &line)
            }
            _ => None,
        }
    }
}

/// What may stand at the beginning of a node.
enum Start {
    Key(Key),
    /// Plain text that is no key.
    Plain(Line),
    /// Anything else, which is no key either.
    Other,
}

/// A key of a block mapping.
struct Key {
    kind: Kind,
    span: Span,
    /// After its colon.
    behind: usize,
}
