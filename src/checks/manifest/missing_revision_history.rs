//! See rules/manifest/missing-revision-history.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let limit = workload.field(cx.workspace, "spec.revisionHistoryLimit");
    let Known::Is(kept) = limit.integer() else { return };
    if !matches!(workload.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout") || !(0..=1).contains(&kept) {
        return;
    }
    let name = &workload.name;
    let message = if kept == 0 {
        format!("nothing brings the last version of \"{name}\" back: no revision is kept")
    } else {
        format!("a second try of a release takes the last good version of \"{name}\" away: one revision is kept")
    };
    let report = cx
        .report(limit.place(), message)
        .label(if kept == 0 { "none is kept".to_owned() } else { "only the one before".to_owned() })
        .in_production(format!(
            "`kubectl rollout undo {}/{name}` finds no revision to go back to, in the minute in which you need it",
            workload.kind.to_ascii_lowercase()
        ))
        .help("keep some; an old ReplicaSet of no pods costs next to nothing:\nrevisionHistoryLimit: 5");
    if kept == 1 {
        report.capped(Severity::Low);
    }
}
