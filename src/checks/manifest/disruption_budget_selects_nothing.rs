//! See rules/manifest/disruption-budget-selects-nothing.md

use crate::rule::Context;
use crate::workspace::availability::Miss;
use crate::workspace::topology::object::Object;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(budget) = workspace.availability.budget(object) else { return };
    let Some((workload, miss)) = budget.misses else { return };
    let Some(workload) = workspace.topology.workload(workspace.topology.object_at(workload)) else { return };
    let labels = object.field(workspace, "spec.selector.matchLabels");
    let missing: Vec<&str> = budget.selector.missing(&workload.labels).map(|(key, _)| key.as_str()).collect();
    let wrong = labels.entries().find(|(key, _)| missing.is_empty() || missing.contains(&&**key));
    let (elsewhere, help) = match miss {
        Miss::Namespace => {
            let namespace = workload.namespace.clone().into_option().unwrap_or_default();
            (
                format!("these pods have the labels, but in namespace {namespace}"),
                format!("a budget is only about pods of its own namespace:\nmetadata:\n  namespace: {namespace}"),
            )
        }
        Miss::Label => {
            let labels: Vec<String> = workload.labels.pairs.iter().map(|(key, value)| format!("    {key}: {value}")).collect();
            (
                "these pods have other labels".to_owned(),
                format!(
                    "ask for labels that the pods have, all or the fewest that tell them apart:\nselector:\n  matchLabels:\n{}",
                    labels.join("\n")
                ),
            )
        }
    };
    cx.report(
        wrong.map_or(labels, |(_, label)| label).place(),
        format!("{} protects nothing: no pod has these labels", object.title()),
    )
    .label("nothing is selected by this")
    .because(workload.template(workspace).path("metadata.labels").place(), elsewhere)
    .in_production(format!("a drain takes all pods of {} at once, as if there were no budget", workload.title()))
    .help(help);
}
