//! See rules/manifest/mutable-image-tag.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::topology::Container;

/// Names that are moved to another build on purpose.
const MOVING: &[&str] = &[
    "main",
    "master",
    "dev",
    "develop",
    "development",
    "stable",
    "edge",
    "nightly",
    "prod",
    "production",
    "staging",
    "snapshot",
];

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let Known::Is((image, node)) = container.image() else { return };
    let (name, tag) = split(&image);
    if image.contains('@') || cx.workspace.topology.is_replaced(name) {
        return;
    }
    let what = match tag {
        None => "has no tag, which means latest",
        Some("latest") => "is whatever was pushed last",
        Some(tag) if MOVING.contains(&tag) => "is moved to every new build",
        Some(_) => return,
    };
    let report = cx
        .report(node.place(), format!("a rollback of \"{}\" brings no old version back: its image {what}", container.name()))
        .label(format!("container of {}", container.workload.title()))
        .in_production("pods that start later, on another node or after a rollback, run another build than the ones before")
        .help(format!("name the build, by a tag that is never reused or by its digest:\nimage: {name}:1.42.0"));
    if tag.is_some_and(|tag| tag != "latest") {
        report.capped(Severity::Medium);
    }
}

/// The image without its tag, and the tag. The colon of a registry's port is none of a tag's.
fn split(image: &str) -> (&str, Option<&str>) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (image, None),
    }
}
