//! Variables of Terraform: `name = value` with maps and lists. Expressions are none of ours and stay open.

use super::{Entries, Entry, Form};
use crate::document::pairs::Fault;
use crate::settings::{MAX_ENTRIES, MAX_NESTING, MAX_PATH};
use crate::source::{Source, Span};

pub fn read(source: &Source, file: &mut Entries) {
    let mut reader = Reader { text: source.text(), at: 0, file, path: String::new() };
    reader.body(0);
    if reader.at < reader.text.len() {
        let rest = Span::new(reader.at, reader.line_end());
        reader.file.faults.push(Fault { span: rest, message: "this is no `name = value`".into() });
        reader.file.is_open = true;
    }
}

struct Reader<'t, 'f> {
    text: &'t str,
    at: usize,
    file: &'f mut Entries,
    path: String,
}

impl Reader<'_, '_> {
    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn line_end(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.text.as_bytes()[self.at..]).map_or(self.text.len(), |end| self.at + end)
    }

    /// Goes over blanks, line breaks, commas and comments.
    fn skip(&mut self) {
        while let Some(next) = self.next() {
            let rest = &self.text[self.at..];
            if next.is_ascii_whitespace() || next == b',' {
                self.at += 1;
            } else if next == b'#' || rest.starts_with("//") {
                let end = self.line_end();
                self.file.comments.push(Span::new(self.at, end));
                self.at = end;
            } else if rest.starts_with("/*") {
                let end = rest.find("*/").map_or(self.text.len(), |end| self.at + end + 2);
                self.file.comments.push(Span::new(self.at, end));
                self.at = end;
            } else {
                return;
            }
        }
    }

    /// Assignments up to the end of the map or of the file. Says whether all went well.
    fn body(&mut self, depth: usize) -> bool {
        loop {
            self.skip();
            if self.next().is_none_or(|next| next == b'}') || depth > MAX_NESTING {
                return depth == 0 || self.next() == Some(b'}');
            }
            let before = self.at;
            if !self.assignment(depth) {
                self.at = before;
                return false;
            }
        }
    }

    fn assignment(&mut self, depth: usize) -> bool {
        let quote = usize::from(self.next() == Some(b'"'));
        let start = self.at + quote;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':');
        let length =
            self.text.as_bytes()[start..].iter().take_while(|byte| is_name(byte) && (quote == 1 || **byte != b':')).count();
        let key = Span::new(start, start + length);
        self.at = start + length + quote;
        let blanks = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += blanks.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if length == 0 || !matches!(self.next(), Some(b'=' | b':')) || self.file.entries.len() >= MAX_ENTRIES {
            return false;
        }
        self.at += 1;
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let outer = self.path.len();
        let name = &self.text[key.range()];
        if outer + name.len() >= MAX_PATH {
            return false;
        }
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let done = self.value(key, depth);
        self.path.truncate(outer);
        done
    }

    fn push(&mut self, key: Span, value: Span, form: Form) {
        self.file.entries.push(Entry::new(&self.path, key, value, form, None));
    }

    fn value(&mut self, key: Span, depth: usize) -> bool {
        let start = self.at;
        match self.next() {
            Some(b'{') => {
                self.at += 1;
                let done = self.body(depth + 1);
                self.at += usize::from(done);
                done
            }
            Some(b'"') => {
                let Some(end) = self.string_end(start) else { return false };
                self.at = end;
                let value = Span::new(start + 1, end - 1);
                let form = if self.text[value.range()].contains("${") { Form::Open } else { Form::Quoted };
                self.push(key, value, form);
                true
            }
            Some(b'[') => {
                let Some(end) = self.list_end(start) else { return false };
                self.at = end;
                self.push(key, Span::new(start, end), Form::List);
                true
            }
            Some(b'<') if self.text[start..].starts_with("<<") => self.heredoc(key),
            _ => {
                let line = &self.text[start..self.line_end()];
                let end = [" #", " //", ",", "}"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
                let value = line[..end].trim_end();
                self.at = start + end;
                let is_plain = matches!(value, "true" | "false") || value.parse::<f64>().is_ok();
                let form = if value == "null" {
                    Form::Null
                } else if is_plain {
                    Form::Bare
                } else {
                    Form::Open
                };
                self.push(key, Span::new(start, start + value.len()), form);
                !value.is_empty()
            }
        }
    }

    /// One past the quote that closes a string on its line.
    fn string_end(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 2,
                b'"' => return Some(at + 1),
                b'\n' => return None,
                _ => at += 1,
            }
        }
        None
    }

    fn list_end(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (start, 0_usize);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => at = self.string_end(at)? - 1,
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth == 1 => return Some(at + 1),
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// `<<EOT`, lines, `EOT`.
    fn heredoc(&mut self, key: Span) -> bool {
        let end = self.line_end();
        let word = self.text[self.at..end].trim_start_matches("<<").trim_start_matches('-').trim();
        let start = (end + 1).min(self.text.len());
        let body = &self.text[start..];
        let mut line = 0;
        while !word.is_empty() && line < body.len() {
            let length = memchr::memchr(b'\n', &body.as_bytes()[line..]).map_or(body.len() - line, |length| length + 1);
            if body[line..line + length].trim() == word {
                self.push(key, Span::new(start, start + line), Form::Quoted);
                self.at = start + line + length;
                return true;
            }
            line += length;
        }
        false
    }
}
