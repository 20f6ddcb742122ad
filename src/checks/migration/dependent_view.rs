//! See rules/migration/dependent-view.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (_, _, failure, place) in failing(migration, |kind| kind == FailureKind::Used) {
        cx.report(place, format!("the migration fails here: {}", failure.reason))
            .label("refused while something else is made of it")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
            .help("drop what stands on it first and make it again after, in the same transaction, so that nobody finds it missing:\nDROP VIEW ..;\nALTER TABLE ..;\nCREATE VIEW ..;");
    }
}
