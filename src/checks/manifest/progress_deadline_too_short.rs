//! See rules/manifest/progress-deadline-too-short.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::probe::{Probe, Role};
use crate::workspace::topology::Workload;

/// What Kubernetes takes where nothing is said.
const DEFAULT: i64 = 600;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if workload.kind != "Deployment" || workload.is_off {
        return;
    }
    let deadline = workload.field(workspace, "spec.progressDeadlineSeconds");
    let settled = workload.field(workspace, "spec.minReadySeconds");
    let (Known::Is(seconds), Known::Is(settles)) = (deadline.integer().or(DEFAULT), settled.integer().or(0)) else { return };
    if seconds <= settles {
        let title = workload.title();
        cx.report(
            deadline.place(),
            format!("{title} cannot be applied: its rollout is given {seconds} s, and each pod must stay ready for {settles} s"),
        )
        .label("the API server refuses a deadline that is not longer")
        .because(settled.place(), format!("a new pod counts after {settles} s"))
        .in_production("the API server refuses the object, so the deploy stops here, half applied")
        .help(format!("give it time to start, too:\nprogressDeadlineSeconds: {}", settles.saturating_add(DEFAULT)));
        return;
    }
    let containers = workload.containers(workspace);
    let may_be_slow = containers.filter(|container| !container.runs_first() && !Probe::is_missing(container, Role::Startup));
    let slowest = may_be_slow.filter_map(|container| {
        let probes = container.probes();
        let ready = probes.slowest_ready().into_option()?;
        let Known::Is(startup) = &probes.startup else { return None };
        Some((ready, startup.place()))
    });
    let Some((ready, place)) = slowest.max_by_key(|(ready, _)| *ready) else { return };
    let needed = ready.saturating_add(settles);
    if needed <= seconds {
        return;
    }
    let report = cx
        .report(
            deadline.place(),
            format!(
                "a release of \"{}\" that starts slowly is called failed after {seconds} s, while it still starts",
                workload.name
            ),
        )
        .label(if deadline.is_there() { format!("{seconds} s from pod to pod") } else { format!("{seconds} s by default") })
        .because(place, format!("a pod may take up to {needed} s until it counts"))
        .in_production(
            "`kubectl rollout status` and `helm upgrade --wait` give up, and whatever deploys rolls a healthy release back",
        )
        .help(format!(
            "wait longer than the slowest start that the probes allow:\nprogressDeadlineSeconds: {}",
            needed.saturating_add(60)
        ));
    report.capped(if deadline.is_there() { Severity::Medium } else { Severity::Low });
}
