//! See rules/migration/duplicate-version.md

use crate::diagnostic::SourceId;
use crate::document::migration::framework::Framework;
use crate::path;
use crate::rule::Context;
use crate::workspace::history::{Migration, MigrationSet};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    if set.framework.traits().by_name {
        return;
    }
    let forward: Vec<&Migration> =
        set.migrations.iter().filter(|migration| migration.has_version() && !migration.up.is_empty()).collect();
    // They are in the order of their versions.
    let pairs = forward.windows(2).filter_map(|pair| if let [one, other] = pair { Some((*one, *other)) } else { None });
    let same = pairs.filter(|(one, other)| one.has_version_of(other) && folder(one, cx) == folder(other, cx));
    let same: Vec<(&Migration, &Migration)> = same.collect();
    // A set that has lived with several of them is run by a tool that takes them.
    if same.iter().filter(|(one, other)| !one.is_new() && !other.is_new()).count() > 1 {
        return;
    }
    for (one, other) in same {
        report(set, one, other, cx);
    }
}

/// Flyway looks into several folders, and nobody knows which of them it is given together.
fn folder<'w>(migration: &Migration, cx: &Context<'w>) -> &'w str {
    let path = migration.up.first().map_or("", |script| cx.workspace.path(script.source));
    let is_own = path.ends_with("/up.sql");
    let folder = path::folder(path);
    if is_own { path::folder(folder) } else { folder }
}

fn report(set: &MigrationSet, one: &Migration, other: &Migration, cx: &mut Context<'_>) {
    let source = |migration: &Migration| migration.up.first().map_or(SourceId(0), |script| script.source);
    // The one that can still change is the one that has not shipped.
    let (kept, changed) = if other.is_new() || !one.is_new() { (one, other) } else { (other, one) };
    let (place, first) = (cx.workspace.start(source(changed)), cx.workspace.start(source(kept)));
    let newest = set.migrations.iter().rfind(|migration| migration.has_version()).map_or("", |newest| newest.title.as_str());
    let next = set.title_after(newest, changed.name());
    let report = cx
        .report(place, format!("\"{}\" has the version of \"{}\"", changed.title, kept.title))
        .because(first, "the same version")
        .in_production(
            "the runner keeps one row for a version: it stops with an error, or takes the second for done and never runs it",
        )
        .help(format!("give it a version of its own, such as {next}"));
    if set.framework == Framework::Numbered {
        report.guessing("the tool that runs these is not known; most tell migrations apart by their number");
    }
}
