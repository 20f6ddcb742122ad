//! See rules/migration/missing-down.md

use crate::rule::Context;
use crate::settings::RollbackPolicy;
use crate::workspace::history::{Migration, MigrationSet, Script};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    let with_way_back = set.reversible().count();
    // Before the first migration there was no release to go back to.
    let later = set.migrations.iter().filter(|migration| migration.has_version() && !migration.up.is_empty()).skip(1);
    for migration in later.filter(|migration| migration.down.is_empty() && !is_baseline(migration)) {
        let Some(up) = migration.up.first() else { continue };
        let others = match (cx.settings.rollback(cx.workspace.path(up.source)), with_way_back) {
            (RollbackPolicy::None, _) | (RollbackPolicy::Optional, 0) => continue,
            (RollbackPolicy::Required, 0) => "has no down part, and the configuration says that it needs one".to_owned(),
            (_, 1) => "has no down part, though one other migration here has".to_owned(),
            (_, others) => format!("has no down part, though {others} other migrations here have"),
        };
        report(migration, up, &others, cx);
    }
}

/// `B7__baseline.sql` of Flyway stands for all migrations before it.
fn is_baseline(migration: &Migration) -> bool {
    migration.title.starts_with(['B', 'b'])
}

fn report(migration: &Migration, up: &Script, label: &str, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let place = workspace.start(up.source);
    let file = workspace.document(up.source).source.name();
    let help = format!("{}, which undoes it in reverse order", way_back(file));
    cx.report(place, format!("there is no way back from {}", migration.title))
        .label(label)
        .in_production("a rollback stops here, or the runner counts this as undone while the schema keeps the change")
        .help(help);
}

/// What to write, by the name of the file that goes forward.
fn way_back(file: &str) -> String {
    if let Some(title) = file.strip_suffix(".up.sql") {
        format!("write {title}.down.sql")
    } else if matches!(file, "up.sql" | "migration.sql") {
        "write a down.sql beside it".to_owned()
    } else if let Some(title) = file.strip_prefix('V') {
        format!("write U{title}")
    } else {
        "add a down part".to_owned()
    }
}
