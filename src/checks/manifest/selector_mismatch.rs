//! See rules/manifest/selector-mismatch.md

use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::labels::Answer;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !matches!(workload.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") {
        return;
    }
    let Some(selector) = workload.selector(workspace) else { return };
    if selector.selects(&workload.labels) != Answer::No {
        return;
    }
    let labels = workload.template(workspace).path("metadata.labels");
    let missing: Vec<String> = selector.missing(&workload.labels).map(|(key, value)| format!("{key}: {value}")).collect();
    let asked = workload.field(workspace, "spec.selector");
    let report = cx
        .report(asked.place(), format!("{} cannot be applied: it does not select its own pods", workload.title()))
        .label(if missing.is_empty() { "asks for other labels".to_owned() } else { format!("asks for {}", missing.join(", ")) })
        .because(labels.place(), "its pods have other labels")
        .in_production("the API server refuses the object, so the deploy stops here, half applied");
    if missing.is_empty() {
        report.help("give the pods the labels that the selector asks for, in spec.template.metadata.labels");
    } else {
        report.help(format!(
            "give the pods the labels that the selector asks for, in spec.template.metadata.labels:\n{}",
            missing.join("\n")
        ));
    }
}
