//! See rules/migration/refused-statement.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    // What bears a name that is taken is left alone: somebody may have made room by hand.
    for (_, _, failure, place) in failing(migration, |kind| kind == FailureKind::Other) {
        cx.report(place, format!("the migration fails here: {}", failure.reason))
            .label("the server refuses this")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
            .help(
                "no server takes it as it stands: write it otherwise, and run all migrations from the first on an empty database before \
                 this ships",
            );
    }
}
