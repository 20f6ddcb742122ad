//! What holds configuration: `ConfigMap` and Secret.

use super::{Invalid, names, not_a_text};
use crate::document::Known;
use crate::workspace::field::Field;
use crate::workspace::topology::labels::is_template;
use crate::workspace::topology::object::Object;

pub(super) fn check(object: &Object, root: Field<'_>, is_rewritten: bool, found: &mut Vec<Invalid>) {
    for data in ["data", "binaryData", "stringData"].map(|field| root.field(field)) {
        for (key, value) in data.entries() {
            if let Some(is) = not_a_text(value, is_rewritten) {
                let is_scalar = value.text().is_there();
                let help = if is_scalar {
                    format!("put it into quotes:\n{key}: \"…\"")
                } else {
                    format!("put it behind a bar:\n{key}: |\n  …")
                };
                found.push(Invalid::mistyped(value, format!("{key} is {is}, and it holds text alone"), help));
            } else if !names::is_config_key(&key) && !is_template(&key) {
                let why = format!("no key may be called \"{key}\"");
                found.push(Invalid::at(value, why, "a key is made of letters, digits, hyphens, underscores and dots"));
            }
        }
    }
    if object.is("Secret") {
        for (key, value) in root.field("data").entries() {
            if let Known::Is(text) = value.text()
                && !is_base64(&text)
                && !is_stand_in(&text)
            {
                let why = format!("the value of {key} is not base64");
                found.push(Invalid::at(value, why, "write the value as it is into stringData instead of data"));
            }
        }
    }
}

/// As Go's reader takes it, which passes over line ends alone.
fn is_base64(text: &str) -> bool {
    let kept: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let end = kept.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    kept.len().is_multiple_of(4) && kept.len() - end <= 2 && kept[..end].iter().all(is_sign)
}

/// What is filled in before it is applied: `<password>`, `ENC[...]`, `REPLACE_ME`.
fn is_stand_in(text: &str) -> bool {
    const WORDS: &[&str] = &["your", "my", "change", "replace", "example", "placeholder", "base64", "insert", "put", "todo"];
    let capitals = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let lower = text.to_ascii_lowercase();
    let signs = ['<', '>', '[', ']', '$', '%', '{', '@', '#', '*', ' '];
    capitals || WORDS.iter().any(|word| lower.starts_with(word)) || text.contains(signs) || text.contains("...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_told_from_plain_text() {
        for (text, wanted) in
            [("cGFzcw==", true), ("cGFz\ncw==\n", true), ("", true), ("password1", false), ("pass-word", false), ("abc=", true)]
        {
            assert_eq!(is_base64(text), wanted, "{text}");
        }
        assert!(is_stand_in("<base64 of the password>") && is_stand_in("REPLACE_ME") && !is_stand_in("hunter-2"));
    }
}
