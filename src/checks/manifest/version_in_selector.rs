//! See rules/manifest/version-in-selector.md

use crate::rule::Context;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;

/// Labels that Helm charts write, with the version of the chart in them.
const CHART: &[&str] = &["helm.sh/chart", "chart"];
/// Labels that may hold the version of a release.
const VERSION: &[&str] = &[
    "app.kubernetes.io/version",
    "version",
    "appVersion",
    "app-version",
    "release-version",
    "build",
    "commit",
    "sha",
    "git-sha",
    "git-commit",
    "revision",
    "image-tag",
    "tag",
    "date",
    "timestamp",
];

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !matches!(workload.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") {
        return;
    }
    let labels = workload.field(workspace, "spec.selector.matchLabels");
    for (key, value) in labels.entries() {
        let written = value.written();
        let is_chart = CHART.contains(&key.as_ref()) && (value.text().is_unknown() || has_version(&written));
        let is_version =
            VERSION.contains(&key.as_ref()) && (is_made_of_version(value) || has_version(&written) || is_hash(&written));
        // A workload for each version keeps its own for ever.
        let is_of_name = workload.name.contains(&written) || workload.name.contains(&written.replace('.', "-"));
        if (is_chart || is_version) && !is_of_name {
            report(workload, value, &key, cx);
        }
    }
}

fn report(workload: &Workload, value: Field<'_>, key: &str, cx: &mut Context<'_>) {
    cx.report(value.place(), format!("the next version of \"{}\" cannot be applied: it selects its pods by \"{key}\"", workload.name))
        .label("changes with the version")
        .in_production("a selector cannot be changed once it is there: the API server refuses the update, and the release fails half applied")
        .help("select by what stays the same from release to release, and keep the version in the labels of the pods alone:\nselector:\n  matchLabels:\n    app.kubernetes.io/name: NAME\n    app.kubernetes.io/instance: INSTANCE")
        .about(key);
}

/// A template that puts the version of the chart or of the image there.
fn is_made_of_version(value: Field<'_>) -> bool {
    let text = value.written();
    value.text().is_unknown()
        && [".Chart.Version", ".Chart.AppVersion", ".tag", "Tag", "VERSION", "version"].iter().any(|word| text.contains(word))
}

/// `1.2`, `v1.2.3` or `web-1.2.3`, but not `v1`.
fn has_version(text: &str) -> bool {
    text.split(['-', '_', '+']).any(|part| {
        let part = part.strip_prefix('v').unwrap_or(part);
        let numbers: Vec<&str> = part.split('.').collect();
        let is_number = |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        numbers.len() >= 2 && numbers.iter().take(2).all(is_number)
    })
}

/// A hash of a commit: letters and digits mixed.
fn is_hash(text: &str) -> bool {
    let is_hex = (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex && text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}
