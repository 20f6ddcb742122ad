//! See rules/migration/stale-checksum.md

use crate::rule::Context;
use crate::workspace::history::MigrationSet;

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    for stale in &set.stale {
        let place = cx.workspace.start(stale.source);
        let name = cx.workspace.document(stale.source).source.name();
        cx.report(place, format!("{} does not fit \"{name}\"", stale.file))
            .label(stale.why.clone())
            .in_production("the deploy stops before the first migration runs, because the checksums say that somebody tampered with the files")
            .help(stale.help.clone());
    }
}
