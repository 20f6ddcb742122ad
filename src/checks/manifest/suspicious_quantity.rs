//! See rules/manifest/suspicious-quantity.md

use super::evidence;
use crate::diagnostic::Severity;
use crate::document::Known;
use crate::document::quantity::{Quantity, Refused};
use crate::rule::{Context, Report};
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    for container in workload.containers(cx.workspace) {
        resources(container.field("resources"), || format!("\"{}\"", container.name()), cx);
    }
    resources(workload.pod(cx.workspace).field("resources"), || format!("the pods of {}", workload.title()), cx);
    for volume in workload.volumes(cx.workspace) {
        let size = volume.field.path("emptyDir.sizeLimit");
        if let Known::Is(Ok(quantity)) = size.quantity()
            && is_tiny(quantity)
        {
            let message = format!(
                "the pods of {} are evicted as soon as they write a file: its volume holds {}",
                workload.title(),
                size.written()
            );
            cx.report(size.place(), message)
                .label(meant(&size.written()))
                .in_production("kubelet evicts a pod whose volume is fuller than its limit, and the next pod fares no better")
                .help("say it in mebibytes, as in:\nsizeLimit: 512Mi");
        }
    }
}

fn resources(resources: Field<'_>, owner: impl Fn() -> String, cx: &mut Context<'_>) {
    let mut refused = Vec::new();
    for list in ["requests", "limits"] {
        for (name, value) in resources.field(list).entries() {
            match value.quantity() {
                Known::Is(Err(why)) => refused.push((name, value, why)),
                Known::Is(Ok(quantity)) if matches!(&*name, "memory" | "ephemeral-storage") && is_tiny(quantity) => {
                    too_little(&name, value, list, &owner(), cx);
                }
                Known::Is(Ok(quantity)) if name == "cpu" && (lacks_its_unit(value) || quantity > Quantity::whole(MOST_CORES)) => {
                    too_much(value, list, &owner(), cx);
                }
                _ => {}
            }
        }
    }
    let Some(((name, value, why), more)) = refused.split_first() else { return };
    let report = unread(name, *value, *why, &owner(), cx).folding(more.len());
    evidence(report, more.iter().map(|(_, value, _)| (value.place(), value.written())));
}

/// No node has more cores.
const MOST_CORES: i64 = 2000;

/// Whether the `m` was forgotten: hundreds in steps of fifty, where nodes have 96, 128 or 192 cores.
fn lacks_its_unit(cores: Field<'_>) -> bool {
    let is_hundreds = |cores: i64| cores >= 100 && cores % 50 == 0;
    matches!(cores.text(), Known::Is(text) if text.trim_matches('"').parse().is_ok_and(is_hundreds))
}

/// Less than any process takes; nothing at all is another matter, it means no limit.
fn is_tiny(quantity: Quantity) -> bool {
    quantity > Quantity::whole(0) && quantity < Quantity::whole(1 << 20)
}

fn unread<'c>(name: &str, value: Field<'_>, refused: Refused, owner: &str, cx: &'c mut Context<'_>) -> Report<'c> {
    let written = value.written();
    let why = match refused {
        Refused::Unit => "no unit of Kubernetes stands at its end",
        Refused::Number => "it does not begin with a number",
    };
    cx.report(value.place(), format!("{owner} cannot be applied: {written} is no amount of {name}"))
        .label(why)
        .in_production("the API server refuses the object, so the release stops here, with what stands before it applied")
        .help("Ki, Mi, Gi, Ti count in 1024, k, M, G, T in 1000, m is a thousandth:\nmemory: 512Mi\ncpu: 250m")
}

fn too_little(name: &str, value: Field<'_>, kind: &str, owner: &str, cx: &mut Context<'_>) {
    let written = value.written();
    let is_limit = kind == "limits";
    let message = if is_limit {
        format!("{owner} never starts: its limit of {name} is {written}")
    } else {
        format!("{owner} is placed on nodes without room for it: it requests {written} of {name}")
    };
    let report =
        cx.report(value.place(), message).label(meant(&written)).help(format!("say it in mebibytes, as in:\n{name}: 512Mi"));
    if is_limit {
        report.in_production("the runtime refuses such a limit, or the kernel kills the first process in its first millisecond: the rollout waits until its deadline");
    } else {
        report
            .in_production("the scheduler counts it as nothing, and it is among the first to be evicted when memory runs short")
            .capped(Severity::Medium);
    }
}

/// What was written, and what was probably meant.
fn meant(written: &str) -> String {
    match written.strip_suffix('m') {
        Some(number) => {
            format!("m is a thousandth: this is less than {}", if number.len() > 3 { "a few bytes" } else { "one byte" })
        }
        None => "less than a mebibyte: without a unit it counts bytes".to_owned(),
    }
}

fn too_much(value: Field<'_>, kind: &str, owner: &str, cx: &mut Context<'_>) {
    let written = value.written();
    let is_request = kind == "requests";
    let message = if is_request {
        format!("{owner} is never scheduled: it requests {written} cores")
    } else {
        format!("the CPU of {owner} is not limited at all: {written} is a number of cores")
    };
    let report = cx
        .report(value.place(), message)
        .label("whole cores; a thousandth of one is written 1m")
        .in_production(if is_request {
            "no node has so many, so the new pods stay Pending, and the rollout waits until its deadline"
        } else {
            "it takes whatever the node has, and its neighbours get what is left"
        })
        .help(format!(
            "say it in thousandths of a core, as in:\ncpu: {}m",
            written.trim_end_matches(|sign: char| !sign.is_ascii_digit())
        ));
    if !is_request {
        report.capped(Severity::Medium);
    }
}
