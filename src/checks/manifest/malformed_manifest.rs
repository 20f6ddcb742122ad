//! See rules/manifest/malformed-manifest.md

use crate::diagnostic::Place;
use crate::document::kind::{is_unfinished, looks_like_object};
use crate::document::yaml::Cause;
use crate::rule::{Context, File};

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let Some(yaml) = file.document.yaml().filter(|yaml| !yaml.has_holes()) else { return };
    let source = &file.document.source;
    for part in &yaml.parts {
        let Some(error) = part.error.as_ref().filter(|error| error.cause == Cause::Invalid) else { continue };
        let text = source.slice(part.span);
        if looks_like_object(text) && !is_unfinished(text, source.line_around(error.span.start)) {
            let place = Place { source: file.id, span: error.span };
            let language = if text.trim_start().starts_with('{') { "JSON" } else { "YAML" };
            cx.report(place, format!("{} cannot be applied: it is not valid {language}", title(text)))
                .label(error.message.clone())
                .in_production(
                    "`kubectl apply` fails here: what stands before this in the file may be applied already, what follows is not",
                )
                .help(format!(
                    "correct the marked place; this reads the file as Kubernetes does, without a cluster:\n\
                     kubectl annotate --local --output=name -f {} read=yes",
                    source.path()
                ));
        }
    }
}

/// Kind and name, as far as lines show them.
fn title(text: &str) -> String {
    let name = text.split_once("metadata").and_then(|(_, rest)| value(rest, "name"));
    match (value(text, "kind"), name) {
        (Some(kind), Some(name)) => format!("{kind} \"{name}\""),
        (Some(kind), None) => format!("this {kind}"),
        (None, _) => "this object".to_owned(),
    }
}

/// The first value of a key that stands at the beginning of a line.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = text.split(['\n', '\r']).map(|line| line.trim_start_matches([' ', '\t', '"', '{']));
    let rest = lines.find_map(|line| line.strip_prefix(key)?.trim_start_matches(['"', ' ']).strip_prefix(':'))?;
    let word = rest.trim_start_matches([' ', '"', '\'']);
    let is_plain = |next: char| next.is_ascii_alphanumeric() || "-_.".contains(next);
    let end = word.find(|next| !is_plain(next)).unwrap_or(word.len());
    (end > 0).then(|| &word[..end])
}
