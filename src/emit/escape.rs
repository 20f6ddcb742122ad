//! How does untrusted text get into JSON, XML, Markdown and the log of a CI system, so that a reader gets it back and
//! nothing in it means anything there?

use std::fmt::Write as _;

use serde::Serialize;

use crate::untrusted::{Untrusted, harmless_json, opens_command, visible};

/// As JSON on one line.
pub fn json(value: &impl Serialize) -> String {
    let mut json = serde_json::to_string(value).expect("plain structures become JSON");
    json.push('\n');
    harmless_json(json)
}

/// As the text of an XML element or the value of an attribute. What XML 1.0 can hold is read back as it was; what it
/// cannot hold is made visible.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let is_plain = visible(character).is_none() && !opens_command(&text[..at], character);
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' => out.extend(visible(character)),
            '\u{FFFE}' | '\u{FFFF}' => out.push(char::REPLACEMENT_CHARACTER),
            // A byte of a file name that is no text.
            _ if crate::untrusted::odd_byte(character).is_some() => out.extend(visible(character)),
            _ if is_plain => out.push(character),
            _ => {
                let _ = write!(out, "&#x{:X};", character as u32);
            }
        }
    }
    out
}

/// As the message of a workflow command of GitHub.
pub fn command_message(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            _ => match visible(character) {
                Some(shown) => out.push_str(&shown),
                None => out.push(character),
            },
        }
    }
    out
}

/// As a property of a workflow command of GitHub, between commas and before colons.
pub fn command_property(text: &str) -> String {
    command_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// As running text of Markdown on a forge, also in a table or inside HTML: no markup, no mention, no reference, no link.
/// Entities are text wherever they stand; a blank without width parts what a forge would make a link of.
pub fn markdown(text: &str) -> String {
    let text = Untrusted(text).to_string();
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let rest = &text[at + character.len_utf8()..];
        let after = rest.chars().next().unwrap_or(' ');
        let is_inside_word = before.is_alphanumeric() && after.is_alphanumeric();
        match character {
            '&' | '<' | '>' | '`' | '*' | '~' | '|' | '\\' | '[' | ']' | '$' => {
                let _ = write!(out, "&#{};", character as u32);
            }
            '_' if !is_inside_word => out.push_str("&#95;"),
            '@' | '#' if after.is_alphanumeric() => {
                out.push(character);
                out.push_str(APART);
            }
            ':' if rest.starts_with("//") => out.extend([":", APART]),
            '.' if text[..at].ends_with("www") => out.extend([APART, "."]),
            '-' if text[..at].ends_with("GH") => out.extend([APART, "-"]),
            _ => out.push(character),
        }
        before = character;
    }
    out
}

/// A blank without width.
const APART: &str = "&#8203;";

/// As [`markdown`], in the letters of code.
pub fn markdown_code(text: &str) -> String {
    format!("<code>{}</code>", markdown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_escaped_before_anything_else() {
        assert_eq!(command_message("50%\n%0A\r"), "50%25%0A%250A%0D");
        assert_eq!(command_property("a,b::c%2C"), "a%2Cb%3A%3Ac%252C");
        assert_eq!(command_message("\x1b[31m"), "␛[31m");
    }

    #[test]
    fn xml_keeps_what_it_can_and_shows_the_rest() {
        assert_eq!(xml("a]]>&\"<b>\n\x1b\u{202E}\u{FFFE}"), "a]]&gt;&amp;&quot;&lt;b&gt;&#xA;␛&#x202E;\u{FFFD}");
        assert_eq!((xml("##[b]"), json(&"##[b]")), ("##&#x5B;b]".to_owned(), "\"##\\u005bb]\"\n".to_owned()));
    }

    #[test]
    fn markdown_mentions_nobody() {
        assert_eq!(markdown("ask @team in #12, a_b _c_"), "ask @&#8203;team in #&#8203;12, a_b &#95;c&#95;");
        assert_eq!(markdown("https://x www.x GH-1"), "https:&#8203;//x www&#8203;.x GH&#8203;-1");
        assert_eq!(markdown_code("a|`b`\n<i>"), "<code>a&#124;&#96;b&#96;␊&#60;i&#62;</code>");
    }
}
