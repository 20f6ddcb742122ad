//! Simple flow collections of the fast gear: JSON, and what people write in brackets.

use super::super::Kind;
use super::Reader;
use crate::source::Span;

/// Deeper brackets are left to granit, which counts further.
const MAX_BRACKETS: usize = 32;

impl Reader<'_> {
    /// A collection in brackets that opens here.
    pub fn flow(&mut self, parent: Option<usize>, depth: usize) -> Option<()> {
        (depth < MAX_BRACKETS).then_some(())?;
        let is_mapping = self.peek(0) == b'{';
        let (kind, close) = if is_mapping { (Kind::Mapping, b'}') } else { (Kind::Sequence, b']') };
        self.arena.begin(kind, Span::new(self.at, self.at));
        self.at += 1;
        self.gap(parent)?;
        while self.peek(0) != close {
            if is_mapping {
                self.flow_key()?;
                self.gap(parent)?;
            }
            self.flow_value(parent, depth)?;
            self.gap(parent)?;
            match self.peek(0) {
                b',' => self.at += 1,
                found if found == close => {}
                _ => return None,
            }
            self.gap(parent)?;
        }
        self.at += 1;
        self.arena.end(Some(u32::try_from(self.at).ok()?));
        Some(())
    }

    /// Blanks and line breaks; a new line must be indented more than what the brackets belong to.
    fn gap(&mut self, parent: Option<usize>) -> Option<()> {
        loop {
            self.skip_blanks();
            if self.at >= self.bytes.len() {
                return None;
            }
            match self.peek(0) {
                b'\n' => self.at += 1,
                b'#' if self.bytes[self.at - 1] == b' ' => self.comment(),
                // JSON, to which a tab is a blank.
                b'\t' if self.is_lenient || parent.is_none() => {
                    self.at += 1;
                    continue;
                }
                b'\t' | b'#' => return None,
                _ => return Some(()),
            }
            if self.at >= self.bytes.len() {
                return None;
            }
            let column = self.blanks(self.at);
            let is_blank = matches!(self.bytes.get(self.at + column), None | Some(b'\n'));
            if !is_blank && !self.is_lenient && parent.is_some_and(|parent| column <= parent) {
                return None;
            }
        }
    }

    fn flow_key(&mut self) -> Option<()> {
        let is_quoted = matches!(self.peek(0), b'"' | b'\'');
        self.flow_scalar()?;
        self.skip_blanks();
        (self.peek(0) == b':').then_some(())?;
        self.at += 1;
        // JSON may leave the blank out.
        (is_quoted || self.is_blank(0)).then_some(())
    }

    fn flow_value(&mut self, parent: Option<usize>, depth: usize) -> Option<()> {
        match self.peek(0) {
            b'[' | b'{' => self.flow(parent, depth + 1),
            _ => self.flow_scalar(),
        }
    }

    /// A scalar on one line. Looks no further than its end: the line may hold very many.
    fn flow_scalar(&mut self) -> Option<()> {
        let start = self.at;
        if matches!(self.peek(0), b'"' | b'\'') {
            self.quoted(0)?;
            return (!self.bytes[start..self.at].contains(&b'\n')).then_some(());
        }
        self.may_begin_plain().then_some(())?;
        let rest = &self.bytes[start..];
        let mut length = 0;
        while let Some(byte) = rest.get(length) {
            match byte {
                b',' | b']' | b'}' | b'\n' => break,
                b':' if matches!(rest.get(length + 1), None | Some(b' ' | b'\n' | b',' | b'[' | b']' | b'{' | b'}')) => break,
                b'#' if rest[length - 1] == b' ' => return None,
                b'\t' | b'[' | b'{' => return None,
                _ => length += 1,
            }
        }
        while rest[length - 1] == b' ' {
            length -= 1;
        }
        self.arena.scalar(Kind::Plain, Span::new(start, start + length), None);
        self.at = start + length;
        Some(())
    }
}
