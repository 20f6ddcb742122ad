//! `gonogo locks`: the JSON is an interface, the tables are for people.

use serde_json::{Value, json};

use crate::repository::{INDEX, Repository, TABLE};
use crate::support::{Run, Scratch, files_below, golden, gonogo, root};

fn locks(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = ["locks"].iter().chain(arguments).copied().collect();
    gonogo(Scratch::new(files).path(), &arguments)
}

fn json_of(files: &[(&str, &str)], arguments: &[&str]) -> Value {
    let run = locks(files, &[&["--output", "json"], arguments].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    serde_json::from_str(&run.out).expect("JSON")
}

/// The statements of the last migration.
fn last(table: &Value) -> Vec<Value> {
    let migrations = table["migrations"].as_array().expect("migrations");
    migrations.last().expect("a migration")["statements"].as_array().expect("statements").clone()
}

const ORDERS: &str = "CREATE TABLE orders (id bigint, state text);\n";

#[test]
fn the_json_has_the_shape_that_it_promises() {
    let second = "SET lock_timeout = '2s';\nALTER TABLE public.orders\n  ADD PRIMARY KEY (id);\n";
    let table = json_of(&[("1_orders.sql", ORDERS), ("2_key.sql", second)], &["--engine", "postgres:15"]);
    let statement = |line: u32, end: u32, kind: &str, relations: Value| {
        json!({
            "line": line, "end_line": end, "kind": kind, "transactional": true, "error": null, "relations": relations,
        })
    };
    let mut relation = json!({
        "name": "orders", "lock": "ACCESS EXCLUSIVE", "blocks": ["select", "insert", "update"],
        "rewrite": false, "scan": true, "index_builds": ["orders_pkey"], "certainty": "likely",
    });
    // Whether it holds rows is what this history does not tell.
    let migration = |path: &str, statements: Value| json!({ "path": path, "direction": "up", "transaction": "single", "statements": statements });
    let of = |relation: &Value| {
        json!({
            "schema_version": 1, "engine": "postgres", "version": 15, "migrations": [
                migration("1_orders.sql", json!([statement(1, 1, "create-table", json!([]))])),
                migration("2_key.sql", json!([
                    statement(1, 1, "set", json!([])), statement(2, 3, "alter-table", json!([relation])),
                ])),
            ],
        })
    };
    assert_eq!(table, of(&relation));
    let filled = format!("{ORDERS}INSERT INTO orders SELECT 1;\n");
    let table = json_of(&[("1_orders.sql", &filled), ("2_key.sql", second)], &["--engine", "pg:15.4"]);
    relation["certainty"] = json!("certain");
    assert_eq!(last(&table)[1]["relations"], json!([relation]));
}

#[test]
fn the_version_is_what_is_asked_or_found() {
    let files = [
        ("compose.yaml", "services: {db: {image: 'postgres:13'}}\n"),
        ("db/1_a.sql", ORDERS),
        ("db/2_b.sql", "CREATE UNIQUE INDEX i ON orders (id) NULLS NOT DISTINCT;\n"),
    ];
    let found = json_of(&files, &[]);
    assert_eq!(found["version"], 13);
    assert!(last(&found)[0]["error"].as_str().is_some_and(|error| error.contains("15")), "{found}");
    let text = locks(&files, &[]).out;
    assert!(text.contains("PostgreSQL 13, as compose.yaml:1 says") && text.contains("       fails: PostgreSQL 13"), "{text}");
    let asked = json_of(&files, &["--engine", "postgresql:16"]);
    assert_eq!((&asked["version"], &last(&asked)[0]["error"]), (&json!(16), &Value::Null));
    assert!(locks(&files, &["--engine", "postgres:16"]).out.contains("db: PostgreSQL 16, as asked"));
    // Where several are named, the table is that of the lowest.
    let both = "services: {a: {image: 'postgres:13'}, b: {image: 'postgres:16'}}\n".replace(", b", ",\n b");
    let several = locks(&[("compose.yaml", &both), files[1], files[2]], &[]).out;
    assert!(several.contains("differs on PostgreSQL 16: --engine postgres:16 tells how"), "{several}");
    for (engine, hint) in
        [("mysql:8", "MySQL"), ("postgres:9", "from 11 to"), ("postgres:x", "such as 15"), ("x:1", "postgres:15")]
    {
        let run = locks(&files, &["--engine", engine]);
        assert!(run.code == 2 && run.err.contains(hint), "{engine}: {} {}", run.code, run.err);
    }
}

/// Whether something runs is asked of the lowest version that is named, what it costs of each.
#[test]
fn findings_count_what_it_costs_on_the_dearest_version() {
    let reindex = |compose: &str| {
        let made = "CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);\nCREATE TABLE q PARTITION OF p DEFAULT;\n\
                    CREATE INDEX i ON p (id);\n";
        let files = [("compose.yaml", compose), ("db/1_a.sql", made), ("db/2_b.sql", "REINDEX TABLE p;\n")];
        gonogo(Scratch::new(&files).path(), &["check", "--all", "--select", "blocking-reindex"]).out
    };
    // Before 14 the partitions of a table are passed over.
    let old = "services:\n  a: {image: 'postgres:13'}\n";
    assert!(!reindex(old).contains("[blocking-reindex]"), "{}", reindex(old));
    let both = reindex(&format!("{old}  b: {{image: 'postgres:16'}}\n"));
    for words in [
        "high[blocking-reindex]",
        "PostgreSQL 13, as compose.yaml:2 says, the lowest that is named: compose.yaml:3 says 16",
        "it costs this on PostgreSQL 16 (compose.yaml:3), and less on the lowest version",
    ] {
        assert!(both.contains(words), "{words}\n{both}");
    }
}

#[test]
fn a_statement_is_told_without_its_comments_and_nothing_twice() {
    let update = "WITH a AS ( -- the newest of each\n  SELECT id FROM orders /* all */ ) UPDATE orders SET state = 'x'\n  \
                  WHERE id IN (SELECT id FROM a);\n";
    let out = locks(&[("1_a.sql", ORDERS), ("2_b.sql", update)], &[]).out;
    assert!(out.contains("WITH a AS ( SELECT id FROM orders ) UPDATE orders SET"), "{out}");
    assert!(out.contains(": every row is read to find those that are meant\n"), "{out}");
}

#[test]
fn a_lock_is_held_as_long_as_its_transaction() {
    let until = |text: &str| {
        let out = locks(&[("1_a.sql", text)], &[]).out;
        let rows = out.split('\n').filter(|line| line.starts_with("       ") && line.contains(" EXCLUSIVE "));
        rows.map(|row| row[row.len() - 17..].trim().to_owned()).collect::<Vec<_>>()
    };
    let alter = "ALTER TABLE t ADD a int;\n";
    assert_eq!(until(alter), ["end of migration"]);
    for mark in ["-- +goose NO TRANSACTION\n", "-- migrate:up transaction:false\n"] {
        assert_eq!(until(&format!("{mark}{alter}")), ["end of statement"], "{mark}");
    }
    assert_eq!(until(&format!("BEGIN;\n{alter}COMMIT;\n{alter}")), ["COMMIT in line 3", "end of statement"]);
    assert_eq!(until(&format!("{alter}COMMIT;\nBEGIN;\n{alter}")), ["COMMIT in line 2", "end of migration"]);
    assert_eq!(until("CREATE INDEX CONCURRENTLY i ON t (a);\n"), ["end of statement"]);
    let transaction = |text: &str| json_of(&[("1_a.sql", text)], &[])["migrations"][0]["transaction"].clone();
    assert_eq!(transaction(&format!("BEGIN;\n{alter}COMMIT;\n{alter}")), "explicit");
    assert_eq!(transaction("-- no-transaction\nALTER TABLE t ADD a int;\n"), "none");
}

#[test]
fn the_worst_is_what_holds_others_up_while_work_goes_on() {
    let text = "ALTER TABLE a ADD x int;\nALTER TABLE b ALTER y TYPE bigint;\nALTER TABLE c ADD z int;\n\
                CREATE INDEX CONCURRENTLY i ON d (x);\n";
    let out = locks(&[("1_a.sql", text)], &[]).out;
    let (_, summary) = out.split_once("The worst first:\n").expect("a summary");
    let places: Vec<&str> = summary.split('\n').filter_map(|line| line.strip_prefix("  1_a.sql:")).collect();
    assert_eq!(places, ["4", "2", "1", "3"], "{out}");
    assert!(out.contains("its locks are still held while line 2 works"), "{out}");
    assert!(out.contains("fails inside a transaction: it commits between"), "{out}");
    let tally = "\n4 statements · 1 fails · others wait long for 2 · others wait a moment for 1 · the one migration pending ";
    assert!(out.contains(tally), "{out}");
}

#[test]
fn pending_is_what_a_check_would_judge() {
    let repository = Repository::shipped();
    let ask = |flags: &[&str]| gonogo(repository.0.path(), &[&["locks", "--output", "json"], flags].concat());
    let paths = |run: &Run| {
        let table: Value = serde_json::from_str(&run.out).expect("JSON");
        let migrations = table["migrations"].as_array().expect("migrations");
        migrations.iter().map(|it| it["path"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((ask(&[]).code, paths(&ask(&[])).len()), (0, 0));
    repository.write("db/3_c.sql", "CREATE INDEX j ON t (a);\n").write("db/3_c.down.sql", "DROP INDEX j;\n");
    assert_eq!(paths(&ask(&[])), ["db/3_c.sql"]);
    assert_eq!(paths(&ask(&["--all"])), ["db/1_a.sql", "db/2_b.sql", "db/3_c.sql"]);
    assert_eq!(paths(&ask(&["db/2_b.sql"])), ["db/2_b.sql"]);
    let first = repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
    assert_eq!(paths(&ask(&["--base", &first])), ["db/3_c.sql"]);
    // A table that shipped may hold rows by now, one of the same change cannot.
    repository.write("db/4_d.sql", "CREATE TABLE u (a int);\n").write("db/5_e.sql", "ALTER TABLE u ALTER a TYPE bigint;\n");
    let table: Value = serde_json::from_str(&ask(&[]).out).expect("JSON");
    assert_eq!(last(&table)[0]["relations"][0]["rewrite"], false);
    let text = gonogo(repository.0.path(), &["locks"]).out;
    assert!(
        text.contains("ACCESS EXCLUSIVE        nobody yet") && text.contains(" · 3 of 5 migrations pending since "),
        "{text}"
    );
    let run = ask(&["--base", "nowhere"]);
    assert_eq!(run.code, 3, "{}", run.out);
    let text = gonogo(repository.0.path(), &["locks", "--base", "nowhere"]).out;
    assert!(text.contains("not judged: db: nobody can tell which migrations have shipped: "), "{text}");
}

#[test]
fn without_migrations_there_is_no_answer() {
    let run = locks(&[("a.txt", "x")], &[]);
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (3, "", "gonogo: nothing here is a migration that gonogo knows\n")
    );
    let run = locks(&[("db/mysql/1_a.sql", TABLE)], &[]);
    assert!(run.code == 3 && run.err.contains("are for MySQL, whose locks are not known yet"), "{}", run.err);
    let run = locks(&[("db/1_a.sql", TABLE), ("web.yaml", "a: [")], &[]);
    assert_eq!(run.code, 0, "what is no migration does not count: {}{}", run.out, run.err);
    for (flags, hint) in [
        (&["--output", "sarif"][..], "text, json, markdown"),
        (&["--fail-on", "low"], "such flags are for `gonogo check`"),
        (&["--select", "blocking-index"], "such flags are for `gonogo check`"),
        (&["--output", "json", "--output", "text"], "only one report can go to standard output"),
        (&["nowhere"], "there is nothing at nowhere"),
    ] {
        let run = locks(&[("db/1_a.sql", INDEX)], flags);
        assert!(run.code == 2 && run.err.contains(hint), "{flags:?}: {} {}", run.code, run.err);
    }
}

#[test]
fn a_service_on_a_bad_day_reads_well_in_120_columns() {
    let fixture = root().join("fixtures/nogo");
    // In no repository, wherever this one is.
    let scratch = Scratch::new(&[]);
    for file in files_below(&fixture) {
        let below = file.strip_prefix(&fixture).expect("below").to_string_lossy().replace('\\', "/");
        scratch.write(&below, &std::fs::read(&file).expect("a file"));
    }
    for (format, extension) in [("text", "locks.txt"), ("markdown", "locks.md"), ("json", "locks.json")] {
        let run = gonogo(scratch.path(), &["locks", "--all", "--output", format]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{format}");
        golden(&root().join(format!("fixtures/nogo.{extension}")), &run.out);
        let widest = run.out.split('\n').map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(format != "text" || widest <= 120, "{widest}");
    }
}

#[test]
fn no_name_and_no_secret_gets_out_of_the_tables() {
    let name = "x\n::error::y | `z` \u{1b}[31m\u{202E}@team";
    let text = format!("ALTER TABLE \"{name}\" ADD a int;\nUPDATE \"t::u\" SET password = 'hunter22swordfish';\n");
    let path = "db/1_::warning::a|b`c.sql";
    for format in ["text", "markdown", "json"] {
        let out = locks(&[(path, &text)], &["--output", format]).out;
        assert!(!out.contains(['\u{1b}', '\u{202E}']), "{format}: {out}");
        assert!(!out.split('\n').any(|line| line.trim_start().starts_with("::")), "{format}: {out}");
        assert!(!out.contains("hunter22"), "{format}: {out}");
        if format == "json" {
            let table: Value = serde_json::from_str(&out).expect("JSON");
            assert_eq!(table["migrations"][0]["path"], path);
            assert_eq!(table["migrations"][0]["statements"][0]["relations"][0]["name"], name);
        }
        if format == "markdown" {
            let rows = out.split('\n').filter(|line| line.starts_with("| "));
            assert!(rows.clone().count() > 2 && rows.clone().all(|row| row.matches('|').count() == 8), "{out}");
            assert!(!out.contains("@team") && !out.contains("`z`"), "{out}");
        }
    }
}
