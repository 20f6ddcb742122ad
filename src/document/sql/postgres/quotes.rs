//! What is inside a string that holds statements: a body, or what EXECUTE runs.
//!
//! Quotes inside such a string are doubled or escaped. What the server reads is shorter than what is written, but every place
//! must stay where it is: so of the two characters one becomes the quote and the other a blank beside the string that it
//! opens or closes.

use std::borrow::Cow;

use crate::document::sql::cursor::Cursor;
use crate::document::sql::lex::{Token, TokenKind};
use crate::source::Span;

/// White space that nobody writes.
const BLANK: u8 = b'\x0c';

/// A string without the blanks beside it.
pub fn without_blanks(text: &str) -> &str {
    text.trim_matches(char::from(BLANK))
}

/// The place of a token, with all characters of the quotes around a string.
pub fn with_blanks(text: &str, token: Token) -> Span {
    if token.kind != TokenKind::Text {
        return token.span;
    }
    let Span { start, end } = token.span;
    let count = |blanks: usize| u32::try_from(blanks).unwrap_or_default();
    let before = text.as_bytes()[..start as usize].iter().rev().take_while(|byte| **byte == BLANK).count();
    let after = text.as_bytes()[end as usize..].iter().take_while(|byte| **byte == BLANK).count();
    Span { start: start - count(before), end: end + count(after) }
}

/// What stands between the quotes of a string: where, as it was lexed, and as it was written.
pub struct Inside<'a> {
    pub span: Span,
    pub texts: [Cow<'a, str>; 2],
}

/// How the string writes what is inside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// As it is: `$$..$$`.
    Plain,
    /// With quotes doubled: `'..'`.
    Doubled,
    /// With backslashes, too: `E'..'`.
    Escaped,
}

/// The inside of a string; none for one that escapes more than quotes and white space.
pub fn inside<'a>(cursor: &Cursor<'a>, span: Span) -> Option<Inside<'a>> {
    let all = cursor.lexed(span);
    let written = without_blanks(all);
    let start = span.start as usize + (all.len() - all.trim_start_matches(char::from(BLANK)).len());
    let (before, after, style) = match written.as_bytes() {
        [b'$', ..] => {
            let mark = written[1..].find('$')? + 2;
            (mark, mark, Style::Plain)
        }
        [b'\'', .., b'\''] => (1, 1, Style::Doubled),
        [b'e' | b'E', b'\'', .., b'\''] => (2, 1, Style::Escaped),
        _ => return None,
    };
    let end = written.len().checked_sub(after)?;
    let content = written.get(before..end)?;
    let span = Span::new(start + before, start + end);
    let edits = edits(content.as_bytes(), style)?;
    let edited = |text: &'a str| if edits.is_empty() { Some(Cow::Borrowed(text)) } else { apply(text, &edits).map(Cow::Owned) };
    Some(Inside { span, texts: [edited(cursor.lexed(span))?, edited(cursor.written(span))?] })
}

/// What two bytes become, and where.
type Edit = (usize, [u8; 2]);

/// None where something is escaped that cannot be told in as many bytes.
fn edits(content: &[u8], style: Style) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    if style == Style::Plain {
        return Some(edits);
    }
    let pair = |at: usize| content.get(at..at + 2);
    let is_quote = |at: usize| matches!(pair(at), Some(b"''")) || (style == Style::Escaped && pair(at) == Some(b"\\'"));
    let mut is_open = false;
    let mut at = 0;
    while let Some(byte) = content.get(at) {
        if is_quote(at) && is_open && is_quote(at + 2) {
            // A quote inside the string inside.
            edits.extend([(at, *b"''"), (at + 2, [BLANK, BLANK])]);
            at += 4;
        } else if is_quote(at) {
            let follows_letter = at > 0 && content[at - 1].is_ascii_alphanumeric();
            // `E''` must stay together.
            edits.push((at, if is_open || follows_letter { [b'\'', BLANK] } else { [BLANK, b'\''] }));
            is_open = !is_open;
            at += 2;
        } else if *byte == b'\\' && style == Style::Escaped {
            if !matches!(pair(at), Some(b"\\n" | b"\\t" | b"\\r")) {
                return None;
            }
            edits.push((at, [b' ', b' ']));
            at += 2;
        } else {
            at += 1;
        }
    }
    Some(edits)
}

/// None where a template's hole lies across.
fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, to) in edits {
        bytes.get_mut(*at..at + 2)?.copy_from_slice(to);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str, style: Style) -> Option<String> {
        let text = apply(content, &edits(content.as_bytes(), style)?)?;
        assert_eq!(text.len(), content.len());
        Some(text.replace('\x0c', "_"))
    }

    #[test]
    fn quotes_inside_stand_where_they_stood() {
        for (written, is) in [
            ("SET a = ''z''", "SET a = _'z'_"),
            ("SET a = ''it''''s''", "SET a = _'it''__s'_"),
            ("a = ''''", "a = _''_"),
            ("a = E''z''", "a = E'_z'_"),
            ("EXECUTE ''a = ''''z''''''", "EXECUTE _'a = ''__z''__'_"),
            ("a = ''''''x''", "a = _'''__x'_"),
            ("$x$", "$x$"),
        ] {
            assert_eq!(read(written, Style::Doubled).as_deref(), Some(is), "{written}");
        }
        assert_eq!(read("a = \\'z\\'\\n;", Style::Escaped).as_deref(), Some("a = _'z'_  ;"));
        assert_eq!(read("a = \\x41", Style::Escaped), None);
        assert_eq!(read("a = \\", Style::Escaped), None);
        assert_eq!(read("a = ''z''", Style::Plain).as_deref(), Some("a = ''z''"));
    }
}
