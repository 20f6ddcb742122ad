//! See rules/migration/foreign-key-type-mismatch.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (_, _, failure, place) in failing(migration, |kind| kind == FailureKind::Mismatch) {
        cx.report(place, format!("the migration fails here: {}", failure.reason))
            .label("refused: what refers and what is referred to do not fit")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
            .help("give the columns the type of those that they refer to, and let these have a PRIMARY KEY or UNIQUE constraint");
    }
}
