//! What may a value be? Sizes, days, versions, patterns and the like.

use super::keys::Kind;
use crate::document::toml::{Value as Raw, ValueKind};
use crate::near;
use crate::rule::Rule;
use crate::settings::{Paths, Value};
use crate::source::Span;

/// Longer texts are no names and no patterns.
const LONGEST_TEXT: usize = 1024;
/// Longer lists are no configuration.
const LONGEST_LIST: usize = 1000;

/// What is wrong with a value, and where.
type Wrong = (Span, String);

/// The value, if it is one of this kind. `example` shows how it could look.
pub fn of(kind: Kind, raw: &Raw, example: &str) -> Result<Value, Vec<Wrong>> {
    let misfit = || vec![(raw.span, format!("this takes {}, such as `{example}`; here is {}", wanted(kind), told(&raw.kind)))];
    match (kind, &raw.kind) {
        (Kind::Flag, ValueKind::Flag(flag)) => Ok(Value::Flag(*flag)),
        (Kind::Number, ValueKind::Number(number)) => Ok(Value::Number(*number)),
        (Kind::Texts | Kind::Patterns | Kind::Files, ValueKind::List(items)) => list(kind, items, raw.span, example),
        (Kind::Texts | Kind::Patterns | Kind::Files | Kind::Flag | Kind::Number, _) => Err(misfit()),
        (Kind::Date, ValueKind::Date(text)) | (_, ValueKind::Text(text)) => {
            checked(kind, text, raw.span, example).map_err(|wrong| vec![wrong])
        }
        _ => Err(misfit()),
    }
}

fn list(kind: Kind, items: &[Raw], span: Span, example: &str) -> Result<Value, Vec<Wrong>> {
    if items.len() > LONGEST_LIST {
        return Err(vec![(span, format!("a list may have {LONGEST_LIST} items; this one has {}", items.len()))]);
    }
    let (mut texts, mut wrong) = (Vec::new(), Vec::new());
    for item in items {
        match &item.kind {
            ValueKind::Text(text) => match checked(kind, text, item.span, example) {
                Ok(_) => texts.push(text.clone()),
                Err(why) => wrong.push(why),
            },
            other => wrong.push((item.span, format!("this list holds texts in quotes; here is {}", told(other)))),
        }
    }
    if wrong.is_empty() { Ok(Value::Texts(texts)) } else { Err(wrong) }
}

/// What a value of a kind is called.
pub fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text in quotes".to_owned(),
        Kind::Texts => "a list of texts".to_owned(),
        Kind::Revision => "a revision of git".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Number => "a whole number".to_owned(),
        Kind::Word(words) => {
            format!("one of {}", words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "))
        }
        Kind::Rule => "the name of a rule".to_owned(),
        Kind::Pattern => "a pattern of paths".to_owned(),
        Kind::Patterns => "a list of patterns of paths".to_owned(),
        Kind::File => "the path of a file".to_owned(),
        Kind::Files => "a list of paths of files".to_owned(),
        Kind::Size => "a size".to_owned(),
        Kind::Date => "a day".to_owned(),
        Kind::Version => "versions of gonogo".to_owned(),
        Kind::Server => "a version of the server".to_owned(),
    }
}

/// What stands there instead.
pub fn told(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::Text(_) => "a text",
        ValueKind::Number(_) | ValueKind::OddNumber => "a number",
        ValueKind::Flag(_) => "a truth value",
        ValueKind::Date(_) => "a date",
        ValueKind::List(_) => "a list",
        ValueKind::Table(_) => "a table",
    }
}

/// A text that has to make sense.
fn checked(kind: Kind, text: &str, span: Span, example: &str) -> Result<Value, Wrong> {
    let wrong = |message: String| Err((span, message));
    // A reason may be long; nobody compares it with anything.
    if text.trim().is_empty() && kind != Kind::Texts {
        return wrong(format!("this is empty; it takes {}, such as `{example}`", wanted(kind)));
    }
    if text.len() > LONGEST_TEXT && kind != Kind::Text {
        return wrong(format!("this is {} bytes long; it may have {LONGEST_TEXT}", text.len()));
    }
    match kind {
        Kind::Word(words) if !words.contains(&text) => {
            let hint = near::nearest(text, words.iter().copied())
                .map_or_else(String::new, |word| format!("; did you mean `\"{word}\"`?"));
            return wrong(format!("`{text}` is not known here: this takes {}{hint}", wanted(kind)));
        }
        // It is handed to git, which must take it for nothing else.
        Kind::Revision if text.starts_with('-') || text.contains(|next: char| next.is_whitespace() || next.is_control()) => {
            return wrong(format!("`{text}` is no revision: a branch, a tag or a commit, such as `{example}`"));
        }
        Kind::Rule if Rule::find(text).is_none() => return wrong(Rule::unknown(text)),
        Kind::Pattern | Kind::Patterns => {
            if text.trim_start().starts_with('!') {
                return wrong(format!("`{text}` takes nothing back here: a pattern says what is meant, never what is not"));
            }
            if let Err((_, why)) = Paths::new("", &[text.to_owned()]) {
                return wrong(format!("`{}` is no pattern of paths: {why}", shortened(text)));
            }
        }
        Kind::File | Kind::Files
            if text.starts_with(|first: char| first == '/' || first.is_whitespace()) || text.contains(['\\', ':']) =>
        {
            return wrong(format!("`{text}` must be a path within the repository, with `/` between its parts"));
        }
        Kind::Size if size(text).is_none() => {
            return wrong(format!(
                "`{text}` is no size from 1B to 4095MiB: write a whole number and B, KiB, MiB or GiB, such as `{example}`"
            ));
        }
        Kind::Date if !is_date(text) => return wrong(format!("`{text}` is no day of the calendar: write it as `{example}`")),
        Kind::Version if bounds(text).is_none() => {
            return wrong(format!("`{text}` names no versions: write a comparison and a version, such as `{example}`"));
        }
        Kind::Server if !is_server_version(text) => {
            return wrong(format!("`{text}` is no version of a server: numbers with points between them, such as `{example}`"));
        }
        _ => {}
    }
    Ok(Value::Text(text.to_owned()))
}

