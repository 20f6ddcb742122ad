//! See rules/manifest/missing-disruption-budget.md

use std::collections::BTreeMap;

use super::{and_more, evidence, label_of};
use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::unit::{Sort, Unit};

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let mut groups: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for workload in unit.workloads(workspace).filter(|workload| serves_with_several(workload, cx)) {
        // Where nothing says what is released together, it is what lies in one folder.
        let folder = if unit.sort == Sort::Tree { workspace.document(workload.node.source).source.folder() } else { "" };
        groups.entry(folder).or_default().push(workload);
    }
    for group in groups.into_values() {
        of_group(group, cx);
    }
}

/// Of workloads that are released together.
fn of_group(group: Vec<&Workload>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let (with, others): (Vec<&Workload>, Vec<&Workload>) =
        group.into_iter().partition(|workload| workspace.availability.may_have_budget(workspace, workload));
    let Some((workload, more)) = others.split_first() else { return };
    let (subject, verb) = and_more(&workload.name, more.len(), "workload");
    let label = label_of(workload);
    let report = cx
        .report(workload.place(workspace), format!("{subject} {verb} no disruption budget: a drain may take all pods at once"))
        .label(format!("{} serves traffic", workload.title()))
        .folding(more.len())
        .in_production("when several nodes are upgraded together, or the pods share one, nothing keeps one of them up until another has started")
        .help(format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{ name: {} }}\nspec:\n  maxUnavailable: 1\n  selector: {{ matchLabels: {{ {label} }} }}",
            workload.name
        ));
    let budget = with.first().and_then(|with| workspace.availability.budgets_of(with.id).next());
    let report = match budget.map(|budget| workspace.topology.object_at(budget.object)) {
        Some(budget) => report.because(budget.place(workspace), "another workload of these has one"),
        None => report.capped(Severity::Low),
    };
    evidence(report, more.iter().map(|workload| (workload.place(workspace), workload.name.clone())));
}

fn serves_with_several(workload: &Workload, cx: &Context<'_>) -> bool {
    let workspace = cx.workspace;
    let is_several = || workspace.availability.fewest(workspace, workload).is_some_and(|pods| pods >= 2);
    workspace.topology.services_of(workload).next().is_some() && is_several() && !cx.may_be_patched(workload)
}
