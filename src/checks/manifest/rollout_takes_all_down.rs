//! See rules/manifest/rollout-takes-all-down.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::rollout::Rolling;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Known::Is(rolling) = Rolling::of(workspace, workload) else { return };
    if rolling.is_refused() || !rolling.unavailable.is_there() || workload.is_off {
        return;
    }
    if workload.kind == "DaemonSet" {
        return of_daemons(workload, &rolling, cx);
    }
    let Some(pods) = workspace.availability.fewest(workspace, workload) else { return };
    let Known::Is((surge, missing)) = rolling.steps(pods) else { return };
    // One pod that keeps a volume or a port of its node must go before the next comes.
    let must_go_first = pods == 1 && surge == 0 && (workload.has_claims(workspace) || !workload.host_ports(workspace).is_empty());
    if pods == 0 || missing < pods || must_go_first {
        return;
    }
    let what = if pods == 1 { "its only pod".to_owned() } else { format!("all {pods} pods") };
    let service = workload.traffic(workspace);
    let report = cx
        .report(rolling.unavailable.place(), format!("a deploy of \"{}\" takes {what} away before a new one is ready", workload.name))
        .label(format!("{missing} of {pods} may be missing at the same time"))
        .in_production("from the beginning of each rollout until the first new pod is ready nobody answers, and if the release does not start, nobody ever does")
        .help("add a new pod first, and take an old one away when it is ready:\nmaxSurge: 1\nmaxUnavailable: 0");
    match service {
        Some(service) => {
            let report = report.because(
                service.place(workspace),
                format!("Service \"{}\" has nowhere to send its traffic meanwhile", service.name),
            );
            // Nobody writes this by accident.
            if surge == 0 && pods == 1 {
                report.capped(Severity::Medium);
            }
        }
        None => drop(report.capped(Severity::Low).assuming("no Service here sends it traffic, so its work waits")),
    }
}

fn of_daemons(workload: &Workload, rolling: &Rolling<'_>, cx: &mut Context<'_>) {
    // However many nodes there are.
    let Known::Is((_, 100..)) = rolling.steps(100) else { return };
    if !rolling.unavailable.text().into_option().is_some_and(|text| text.ends_with('%')) {
        return;
    }
    cx.report(rolling.unavailable.place(), format!("a deploy of \"{}\" stops it on all nodes at the same time", workload.name))
        .label("all may be missing")
        .in_production(
            "what every node relies on is gone everywhere at once, and a release that does not start is noticed on all of them",
        )
        .help("go from node to node:\nmaxUnavailable: 10%")
        .capped(Severity::Medium);
}
