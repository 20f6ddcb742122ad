//! See rules/environment/undefined-required-value.md

use super::insert;
use crate::document::consumer::Need;
use crate::document::entries::leaf;
use crate::rule::Context;
use crate::workspace::consumers::{Consumers, Reader, ReaderKind};
use crate::workspace::environments::{Group, SettingsFile};

/// From this many on, missing values of one file are one finding.
const FOLD: usize = 5;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !workspace.consumers.have_inputs {
        return;
    }
    let set = |file: &SettingsFile, name: &str| file.find(name).is_some() || file.covers(name) || is_below(file, name);
    // What every member sets itself has no gap.
    let names = group.rows().filter(|row| (0..group.members.len()).any(|at| row.own(at).is_none())).map(|row| row.name);
    let home = workspace.consumers.home(workspace, &group.members);
    let required = |name: &str| {
        let reader = workspace.consumers.of_name(workspace, &home, name).first().copied()?;
        let is_input = matches!(reader.kind, ReaderKind::Template | ReaderKind::Variable);
        (reader.need == Need::Must && is_input).then_some(reader)
    };
    let required: Vec<(&str, Reader)> = names.filter_map(|name| Some((name, required(name)?))).collect();
    let has_gap =
        |name: &str| !group.base.iter().any(|base| set(base, name)) && !group.members.iter().all(|file| set(file, name));
    let is_open = |name: &str| has_gap(name) && !Consumers::is_word_of_pipelines(workspace, leaf(name));
    let required: Vec<(&str, Reader)> = required.into_iter().filter(|(name, _)| is_open(name)).collect();
    for file in group.members.iter().filter(|file| !file.is_open) {
        let missing: Vec<(&str, Reader)> = required.iter().copied().filter(|(name, _)| !set(file, name)).collect();
        let together = if missing.len() >= FOLD { missing.len() } else { 1 };
        for missing in missing.chunks(together) {
            report(group, file, missing, cx);
        }
    }
}

/// Whether a file sets a part of what is asked for as a whole.
fn is_below(file: &SettingsFile, name: &str) -> bool {
    let begins = |other: &str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '[']));
    !file.is_flat && file.settings.iter().any(|entry| begins(&entry.name))
}

fn report(group: &Group, file: &SettingsFile, missing: &[(&str, Reader)], cx: &mut Context<'_>) {
    let [(name, reader), more @ ..] = missing else { return };
    let workspace = cx.workspace;
    let holder = |name: &str| group.members.iter().find_map(|other| Some((other, other.place(other.find(name)?.key))));
    let (subject, it) = match more.len() {
        0 => (format!("{name} is"), "it"),
        more => (format!("{name} and {more} more values are"), "them"),
    };
    let (asks, consequence) = match reader.kind {
        ReaderKind::Variable => (
            "the variable has no default",
            "`terraform plan` stops and asks for it, or fails where nobody can answer: nothing is deployed to this environment",
        ),
        _ => (
            "the chart fails without it",
            "the chart does not render for this environment, so its release stops before it begins",
        ),
    };
    let environment = file.title();
    let places: Vec<_> = missing.iter().filter_map(|(name, _)| Some((*name, holder(name)?.1))).collect();
    let report = cx
        .report(workspace.start(file.source), format!("{subject} required, and {environment} does not set {it}"))
        .about(*name)
        .label(format!("{environment} reads this file"))
        .because(reader.place, asks)
        .in_production(consequence)
        .assuming("no pipeline here hands it over")
        .folding(more.len())
        .help(insert::beside(workspace, group, file, &places));
    if let Some((other, place)) = holder(name) {
        report.because(place, format!("set here for {}", other.title()));
    }
}
