use super::*;

fn inner(text: &str) -> (Body, Vec<String>) {
    let read = one(text);
    let body = match &read.action {
        Action::Do(block) => block.body.clone(),
        Action::CreateFunction(function) => (**function.body.as_ref().expect("a body")).clone(),
        other => panic!("{other:?}"),
    };
    let statements = body.statements.iter();
    let said = statements.map(|inner| {
        let mark = if inner.conditional { "?" } else { "" };
        assert!(!matches!(inner.statement.action, Action::Unread), "{}", read.at(inner.statement.span));
        format!("{mark}{}", read.at(inner.statement.span))
    });
    let said = said.collect();
    (body, said)
}

#[test]
fn what_is_written_out_in_a_block_is_read() {
    let (body, said) = inner(
        "DO $x$ DECLARE r record; n int := 1; BEGIN\n  ALTER TABLE t ADD a int;\n  <<again>> n := n + 1;\n  IF NOT EXISTS (SELECT 1 FROM u WHERE CASE WHEN a THEN true END) THEN CREATE INDEX i ON t (a); ELSIF n = 2 THEN DROP TABLE b; ELSE UPDATE t SET a = 1; END IF;\n  FOR r IN SELECT 1 LOOP EXECUTE 'DROP TABLE c'; EXECUTE format('DROP TABLE %I', r.x); END LOOP;\n  PERFORM f(1);\n  SELECT a INTO n FROM v;\n  DROP VIEW w;\nEXCEPTION WHEN duplicate_object THEN TRUNCATE d; END $x$",
    );
    assert_eq!(
        said,
        [
            "ALTER TABLE t ADD a int",
            "?CREATE INDEX i ON t (a)",
            "?DROP TABLE b",
            "?UPDATE t SET a = 1",
            "SELECT 1",
            "?DROP TABLE c",
            "f(1)",
            "SELECT a INTO n FROM v",
            "DROP VIEW w",
            "?TRUNCATE d",
        ]
    );
    assert!(body.catches && body.complete && body.dynamic.len() == 1);
}

#[test]
fn functions_say_how_often_they_answer_the_same() {
    let text = "CREATE OR REPLACE FUNCTION app.f(IN a int DEFAULT 1, b character varying, double precision, OUT c text[], VARIADIC d int[] = '{}') RETURNS SETOF app.t LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$ INSERT INTO t VALUES (1); SELECT 1; $$";
    let read = one(text);
    let Action::CreateFunction(function) = &read.action else { panic!("no function") };
    assert_eq!(read.at(function.keywords), "CREATE OR REPLACE FUNCTION");
    assert!(read.at(function.signature).starts_with("(IN a int") && function.or_replace && function.security_definer);
    let arguments: Vec<(Option<&str>, &str)> = function
        .arguments
        .iter()
        .map(|argument| (argument.name.as_ref().map(|name| &*name.text), &*argument.data_type.name))
        .collect();
    let wanted = [(Some("a"), "int4"), (Some("b"), "varchar"), (None, "float8"), (Some("c"), "text"), (Some("d"), "int4")];
    assert_eq!(arguments, wanted);
    assert_eq!((function.volatility, function.returns.as_ref().map(|to| to.set_of)), (Volatility::Stable, Some(true)));
    assert_eq!(function.settings[0].value.as_deref(), Some("app, pg_temp"));
    assert_eq!(inner(text).1, ["INSERT INTO t VALUES (1)", "SELECT 1"]);
    let (_, atomic) = inner("CREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM a; DELETE FROM b; END");
    assert_eq!(atomic, ["DELETE FROM a", "DELETE FROM b"]);
    let Action::CreateFunction(plain) =
        one("CREATE FUNCTION f(int) RETURNS TABLE (a int, b text) IMMUTABLE LANGUAGE 'plpgsql' AS $$BEGIN END$$").action
    else {
        panic!("no function")
    };
    assert_eq!((plain.volatility, plain.returns.map(|to| to.name)), (Volatility::Immutable, Some("record".into())));
    let Action::CreateFunction(foreign) =
        one("CREATE FUNCTION f() RETURNS int AS 'lib', 'sym' LANGUAGE c STRICT PARALLEL SAFE COST 5").action
    else {
        panic!("no function")
    };
    assert!(foreign.body.is_none());
}

