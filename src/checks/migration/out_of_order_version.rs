//! See rules/migration/out-of-order-version.md

use crate::document::migration::framework::Late;
use crate::rule::Context;
use crate::workspace::history::{Migration, MigrationSet};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    let framework = set.framework.name();
    let consequence = match set.late() {
        Late::Refused => format!("{framework} refuses to deploy because it comes before one that has run"),
        Late::Skipped => format!("{framework} passes over it in silence where the newer one has run"),
        Late::Unknown => "a runner that keeps its last version passes over it, others run it out of order".to_owned(),
        Late::Runs => return,
    };
    for (late, newest) in set.late_ones() {
        report(set, late, newest, &consequence, cx);
    }
}

fn report(set: &MigrationSet, late: &Migration, newest: &Migration, consequence: &str, cx: &mut Context<'_>) {
    let (Some(here), Some(there)) = (late.up.first(), newest.up.first()) else { return };
    let (place, shipped) = (cx.workspace.start(here.source), cx.workspace.start(there.source));
    let next = set.title_after(&newest.title, late.name());
    let message = format!("\"{}\" sorts before \"{}\", which has shipped", late.title, newest.title);
    let report = cx
        .report(place, message)
        .label("new, and not the last")
        .because(shipped, "has shipped with a higher version")
        .in_production(consequence)
        .help(format!("give it a version above the newest, such as {next}"));
    if set.late() == Late::Unknown {
        report.guessing("the tool that runs these is not known");
    }
}
