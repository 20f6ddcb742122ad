//! JSON with comments and trailing commas, as editors and compilers read their settings.
//!
//! Comments and trailing commas become blanks of the same length, so that all places hold, and the YAML reader, to
//! which JSON is YAML, does the rest. This is for configuration files alone: kubectl hands whatever begins with `{` to
//! Go's JSON reader, which refuses comments, so a manifest with comments is an error. To the YAML reader it may not be
//! one: it takes `// text "key"` for one long key. That is why [`forbidden_comment`] looks for it.

use super::yaml::{Gear, Yaml};
use crate::source::{Source, Span};

/// A file of JSON with comments.
#[derive(Debug, Default)]
pub struct Jsonc {
    /// Its tree, without the comments.
    pub yaml: Yaml,
    /// The comments, in order.
    pub comments: Vec<Span>,
    /// Commas with nothing after them, which strict readers refuse, in order.
    pub trailing_commas: Vec<Span>,
    /// A comment that is never closed.
    pub unclosed: Option<Span>,
}

impl Jsonc {
    /// Reads a whole file. Never fails: what was not understood is part of the result.
    pub fn read(source: &Source) -> Self {
        let mut file = Self::default();
        let mut eraser = Eraser { text: source.text(), masked: Vec::new(), done: 0, comma: None };
        eraser.run(&mut file);
        file.yaml = match String::from_utf8(eraser.finish()) {
            Ok(masked) => Yaml::of(&masked, Gear::Fast),
            Err(_) => Yaml::read(source), // cannot be: whole characters became blanks
        };
        file
    }
}

/// The first comment in a text that is JSON to kubectl, which refuses it.
pub fn forbidden_comment(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let is_json = text.trim_start().strip_prefix('{').is_some_and(|inner| inner.trim_start().starts_with(['"', '/']));
    if !is_json || memchr::memmem::find(bytes, b"//").or_else(|| memchr::memmem::find(bytes, b"/*")).is_none() {
        return None;
    }
    let mut file = Jsonc::default();
    Eraser { text, masked: Vec::new(), done: 0, comma: None }.run(&mut file);
    // What is no JSON may hold an address without quotes.
    file.comments.into_iter().find(|comment| bytes[..comment.start as usize].last().is_none_or(|before| *before != b':'))
}

struct Eraser<'t> {
    text: &'t str,
    masked: Vec<u8>,
    /// Everything before this byte is in `masked`.
    done: usize,
    /// A comma after which nothing came yet.
    comma: Option<usize>,
}

impl Eraser<'_> {
    fn run(&mut self, file: &mut Jsonc) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    self.comma = None;
                    at = string_end(bytes, at);
                }
                b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => {
                    let (end, closed) = comment_end(bytes, at);
                    let comment = Span::new(at, end);
                    file.comments.push(comment);
                    if !closed {
                        file.unclosed = Some(comment);
                    }
                    self.blank(at, end);
                    at = end;
                }
                b',' => {
                    self.comma = Some(at);
                    at += 1;
                }
                b'}' | b']' => {
                    if let Some(comma) = self.comma.take() {
                        file.trailing_commas.push(Span::new(comma, comma + 1));
                        self.blank(comma, comma + 1);
                    }
                    at += 1;
                }
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                _ => {
                    self.comma = None;
                    at += 1;
                }
            }
        }
    }

    /// Writes blanks over these bytes; line breaks stay. A comma comes before comments that are blanks already.
    fn blank(&mut self, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        if start < self.done {
            return self.masked[start..end].fill(b' ');
        }
        self.masked.extend_from_slice(&bytes[self.done..start]);
        self.masked.extend(bytes[start..end].iter().map(|byte| if matches!(byte, b'\n' | b'\r') { *byte } else { b' ' }));
        self.done = end;
    }

    fn finish(mut self) -> Vec<u8> {
        self.masked.extend_from_slice(&self.text.as_bytes()[self.done..]);
        self.masked
    }
}