#[test]
fn quotes_inside_quotes_are_read() {
    for (text, statements) in [
        ("DO 'BEGIN EXECUTE ''DROP TABLE a''; END'", &["DROP TABLE a"][..]),
        (
            "DO $$ BEGIN EXECUTE 'ALTER TABLE a ALTER b SET DEFAULT ''it''''s''; DROP VIEW c'; END $$",
            &["ALTER TABLE a ALTER b SET DEFAULT ''it''''s''", "DROP VIEW c"],
        ),
        (
            "DO E'BEGIN\\n DROP TABLE a; UPDATE b SET c = \\'d\\' WHERE e; END'",
            &["DROP TABLE a", "UPDATE b SET c = \\'d\\' WHERE e"],
        ),
        (
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS '-- it''s\nUPDATE \"T\" SET a = E''z''; DELETE FROM u'",
            &["UPDATE \"T\" SET a = E''z''", "DELETE FROM u"],
        ),
        ("DO 'BEGIN EXECUTE ''UPDATE {{ t }} SET a = ''''z''''''; END'", &["UPDATE {{ t }} SET a = ''''z''''"]),
    ] {
        let (body, said) = inner(text);
        assert!(body.complete, "{text}");
        assert_eq!(said, statements, "{text}");
    }
    let read = one("DO 'BEGIN EXECUTE ''UPDATE \"T\" SET a = ''''it''''''''s''''''; END'");
    let Action::Do(block) = &read.action else { panic!("no block") };
    let Action::Update(update) = &block.body.statements[0].statement.action else { panic!("no update") };
    assert_eq!((update.table.text(), names(&update.columns)), ("T", vec!["a"]));
}

#[test]
fn a_body_that_cannot_be_read_says_so() {
    let (body, said) = inner("DO E'BEGIN \\x44ROP TABLE a; END'");
    assert!(!body.complete && said.is_empty());
    let (python, _) = inner("DO LANGUAGE plpython3u $$ import os $$");
    assert!(!python.complete && python.statements.is_empty());
}

#[test]
fn triggers_rules_and_policies_know_their_table() {
    let text = "CREATE CONSTRAINT TRIGGER g AFTER INSERT OR UPDATE OF a, b ON s.t FROM u DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION f('x')";
    let Action::CreateTrigger(trigger) = one(text).action else { panic!("no trigger") };
    assert!(trigger.constraint && trigger.each_row && trigger.when.is_some());
    assert_eq!((trigger.table.text(), trigger.function.text(), &*trigger.timing.text), ("s.t", "f", "after"));
    assert_eq!((names(&trigger.events), names(&trigger.columns)), (vec!["insert", "update"], vec!["a", "b"]));
    let after = "CREATE TRIGGER g AFTER DELETE ON t REFERENCING OLD TABLE AS o FOR EACH STATEMENT EXECUTE PROCEDURE f()";
    assert!(matches!(one(after).action, Action::CreateTrigger(trigger) if !trigger.each_row));
    let Action::CreateRule(rule) =
        one("CREATE RULE r AS ON INSERT TO t WHERE (a) DO INSTEAD (DELETE FROM x; UPDATE y SET a = 1)").action
    else {
        panic!("no rule")
    };
    assert_eq!((rule.table.text(), rule.statements.len(), rule.instead), ("t", 2, true));
    assert!(
        matches!(one("CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING").action, Action::CreateRule(rule) if rule.statements.is_empty())
    );
    let Action::CreatePolicy(policy) =
        one("CREATE POLICY p ON t AS RESTRICTIVE FOR UPDATE TO a, PUBLIC USING (x = current_user) WITH CHECK (f(x))").action
    else {
        panic!("no policy")
    };
    assert!(policy.restrictive && policy.roles.len() == 2 && policy.using.is_some() && policy.check.is_some());
    assert!(matches!(one("ALTER POLICY p ON t TO a").action, Action::AlterPolicy(_)));
    assert!(matches!(one("ALTER POLICY p ON t RENAME TO q").action, Action::AlterObject(object) if object.on.is_some()));
}
