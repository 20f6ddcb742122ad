//! See rules/manifest/network-policy-selects-nothing.md

use crate::rule::Context;
use crate::workspace::topology::labels::Selector;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::selection::Selection;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    if !object.is("NetworkPolicy") {
        return;
    }
    let workspace = cx.workspace;
    let labels = object.field(workspace, "spec.podSelector.matchLabels");
    let selector = Selector::of(object.field(workspace, "spec.podSelector").node());
    let Selection::Misses(workload, (key, value)) = workspace.topology.selection(object, &selector) else { return };
    let template = workload.template(workspace).path("metadata.labels");
    let (evidence, help) = match workload.labels.get(key) {
        Some(other) => (
            format!("the pods of {} have {key}: {other}", workload.title()),
            format!("ask for the label that the pods have:\npodSelector:\n  matchLabels:\n    {key}: {other}"),
        ),
        None => (
            format!("the pods of {} have every other label it asks for, but no {key}", workload.title()),
            format!("ask for labels that the pods have, or give the pod template this one:\nlabels:\n  {key}: {value}"),
        ),
    };
    let at = if template.field(key).is_there() { template.field(key) } else { template };
    cx.report(labels.field(key).place(), format!("{} is about no pod: none has the label {key}: {value}", object.title()))
        .label("no pod has this")
        .because(at.place(), evidence)
        .in_production("what it allows stays shut where another policy closes the namespace, and what it should keep out comes in where none does")
        .help(help);
}
