//! Migration sets: for each framework a small repository, and what is found out about it: the tool, the order, the ways
//! back, what runs in a transaction.

use gonogo::document::engine::Engine;
use gonogo::document::migration::framework::{Framework, Transactions};
use gonogo::settings::Settings;
use gonogo::tree::Memory;
use gonogo::workspace::Workspace;
use gonogo::workspace::history::{Migration, MigrationSet};

use crate::support::{Scratch, gonogo};

const UP: &str = "CREATE TABLE a (id bigint PRIMARY KEY);\n";
const DOWN: &str = "DROP TABLE a;\n";

fn workspace(files: &[(&str, &str)]) -> Workspace {
    let tree: Memory = files.iter().map(|(path, text)| (*path, *text)).collect();
    Workspace::build(&tree, "", &Settings::default())
}

/// Its migrations in order: `+` for one in its runner's own transaction, `*` for one that shares that of the whole run,
/// `-` for one in none; `<` behind it where there is a way back.
fn told(set: &MigrationSet) -> String {
    let forward = set.migrations.iter().filter(|migration| !migration.up.is_empty());
    let told = forward.map(|migration| {
        let mode = match migration.up[0].runner.mode {
            Transactions::Single => '+',
            Transactions::Batch => '*',
            Transactions::None => '-',
        };
        let back = if migration.down.is_empty() { "" } else { "<" };
        format!("{mode}{}{back}", migration.title)
    });
    told.collect::<Vec<_>>().join(" ")
}

/// What a repository is, and what is told of its only set.
type Case<'a> = (Framework, &'a [(&'a str, &'a str)], &'a str);

