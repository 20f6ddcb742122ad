//! See rules/manifest/invalid-object.md

use super::SHOWN;
use crate::rule::Context;
use crate::workspace::topology::object::Object;
use crate::workspace::validity::{self, Invalid};

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let (mistyped, others): (Vec<Invalid>, Vec<Invalid>) =
        validity::of_object(object, cx.workspace).into_iter().partition(|invalid| invalid.is_mistyped);
    // Values of the wrong type are one mistake, however many there are.
    if let Some((first, more)) = mistyped.split_first() {
        let report = cx
            .report(first.place, format!("{} is refused: {}", object.title(), first.why))
            .label("refused")
            .in_production("the API server answers 400 because it cannot read the object, so the release ends here with whatever was applied before")
            .help(first.help.clone())
            .folding(more.len());
        more.iter().take(SHOWN).fold(report, |report, invalid| report.because(invalid.place, invalid.why.clone()));
    }
    for invalid in others {
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
