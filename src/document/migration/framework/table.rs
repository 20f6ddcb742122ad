//! The table itself: one entry for each tool.

use super::{Down, Escape, Files, Framework, Late, Traits, Transactions};

const fn pair() -> Files {
    Files { up: "{}.up.sql", up_mark: "", down: Down::File("{}.down.sql") }
}

const fn folder(up: &'static str, down: Down) -> Files {
    Files { up, up_mark: "", down }
}

const fn forward() -> Files {
    Files { up: "{}.sql", up_mark: "", down: Down::None }
}

const fn sections(up_mark: &'static str, down_mark: &'static str) -> Files {
    Files { up: "{}.sql", up_mark, down: Down::Section(down_mark) }
}

/// What most have in common.
const PLAIN: Traits = Traits {
    framework: Framework::Numbered,
    word: "numbered",
    name: "numbered files",
    transactions: Transactions::Single,
    escape: Escape::Never,
    one_query: false,
    files: forward(),
    checksums: false,
    sends_begin: false,
    by_name: false,
    as_text: false,
    late: Late::Unknown,
};

/// In the order of [`Framework`].
pub(super) static ALL: &[Traits] = &[
    Traits {
        framework: Framework::GolangMigrate,
        word: "golang-migrate",
        name: "golang-migrate",
        escape: Escape::Alone,
        one_query: true,
        files: pair(),
        late: Late::Skipped,
        ..PLAIN
    },
    Traits {
        framework: Framework::Goose,
        word: "goose",
        name: "goose",
        escape: Escape::Line("-- +goose NO TRANSACTION"),
        files: sections("-- +goose Up", "-- +goose Down"),
        late: Late::Refused,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Dbmate,
        word: "dbmate",
        name: "dbmate",
        escape: Escape::Mark(" transaction:false"),
        one_query: true,
        files: sections("-- migrate:up", "-- migrate:down"),
        late: Late::Runs,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::SqlMigrate,
        word: "sql-migrate",
        name: "sql-migrate",
        escape: Escape::Mark(" notransaction"),
        files: sections("-- +migrate Up", "-- +migrate Down"),
        late: Late::Runs,
        sends_begin: true,
        by_name: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Sqlx,
        word: "sqlx",
        name: "sqlx",
        escape: Escape::Line("-- no-transaction"),
        one_query: true,
        files: pair(),
        checksums: true,
        late: Late::Runs,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Diesel,
        word: "diesel",
        name: "Diesel",
        escape: Escape::Beside("metadata.toml", "run_in_transaction = false"),
        one_query: true,
        files: folder("{}/up.sql", Down::File("{}/down.sql")),
        late: Late::Runs,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Refinery,
        word: "refinery",
        name: "refinery",
        one_query: true,
        checksums: true,
        late: Late::Refused,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Flyway,
        word: "flyway",
        name: "Flyway",
        escape: Escape::Attached(".conf", "executeInTransaction=false"),
        files: folder("{}.sql", Down::Undo),
        checksums: true,
        late: Late::Refused,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Liquibase,
        word: "liquibase",
        name: "Liquibase",
        escape: Escape::Mark(" runInTransaction:false"),
        files: Files { up: "{}.sql", up_mark: "--liquibase formatted sql", down: Down::Comments("--rollback ") },
        checksums: true,
        late: Late::Runs,
        by_name: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Prisma,
        word: "prisma",
        name: "Prisma",
        escape: Escape::Alone,
        one_query: true,
        files: folder("{}/migration.sql", Down::None),
        checksums: true,
        late: Late::Runs,
        by_name: true,
        as_text: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Drizzle,
        word: "drizzle",
        name: "Drizzle",
        transactions: Transactions::Batch,
        late: Late::Skipped,
        sends_begin: true,
        by_name: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Atlas,
        word: "atlas",
        name: "Atlas",
        escape: Escape::Line("-- atlas:txmode none"),
        checksums: true,
        late: Late::Refused,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Supabase,
        word: "supabase",
        name: "Supabase",
        escape: Escape::Alone,
        late: Late::Refused,
        ..PLAIN
    },
    Traits {
        framework: Framework::Sqitch,
        word: "sqitch",
        name: "Sqitch",
        transactions: Transactions::None,
        files: folder("deploy/{}.sql", Down::File("revert/{}.sql")),
        late: Late::Refused,
        by_name: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Hasura,
        word: "hasura",
        name: "Hasura",
        escape: Escape::Alone,
        one_query: true,
        files: folder("{}/up.sql", Down::File("{}/down.sql")),
        late: Late::Runs,
        ..PLAIN
    },
    Traits {
        framework: Framework::NodePgMigrate,
        word: "node-pg-migrate",
        name: "node-pg-migrate",
        transactions: Transactions::Batch,
        one_query: true,
        files: sections("-- Up Migration", "-- Down Migration"),
        late: Late::Refused,
        sends_begin: true,
        by_name: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::GraphileMigrate,
        word: "graphile-migrate",
        name: "graphile-migrate",
        escape: Escape::Line("--! no-transaction"),
        one_query: true,
        checksums: true,
        late: Late::Refused,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Pop,
        word: "pop",
        name: "pop",
        escape: Escape::Infix(".autocommit"),
        one_query: true,
        files: pair(),
        late: Late::Runs,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Morph,
        word: "morph",
        name: "morph",
        escape: Escape::Line("-- morph:nontransactional"),
        one_query: true,
        files: pair(),
        late: Late::Runs,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Yoyo,
        word: "yoyo",
        name: "yoyo",
        escape: Escape::Line("-- transactional: false"),
        files: folder("{}.sql", Down::File("{}.rollback.sql")),
        late: Late::Runs,
        sends_begin: true,
        by_name: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::MyBatis,
        word: "mybatis",
        name: "MyBatis Migrations",
        files: sections("", "-- //@UNDO"),
        late: Late::Runs,
        ..PLAIN
    },
    Traits {
        framework: Framework::Tern,
        word: "tern",
        name: "tern",
        escape: Escape::Line("---- tern: disable-tx ----"),
        one_query: true,
        files: sections("", "---- create above / drop below ----"),
        late: Late::Skipped,
        sends_begin: true,
        ..PLAIN
    },
    Traits {
        framework: Framework::Rambler,
        word: "rambler",
        name: "rambler",
        transactions: Transactions::None,
        files: sections("-- rambler up", "-- rambler down"),
        late: Late::Unknown,
        ..PLAIN
    },
    Traits {
        framework: Framework::PostgresMigrations,
        word: "postgres-migrations",
        name: "postgres-migrations",
        escape: Escape::Line("-- postgres-migrations disable-transaction"),
        one_query: true,
        checksums: true,
        late: Late::Refused,
        sends_begin: true,
        ..PLAIN
    },
    Traits { framework: Framework::VersionFolders, word: "version-folders", name: "folders of versions", by_name: true, ..PLAIN },
    Traits {
        framework: Framework::UpgradeFolders,
        word: "upgrade-files",
        name: "files from version to version",
        by_name: true,
        ..PLAIN
    },
    PLAIN,
];
