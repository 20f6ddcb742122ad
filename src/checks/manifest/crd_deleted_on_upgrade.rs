//! See rules/manifest/crd-deleted-on-upgrade.md

use super::evidence;
use crate::diagnostic::Severity;
use crate::rule::Context;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::unit::{Sort, Unit};

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if unit.sort != Sort::Chart {
        return;
    }
    let definitions = unit.objects.iter().map(|id| workspace.topology.object_at(*id)).filter(|object| {
        object.is("CustomResourceDefinition") && object.annotation(workspace, "helm.sh/resource-policy").is_absent()
    });
    let (hooks, plain): (Vec<&Object>, Vec<&Object>) = definitions
        .filter(|object| !object.annotation(workspace, HOOK).is_unknown())
        .partition(|object| object.annotation(workspace, HOOK).is_there());
    for object in hooks {
        hook(object, cx);
    }
    template(&plain, cx);
}

const HOOK: &str = "helm.sh/hook";

fn hook(object: &Object, cx: &mut Context<'_>) {
    let (hook, policy) = (object.annotation(cx.workspace, HOOK), object.annotation(cx.workspace, "helm.sh/hook-delete-policy"));
    let is_deleted_first = policy.is_absent() || policy.written().contains("before-hook-creation");
    // Helm 2 had a hook of this name; Helm 3 passes it over.
    if !is_deleted_first || !hook.written().contains("upgrade") {
        return;
    }
    cx.report(hook.place(), format!("each upgrade deletes {}, and with it all objects of its kind", object.title()))
        .label("a hook is deleted before it is made again")
        .in_production("Helm deletes the definition to run the hook anew; Kubernetes deletes every object of the kind with it, and what they stood for goes, too")
        .help(HELP);
}

fn template(definitions: &[&Object], cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some((object, more)) = definitions.split_first() else { return };
    let (subject, verb) = match more.len() {
        0 => (object.title(), "is"),
        more => (format!("{} and {more} more of this chart", object.title()), "are"),
    };
    let report = cx
        .report(object.place(workspace), format!("{subject} {verb} deleted with all objects of the kind when the chart no longer has the template"))
        .label("a template like any other")
        .folding(more.len())
        .in_production("an upgrade that switches it off or moves it to crds/, or an uninstall to start afresh, deletes the definition; Kubernetes deletes every object of the kind with it")
        .help(HELP)
        .capped(Severity::Medium);
    evidence(report, more.iter().map(|object| (object.place(workspace), object.name.clone())));
}

const HELP: &str = "tell Helm to leave it where it is, whatever happens to the chart:\nmetadata:\n  annotations:\n    helm.sh/resource-policy: keep";
