//! See rules/manifest/paused-rollout.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let paused = workload.field(cx.workspace, "spec.paused");
    if !matches!(workload.kind.as_str(), "Deployment" | "Rollout" | "CloneSet") || paused.flag() != Known::Is(true) {
        return;
    }
    cx.report(paused.place(), format!("no release of \"{}\" reaches a pod: its rollouts are paused", workload.name))
        .label("changes are taken and nothing is done about them")
        .in_production(
            "the deploy says that all is well, the old pods go on, and with the next restart of a pod nothing new comes either",
        )
        .help(format!(
            "leave it out; to hold one rollout back, pause it by hand:\nkubectl rollout pause {}/{}",
            workload.kind.to_ascii_lowercase(),
            workload.name
        ));
}
