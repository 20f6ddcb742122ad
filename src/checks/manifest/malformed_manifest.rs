//! See rules/manifest/malformed-manifest.md

use crate::diagnostic::Place;
use crate::document::kind::looks_like_object;
use crate::rule::{Context, File};

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let Some(yaml) = file.document.yaml().filter(|yaml| !yaml.has_holes()) else { return };
    for part in &yaml.parts {
        let Some(error) = part.error.as_ref().filter(|error| !error.accepted_by_libyaml) else { continue };
        if looks_like_object(file.document.source.slice(part.span)) {
            let place = Place { source: file.id, span: error.span };
            let name = file.document.source.name();
            cx.report(place, format!("nothing of this object in {name} can be applied: it is not valid YAML"))
                .label(error.message.clone())
                .in_production("the apply fails here; what stands before it may be applied already, what follows is not")
                .help("correct the marked place; `kubectl apply --dry-run=client` says the same");
        }
    }
}
