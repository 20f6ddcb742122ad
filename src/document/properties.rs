//! A Java properties file, as `java.util.Properties` reads it, with Spring's documents.
//!
//! A line is a key, then `=`, `:` or blanks, then the value up to its very end: blanks there belong to it. A backslash
//! at the end continues a line, and escapes are known in keys and values. Nothing else is an error to Java, so the only
//! faults are a broken `\u` escape, for which Java refuses the whole file, and a value without a name.

use super::pairs::{Fault, Form, Pair, Pairs, Text};
use crate::source::{Source, Span};

/// Reads a whole file. Never fails.
pub fn read(source: &Source) -> Pairs {
    let mut reader = Reader { text: source.text(), at: 0, pairs: Pairs::default(), document: 0, comment_before: None };
    while reader.at < reader.text.len() && reader.pairs.cut.is_none() {
        reader.line();
    }
    reader.pairs
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    pairs: Pairs,
    document: u32,
    /// The mark of the comment on the line before.
    comment_before: Option<u8>,
}

impl Reader<'_> {
    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn skip(&mut self, wanted: fn(u8) -> bool) {
        self.at += self.bytes()[self.at..].iter().take_while(|byte| wanted(**byte)).count();
    }

    fn line(&mut self) {
        let start = self.at;
        self.skip(is_blank);
        let mark = self.bytes().get(self.at).copied();
        let comment_before = self.comment_before.take();
        match mark {
            None => {}
            Some(b'\n' | b'\r') => self.at += 1,
            Some(mark @ (b'#' | b'!')) => {
                let end = memchr::memchr2(b'\n', b'\r', &self.bytes()[self.at..]).map_or(self.text.len(), |end| self.at + end);
                self.pairs.comments.push(Span::new(self.at, end));
                let is_separator = self.text[start + 1..end].trim_end_matches([' ', '\t']) == "---" && start == self.at;
                self.at = end;
                self.skip_break();
                if is_separator && comment_before != Some(mark) && self.bytes().get(self.at) != Some(&mark) {
                    self.document += 1;
                } else {
                    self.comment_before = Some(mark);
                }
            }
            Some(_) => self.pair(),
        }
    }

    fn skip_break(&mut self) {
        let rest = &self.bytes()[self.at..];
        self.at += if rest.starts_with(b"\r\n") { 2 } else { usize::from(!rest.is_empty()) };
    }

    fn pair(&mut self) {
        let start = self.at;
        let key_end = self.run(|byte| matches!(byte, b'=' | b':') || is_blank(byte));
        self.skip_blanks();
        let separated = matches!(self.bytes().get(self.at), Some(b'=' | b':'));
        if separated {
            self.at += 1;
            self.skip_blanks();
        }
        let value_start = self.at;
        let value_end = self.run(|_| false);
        let has_value = separated || value_end > value_start;
        self.skip_break();
        let key = self.decode(Span::new(start, key_end));
        let value = self.decode(Span::new(value_start, value_end));
        // A backslash before a line break is no name either.
        if key.span.is_empty() || key.decoded.as_deref() == Some("") {
            let written = self.text[start..value_end].trim_end().len();
            if has_value {
                self.pairs.fault(Span::new(start, start + written), "this value has no name before it");
            }
            return;
        }
        let form = if has_value { Form::Bare } else { Form::Missing };
        self.pairs.push(Pair { key, value, form, group: None, document: self.document });
    }

    /// Goes to the end of the line, or to the first byte that ends a key and has no backslash before it. A line break
    /// after a backslash is no end.
    fn run(&mut self, ends: fn(u8) -> bool) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\\' => {
                    self.at += 1;
                    if !self.skip_continuation() {
                        // Whatever is escaped, but whole: it may have several bytes.
                        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                    }
                }
                b'\n' | b'\r' => break,
                byte if ends(*byte) => break,
                _ => self.at += 1,
            }
        }
        self.at
    }

    /// Goes over the line break that stands here, and the blanks of the next line.
    fn skip_continuation(&mut self) -> bool {
        let continues = matches!(self.bytes().get(self.at), Some(b'\n' | b'\r'));
        if continues {
            self.skip_break();
            self.skip(is_blank);
        }
        continues
    }

    /// Goes over blanks, also where a continued line parts them.
    fn skip_blanks(&mut self) {
        loop {
            self.skip(is_blank);
            if !matches!(self.bytes()[self.at..], [b'\\', b'\n' | b'\r', ..]) {
                return;
            }
            self.at += 1;
            self.skip_continuation();
        }
    }

    fn decode(&mut self, span: Span) -> Text {
        let raw = &self.text[span.range()];
        if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
            return Text::plain(span);
        }
        let (decoded, broken) = unescape(raw, span.start as usize);
        for fault in broken {
            self.pairs.fault(fault.span, fault.message);
        }
        Text { span, decoded: Some(decoded.into()) }
    }
}

/// What a key or value says, and the escapes that say nothing.
fn unescape(raw: &str, base: usize) -> (String, Vec<Fault>) {
    let mut decoded = String::with_capacity(raw.len());
    let mut broken = Vec::new();
    // The first half of a character that takes two escapes.
    let mut half: Option<u16> = None;
    let mut at = 0;
    while let Some(next) = raw[at..].chars().next() {
        let unit = (next == '\\').then(|| unit(&raw[at + 1..])).flatten();
        if let (Some(first), Some(second)) = (half, unit)
            && let Some(Ok(whole)) = char::decode_utf16([first, second]).next()
        {
            decoded.push(whole);
            (half, at) = (None, at + ESCAPE);
            continue;
        }
        if half.take().is_some() {
            decoded.push(char::REPLACEMENT_CHARACTER);
        }
        if let Some(unit) = unit {
            match char::from_u32(u32::from(unit)) {
                Some(whole) => decoded.push(whole),
                None => half = Some(unit),
            }
            at += ESCAPE;
        } else if next == '\\' {
            at += 1;
            let escaped = raw[at..].chars().next();
            if escaped == Some('u') {
                broken.push(Fault { span: Span::new(base + at - 1, base + at + 1), message: BROKEN.into() });
            }
            at += escape(&raw[at..], escaped, &mut decoded);
        } else {
            let plain = memchr::memchr(b'\\', &raw.as_bytes()[at..]).map_or(raw.len(), |length| at + length);
            decoded.push_str(&raw[at..plain]);
            at = plain;
        }
    }
    if half.is_some() {
        decoded.push(char::REPLACEMENT_CHARACTER);
    }
    (decoded, broken)
}