/// One past the quote that ends the string; the end of the line where none does.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Where a comment ends, and whether it does.
fn comment_end(bytes: &[u8], start: usize) -> (usize, bool) {
    let rest = &bytes[start + 2..];
    if bytes[start + 1] == b'/' {
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        return (start + 2 + length, true);
    }
    memchr::memmem::find(rest, b"*/").map_or((bytes.len(), false), |length| (start + 2 + length + 2, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::document::kind::Kind;
    use crate::document::yaml::Node;
    use crate::document::{Content, Document};

    fn file(text: &str) -> (Source, Jsonc) {
        let source = Source::decode("tsconfig.json", text.as_bytes().to_vec());
        let file = Jsonc::read(&source);
        (source, file)
    }

    /// The tree as strict JSON would write it, but for the marks between items.
    fn show(node: Node<'_>) -> String {
        if node.is_mapping() {
            let entries = node.entries().map(|(key, value)| format!("{}:{}", show(key), show(value)));
            return format!("{{{}}}", entries.collect::<Vec<_>>().join(" "));
        }
        match node.text().into_option() {
            Some(text) => text.into_owned(),
            None if node.written().starts_with('[') => format!("[{}]", node.items().map(show).collect::<Vec<_>>().join(" ")),
            None => node.written().to_owned(),
        }
    }

    fn shown(text: &str) -> String {
        let (source, file) = file(text);
        let root = file.yaml.roots(&source, SourceId(0)).next();
        root.map_or_else(|| format!("{:?}", file.yaml.parts.first().map(|part| &part.error)), show)
    }

    #[test]
    fn comments_and_trailing_commas_are_blanks() {
        let table = [
            ("// first\n{\n  \"a\": 1, // one\n  /* two\n three */ \"b\": [1, 2,],\n}\n", "{a:1 b:[1 2]}"),
            ("{\"url\": \"http://x/*y*/\", \"q\": \"\\\" // no\"}", "{url:http://x/*y*/ q:\" // no}"),
            ("{\"a\": [1 , /* ä */ // ö\n ] /**/ , }", "{a:[1]}"),
            ("{\r\n\t\"a\": true,\r\n\t// c\r\n\t\"b\": null,\r\n}\r\n", "{a:true b:null}"),
            ("{\r\t\"a\": 1, // c\r\t\"b\": 2\r}", "{a:1 b:2}"),
            (
                "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}, /* x */ \"include\": [\"**/*.ts\",]}",
                "{compilerOptions:{paths:{@/*:[./src/*]}} include:[**/*.ts]}",
            ),
            ("[]", "[]"),
            ("{} // end", "{}"),
            ("\u{FEFF}{\"a\": \"ü\" /* € */}", "{a:ü}"),
        ];
        for (text, wanted) in table {
            assert_eq!(shown(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn places_hold() {
        let (source, file) = file("/* äöü */ {\"a\": /* € */ \"b\",}");
        let root = file.yaml.roots(&source, SourceId(0)).next().expect("readable");
        let (key, value) = root.entries().next().expect("an entry");
        assert_eq!((source.slice(key.span()), source.slice(value.span())), ("\"a\"", "\"b\""));
        let told: Vec<_> = file.comments.iter().chain(&file.trailing_commas).map(|span| source.slice(*span)).collect();
        assert_eq!(told, ["/* äöü */", "/* € */", ","]);
    }

    #[test]
    fn strict_json_is_not_touched() {
        for text in [
            "{\"a\": [1, -2.5e3, \"x,]\", {}, [[], null]]}",
            "{\"a\":\"\\\\\",\"b\":\"//\"}",
            "\"/* x */\"",
            "{\n\t\"a\": \"{{b}}\"\n}",
            "{\"a\": \"\\ud83d\\ude00\\/\"}",
        ] {
            let source = Source::decode("a.json", text.as_bytes().to_vec());
            let file = Jsonc::read(&source);
            assert!(file.comments.is_empty() && file.trailing_commas.is_empty() && file.unclosed.is_none());
            assert_eq!(format!("{:?}", file.yaml), format!("{:?}", Yaml::read(&source)), "{text}");
            assert!(file.yaml.parts[0].error.is_none(), "{text}");
        }
    }

    #[test]
    fn a_comment_without_an_end_is_told() {
        let (_, file) = file("{\"a\": 1} /* x");
        assert!(file.unclosed.is_some());
        assert_eq!(shown("{\"a\": \"open\n, \"b\": 1}").chars().next(), Some('S'));
    }

    #[test]
    fn a_manifest_with_comments_stays_an_error_as_it_is_to_kubectl() {
        let text = "{\n  // a comment\n  \"apiVersion\": \"v1\",\n  \"kind\": \"ConfigMap\"\n}\n";
        let document = Document::read("a.json", text.as_bytes().to_vec(), Kind::Manifest).expect("ours");
        let Content::Yaml(yaml) = &document.content else { panic!("JSON is YAML") };
        let error = yaml.parts[0].error.as_ref().expect("refused");
        assert_eq!((document.source.slice(error.span), error.cause), ("// a comment", crate::document::yaml::Cause::Invalid));
        for text in ["{\"a\": \"http://x/*\"}", "{a: http://b}", "{\"a\": http://b}", "a: 1 // b"] {
            assert_eq!(forbidden_comment(text), None, "{text}");
        }
    }
}
