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
    pub fn may_begin_plain(&self) -> bool {
        match self.peek(0) {
            b'-' | b'?' | b':' => !self.is_blank(1) && !matches!(self.peek(1), b'\t' | b',' | b'[' | b']' | b'{' | b'}'),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`'
            | b'\t' | b' ' | b'\n' => false,
            _ => true,
        }
    }

    /// Where the plain text that begins here ends on its line, and why. Tabs are left to granit.
    pub fn plain_line(&self) -> Option<(usize, Stop)> {
        let end = self.line_end();
        let line = &self.bytes[self.at..end];
        let mut stop = (line.len(), Stop::LineEnd);
        for at in memchr::memchr2_iter(b':', b'#', line) {
            if line[at] == b':' && matches!(line.get(at + 1), None | Some(b' ' | b'\t')) {
                stop = (at, Stop::Colon);
                break;
            }
            if line[at] == b'#' && at > 0 && line[at - 1] == b' ' {
                stop = (at, Stop::Comment);
                break;
            }
        }
        let text = &line[..stop.0];
        if memchr::memchr(b'\t', text).is_some() {
            return None;
        }
        let blanks = text.iter().rev().take_while(|byte| **byte == b' ').count();
        Some((self.at + text.len() - blanks, stop.1))
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
                self.at = end;
                break;
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
    fn continuation(&mut self, from: usize) -> Option<Option<(usize, usize)>> {
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
        let line = &self.bytes[self.at + 1..self.line_end()];
        let close = memchr::memchr2(quote, b'\\', line)?;
        let is_simple = line[close] == quote && !(quote == b'\'' && line.get(close + 1) == Some(&b'\''));
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
            close += memchr::memchr2(quote, b'\\', &self.bytes[close..])?;
            match (self.bytes[close], self.bytes.get(close + 1)) {
                (b'\\', _) if quote == b'"' => close += 2,
                (b'\\', _) => close += 1,
                (_, Some(b'\'')) if quote == b'\'' => close += 2,
                _ => break,
            }
        }
        let inside = self.text.get(start + 1..close)?;
        let text = self.unfolded(inside, parent)?;
        let text = if quote == b'"' { unescaped(&text)? } else { text.replace("''", "'") };
        let is_between = text == inside;
        let kind = if is_between { Kind::Quoted } else { Kind::Text };
        self.arena.scalar(kind, Span::new(start, close + 1), (!is_between).then_some(text.as_str()));
        self.at = close + 1;
        Some(())
    }

    /// Lines of a quoted scalar as one text: a line break is a blank, and blank lines are line breaks.
    fn unfolded(&self, inside: &str, parent: usize) -> Option<String> {
        // What an escape does at the end of a line, and tabs there, are left to granit.
        let is_single = !inside.contains('\n');
        if is_single {
            return Some(inside.to_owned());
        }
        if inside.contains('\t') || inside.contains("\\\n") || inside.contains("\\ ") {
            return None;
        }
        let (first, rest) = inside.split_once('\n')?;
        let (middle, last) = rest.rsplit_once('\n').unwrap_or(("", rest));
        let mut text = first.trim_end_matches(' ').to_owned();
        let mut blank_lines = 0;
        let middle = middle.split('\n').filter(|_| rest.len() > last.len());
        for (line, is_last) in middle.map(|line| (line, false)).chain([(last, true)]) {
            let words = line.trim_start_matches(' ');
            if words.is_empty() && !is_last {
                blank_lines += 1;
                continue;
            }
            if line.len() - words.len() <= parent {
                return None;
            }
            match blank_lines {
                0 => text.push(' '),
                count => text.extend(std::iter::repeat_n('\n', count)),
            }
            blank_lines = 0;
            text.push_str(if is_last { words } else { words.trim_end_matches(' ') });
        }
        Some(text)
    }

    /// A literal or folded block.
    pub fn block_scalar(&mut self, parent: usize) -> Option<()> {
        let is_folded = self.peek(0) == b'>';
        self.at += 1;
        let given = char::from(self.peek(0)).to_digit(10).filter(|digit| *digit > 0);
        self.at += usize::from(given.is_some());
        let chomp = self.peek(0);
        self.at += usize::from(matches!(chomp, b'+' | b'-'));
        let header = self.at;
        self.tail()?;
        let given = given.map(|digit| parent + digit as usize);
        let Some((column, leading)) = self.block_begin(parent, given)? else {
            // Nothing in it; how many line breaks are kept then is left to granit.
            (chomp != b'+' && given.is_none() && self.text[header..].starts_with('\n')).then_some(())?;
            self.arena.scalar(Kind::Text, Span::new(header, header), None);
            return Some(());
        };
        let start = self.line + column;
        let mut text = "\n".repeat(leading);
        let mut end = start;
        let mut blank_lines = 0;
        let mut is_first = true;
        self.at = self.line;
        while self.at < self.bytes.len() {
            let line_end = self.line_end();
            let line = &self.bytes[self.at..line_end];
            let blanks = line.iter().take_while(|byte| **byte == b' ').count();
            if blanks == line.len() {
                // Blanks beyond the indentation are content, of a kind that nobody means.
                (blanks <= column).then_some(())?;
                blank_lines += 1;
            } else if blanks < column {
                (line[blanks] != b'\t').then_some(())?;
                break;
            } else {
                let content = self.text.get(self.at + column..line_end)?;
                // Lines with more indentation are folded in another way.
                if is_folded && content.starts_with([' ', '\t']) {
                    return None;
                }
                if !is_first {
                    match (is_folded, blank_lines) {
                        (true, 0) => text.push(' '),
                        (true, count) => text.extend(std::iter::repeat_n('\n', count)),
                        (false, count) => text.extend(std::iter::repeat_n('\n', count + 1)),
                    }
                }
                text.push_str(content);
                (is_first, blank_lines) = (false, 0);
                end = self.at + column + content.trim_end_matches([' ', '\t']).len();
            }
            // Without a last line break it is not clear to all readers what is chomped.
            (line_end < self.bytes.len()).then_some(())?;
            self.at = line_end + 1;
        }
        match chomp {
            b'-' => {}
            b'+' => text.extend(std::iter::repeat_n('\n', blank_lines + 1)),
            _ => text.push('\n'),
        }
        let is_source = self.text.get(start..end) == Some(text.as_str());
        self.arena.scalar(Kind::Text, Span::new(start, end), (!is_source).then_some(text.as_str()));
        Some(())
    }

    /// The first line of a block: its column, which must be beyond the parent's, and the blank lines before it; nothing
    /// for a block without lines.
    fn block_begin(&mut self, parent: usize, given: Option<usize>) -> Option<Option<(usize, usize)>> {
        let from = self.at;
        let Some((found, leading)) = self.continuation(from)? else { return Some(None) };
        let column = given.unwrap_or(found);
        if found <= parent {
            self.at = from;
            return Some(None);
        }
        let longest = self.bytes[from..self.line].split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap_or(0);
        (found >= column && longest <= column).then_some(Some((column, leading)))
    }
}

/// The common escapes of double quotes; the others are left to granit.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
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
                rest = &rest[length..];
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            _ => return None,
        });
        rest = rest.get(at + 2..)?;
    }
    out.push_str(rest);
    Some(out)
}
