//! See rules/manifest/static-job-name.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::image::Image;
use crate::workspace::topology::Workload;

/// Words of templates that make another name for each release.
const CHANGING: &[&str] =
    &["Revision", "now", "rand", "sha", "Sha", "SHA", "tag", "Tag", "TAG", "ersion", "VERSION", "hash", "Hash", "uuid", "commit"];
/// What makes a deployer replace a job instead of changing it.
const REPLACED: &[(&str, &str)] = &[
    ("argocd.argoproj.io/sync-options", "Replace=true"),
    ("argocd.argoproj.io/sync-options", "Force=true"),
    ("kustomize.toolkit.fluxcd.io/force", "nabled"),
];

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    if !workload.is("Job") {
        return;
    }
    let workspace = cx.workspace;
    let name = workload.field(workspace, "metadata.name");
    let gone = workload.field(workspace, "spec.ttlSecondsAfterFinished");
    if !name.is_there() || !gone.is_absent() || !matches!(workload.hook(workspace), Known::Absent) {
        return;
    }
    let is_replaced = |(key, word): &(&str, &str)| {
        workload.annotation(workspace, key).text().into_option().is_some_and(|text| text.contains(word))
    };
    let is_changing = !workload.has_known_name() && CHANGING.iter().any(|word| workload.name.contains(word));
    if is_changing || REPLACED.iter().any(is_replaced) {
        return;
    }
    let mut containers = workload.containers(workspace);
    let Some((container, why)) = containers.find_map(|container| changes(&container, cx).map(|why| (container, why))) else {
        return;
    };
    cx.report(name.place(), format!("the next release cannot change Job \"{}\": it has the same name and another image", workload.name))
        .label("the same in every release")
        .because(container.field("image").place(), why)
        .in_production("the pods of a Job cannot be changed once it is there: the API server refuses the update and the release fails, with the old Job still in its place")
        .help("make it a hook that is replaced at each release:\nannotations:\n  helm.sh/hook: pre-upgrade,pre-install\n  helm.sh/hook-delete-policy: before-hook-creation\nor, with kubectl create, let the cluster name it:\nmetadata:\n  generateName: NAME-");
}

/// Why its image will be another one in the next release.
fn changes(container: &Container<'_>, cx: &Context<'_>) -> Option<&'static str> {
    let field = container.field("image");
    if field.text().is_unknown() {
        let written = field.written();
        let tag = written.rsplit_once(':').map_or(written.as_str(), |(_, tag)| tag);
        return tag.contains("{{").then_some("a template names the build");
    }
    let image = container.image()?;
    let image = Image::of(&image);
    cx.workspace.topology.is_replaced(image.name).then_some("each release writes another tag here")
}
