//! See rules/migration/unknown-object.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (_, _, failure, place) in failing(migration, |kind| kind == FailureKind::Gone) {
        cx.report(place, format!("the migration fails here: {}", failure.reason))
            .label("names something that is not there when this runs")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
            .help("name what is there now, or say IF EXISTS where it may be gone");
    }
}
