//! See rules/migration/ignored-file-name.md

use crate::rule::Context;
use crate::workspace::history::MigrationSet;

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    for ignored in &set.ignored {
        let place = cx.workspace.start(ignored.source);
        let name = cx.workspace.document(ignored.source).source.name();
        cx.report(place, format!("\"{name}\" never runs"))
            .label(ignored.why.clone())
            .in_production("the deploy succeeds without it, and the new code meets a schema that lacks the change")
            .help(ignored.help.clone());
    }
}