const BROKEN: &str = "`\\u` needs four hexadecimal digits after it; Java refuses the whole file";

/// How long `\u0041` is.
const ESCAPE: usize = 6;

/// The unit of UTF-16 that `u0041` stands for.
fn unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix('u')?.get(..4)?;
    // The parser of the standard library would take a sign.
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// Takes what stands after a backslash, and says how many bytes that were.
fn escape(rest: &str, escaped: Option<char>, decoded: &mut String) -> usize {
    let Some(escaped) = escaped else { return 0 };
    if matches!(escaped, '\n' | '\r') {
        let after = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
        return rest.len() - after.trim_start_matches([' ', '\t', '\x0C']).len();
    }
    decoded.push(match escaped {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\x0C',
        other => other,
    });
    escaped.len_utf8()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0C')
}

#[cfg(test)]
mod tests {
    use super::super::pairs::tests::told;
    use super::*;

    fn read_text(text: &str) -> (Source, Pairs) {
        let source = Source::decode("application.properties", text.as_bytes().to_vec());
        let pairs = read(&source);
        (source, pairs)
    }

    #[test]
    fn every_way_to_write_a_property() {
        let table: &[(&str, &[&str])] = &[
            ("a=1\nb:2\nc 3\nd = 4\ne\t:\t5", &["a=1", "b=2", "c=3", "d=4", "e=5"]),
            ("a.b.c=x = y : z", &["a.b.c=x = y : z"]),
            ("a==b\na::b\na= =b", &["a==b", "a=:b", "a==b"]),
            ("  a=b  ", &["a=b  "]),
            ("empty\nalso=\n", &["empty=", "also="]),
            ("a = b # no comment\n# c\n ! d\n", &["a=b # no comment"]),
            ("a=1\\\n   2\\\r\n\t3\n b=4", &["a=123", "b=4"]),
            ("a=1\\\\\nb=2", &["a=1\\\\", "b=2"]),
            ("lo\\\n  ng=1", &["long=1"]),
            ("a \\\n = 1\nb=\\\n  2", &["a=1", "b=2"]),
            ("a\\ b\\:c\\=d=1\n\\#e=2", &["a b:c=d=1", "#e=2"]),
            ("caf\\u00e9=\\u00DF\\uD83D\\uDE00", &["café=ß😀"]),
            ("a=\\uD83Dx\\uDE00", &["a=\u{FFFD}x\u{FFFD}"]),
            ("ä=ö\\\nü\nb=\\ä", &["ä=öü", "b=ä"]),
            ("a=\\q\\t\\n", &["a=q\\t\\n"]),
            ("a=1\ra=2\r\na=3", &["a=1", "a=2", "a=3"]),
            ("a=x\\", &["a=x"]),
            ("# c \\\na=1", &["a=1"]),
            ("a=\\u12\nb=2", &["a=u12", "b=2", "!\\u"]),
            ("a=\\u+123", &["a=u+123", "!\\u"]),
            ("= x\n:y\n", &["!= x", "!:y"]),
            ("\n\n\\\n\n \\\n", &[]),
        ];
        for (text, wanted) in table {
            let (source, pairs) = read_text(text);
            assert_eq!(told(&source, &pairs), *wanted, "{text:?}");
        }
    }

    #[test]
    fn places_are_those_of_the_file() {
        let (source, pairs) = read_text("# ä\n  k\\u00e9y = one\\\n   two  \n");
        let pair = &pairs.entries[0];
        assert_eq!(source.slice(pair.key.span), "k\\u00e9y");
        assert_eq!(source.slice(pair.value.span), "one\\\n   two  ");
        assert_eq!(pair.value.get(&source), "onetwo  ");
        assert_eq!(source.slice(pairs.comments[0]), "# ä");
    }

    #[test]
    fn spring_parts_a_file_by_comments_of_three_dashes() {
        let table: &[(&str, &[u32])] = &[
            ("a=1\n#---\na=2\n!---  \na=3", &[0, 1, 2]),
            ("a=1\r\n#---\r\na=2", &[0, 1]),
            ("a=1\r#---\ra=2", &[0, 1]),
            ("a=1\n #---\na=2", &[0, 0]),
            ("a=1\n#----\n#--- x\na=2", &[0, 0]),
            ("a=1\n# x\n#---\na=2", &[0, 0]),
            ("a=1\n#---\n# x\na=2", &[0, 0]),
            ("a=1\n! x\n#---\n! x\na=2", &[0, 1]),
        ];
        for (text, wanted) in table {
            let documents: Vec<u32> = read_text(text).1.entries.iter().map(|pair| pair.document).collect();
            assert_eq!(documents, *wanted, "{text:?}");
        }
    }

    #[test]
    fn latin1_is_read_as_such() {
        let source = Source::decode("a.properties", b"gr\xFC\xDFe=\xE4".to_vec());
        assert_eq!(told(&source, &read(&source)), ["grüße=ä"]);
    }
}
