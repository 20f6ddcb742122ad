//! See rules/environment/weaker-production.md

use super::ends_with_one;
use crate::rule::{Context, fits};
use crate::workspace::environments::Group;
use crate::workspace::environments::rows::Cell;
use crate::workspace::environments::value::{amount, name_words, truth, unit};

/// Names, by their last words, of which production needs at least as much as staging.
const AMOUNTS: &[&str] = &[
    "replicas",
    "replica count",
    "min replicas",
    "desired count",
    "min instances",
    "backup retention period",
    "backup retention days",
    "retention days",
    "backup retention",
    "limits memory",
    "limits cpu",
    "requests memory",
    "requests cpu",
    "min size",
    "max connections",
    "instance count",
    "node count",
];

/// Switches that production needs if staging has them.
const GUARDS: &[&str] = &[
    "deletion protection",
    "multi az",
    "backup enabled",
    "backups enabled",
    "high availability",
    "autoscaling enabled",
    "pdb enabled",
    "pod disruption budget enabled",
];

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let at = group.members.iter().position(crate::workspace::environments::SettingsFile::is_production);
    let staging = group.members.iter().position(|file| file.environment.as_deref() == Some("staging"));
    let (Some(at), Some(other)) = (at, staging) else { return };
    for row in group.rows() {
        let (Some(here), Some(there)) = (row.cell(at), row.cell(other)) else { continue };
        let ends = |list: &[&str]| ends_with_one(&name_words(row.name).join(" "), list);
        let less = (is_less(here, there, cx) && ends(AMOUNTS)) || (is_off(here, there, cx) && ends(GUARDS));
        let is_allowed = || cx.list("allowed", group.members[at].source).iter().any(|pattern| fits(pattern, row.name));
        if !less || (here.is_inherited && there.is_inherited) || is_allowed() {
            continue;
        }
        cx.report(here.place(), format!("{} is weaker in production than in staging", row.name))
            .about(row.name)
            .label("production has this")
            .because(there.place(), "staging has more")
            .in_production("the load test ran on more than customers get: the first peak meets a service that is smaller than the tested one")
            .help(format!("give production at least what staging has of {}", row.name));
    }
}

fn is_less(here: Cell<'_>, there: Cell<'_>, cx: &Context<'_>) -> bool {
    let number = |cell: Cell<'_>| {
        let amount = amount(cell.value(cx.workspace)?)?;
        // A thousandth of a processor.
        let factor = match amount.unit {
            "" => 1.0,
            "m" => 0.001,
            unit => self::unit(unit)?.0,
        };
        Some(amount.number * factor)
    };
    // 1500Mi beside 1.5Gi is meant to be the same.
    matches!((number(here), number(there)), (Some(here), Some(there)) if here < there * 0.95)
}

fn is_off(here: Cell<'_>, there: Cell<'_>, cx: &Context<'_>) -> bool {
    let is = |cell: Cell<'_>| cell.value(cx.workspace).and_then(truth);
    is(here) == Some(false) && is(there) == Some(true)
}
