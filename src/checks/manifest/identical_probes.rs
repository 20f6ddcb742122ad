//! See rules/manifest/identical-probes.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::probe::Probe;

/// From this many times the readiness budget on, traffic is shed long before anything is killed.
const FAR_ENOUGH: i64 = 3;
/// From so many seconds of failures on, as by default, most slow moments are over before anything is killed.
const PATIENT: i64 = 30;
/// From this many on, most overloads are over before anything is killed.
const FAR: i64 = 2;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let probes = container.probes();
    let (Known::Is(readiness), Known::Is(liveness)) = (&probes.readiness, &probes.liveness) else { return };
    let (Known::Is(shed), Known::Is(kill)) = (readiness.budget_of_hanging(), liveness.budget_of_hanging()) else { return };
    let (Known::Is(period), Known::Is(failures)) = (readiness.period, readiness.failures) else { return };
    if !readiness.handler.is_there() {
        return;
    }
    let differ = readiness.handler != liveness.handler || kill >= shed.saturating_mul(FAR_ENOUGH);
    if differ || !container.needs_probes() {
        return;
    }
    let same = if kill == shed { "the same " } else { "" };
    let then = if kill > shed { "restarted soon after they are taken" } else { "restarted instead of taken" };
    let report = cx
        .report(
            liveness.place(),
            format!("when {} of \"{}\" is slow, all its pods are {then} out of service", readiness.asks(), container.name()),
        )
        .label(format!("killed after {same}{kill} s"))
        .because(readiness.place(), format!("out of service after {shed} s of failures"))
        .in_production("an overload that should shed traffic kills every pod at once, and the restart makes it worse")
        .help(format!(
            "give liveness an endpoint that checks the process alone, or let it ask the same and wait three times as long:\n\
             livenessProbe:\n  periodSeconds: {}\n  failureThreshold: {}",
            period,
            failures.saturating_mul(3)
        ));
    if kill >= shed.saturating_mul(FAR) || is_collected(container, readiness) {
        report.capped(Severity::Low);
    } else if kill > shed || kill >= PATIENT {
        report.capped(Severity::Medium);
    }
}

/// Only a collector of metrics asks it, and asks again.
fn is_collected(container: &Container<'_>, readiness: &Probe<'_>) -> bool {
    let name = container.name();
    let path = readiness.handler_node.field("path").text().into_option();
    path.is_some_and(|path| path == "/metrics") || ["metrics", "exporter"].iter().any(|word| name.contains(word))
}
