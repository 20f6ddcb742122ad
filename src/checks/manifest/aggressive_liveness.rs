//! See rules/manifest/aggressive-liveness.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::probe::depth::Depth;

/// Seconds that a collection of garbage, a throttled CPU or a noisy neighbour may take.
const PAUSE: i64 = 15;
/// Below this many, any of them kills.
const SHORT: i64 = 10;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let Known::Is(liveness) = &container.probes().liveness else { return };
    let (Known::Is(budget), Known::Is(failures)) = (liveness.budget(), liveness.failures) else { return };
    let Known::Is(handler) = &liveness.handler else { return };
    if (failures != 1 && budget >= PAUSE) || handler.depth() == Depth::Constant || !container.needs_probes() {
        return;
    }
    let name = container.name();
    // A replica that lost its lease should go at once.
    if name.contains("leader") {
        return;
    }
    let message = if failures == 1 {
        format!("a single answer that comes late restarts \"{name}\"")
    } else {
        format!("a pause of {budget} s restarts \"{name}\"")
    };
    let report = cx
        .report(liveness.place(), message)
        .label(if failures == 1 {
            "one failure is enough".to_owned()
        } else {
            format!("killed after {failures} failures in {budget} s")
        })
        .in_production(
            "a collection of garbage, a throttled CPU or a busy disk is enough; under load the pods that are left slow down too, \
             and restart one after the other",
        )
        .help("restarts are for what never recovers, so wait a minute:\nperiodSeconds: 10\nfailureThreshold: 6");
    if failures > 1 && budget >= SHORT {
        report.capped(Severity::Low);
    }
}
