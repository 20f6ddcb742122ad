//! An INI file: sections, keys and values, as the common readers agree on them.
//!
//! No two readers take the same files, so this one takes what most do, and where they contradict each other it looks
//! at the text:
//!
//! - A key ends at the first `=`, or at a `:` before it that a blank follows (Python's reader takes both).
//! - A comment begins with `;` or `#`, on a line of its own or after a blank.
//! - One word alone is a key without a value (`skip-networking` of `MySQL`); several are malformed.
//! - A value in quotes ends with the line or before a comment; `"a" or "b"` is not in quotes. Backslashes stay: readers
//!   differ.
//! - A line that is indented deeper than its key continues the value to Python's reader (alembic, setup.cfg,
//!   supervisor, ansible) and to oslo.config, and is a setting to PHP, `MySQL`, git and systemd. It continues where the
//!   value is empty, goes on already, or ends in a comma or a backslash, and where the line could not be a setting;
//!   otherwise it is a setting, so that mixed tabs and blanks swallow nothing.

use super::pairs::{Form, GroupId, Pair, Pairs, Text, lines};
use crate::source::{Source, Span};

/// Reads a whole file. Never fails.
pub fn read(source: &Source) -> Pairs {
    let mut reader = Reader { text: source.text(), pairs: Pairs::default(), section: None, last: None };
    for (start, end) in lines(source.text()) {
        reader.line(start, end);
        if reader.pairs.cut.is_some() {
            break;
        }
    }
    reader.close();
    reader.pairs
}

struct Reader<'a> {
    text: &'a str,
    pairs: Pairs,
    section: Option<GroupId>,
    /// The value that the next line may continue.
    last: Option<Last>,
}

struct Last {
    entry: usize,
    /// How many blanks stand before its key.
    indent: usize,
    /// All of its lines, once it has several.
    lines: Option<String>,
}

impl Reader<'_> {
    fn line(&mut self, start: usize, end: usize) {
        let line = self.trimmed(start, end);
        let indent = line.start as usize - start;
        let text = &self.text[line.range()];
        let deeper = self.last.as_ref().is_some_and(|last| indent > last.indent);
        match text.as_bytes().first() {
            None => {}
            Some(b';' | b'#') => self.pairs.comments.push(line),
            // A value of several lines may hold a bracket, but hardly a whole header.
            Some(b'[') if !deeper || text.contains(']') => self.header(line),
            Some(_) if deeper && self.goes_on(text) => self.go_on(line),
            Some(_) => {
                self.close();
                self.setting(line, indent);
            }
        }
    }

    /// A span without the blanks at its ends.
    fn trimmed(&self, start: usize, end: usize) -> Span {
        let text = self.text[start..end].trim_end();
        let body = text.trim_start();
        Span::new(start + text.len() - body.len(), start + text.len())
    }

    fn header(&mut self, line: Span) {
        self.close();
        let body = self.without_comment(line);
        let name = self.text[body.range()].trim_start_matches('[');
        let closed = name.ends_with(']');
        let end = body.end as usize;
        let name = self.trimmed(end - name.len(), end - name.len() + name.trim_end_matches(']').len());
        if !closed || name.is_empty() {
            let message = if closed { "this section has no name" } else { "the name of a section ends with `]`" };
            self.pairs.fault(body, message);
        }
        // What follows a broken header does not belong to the section before it.
        self.section = self.pairs.open(Text::plain(name), None, None);
    }

    /// The part of a line before a comment, which is remembered.
    fn without_comment(&mut self, line: Span) -> Span {
        let bytes = self.text.as_bytes();
        let start = line.start as usize;
        let is_comment = |at: &usize| matches!(bytes[..start + at].last(), Some(b' ' | b'\t'));
        let Some(mark) = memchr::memchr2_iter(b';', b'#', &bytes[line.range()]).find(is_comment) else { return line };
        self.pairs.comments.push(Span::new(start + mark, line.end as usize));
        self.trimmed(start, start + mark)
    }

    fn setting(&mut self, line: Span, indent: usize) {
        let text = &self.text[line.range()];
        let start = line.start as usize;
        let Some(separator) = separator(text) else {
            let word = self.without_comment(line);
            if self.text[word.range()].contains([' ', '\t']) {
                self.pairs.fault(word, "this is neither `key = value` nor a section nor a comment");
            } else {
                let end = word.end as usize;
                self.push(word, Span::new(end, end), Form::Missing);
            }
            return;
        };
        let key = self.trimmed(start, start + separator);
        if key.is_empty() {
            return self.pairs.fault(line, "this value has no name before it");
        }
        let value = self.trimmed(start + separator + 1, line.end as usize);
        let (value, form) = self.quoted(value).unwrap_or_else(|| (self.without_comment(value), Form::Bare));
        let entry = self.push(key, value, form);
        self.last = entry.filter(|_| form == Form::Bare).map(|entry| Last { entry, indent, lines: None });
    }

    fn push(&mut self, key: Span, value: Span, form: Form) -> Option<usize> {
        self.pairs.push(Pair { key: Text::plain(key), value: Text::plain(value), form, group: self.section, document: 0 })
    }

    /// A value in quotes, after which nothing stands but a comment.
    fn quoted(&mut self, value: Span) -> Option<(Span, Form)> {
        let bytes = self.text.as_bytes();
        let start = value.start as usize + 1;
        let quote = bytes[value.range()].first().copied().filter(|first| matches!(first, b'"' | b'\''))?;
        for at in memchr::memchr_iter(quote, &bytes[start..value.end as usize]) {
            let after = self.trimmed(start + at + 1, value.end as usize);
            if after.is_empty() || matches!(bytes[after.start as usize], b';' | b'#') {
                if !after.is_empty() {
                    self.pairs.comments.push(after);
                }
                return Some((Span::new(start, start + at), Form::Quoted(quote)));
            }
            if bytes[start + at - 1] != b'\\' {
                return None;
            }
        }
        None
    }

    /// Whether a line that is indented deeper than the key above goes on with its value.
    fn goes_on(&self, text: &str) -> bool {
        let Some(last) = &self.last else { return false };
        let above = &self.text[self.pairs.entries[last.entry].value.span.range()];
        above.is_empty() || last.lines.is_some() || above.ends_with([',', '\\']) || separator(text).is_none()
    }

    fn go_on(&mut self, line: Span) {
        let line = self.without_comment(line);
        let Some(last) = &mut self.last else { return };
        let value = &mut self.pairs.entries[last.entry].value.span;
        let lines = last.lines.get_or_insert_with(|| self.text[value.range()].to_owned());
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(&self.text[line.range()]);
        *value = if value.is_empty() { line } else { value.to(line) };
    }

    /// No line continues the value any more.
    fn close(&mut self) {
        if let Some(Last { entry, lines: Some(lines), .. }) = self.last.take() {
            self.pairs.entries[entry].value.decoded = Some(lines.into());
        }
    }
}

