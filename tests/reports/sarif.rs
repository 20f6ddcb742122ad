//! What code scanning asks of SARIF beyond its schema.

use gonogo::diagnostic::{Fix, Place};
use gonogo::source::Span;
use serde_json::Value;

use super::{FIXTURES, fixture, indexes, report, schema, with_states, written};
use gonogo::rule::suppression::Origin;

fn sarif(report: &gonogo::report::Report) -> Value {
    let value: Value = serde_json::from_str(&written(report, "sarif")).expect("JSON");
    schema::assert_valid(&value);
    value
}

#[test]
fn rules_say_all_that_code_scanning_shows() {
    let report = sarif(&fixture("nogo"));
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(rules.len() > 5);
    for rule in rules {
        for pointer in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
            assert!(rule.pointer(pointer).and_then(Value::as_str).is_some_and(|text| text.len() > 20), "{rule}");
        }
        let properties = &rule["properties"];
        assert!(properties["tags"].as_array().is_some_and(|tags| (1..=10).contains(&tags.len())));
        assert!(["error", "warning", "recommendation"].contains(&properties["problem.severity"].as_str().expect("a word")));
        assert!(["very-high", "high", "medium", "low"].contains(&properties["precision"].as_str().expect("a word")));
        // It would make security findings of them all.
        assert!(properties.get("security-severity").is_none());
        assert!(rule["defaultConfiguration"]["level"].is_string());
    }
}

#[test]
fn nothing_of_the_source_and_of_this_machine_is_in_it() {
    for name in FIXTURES {
        let text = written(&fixture(name), "sarif");
        assert!(!text.contains("\"snippet\"") && !text.contains("file:/"), "{name}");
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{name}");
    }
}

#[test]
fn both_fingerprints_are_there_and_stay_when_lines_are_added_on_top() {
    let text = "CREATE INDEX i ON t (a);\nSELECT 1;\n";
    let prints = |text: &str| sarif(&report(&[("db/1_a.sql", text)]))["runs"][0]["results"][0]["partialFingerprints"].clone();
    let before = prints(text);
    assert!(before["gonogo/v1"].as_str().is_some_and(|print| print.len() == 16));
    assert!(before["primaryLocationLineHash"].as_str().is_some_and(|print| print.ends_with(":1")));
    assert_eq!(before, prints(&format!("\n\n-- a comment\n{text}")));
}

/// GitHub hashes the bytes on disk, and reads what is no UTF-8 as if it were.
#[test]
fn line_hashes_are_of_the_file_as_it_lies_on_disk() {
    let hash = |bytes: &[u8]| {
        let scratch = crate::support::Scratch::new(&[]);
        scratch.write("db/1_a.sql", bytes);
        let run = crate::support::gonogo(scratch.path(), &["check", ".", "--output", "sarif"]);
        let value: Value = serde_json::from_str(&run.out).expect("JSON");
        value["runs"][0]["results"][0]["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::to_owned)
    };
    let plain = hash("CREATE INDEX i ON t (a); -- \u{FFFD}".as_bytes());
    assert!(plain.is_some());
    assert_eq!(hash(b"CREATE INDEX i ON t (a); -- \xE9"), plain);
    assert_ne!(hash(b"\xEF\xBB\xBFCREATE INDEX i ON t (a);"), hash(b"CREATE INDEX i ON t (a);"));
    let wide: Vec<u8> = "\u{FEFF}CREATE INDEX i ON t (a);".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(hash(&wide), None);
}

#[test]
fn columns_count_characters() {
    let report = sarif(&report(&[("db/1_a.sql", "/* 😀ä */ CREATE INDEX i ON t (a);\n")]));
    let run = &report["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
    let wanted = serde_json::json!({ "startLine": 1, "startColumn": 10, "endLine": 1, "endColumn": 22 });
    assert_eq!(*region, wanted);
}

#[test]
fn edits_are_fixes_with_exact_regions() {
    let mut report = with_states(Origin::Source);
    let finding = &mut report.roots[0].findings[0];
    let source = finding.diagnostic.primary.place.source;
    let place = |start, end| Place { source, span: Span { start, end } };
    finding.diagnostic.fixes = vec![
        Fix { place: place(12, 12), replacement: " CONCURRENTLY".to_owned() },
        Fix { place: place(27, 28), replacement: "\n<&>".to_owned() },
    ];
    let value = sarif(&report);
    let change = &value["runs"][0]["results"][0]["fixes"][0]["artifactChanges"];
    assert_eq!(change.as_array().expect("files").len(), 1);
    assert_eq!(change[0]["artifactLocation"]["uri"], "db/1_a.sql");
    let replacements = change[0]["replacements"].as_array().expect("edits");
    let insert = serde_json::json!({ "startLine": 1, "startColumn": 13, "endLine": 1, "endColumn": 13 });
    assert_eq!((replacements.len(), &replacements[0]["deletedRegion"]), (2, &insert));
    assert_eq!(replacements[0]["insertedContent"]["text"], " CONCURRENTLY");
    assert_eq!(replacements[1]["insertedContent"]["text"], "\n<&>");
    let line = &replacements[1]["deletedRegion"]["startLine"];
    assert_eq!(*line, 2);
}

#[test]
fn of_too_many_findings_the_worst_are_kept_and_the_rest_counted() {
    // One mild finding first in the file, 6,000 bad ones after it.
    let text = format!("SET lock_timeout = 9; ALTER TABLE t DROP COLUMN IF EXISTS c;\n{}", indexes(6_000));
    let value = sarif(&report(&[("db/1_a.sql", &text)]));
    let run = &value["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 5_000);
    assert!(results.iter().all(|result| result["level"] == "error"));
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    let left: Vec<_> = notifications.iter().filter(|one| one["descriptor"]["id"] == "left-out").collect();
    assert!(
        left.len() == 1 && left[0]["message"]["text"].as_str().is_some_and(|text| text.contains("1000 high · 1 medium")),
        "{left:?}"
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}
