use super::*;

fn query(text: &str) -> Query {
    match one(text).action {
        Action::Query(query) => *query,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn queries_say_what_they_read() {
    for (text, reads) in [
        (
            "SELECT * FROM a, b.c AS x JOIN ONLY d USING (e) LEFT JOIN LATERAL (SELECT 1 FROM f) g ON true WHERE h",
            &["a", "b.c", "d", "f"][..],
        ),
        (
            "WITH RECURSIVE x (n) AS (SELECT 1 FROM a UNION ALL SELECT n FROM x), y AS MATERIALIZED (TABLE b) SELECT * FROM x, y, d",
            &["a", "b", "d"],
        ),
        ("SELECT extract(epoch FROM a), substring(b FROM 2 FOR 3), c IS NOT DISTINCT FROM d FROM t", &["t"]),
        ("SELECT * FROM generate_series(1, 3) AS g (n), ROWS FROM (f(1), g(2)) r, t TABLESAMPLE system (1)", &["t"]),
        ("SELECT 1 FROM (a CROSS JOIN b) WHERE EXISTS (SELECT FROM c) AND d IN (SELECT e FROM f)", &["a", "b", "c", "f"]),
        ("(SELECT 1 FROM a) UNION (SELECT 2 FROM b ORDER BY 1) LIMIT 1", &["a", "b"]),
        ("VALUES (1, (SELECT max(x) FROM a))", &["a"]),
        ("SELECT count(*) FILTER (WHERE a) OVER w FROM t WINDOW w AS (ORDER BY b)", &["t"]),
        ("SELECT 1", &[]),
    ] {
        assert_eq!(texts(&query(text).reads), reads, "{text}");
    }
    assert!(query("SELECT t.* FROM t").star && query("SELECT * FROM t").star && !query("SELECT a * b, count(*) FROM t").star);
    assert_eq!(query("SELECT 1 FROM t FOR NO KEY UPDATE OF t SKIP LOCKED").locks_rows, Some(RowLock::Update));
    assert_eq!(query("SELECT 1 FROM t FOR KEY SHARE").locks_rows, Some(RowLock::Share));
    assert!(query("SELECT substring(a FOR 2) FROM t").locks_rows.is_none());
    let called = query("SELECT setval('s', 500), app.f(a)");
    let calls: Vec<&str> = called.calls.iter().map(|call| call.name.text()).collect();
    assert_eq!(calls, ["setval", "app.f"]);
    let written = query("WITH gone AS (DELETE FROM a WHERE b RETURNING *) SELECT * FROM gone");
    assert!(matches!(&written.writes[0].action, Action::Delete(delete) if delete.table.text() == "a"));
    assert!(written.reads.is_empty());
}

#[test]
fn queries_say_of_what_they_read_hardly_anything() {
    for (text, hardly) in [
        ("SELECT EXISTS (SELECT FROM a), NOT EXISTS (SELECT 1 FROM b GROUP BY c ORDER BY d)", &["a", "b"][..]),
        ("SELECT EXISTS (SELECT FROM a), count(*) FROM a", &[]),
        ("SELECT EXISTS (SELECT max(c) FROM a), EXISTS (SELECT 1 FROM b WHERE c = d), EXISTS (SELECT FROM e, f)", &[]),
        ("SELECT (SELECT c FROM a LIMIT 1), (SELECT c FROM b ORDER BY d LIMIT 1), (SELECT DISTINCT c FROM e LIMIT 1)", &["a"]),
        ("SELECT (SELECT coalesce(max(c), 0) FROM a LIMIT 1) FROM b", &[]),
        ("WITH x AS (SELECT * FROM a), y AS (SELECT * FROM x), z AS (SELECT * FROM b) SELECT * FROM z", &["a"]),
        ("WITH RECURSIVE x AS (SELECT 1 FROM a UNION ALL SELECT 1 FROM b JOIN x ON c) SELECT 1", &["a", "b"]),
        ("SELECT * FROM (WITH x AS (SELECT * FROM a) SELECT 1 FROM b) y, c", &["a"]),
        ("WITH x AS (SELECT * FROM a), y AS (DELETE FROM b WHERE c IN (SELECT d FROM x)) SELECT 1", &[]),
    ] {
        let query = query(text);
        let is_hardly = |name: &&Name| query.hardly.contains(&name.span);
        let told: Vec<&str> = query.reads.iter().filter(is_hardly).map(Name::text).collect();
        assert_eq!(told, hardly, "{text}");
    }
    // A name is not known in its own body, nor to the table of another schema.
    assert_eq!(texts(&query("WITH a AS (SELECT * FROM a) SELECT * FROM a, s.a").reads), ["a", "s.a"]);
    let Action::Query(outer) = one("WITH x AS (SELECT 1 FROM a), y AS (INSERT INTO b SELECT * FROM x) SELECT 1").action else {
        panic!("no query")
    };
    let Action::Insert(insert) = &outer.writes[0].action else { panic!("no insert") };
    assert!(insert.source.reads.is_empty() && outer.hardly.is_empty());
}

#[test]
fn rows_are_written_to_a_table_from_somewhere() {
    let Action::Insert(insert) =
        one("INSERT INTO s.t AS x (a, b) VALUES (1, 'x'), (2, f(3)) ON CONFLICT (a) DO UPDATE SET b = 1 RETURNING a").action
    else {
        panic!("no insert")
    };
    assert_eq!((insert.table.text(), names(&insert.columns), insert.rows), ("s.t", vec!["a", "b"], Some(2)));
    assert_eq!((insert.on_conflict.map(|action| action.text), insert.source.reads.len()), (Some("update".into()), 0));
    for (text, rows, reads) in [
        ("INSERT INTO t SELECT * FROM u WHERE a ON CONFLICT DO NOTHING", None, &["u"][..]),
        ("INSERT INTO t (SELECT 1 FROM u)", None, &["u"]),
        ("INSERT INTO t DEFAULT VALUES", Some(1), &[]),
        ("WITH x AS (SELECT 1 FROM u) INSERT INTO t SELECT * FROM x, v", None, &["v", "u"]),
        ("INSERT INTO t VALUES ((SELECT a FROM u))", Some(1), &["u"]),
        ("INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (1)", Some(1), &[]),
    ] {
        let Action::Insert(insert) = one(text).action else { panic!("{text}") };
        assert_eq!((insert.rows, texts(&insert.source.reads)), (rows, reads.to_vec()), "{text}");
    }
}

#[test]
fn changes_of_rows_say_which() {
    let Action::Update(update) =
        one("UPDATE ONLY t AS x SET a = CASE WHEN b IS DISTINCT FROM c THEN 1 END, (d, e) = (SELECT 1, 2 FROM u) FROM v WHERE x.id = 5 AND f IN (SELECT g FROM w) RETURNING *")
            .action
    else {
        panic!("no update")
    };
    assert_eq!((update.table.text(), update.only, names(&update.columns)), ("t", true, vec!["a", "d", "e"]));
    assert_eq!(texts(&update.source.reads), ["u", "v", "w"]);
    assert_eq!(update.condition.expect("a condition").terms.len(), 2);
    let Action::Delete(delete) = one("DELETE FROM t USING u WHERE t.a = u.a").action else { panic!("no delete") };
    assert_eq!((texts(&delete.source.reads), delete.condition.is_some()), (vec!["u"], true));
    let Action::Delete(all) = one("DELETE FROM t").action else { panic!("no delete") };
    assert!(all.condition.is_none());
    let Action::Merge(merge) = one(
        "MERGE INTO t USING (SELECT * FROM u) x ON t.a = x.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1)",
    )
    .action
    else {
        panic!("no merge")
    };
    assert_eq!((merge.table.text(), texts(&merge.source.reads)), ("t", vec!["u"]));
    for (text, from, table) in [
        ("COPY t (a, b) FROM STDIN WITH (FORMAT csv)", true, Some("t")),
        ("COPY s.t TO '/x' CSV HEADER", false, Some("s.t")),
        ("COPY (SELECT * FROM u) TO PROGRAM 'cat'", false, None),
    ] {
        let Action::Copy(copy) = one(text).action else { panic!("{text}") };
        assert_eq!((copy.from, copy.table.as_ref().map(Name::text)), (from, table), "{text}");
    }
}

#[test]
fn sessions_and_transactions_say_what_holds() {
    for (text, scope, name, value) in [
        ("SET lock_timeout = '5s'", Scope::Session, "lock_timeout", SetValue::To(vec!["5s".into()])),
        ("SET LOCAL statement_timeout TO 0", Scope::Local, "statement_timeout", SetValue::To(vec!["0".into()])),
        ("SET SESSION search_path = App, \"Öl\"", Scope::Session, "search_path", SetValue::To(vec!["app".into(), "Öl".into()])),
        ("SET TIME ZONE 'UTC'", Scope::Session, "timezone", SetValue::To(vec!["UTC".into()])),
        ("SET TimeZone TO DEFAULT", Scope::Session, "timezone", SetValue::Default),
        ("SET LOCAL ROLE admin", Scope::Local, "role", SetValue::To(vec!["admin".into()])),
        ("SET app.user_id = 5", Scope::Session, "app.user_id", SetValue::To(vec!["5".into()])),
        ("SELECT pg_catalog.set_config('search_path', '', false)", Scope::Session, "search_path", SetValue::To(vec!["".into()])),
        ("SELECT set_config('a.b', 'c', true)", Scope::Local, "a.b", SetValue::To(vec!["c".into()])),
        ("RESET ALL", Scope::Session, "all", SetValue::Default),
        ("RESET lock_timeout", Scope::Session, "lock_timeout", SetValue::Default),
    ] {
        let Action::Set(set) = one(text).action else { panic!("{text}") };
        assert_eq!((set.scope, &*set.name, set.value), (scope, name, value), "{text}");
    }
    for (text, wanted) in [
        ("BEGIN", Transaction::Begin),
        ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY", Transaction::Begin),
        ("END TRANSACTION", Transaction::Commit(false)),
        ("COMMIT AND CHAIN", Transaction::Commit(true)),
        ("ABORT", Transaction::Rollback(false)),
        ("PREPARE TRANSACTION 'x'", Transaction::Prepare),
        ("COMMIT PREPARED 'x'", Transaction::FinishPrepared),
        ("SET CONSTRAINTS ALL DEFERRED", Transaction::Set),
        ("SET TRANSACTION READ WRITE", Transaction::Set),
    ] {
        assert!(matches!(one(text).action, Action::Transaction(found) if found == wanted), "{text}");
    }
    assert!(
        matches!(one("ROLLBACK TO SAVEPOINT a").action, Action::Transaction(Transaction::RollbackTo(name)) if &*name.text == "a")
    );
    assert!(matches!(one("RELEASE a").action, Action::Transaction(Transaction::Release(_))));
    assert!(matches!(one("SAVEPOINT a").action, Action::Transaction(Transaction::Savepoint(_))));
}
