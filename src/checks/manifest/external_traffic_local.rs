//! See rules/manifest/external-traffic-local.md

use std::collections::HashSet;

use super::label_of;
use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::ObjectId;
use crate::workspace::topology::unit::Unit;

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let mut said = HashSet::new();
    for workload in unit.workloads(cx.workspace) {
        of_workload(workload, &mut said, cx);
    }
}

/// Two workloads behind one Service are one finding.
fn of_workload(workload: &Workload, said: &mut HashSet<ObjectId>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    // Most have no Service, and that is asked first.
    if workspace.topology.services_of(workload).next().is_none() {
        return;
    }
    let Some(pods) = workspace.availability.fewest(workspace, workload) else { return };
    if pods == 0 || workspace.availability.may_have_budget(workspace, workload) {
        return;
    }
    for service in workspace.topology.services_of(workload) {
        let spec = service.field(workspace, "spec");
        let policy = spec.field("externalTrafficPolicy");
        let is_outward = spec.field("type").is_text("LoadBalancer") || spec.field("type").is_text("NodePort");
        if !policy.is_text("Local") || !is_outward || cx.may_be_patched_beside(workload, service) || !said.insert(service.id) {
            continue;
        }
        let count = if pods == 1 { "the only pod".to_owned() } else { format!("any of {pods} pods") };
        cx.report(policy.place(), format!("traffic of Service \"{}\" is lost whenever {count} is moved to another node", service.name))
            .label("only nodes that run a pod answer")
            .because(workload.place(workspace), format!("{} has no disruption budget", workload.title()))
            .in_production("a drain takes the pod, the balancer goes on sending to its node until the health checks fail, and without a budget all pods may go at once")
            .help(format!(
                "{}keep pods in place until others have started, with a budget, and let them pause before they stop, until no balancer sends more:\n\
                 lifecycle: {{ preStop: {{ sleep: {{ seconds: 15 }} }} }}\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{ name: {} }}\nspec:\n  maxUnavailable: 1\n  selector: {{ matchLabels: {{ {} }} }}",
                if pods == 1 { "have a second pod, which a budget needs to be of use:\nreplicas: 2\n" } else { "" },
                workload.name,
                label_of(workload)
            ));
    }
}
