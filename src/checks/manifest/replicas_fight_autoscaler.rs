//! See rules/manifest/replicas-fight-autoscaler.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::unit::Sort;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(scaler) = workspace.availability.scalers_of(workload.id).next() else { return };
    let (spec, replicas) = (workload.spec(workspace), workload.replicas(workspace));
    let Known::Is(count) = replicas.integer() else { return };
    // A chart writes the number only where nothing else scales; zero switches it off.
    let is_conditional = workspace.topology.unit(workload).sort == Sort::Chart && spec.is_open();
    if count == 0 || is_conditional || is_left_alone(cx) {
        return;
    }
    let scaler = workspace.topology.object_at(scaler.object);
    let most = scaler.field(workspace, "spec.maxReplicas");
    let is_most = matches!(most.integer(), Known::Is(most) if count >= most);
    let pods = if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") };
    let keeper = keeper(workload, cx);
    let report = cx
        .report(replicas.place(), format!("each deploy sets {} back to {pods}, whatever the load is", workload.title()))
        .label("every apply writes this number")
        .because(scaler.place(workspace), format!("{} scales it by load", scaler.title()))
        .in_production(
            "a release in the busiest hour stops all pods but these, and the autoscaler needs minutes to bring them back",
        )
        .help(format!(
            "leave the number to the autoscaler: delete the line here, but first from what kubectl remembers, or the next apply \
             makes it one pod:\nkubectl apply edit-last-applied {}/{}",
            workload.kind.to_lowercase(),
            workload.name
        ));
    match (is_most, keeper) {
        (true, _) => {
            report.capped(Severity::Low);
        }
        (false, Some(keeper)) => {
            report.because(keeper.place(workspace), format!("{} undoes what the autoscaler does, all the time", keeper.title()));
        }
        (false, None) => {
            report.capped(Severity::Medium);
        }
    }
}

/// Argo CD is told not to look at the number.
fn is_left_alone(cx: &Context<'_>) -> bool {
    let applications = ["Application.argoproj.io", "ApplicationSet.argoproj.io"];
    applications.iter().flat_map(|kind| cx.workspace.topology.of_kind(kind)).any(|application| {
        let spec = application.field(cx.workspace, "spec");
        let differences = [spec.field("ignoreDifferences"), spec.path("template.spec.ignoreDifferences")];
        differences.into_iter().flat_map(Field::items).any(|difference| {
            let paths = difference.field("jsonPointers").items().chain(difference.field("jqPathExpressions").items());
            paths.map(Field::written).any(|path| path.ends_with("spec/replicas") || path.ends_with("spec.replicas"))
        })
    })
}

/// What applies the manifest again and again, by the path that it applies.
fn keeper<'w>(workload: &Workload, cx: &Context<'w>) -> Option<&'w Object> {
    let workspace = cx.workspace;
    let path = workspace.path(workload.node.source);
    let holds = |folder: Field<'_>| {
        let folder = folder.text().into_option();
        folder.is_some_and(|folder| {
            let folder = folder.trim_start_matches("./").trim_end_matches('/');
            path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || folder.is_empty())
        })
    };
    let mut flux = workspace.topology.of_kind("Kustomization.kustomize.toolkit.fluxcd.io");
    let mut argo = workspace
        .topology
        .of_kind("Application.argoproj.io")
        .filter(|application| application.field(workspace, "spec.syncPolicy.automated.selfHeal").flag() == Known::Is(true));
    let of_flux = flux.find(|applied| holds(applied.field(workspace, "spec.path")));
    of_flux.or_else(|| argo.find(|applied| holds(applied.field(workspace, "spec.source.path"))))
}
