use super::*;

mod evidence;
mod limits;
mod mysql;
mod postgres;
mod sqlite;
mod sqlserver;

fn read(text: &str) -> (Source, Sql) {
    let source = Source::decode("x.sql", text.as_bytes().to_vec());
    let sql = Sql::read(&source, None);
    (source, sql)
}

fn statements(text: &str) -> Vec<String> {
    statements_of(Engine::Postgres, text)
}

fn read_as(engine: Engine, text: &str) -> Sql {
    Sql::read(&Source::decode("x.sql", text.as_bytes().to_vec()), Some(engine))
}

fn statements_of(engine: Engine, text: &str) -> Vec<String> {
    let sql = read_as(engine, text);
    let statements: Vec<String> = sql.statements.iter().map(|statement| text[statement.span.range()].to_owned()).collect();
    let places: Vec<String> = split(text, engine).iter().map(|span| text[span.range()].to_owned()).collect();
    assert_eq!(statements, places);
    statements
}

/// Each text between these signs is one statement; the signs themselves are taken out first.
fn assert_split(engine: Engine, text: &str) {
    let plain = text.replace(['«', '»'], "");
    let wanted: Vec<&str> = text.split('«').skip(1).map(|part| part.split('»').next().expect("closed")).collect();
    assert_eq!(statements_of(engine, &plain), wanted, "{text}");
    assert!(read_as(engine, &plain).unclosed.is_none(), "{text}");
}

#[test]
fn statements_end_at_semicolons_that_are_none_of_a_string_s() {
    assert_eq!(statements("SELECT ';'; SELECT \";\" ;\n-- a;b\nSELECT 1"), ["SELECT ';'", "SELECT \";\"", "SELECT 1"]);
    assert_eq!(statements("SELECT E'\\';'; SELECT 'it''s;'"), ["SELECT E'\\';'", "SELECT 'it''s;'"]);
    assert_eq!(statements("DO $$ BEGIN; END $$; SELECT $a$ ;$$; $a$"), ["DO $$ BEGIN; END $$", "SELECT $a$ ;$$; $a$"]);
    assert_eq!(statements("/* a; /* b; */ c; */ SELECT 1;;"), ["SELECT 1"]);
    assert_eq!(statements("SELECT $1; SELECT a$b; SELECT 1"), ["SELECT $1", "SELECT a$b", "SELECT 1"]);
}

#[test]
fn bodies_in_sql_keep_their_semicolons() {
    let function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END";
    assert_eq!(statements(&format!("{function}; SELECT 1")), [function, "SELECT 1"]);
    let rule = "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)";
    assert_eq!(statements(&format!("{rule}; SELECT 1")), [rule, "SELECT 1"]);
}

#[test]
fn what_psql_reads_is_no_statement_of_the_server_s() {
    let text = "\\set ON_ERROR_STOP on\nCOPY t (a) FROM stdin WITH (FORMAT text);\n1;2\nit's\n\\.\nSELECT 1;\n";
    let (source, sql) = read(text);
    assert_eq!(source.slice(sql.statements[0].span), "COPY t (a) FROM stdin WITH (FORMAT text)");
    assert_eq!(source.slice(sql.statements[1].span), "SELECT 1");
    assert_eq!((sql.statements.len(), sql.unclosed.is_none()), (2, true));
    let columns = "c, ".repeat(100);
    assert_split(Engine::Postgres, &format!("«COPY t ({columns}d) FROM stdin»;\n1;2\nit's\n\\.\n«SELECT 1»;"));
    assert_split(Engine::Postgres, "«SELECT 'CREATE TABLE a ()'» \\gexec\n«SELECT 2»;\n");
}

#[test]
fn no_statement_reaches_across_a_runner_s_mark() {
    for marks in [
        "-- +goose StatementBegin|-- +goose StatementEnd",
        "-- migrate:up|-- migrate:down",
        "--> statement-breakpoint|--> statement-breakpoint",
    ] {
        let (begin, end) = marks.split_once('|').expect("two");
        assert_split(Engine::Postgres, &format!("{begin}\n«SELECT 1»\n{end}\n«SELECT 2»; «SELECT 3»\n{end}\n{begin}"));
    }
    assert_split(Engine::Postgres, "«SELECT 1 -- more > than -- this\n + 1»;");
}

#[test]
fn half_a_quote_is_said_with_its_place() {
    for (text, what) in [
        ("SELECT 'a", "string"),
        ("SELECT $x$ a; $$", "dollar-quoted string"),
        ("/* /* */ SELECT", "comment"),
        ("SELECT \"a;", "quoted name"),
    ] {
        let (_, sql) = read(text);
        assert_eq!(sql.unclosed.map(|(_, what)| what), Some(what), "{text}");
    }
}

fn action(text: &str) -> Action {
    read(text).1.statements.remove(0).action
}

