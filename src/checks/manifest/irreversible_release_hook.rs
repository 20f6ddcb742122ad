//! See rules/manifest/irreversible-release-hook.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::hook::Deployer;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    if !workload.is("Job") {
        return;
    }
    let workspace = cx.workspace;
    let Known::Is(hook) = workload.hook(workspace) else { return };
    let is_upgrade = hook.deployer == Deployer::Helm && hook.runs(|moment| moment == "pre-upgrade" || moment == "post-upgrade");
    if !is_upgrade || !workload.looks_like_migration(workspace) {
        return;
    }
    // Any hook around a rollback may be the way back.
    let goes_back = |other: &Workload| {
        let is_near = workspace.topology.may_meet(workload, other);
        is_near
            && !matches!(other.hook(workspace), Known::Is(hook) if !hook.runs(|moment| moment.ends_with("-rollback")))
            && !other.hook(workspace).is_absent()
    };
    let mut jobs = workspace.topology.of_kind("Job").filter_map(|object| workspace.topology.workload(object));
    if jobs.any(goes_back) {
        return;
    }
    cx.report(hook.field.place(), format!("a rollback brings the old code back onto the new schema: \"{}\" has no way back", workload.name))
        .label("runs with each upgrade, and with no rollback")
        .in_production("`helm rollback` starts the pods of the last version against the schema that this job has left behind, and they fail at the first query that does not fit it")
        .help("make each migration fit the version before, too: add first, remove a release later;\nor say how to go back, in a job of its own:\nannotations:\n  helm.sh/hook: post-rollback")
        .guessing("by its name or its command, it migrates a database");
}
