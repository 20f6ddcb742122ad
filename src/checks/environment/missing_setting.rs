//! See rules/environment/missing-setting.md

use std::collections::{BTreeMap, HashSet};

use crate::diagnostic::Place;
use crate::document::dotenv::Setting;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::environments::{Group, SettingsFile};

/// Words of settings that production does without on purpose.
const NOT_FOR_PRODUCTION: &[&str] = &[
    "debug",
    "mock",
    "fake",
    "seed",
    "mute",
    "downtime",
    "swagger",
    "basic_auth",
    "restore",
    "mailhog",
    "mailpit",
    "ngrok",
    "faker",
];

/// From this many on, missing settings of one file are one finding.
const FOLD: usize = 5;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    if !group.is_complete {
        return;
    }
    for file in &group.members {
        let missing = missing(group, file, cx.workspace);
        if missing.len() >= FOLD {
            report(file, &missing[..1], missing.len() - 1, cx);
        } else {
            for one in missing.chunks(1) {
                report(file, one, 0, cx);
            }
        }
    }
}

/// A setting that all others have, and where one of them has it.
struct Missing<'w> {
    name: &'w str,
    neighbour: Place,
}

fn missing<'w>(group: &Group, file: &SettingsFile, workspace: &'w Workspace) -> Vec<Missing<'w>> {
    let known: HashSet<&str> =
        group.base.iter().chain([&file.source]).flat_map(|id| names(workspace, *id)).map(|(name, _)| name).collect();
    let others = group.members.iter().filter(|other| other.source != file.source);
    let mut seen: BTreeMap<&str, (usize, Place)> = BTreeMap::new();
    for other in others {
        let mut once = HashSet::new();
        for (name, place) in names(workspace, other.source).filter(|(name, _)| !known.contains(name)) {
            if once.insert(name) {
                seen.entry(name).or_insert((0, place)).0 += 1;
            }
        }
    }
    let everywhere = seen.into_iter().filter(|(name, (count, _))| *count == group.members.len() - 1 && !is_optional(name));
    let mut missing: Vec<Missing<'w>> = everywhere.map(|(name, (_, neighbour))| Missing { name, neighbour }).collect();
    missing.sort_by_key(|missing| missing.neighbour);
    missing
}

fn names(workspace: &Workspace, id: crate::diagnostic::SourceId) -> impl Iterator<Item = (&str, Place)> {
    let document = workspace.document(id);
    let settings: &[Setting] = document.dotenv().map(|dotenv| dotenv.settings.as_slice()).unwrap_or_default();
    settings.iter().map(move |setting| (setting.name(&document.source), Place { source: id, span: setting.key }))
}

fn is_optional(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NOT_FOR_PRODUCTION.iter().any(|word| name.contains(word))
}

fn report(file: &SettingsFile, missing: &[Missing<'_>], more: usize, cx: &mut Context<'_>) {
    let [Missing { name, neighbour }] = missing else { return };
    let workspace = cx.workspace;
    let environment = file.environment.as_deref().unwrap_or("this environment");
    let others = match more {
        0 => String::new(),
        1 => " and one more setting".to_owned(),
        more => format!(" and {more} more settings"),
    };
    let verb = if more == 0 { "is" } else { "are" };
    cx.report(
        workspace.start(file.source),
        format!("{name}{others} {verb} missing in {environment}, though every other environment sets it"),
    )
    .label(format!("{environment} reads this file"))
    .because(*neighbour, format!("set here for {}", environment_of(neighbour, workspace)))
    .in_production("the service starts without it: it crashes, or runs with a default that nobody has tried")
    .assuming("in this group every file has every setting, so a missing one is no choice")
    .folding(more)
    .help(format!("set it in {}:\n{name}=...", workspace.path(file.source)));
}

fn environment_of(place: &Place, workspace: &Workspace) -> String {
    let files = &workspace.environments.files;
    let file = files.iter().find(|file| file.source == place.source);
    file.and_then(|file| file.environment.clone()).unwrap_or_else(|| "another environment".to_owned())
}
