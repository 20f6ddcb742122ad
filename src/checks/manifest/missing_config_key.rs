//! See rules/manifest/missing-config-key.md

use std::collections::BTreeMap;

use super::SHOWN;
use crate::document::secret::MASK;
use crate::near::nearest;
use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::{Object, ObjectId};
use crate::workspace::topology::reference::{Outcome, Part};

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let mut missing: BTreeMap<ObjectId, (&Object, Vec<&Part>)> = BTreeMap::new();
    let topology = &cx.workspace.topology;
    for reference in topology.references_of(workload).iter().filter(|reference| !reference.is_optional) {
        let Some(part) = reference.part.as_ref().filter(|_| matches!(reference.resource, "ConfigMap" | "Secret")) else {
            continue;
        };
        let Outcome::Resolved(found) = topology.resolve(workload, reference) else { continue };
        if topology.may_be_generated(reference) || !found.iter().all(|config| config.lacks_key(cx.workspace, &part.name)) {
            continue;
        }
        if let Some(config) = found.first() {
            missing.entry(config.id).or_insert((config, Vec::new())).1.push(part);
        }
    }
    for (config, parts) in missing.into_values() {
        report(workload, config, &parts, cx);
    }
}

/// One finding for all keys that a workload misses in one object.
fn report(workload: &Workload, config: &Object, parts: &[&Part], cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some((first, others)) = parts.split_first() else { return };
    let mut names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let keys = config.keys(workspace);
    let near = nearest(&first.name, keys.iter().map(String::as_str)).filter(|_| names.len() == 1);
    let field = if config.is("Secret") { "stringData" } else { "data" };
    let help = if let Some(near) = near {
        format!("ask for the key that there is:\nkey: {near}")
    } else {
        let all: String = names.iter().map(|name| format!("\n  {name}: {MASK}")).collect();
        format!("add what is asked for:\n{field}:{all}")
    };
    let which = if let [name] = names[..] { format!("key {name}") } else { format!("keys {}", listed(&names)) };
    let message = format!("{} does not start: {} has no {which}", workload.title(), config.title());
    let report = cx
        .report(workspace.node(first.node).place(), message)
        .label("no such key")
        .because(config.place(workspace), format!("its keys: {}", listed(&keys)))
        .in_production("new pods stay in CreateContainerConfigError or wait for the volume, and the rollout stands still")
        .help(help)
        .folding(others.len());
    others.iter().take(SHOWN).fold(report, |report, part| report.because(workspace.node(part.node).place(), "nor this one"));
}

/// The first of some names.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
