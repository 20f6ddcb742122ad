//! See rules/manifest/invalid-object.md

use crate::rule::Context;
use crate::workspace::topology::object::Object;
use crate::workspace::validity;

pub fn check(object: &Object, cx: &mut Context<'_>) {
    for invalid in validity::of_object(object, cx.workspace) {
        let report = cx
            .report(invalid.place, format!("{} is refused: {}", object.title(), invalid.why))
            .label("refused")
            .in_production("the API server answers 422 to the object, so the release ends here with whatever was applied before")
            .help(invalid.help);
        if let Some((place, text)) = invalid.because {
            report.because(place, text);
        }
    }
}