#[test]
fn indexes_are_read_with_all_their_parts() {
    let Action::CreateIndex(index) =
        action("create unique index concurrently if not exists \"My.I\" on only app.t using gin (lower(a), b) where c")
    else {
        panic!("not an index")
    };
    assert!(index.unique && index.concurrently && index.if_not_exists && index.only);
    assert_eq!((index.name.map(|name| name.to_string()).as_deref(), index.table.text()), (Some("My.I"), "app.t"));
    let Action::CreateIndex(unnamed) = action("CREATE INDEX ON public.\"T\" (a)") else { panic!("not an index") };
    assert_eq!((unnamed.name.is_none(), unnamed.table.text(), unnamed.concurrently), (true, "T", false));
    assert!(!unnamed.if_not_exists);
    let Action::Drop(drop) = action("DROP INDEX CONCURRENTLY IF EXISTS a, s.b CASCADE") else { panic!("not a drop") };
    assert_eq!((drop.concurrently, drop.names.len()), (true, 2));
}

#[test]
fn tables_are_read_with_their_columns() {
    let text = "CREATE TEMP TABLE IF NOT EXISTS t (a numeric(10, 2) CHECK (a > 0), \"B\" text, PRIMARY KEY (a), c int[] DEFAULT '{}', CONSTRAINT x UNIQUE (c)) PARTITION BY RANGE (a)";
    let Action::CreateTable(table) = action(text) else { panic!("not a table") };
    let names: Vec<_> = table.columns.iter().map(|column| &*column.name.text).collect();
    assert_eq!((names, table.temporary, table.partition_by.is_some()), (vec!["a", "B", "c"], true, true));
    assert_eq!(&text[table.columns[0].definition.range()], "numeric(10, 2) CHECK (a > 0)");
    for (text, partitioned) in [
        ("CREATE TABLE t PARTITION OF p FOR VALUES IN (1)", false),
        ("CREATE TABLE t (a int)", false),
        ("CREATE TABLE t AS SELECT 1", false),
        ("CREATE TABLE p (a int) PARTITION BY LIST (a)", true),
    ] {
        let Action::CreateTable(table) = action(text) else { panic!("not a table: {text}") };
        assert_eq!(table.partition_by.is_some(), partitioned, "{text}");
    }
}

#[test]
fn alter_table_is_a_list_of_changes() {
    let text = "ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS a numeric(1, 2), ADD b int, DROP COLUMN IF EXISTS c CASCADE, DROP d, DROP CONSTRAINT e, ADD CONSTRAINT f CHECK (g), ALTER h DROP NOT NULL";
    let Action::AlterTable(alter) = action(text) else { panic!("not an alter") };
    let changes: Vec<String> = alter
        .actions
        .iter()
        .map(|action| match &action.change {
            TableChange::AddColumn { column, .. } => format!("+{}", column.name.text),
            TableChange::DropColumn { column, .. } => format!("-{}", column.text),
            TableChange::RenameTo(name) => format!("={}", name.text),
            _ => "?".to_owned(),
        })
        .collect();
    assert_eq!(changes, ["+a", "+b", "-c", "-d", "?", "?", "?"]);
    assert!(alter.if_exists && alter.only && alter.actions.iter().all(|action| !matches!(action.change, TableChange::Unread)));
    assert!(
        matches!(action("ALTER TABLE t RENAME TO u"), Action::AlterTable(alter) if matches!(alter.actions[0].change, TableChange::RenameTo(_)))
    );
}

#[test]
fn the_rest_is_harmless_or_counted_as_unread() {
    let (source, sql) =
        read("SET x = 1; BEGIN; TRUNCATE t AND u; CREATE TIPE y AS ENUM ('a'); ALTER TABLE t ADD CHECK (a), ADD CHEQUE; COMMIT");
    let unread: Vec<_> = sql.unread().map(|span| head(source.slice(span))).collect();
    assert_eq!(unread, ["TRUNCATE t AND …", "CREATE TIPE y …", "ADD CHEQUE"]);
    for (text, wanted) in
        [("CALL f ('secret')", "CALL f …"), ("'secret' x", "…"), ("CALL f('a')", "CALL …"), ("CALL f", "CALL f")]
    {
        assert_eq!(head(text), wanted);
    }
}

#[test]
fn a_hole_is_never_a_syntax_error_and_a_name_is_told_without_it() {
    let text = "CREATE INDEX i ON {{ index .Options \"Namespace\" }}.users (a); CREATE TABLE ${schema}.t (a int)";
    let (_, sql) = read(text);
    assert_eq!(sql.holes.len(), 2);
    let Action::CreateIndex(index) = &sql.statements[0].action else { panic!("it is read") };
    assert_eq!(index.table.text(), "users");
    assert!(index.table.schema().is_some_and(|schema| schema.starts_with("{{") && schema.contains("Namespace")));
    let Action::CreateTable(table) = &sql.statements[1].action else { panic!("it is read") };
    assert_eq!((table.name.text(), table.name.schema()), ("t", Some("${schema}")));
}
