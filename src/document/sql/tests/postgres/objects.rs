use super::*;

#[test]
fn what_is_dropped_is_named() {
    for (text, kind, dropped, cascade) in [
        ("DROP TABLE IF EXISTS a, s.b CASCADE", ObjectKind::Table, &["a", "s.b"][..], true),
        ("DROP INDEX CONCURRENTLY i RESTRICT", ObjectKind::Index, &["i"], false),
        ("DROP FUNCTION f(int, text[]), g", ObjectKind::Function, &["f", "g"], false),
        ("DROP MATERIALIZED VIEW m", ObjectKind::MaterializedView, &["m"], false),
        ("DROP TRIGGER g ON s.t", ObjectKind::Trigger, &["g"], false),
        ("DROP POLICY IF EXISTS p ON t", ObjectKind::Policy, &["p"], false),
        ("DROP RULE r ON t CASCADE", ObjectKind::Rule, &["r"], true),
        ("DROP TYPE a", ObjectKind::Type, &["a"], false),
        ("DROP FOREIGN TABLE f", ObjectKind::ForeignTable, &["f"], false),
        ("DROP USER MAPPING IF EXISTS FOR u SERVER s", ObjectKind::UserMapping, &[], false),
        ("DROP CAST (int AS text)", ObjectKind::Cast, &[], false),
        ("DROP OPERATOR CLASS c USING btree", ObjectKind::OperatorClass, &["c"], false),
        ("DROP DATABASE d WITH (FORCE)", ObjectKind::Database, &["d"], false),
    ] {
        let read = one(text);
        let Action::Drop(drop) = &read.action else { panic!("{text}") };
        assert_eq!((drop.kind, texts(&drop.names), drop.cascade.is_some()), (kind, dropped.to_vec(), cascade), "{text}");
        assert!(text.starts_with(read.at(drop.keywords)), "{text}");
        let is_of_a_table = matches!(kind, ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule);
        assert_eq!(drop.on.is_some(), is_of_a_table, "{text}");
    }
    let Action::Drop(drop) = one("DROP FUNCTION f(int), g").action else { panic!("no drop") };
    assert_eq!(drop.arguments.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn views_say_what_they_show() {
    let Action::CreateView(view) =
        one("CREATE OR REPLACE VIEW v (a, b) WITH (security_barrier) AS SELECT id, c FROM t WITH LOCAL CHECK OPTION").action
    else {
        panic!("no view")
    };
    assert!(view.or_replace && !view.materialized && view.settings.len() == 1);
    assert_eq!(
        (names(&view.columns), texts(&view.query.reads), names(&view.query.columns)),
        (vec!["a", "b"], vec!["t"], vec!["id", "c"])
    );
    let Action::CreateView(view) =
        one("CREATE MATERIALIZED VIEW IF NOT EXISTS m TABLESPACE x AS SELECT *, f(a) FROM t WITH NO DATA").action
    else {
        panic!("no view")
    };
    assert!(view.materialized && view.no_data && view.if_not_exists && view.query.star && view.query.outputs.is_none());
    for (text, outputs) in [
        ("SELECT a, t.b, c AS d, e f, count(*), g::text, 'x' h FROM t", Some(vec!["a", "b", "d", "f", "count", "g", "h"])),
        ("WITH x AS (SELECT 1) SELECT DISTINCT ON (a) a FROM x", Some(vec!["a"])),
        ("SELECT * FROM t", None),
        ("SELECT a + 1 FROM t", None),
        ("SELECT CASE WHEN a THEN b END FROM t", None),
    ] {
        let Action::CreateView(view) = one(&format!("CREATE VIEW v AS {text}")).action else { panic!("no view") };
        assert_eq!(view.query.outputs.as_deref().map(names), outputs, "{text}");
    }
}

#[test]
fn types_and_domains_are_read_to_their_values() {
    let Action::CreateType(mood) = one("CREATE TYPE s.mood AS ENUM ('a', 'b''c')").action else { panic!("no type") };
    assert!(matches!(&mood.definition, TypeDefinition::Enum(values) if &*values[1].text == "b'c"));
    let Action::CreateType(pair) = one("CREATE TYPE p AS (a int, b text COLLATE \"C\")").action else { panic!("no type") };
    assert!(matches!(&pair.definition, TypeDefinition::Composite(columns) if columns.len() == 2));
    assert!(
        matches!(one("CREATE TYPE r AS RANGE (SUBTYPE = float8)").action, Action::CreateType(range) if matches!(range.definition, TypeDefinition::Range(_)))
    );
    let change = |text: &str| match one(&format!("ALTER TYPE mood {text}")).action {
        Action::AlterType(alter) => alter.change,
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(change("ADD VALUE IF NOT EXISTS 'x' BEFORE 'y'"), TypeChange::AddValue { if_not_exists: true, place: Some((true, place)), .. } if &*place.text == "y")
    );
    assert!(matches!(change("RENAME VALUE 'a' TO 'b'"), TypeChange::RenameValue { .. }));
    assert!(matches!(change("RENAME ATTRIBUTE a TO b CASCADE"), TypeChange::RenameAttribute { .. }));
    assert!(
        matches!(change("ADD ATTRIBUTE a int CASCADE, DROP ATTRIBUTE b, ALTER ATTRIBUTE c TYPE text"), TypeChange::Attributes(list, true) if list.len() == 3)
    );
    let Action::CreateDomain(domain) =
        one("CREATE DOMAIN d AS text DEFAULT 'x' CONSTRAINT k CHECK (VALUE <> '') NOT NULL").action
    else {
        panic!("no domain")
    };
    assert_eq!((domain.constraints.len(), &*domain.data_type.name), (3, "text"));
    for (text, wanted) in [
        ("ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID", "AddConstraint"),
        ("VALIDATE CONSTRAINT k", "ValidateConstraint"),
        ("DROP CONSTRAINT IF EXISTS k CASCADE", "DropConstraint"),
        ("SET NOT NULL", "SetNotNull"),
        ("DROP DEFAULT", "DropDefault"),
        ("SET DEFAULT 'a'", "SetDefault"),
        ("RENAME TO e", "RenameTo"),
        ("ADD NOT NULL", "AddConstraint"),
    ] {
        let Action::AlterDomain(alter) = one(&format!("ALTER DOMAIN d {text}")).action else { panic!("{text}") };
        assert!(format!("{:?}", alter.change).starts_with(wanted), "{text}");
    }
}

#[test]
fn indexes_say_by_what() {
    let text = "CREATE INDEX i ON t USING gin (lower(a) COLLATE \"C\" s.ops (x = 1) DESC NULLS LAST, b, (c || d) text_pattern_ops) INCLUDE (e) NULLS NOT DISTINCT WITH (fillfactor = 70) TABLESPACE x WHERE f IS NOT NULL";
    let read = one(text);
    let Action::CreateIndex(index) = &read.action else { panic!("no index") };
    let places: Vec<&str> = index.elements.iter().map(|element| read.at(element.span)).collect();
    assert_eq!(places, ["lower(a) COLLATE \"C\" s.ops (x = 1) DESC NULLS LAST", "b", "(c || d) text_pattern_ops"]);
    let first = &index.elements[0];
    assert!(first.descending && first.nulls_first == Some(false) && first.class.is_some() && first.collation.is_some());
    assert!(matches!(&index.elements[1].expr.shape, Shape::Column(column) if &*column.text == "b"));
    assert!(index.nulls_not_distinct && index.tablespace.is_some() && names(&index.include) == ["e"]);
    assert!(matches!(&index.predicate.as_ref().expect("a condition").terms[..], [Term::NotNull(_)]));
    let Action::CreateStatistics(statistics) = one("CREATE STATISTICS s.st (ndistinct, mcv) ON a, (b + 1) FROM t").action else {
        panic!("no statistics")
    };
    assert_eq!((statistics.elements.len(), statistics.table.text()), (2, "t"));
}

#[test]
fn maintenance_and_locks_name_their_tables() {
    let reindex = |text: &str| match one(text).action {
        Action::Reindex(reindex) => (reindex.kind, reindex.concurrently, reindex.name.map(|name| name.to_string())),
        other => panic!("{other:?}"),
    };
    assert_eq!(reindex("REINDEX INDEX CONCURRENTLY s.i"), (ObjectKind::Index, true, Some("s.i".to_owned())));
    assert_eq!(reindex("REINDEX (VERBOSE, CONCURRENTLY) TABLE t"), (ObjectKind::Table, true, Some("t".to_owned())));
    assert_eq!(reindex("REINDEX DATABASE"), (ObjectKind::Database, false, None));
    let vacuum = |text: &str| match one(text).action {
        Action::Vacuum(vacuum) => (vacuum.full, vacuum.analyze, vacuum.tables.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(vacuum("VACUUM FULL ANALYZE a, b (c)"), (true, true, 2));
    assert_eq!(vacuum("VACUUM (FULL FALSE, ANALYZE) a"), (false, true, 1));
    assert_eq!(vacuum("VACUUM"), (false, false, 0));
    assert!(matches!(one("ANALYZE VERBOSE a (b), c").action, Action::Analyze(analyze) if analyze.tables.len() == 2));
    assert!(matches!(one("CLUSTER t USING i").action, Action::Cluster(cluster) if cluster.index.is_some()));
    assert!(matches!(one("CLUSTER").action, Action::Cluster(cluster) if cluster.table.is_none()));
    assert!(
        matches!(one("REFRESH MATERIALIZED VIEW CONCURRENTLY m WITH NO DATA").action, Action::Refresh(refresh) if refresh.concurrently && refresh.no_data)
    );
    let Action::Truncate(truncate) = one("TRUNCATE TABLE ONLY a, b * RESTART IDENTITY CASCADE").action else {
        panic!("no truncate")
    };
    assert!(truncate.restart_identity && truncate.cascade.is_some() && truncate.tables[0].only && !truncate.tables[1].only);
    for (text, mode) in [
        ("LOCK t", LockMode::AccessExclusive),
        ("LOCK TABLE a, b IN SHARE ROW EXCLUSIVE MODE NOWAIT", LockMode::ShareRowExclusive),
        ("LOCK TABLE t IN ROW SHARE MODE", LockMode::RowShare),
    ] {
        assert!(matches!(one(text).action, Action::LockTable(lock) if lock.mode == mode), "{text}");
    }
}

#[test]
fn privileges_comments_and_the_rest_are_told_apart() {
    for (text, kind, named, all) in [
        (
            "GRANT SELECT (a, b), INSERT ON s.t, u TO x, PUBLIC WITH GRANT OPTION",
            Some(ObjectKind::Table),
            &["s.t", "u"][..],
            false,
        ),
        ("GRANT SELECT ON ALL TABLES IN SCHEMA a, b TO x", Some(ObjectKind::Table), &["a", "b"], true),
        ("REVOKE ALL ON FUNCTION f(int) FROM PUBLIC CASCADE", Some(ObjectKind::Function), &["f"], false),
        ("GRANT USAGE ON SCHEMA a TO x", Some(ObjectKind::Schema), &["a"], false),
        ("GRANT admin TO x WITH ADMIN OPTION", None, &[], false),
    ] {
        let Action::Grant(grant) = one(text).action else { panic!("{text}") };
        assert_eq!((grant.kind, texts(&grant.names), grant.all_in_schema), (kind, named.to_vec(), all), "{text}");
    }
    assert!(matches!(
        one("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA b GRANT SELECT ON TABLES TO c").action,
        Action::DefaultPrivileges
    ));
    let Action::Comment(comment) = one("COMMENT ON COLUMN s.t.c IS 'x'").action else { panic!("no comment") };
    assert_eq!(
        (comment.name.map(|name| name.to_string()), comment.column.map(|column| column.text)),
        (Some("s.t".to_owned()), Some("c".into()))
    );
    let Action::Comment(comment) = one("COMMENT ON CONSTRAINT k ON DOMAIN d IS NULL").action else { panic!("no comment") };
    assert!(comment.on.is_some());
    let Action::CreateSchema(schema) =
        one("CREATE SCHEMA a AUTHORIZATION b CREATE TABLE t (c int) CREATE VIEW v AS SELECT 1").action
    else {
        panic!("no schema")
    };
    assert_eq!((&*schema.name.text, schema.elements.len()), ("a", 2));
    let Action::CreateExtension(extension) =
        one("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA x VERSION '1' CASCADE").action
    else {
        panic!("no extension")
    };
    assert!(&*extension.name.text == "uuid-ossp" && extension.schema.is_some() && extension.cascade);
    let Action::CreatePublication(publication) =
        one("CREATE PUBLICATION p FOR TABLE a, ONLY b (c) WHERE (d > 1), TABLES IN SCHEMA e WITH (publish = 'insert')").action
    else {
        panic!("no publication")
    };
    let tables: Vec<_> = publication.objects.tables.iter().map(|table| table.name.clone()).collect();
    assert_eq!((texts(&tables), names(&publication.objects.schemas)), (vec!["a", "b"], vec!["e"]));
}

#[test]
fn what_touches_no_table_is_known_by_its_kind() {
    for (text, kind) in [
        ("CREATE ROLE a WITH LOGIN PASSWORD 'x'", ObjectKind::Role),
        ("CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (a 'b')", ObjectKind::Server),
        ("CREATE CAST (a AS b) WITHOUT FUNCTION", ObjectKind::Cast),
        ("CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int)", ObjectKind::Aggregate),
        ("CREATE OPERATOR s.@@ (LEFTARG = a, FUNCTION = f)", ObjectKind::Operator),
        ("CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)", ObjectKind::TextSearch),
        ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", ObjectKind::EventTrigger),
        ("CREATE COLLATION IF NOT EXISTS c (provider = icu, locale = 'de')", ObjectKind::Collation),
        ("CREATE DATABASE d OWNER a", ObjectKind::Database),
    ] {
        assert!(matches!(one(text).action, Action::CreateObject(object) if object.kind == kind), "{text}");
    }
    for (text, kind) in [
        ("ALTER FUNCTION f(int) OWNER TO a", ObjectKind::Function),
        ("ALTER TRIGGER g ON t RENAME TO h", ObjectKind::Trigger),
        ("ALTER SCHEMA a RENAME TO b", ObjectKind::Schema),
        ("ALTER ROLE a SET search_path = b", ObjectKind::Role),
        ("ALTER EXTENSION e UPDATE TO '2'", ObjectKind::Extension),
        ("ALTER SYSTEM SET a = 1", ObjectKind::System),
        ("ALTER STATISTICS s SET STATISTICS 100", ObjectKind::Statistics),
    ] {
        assert!(matches!(one(text).action, Action::AlterObject(object) if object.kind == kind), "{text}");
    }
}
