//! What does a plain scalar mean?
//!
//! Kubernetes reads YAML 1.1 as its Go reader has it; most other readers follow YAML 1.2's core schema. Where the two
//! disagree (`on`, `0777`, `1_000`) a file means different things to different programs.

use std::borrow::Cow;

/// The meaning of a plain scalar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text,
}

/// Whose reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schema {
    /// YAML 1.1 as Kubernetes reads it.
    Kubernetes,
    /// YAML 1.2's core schema.
    Core,
}

/// The meaning of a plain scalar's text.
pub fn resolve(text: &str, schema: Schema) -> Scalar {
    match text {
        _ if is_null(text) => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        _ => {}
    }
    // Whatever else is no text begins like a number, or is a boolean of YAML 1.1.
    let first = text.as_bytes()[0];
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return if schema == Schema::Kubernetes { old_boolean(text) } else { Scalar::Text };
    }
    // So begin quantities, dates and addresses, too: `256Mi`, `10.0.0.1`.
    if !text.bytes().all(may_be_in_number) {
        return Scalar::Text;
    }
    let number = match schema {
        Schema::Kubernetes => go_integer(text),
        Schema::Core => core_integer(text),
    };
    number.map(Scalar::Int).or_else(|| float(text, schema).map(Scalar::Float)).unwrap_or(Scalar::Text)
}

/// Whether a byte stands in numbers of any base, or in the words for what is beyond all numbers.
fn may_be_in_number(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'.' | b'_' | b'+' | b'-' | b'x' | b'X' | b'o' | b'O' | b'i' | b'I' | b'n' | b'N')
}

/// Whether a plain scalar's text means nothing, to whoever reads it.
#[inline]
pub fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether the two readings differ.
pub fn is_ambiguous(text: &str) -> bool {
    resolve(text, Schema::Kubernetes) != resolve(text, Schema::Core)
}

fn old_boolean(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        _ => Scalar::Text,
    }
}

/// As Go's `ParseInt` with base 0 after all underscores are gone.
fn go_integer(text: &str) -> Option<i64> {
    let text = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    let (sign, digits) = signed(&text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    integer(sign, digits, radix)
}

fn core_integer(text: &str) -> Option<i64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return integer("", digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return integer("", digits, 8);
    }
    let (sign, digits) = signed(text);
    integer(sign, digits, 10)
}

fn signed(text: &str) -> (&str, &str) {
    text.split_at(usize::from(text.starts_with(['+', '-'])))
}

fn integer(sign: &str, digits: &str, radix: u32) -> Option<i64> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    // The least number has no counterpart without its sign.
    if sign.is_empty() {
        i64::from_str_radix(digits, radix).ok()
    } else {
        i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()
    }
}

fn float(text: &str, schema: Schema) -> Option<f64> {
    let (sign, rest) = signed(text);
    let factor = if sign == "-" { -1.0 } else { 1.0 };
    match rest {
        ".inf" | ".Inf" | ".INF" => return Some(factor * f64::INFINITY),
        // Not `f64::NAN`: it equals nothing, and two readings are compared here.
        ".nan" | ".NaN" | ".NAN" if sign.is_empty() => return None,
        _ => {}
    }
    let has_gaps = schema == Schema::Kubernetes && rest.contains('_');
    let cleaned = if has_gaps { Cow::Owned(rest.replace('_', "")) } else { Cow::Borrowed(rest) };
    let allowed = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if !cleaned.bytes().all(allowed) || !cleaned.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    cleaned.parse::<f64>().ok().map(|value| factor * value)
}

#[cfg(test)]
mod tests {
    use super::Scalar::{Bool, Float, Int, Null, Text};
    use super::*;

    #[test]
    fn each_schema_reads_its_own_way() {
        let table: &[(&str, Scalar, Scalar)] = &[
            ("", Null, Null),
            ("~", Null, Null),
            ("Null", Null, Null),
            ("true", Bool(true), Bool(true)),
            ("FALSE", Bool(false), Bool(false)),
            ("on", Bool(true), Text),
            ("Off", Bool(false), Text),
            ("yes", Bool(true), Text),
            ("n", Bool(false), Text),
            ("oN", Text, Text),
            ("12", Int(12), Int(12)),
            ("-12", Int(-12), Int(-12)),
            ("+12", Int(12), Int(12)),
            ("0777", Int(511), Int(777)),
            ("0o17", Int(15), Int(15)),
            ("0xFF", Int(255), Int(255)),
            ("0b11", Int(3), Text),
            ("1_000", Int(1000), Text),
            ("089", Float(89.0), Int(89)),
            ("1.5", Float(1.5), Float(1.5)),
            ("1e3", Float(1000.0), Float(1000.0)),
            ("-.5", Float(-0.5), Float(-0.5)),
            (".inf", Float(f64::INFINITY), Float(f64::INFINITY)),
            ("1.2.3", Text, Text),
            ("12:34", Text, Text),
            ("2026-11-20", Text, Text),
            ("-", Text, Text),
            (".", Text, Text),
            ("1Gi", Text, Text),
            ("99999999999999999999", Float(1e20), Float(1e20)),
        ];
        for (text, kubernetes, core) in table {
            assert_eq!(resolve(text, Schema::Kubernetes), *kubernetes, "{text} for Kubernetes");
            assert_eq!(resolve(text, Schema::Core), *core, "{text} for YAML 1.2");
        }
    }

    #[test]
    fn a_value_can_say_that_its_readers_disagree() {
        assert!(is_ambiguous("on") && is_ambiguous("0777") && is_ambiguous("1_000"));
        assert!(!is_ambiguous("true") && !is_ambiguous("12") && !is_ambiguous("web"));
    }
}
