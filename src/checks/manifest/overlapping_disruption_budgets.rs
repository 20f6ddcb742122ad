//! See rules/manifest/overlapping-disruption-budgets.md

use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let topology = &workspace.topology;
    let mut budgets: Vec<&Object> =
        workspace.availability.budgets_of(workload.id).map(|budget| topology.object_at(budget.object)).collect();
    budgets.retain(|budget| is_applied_with(budget, workload, cx));
    let Some((first, others)) = budgets.split_first() else { return };
    // The same name again is the same budget, written anew.
    let Some(second) = others.iter().find(|other| other.name != first.name) else { return };
    let pods = format!("the pods of {}", workload.title());
    cx.report(second.place(workspace), format!("no pod of {} can be evicted: two budgets select it", workload.title()))
        .label(format!("selects {pods}"))
        .because(first.place(workspace), "so does this one")
        .because(workload.place(workspace), "the pods that both select")
        .in_production(
            "the eviction API answers with an error instead of an eviction, so draining a node stops at the first of these pods",
        )
        .help(format!("keep one of them for these pods:\nkubectl delete poddisruptionbudget {}", second.name));
}

/// Surely: the same unit, and where folders alone make one, the same folder.
fn is_applied_with(budget: &Object, workload: &Workload, cx: &Context<'_>) -> bool {
    let folder = |object: &Object| cx.workspace.document(object.node.source).source.folder();
    let is_near = cx.workspace.topology.unit(budget).is_built() || folder(budget) == folder(workload);
    budget.unit == workload.unit && is_near && budget.namespace == workload.namespace && budget.has_known_name()
}
