//! How does text that we did not write reach a screen, a log or a report?
//!
//! Through [`Untrusted`], which makes every character visible that could move a cursor, start a line, colour a
//! terminal, reorder text or forge a command of a CI system. Nothing else may print what comes from a file.

use std::fmt::{self, Display, Write};

/// Text from a file, a file name or an argument, printed on one line with nothing hidden.
#[derive(Clone, Copy, Debug)]
pub struct Untrusted<'a>(pub &'a str);

impl Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = 0;
        // Most text is plain from end to end, and goes out whole.
        while let Some(plain) = self.0.as_bytes()[written..].iter().position(|byte| !is_plain(*byte)) {
            let at = written + plain;
            f.write_str(&self.0[written..at])?;
            let Some(character) = self.0[at..].chars().next() else { break };
            match visible(character) {
                Some(shown) => f.write_str(&shown)?,
                None if opens_command(&self.0[..at], character) => f.write_str("\\[")?,
                None => f.write_char(character)?,
            }
            written = at + character.len_utf8();
        }
        f.write_str(&self.0[written..])
    }
}

/// Whether a character of one byte is printed as it is, whatever stands before it.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'['
}

/// Whether a CI system takes what begins here for a command, wherever on a line it stands: `##[..]`, `##vso[..]`.
pub fn opens_command(before: &str, character: char) -> bool {
    character == '[' && (before.ends_with("##") || before.ends_with("##vso"))
}

/// Many lines of text: as [`Untrusted`], but line feeds stay. A line that a CI system would take for a command is one
/// no more.
#[derive(Clone, Copy, Debug)]
pub struct UntrustedLines<'a>(pub &'a str);

impl Display for UntrustedLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.0.split('\n').enumerate() {
            if at > 0 {
                f.write_char('\n')?;
            }
            if is_command(line) {
                f.write_char('\\')?;
            }
            Untrusted(line).fmt(f)?;
        }
        Ok(())
    }
}

/// Whether a CI system acts on a log line that begins like this: `::error`, `##[..]`, `##vso[..]`.
fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("::") || line.starts_with("##")
}

/// A path where it may stand at the beginning of a line.
#[derive(Clone, Copy, Debug)]
pub struct UntrustedPath<'a>(pub &'a str);

impl Display for UntrustedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_command(self.0) {
            f.write_str("./")?;
        }
        Untrusted(self.0).fmt(f)
    }
}

/// What stands in for a character that must not be printed as it is.
pub fn visible(character: char) -> Option<String> {
    let shown = match character {
        '\t' => return Some(" ".to_owned()),
        // The pictures of control characters that Unicode has for this purpose.
        '\0'..='\x1F' => char::from_u32(0x2400 + character as u32)?,
        '\x7F' => '\u{2421}',
        _ if is_hidden(character) => return Some(format!("<U+{:04X}>", character as u32)),
        _ => return odd_byte(character).map(|byte| format!("\\x{byte:02X}")),
    };
    Some(shown.to_string())
}

/// C1 controls, line and paragraph separators, bidirectional controls, and marks that take no room.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9F}' | '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// JSON escapes control characters below a blank by itself; the others that could steer a terminal or a CI system are
/// escaped here, so that a report on a screen is as harmless as the text, and still says the same.
pub fn harmless_json(json: String) -> String {
    if json.is_ascii() && !json.contains('\x7F') && !json.contains("##") {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    for (at, character) in json.char_indices() {
        if (character > '~' && visible(character).is_some()) || opens_command(&json[..at], character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// File names may hold bytes that are no text. Such a byte travels in a path as one private-use character, so that
/// the path stays a `str` and the file can still be opened.
const ODD_BYTES: u32 = 0x0010_FF00;

/// The character that carries a byte which is no text.
pub fn carry_odd_byte(byte: u8) -> char {
    char::from_u32(ODD_BYTES + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A quick look whether any character of a text may carry a byte: all that do begin alike in UTF-8.
pub fn may_carry_odd_bytes(text: &str) -> bool {
    const BEGINS: u8 = 0xF4;
    memchr::memchr(BEGINS, text.as_bytes()).is_some()
}

/// A file name as text.
pub fn carry_odd_bytes(name: &[u8]) -> String {
    if let Ok(name) = std::str::from_utf8(name) {
        return name.to_owned();
    }
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().copied().map(carry_odd_byte));
    }
    text
}

/// The byte that a character carries.
pub fn odd_byte(character: char) -> Option<u8> {
    u8::try_from((character as u32).checked_sub(ODD_BYTES)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_moves_the_cursor_or_starts_a_line() {
        let hostile = "a\n::error ::b\r\x1b[31m\u{202E}\u{9b}\u{2028}\0\x7f";
        let shown = Untrusted(hostile).to_string();
        assert_eq!(shown, "a␊::error ::b␍␛[31m<U+202E><U+009B><U+2028>␀␡");
        assert_eq!(UntrustedLines("a\nb\x1b\n ::error::c").to_string(), "a\nb␛\n\\ ::error::c");
        assert_eq!(UntrustedPath("::error::a/##[b]").to_string(), "./::error::a/##\\[b]");
        assert_eq!(Untrusted("a ##vso[task.x]b #[c]").to_string(), "a ##vso\\[task.x]b #[c]");
    }

    #[test]
    fn a_byte_that_is_no_text_is_shown_as_one() {
        let name: String = ['a', carry_odd_byte(0xFF)].iter().collect();
        assert_eq!(Untrusted(&name).to_string(), "a\\xFF");
    }
}
