//! As much of JSON Schema as the schema of SARIF uses, and not a word more: what it does not know, it refuses.

use std::sync::LazyLock;

use serde_json::{Map, Value};

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/sarif-2.1.0.json")).expect("the schema is JSON"));

/// What is wrong with a report.
pub fn errors(report: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    check(&SCHEMA, report, "", &mut errors);
    errors
}

pub fn assert_valid(report: &Value) {
    assert_eq!(errors(report), Vec::<String>::new());
}

fn check(schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    let schema = schema.as_object().expect("a schema is an object");
    for (keyword, wanted) in schema {
        let error = match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "definitions" => None,
            "$ref" => {
                let name = wanted.as_str().and_then(|name| name.strip_prefix("#/definitions/")).expect("a definition");
                check(&SCHEMA["definitions"][name], value, at, errors);
                None
            }
            "type" => (!is_of_type(value, wanted.as_str().expect("one type"))).then(|| format!("is no {wanted}")),
            "enum" => (!wanted.as_array().expect("values").contains(value)).then(|| format!("is none of {wanted}")),
            "minimum" => {
                value.as_f64().filter(|number| *number < wanted.as_f64().expect("a number")).map(|_| "is too small".into())
            }
            "maximum" => {
                value.as_f64().filter(|number| *number > wanted.as_f64().expect("a number")).map(|_| "is too large".into())
            }
            "format" => value
                .as_str()
                .filter(|text| !has_format(text, wanted.as_str().expect("a format")))
                .map(|_| format!("is no {wanted}")),
            "pattern" => value.as_str().map(|_| format!("teach this test the pattern {wanted}")),
            "anyOf" => (count(wanted, value) == 0).then(|| "fits none of several shapes".into()),
            "oneOf" => (count(wanted, value) != 1).then(|| "does not fit exactly one shape".into()),
            "required" | "properties" | "additionalProperties" => {
                value.as_object().and_then(|object| check_object(keyword, wanted, schema, object, at, errors))
            }
            "items" | "minItems" | "uniqueItems" => {
                value.as_array().and_then(|items| check_array(keyword, wanted, items, at, errors))
            }
            other => panic!("teach this test the keyword {other}"),
        };
        errors.extend(error.map(|error| format!("{at} {error}")));
    }
}

fn count(shapes: &Value, value: &Value) -> usize {
    let fits = |shape: &&Value| {
        let mut errors = Vec::new();
        check(shape, value, "", &mut errors);
        errors.is_empty()
    };
    shapes.as_array().expect("shapes").iter().filter(fits).count()
}

fn check_object(
    keyword: &str,
    wanted: &Value,
    schema: &Map<String, Value>,
    object: &Map<String, Value>,
    at: &str,
    errors: &mut Vec<String>,
) -> Option<String> {
    let known = schema.get("properties").and_then(Value::as_object);
    let mut strange = object.iter().filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)));
    match (keyword, wanted) {
        ("required", names) => {
            let missing =
                names.as_array().expect("names").iter().find(|name| !object.contains_key(name.as_str().expect("a name")));
            missing.map(|name| format!("lacks {name}"))
        }
        ("properties", properties) => {
            for (name, shape) in properties.as_object().expect("shapes") {
                if let Some(value) = object.get(name) {
                    check(shape, value, &format!("{at}/{name}"), errors);
                }
            }
            None
        }
        (_, Value::Bool(true)) => None,
        (_, Value::Bool(false)) => strange.next().map(|(name, _)| format!("has a strange {name}")),
        (_, shape) => {
            strange.for_each(|(name, value)| check(shape, value, &format!("{at}/{name}"), errors));
            None
        }
    }
}

fn check_array(keyword: &str, wanted: &Value, items: &[Value], at: &str, errors: &mut Vec<String>) -> Option<String> {
    match keyword {
        "items" => {
            for (number, item) in items.iter().enumerate() {
                check(wanted, item, &format!("{at}/{number}"), errors);
            }
            None
        }
        "minItems" => ((items.len() as u64) < wanted.as_u64().expect("a number")).then(|| "is too short".into()),
        _ => {
            let is_again = |(at, item): (usize, &Value)| items[..at].contains(item);
            (wanted == &Value::Bool(true) && items.iter().enumerate().any(is_again)).then(|| "holds something twice".into())
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("teach this test the type {other}"),
    }
}

fn has_format(text: &str, format: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(sign);
    let mut escapes = text.split('%').skip(1);
    let is_reference = text.chars().all(is_sign)
        && escapes.all(|rest| rest.len() > 1 && rest.chars().take(2).all(|digit| digit.is_ascii_hexdigit()));
    let has_scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.chars().all(|next| next.is_ascii_alphanumeric())
    });
    // A first part with a colon in it would be taken for a scheme.
    let first = text.split('/').next().unwrap_or_default();
    match format {
        "uri" => is_reference && has_scheme,
        "uri-reference" => is_reference && (has_scheme || !first.contains(':')),
        other => panic!("teach this test the format {other}"),
    }
}

#[test]
fn the_schema_says_no() {
    let report = super::written(&super::with_states(gonogo::rule::suppression::Origin::Source), "sarif");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_valid(&report);
    let region = "/runs/0/results/0/locations/0/physicalLocation/region";
    let uri = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
    let cases: [(&str, Value, &str); 11] = [
        ("/version", "2.0.0".into(), "is none of"),
        ("/runs/0/tool/driver/name", Value::Null, "is no \"string\""),
        ("/runs/0/results/0/level", "high".into(), "is none of"),
        ("/runs/0/results/0/message", serde_json::json!({}), "fits none"),
        (&format!("{region}/startLine"), 0.into(), "is too small"),
        (&format!("{region}/startLine"), 1.5.into(), "is no \"integer\""),
        (uri, "a b".into(), "is no \"uri-reference\""),
        (uri, "1:b".into(), "is no \"uri-reference\""),
        (uri, "a%2".into(), "is no \"uri-reference\""),
        ("/runs/0/results/2/suppressions/0/kind", "comment".into(), "is none of"),
        ("/runs/0/columnKind", "bytes".into(), "is none of"),
    ];
    for (pointer, value, wanted) in cases {
        let mut bad = report.clone();
        *bad.pointer_mut(pointer).expect("a place in the report") = value;
        assert!(errors(&bad).iter().any(|error| error.contains(wanted)), "{pointer}: {:?}", errors(&bad));
    }
    let mut bad = report.clone();
    bad["runs"][0]["strange"] = 1.into();
    assert!(errors(&bad)[0].contains("has a strange strange"));
    let mut bad = report.clone();
    bad["runs"][0].as_object_mut().expect("a run").remove("tool");
    assert!(errors(&bad)[0].contains("lacks \"tool\""));
    let mut bad = report;
    let rules = bad["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules");
    rules.push(rules[0].clone());
    assert!(errors(&bad)[0].contains("holds something twice"));
}
