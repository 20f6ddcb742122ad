//! The keys of `gonogo.toml` as tables of Markdown, for the page on configuration.

use std::fmt::Write as _;

use super::keys::{KEYS, Key, Kind, LEVEL, Shape};
use super::show::shown;
use super::value::wanted;
use crate::rule::RULES;

/// All keys, table by table.
pub fn reference() -> String {
    let mut out = String::new();
    section(&mut out, "At the top", "", KEYS.iter().filter(|key| matches!(key.shape, Shape::Value(_))));
    for key in KEYS {
        match key.shape {
            Shape::Value(_) => {}
            Shape::Table(keys) => section(&mut out, &format!("`[{}]`", key.name), key.text, keys.iter()),
            Shape::Tables(keys) => section(&mut out, &format!("`[[{}]]`", key.name), key.text, keys.iter()),
            Shape::Rules => rules(&mut out, key),
        }
    }
    out
}

fn section<'a>(out: &mut String, title: &str, text: &str, keys: impl Iterator<Item = &'a Key>) {
    let _ = writeln!(out, "### {title}\n");
    if !text.is_empty() {
        let _ = writeln!(out, "{}\n", sentence(text));
    }
    let _ = writeln!(out, "| key | takes | default | what it does |\n|---|---|---|---|");
    for key in keys {
        row(out, key);
    }
    out.push('\n');
}

fn row(out: &mut String, key: &Key) {
    let takes = match key.shape {
        Shape::Value(Kind::Word(_) | Kind::Flag) => key.takes(),
        Shape::Value(_) => format!("{}, such as `{}`", key.takes(), key.example),
        _ => "tables, as above".to_owned(),
    };
    let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
    let must = if key.is_required { " (required)" } else { "" };
    let _ = writeln!(out, "| `{}`{must} | {takes} | {default} | {} |", key.name, key.text);
}

fn rules(out: &mut String, key: &Key) {
    let _ = writeln!(out, "### `[{}.NAME]`\n\n{}\n", key.name, sentence(key.text));
    let _ = writeln!(out, "| rule | key | default | what it does |\n|---|---|---|---|");
    let _ = writeln!(out, "| any | `{}`: {} | what its page says | {} |", LEVEL.name, LEVEL.takes(), LEVEL.text);
    for rule in RULES {
        for option in rule.options {
            let default = shown(&option.value());
            let _ = writeln!(out, "| `{}` | `{}` | `{default}` | {} |", rule.name, option.name, option.text);
        }
    }
    out.push('\n');
}

impl Key {
    fn takes(&self) -> String {
        if let Shape::Value(kind) = self.shape { wanted(kind) } else { String::new() }
    }
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
