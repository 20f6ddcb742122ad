//! See rules/environment/undefined-required-value.md

use super::{insert, unset};
use crate::document::compose::interpolation::Without;
use crate::document::consumer::Need;
use crate::document::entries::leaf;
use crate::rule::Context;
use crate::workspace::compose::{Evidence, Unset};
use crate::workspace::consumers::{Consumers, Reader, ReaderKind};
use crate::workspace::environments::{Group, SettingsFile};

/// From this many on, missing values of one file are one finding.
const FOLD: usize = 5;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if workspace.document(file.source).compose().is_some() && file.section.is_none() {
        return of_compose(file, cx);
    }
    if !workspace.consumers.have_inputs {
        return;
    }
    let Some(group) = workspace.environments.group_of(file).filter(|_| !file.is_open) else { return };
    let set = |file: &SettingsFile, name: &str| file.find(name).is_some() || file.covers(name) || is_below(file, name);
    // What every member sets itself has no gap.
    let names = group.rows().filter(|row| (0..group.members.len()).any(|at| row.own(at).is_none())).map(|row| row.name);
    // What is read together with a file is as good as its own.
    let others = |file: &SettingsFile, name: &str| file.stack.below.iter().chain(&file.stack.above).any(|other| set(other, name));
    let has = |file: &SettingsFile, name: &str| set(file, name) || others(file, name);
    let home = workspace.consumers.home(workspace, &group.members);
    let required = |name: &str| {
        let reader = workspace.consumers.of_name(workspace, &home, name).first().copied()?;
        let is_input = matches!(reader.kind, ReaderKind::Template | ReaderKind::Variable);
        (reader.need == Need::Must && is_input).then_some(reader)
    };
    let required: Vec<(&str, Reader)> = names.filter_map(|name| Some((name, required(name)?))).collect();
    let has_gap =
        |name: &str| !group.base.iter().any(|base| set(base, name)) && !group.members.iter().all(|file| has(file, name));
    let is_open = |name: &str| has_gap(name) && !Consumers::is_word_of_pipelines(workspace, leaf(name));
    let required: Vec<(&str, Reader)> = required.into_iter().filter(|(name, _)| is_open(name)).collect();
    let missing: Vec<(&str, Reader)> = required.into_iter().filter(|(name, _)| !has(file, name)).collect();
    let together = if missing.len() >= FOLD { missing.len() } else { 1 };
    for missing in missing.chunks(together) {
        report(group, file, missing, cx);
    }
}

/// The variables without which compose refuses to start.
fn of_compose(file: &SettingsFile, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for Unset { name, place, evidence, .. } in unset::of_file(file, workspace, Without::Refuses) {
        let (message, there, what, help) = match evidence {
            Evidence::Inside(there) => (
                format!("{name} is required, and only containers get to know it"),
                *there,
                "read in containers, and not by compose itself".to_owned(),
                format!(
                    "set {name} in .env beside the compose file, too; or start it with\ndocker compose --env-file {} up",
                    workspace.path(there.source)
                ),
            ),
            Evidence::Sibling { meant: Some((meant, there)), .. } => (
                format!("{name} is required, and nothing sets it; {meant} is set"),
                *there,
                "the name that was probably meant".to_owned(),
                format!("write {meant} in the place of {name}"),
            ),
            Evidence::Sibling { source, known, .. } => (
                format!("{name} is required, and nothing sets it"),
                workspace.start(*source),
                format!("sets {known} of the variables that this compose file names"),
                format!("set {name} in {}", workspace.path(*source)),
            ),
        };
        let report = cx
            .report(*place, message)
            .about(&**name)
            .label("compose starts nothing without it")
            .because(there, what)
            .in_production(format!("`docker compose up` ends with \"required variable {name} is missing a value\""))
            .assuming("the shell that starts compose does not set it: no script, pipeline or text here names it")
            .help(help);
        if file.environment.is_none() {
            report.guessing("one step milder, because nothing says which environment this compose file is for");
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
        .report(workspace.start_of(file), format!("{subject} required, and {environment} does not set {it}"))
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
