//! See rules/manifest/identical-probes.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::probe::Probe;
use crate::workspace::topology::Container;

/// From this many times the readiness budget on, traffic is shed long before anything is killed.
const FAR_ENOUGH: i64 = 2;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let (Known::Is(readiness), Known::Is(liveness)) =
        (Probe::of(container, "readinessProbe"), Probe::of(container, "livenessProbe"))
    else {
        return;
    };
    let (shed, kill) = (readiness.budget(), liveness.budget());
    if readiness.handler != liveness.handler || kill >= shed.saturating_mul(FAR_ENOUGH) {
        return;
    }
    let when = if kill == shed { format!("killed after the same {kill} s") } else { format!("killed after {kill} s") };
    let report = cx
        .report(
            liveness.handler_node.title_place(),
            format!(
                "when {} of \"{}\" is slow, all its pods are restarted instead of taken out of service",
                readiness.asks(),
                container.name()
            ),
        )
        .label(when)
        .because(readiness.handler_node.title_place(), format!("out of service after {shed} s of failures"))
        .in_production("an overload that should shed traffic kills every pod at once, and the restart makes it worse")
        .help(format!(
            "give liveness an endpoint that checks the process alone, or three times the time:\n\
             livenessProbe:\n  ...\n  periodSeconds: {}\n  failureThreshold: {}",
            readiness.period(),
            readiness.failures().saturating_mul(3)
        ));
    if kill > shed {
        report.capped(Severity::Medium);
    }
}
