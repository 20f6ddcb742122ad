//! The keys of `gonogo.toml` as a JSON Schema, for editors that complete and check while one types.

use serde_json::{Map, Value, json};

use super::keys::{KEYS, Key, Kind, LEVEL, Shape};
use super::read::kind_of;
use super::show::shown;
use crate::rule::{RULES, Rule};

/// The schema of a file, in the draft that editors of TOML know best.
pub fn schema() -> String {
    let mut schema = table(KEYS);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("gonogo.toml");
    schema["description"] = json!(format!("How gonogo {} judges this repository.", env!("CARGO_PKG_VERSION")));
    format!("{schema:#}\n")
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    if ["path", "paths"].iter().all(|name| keys.iter().any(|key| key.name == *name)) {
        table["anyOf"] = json!([{ "required": ["path"] }, { "required": ["paths"] }]);
    }
    table
}

fn property(key: &Key) -> Value {
    let mut property = match key.shape {
        Shape::Value(kind) => value(kind),
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Shape::Rules => rules(),
    };
    property["description"] = json!(sentence(key.text));
    if let Some(default) = literal(key.default) {
        property["default"] = default;
    }
    if let Some(example) = literal(key.example) {
        property["examples"] = json!([example]);
    }
    property
}

/// A value of the table of keys. What TOML and JSON write alike is all that it holds.
fn literal(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn value(kind: Kind) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern, "maxLength": 1024 });
    let list = |items: Value| json!({ "type": "array", "items": items, "maxItems": 1000 });
    match kind {
        Kind::Text => json!({ "type": "string", "pattern": "\\S" }),
        Kind::Revision => text("^[^\\s\\u0000-\\u001f\\u007f-\\u009f-][^\\s\\u0000-\\u001f\\u007f-\\u009f]*$"),
        Kind::Texts => list(json!({ "type": "string", "maxLength": 1024 })),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number => json!({ "type": "integer" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Rule => json!({ "enum": names() }),
        Kind::Pattern => text("^\\s*[^!\\s]"),
        Kind::Patterns => list(text("^\\s*[^!\\s]")),
        Kind::File => text("^[^/:\\\\\\s][^:\\\\]*$"),
        Kind::Files => list(text("^[^/:\\\\\\s][^:\\\\]*$")),
        Kind::Size => text("^[0-9]+ *(B|KiB|MiB|GiB)$"),
        Kind::Date => text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        Kind::Server => json!({ "type": "string", "pattern": "^[0-9]{1,4}([.][0-9]{1,4})*$", "maxLength": 16 }),
        Kind::Version => text("^ *(>=|<=|>|<|=)? *[0-9]+([.][0-9]+){0,2}( *, *(>=|<=|>|<|=)? *[0-9]+([.][0-9]+){0,2})* *$"),
    }
}

/// All names of rules, those from before included.
fn names() -> Vec<&'static str> {
    RULES.iter().flat_map(|rule| std::iter::once(&rule.name).chain(rule.aliases)).copied().collect()
}

fn rules() -> Value {
    let mut properties = Map::new();
    for rule in RULES {
        properties.insert(rule.name.to_owned(), one_rule(rule));
        for alias in rule.aliases {
            let mut old = one_rule(rule);
            old["deprecated"] = json!(true);
            properties.insert((*alias).to_owned(), old);
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn one_rule(rule: &Rule) -> Value {
    let mut properties = Map::from_iter([(LEVEL.name.to_owned(), property(&LEVEL))]);
    for option in rule.options {
        let mut property = value(kind_of(option));
        property["description"] = json!(sentence(option.text));
        property["default"] = literal(&shown(&option.value())).unwrap_or_default();
        properties.insert(option.name.to_owned(), property);
    }
    let summary = sentence(rule.summary);
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "description": summary })
}
