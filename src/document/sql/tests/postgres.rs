//! What each kind of statement says, and where.

use super::*;
use crate::source::Span;

mod bodies;
mod columns;
mod data;
mod expressions;
mod objects;

/// A statement with its text.
struct Read {
    text: String,
    action: Action,
}

/// Whether a change is the one that a text says.
type Wanted = fn(&TableChange) -> bool;

fn one(text: &str) -> Read {
    let sql = read_as(Engine::Postgres, text);
    assert_eq!(sql.statements.len(), 1, "{text}");
    assert_eq!(sql.unread().count(), 0, "{text}");
    let statement = sql.statements.into_iter().next().expect("one");
    Read { text: text.to_owned(), action: statement.action }
}

impl Read {
    fn at(&self, span: Span) -> &str {
        &self.text[span.range()]
    }
}

fn alter(text: &str) -> (Read, Vec<TableAction>) {
    let read = one(text);
    let Action::AlterTable(alter) = &read.action else { panic!("not an ALTER TABLE: {text}") };
    let actions = alter.actions.clone();
    (read, actions)
}

fn change(text: &str) -> TableChange {
    let (_, mut actions) = alter(&format!("ALTER TABLE t {text}"));
    assert_eq!(actions.len(), 1, "{text}");
    actions.remove(0).change
}

fn column_change(text: &str) -> ColumnChange {
    match change(&format!("ALTER COLUMN c {text}")) {
        TableChange::AlterColumn { column, change } if &*column.text == "c" => change,
        other => panic!("{text} is {other:?}"),
    }
}

fn names(idents: &[Ident]) -> Vec<&str> {
    idents.iter().map(|ident| &*ident.text).collect()
}

fn texts(names: &[Name]) -> Vec<&str> {
    names.iter().map(Name::text).collect()
}

fn is_unread(text: &str) -> bool {
    read_as(Engine::Postgres, text).unread().next().is_some()
}

#[test]
fn names_fold_as_the_server_folds_them() {
    for (text, said, schema, last) in [
        ("Users", "users", None, "users"),
        ("\"Users\"", "Users", None, "Users"),
        ("public.Users", "users", Some("public"), "users"),
        ("App.\"a.b\"", "app.a.b", Some("app"), "a.b"),
        ("\"x\"\"y\"", "x\"y", None, "x\"y"),
        ("db.app.t", "db.app.t", Some("db.app"), "t"),
        ("ÄÖ", "äö", None, "äö"),
        (":schema.t", ":schema.t", Some(":schema"), "t"),
    ] {
        let read = one(&format!("ALTER TABLE {text} SET LOGGED"));
        let Action::AlterTable(alter) = &read.action else { panic!("{text}") };
        assert_eq!((alter.table.text(), alter.table.schema(), alter.table.last()), (said, schema, last), "{text}");
        assert_eq!(read.at(alter.table.span), text);
    }
}

