//! Plain, quoted and block scalars of the fast gear.

use super::super::Kind;
use super::Reader;
use crate::source::Span;

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
        match self.peek(0) {
            b'-' | b'?' | b':' => !self.is_blank(1) && !matches!(self.peek(1), b'\t' | b',' | b'[' | b']' | b'{' | b'}'),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`'
            | b'\t' | b' ' | b'\n' => false,
            _ => true,
        }
    }

    /// Where the plain text that begins here ends on its line, and why. Tabs are left to granit.
    #[inline]
    pub fn plain_line(&self) -> Option<(usize, Stop)> {
        let rest = &self.bytes[self.at..];
        let mut stop = Stop::LineEnd;
        let mut length = 0;
        // Lines are short: one look at each byte beats several searches.
        while let Some(byte) = rest.get(length) {
            match byte {
                b'\n' => break,
                b':' if matches!(rest.get(length + 1), None | Some(b' ' | b'\n' | b'\t')) => {
                    stop = Stop::Colon;
                    break;
                }
                b'#' if length > 0 && rest[length - 1] == b' ' => {
                    stop = Stop::Comment;
                    break;
                }
                b'\t' => return None,
                _ => length += 1,
            }
        }
        while length > 0 && rest[length - 1] == b' ' {
            length -= 1;
        }
        Some((self.at + length, stop))
    }

    /// A plain scalar, maybe over several lines.
    pub fn plain(&mut self, parent: usize) -> Option<()> {
        let start = self.at;
        let (mut end, mut stop) = self.plain_line()?;
        let mut folded: Option<String> = None;
        while stop == Stop::LineEnd {
            let after = self.line_end() + 1;
            let Some((column, blank_lines)) = self.continuation(after)? else { break };
            if column <= parent || self.peek(0) == b'#' {
                // Nothing but blank lines was passed.
                self.arena.scalar(Kind::Plain, Span::new(start, end), folded.as_deref());
                self.at = self.line;
                return Some(());
            }
            let text = folded.get_or_insert_with(|| self.text[start..end].to_owned());
            match blank_lines {
                0 => text.push(' '),
                count => text.extend(std::iter::repeat_n('\n', count)),
            }
            let from = self.at;
            (end, stop) = self.plain_line()?;
            folded.as_mut()?.push_str(&self.text[from..end]);
        }
        if stop == Stop::Colon {
            return None;
        }
        self.arena.scalar(Kind::Plain, Span::new(start, end), folded.as_deref());
        self.at = end;
        self.tail()
    }

    /// Goes to the next line that is not blank: its column, and how many blank lines were passed. The end of the
    /// document is none.
    pub fn continuation(&mut self, from: usize) -> Option<Option<(usize, usize)>> {
        let mut line = from;
        let mut blank_lines = 0;
        while line < self.bytes.len() {
            let column = self.bytes[line..].iter().take_while(|byte| **byte == b' ').count();
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
