//! See rules/migration/refused-statement.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (_, _, failure, place) in failing(migration, |kind| matches!(kind, FailureKind::Other | FailureKind::Taken)) {
        let is_taken = failure.kind == FailureKind::Taken;
        let help = if is_taken {
            "make it in one migration and no other; if it may be there or not, say IF NOT EXISTS. Running all migrations from the first on an \
             empty database shows this before it ships"
        } else {
            "no server takes it as it stands: write it otherwise, and run all migrations from the first on an empty database before this \
             ships"
        };
        let report = cx
            .report(place, format!("the migration fails here: {}", failure.reason))
            .label("the server refuses this")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up");
        // Of what was made by hand somewhere, the same hand may have made room.
        let report = if is_taken { report.capped(Severity::Medium) } else { report };
        report.help(help);
    }
}