#[test]
fn every_action_of_alter_table_has_its_own_variant() {
    let wanted: &[(&str, Wanted)] = &[
        ("ADD COLUMN IF NOT EXISTS a int", |change| matches!(change, TableChange::AddColumn { if_not_exists: true, .. })),
        ("DROP a CASCADE", |change| matches!(change, TableChange::DropColumn { if_exists: false, cascade: true, .. })),
        ("RENAME a TO b", |change| matches!(change, TableChange::RenameColumn { to, .. } if &*to.text == "b")),
        ("RENAME COLUMN a TO b", |change| matches!(change, TableChange::RenameColumn { column, .. } if &*column.text == "a")),
        ("RENAME column TO b", |change| matches!(change, TableChange::RenameColumn { column, .. } if &*column.text == "column")),
        ("RENAME CONSTRAINT a TO b", |change| matches!(change, TableChange::RenameConstraint { .. })),
        ("RENAME TO b", |change| matches!(change, TableChange::RenameTo(to) if &*to.text == "b")),
        ("SET SCHEMA s", |change| matches!(change, TableChange::SetSchema(_))),
        ("OWNER TO CURRENT_USER", |change| matches!(change, TableChange::OwnerTo(_))),
        ("VALIDATE CONSTRAINT a", |change| matches!(change, TableChange::ValidateConstraint(name) if &*name.text == "a")),
        ("ALTER CONSTRAINT a NOT ENFORCED", |change| {
            matches!(change, TableChange::AlterConstraint { attributes: Attributes { enforced: Some(false), .. }, .. })
        }),
        ("DROP CONSTRAINT IF EXISTS a RESTRICT", |change| {
            matches!(change, TableChange::DropConstraint { if_exists: true, cascade: false, .. })
        }),
        ("DETACH PARTITION s.p CONCURRENTLY", |change| {
            matches!(change, TableChange::DetachPartition { concurrently: true, finalize: false, .. })
        }),
        ("DETACH PARTITION p FINALIZE", |change| matches!(change, TableChange::DetachPartition { finalize: true, .. })),
        ("INHERIT p", |change| matches!(change, TableChange::Inherit(_))),
        ("NO INHERIT p", |change| matches!(change, TableChange::NoInherit(_))),
        ("OF ty", |change| matches!(change, TableChange::OfType(_))),
        ("NOT OF", |change| matches!(change, TableChange::NotOf)),
        ("ENABLE ALWAYS TRIGGER a", |change| matches!(change, TableChange::Trigger(Switch::EnableAlways, TriggerSet::Named(_)))),
        ("DISABLE TRIGGER USER", |change| matches!(change, TableChange::Trigger(Switch::Disable, TriggerSet::User))),
        ("ENABLE REPLICA RULE a", |change| matches!(change, TableChange::Rule(Switch::EnableReplica, _))),
        ("NO FORCE ROW LEVEL SECURITY", |change| matches!(change, TableChange::RowSecurity(RowSecurity::NoForce))),
        ("REPLICA IDENTITY USING INDEX i", |change| matches!(change, TableChange::ReplicaIdentity(ReplicaIdentity::Index(_)))),
        ("CLUSTER ON i", |change| matches!(change, TableChange::ClusterOn(_))),
        ("SET WITHOUT CLUSTER", |change| matches!(change, TableChange::WithoutCluster)),
        ("SET WITHOUT OIDS", |change| matches!(change, TableChange::Oids(false))),
        ("SET UNLOGGED", |change| matches!(change, TableChange::Logged(false))),
        ("SET ACCESS METHOD DEFAULT", |change| matches!(change, TableChange::AccessMethod(None))),
        ("SET TABLESPACE a", |change| matches!(change, TableChange::Tablespace(_))),
        ("SET (toast.autovacuum_enabled = off, fillfactor = 70)", |change| {
            matches!(change, TableChange::Set(settings)
                if &*settings[0].name == "toast.autovacuum_enabled" && settings[1].value.as_deref() == Some("70"))
        }),
        ("RESET (fillfactor)", |change| matches!(change, TableChange::Reset(settings) if settings[0].value.is_none())),
        (
            "OPTIONS (ADD a 'b', DROP c)",
            |change| matches!(change, TableChange::Options(settings) if settings[0].value.as_deref() == Some("b") && &*settings[1].name == "c"),
        ),
        ("NO DEPENDS ON EXTENSION e", |change| matches!(change, TableChange::DependsOn(false, _))),
    ];
    for (text, is_it) in wanted {
        let read = change(text);
        assert!(is_it(&read), "{text} is {read:?}");
    }
}

#[test]
fn what_is_like_a_table_is_altered_like_one() {
    for (text, kind, table) in [
        ("ALTER INDEX IF EXISTS s.i RENAME TO j", ObjectKind::Index, "s.i"),
        ("ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 100", ObjectKind::Index, "i"),
        ("ALTER VIEW v ALTER COLUMN c SET DEFAULT 1", ObjectKind::View, "v"),
        ("ALTER MATERIALIZED VIEW m SET (fillfactor = 70)", ObjectKind::MaterializedView, "m"),
        ("ALTER SEQUENCE q OWNED BY s.t.c", ObjectKind::Sequence, "q"),
        ("ALTER FOREIGN TABLE f ALTER COLUMN c OPTIONS (SET a 'b')", ObjectKind::ForeignTable, "f"),
    ] {
        let read = one(text);
        let Action::AlterTable(alter) = &read.action else { panic!("{text}") };
        assert_eq!((alter.kind, alter.table.text()), (kind, table), "{text}");
        assert!(text.starts_with(read.at(alter.keywords)), "{text}");
    }
    let (_, actions) = alter("ALTER SEQUENCE q RESTART WITH 100 INCREMENT BY -1 OWNED BY s.t.c");
    let TableChange::Sequence(options) = &actions[0].change else { panic!("{actions:?}") };
    let (table, column) = options.owned_by.clone().flatten().expect("an owner");
    assert_eq!((table.text(), &*column.text, options.restart, options.numbers), ("s.t", "c", true, true));
    let attached = alter("ALTER INDEX i ATTACH PARTITION s.j").1;
    assert!(matches!(&attached[0].change, TableChange::AttachIndex(name) if name.text() == "s.j"));
    assert!(matches!(
        one("ALTER TABLE ALL IN TABLESPACE a OWNED BY r SET TABLESPACE b NOWAIT").action,
        Action::MoveTablespace(_)
    ));
}

