//! Plain, quoted and block scalars of the fast gear.

use super::super::Kind;
use super::{Reader, words};
use crate::source::Span;

/// A line of plain text.
pub struct Line {
    /// Behind its last character.
    pub end: usize,
    /// Why it ends.
    pub stop: Stop,
    /// Where, blanks included.
    pub stopped: usize,
}

/// What a byte at the beginning of a node says.
#[derive(Clone, Copy)]
enum Begins {
    Plain,
    /// Plain text, unless a blank or a mark of a collection follows.
    PlainBefore,
    Other,
}

static BEGINS_PLAIN: [Begins; 256] = {
    let table = with([Begins::Plain; 256], b",[]{}#&*!|>'\"%@`\t \n", Begins::Other);
    with(table, b"-?:", Begins::PlainBefore)
};

/// A table with something else for some bytes.
const fn with<T: Copy>(mut table: [T; 256], bytes: &[u8], value: T) -> [T; 256] {
    let mut left = bytes;
    while let [byte, rest @ ..] = left {
        table[*byte as usize] = value;
        left = rest;
    }
    table
}

/// What ends a plain scalar on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Colon,
    Comment,
    LineEnd,
}

impl Reader<'_> {
    /// Whether a plain scalar may begin with the character here.
    #[inline]
    pub fn may_begin_plain(&self) -> bool {
        match BEGINS_PLAIN[usize::from(self.peek(0))] {
            Begins::Plain => true,
            Begins::PlainBefore => !matches!(self.peek(1), b' ' | b'\n' | b'\t' | b',' | b'[' | b']' | b'{' | b'}'),
            Begins::Other => false,
        }
    }

    /// The plain text that begins here, up to the end of its line at most. Tabs are left to granit.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the compiler does not by itself, and then small documents take a tenth longer")]
    pub fn plain_line(&self) -> Option<Line> {
        let rest = &self.bytes[self.at..];
        let mut length = 0;
        let stop = loop {
            length += words::plain(rest, length);
            match rest.get(length) {
                None | Some(b'\n') => break Stop::LineEnd,
                Some(b'\t') => return None,
                Some(b':') => match rest.get(length + 1) {
                    None | Some(b' ' | b'\n') => break Stop::Colon,
                    Some(b'\t') => return None,
                    Some(_) => length += 1,
                },
                Some(b'#') if length > 0 && rest[length - 1] == b' ' => break Stop::Comment,
                Some(_) => length += 1,
            }
        };
        let mut end = length;
        while end > 0 && rest[end - 1] == b' ' {
            end -= 1;
        }
        Some(Line { end: self.at + end, stop, stopped: self.at + length })
    }

    /// A plain scalar, maybe over several lines, of which the first was looked at.
    #[inline]
    pub fn plain(&mut self, parent: usize, first: &Line) -> Option<()> {
        let start = self.at;
        if let Some(blank_lines) = self.behind_plain(parent, first)? {
            return self.folded(parent, Span::new(start, first.end), blank_lines);
        }
        self.arena.scalar(Kind::Plain, Span::new(start, first.end), None);
        Some(())
    }

    /// Goes on behind a line of plain text: to its next line and how many blank lines stand between the two, if there is
    /// one.
    #[inline]
    fn behind_plain(&mut self, parent: usize, line: &Line) -> Option<Option<usize>> {
        if line.stop == Stop::LineEnd {
            match self.continuation(line.stopped + 1)? {
                Some((column, blank_lines)) if column > parent && self.peek(0) != b'#' => return Some(Some(blank_lines)),
                Some((column, _)) => self.found = Some(column),
                None => self.at = self.bytes.len(),
            }
            return Some(None);
        }
        (line.stop == Stop::Comment).then_some(())?;
        self.at = line.end;
        self.tail()?;
        Some(None)
    }

    /// The further lines of a plain scalar, the second of which begins here.
    fn folded(&mut self, parent: usize, first: Span, blank_lines: usize) -> Option<()> {
        let mut text = self.text[first.range()].to_owned();
        let mut blank_lines = blank_lines;
        loop {
            match blank_lines {
                0 => text.push(' '),
                count => text.extend(std::iter::repeat_n('\n', count)),
            }
            let start = self.at;
            let line = self.plain_line()?;
            text.push_str(&self.text[start..line.end]);
            let Some(count) = self.behind_plain(parent, &line)? else {
                self.arena.scalar(Kind::Plain, Span::new(first.range().start, line.end), Some(&text));
                return Some(());
            };
            blank_lines = count;
        }
    }

    /// Goes to the next line that is not blank: its column, and how many blank lines were passed. The end of the
    /// document is none.
    pub fn continuation(&mut self, from: usize) -> Option<Option<(usize, usize)>> {
        let mut line = from;
        let mut blank_lines = 0;
        while line < self.bytes.len() {
            let column = self.blanks(line);
            match self.bytes.get(line + column) {
                Some(b'\n') => {
                    blank_lines += 1;
                    line += column + 1;
                }
                Some(b'\t') => return None,
                Some(_) => {
                    (self.line, self.at) = (line, line + column);
                    return Some(Some((column, blank_lines)));
                }
                None => break,
            }
        }
        Some(None)
    }

    /// The end of a quoted scalar that stands on one line and means what is between its quotes.
    pub fn simple_quoted(&self) -> Option<usize> {
        let quote = self.peek(0);
        let rest = self.bytes.get(self.at + 1..)?;
        let close = memchr::memchr3(quote, b'\\', b'\n', rest)?;
        let is_simple = rest[close] == quote && !(quote == b'\'' && rest.get(close + 1) == Some(&b'\''));
        is_simple.then_some(self.at + close + 2)
    }

    /// A quoted scalar, maybe with escapes, maybe over several lines.
    pub fn quoted(&mut self, parent: usize) -> Option<()> {
        if let Some(end) = self.simple_quoted() {
            self.arena.scalar(Kind::Quoted, Span::new(self.at, end), None);
            self.at = end;
            return Some(());
        }
        let start = self.at;
        let quote = self.peek(0);
        let mut close = start + 1;
        loop {
            close += memchr::memchr2(quote, b'\\', self.bytes.get(close..)?)?;
            match (self.bytes[close], self.bytes.get(close + 1)) {
                (b'\\', _) if quote == b'"' => close += 2,
                (b'\\', _) => close += 1,
                (_, Some(b'\'')) if quote == b'\'' => close += 2,
                _ => break,
            }
        }
        let inside = self.text.get(start + 1..close)?;
        let text = self.unfolded(inside, parent, quote == b'"')?;
        let text = if quote == b'"' { unescaped(&text)? } else { text.replace("''", "'") };
        let is_between = text == inside;
        let kind = if is_between { Kind::Quoted } else { Kind::Text };
        self.arena.scalar(kind, Span::new(start, close + 1), (!is_between).then_some(text.as_str()));
        self.at = close + 1;
        Some(())
    }

    /// Lines of a quoted scalar as one text: a line break is a blank, blank lines are line breaks, and in double quotes an
    /// escaped line break is nothing.
    fn unfolded(&self, inside: &str, parent: usize, is_double: bool) -> Option<String> {
        if !inside.contains('\n') {
            return Some(inside.to_owned());
        }
        // Tabs at the ends of lines are left to granit.
        (!inside.contains('\t')).then_some(())?;
        let last = inside.matches('\n').count();
        let (mut text, mut breaks, mut is_glued) = (String::with_capacity(inside.len()), 0, false);
        for (at, line) in inside.split('\n').enumerate() {
            let words = if at == 0 { line } else { line.trim_start_matches(' ') };
            if at > 0 {
                breaks += 1;
                if words.is_empty() && at < last {
                    continue;
                }
                let is_indented = line.len() - words.len() > parent;
                (is_indented || self.is_lenient).then_some(())?;
                match (is_glued, breaks) {
                    (true, 1) => {}
                    (true, _) => return None,
                    (false, 1) => text.push(' '),
                    (false, count) => text.extend(std::iter::repeat_n('\n', count - 1)),
                }
                (breaks, is_glued) = (0, false);
            }
            let kept = if at == last { words } else { words.trim_end_matches(' ') };
            let escapes = kept.bytes().rev().take_while(|byte| *byte == b'\\').count();
            if is_double && at < last && escapes % 2 == 1 {
                // What was escaped may be a blank, not the break.
                (kept.len() == words.len()).then_some(())?;
                text.push_str(&kept[..kept.len() - 1]);
                is_glued = true;
            } else {
                text.push_str(kept);
            }
        }
        Some(text)
    }
}

/// The common escapes of double quotes; the others are left to granit.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        let mut skip = 2;
        out.push(match escape {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'0' => '\0',
            b'e' => '\x1B',
            b'"' | b'\\' | b'/' | b' ' => char::from(escape),
            b'x' | b'u' | b'U' => {
                let length = if escape == b'x' {
                    2
                } else if escape == b'u' {
                    4
                } else {
                    8
                };
                let digits =
                    rest.get(at + 2..at + 2 + length).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
                skip += length;
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            _ => return None,
        });
        rest = rest.get(at + skip..)?;
    }
    out.push_str(rest);
    Some(out)
}
