//! Literal and folded blocks of the fast gear.

use super::super::Kind;
use super::Reader;
use crate::source::Span;

/// The text of a block.
struct Content {
    text: String,
    /// No line was added yet.
    is_empty: bool,
    /// Where the last one with content ends.
    end: usize,
    /// Blank lines after it.
    blank_lines: usize,
}

impl Reader<'_> {
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
        let Content { mut text, end, blank_lines, .. } = self.block_lines(column, leading, is_folded)?;
        // Nothing but tabs is for granit to judge.
        (end > start).then_some(())?;
        match chomp {
            b'-' => {}
            b'+' => text.extend(std::iter::repeat_n('\n', blank_lines + 1)),
            _ => text.push('\n'),
        }
        let is_source = self.text.get(start..end) == Some(text.as_str());
        self.arena.scalar(Kind::Text, Span::new(start, end), (!is_source).then_some(text.as_str()));
        Some(())
    }

    fn block_lines(&mut self, column: usize, leading: usize, is_folded: bool) -> Option<Content> {
        let mut lines = Content { text: "\n".repeat(leading), is_empty: true, end: 0, blank_lines: 0 };
        self.at = self.line;
        while self.at < self.bytes.len() {
            let line_end = self.line_end();
            let line = &self.bytes[self.at..line_end];
            let blanks = line.iter().take_while(|byte| **byte == b' ').count();
            if blanks == line.len() {
                // Blanks beyond the indentation are content, of a kind that nobody means.
                (blanks <= column).then_some(())?;
                lines.blank_lines += 1;
            } else if blanks < column {
                (line[blanks] != b'\t').then_some(())?;
                self.line = self.at;
                self.at += blanks;
                self.found = Some(blanks);
                break;
            } else {
                let content = self.text.get(self.at + column..line_end)?;
                // Lines with more indentation are folded in another way.
                (!is_folded || !content.starts_with([' ', '\t'])).then_some(())?;
                lines.add(content, self.at + column, is_folded);
            }
            // Without a last line break it is not clear to all readers what is chomped.
            (line_end < self.bytes.len()).then_some(())?;
            self.at = line_end + 1;
        }
        Some(lines)
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

impl Content {
    fn add(&mut self, content: &str, at: usize, is_folded: bool) {
        match (is_folded, self.blank_lines) {
            _ if self.is_empty => {}
            (true, 0) => self.text.push(' '),
            (true, count) => self.text.extend(std::iter::repeat_n('\n', count)),
            (false, count) => self.text.extend(std::iter::repeat_n('\n', count + 1)),
        }
        self.text.push_str(content);
        self.blank_lines = 0;
        self.is_empty = false;
        let words = content.trim_end_matches([' ', '\t']);
        if !words.is_empty() {
            self.end = at + words.len();
        }
    }
}
