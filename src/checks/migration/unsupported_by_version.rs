//! See rules/migration/unsupported-by-version.md

use super::failing::failing;
use crate::database::FailureKind;
use crate::rule::Context;
use crate::workspace::history::Migration;
use crate::workspace::versions::Said;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let is_said = cx.set.is_some_and(|set| !matches!(set.versions.said, Said::Nobody | Said::Needed));
    for (_, _, failure, place) in failing(migration, |kind| kind == FailureKind::Unsupported) {
        let report = cx
            .report(place, format!("the migration fails here: {}", failure.reason))
            .label("a syntax error to that server")
            .in_production("the runner stops with an error, every time it is started, and the new version does not come up")
            .help("write it as that version knows it, or say which one runs in production:\n# gonogo.toml\n[[migrations]]\npath = \"..\"\nversion = \"..\"");
        if failure.reason.contains("unless") {
            report.guessing("an extension may bring it");
        } else if !is_said {
            report.guessing("nothing here names the version of the server");
        }
    }
}
