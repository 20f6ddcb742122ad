//! See rules/manifest/unbounded-job.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;

/// From this many on, nobody waits for the last one. Kubernetes' own number is 6.
const MANY_RETRIES: i64 = 20;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let spec = workload.spec(cx.workspace);
    let job = match workload.kind.as_str() {
        "CronJob" => spec.path("jobTemplate.spec"),
        "Job" => spec,
        _ => return,
    };
    let is_bounded =
        !job.field("activeDeadlineSeconds").is_absent() || !workload.pod(cx.workspace).field("activeDeadlineSeconds").is_absent();
    let is_off = [spec.field("suspend"), job.field("suspend")]
        .iter()
        .any(|suspend| !matches!(suspend.flag(), Known::Absent | Known::Is(false)));
    if is_bounded || is_off {
        return;
    }
    let (policy, retries) = (spec.field("concurrencyPolicy"), job.field("backoffLimit"));
    if matches!(retries.integer(), Known::Is(retries) if retries >= MANY_RETRIES) {
        again_and_again(workload, retries, cx);
    } else if workload.kind == "CronJob" && policy.is_text("Forbid") {
        never_again(workload, policy, cx);
    }
}

fn again_and_again(workload: &Workload, retries: Field<'_>, cx: &mut Context<'_>) {
    cx.report(retries.place(), format!("{} is started {} times before it counts as failed", workload.title(), retries.written()))
        .label("so many retries, and no deadline")
        .in_production("whoever waits for it waits for hours, and each retry does again whatever it did before it failed")
        .help(HELP);
}

fn never_again(workload: &Workload, policy: Field<'_>, cx: &mut Context<'_>) {
    cx.report(policy.place(), format!("a run of {} that hangs is its last: no other may start while it is there", workload.title()))
        .label("the next run waits for the one before, and nothing ends that")
        .in_production("a run waits for an answer that never comes; from then on no run starts, without any error, until somebody misses the results")
        .help(HELP)
        .capped(Severity::Medium);
}

const HELP: &str = "end a run that takes too long (the number stands for yours):\nactiveDeadlineSeconds: 3600";
