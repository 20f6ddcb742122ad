//! See rules/manifest/probe-on-job.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::probe::depth::Depth;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    // A sidecar of a job lives as long as the job does.
    if !container.workload.is_job() || container.is_init() || !container.served_by().is_empty() {
        return;
    }
    let probes = container.probes();
    let killer = [&probes.liveness, &probes.startup].into_iter().find_map(|probe| match probe {
        Known::Is(probe) => Some(probe),
        _ => None,
    });
    let Some(probe) = killer else { return };
    if matches!(&probe.handler, Known::Is(handler) if handler.depth() == Depth::Constant) {
        return;
    }
    let again = match container.pod().field("restartPolicy").text().into_option().as_deref() {
        Some("Never") => "the job starts a new pod, which does everything again from the beginning",
        _ => "the container starts again and does everything again from the beginning",
    };
    cx.report(
        probe.place(),
        format!("the work of \"{}\" is cut off and begun again when its {} probe fails", container.name(), probe.role.word()),
    )
    .label(format!("{} \"{}\" runs to its end by itself", container.workload.kind, container.workload.name))
    .in_production(format!("a busy job that answers late is killed half way; {again}"))
    .help("drop the probe, and limit the time of the whole job:\nactiveDeadlineSeconds: 3600");
}
