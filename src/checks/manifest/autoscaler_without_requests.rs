//! See rules/manifest/autoscaler-without-requests.md

use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for scaler in workspace.availability.scalers_of(workload.id) {
        let scaler = workspace.topology.object_at(scaler.object);
        if !scaler.is("HorizontalPodAutoscaler") {
            continue;
        }
        for (resource, metric) in shares(scaler, cx) {
            let mut containers = workload.containers(workspace);
            let without = containers.find(|container| container.keeps_running() && container.lacks_request(&resource, workspace));
            if let Some(container) = without {
                report(&resource, metric, &container, cx);
                break;
            }
        }
    }
}

/// The resources whose use it compares with what is requested.
fn shares<'w>(scaler: &Object, cx: &Context<'w>) -> Vec<(String, Field<'w>)> {
    let spec = scaler.field(cx.workspace, "spec");
    let metrics = spec.field("metrics");
    if metrics.is_absent() {
        // Without any metric it is 80 % of the CPU.
        let share = spec.field("targetCPUUtilizationPercentage");
        let title = if share.is_absent() { scaler.field(cx.workspace, "spec.scaleTargetRef") } else { share };
        return vec![("cpu".to_owned(), title)];
    }
    let resources = metrics.items().filter(|metric| metric.field("type").is_text("Resource"));
    let shares = resources.map(|metric| metric.field("resource")).filter(|resource| {
        resource.path("target.type").is_text("Utilization") || resource.field("targetAverageUtilization").is_there()
    });
    shares
        .filter_map(|resource| Some((resource.field("name").text().into_option()?.into_owned(), resource.field("name"))))
        .collect()
}

fn report(resource: &str, metric: Field<'_>, container: &Container<'_>, cx: &mut Context<'_>) {
    let workload = container.workload;
    let title = workload.title();
    cx.report(metric.place(), format!("{title} is never scaled by its {resource}: \"{}\" requests none", container.name()))
        .label(format!("a share of the {resource} that all containers request"))
        .because(container.node.title_place(), format!("requests no {resource}"))
        .in_production("the autoscaler has no share to compute (FailedGetResourceMetric), so the number of pods stays what it is when the load comes")
        .help(format!("request what it needs on an ordinary day:\nresources:\n  requests: {{ {resource}: {} }}", if resource == "cpu" { "100m" } else { "128Mi" }));
}