/// Where the key of a line ends.
fn separator(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let equals = memchr::memchr(b'=', bytes);
    let before = &bytes[..equals.unwrap_or(bytes.len())];
    let is_end = |at: &usize| equals.is_none() || bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
    memchr::memchr_iter(b':', before).find(is_end).or(equals)
}

#[cfg(test)]
mod tests {
    use super::super::pairs::tests::told;
    use super::*;

    #[test]
    fn every_way_to_write_a_setting() {
        let table: &[(&str, &[&str])] = &[
            ("a=1\n[s]\nb = 2\n[ t u ]\nc: 3\n[]\n", &["a=1", "s.b=2", "t u.c=3", "![]"]),
            ("[s] ; c\na = b # c\nb = c;d#e\nc=#fff\nd = # none\n", &["s.a=b", "s.b=c;d#e", "s.c=#fff", "s.d="]),
            ("; x\n# y=1\n  ; z\n", &[]),
            (
                "a = \"b ; c\" ; d\nb='c'\nc = \"d\" and \"e\"\nd=\"C:\\dir\\\"\ne=\"",
                &["a=b ; c", "b=c", "c=\\\"d\\\" and \\\"e\\\"", "d=C:\\\\dir\\\\", "e=\\\""],
            ),
            ("url = http://h:1/?a=b\nC:\\x = 1\nk: v=w\n", &["url=http://h:1/?a=b", "C:\\x=1", "k=v=w"]),
            (
                "my key = x\nskip-networking\nthree words here\n= x\n",
                &["my key=x", "skip-networking=", "!three words here", "!= x"],
            ),
            ("[s]\r\na=1\r\na=2\rb=3", &["s.a=1", "s.a=2", "s.b=3"]),
            ("[open\na=1\n[]]\n", &["open.a=1", "![open", "![]]"]),
            ("[a]\n\tx = 1\n\ty = 2\n", &["a.x=1", "a.y=2"]),
            ("<<<<<<< HEAD\na=1\n=======\n", &["a=1", "!<<<<<<< HEAD", "!======="]),
            ("größe = ä ; ü\n[ß]\nb=€", &["größe=ä", "ß.b=€"]),
        ];
        for (text, wanted) in table {
            let source = Source::decode("app.ini", text.as_bytes().to_vec());
            assert_eq!(told(&source, &read(&source)), *wanted, "{text:?}");
        }
    }

    #[test]
    fn deeper_lines_continue_a_value_where_they_cannot_be_settings() {
        let table: &[(&str, &[&str])] = &[
            ("requires =\n  a>=1\n  # c\n\n  b==2 ; c\nnext = 1", &["requires=a>=1\\nb==2", "next=1"]),
            ("env = A=1,\n  B=2\n  C=3\n", &["env=A=1,\\nB=2\\nC=3"]),
            ("text = one\n  two words\n", &["text=one\\ntwo words"]),
            ("a = 1\n    b = 2\n", &["a=1", "b=2"]),
            ("a =\nb = 2\n", &["a=", "b=2"]),
            ("a =\n  [\n  1\n  ]\n", &["a=[\\n1\\n]"]),
            ("a =\n  [s]\n  b = 1\n", &["a=", "s.b=1"]),
            ("a = \"x\"\n  b = 1\n", &["a=x", "b=1"]),
        ];
        for (text, wanted) in table {
            let source = Source::decode("setup.cfg", text.as_bytes().to_vec());
            assert_eq!(told(&source, &read(&source)), *wanted, "{text:?}");
        }
    }

    #[test]
    fn comments_and_places() {
        let text = "; ä\n[s] # one\na = \"b\" ; two\n";
        let source = Source::decode("app.ini", text.as_bytes().to_vec());
        let pairs = read(&source);
        let comments: Vec<_> = pairs.comments.iter().map(|span| source.slice(*span)).collect();
        assert_eq!(comments, ["; ä", "# one", "; two"]);
        assert_eq!(source.slice(pairs.entries[0].key.span), "a");
        assert_eq!((source.slice(pairs.entries[0].value.span), pairs.entries[0].form), ("b", Form::Quoted(b'"')));
        assert_eq!(source.slice(pairs.groups[0].name.span), "s");
    }
}
