//! See rules/manifest/grace-period-too-short.md

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::path;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;

/// What Kubernetes takes where nothing is said.
const DEFAULT: i64 = 30;
/// Nobody ends his work in this time.
const HASTY: i64 = 2;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if workload.is_job() || workload.kind == "Pod" || workload.is_off {
        return;
    }
    let grace = workload.pod(workspace).field("terminationGracePeriodSeconds");
    let Known::Is(seconds) = grace.integer().or(DEFAULT) else { return };
    let sleeping = workload.containers(workspace).filter(|container| !container.runs_first());
    let longest = sleeping.filter_map(|container| sleep(&container).map(|(slept, field)| (slept, field, container.name())));
    let longest = longest.max_by_key(|(slept, ..)| *slept).filter(|(slept, ..)| *slept >= seconds);
    if let Some((slept, field, name)) = longest {
        let counts = if grace.is_there() {
            "counts from the deletion, sleep included"
        } else {
            "30 s by default, which count from the deletion, sleep included"
        };
        let is_refused = field.integer().is_there() && slept > seconds;
        let message = if is_refused {
            format!(
                "{} cannot be applied: \"{name}\" sleeps {slept} s before it stops, and has {seconds} s to stop",
                workload.title()
            )
        } else {
            format!("\"{name}\" has no time to end its work when a pod stops: it sleeps {slept} s of its {seconds} s")
        };
        let report = cx
            .report(field.place(), message)
            .label(format!("sleeps {slept} s before the program is told to stop"))
            .because(grace.place(), counts)
            .in_production(if is_refused {
                "the API server refuses the object, so the deploy stops here, half applied"
            } else {
                "the program is told to stop when its time is over, and killed two seconds later: what it has not written or ended by then is lost, at each deploy and each drain of a node"
            })
            .help(format!("leave time for the sleep and for the program after it:\nterminationGracePeriodSeconds: {}", slept.saturating_add(DEFAULT)));
        if !is_refused {
            report.capped(Severity::Medium);
        }
        return;
    }
    let has_work = workload.kind == "StatefulSet" || workload.traffic(workspace).is_some();
    if seconds <= HASTY && grace.is_there() && has_work {
        cx.report(grace.place(), format!("\"{}\" has {seconds} s to end what it is doing when a pod stops", workload.name))
            .label("after this it is killed")
            .in_production("requests and writes that are under way are cut off, at each deploy and each drain of a node")
            .help("give it the time of its longest request, and some more:\nterminationGracePeriodSeconds: 30")
            .capped(Severity::Medium);
    }
}

/// For how long it sleeps before it is told to stop.
fn sleep<'w>(container: &Container<'w>) -> Option<(i64, Field<'w>)> {
    let hook = container.field("lifecycle.preStop");
    let native = hook.path("sleep.seconds");
    if let Known::Is(seconds) = native.integer() {
        return Some((seconds, native));
    }
    let command = hook.path("exec.command");
    let words: Vec<String> =
        command.items().filter_map(|word| word.text().into_option()).map(std::borrow::Cow::into_owned).collect();
    let words: Vec<&str> = words
        .iter()
        .flat_map(|word| word.split(|sign: char| sign.is_whitespace() || ";&|()".contains(sign)))
        .filter(|word| !word.is_empty())
        .collect();
    let sleeps = words.windows(2).filter(|pair| path::name(pair[0]) == "sleep").filter_map(|pair| seconds(pair[1]));
    let total: i64 = sleeps.sum();
    (total > 0).then_some((total, command))
}

/// `15`, `15s` or `2m`.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim_matches(['"', '\'']);
    match text.strip_suffix('m') {
        Some(minutes) => minutes.parse::<i64>().ok()?.checked_mul(60),
        None => text.strip_suffix('s').unwrap_or(text).parse().ok(),
    }
}
