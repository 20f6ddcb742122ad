//! See rules/manifest/disruption-budget-blocks-drain.md

use std::collections::BTreeMap;

use crate::document::Known;
use crate::rule::{Context, Report};
use crate::workspace::availability::{Budget, By, Size};
use crate::workspace::field::{Amount, Field};
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(budget) = workspace.availability.budget(object) else { return };
    let workloads = workloads(budget, object, cx);
    if let Some(field) = forbids_all(object, cx) {
        let is_about_jobs =
            !workloads.is_empty() && workloads.iter().all(|workload| workload.is_job() || workload.kind == "DaemonSet");
        let is_off = !workloads.is_empty() && workloads.iter().all(|workload| workload.is_off);
        if !is_about_jobs && !is_off {
            always(&workloads, field, cx);
        }
        return;
    }
    let sizes: Vec<Vec<Size>> =
        match workloads.iter().map(|workload| workspace.availability.sizes(workspace, workload).clone()).collect::<Vec<_>>() {
            all if all.iter().all(Known::is_there) && !budget.is_open => all.into_iter().filter_map(Known::into_option).collect(),
            _ => return,
        };
    if let ([workload], [sizes]) = (workloads.as_slice(), sizes.as_slice()) {
        for size in sizes {
            compare(budget, workload, *size, size.pods, cx);
        }
    } else if let Some((workload, size)) =
        workloads.iter().zip(&sizes).find_map(|(workload, sizes)| Some((workload, sizes.iter().min_by_key(|size| size.pods)?)))
    {
        let all = sizes.iter().filter_map(|sizes| sizes.iter().map(|size| size.pods).min()).sum();
        compare(budget, workload, *size, all, cx);
    }
}

/// What it is about; of several variants of one workload the nearest.
fn workloads<'w>(budget: &Budget, object: &Object, cx: &Context<'w>) -> Vec<&'w Workload> {
    let topology = &cx.workspace.topology;
    let mut nearest: BTreeMap<(&str, &str), &Workload> = BTreeMap::new();
    for workload in budget.workloads.iter().filter_map(|id| topology.workload(topology.object_at(*id))) {
        let distance = |workload: &Workload| workload.node.source.0.abs_diff(object.node.source.0);
        let known = nearest.entry((&workload.kind, &workload.name)).or_insert(workload);
        if distance(workload) < distance(known) {
            *known = workload;
        }
    }
    nearest.into_values().collect()
}

/// The field that lets no pod go, however many there are.
fn forbids_all<'w>(object: &Object, cx: &Context<'w>) -> Option<Field<'w>> {
    let spec = object.field(cx.workspace, "spec");
    let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    match (least.amount(), most.amount()) {
        (Known::Is(Amount::Percent(100..)), _) => Some(least),
        (Known::Absent, Known::Is(Amount::Count(0) | Amount::Percent(0))) => Some(most),
        _ => None,
    }
}

fn always(workloads: &[&Workload], field: Field<'_>, cx: &mut Context<'_>) {
    let whom = workloads.first().map_or_else(|| "the pods that this budget selects".to_owned(), |workload| workload.title());
    let report = cx
        .report(field.place(), format!("draining a node waits for good on {whom}: the budget lets no pod go"))
        .label("of however many pods, none may be evicted");
    let report = explain(report, "let one pod go at a time:\nmaxUnavailable: 1");
    if workloads.is_empty() {
        report.guessing("the pods that it selects are kept by something that is not in these files");
    }
}

fn compare(budget: &Budget, workload: &Workload, size: Size, pods: i64, cx: &mut Context<'_>) {
    let Known::Is((keeps, field)) = budget.keeps(cx.workspace, pods) else { return };
    if pods == 0 || keeps < pods {
        return;
    }
    let of = if pods == 1 { "its only pod".to_owned() } else { format!("all of {pods} pods") };
    let message = format!("draining a node waits for good on {}: the budget keeps {of}", workload.title());
    let kept = if keeps == 1 { "1 pod must stay".to_owned() } else { format!("{keeps} pods must stay") };
    let count = if size.pods == 1 { "1 pod".to_owned() } else { format!("{} pods", size.pods) };
    let there = match size.by {
        By::Workload if size.pods == 1 => "there is 1 pod".to_owned(),
        By::Workload => format!("there are {count}"),
        By::Default => format!("nobody asks for more than {count}"),
        By::Scaler => format!("the autoscaler goes down to {count}"),
        By::Kustomization => format!("this kustomization makes it {count}"),
    };
    // What the kustomization changes is the mistake; it may be one of several.
    let report = if size.by == By::Kustomization {
        cx.report(size.place, message).label(there).because(field.place(), kept)
    } else {
        cx.report(field.place(), message).label(kept).because(size.place, there)
    };
    let help = match size.by {
        By::Scaler => format!(
            "let one pod go at a time:\nmaxUnavailable: 1\nor keep one more than must stay:\nminReplicas: {}",
            keeps.saturating_add(1)
        ),
        _ if pods == 1 => {
            "let the pod go, for as long as its successor takes to start (or have two of them):\nmaxUnavailable: 1".to_owned()
        }
        _ => "let one pod go at a time:\nmaxUnavailable: 1".to_owned(),
    };
    explain(report, &help);
}

fn explain<'c>(report: Report<'c>, help: &str) -> Report<'c> {
    report
        .in_production("an upgrade of the nodes evicts pod by pod and is refused here each time, until it gives up or somebody deletes the pod by hand")
        .help(help)
}
