//! See rules/manifest/probe-timeout-over-period.md

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::probe::Role;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    if !container.needs_probes() {
        return;
    }
    for probe in container.probes().each() {
        let (Known::Is(timeout), Known::Is(period)) = (probe.timeout, probe.period) else { continue };
        let (Known::Is(failures), Known::Is(budget)) = (probe.failures, probe.budget()) else { continue };
        if timeout <= period {
            continue;
        }
        let really = timeout.saturating_mul(failures);
        let name = container.name();
        let acts = match probe.role {
            Role::Readiness => format!("\"{name}\" keeps its traffic for {really} s when it hangs"),
            Role::Liveness => format!("\"{name}\" is restarted after {really} s when it hangs"),
            Role::Startup => format!("a start of \"{name}\" that hangs is noticed after {really} s"),
        };
        cx.report(
            probe.place_of("timeoutSeconds"),
            format!("{acts}, and not after {budget} s as its {} probe seems to say", probe.role.word()),
        )
        .label(format!("waits {timeout} s for an answer"))
        .because(
            probe.place_of("periodSeconds"),
            format!("asks every {period} s: the next question waits for the answer to the last"),
        )
        .in_production("a pod that hangs is noticed much later than the numbers say, and requests to it time out until then")
        .help(format!(
            "let each question end before the next:\nperiodSeconds: {period}\ntimeoutSeconds: {}",
            (period / 2).max(1)
        ));
    }
}
