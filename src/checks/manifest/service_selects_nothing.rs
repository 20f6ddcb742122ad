//! See rules/manifest/service-selects-nothing.md

use crate::rule::Context;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::selection::Selection;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(service) = workspace.topology.service(object) else { return };
    if service.field(workspace, "spec.type").is_text("ExternalName") {
        return;
    }
    let Selection::Misses(workload, (key, value)) = workspace.topology.selection(service, &service.selector) else { return };
    let label = service.field(workspace, "spec.selector").field(key);
    let (evidence, correct) = match workload.labels.get(key) {
        Some(other) => (format!("the pods of {} have {key}: {other}", workload.title()), format!("{key}: {other}")),
        None => (format!("the pods of {} have every other label it asks for, but no {key}", workload.title()), String::new()),
    };
    let help = if correct.is_empty() {
        format!("ask for labels that the pods have, or give the pod template this one:\nlabels:\n  {key}: {value}")
    } else {
        format!("ask for the label that the pods have:\nselector:\n  {correct}")
    };
    let template = workload.template(workspace).path("metadata.labels");
    let evidence_at = if template.field(key).is_there() { template.field(key).place() } else { template.place() };
    cx.report(
        label.place(),
        format!("Service \"{}\" sends traffic to nobody: no pod has the label {key}: {value}", service.name),
    )
    .label("no pod has this")
    .because(evidence_at, evidence)
    .in_production("the Service has no endpoints, so every request to it is refused from the moment it is applied")
    .help(help);
}
