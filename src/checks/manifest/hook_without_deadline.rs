//! See rules/manifest/hook-without-deadline.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::hook::Deployer;
use crate::workspace::topology::Workload;

/// Moments of a release: `pre-upgrade`, `PostSync`, ...
const MOMENTS: &[&str] = &["-install", "-upgrade", "-rollback", "Sync"];

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !workload.is("Job") || !workload.field(workspace, "spec.activeDeadlineSeconds").is_absent() {
        return;
    }
    let deadline = workload.pod(workspace).field("activeDeadlineSeconds");
    let Known::Is(hook) = workload.hook(workspace) else { return };
    let is_waited_for = hook.runs(|moment| MOMENTS.iter().any(|end| moment.ends_with(end)));
    if !is_waited_for || !deadline.is_absent() {
        return;
    }
    let then = match hook.deployer {
        Deployer::Helm => {
            "`helm upgrade` gives up after its timeout, the release is marked as failed, and the job goes on behind it: what it does then meets the next try"
        }
        Deployer::Argo => "the sync waits for it for ever, and no later change is applied until somebody ends it by hand",
    };
    let report = cx
        .report(
            workload.spec(workspace).place(),
            format!("a release waits for Job \"{}\" without an end when it hangs", workload.called(workspace)),
        )
        .label("no activeDeadlineSeconds")
        .because(hook.field.place(), format!("the release waits for it ({})", hook.moments.join(", ")))
        .in_production(then)
        .help("end it yourself, before the deployer gives up:\nspec:\n  activeDeadlineSeconds: 240");
    if hook.deployer == Deployer::Helm && !hook.runs(|moment| moment.starts_with("pre-")) {
        report.capped(Severity::Low);
    }
}