#[test]
fn each_action_has_its_place() {
    let text = "ALTER TABLE t ADD a numeric(1, 2) DEFAULT f(1, 2), DROP b, VALIDATE CONSTRAINT c";
    let (read, actions) = alter(text);
    let places: Vec<&str> = actions.iter().map(|action| read.at(action.span)).collect();
    assert_eq!(places, ["ADD a numeric(1, 2) DEFAULT f(1, 2)", "DROP b", "VALIDATE CONSTRAINT c"]);
}

#[test]
fn a_word_too_many_makes_a_statement_unread_and_an_action_alone() {
    for text in [
        "DROP TABLE t NOW",
        "CREATE INDEX i ON t (a) SOON",
        "TRUNCATE t PLEASE",
        "CREATE TABLE t (a int,)",
        "CREATE TABLE t (a int b)",
        "ALTER TABLE t",
        "ALTER TABLE t ADD COLUMN a",
        "ALTER TYPE m ADD VALUE a",
        "CREATE SEQUENCE s FROM 1",
        "UPDATE t",
        "DELETE t",
        "INSERT t VALUES (1)",
        "INSERT INTO t VALUES (1) 2",
        "SELECT (1",
        "LOCK TABLE t IN NICE MODE",
        "CREATE TRIGGER a SOMETIME UPDATE ON t EXECUTE FUNCTION f()",
        "COMMENT ON TABLE t",
        "GRANT SELECT ON t",
        "DO 1",
    ] {
        assert!(is_unread(text), "{text}");
    }
    let (source, sql) = read("ALTER TABLE t ADD a int, ALTER a SET NICE, DROP b");
    assert_eq!(sql.unread().map(|span| source.slice(span)).collect::<Vec<_>>(), ["ALTER a SET NICE"]);
}

#[test]
fn a_template_s_mark_is_no_mistake_wherever_it_stands() {
    for text in [
        "ALTER TABLE {{ .Schema }}.t ADD COLUMN a int",
        "CREATE TABLE {{ prefix }}_t ({{ column }} {{ type }} NOT NULL)",
        "CREATE TABLE t (a int) {{ options }}",
        "CREATE INDEX {{ concurrently }} i ON t (a)",
        "GRANT SELECT ON ${table} TO ${role}",
        "ALTER SEQUENCE s RESTART WITH {{ start }}",
        "DROP TABLE IF EXISTS {{ a }}, ${b} CASCADE",
    ] {
        assert!(!is_unread(text), "{text}");
    }
}

#[test]
fn blanks_in_a_template_s_mark_make_no_other_name() {
    let schema = |text: &str| match one(text).action {
        Action::AlterTable(alter) => alter.table.schema().map(str::to_owned),
        _ => None,
    };
    let tight = schema("ALTER TABLE {{index .Options \"Schema\"}}.t ADD COLUMN a int");
    assert!(tight.is_some());
    for mark in ["{{ index .Options \"Schema\" }}", "{{index  .Options \"Schema\" }}", "{{- index .Options \"Schema\" -}}"] {
        assert_eq!(schema(&format!("ALTER TABLE {mark}.t ADD COLUMN a int")), tight, "{mark}");
    }
    assert_ne!(schema("ALTER TABLE {{ index .Options \"Other\" }}.t ADD COLUMN a int"), tight);
}
