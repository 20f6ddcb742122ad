//! `gonogo locks`: the JSON is an interface, the text is for people.

use crate::support::{Run, Scratch, gonogo};

const FILES: &[(&str, &str)] = &[
    ("db/migrations/0001_orders.sql", "CREATE TABLE orders (id bigint PRIMARY KEY, state text);\n"),
    (
        "db/migrations/0002_state.sql",
        "SET lock_timeout = '2s';\nALTER TABLE orders\n  ALTER COLUMN state SET NOT NULL,\n  ADD CONSTRAINT s UNIQUE (state);\nCREATE INDEX CONCURRENTLY i ON shipments (id);\n",
    ),
];

fn locks(arguments: &[&str]) -> Run {
    let scratch = Scratch::new(FILES);
    let all: Vec<&str> = ["locks", "."].iter().chain(arguments).copied().collect();
    gonogo(scratch.path(), &all)
}

#[test]
fn the_json_has_the_shape_that_it_promises() {
    let run = locks(&["--output", "json", "--engine", "postgres:15"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let table: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((&table["schema_version"], &table["engine"], &table["version"]), (&1.into(), &"postgres".into(), &15.into()));
    let second = &table["migrations"][1];
    assert_eq!(second["path"], "db/migrations/0002_state.sql");
    assert_eq!((&second["direction"], &second["transaction"]), (&"up".into(), &"single".into()));
    let kinds: Vec<_> = second["statements"].as_array().expect("statements").iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["set", "alter-table", "create-index"]);
    let expected = serde_json::json!({
        "line": 2, "end_line": 4, "kind": "alter-table", "transactional": true, "error": null,
        "relations": [{
            "name": "orders", "lock": "ACCESS EXCLUSIVE", "blocks": ["select", "insert", "update"], "rewrite": false,
            "scan": true, "index_builds": ["s"], "certainty": "certain",
        }],
    });
    assert_eq!(second["statements"][1], expected);
    let concurrent = &second["statements"][2];
    assert_eq!(
        (&concurrent["transactional"], &concurrent["relations"][0]["lock"]),
        (&false.into(), &"SHARE UPDATE EXCLUSIVE".into())
    );
    // What a statement makes itself nobody waits for.
    assert_eq!(table["migrations"][0]["statements"][0]["relations"], serde_json::json!([]));
}

#[test]
fn the_text_names_the_worst_first() {
    let run = locks(&[]);
    assert!(run.out.contains("PostgreSQL 14"), "{}", run.out);
    let worst = run.out.split("worst first\n").nth(1).expect("a summary");
    let first = worst.split('\n').next().unwrap_or_default();
    assert!(first.contains("0002_state.sql:2  ACCESS EXCLUSIVE on orders: blocks select, insert, update"), "{worst}");
    assert!(run.out.split('\n').all(|line| line.chars().count() <= 120), "{}", run.out);
    let table = locks(&["--output", "markdown"]).out;
    assert!(table.contains("| alter-table | orders | ACCESS EXCLUSIVE |"), "{table}");
}

#[test]
fn another_server_or_version_is_refused_with_a_hint() {
    for engine in ["mysql:8", "postgres:9", "postgres"] {
        let run = locks(&["--engine", engine]);
        assert!(run.code == 2 && run.err.contains("postgres:15"), "{engine}: {}", run.err);
    }
}
