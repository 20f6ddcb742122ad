//! Budgets and autoscalers.

use super::Invalid;
use crate::document::Known;
use crate::workspace::field::Field;

pub(super) fn check_budget(root: Field<'_>, found: &mut Vec<Invalid>) {
    let spec = root.field("spec");
    let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    if least.is_there() && most.is_there() && !spec.is_open() {
        let why = "a budget says minAvailable or maxUnavailable, never both";
        found.push(Invalid::at(most, why, "keep one of the two").because(least, "said here already"));
    }
}

pub(super) fn check_autoscaler(root: Field<'_>, found: &mut Vec<Invalid>) {
    let spec = root.field("spec");
    let (least, most) = (spec.field("minReplicas"), spec.field("maxReplicas"));
    if let (Known::Is(low), Known::Is(high)) = (least.integer().or(1), most.integer())
        && low > high
    {
        let why = format!("at least {low} pods are more than at most {high}");
        found.push(Invalid::at(most, why, format!("maxReplicas: {low}")).because(least, "the least"));
    }
}
