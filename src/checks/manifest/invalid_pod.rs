//! See rules/manifest/invalid-pod.md

use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::validity;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    for invalid in validity::of_pod(workload, cx.workspace) {
        let report = cx
            .report(invalid.place, format!("{} is refused: {}", workload.title(), invalid.why))
            .label("refused")
            .in_production("the API server answers 422 to the object, so the release ends here with whatever was applied before")
            .help(invalid.help);
        if let Some((place, text)) = invalid.because {
            report.because(place, text);
        }
    }
}
