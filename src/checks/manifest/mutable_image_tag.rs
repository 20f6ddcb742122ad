//! See rules/manifest/mutable-image-tag.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::{Context, fits};
use crate::workspace::container::Container;
use crate::workspace::image::{Image, reference};

/// Names that are moved to another build on purpose.
const MOVING: &[&str] = &[
    "main",
    "master",
    "trunk",
    "dev",
    "develop",
    "development",
    "stable",
    "unstable",
    "edge",
    "nightly",
    "canary",
    "prod",
    "production",
    "staging",
    "snapshot",
    "lts",
    "alpine",
    "slim",
];

/// Images of a shell and its tools: what runs in them is in the manifest.
const TOOLS: &[&str] = &[
    "alpine",
    "busybox",
    "debian",
    "ubuntu",
    "curl",
    "bash",
    "ubi-minimal",
    "ubi-micro",
    "ubi",
    "kubectl",
    "oc",
    "ose-cli",
    "origin-cli",
    "network-tools",
    "origin-network-tools",
    "netshoot",
];

/// How sure is it that a tag is moved?
enum Moves {
    /// There is none, or it is `latest`.
    Always,
    /// Its name says so.
    ByName,
    /// It looks like a part of a version.
    Maybe,
}

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    // Knative keeps the digest that a tag had when the revision was made.
    if container.workload.is_of_knative() {
        return;
    }
    let Known::Is(node) = container.node.field("image") else { return };
    let Some(image) = reference(node) else { return };
    let Image { name, tag, has_digest } = Image::of(&image);
    // An injector fills `auto` in, a trigger the blank.
    if has_digest || ["", "auto"].contains(&name) || cx.workspace.topology.is_replaced(name) {
        return;
    }
    let Some(moves) = moves(tag) else { return };
    let is_allowed = |pattern: &String| fits(pattern, name) || fits(pattern, &image);
    if cx.list("allowed", node.place().source).iter().any(is_allowed) {
        return;
    }
    let tag = tag.unwrap_or_default();
    let why = match moves {
        Moves::Always if tag.is_empty() => "brings no old version back: its image has no tag, which means latest".to_owned(),
        Moves::Always => "brings no old version back: its image is whatever was pushed last".to_owned(),
        Moves::ByName => format!("brings no old version back: its tag {tag} is moved from build to build"),
        Moves::Maybe => format!("may bring no old version back: its tag {tag} looks like the beginning of a version"),
    };
    let report = cx
        .report(node.place(), format!("a rollback of \"{}\" {why}", container.name()))
        .label(format!("container of {}", container.workload.title()))
        .in_production("pods that start later, on another node or after a rollback, may run another build than the ones before")
        .help(format!(
            "name the build, by a tag that is never reused (1.42.0 stands for yours) or by its digest:\nimage: {name}:1.42.0"
        ));
    let of_image = Image::of(&image);
    // What only waits does so in every build.
    let is_tool =
        of_image.is_pause() || (TOOLS.contains(&of_image.program()) && (container.runs_first() || container.workload.is_job()));
    match moves {
        Moves::Always | Moves::ByName if is_tool => {
            report.capped(Severity::Low).assuming("any build of this tool does what is asked of it here");
        }
        Moves::Always | Moves::ByName if container.field("imagePullPolicy").is_text("Never") => {
            report.capped(Severity::Low).assuming("whoever loads the image onto the nodes says which build it is");
        }
        Moves::Always => {}
        Moves::ByName => {
            report.capped(Severity::Medium);
        }
        Moves::Maybe => {
            report.capped(Severity::Low).assuming("such a tag is moved to each newer build of that version");
        }
    }
}

fn moves(tag: Option<&str>) -> Option<Moves> {
    match tag {
        None | Some("" | "latest") => Some(Moves::Always),
        Some(tag) if MOVING.contains(&tag) || tag.starts_with("latest-") => Some(Moves::ByName),
        Some(tag) => is_part_of_a_version(tag).then_some(Moves::Maybe),
    }
}

/// `1`, `v1.2` or `16-alpine`, but not a build number or a hash.
fn is_part_of_a_version(tag: &str) -> bool {
    let (version, variant) = tag.split_once('-').unwrap_or((tag, ""));
    let mut numbers = version.strip_prefix('v').unwrap_or(version).splitn(3, '.');
    let is_short = |number: &str| matches!(number.len(), 1..=3) && number.bytes().all(|byte| byte.is_ascii_digit());
    let short = numbers.by_ref().take(2).all(is_short);
    short && numbers.next().is_none() && variant.bytes().all(|byte| byte.is_ascii_alphabetic())
}