fn holds(cases: &[Case<'_>]) {
    for (framework, files, expected) in cases {
        let workspace = workspace(files);
        let sets = &workspace.history.sets;
        assert_eq!(sets.len(), 1, "{framework:?}: {:?}", sets.iter().map(|set| &set.folder).collect::<Vec<_>>());
        assert_eq!((sets[0].framework, told(&sets[0]).as_str()), (*framework, *expected), "{:?}", sets[0].framework_said);
        assert_eq!(sets[0].unordered, Vec::<String>::new(), "{framework:?}");
    }
}

#[test]
fn files_in_pairs() {
    let pair = [("m/2_b.up.sql", UP), ("m/10_c.up.sql", UP), ("m/2_b.down.sql", DOWN)];
    let with = |path: &'static str, text: &'static str| -> Vec<(&'static str, &'static str)> {
        pair.iter().copied().chain([(path, text)]).collect()
    };
    let go = with("go.mod", "require github.com/golang-migrate/migrate/v4 v4.17.0\n");
    let sqlx = with("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n");
    let pop = with("m/11_d.autocommit.up.sql", UP);
    let morph = with("m/11_d.up.sql", "-- morph:nontransactional\nCREATE INDEX CONCURRENTLY i ON a (id);\n");
    let expected = "+2_b< +10_c";
    holds(&[
        (Framework::GolangMigrate, &pair, expected),
        (Framework::GolangMigrate, &go, expected),
        (Framework::Sqlx, &sqlx, expected),
        (Framework::Pop, &pop, "+2_b< +10_c -11_d"),
        (Framework::Morph, &morph, "+2_b< +10_c -11_d"),
    ]);
}

#[test]
fn marks_in_files() {
    let goose = "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;\n";
    let goose_alone = "-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM a;\n";
    let dbmate = "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n";
    let migrate = "-- +migrate Up\nCREATE TABLE a (id int);\n-- +migrate Down\nDROP TABLE a;\n";
    let node = "-- Up Migration\nCREATE TABLE a (id int);\n-- Down Migration\nDROP TABLE a;\n";
    let mybatis = "-- // First\nCREATE TABLE a (id int);\n-- //@UNDO\nDROP TABLE a;\n";
    let tern = "CREATE TABLE a (id int);\n---- create above / drop below ----\nDROP TABLE a;\n";
    let rambler = "-- rambler up\nCREATE TABLE a (id int);\n-- rambler down\nDROP TABLE a;\n";
    let liquibase = "--liquibase formatted sql\n--changeset a:1 runInTransaction:false\nVACUUM a;\n";
    holds(&[
        (Framework::Goose, &[("m/1_a.sql", goose), ("m/2_b.sql", goose_alone)], "+1_a< -2_b"),
        (
            Framework::Dbmate,
            &[("m/1_a.sql", dbmate), ("m/2_b.sql", "-- migrate:up transaction:false\nVACUUM a;\n")],
            "+1_a< -2_b",
        ),
        (
            Framework::SqlMigrate,
            &[("m/1_a.sql", migrate), ("m/2_b.sql", "-- +migrate Up notransaction\nVACUUM a;\n")],
            "+1_a< -2_b",
        ),
        (Framework::NodePgMigrate, &[("m/1_a.sql", node)], "*1_a<"),
        (Framework::MyBatis, &[("m/1_a.sql", mybatis)], "+1_a<"),
        (Framework::Tern, &[("m/001_a.sql", tern), ("m/002_b.sql", "---- tern: disable-tx ----\nVACUUM a;\n")], "+001_a< -002_b"),
        (Framework::Rambler, &[("m/1_a.sql", rambler)], "-1_a<"),
        (Framework::Liquibase, &[("m/1_a.sql", liquibase)], "-1_a"),
        (Framework::Atlas, &[("m/1_a.sql", UP), ("m/2_b.sql", "-- atlas:txmode none\n\nVACUUM a;\n")], "+1_a -2_b"),
        (Framework::Sqlx, &[("m/1_a.sql", UP), ("m/2_b.sql", "-- no-transaction\nVACUUM a;\n")], "+1_a -2_b"),
        (
            Framework::Yoyo,
            &[("m/1_a.sql", UP), ("m/1_a.rollback.sql", DOWN), ("m/2_b.sql", "-- transactional: false\nVACUUM a;\n")],
            "+1_a< -2_b",
        ),
        (
            Framework::PostgresMigrations,
            &[("m/1_a.sql", UP), ("m/2_b.sql", "-- postgres-migrations disable-transaction\nVACUUM a;\n")],
            "+1_a -2_b",
        ),
    ]);
}

#[test]
fn folders() {
    let journal = r#"{"dialect": "postgresql", "entries": [{"idx": 0, "tag": "0000_b"}, {"idx": 1, "tag": "0001_a"}]}"#;
    let alone = ("m/2026-02-01-080000_b/metadata.toml", "run_in_transaction = false\n");
    holds(&[
        (
            Framework::Diesel,
            &[
                ("diesel.toml", "[migrations_directory]\ndir = \"m\"\n"),
                ("m/2026-01-31-120000_a/up.sql", UP),
                ("m/2026-01-31-120000_a/down.sql", DOWN),
                ("m/2026-02-01-080000_b/up.sql", UP),
                alone,
            ],
            "+2026-01-31-120000_a< -2026-02-01-080000_b",
        ),
        (
            Framework::Hasura,
            &[
                ("config.yaml", "version: 3\nmetadata_directory: metadata\n"),
                ("migrations/default/1650000000000_a/up.sql", UP),
                ("migrations/default/1650000000000_a/down.sql", DOWN),
            ],
            "+1650000000000_a<",
        ),
        (
            Framework::Prisma,
            &[("p/migrations/migration_lock.toml", "provider = \"postgresql\"\n"), ("p/migrations/20260101_a/migration.sql", UP)],
            "+20260101_a",
        ),
        (Framework::Prisma, &[("p/migrations/20260101_a/migration.sql", UP)], "+20260101_a"),
        (Framework::Drizzle, &[("d/meta/_journal.json", journal), ("d/0000_b.sql", UP), ("d/0001_a.sql", UP)], "*0000_b *0001_a"),
        (
            Framework::Flyway,
            &[
                ("db/migration/V1__a.sql", UP),
                ("db/migration/U1__a.sql", DOWN),
                ("db/migration/2026/V1.10__c.sql", UP),
                ("db/migration/V1.9__b.sql", UP),
                ("db/migration/V1.9__b.sql.conf", "executeInTransaction=false\n"),
                ("db/migration/R__views.sql", "CREATE OR REPLACE VIEW v AS SELECT 1;\n"),
            ],
            "+V1__a< -V1.9__b +V1.10__c +R__views",
        ),
        (Framework::Refinery, &[("Cargo.toml", "refinery = \"0.8\"\n"), ("migrations/V1__a.sql", UP)], "+V1__a"),
        (Framework::Supabase, &[("supabase/config.toml", ""), ("supabase/migrations/20260101_a.sql", UP)], "+20260101_a"),
        (Framework::Atlas, &[("m/atlas.sum", ""), ("m/20260101_a.sql", UP)], "+20260101_a"),
    ]);
}

#[test]
fn versions_in_the_names_of_folders() {
    let manifest = r#"{"CurrVersion": "1.0", "SchemaUpdateCqlFiles": ["b.sql", "a.sql"]}"#;
    holds(&[
        (
            Framework::GraphileMigrate,
            &[(".gmrc", "{}"), ("migrations/committed/000001.sql", "--! Previous: -\n--! Hash: sha1:0\n\nSELECT 1;\n")],
            "+000001",
        ),
        (
            Framework::VersionFolders,
            &[
                ("s/versioned/v0.9/manifest.json", r#"{"SchemaUpdateCqlFiles": ["z.sql"]}"#),
                ("s/versioned/v0.9/z.sql", UP),
                ("s/versioned/v0.10/manifest.json", manifest),
                ("s/versioned/v0.10/a.sql", UP),
                ("s/versioned/v0.10/b.sql", UP),
            ],
            "+v0.9/z +v0.10/b +v0.10/a",
        ),
        (Framework::UpgradeFolders, &[("db/upgrade/1.9.sql", UP), ("db/upgrade/1.10.sql", UP)], "+1.9 +1.10"),
        (Framework::VersionFolders, &[("m/3.9/0002##b.sql", UP), ("m/3.10/0001##a.sql", UP)], "+3.9/0002##b +3.10/0001##a"),
        (Framework::Numbered, &[("m/9_a.sql", UP), ("m/10_b.sql", UP)], "+9_a +10_b"),
    ]);
}

#[test]
fn sqitch_goes_by_its_plan() {
    let plan = "%project=x\n\nusers 2026-01-01T00:00:00Z M <m@x>\norders [users] 2026-01-02T00:00:00Z M <m@x>\n";
    let files = [
        ("db/sqitch.plan", plan),
        ("db/deploy/users.sql", "BEGIN;\nCREATE TABLE users (id int);\nCOMMIT;\n"),
        ("db/deploy/orders.sql", "BEGIN;\nCREATE TABLE orders (id int);\nCOMMIT;\n"),
        ("db/revert/orders.sql", "BEGIN;\nDROP TABLE orders;\nCOMMIT;\n"),
        ("db/verify/orders.sql", "SELECT 1;\n"),
        ("db/verify/data/001_orders.sql", "SELECT 1;\n"),
    ];
    holds(&[(Framework::Sqitch, &files, "-users -orders<")]);
    let stray = [files.as_slice(), &[("db/deploy/stray.sql", UP)]].concat();
    let workspace = workspace(&stray);
    let ignored: Vec<&str> = workspace.history.sets[0].ignored.iter().map(|file| workspace.path(file.source)).collect();
    assert_eq!(
        (ignored.as_slice(), told(&workspace.history.sets[0]).as_str()),
        (["db/deploy/stray.sql"].as_slice(), "-users -orders<")
    );
}

#[test]
fn an_order_that_nobody_can_tell_is_no_go() {
    let files = [("db/sqitch.plan", "%project=x\n\nusers 2026 M <m@x>\norders 2026 M <m@x>\n"), ("db/deploy/users.sql", UP)];
    let scratch = Scratch::new(&files);
    let run = gonogo(scratch.path(), &["check"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(run.out.contains("db/sqitch.plan:4 names db/deploy/orders.sql, which is not there"), "{}", run.out);
    let run = gonogo(scratch.path(), &["migrations"]);
    assert!(run.code == 3 && run.out.contains("  no order    db/sqitch.plan:4"), "{}", run.out);
    let broken = [("d/meta/_journal.json", "{\"entries\": [\n<<<<<<< HEAD\n"), ("d/0000_a.sql", UP)];
    let run = gonogo(Scratch::new(&broken).path(), &["check"]);
    assert!(run.code == 3 && run.out.contains("its journal d/meta/_journal.json cannot be read"), "{}", run.out);
}

#[test]
fn servers_have_files_of_their_own() {
    let files = [
        ("m/1_a.up.sql", UP),
        ("m/1_a.down.sql", DOWN),
        ("m/2_b.up.sql", "ALTER TABLE a ADD b int;\n"),
        ("m/2_b.postgres.up.sql", "ALTER TABLE a ADD b bigint;\n"),
        ("m/2_b.mysql.up.sql", "ALTER TABLE a ADD b int;\n"),
        ("m/2_b.down.sql", "ALTER TABLE a DROP b;\n"),
    ];
    let workspace = workspace(&files);
    let of = |engine| workspace.history.sets.iter().find(|set| set.engine == engine).map(told);
    assert_eq!(of(Engine::Postgres).as_deref(), Some("+1_a< +2_b<"));
    assert_eq!(of(Engine::MySql).as_deref(), Some("+2_b<"));
}

#[test]
fn the_list_says_how_each_set_is_understood() {
    let files = [
        ("db/1_a.sql", "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n"),
        ("db/2_b.sql", "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON a (id);\n"),
    ];
    let run = gonogo(Scratch::new(&files).path(), &["migrations"]);
    let expected = [
        "db",
        "  framework   dbmate, as db/1_a.sql:1 says",
        "  server      PostgreSQL 14, because nothing here names its version",
        "  transaction one for each migration; 1 migration asks for none",
        "  migrations  2, the newest is 2_b",
        "  way back    for 1 of 2",
        "  pending     2 (there is no git repository here): 1_a, 2_b",
        "",
        "1 set · 2 migrations · 2 pending",
        "",
    ];
    assert_eq!((run.code, run.out.as_str()), (0, expected.join("\n").as_str()));
    let nothing = gonogo(Scratch::new(&[("a.txt", "x")]).path(), &["migrations"]);
    assert!(nothing.code == 3 && nothing.err.contains("nothing here is a migration"), "{}", nothing.err);
    let wrong = gonogo(Scratch::new(&files).path(), &["migrations", "--output", "sarif"]);
    assert!(wrong.code == 2 && wrong.err.contains("text, json"), "{}", wrong.err);
}

#[test]
fn the_configuration_has_the_last_word() {
    let files =
        [("gonogo.toml", "[[migrations]]\npath = \"m/\"\nframework = \"goose\"\ntransaction = \"none\"\n"), ("m/1_a.sql", UP)];
    let run = gonogo(Scratch::new(&files).path(), &["migrations", "--output", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let set = &list["sets"][0];
    assert_eq!((&set["framework"], &set["framework_source"]), (&"goose".into(), &"as the configuration says".into()));
    assert_eq!((&set["transaction"], &set["count"], &set["newest"]), (&"none".into(), &1.into(), &"1_a".into()));
    assert_eq!(
        (&set["pending"], &set["with_down"], &set["unordered"]),
        (&serde_json::json!(["1_a"]), &0.into(), &serde_json::json!([]))
    );
}

#[test]
fn files_of_configuration_say_where_and_in_which_order() {
    let plan = "%project=x\n\nusers 2026-01-01T00:00:00Z M <m@x>\norders 2026-01-02T00:00:00Z M <m@x>\n";
    let conf = "[core]\n\tengine = pg\n\tplan_file = sqitch.plan\n\ttop_dir = sql\n\tdeploy_dir = sql/up\n";
    let dbconfig = "development:\n  dialect: postgres\n  dir: db/changes\nproduction:\n  dialect: postgres\n  dir: db/changes\n";
    let snapshot = r#"{"version": "8", "dialect": "postgres", "ddl": []}"#;
    let gmrc = (".gmrc", "{}");
    let committed = ("migrations/committed/000001.sql", "--! Previous: -\n--! Hash: sha1:0\n\nSELECT 1;\n");
    holds(&[
        (
            Framework::Sqitch,
            &[
                ("sqitch.conf", conf),
                ("sqitch.plan", plan),
                ("sql/up/users.sql", UP),
                ("sql/up/orders.sql", UP),
                ("sql/revert/orders.sql", DOWN),
            ],
            "-users -orders<",
        ),
        (Framework::SqlMigrate, &[("dbconfig.yml", dbconfig), ("db/changes/1_a.sql", UP)], "+1_a"),
        (
            Framework::Drizzle,
            &[
                ("drizzle/20260101000000_b/snapshot.json", snapshot),
                ("drizzle/20260101000000_b/migration.sql", UP),
                ("drizzle/20260102000000_a/migration.sql", UP),
            ],
            "*20260101000000_b *20260102000000_a",
        ),
        (Framework::GraphileMigrate, &[gmrc, committed, ("migrations/current.sql", "-- Enter migration here\n")], "+000001"),
        (Framework::GraphileMigrate, &[gmrc, committed, ("migrations/current.sql", UP)], "+000001 +current"),
        (
            Framework::GraphileMigrate,
            &[gmrc, committed, ("migrations/current/20-b.sql", UP), ("migrations/current/1-a.sql", UP)],
            "+000001 +current/1-a +current/20-b",
        ),
        (
            Framework::Flyway,
            &[
                ("src/main/resources/application.yml", "spring.flyway.locations: classpath:db/base, classpath:db/{vendor}\n"),
                ("src/main/resources/db/base/V1__a.sql", UP),
                ("src/main/resources/db/postgresql/V2__b.sql", UP),
            ],
            "+V1__a +V2__b",
        ),
        (
            Framework::GolangMigrate,
            &[(".env", "DATABASE_URL=postgres://db/x?x-multi-statement=true\n"), ("m/1_a.up.sql", UP), ("m/1_a.down.sql", DOWN)],
            "-1_a<",
        ),
    ]);
}

#[test]
fn an_address_of_another_server_says_nothing() {
    holds(&[(
        Framework::GolangMigrate,
        &[
            (".env", "CH_URL=${CLICKHOUSE_URL}?x-multi-statement=true\n"),
            ("go.mod", "module x\nrequire github.com/golang-migrate/migrate/v4 v4.18.0\n"),
            ("m/1_a.up.sql", UP),
            ("m/1_a.down.sql", DOWN),
        ],
        "+1_a<",
    )]);
}

#[test]
fn each_server_of_sqitch_has_a_plan_of_its_own() {
    let conf = "[core]\n\tengine = pg\n[engine \"pg\"]\n\ttop_dir = pg\n[engine \"mysql\"]\n\ttop_dir = my\n";
    let plan = "%project=x\n\nusers 2026-01-01T00:00:00Z M <m@x>\n";
    let files = [
        ("sqitch.conf", conf),
        ("pg/sqitch.plan", plan),
        ("pg/deploy/users.sql", UP),
        ("my/sqitch.plan", plan),
        ("my/deploy/users.sql", UP),
    ];
    let workspace = workspace(&files);
    let sets: Vec<_> = workspace.history.sets.iter().map(|set| (set.folder.as_str(), set.engine, told(set))).collect();
    assert_eq!(sets, [("my", Engine::MySql, "-users".to_owned()), ("pg", Engine::Postgres, "-users".to_owned())]);
}

#[test]
fn a_checkpoint_of_atlas_stands_for_what_comes_before() {
    let checkpoint = "-- atlas:checkpoint\n\nCREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint PRIMARY KEY);\n";
    let files = [
        ("m/atlas.sum", ""),
        ("m/1_a.sql", UP),
        ("m/2_b.sql", "CREATE TABLE b (id bigint PRIMARY KEY);\n"),
        ("m/3_checkpoint.sql", checkpoint),
        ("m/4_c.sql", "ALTER TABLE b ADD COLUMN c text;\n"),
    ];
    let errors = |files: &[(&str, &str)]| {
        let workspace = workspace(files);
        let steps = workspace.history.sets[0].migrations.iter().flat_map(Migration::steps);
        steps.filter_map(|(_, step)| step.error.as_ref().map(|error| error.reason.clone())).collect::<Vec<_>>()
    };
    assert_eq!(errors(&files), Vec::<String>::new());
    // Where all before it was taken away it makes everything.
    assert_eq!(errors(&[files[0], files[3], files[4]]), Vec::<String>::new());
    assert_eq!(errors(&[files[0], files[4], ("m/5_c.sql", checkpoint), ("m/3_b.sql", files[2].1)]), Vec::<String>::new());
    let plain = checkpoint.replace("atlas:checkpoint", "");
    assert_eq!(errors(&[files[0], files[1], ("m/2_checkpoint.sql", &plain)]).len(), 1, "without the mark it is there twice");
}

#[test]
fn the_last_one_that_has_shipped_is_named_exactly() {
    let plan = "%project=x\n\norders 2026 M <m@x>\norders_index 2026 M <m@x>\n";
    let files = [
        ("gonogo.toml", "[[migrations]]\npath = \"db/\"\napplied-through = \"orders\"\n"),
        ("db/sqitch.plan", plan),
        ("db/deploy/orders.sql", UP),
        ("db/deploy/orders_index.sql", "CREATE INDEX i ON a (id);\n"),
    ];
    let run = gonogo(Scratch::new(&files).path(), &["migrations"]);
    assert!(run.out.contains("  pending     1 (there is no git repository here): orders_index\n"), "{}", run.out);
}
