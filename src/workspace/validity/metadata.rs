//! Names, labels and annotations.

use super::names::{is_dns, is_label_value, is_qualified};
use super::{Invalid, not_a_text};
use crate::document::Known;
use crate::workspace::field::Field;
use crate::workspace::topology::labels::is_template;
use crate::workspace::topology::object::Object;

/// Kinds whose names become names of hosts, or parts of them; the others may be called more freely.
const STRICT: &[&str] = &[
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "ReplicaSet",
    "Secret",
    "ServiceAccount",
    "StatefulSet",
];

pub(super) fn check(object: &Object, root: Field<'_>) -> Vec<Invalid> {
    let mut found = Vec::new();
    let (metadata, spec) = (root.field("metadata"), root.field("spec"));
    check_name(object, metadata.field("name"), &mut found);
    check_metadata(metadata, &mut found);
    match object.resource.as_str() {
        "Service" => check_labels(spec.field("selector"), "selector", &mut found),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => {
            check_labels(spec.path("selector.matchLabels"), "matchLabels", &mut found);
            check_template(spec.field("template"), &mut found);
        }
        "CronJob" => check_template(spec.path("jobTemplate.spec.template"), &mut found),
        _ => {}
    }
    found
}

fn check_template(template: Field<'_>, found: &mut Vec<Invalid>) {
    check_metadata(template.field("metadata"), found);
    check_labels(template.path("spec.nodeSelector"), "nodeSelector", found);
}

fn check_metadata(metadata: Field<'_>, found: &mut Vec<Invalid>) {
    check_labels(metadata.field("labels"), "labels", found);
    check_texts(metadata.field("annotations"), "an annotation", found);
}

fn check_name(object: &Object, field: Field<'_>, found: &mut Vec<Invalid>) {
    let Known::Is(name) = field.text().and_then(|name| if is_stand_in(&name) { Known::Unknown } else { Known::Is(name) }) else {
        return;
    };
    let (fits, rule) = match object.resource.as_str() {
        "Namespace" => (is_dns(&name, 63, false), "at most 63 small letters, digits and hyphens"),
        "Service" => {
            let starts = !name.starts_with(|first: char| first.is_ascii_digit());
            (starts && is_dns(&name, 63, false), "at most 63 small letters, digits and hyphens, a letter first")
        }
        resource if STRICT.contains(&resource) => (is_dns(&name, 253, true), "small letters, digits, hyphens and dots"),
        _ => return,
    };
    if !fits {
        found.push(Invalid::at(
            field,
            format!("no {} may be called \"{name}\"", object.kind),
            format!("a name is made of {rule}"),
        ));
    }
}

/// Something writes another name here before it is applied.
fn is_stand_in(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    // `PVC_NAME`
    (name.contains('_') && name.bytes().all(is_word))
        || name.bytes().all(|byte| matches!(byte, b'_' | b'-'))
        || name.contains(['$', '(', '<', '{', '[', '%', '@'])
}

fn check_labels(labels: Field<'_>, what: &str, found: &mut Vec<Invalid>) {
    for (key, value) in labels.entries() {
        check_text(&key, value, "a label", found);
        let Known::Is(text) = value.text() else { continue };
        if !is_label_value(&text) {
            let why = format!("the label {key} may not have this value");
            let help =
                "a label has at most 63 letters, digits, hyphens, underscores and dots; put anything else into an annotation";
            found.push(Invalid::at(value, why, help));
        } else if !is_qualified(&key) && !is_template(&key) {
            let help = "a label is called like app or example.com/app: letters, digits, hyphens, underscores and dots";
            found.push(Invalid::at(value, format!("no label of {what} may be called \"{key}\""), help));
        }
    }
}

/// Numbers and booleans are refused, whatever they mean.
fn check_texts(mapping: Field<'_>, what: &str, found: &mut Vec<Invalid>) {
    for (key, value) in mapping.entries() {
        check_text(&key, value, what, found);
    }
}

fn check_text(key: &str, value: Field<'_>, what: &str, found: &mut Vec<Invalid>) {
    if let Some(is) = not_a_text(value, false) {
        let help = format!("put it into quotes:\n{key}: \"{}\"", value.written());
        found.push(Invalid::mistyped(value, format!("{key} is {is}, and {what} is a text"), help));
    }
}
