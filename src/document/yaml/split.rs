//! Where does one YAML document end and the next begin?
//!
//! A line that begins with `---` or `...` ends a document wherever it stands, even inside a block scalar. Splitting
//! first means that a broken document cannot take its neighbours with it.

use std::borrow::Cow;

use crate::settings::MAX_DOCUMENTS;
use crate::source::Span;

/// A byte-order mark may stand before any document, where files were put together; line breaks in its place change
/// nothing but keep all offsets.
pub fn without_marks(text: Cow<'_, str>) -> Cow<'_, str> {
    const MARK: &str = "\u{FEFF}";
    // Texts that hold as much as its first byte are few.
    if memchr::memchr(MARK.as_bytes()[0], text.as_bytes()).is_none() || !text.contains(MARK) {
        return text;
    }
    let at_line_start = |at: usize| at == 0 || matches!(text.as_bytes()[at - 1], b'\n' | b'\r');
    let marks: Vec<usize> = text.match_indices(MARK).map(|(at, _)| at).filter(|at| at_line_start(*at)).collect();
    let mut text = text.clone().into_owned();
    for at in marks {
        text.replace_range(at..at + MARK.len(), "\n\n\n");
    }
    Cow::Owned(text)
}

/// A line that ends a document.
enum Mark {
    /// `---`, which belongs to the document below it, begins here.
    Begins(usize),
    /// The line of `...` is over here.
    Ended(usize),
}

/// The documents of a file, without the empty ones; and everything beyond the number that we read.
pub fn documents(text: &str) -> (Vec<Span>, Option<Span>) {
    let mut documents = Vec::new();
    let mut start = 0;
    // Whether the document has had its `---`; each has one at most.
    let mut begun = false;
    for mark in marks(text.as_bytes()) {
        match mark {
            Mark::Begins(at) if !begun && (at == start || is_prelude(&text[start..at])) => begun = true,
            Mark::Begins(at) => {
                documents.push(Span::new(start, at));
                (start, begun) = (at, true);
            }
            Mark::Ended(at) => {
                documents.push(Span::new(start, at));
                (start, begun) = (at, false);
            }
        }
    }
    documents.push(Span::new(start, text.len()));
    documents.retain(|document| has_content(&text[document.range()]));
    let beyond = documents.get(MAX_DOCUMENTS).map(|first| Span::new(first.range().start, text.len()));
    documents.truncate(MAX_DOCUMENTS);
    (documents, beyond)
}

/// All lines that end a document, in order.
fn marks(bytes: &[u8]) -> impl Iterator<Item = Mark> {
    let mut begins = memchr::memmem::find_iter(bytes, b"---").filter(|at| is_mark(bytes, *at)).peekable();
    let mut ends = memchr::memmem::find_iter(bytes, b"...").filter(|at| is_mark(bytes, *at)).peekable();
    std::iter::from_fn(move || match (begins.peek(), ends.peek()) {
        (Some(begin), Some(end)) if begin < end => begins.next().map(Mark::Begins),
        (Some(_), None) => begins.next().map(Mark::Begins),
        _ => ends.next().map(|at| Mark::Ended(line_end(bytes, at))),
    })
}

fn is_mark(bytes: &[u8], at: usize) -> bool {
    let at_line_start = bytes[..at].last().is_none_or(|last| matches!(last, b'\n' | b'\r'));
    at_line_start && bytes.get(at + 3).is_none_or(u8::is_ascii_whitespace)
}

/// One past the line break.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let Some(end) = memchr::memchr2(b'\n', b'\r', &bytes[at..]) else { return bytes.len() };
    at + end + if bytes[at + end..].starts_with(b"\r\n") { 2 } else { 1 }
}

/// Directives belong to the document after them.
fn is_prelude(text: &str) -> bool {
    let mut lines = text.split(['\n', '\r']).map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|first| first.starts_with('%'))
}

fn has_content(text: &str) -> bool {
    let first = text.strip_prefix("---").unwrap_or(text).trim_ascii_start().bytes().next();
    if first.is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return true;
    }
    let mut lines = text.split(['\n', '\r']);
    lines.any(|line| {
        let line = line.trim();
        let line = line.strip_prefix("---").map_or(line, str::trim_start);
        !line.is_empty() && !line.starts_with('#') && line != "..."
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        documents(text).0.into_iter().map(|span| &text[span.range()]).collect()
    }

    #[test]
    fn separators_stand_at_line_starts_with_anything_blank_after_them() {
        assert_eq!(texts("a: 1\n---\nb: 2\n--- # c\nd: 3\n"), ["a: 1\n", "---\nb: 2\n", "--- # c\nd: 3\n"]);
        assert_eq!(texts("a: x---\nb: ---x\n---x: 1\n"), ["a: x---\nb: ---x\n---x: 1\n"]);
        assert_eq!(texts("a: 1\r\n---\r\nb: 2"), ["a: 1\r\n", "---\r\nb: 2"]);
    }

    #[test]
    fn what_stands_after_an_end_is_another_document() {
        assert_eq!(texts("a: 1\r\n... # c\r\nb: 2\n...\n"), ["a: 1\r\n... # c\r\n", "b: 2\n...\n"]);
        assert_eq!(texts("a: |\n  ...\n...x: y\n"), ["a: |\n  ...\n...x: y\n"]);
    }

    #[test]
    fn empty_documents_are_none() {
        assert_eq!(texts("---\n# only a comment\n---\na: 1\n---\n"), ["---\na: 1\n"]);
        assert_eq!(texts(""), [""; 0]);
    }

    #[test]
    fn directives_and_byte_order_marks_go_with_their_document() {
        assert_eq!(texts("%YAML 1.2\n---\na: 1\n"), ["%YAML 1.2\n---\na: 1\n"]);
        assert_eq!(texts("%YAML 1.2\n---\na: 1\n---\nb: 2\n"), ["%YAML 1.2\n---\na: 1\n", "---\nb: 2\n"]);
        assert_eq!(texts("a: 1\n...\n%YAML 1.2\n---\nb: 2\n"), ["a: 1\n...\n", "%YAML 1.2\n---\nb: 2\n"]);
        assert_eq!(without_marks("\u{FEFF}---\na: 1\n\u{FEFF}---\n".into()), "\n\n\n---\na: 1\n\n\n\n---\n");
        assert_eq!(texts("a: 1\n---\nb: 2\n").len(), 2);
    }
}