fn is_server_version(text: &str) -> bool {
    text.len() <= 16
        && text.split('.').all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// `10MiB` in bytes.
pub fn size(text: &str) -> Option<u64> {
    let at = text.find(|next: char| !next.is_ascii_digit())?;
    let (number, unit) = text.split_at(at);
    let shift = match unit.trim_start() {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    let bytes = number.parse::<u64>().ok()?.checked_mul(1 << shift)?;
    (1..=4095 << 20).contains(&bytes).then_some(bytes)
}

/// `2027-01-31`, and a day that there is.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let widths = [year, month, day].map(|part| part.len());
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    widths == [4, 2, 2] && (1..=days).contains(&day)
}

/// Each comparison with the parts of its version.
fn bounds(text: &str) -> Option<Vec<(&str, Vec<u64>)>> {
    let bound = |part: &'_ str| {
        let at = part.find(|next: char| next.is_ascii_digit())?;
        let (sign, version) = part.split_at(at);
        let numbers: Option<Vec<u64>> = version.split('.').map(|number| number.parse().ok()).collect();
        let numbers = numbers.filter(|numbers| numbers.len() <= 3)?;
        let signs = [">=", "<=", ">", "<", "=", ""];
        Some((*signs.iter().find(|known| **known == sign.trim_end())?, numbers))
    };
    text.split(',').map(|part| bound(part.trim())).collect()
}

/// Whether a text names versions at all.
pub fn is_version(text: &str) -> bool {
    bounds(text).is_some()
}

/// Whether a version of gonogo is one of those asked for. A bound that leaves parts out means all of them: `=0.1`
/// holds for 0.1.7.
pub fn version_fits(wanted: &str, version: &str) -> bool {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    let version: Vec<u64> = plain.split('.').filter_map(|number| number.parse().ok()).collect();
    bounds(wanted).is_some_and(|bounds| {
        bounds.iter().all(|(sign, bound)| {
            let here = version.iter().take(bound.len()).cmp(bound.iter());
            match *sign {
                ">=" => here.is_ge(),
                "<=" => here.is_le(),
                ">" => here.is_gt(),
                "<" => here.is_lt(),
                _ => here.is_eq(),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let table = [
            ("10MiB", Some(10 << 20)),
            ("1 KiB", Some(1024)),
            ("7B", Some(7)),
            ("3GiB", Some(3 << 30)),
            ("4GiB", None),
            ("0MiB", None),
            ("10", None),
            ("10MB", None),
            ("MiB", None),
            ("-1MiB", None),
            ("99999999999999999999MiB", None),
            ("18014398509481985KiB", None),
        ];
        for (text, bytes) in table {
            assert_eq!(size(text), bytes, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for good in ["2027-01-31", "2024-02-29", "2000-02-29"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-04-31",
            "2027-1-1",
            "soon",
            "2027-01-31T00:00:00",
            "+027-01-01",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        let table = [
            (">=0.1", true),
            (">=0.10", false),
            (">=0.2, <1", true),
            ("<0.2", false),
            ("=0.2", true),
            ("0.2", true),
            ("0.2.3", true),
            ("0.2.4", false),
            (">0.2", false),
            (">0.1", true),
            ("<=0.2", true),
            (" >= 0.2.3 ", true),
        ];
        for (wanted, expected) in table {
            assert_eq!(version_fits(wanted, "0.2.3"), expected, "{wanted}");
        }
        for bad in ["", ">=", "~1", "^0.2", "1.2.3.4", "latest", ">=0.1,", ">=99999999999999999999"] {
            assert!(bounds(bad).is_none(), "{bad}");
        }
    }
}
