//! What text does a file hold, and where is line 12?
//!
//! A [`Source`] is one decoded file. Spans are bytes of the decoded text, always on character boundaries. Lines
//! and columns are computed late and only here: both count from 1, and a column counts characters. What a report
//! calls a byte offset is one of the *original* bytes, so a byte-order mark or UTF-16 does not shift it.

pub mod diff;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::path;

/// A range of bytes in the text of one source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; sources are far smaller than 4 GiB (see [`crate::settings::Settings::max_file_size`]).
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same, so many bytes further on.
    #[must_use]
    pub fn shifted(self, by: u32) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span over both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// How the bytes of a file became text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8 without a byte-order mark.
    Utf8,
    /// UTF-8 after a byte-order mark, which is not part of the text.
    Utf8Marked,
    /// UTF-16, either byte order, by its mark.
    Utf16,
    /// Neither, so each byte was taken for one character.
    Latin1,
}

/// One file, decoded.
#[derive(Debug)]
pub struct Source {
    path: Arc<str>,
    text: String,
    encoding: Encoding,
    index: OnceLock<Index>,
}

impl Source {
    /// Decodes by byte-order mark, else as UTF-8, else as Latin-1. Never fails.
    pub fn decode(path: impl Into<Arc<str>>, bytes: Vec<u8>) -> Self {
        let (text, encoding) = decode(bytes);
        Self { path: path.into(), text, encoding, index: OnceLock::new() }
    }

    /// The path, relative to the root, with `/` between its parts. It is untrusted text.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        path::name(&self.path)
    }

    /// The path up to its last `/`, empty for a file in the root.
    pub fn folder(&self) -> &str {
        path::folder(&self.path)
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the bytes became text.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The text of a span; empty where the span does not fit, so that a slip in a reader costs words, not the run.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The number of lines; an empty file has one.
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.index().starts.len()).unwrap_or(u32::MAX)
    }

    /// The line that holds this byte, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        let line = self.index().starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The line and column of this byte.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let line = self.line(offset);
        let start = self.index().starts[line as usize - 1];
        Position { line, column: self.count(offset).chars - self.count(start).chars + 1 }
    }

    /// The bytes of a line (from 1) without its line break.
    pub fn line_span(&self, line: u32) -> Span {
        let starts = &self.index().starts;
        let at = (line.max(1) as usize - 1).min(starts.len() - 1);
        let start = starts[at] as usize;
        let end = starts.get(at + 1).map_or(self.text.len(), |next| *next as usize);
        let body = self.text[start..end].trim_end_matches(['\n', '\r']);
        Span::new(start, start + body.len())
    }

    /// The line that holds this byte, without its end.
    pub fn line_around(&self, offset: u32) -> &str {
        self.slice(self.line_span(self.line(offset)))
    }

    /// Where this byte of the text stood in the file's own bytes.
    pub fn original_offset(&self, offset: u32) -> u32 {
        let offset = self.clamp(offset);
        match self.encoding {
            Encoding::Utf8 => offset,
            Encoding::Utf8Marked => offset + 3,
            Encoding::Latin1 => self.count(offset).chars,
            Encoding::Utf16 => 2 + 2 * (self.count(offset).chars + self.count(offset).astral),
        }
    }

    /// The character boundary at or before this byte.
    pub fn clamp(&self, offset: u32) -> u32 {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.text))
    }

    /// What stands before this byte. Checkpoints keep it cheap on a line of any length.
    fn count(&self, offset: u32) -> Count {
        let index = self.index();
        if index.ascii {
            return Count { chars: offset, astral: 0 };
        }
        let block = offset as usize / BLOCK;
        let Count { chars, astral } = index.checkpoints[block];
        let rest = Count::of(&self.text.as_bytes()[block * BLOCK..offset as usize]);
        Count { chars: chars + rest.chars, astral: astral + rest.astral }
    }
}

/// Where the lines start, and how many characters stand before every [`BLOCK`] bytes.
#[derive(Debug)]
struct Index {
    starts: Vec<u32>,
    ascii: bool,
    checkpoints: Vec<Count>,
}

const BLOCK: usize = 1024;

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    chars: u32,
    /// Characters that take two units in UTF-16.
    astral: u32,
}

impl Count {
    fn of(bytes: &[u8]) -> Self {
        let mut count = Self::default();
        for byte in bytes {
            count.chars += u32::from((*byte & 0xC0) != 0x80);
            count.astral += u32::from(*byte >= 0xF0);
        }
        count
    }
}

impl Index {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // A CR that an LF follows is half a line break.
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        let ascii = text.is_ascii();
        let mut checkpoints = Vec::new();
        if !ascii {
            let mut before = Count::default();
            for block in bytes.chunks(BLOCK) {
                checkpoints.push(before);
                let here = Count::of(block);
                before = Count { chars: before.chars + here.chars, astral: before.astral + here.astral };
            }
            checkpoints.push(before);
        }
        Self { starts, ascii, checkpoints }
    }
}

/// The lines of a text without their ends. What stands after the last line end is a line if it is anything.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let body = |line: &'_ str| line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).map_or(line.len(), str::len);
    text.split_inclusive('\n').flat_map(move |line| line[..body(line)].split('\r'))
}

fn decode(bytes: Vec<u8>) -> (String, Encoding) {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes), Encoding::Utf16),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes), Encoding::Utf16),
        [0xEF, 0xBB, 0xBF, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => (text.to_owned(), Encoding::Utf8Marked),
            Err(_) => (latin1(&bytes), Encoding::Latin1),
        },
        _ => match String::from_utf8(bytes) {
            Ok(text) => (text, Encoding::Utf8),
            Err(error) => (latin1(error.as_bytes()), Encoding::Latin1),
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks(2).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0xFFFD, // half a unit at the end
    });
    char::decode_utf16(units).map(|result| result.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> Source {
        Source::decode("x", bytes.to_vec())
    }

    #[test]
    fn lines_end_with_lf_crlf_or_cr() {
        let source = source(b"a\nb\r\nc\rd");
        assert_eq!(source.line_count(), 4);
        let lines: Vec<_> = (1..=4).map(|line| source.slice(source.line_span(line))).collect();
        assert_eq!(lines, ["a", "b", "c", "d"]);
        assert_eq!(source.position(7), Position { line: 4, column: 1 });
    }

    #[test]
    fn columns_count_characters_even_far_into_a_long_line() {
        let text = "ä€😀x".repeat(2_000);
        let source = source(text.as_bytes());
        let (offset, _) = text.char_indices().nth(7_003).expect("long enough");
        let offset = u32::try_from(offset).expect("small");
        assert_eq!(source.position(offset), Position { line: 1, column: 7_004 });
    }

    #[test]
    fn offsets_of_reports_are_those_of_the_file() {
        assert_eq!(source(b"\xEF\xBB\xBFab").original_offset(1), 4);
        assert_eq!(source(b"\xE4b").original_offset(2), 1);
        let bytes: Vec<u8> = [0xFEFF_u16].into_iter().chain("😀b".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(source(&bytes).original_offset(4), 6);
    }

    #[test]
    fn what_is_no_utf8_is_taken_for_latin1() {
        let source = source(b"caf\xE9");
        assert_eq!((source.text(), source.encoding()), ("café", Encoding::Latin1));
    }

    #[test]
    fn the_end_of_a_file_without_a_final_newline_is_a_position() {
        assert_eq!(source(b"ab").position(2), Position { line: 1, column: 3 });
        assert_eq!(source(b"").position(0), Position { line: 1, column: 1 });
        assert_eq!(source(b"a\n").position(2), Position { line: 2, column: 1 });
    }
}
