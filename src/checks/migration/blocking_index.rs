//! See rules/migration/blocking-index.md

use std::fmt::Write as _;

use crate::database::{Effect, EffectKind, IndexBuild, Nature};
use crate::diagnostic::Place;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::IndexBuild(build) = &effect.kind
            && build.blocks_writes
            && !effect.table.is_new()
        {
            report(migration, effect, build, cx);
        }
    }
}

fn report(migration: &Migration, effect: &Effect, build: &IndexBuild, cx: &mut Context<'_>) {
    let table = &effect.table;
    let what = build.index.as_deref().unwrap_or("its new index");
    let history = match table.created {
        Some(created) => format!("created in {}, so it holds rows", cx.workspace.whereabouts(created, effect.place.source)),
        None => "created outside this history, so it may hold rows".to_owned(),
    };
    let help = if table.nature == Some(Nature::Partitioned) {
        partitioned_way(build, table.name.as_str())
    } else {
        safe_way(migration, effect, build, cx)
    };
    cx.report(effect.place, format!("writes to \"{}\" wait until {what} is built", table.name))
        .label(format!("takes SHARE on {}: INSERT, UPDATE and DELETE wait for the whole build", table.name))
        .because(table.place, history)
        .in_production("the build first waits for open transactions, and all writes queue behind it")
        .help(help);
}

fn safe_way(migration: &Migration, effect: &Effect, build: &IndexBuild, cx: &Context<'_>) -> String {
    let workspace = cx.workspace;
    let source = effect.place.source;
    let definition = workspace.text(Place { source, span: build.definition });
    let unique = if build.unique { "UNIQUE " } else { "" };
    let name = build.index.as_deref().map(|name| format!("{name} ")).unwrap_or_default();
    let mut help = format!(
        "alone in its migration, which must not run in a transaction:\nCREATE {unique}INDEX CONCURRENTLY {name}ON {definition};"
    );
    let goes_back = migration.down.first().map(|down| workspace.path(down.source));
    if let (Some(path), Some(name)) = (goes_back, &build.index) {
        let file = path.rsplit('/').next().unwrap_or(path);
        let _ = write!(help, "\n-- and in {file}:\nDROP INDEX CONCURRENTLY IF EXISTS {name};");
    }
    help
}

fn partitioned_way(build: &IndexBuild, table: &str) -> String {
    let name = build.index.as_deref().unwrap_or("the_index");
    format!(
        "a partitioned table takes no CONCURRENTLY, so begin with its partitions:\n\
         CREATE INDEX {name} ON ONLY {table} (...);\n\
         CREATE INDEX CONCURRENTLY {name}_1 ON <each partition> (...);\n\
         ALTER INDEX {name} ATTACH PARTITION {name}_1;"
    )
}
