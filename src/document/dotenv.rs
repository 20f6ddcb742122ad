//! A dotenv file, line by line, with the place of every key and value.
//!
//! Readers of these files differ; this one takes what any of the common ones takes, and remembers how it was written,
//! so that a rule can say whose reader stumbles.

pub mod reader;

use crate::source::{Source, Span};

/// A dotenv file.
#[derive(Debug, Default)]
pub struct Dotenv {
    /// Its settings in order, duplicates included.
    pub settings: Vec<Setting>,
    /// Lines that are neither setting, comment nor blank.
    pub malformed: Vec<Span>,
    /// The comments.
    pub comments: Vec<Span>,
}

/// One `KEY=value`.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key.
    pub key: Span,
    /// The value without its quotes.
    pub value: Span,
    /// The quote around the value, if any.
    pub quote: Option<u8>,
    /// `export` stands before it.
    pub exported: bool,
}

impl Setting {
    /// The key's text.
    pub fn name<'a>(&self, source: &'a Source) -> &'a str {
        source.slice(self.key)
    }
}

impl Dotenv {
    /// Reads a whole file. Never fails: what is no setting is kept as malformed.
    pub fn read(source: &Source) -> Self {
        let mut file = Self::default();
        let mut reader = Reader { text: source.text(), at: 0 };
        while reader.at < reader.text.len() {
            reader.line(&mut file);
        }
        file
    }

    /// The settings of each key that is set more than once, in order.
    pub fn repeated<'a>(&'a self, source: &'a Source) -> Vec<Vec<&'a Setting>> {
        let mut settings: Vec<&Setting> = self.settings.iter().collect();
        settings.sort_by_key(|setting| setting.name(source));
        let same = settings.chunk_by(|one, other| one.name(source) == other.name(source));
        same.filter(|settings| settings.len() > 1).map(<[_]>::to_vec).collect()
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn skip(&mut self, wanted: fn(u8) -> bool) -> usize {
        self.at += self.rest().iter().take_while(|byte| wanted(**byte)).count();
        self.at
    }

    fn line_end(&self) -> usize {
        memchr::memchr2(b'\n', b'\r', self.rest()).map_or(self.text.len(), |end| self.at + end)
    }

    fn line(&mut self, file: &mut Dotenv) {
        let start = self.skip(|byte| byte.is_ascii_whitespace());
        let end = self.line_end();
        if self.rest().first() == Some(&b'#') {
            file.comments.push(Span::new(start, end));
        } else if start < end {
            match self.setting() {
                Some(setting) => {
                    file.settings.push(setting);
                    self.tail(file);
                }
                None => file.malformed.push(trimmed(self.text, start, end)),
            }
        }
        self.at = self.at.max(self.line_end());
        if file.malformed.last().is_some_and(|line| line.end as usize == trimmed(self.text, start, end).end as usize) {
            self.at = end;
        }
    }

    /// A key, `=` (or `:` and a blank, as godotenv and compose have it), a value.
    fn setting(&mut self) -> Option<Setting> {
        let exported = self.text[self.at..].strip_prefix("export").is_some_and(|rest| rest.starts_with([' ', '\t']));
        if exported {
            self.at += "export".len();
            self.skip(is_blank);
        }
        let quote = self.rest().first().copied().filter(|first| matches!(first, b'"' | b'\''));
        self.at += usize::from(quote.is_some());
        let start = self.at;
        let end = self.skip(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        if quote.is_some() {
            self.rest().first().filter(|last| Some(**last) == quote)?;
            self.at += 1;
        }
        self.skip(is_blank);
        let separator = *self.rest().first()?;
        let colon = separator == b':' && self.rest().get(1).is_none_or(u8::is_ascii_whitespace);
        if start == end || !(separator == b'=' || colon) {
            return None;
        }
        self.at += 1;
        self.skip(is_blank);
        let (value, quote) = self.value()?;
        Some(Setting { key: Span::new(start, end), value, quote, exported })
    }

    fn value(&mut self) -> Option<(Span, Option<u8>)> {
        let quote = self.rest().first().copied().filter(|first| matches!(first, b'"' | b'\'' | b'`'));
        let Some(quote) = quote else {
            let end = self.line_end();
            let text = &self.text[self.at..end];
            // A comment needs a blank before it: `A=#1` is a value, to all readers but one.
            let mut comment = text.match_indices('#').map(|(at, _)| at);
            let comment = comment.find(|at| self.text[..self.at + at].ends_with([' ', '\t']));
            let value = trimmed(self.text, self.at, comment.map_or(end, |at| self.at + at));
            self.at = value.end as usize;
            return Some((value, None));
        };
        let start = self.at + 1;
        let mut at = start;
        // Double quotes know escapes; all three may span lines.
        while let Some(found) = memchr::memchr2(quote, b'\\', &self.text.as_bytes()[at..]) {
            at += found;
            if self.text.as_bytes()[at] == quote {
                self.at = at + 1;
                return Some((Span::new(start, at), Some(quote)));
            }
            at += if quote == b'"' { 2 } else { 1 };
            if at >= self.text.len() {
                break;
            }
        }
        None
    }

    /// After a value only a comment may follow.
    fn tail(&mut self, file: &mut Dotenv) {
        let start = self.skip(is_blank);
        let end = self.line_end();
        if self.rest().first() == Some(&b'#') {
            file.comments.push(Span::new(start, end));
        } else if start < end {
            file.malformed.push(trimmed(self.text, start, end));
        }
        self.at = end;
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trimmed(text: &str, start: usize, end: usize) -> Span {
    let line = &text[start..end.max(start)];
    Span::new(start, start + line.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let source = Source::decode(".env", text.as_bytes().to_vec());
        let file = Dotenv::read(&source);
        let settings = file.settings.iter().map(|s| format!("{}={}", s.name(&source), source.slice(s.value))).collect();
        (settings, file.malformed.iter().map(|span| source.slice(*span).to_owned()).collect())
    }

    #[test]
    fn every_common_way_to_write_a_setting() {
        let text = "M=#1\nN= # none\nA=1\nexport B=2\nC = 3 # comment\nD=\"a # b\"\nE='x'\nF=`y`\nG: z\nH=\nI=a#b\nJ=\"two\nlines\"\n\"K\"=1\nexportL=1";
        let (settings, malformed) = read(text);
        let wanted = [
            "M=#1",
            "N=",
            "A=1",
            "B=2",
            "C=3",
            "D=a # b",
            "E=x",
            "F=y",
            "G=z",
            "H=",
            "I=a#b",
            "J=two\nlines",
            "K=1",
            "exportL=1",
        ];
        assert_eq!(settings, wanted);
        assert_eq!(malformed, [""; 0]);
    }

    #[test]
    fn what_is_no_setting_is_kept() {
        let (settings, malformed) = read("just words\nA=1\n=x\nB=\"never closed\nC=3\n=\nD='a' b\n");
        assert_eq!(settings, ["A=1", "C=3", "D=a"]);
        assert_eq!(malformed, ["just words", "=x", "B=\"never closed", "=", "b"]);
        assert_eq!(read("\"E=1\n'F\"=1\n\"ä").1, ["\"E=1", "'F\"=1", "\"ä"]);
        assert_eq!(read("\"K").1, ["\"K"]);
    }

    #[test]
    fn line_ends_and_duplicates() {
        let (settings, _) = read("A=1\r\nB=2\rA=3 \\\"");
        assert_eq!(settings, ["A=1", "B=2", "A=3 \\\""]);
    }
}
