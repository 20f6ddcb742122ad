//! What statements leave to those that come after them: rollbacks, sessions, and what nobody knows.

use gonogo::database::{Database, Effects};

use crate::truth::run;

/// What the model says of the last of some statements, on the newest server.
fn last(sql: &str) -> Effects {
    run(&mut Database::new(18), sql).pop().expect("a statement")
}

#[test]
fn a_rollback_takes_back_what_it_takes_back() {
    let not_null = "ALTER TABLE t ALTER c SET NOT NULL";
    let scans = |sql: &str| last(sql).impacts.iter().any(|impact| impact.scan);
    let begin = "CREATE TABLE t (c text); BEGIN;";
    assert!(!scans(&format!("{begin} {not_null}; COMMIT; {not_null}")));
    assert!(scans(&format!("{begin} {not_null}; ROLLBACK; {not_null}")));
    assert!(scans(&format!("{begin} SAVEPOINT s; {not_null}; ROLLBACK TO s; {not_null}")));
    assert!(!scans(&format!("{begin} {not_null}; SAVEPOINT s; {not_null}; ROLLBACK TO s; COMMIT; {not_null}")));
    assert!(!scans(&format!("{begin} SAVEPOINT s; {not_null}; RELEASE s; COMMIT; {not_null}")));
    assert!(scans(&format!("{begin} SAVEPOINT s; {not_null}; RELEASE s; ROLLBACK; {not_null}")));
    // Names come back as well, and what is dropped.
    let gone = last(&format!("{begin} ALTER TABLE t RENAME TO u; DROP TABLE u; ROLLBACK; {not_null}"));
    assert_eq!(gone.impacts[0].table.created.map(|place| place.span.start), Some(0));
}

#[test]
fn names_are_looked_for_where_the_session_looks() {
    let of = |sql: &str| last(sql).impacts.iter().map(|impact| impact.table.name.clone()).collect::<Vec<_>>();
    let tables = "CREATE SCHEMA a; CREATE TABLE a.t (c text); CREATE TABLE t (c text);";
    assert_eq!(of(&format!("{tables} SET search_path = a, public; DROP TABLE t")), ["a.t"]);
    assert_eq!(of(&format!("{tables} SET search_path = a; RESET search_path; DROP TABLE t")), ["t"]);
    assert_eq!(of(&format!("{tables} BEGIN; SET LOCAL search_path = a; COMMIT; DROP TABLE t")), ["t"]);
    assert_eq!(of(&format!("{tables} DROP TABLE public.t")), ["t"]);
}

#[test]
fn what_the_history_never_made_is_unknown() {
    let effects = last("ALTER TABLE t ALTER c TYPE bigint");
    assert!(effects.error.is_none() && effects.impacts[0].rewrite);
    assert_eq!(effects.impacts[0].sureness.word(), "likely");
    assert!(effects.impacts[0].table.created.is_none());
}

#[test]
fn a_table_takes_no_more_columns_than_the_server_does() {
    let wide = |columns: usize| {
        let columns: Vec<String> = (0..columns).map(|column| format!("c{column} int")).collect();
        format!("CREATE TABLE t ({})", columns.join(", "))
    };
    let fails = |sql: &str| last(sql).error.is_some();
    assert!(!fails(&wide(1600)) && fails(&wide(1601)));
    assert!(!fails(&format!("{}; ALTER TABLE t ADD x int", wide(1599))));
    assert!(fails(&format!("{}; ALTER TABLE t ADD x int", wide(1600))));
}

#[test]
fn what_another_session_made_for_itself_is_in_nobodys_way() {
    let made = "CREATE TEMPORARY TABLE t (a int)";
    let mut database = Database::new(17);
    let fails = |database: &mut Database| run(database, made).pop().expect("a statement").error.is_some();
    assert!(!fails(&mut database));
    assert!(fails(&mut database));
    database.end_script();
    assert!(!fails(&mut database));
}

#[test]
fn what_was_not_understood_may_have_cleared_the_way() {
    let known = "CREATE TABLE t (a int PRIMARY KEY)";
    assert!(last(&format!("{known}; ALTER TABLE t ADD PRIMARY KEY (a)")).error.is_some());
    let cleared = "DO $$ BEGIN EXECUTE current_setting('my.sql'); ALTER TABLE t ADD PRIMARY KEY (a); END $$";
    assert!(last(&format!("{known}; {cleared}")).error.is_none());
}

#[test]
fn who_reads_a_table_waits_for_the_locks_on_its_partitions() {
    let of = |name: &str, sql: &str| {
        let effects = last(sql);
        let impact = effects.impacts.iter().find(|impact| impact.table.name == name).expect("locked");
        (impact.blocks().len(), impact.blocks_in_all().len())
    };
    let parts = "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE q (a int); CREATE TABLE r PARTITION OF p DEFAULT;";
    let attach = "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1) TO (2)";
    // Nobody sees the new one before the transaction ends, but all see the default partition.
    assert_eq!(of("p", &format!("{parts} {attach}")), (0, 3));
    assert_eq!(of("p", &format!("{parts} DROP TABLE r; {attach}")), (0, 0));
    let inherits = "CREATE TABLE a (c int); CREATE TABLE b () INHERITS (a);";
    assert_eq!(of("a", &format!("{inherits} ALTER TABLE b NO INHERIT a")), (0, 3));
}

#[test]
fn a_hole_with_dots_in_it_is_one_schema() {
    let made = |schema: &str, then: &str| {
        let alter = [then, ".t ALTER c SET NOT NULL"].concat();
        let effects = last(&["CREATE TABLE ", schema, ".t (c text); ALTER TABLE ", &alter].concat());
        let [impact] = effects.impacts.as_slice() else { panic!("{effects:?}") };
        (impact.table.name.clone(), impact.table.created.is_some())
    };
    for hole in ["{{ .Values.one.schema }}", "\"{{ .Values.one.schema }}\"", "${db.schema}", "{{index .Options \"a.b\"}}"] {
        let (name, known) = made(hole, hole);
        // The name is told without what a template fills in.
        assert_eq!((known, name.as_str()), (true, "t"), "{hole}");
        // Nobody knows whether two holes are one schema, even if they end alike.
        assert!(!made(hole, "{{ .Values.two.schema }}").1, "{hole}");
        assert!(!made(hole, "schema").1 && !made("schema", hole).1, "{hole}");
    }
}
