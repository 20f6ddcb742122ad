//! The schema for editors and the reader say yes and no to the same files.

use std::collections::BTreeSet;

use gonogo::config::Config;
use gonogo::document::toml::{TableId, Tree, Value, ValueKind};
use gonogo::source::Source;
use regex_automata::meta::Regex;
use serde_json::{Map, Value as Json, json};

use super::errors::WRONG;

fn schema() -> Json {
    serde_json::from_str(&gonogo::config::schema()).expect("JSON")
}

/// Whether a value fits a schema. A word of the schema that this does not know would mean nothing, so it is a mistake.
fn fits(schema: &Json, value: &Json) -> bool {
    let rules = schema.as_object().expect("a schema");
    rules.iter().all(|(word, rule)| match word.as_str() {
        "$schema" | "title" | "description" | "default" | "examples" | "deprecated" => true,
        "type" => match rule.as_str().expect("a type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64(),
            other => panic!("type {other}"),
        },
        "enum" => rule.as_array().expect("words").contains(value),
        "required" => names(rule).iter().all(|name| value.get(name).is_some()),
        "anyOf" => rule.as_array().expect("schemas").iter().any(|one| fits(one, value)),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| fits(rule, item))),
        "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().expect("a number")),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().expect("a number")),
        "pattern" => {
            value.as_str().is_none_or(|text| Regex::new(rule.as_str().expect("a pattern")).expect("valid").is_match(text))
        }
        "properties" => {
            let known = rule.as_object().expect("properties");
            value
                .as_object()
                .is_none_or(|object| object.iter().all(|(name, inner)| known.get(name).is_none_or(|schema| fits(schema, inner))))
        }
        "additionalProperties" => {
            assert_eq!(rule, &json!(false));
            let known = rules["properties"].as_object().expect("properties");
            value.as_object().is_none_or(|object| object.keys().all(|name| known.contains_key(name)))
        }
        other => panic!("the schema says `{other}`, which this test does not know"),
    })
}

fn names(list: &Json) -> Vec<&str> {
    list.as_array().expect("names").iter().filter_map(Json::as_str).collect()
}

/// A file as an editor hands it to the schema; none where it is no TOML.
fn as_json(text: &str) -> Option<Json> {
    let tree = Tree::read(&Source::decode("gonogo.toml", text.as_bytes().to_vec()));
    tree.faults.is_empty().then(|| table(&tree, TableId::ROOT))
}

fn table(tree: &Tree, id: TableId) -> Json {
    let entries = tree.table(id).entries.iter();
    Json::Object(entries.map(|entry| (entry.key.clone(), value(tree, &entry.value))).collect())
}

fn value(tree: &Tree, from: &Value) -> Json {
    match &from.kind {
        ValueKind::Text(text) | ValueKind::Date(text) => json!(text),
        ValueKind::Number(number) => json!(number),
        ValueKind::Flag(flag) => json!(flag),
        ValueKind::OddNumber => json!(1.5),
        ValueKind::List(items) => items.iter().map(|item| value(tree, item)).collect(),
        ValueKind::Table(id) => table(tree, *id),
    }
}

/// What a schema cannot see: the calendar, the inside of a pattern, which version this is, and what is no TOML.
const BEYOND: &[&str] = &["a[", "2027-02-29", "base = \"b\"", "= main"];

#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    let schema = schema();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (text, ..) in WRONG {
        let beyond = BEYOND.iter().find(|sign| text.contains(**sign));
        let accepted = as_json(text).is_none_or(|json| fits(&schema, &json));
        assert_eq!(accepted, beyond.is_some(), "{text}");
        seen.extend(beyond);
    }
    assert_eq!(seen.len(), BEYOND.len());
}

/// Each key of the schema with each of these values: both say yes, or both say no.
#[test]
fn the_reader_and_the_schema_agree_on_every_key_and_many_values() {
    let values = json!([
        true, 3, -1, 1.5, "", "  ", "x", "!x", " !x", " x", "/x", "a:b", "high", "medium", "off", "on", "none", "required", "postgres",
        "mariadb", "oracle", "10MiB", "10 KiB", "10MB", "MiB", "2027-01-31", "2027-1-31", ">=0.0.1", ">= 0.0.1, <99", "~1", "1.2.3.4",
        "dropped-column", "dropped", "-x", "a b", "a\nb", "v1.2^{commit}", [], ["x"], ["!x"], ["ok", 3], [""], ["/x"], [["x"]], [{}], {}, {"x": 1}
    ]);
    let schema = schema();
    let mut counts = (0, 0);
    for path in leaves(&schema, &[]) {
        for value in values.as_array().expect("values") {
            let Json::Object(file) = built(&schema, &path, value) else { panic!("a table") };
            let text: String = file.iter().map(|(key, value)| format!("{key} = {}\n", as_toml(value))).collect();
            assert_eq!(as_json(&text).as_ref(), Some(&Json::Object(file.clone())), "{text}");
            let (read, fitting) = (Config::of_text(&text), fits(&schema, &Json::Object(file)));
            assert_eq!(read.is_ok(), fitting, "{text}{:?}", read.map(|_| ()));
            if fitting { counts.0 += 1 } else { counts.1 += 1 }
        }
    }
    assert!(counts.0 > 100 && counts.1 > 500, "{counts:?}");
}

/// The way to every value that is no table: names, and `[]` for each item of a list of tables.
fn leaves(schema: &Json, way: &[String]) -> Vec<Vec<String>> {
    let deeper = |name: &str, inner: &Json| leaves(inner, &[way, &[name.to_owned()]].concat());
    if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
        return properties.iter().flat_map(|(name, inner)| deeper(name, inner)).collect();
    }
    match schema.get("items") {
        Some(items) if items.get("properties").is_some() => deeper("[]", items),
        _ => vec![way.to_vec()],
    }
}

/// A file that says this at the end of the way, with what the tables on the way cannot do without.
fn built(schema: &Json, way: &[String], value: &Json) -> Json {
    let [first, rest @ ..] = way else { return value.clone() };
    if first == "[]" {
        return json!([built(&schema["items"], rest, value)]);
    }
    let mut object = Map::new();
    let mut needed: Vec<&str> = schema.get("required").map(names).unwrap_or_default();
    if schema.get("anyOf").is_some() && !["path", "paths"].contains(&first.as_str()) {
        needed.push("path");
    }
    for name in needed {
        let example = &schema["properties"][name]["examples"][0];
        object.insert(
            name.to_owned(),
            if example.is_null() { json!({ "dropped-column": { "level": "low" } }) } else { example.clone() },
        );
    }
    object.insert(first.clone(), built(&schema["properties"][first], rest, value));
    Json::Object(object)
}

fn as_toml(value: &Json) -> String {
    match value {
        Json::Object(object) => {
            let entries: Vec<String> = object.iter().map(|(key, value)| format!("{key} = {}", as_toml(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(as_toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Examples and defaults are values of their keys, and every key has a text and a place in the schema.
#[test]
fn examples_and_defaults_are_true() {
    fn check(schema: &Json, way: &str) -> usize {
        let mut count = 0;
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let way = format!("{way}.{name}");
            assert!(inner["description"].as_str().is_some_and(|text| text.len() > 4), "{way}");
            let shown = inner["examples"].as_array().into_iter().flatten().chain(inner.get("default"));
            for value in shown {
                assert!(fits(inner, value), "{way}: {value}");
                count += 1;
            }
            count += check(inner, &way) + check(&inner["items"], &way);
        }
        count
    }
    assert!(check(&schema(), "") > 20);
}
