//! See rules/migration/missing-down.md

use crate::diagnostic::Severity;
use crate::document::migration::framework::Down;
use crate::rule::Context;
use crate::settings::RollbackPolicy;
use crate::workspace::history::{Migration, MigrationSet, Script};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    let with_way_back = set.reversible().count();
    // Before the first migration there was no release to go back to.
    let later = set.migrations.iter().enumerate().filter(|(_, migration)| migration.has_version() && !migration.up.is_empty());
    // Those before the first with a way back are older than the custom.
    let custom = set.first_reversible();
    let mut without = Vec::new();
    let has_way_back = |migration: &Migration| cx.workspace.history.has_way_back(set, migration);
    let lonely: Vec<_> = later.skip(1).filter(|(_, migration)| !has_way_back(migration) && !is_baseline(migration)).collect();
    for (at, migration) in lonely {
        let Some(up) = migration.up.first() else { continue };
        let others = match (cx.settings.rollback(cx.workspace.path(up.source)), with_way_back) {
            (RollbackPolicy::None, _) => continue,
            (RollbackPolicy::Optional, 0) => {
                without.push((migration, up));
                continue;
            }
            (RollbackPolicy::Optional, _) if custom.is_none_or(|custom| at < custom) => continue,
            (RollbackPolicy::Required, 0) => "has no down part, and the configuration says that it needs one".to_owned(),
            (_, 1) => "has no down part, though one other migration here has".to_owned(),
            (_, others) => format!("has no down part, though {others} other migrations here have"),
        };
        report(migration, up, &others, cx);
    }
    // Where the runner never goes back there is nothing to write.
    if set.framework.traits().files.down != Down::None
        && let Some((_, up)) = without.iter().rev().find(|(migration, _)| set.is_pending(migration))
    {
        forward_only(set, up, cx);
    }
}

/// `B7__baseline.sql` of Flyway stands for all migrations before it.
fn is_baseline(migration: &Migration) -> bool {
    migration.title.starts_with(['B', 'b'])
}

/// One note for a whole set.
fn forward_only(set: &MigrationSet, up: &Script, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let folder = if set.folder.is_empty() { "this folder".to_owned() } else { set.folder.clone() };
    cx.report(workspace.start(up.source), format!("no migration in {folder} has a way back"))
        .capped(Severity::Low)
        .label("the newest of them")
        .in_production("a rollback takes the code back and leaves the schema: the old version runs on the new one, or not at all")
        .help(format!(
            "let each release run on the schema of the next: add first, drop one release later. If nobody is meant to go back, say so \
             in gonogo.toml:\n[[migrations]]\npath = \"/{}\"\nrollback = \"none\"",
            if set.folder.is_empty() { String::new() } else { format!("{}/", set.folder) },
        ));
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
