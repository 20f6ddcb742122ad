//! See rules/migration/missing-down.md

use crate::rule::Context;
use crate::workspace::history::{Migration, MigrationSet};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    if !set.goes_back() {
        return;
    }
    let with_way_back = set.migrations.iter().filter(|migration| !migration.down.is_empty()).count();
    for migration in set.migrations.iter().filter(|migration| migration.down.is_empty()) {
        report(migration, with_way_back, cx);
    }
}

fn report(migration: &Migration, with_way_back: usize, cx: &mut Context<'_>) {
    let Some(up) = migration.up.first() else { return };
    let workspace = cx.workspace;
    let place = workspace.start(up.source);
    let others = if with_way_back == 1 {
        "one other migration here has".to_owned()
    } else {
        format!("{with_way_back} other migrations here have")
    };
    let file = workspace.document(up.source).source.name();
    let help = match file.strip_suffix(".up.sql") {
        Some(title) => format!("write {title}.down.sql, which undoes it in reverse order"),
        None if file == "up.sql" => "write a down.sql beside it, which undoes it in reverse order".to_owned(),
        None => "add the part that undoes it, in reverse order".to_owned(),
    };
    cx.report(place, format!("there is no way back from {}", migration.title))
        .label(format!("has no down part, though {others}"))
        .in_production("a rollback to an earlier release stops here, in the middle of an incident")
        .help(help);
}
