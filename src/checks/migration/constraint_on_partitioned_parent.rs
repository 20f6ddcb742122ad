//! See rules/migration/constraint-on-partitioned-parent.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (_, _, failure, place) in failing(migration, |kind| kind == FailureKind::Partitioned) {
        cx.report(place, format!("the migration fails here: {}", failure.reason))
            .label("refused on a partitioned table")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
            .help("do it on each partition, which are ordinary tables, and attach or add it above after that; a key must hold the columns of PARTITION BY");
    }
}
