//! See rules/environment/undefined-variable.md

use std::collections::HashMap;

use super::unset;
use super::variables::{Filler, filler, of_entry};
use crate::diagnostic::Place;
use crate::document::compose::interpolation::Without;
use crate::document::entries::Entry;
use crate::rule::Context;
use crate::workspace::compose::{Evidence, Unset};
use crate::workspace::environments::{SettingsFile, is_slip};

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let document = cx.workspace.document(file.source);
    if document.compose().is_some() && file.section.is_none() {
        return of_compose(file, cx);
    }
    let Some(filler) = filler(file, document).filter(|_| file.section.is_none() || document.entries().is_some()) else { return };
    let readers = cx.workspace.readers.of_file(document.source.path());
    if !readers.is_empty() && !readers.iter().any(|told| told.reader.expands()) {
        return;
    }
    let mut defined: Option<HashMap<String, Place>> = None;
    for entry in file.settings.iter() {
        for variable in of_entry(entry, &document.source, filler).iter().filter(|variable| !variable.has_default) {
            let defined = defined.get_or_insert_with(|| defined_for(file, cx));
            if !defined.contains_key(variable.name) {
                judge(file, entry, variable.name, defined, cx);
            }
        }
    }
}

/// The variables that compose puts nothing in the place of.
fn of_compose(file: &SettingsFile, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    for Unset { name, place, of, evidence, .. } in unset::of_file(file, workspace, Without::Nothing) {
        // `SHARD: ${SHARD}` hands it on by its own name.
        let own = format!("{of} is filled in from a variable of its own name");
        let subject = if of == name { own } else { format!("{of} is made of {name}") };
        let (message, there, what, help) = match evidence {
            Evidence::Inside(there) => {
                let path = workspace.path(there.source);
                (
                    format!("{subject}, which only containers get to know"),
                    *there,
                    "read in containers, and not by compose itself".to_owned(),
                    format!(
                        "set {name} in .env beside the compose file, too; or start it with\ndocker compose --env-file {path} up"
                    ),
                )
            }
            Evidence::Sibling { meant: Some((meant, there)), .. } => (
                format!("{subject}, which nothing sets; {meant} is set"),
                *there,
                "the name that was probably meant".to_owned(),
                format!("write ${{{meant}}}"),
            ),
            Evidence::Sibling { source, known, .. } => (
                format!("{subject}, which nothing sets"),
                workspace.start(*source),
                format!("sets {known} of the variables that this compose file names"),
                format!("set {name} in {}, or say what holds otherwise: ${{{name}:-...}}", workspace.path(*source)),
            ),
        };
        let report = cx
            .report(*place, message)
            .about(&**name)
            .label(format!("names {name}"))
            .because(there, what)
            .in_production(format!("compose puts nothing there and says so in one line: {of} has a hole from the first start on"))
            .assuming("the shell that starts compose does not set it: no script, pipeline or text here names it")
            .help(help);
        if file.environment.is_none() {
            report.guessing("one step milder, because nothing says which environment this compose file is for");
        }
    }
}

/// All that the file, its other parts and what is read before it set.
fn defined_for(file: &SettingsFile, cx: &Context<'_>) -> HashMap<String, Place> {
    let environments = &cx.workspace.environments;
    let parts = environments.files.iter().filter(|part| part.source == file.source);
    let base = environments.group_of(file).into_iter().flat_map(|group| &group.base);
    let stack = file.stack.below.iter().chain(&file.stack.above);
    let all = parts
        .chain(base)
        .chain(stack)
        .flat_map(|part| part.settings.iter().map(|entry| (entry.name.to_string(), part.place(entry.key))));
    all.collect()
}

fn judge(file: &SettingsFile, entry: &Entry, variable: &str, defined: &HashMap<String, Place>, cx: &mut Context<'_>) {
    let mut near: Vec<(&String, &Place)> = defined.iter().filter(|(name, _)| is_slip(variable, name)).collect();
    near.sort();
    let (name, own) = (&entry.name, file.title());
    let place = file.place(entry.key);
    let happens = "the value has a hole where the variable should be, and nobody says so at the start";
    if let Some((meant, there)) = near.first().filter(|(meant, _)| ***meant != *entry.name) {
        let report = cx
            .report(place, format!("{name} is made of {variable}, which nothing sets; {meant} is set"))
            .about(variable)
            .label(format!("names {variable}"))
            .because(**there, "the name that was probably meant")
            .in_production(happens)
            .help(format!("write ${{{meant}}}"));
        if file.environment.is_none() {
            report.guessing("one step milder, because nothing says which environment reads this file");
        }
        return;
    }
    let Some(group) = cx.workspace.environments.group_of(file) else { return };
    let others: Vec<&SettingsFile> = group.members.iter().filter(|member| member.environment != file.environment).collect();
    let found: Vec<Place> = others.iter().filter_map(|other| Some(other.place(other.find(variable)?.key))).collect();
    if found.is_empty() || found.len() < others.len() || filler(file, cx.workspace.document(file.source)) != Some(Filler::Dotenv)
    {
        return;
    }
    let holder = others[0].title();
    cx.report(place, format!("{name} of {own} is made of {variable}, which {own} alone does not set"))
        .about(variable)
        .label(format!("names {variable}"))
        .because(found[0], format!("set here for {holder}"))
        .in_production(happens)
        .help(format!("set {variable} here, too, above {name}:\n{variable}=..."));
}
