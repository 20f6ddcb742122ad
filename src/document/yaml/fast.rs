//! The fast gear: the plain block style that manifests are written in.
//!
//! It reads block mappings and sequences line by line, plain, quoted and block scalars, and simple flow collections. At
//! the first thing that is unusual, doubtful or wrong it declines, and granit reads the whole document instead. So it may
//! be ignorant, but never mistaken: wherever it accepts, its tree is granit's, and `tests/gears.rs` holds it to that.

#![expect(clippy::option_option, reason = "the outer one declines")]

mod block;
mod flow;
mod scalar;

use std::collections::HashMap;

use super::arena::Arena;
use super::{Kind, Part};
use crate::source::Span;
use scalar::Stop;

/// Reads one document, or declines.
pub fn read(text: &str, span: Span, keep_comments: bool) -> Option<Part> {
    read_as(text, span, keep_comments, false)
}

/// Reads one document that YAML 1.2 refuses and Kubernetes' reader takes, or declines.
pub fn read_leniently(text: &str, span: Span, keep_comments: bool) -> Option<Part> {
    read_as(text, span, keep_comments, true)
}

fn read_as(text: &str, span: Span, keep_comments: bool, is_lenient: bool) -> Option<Part> {
    if !is_ordinary(&text[span.range()]) {
        return None;
    }
    let (bytes, at) = (&text.as_bytes()[..span.end as usize], span.start as usize);
    let mut reader = Reader {
        text,
        bytes,
        at,
        line: at,
        arena: Arena::new(span),
        levels: Vec::with_capacity(16),
        anchors: HashMap::new(),
        anchored: None,
        keep_comments,
        is_lenient,
    };
    reader.document()?;
    Some(reader.arena.part)
}

/// No control characters, no line break but LF, and nothing that only some readers take for one.
fn is_ordinary(text: &str) -> bool {
    // In numbers and without a way out of the loop, so that the compiler looks at many bytes at a time.
    let is = |condition: bool| u8::from(condition);
    let control = |byte: u8| (is(byte < b' ') & is(byte != b'\n') & is(byte != b'\t')) | is(byte == 0x7F);
    let has_control = text.bytes().fold(0, |found, byte| found | control(byte)) != 0;
    let odd = |next: char| matches!(next, '\u{80}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}');
    !has_control && (text.is_ascii() || !text.chars().any(odd))
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
    arena: Arena,
    levels: Vec<Level>,
    anchors: HashMap<&'t str, u32>,
    /// The node that the last anchor stands before.
    anchored: Option<u32>,
    keep_comments: bool,
    /// Lines of quoted text may be indented less than they should be, and tabs stand in brackets.
    is_lenient: bool,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Option<()> {
        if self.bytes[self.at..].starts_with(b"---") {
            self.at += 3;
            self.tail()?;
        }
        while let Some(column) = self.next_line()? {
            self.close_to(column)?;
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

    fn skip_blanks(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at] == b' ' {
            self.at += 1;
        }
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    /// Goes to the next line with content and says where in it that begins; the end of the document is no line.
    fn next_line(&mut self) -> Option<Option<usize>> {
        loop {
            if self.at >= self.bytes.len() {
                return Some(None);
            }
            self.line = self.at;
            self.skip_blanks();
            let column = self.at - self.line;
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

    /// Closes all collections that end before a line with content at this column.
    fn close_to(&mut self, column: usize) -> Option<()> {
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
            return self.arena.part.nodes.is_empty().then_some(());
        };
        if level.column < column {
            return level.waiting.map(drop);
        }
        // A dash below a key at its column is the value that the key waits for.
        let ends = level.kind == Kind::Sequence || !has_dash;
        match level.waiting.take_if(|_| ends) {
            Some(at) => self.nothing(at),
            None => Some(()),
        }
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

    /// A line: the next item or entry of what is open at its column, or a new node below a key.
    fn content(&mut self, column: usize) -> Option<()> {
        let has_dash = self.is_dash();
        match self.levels.last_mut() {
            Some(level) if level.column == column && level.kind == Kind::Sequence => self.item(),
            Some(level) if level.column == column => match (has_dash, level.waiting.take()) {
                (true, Some(_)) => self.node(column),
                (true, None) => None,
                (false, _) => self.entry(column),
            },
            Some(level) => {
                level.waiting = None;
                self.node(column)
            }
            None => self.node(column),
        }
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
        match self.key()? {
            Some(key) => {
                self.open(Kind::Mapping, column)?;
                self.after_key(&key, column)
            }
            None => self.value(parent),
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
                (!matches!(self.peek(0), b'\n' | b'#') && self.key()?.is_none()).then_some(())?;
                self.value(self.levels.last().map(|level| level.column))
            }
            _ => self.node(self.at - self.line),
        }
    }

    /// `&name` and the blanks after it.
    fn anchor(&mut self) -> Option<()> {
        let name = self.name()?;
        let id = self.next_node();
        self.anchors.insert(name, id);
        self.arena.anchor(id);
        self.anchored = Some(id);
        self.skip_blanks();
        Some(())
    }

    /// `*name`, of an anchor that came before.
    fn alias(&mut self) -> Option<()> {
        let start = self.at;
        let name = self.name()?;
        let target = *self.anchors.get(name)?;
        self.arena.alias(Span::new(start, self.at), Some(target));
        (!self.arena.is_excessive()).then_some(())?;
        self.tail()
    }

    /// The name after `&` or `*`.
    fn name(&mut self) -> Option<&'t str> {
        let start = self.at + 1;
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = self.bytes[start..].iter().take_while(is_part).count();
        self.at = start + length;
        (length > 0 && self.is_blank(0)).then(|| &self.text[start..start + length])
    }

    /// The next key of a mapping with its value.
    fn entry(&mut self, column: usize) -> Option<()> {
        let key = self.key()??;
        self.after_key(&key, column)
    }

    fn after_key(&mut self, key: &Key, column: usize) -> Option<()> {
        self.arena.scalar(key.kind, key.span, None);
        self.at = key.behind;
        self.skip_blanks();
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

    /// The key that stands here, if one does; outside brackets it has its line to itself up to the colon.
    fn key(&self) -> Option<Option<Key>> {
        let (kind, end) = match self.peek(0) {
            b'"' | b'\'' => match self.simple_quoted() {
                Some(end) => (Kind::Quoted, end),
                None => return Some(None),
            },
            b'|' | b'>' | b'[' | b'{' | b'*' => return Some(None),
            _ if !self.may_begin_plain() => return None,
            _ => match self.plain_line()? {
                (end, Stop::Colon) => (Kind::Plain, end),
                _ => return Some(None),
            },
        };
        let blanks = self.bytes[end..].iter().take_while(|byte| **byte == b' ').count();
        let colon = end + blanks;
        let is_key = self.bytes.get(colon) == Some(&b':') && matches!(self.bytes.get(colon + 1), None | Some(b' ' | b'\n'));
        if is_key && end - self.at > LONGEST_KEY {
            return None;
        }
        Some(is_key.then(|| Key { kind, span: Span::new(self.at, end), behind: colon + 1 }))
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
            _ if self.may_begin_plain() => self.plain(parent?),
            _ => None,
        }
    }
}

/// A key of a block mapping.
struct Key {
    kind: Kind,
    span: Span,
    /// After its colon.
    behind: usize,
}
