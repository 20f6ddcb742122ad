//! See rules/manifest/rollout-deadlock.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::rollout::Rolling;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let Known::Is(rolling) = Rolling::of(cx.workspace, workload) else { return };
    if !rolling.is_refused() {
        return;
    }
    let (one, other) = (rolling.unavailable, rolling.surge);
    cx.report(one.place(), format!("{} cannot be applied: it may neither take a pod away nor add one", workload.title()))
        .label(if one.is_there() { "no pod may be missing" } else { "none may be missing by default" })
        .because(other.place(), if other.is_there() { "and none may be added" } else { "and none may be added by default" })
        .in_production("the API server refuses the object, so the deploy stops here, half applied")
        .help("let one pod be added while an old one still serves:\nmaxSurge: 1\nmaxUnavailable: 0");
}
