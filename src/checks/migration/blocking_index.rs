//! See rules/migration/blocking-index.md

use std::cell::LazyCell;

use crate::database::{Effect, EffectKind, IndexBuild, Nature};
use crate::diagnostic::Place;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::history::Migration;

/// The marks that a runner's files bear, and the line that tells it to open no transaction.
const NO_TRANSACTION: &[(&str, &str)] = &[
    ("+goose", "-- +goose NO TRANSACTION"),
    ("migrate:up", "-- migrate:up transaction:false"),
    ("+migrate", "-- +migrate Up notransaction"),
];

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for script in &migration.up {
        // Once a file: it is looked for in the whole text.
        let how = LazyCell::new(|| no_transaction(workspace.document(script.source).source.text()));
        for effect in script.effects() {
            if let EffectKind::IndexBuild(build) = &effect.kind
                && build.blocks_writes
                && !effect.table.is_new()
            {
                report(migration, effect, build, &how, cx);
            }
        }
    }
}

/// How this file would say that it wants no transaction.
fn no_transaction(text: &str) -> String {
    let known = NO_TRANSACTION.iter().find(|(mark, _)| text.contains(mark));
    known.map_or_else(|| "which must not run in a transaction".to_owned(), |(_, line)| format!("with `{line}`"))
}

fn report(migration: &Migration, effect: &Effect, build: &IndexBuild, how: &str, cx: &mut Context<'_>) {
    let table = &effect.table;
    let what = build.index.as_ref().map_or_else(|| "its new index".to_owned(), ToString::to_string);
    let history = match table.created {
        Some(created) => {
            format!("created in {}, so it may hold rows by now", cx.workspace.whereabouts(created, effect.place.source))
        }
        None => "created outside this history, so it may hold rows".to_owned(),
    };
    let written = Written::of(effect, build, cx.workspace);
    let (partitions, help) = if table.nature == Some(Nature::Partitioned) {
        (" and its partitions", written.partition_by_partition())
    } else {
        ("", written.concurrently(migration, how))
    };
    cx.report(effect.place, format!("writes to \"{}\" wait until {what} is built", table.name))
        .label(format!("takes SHARE on {}{partitions}: INSERT, UPDATE and DELETE wait for the whole build", table.name))
        .because(table.place, history)
        .in_production("it first waits for every open transaction that wrote to the table, and all later writes queue behind it")
        .help(help);
}

/// The parts of the statement as they were written, to write it anew.
struct Written<'w> {
    /// `CREATE INDEX` or `CREATE UNIQUE INDEX`.
    create: &'static str,
    index: Option<&'w str>,
    table: &'w str,
    /// What follows the table: method, columns, conditions.
    rest: &'w str,
}

impl<'w> Written<'w> {
    fn of(effect: &Effect, build: &IndexBuild, workspace: &'w Workspace) -> Self {
        let text = |span| workspace.text(Place { source: effect.place.source, span });
        let (table, definition) = (workspace.text(effect.table.place), text(build.definition));
        Self {
            create: if build.unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" },
            index: build.index.as_ref().map(|name| text(name.span)),
            table,
            rest: definition.get(table.len()..).unwrap_or_default().trim_start(),
        }
    }

    fn concurrently(&self, migration: &Migration, how: &str) -> String {
        let Self { create, table, rest, .. } = self;
        let name = self.index.map(|name| format!("{name} ")).unwrap_or_default();
        let back = self.way_back(migration).unwrap_or_default();
        format!("alone in its migration, {how}:\n{create} CONCURRENTLY {name}ON {table} {rest};{back}")
    }

    /// For a migration that has a down part.
    fn way_back(&self, migration: &Migration) -> Option<String> {
        let (_, name) = (migration.down.first()?, self.index?);
        // An index lives in the schema of its table.
        let schema = self.table.rsplit_once('.').map(|(schema, _)| format!("{schema}.")).unwrap_or_default();
        Some(format!("\n-- and alone in its down part:\nDROP INDEX CONCURRENTLY IF EXISTS {schema}{name};"))
    }

    fn partition_by_partition(&self) -> String {
        let Self { create, table, rest, .. } = self;
        let name = self.index.unwrap_or("the_index");
        format!(
            "a partitioned table takes no CONCURRENTLY; index its partitions one by one, outside a transaction, and attach them:\n\
             {create} {name} ON ONLY {table} {rest};\n\
             {create} CONCURRENTLY {name}_1 ON <each partition> {rest};\n\
             ALTER INDEX {name} ATTACH PARTITION {name}_1;"
        )
    }
}
