//! What two rules say of versions that are tested and not shipped.

use crate::diagnostic::Severity;
use crate::document::used::told;
use crate::rule::Context;
use crate::workspace::drift::Drift;

/// Reports one. `has` says who has the other version: "production has".
pub fn report(drift: &Drift, has: &str, consequence: &str, cx: &mut Context<'_>) {
    let (tool, tested, shipped) = (drift.tool.words(), told(&drift.tested), told(&drift.shipped));
    let does = if drift.is_local { "developers work with" } else { "tests run on" };
    let report = cx
        .report(drift.place, format!("{does} {tool} {tested}, and {has} {shipped}"))
        .about(tool)
        .label(format!("{tool} {tested} here"))
        .because(drift.there, format!("{tool} {shipped} here"))
        .in_production(consequence)
        .help(format!("use one version of {tool} for both; test the new one before production gets it"));
    if drift.is_local {
        report.capped(Severity::Low);
    }
}
