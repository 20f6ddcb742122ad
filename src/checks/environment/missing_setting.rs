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
        let together = if missing.len() >= FOLD { missing.len() } else { 1 };
        for missing in missing.chunks(together) {
            report(group, file, missing, cx);
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

/// `MUTE_ALERTS` and `ALERTS_MUTED`, but not `COMMUTE_URL`.
fn is_optional(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let begins_word = |at: usize| !name[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
    NOT_FOR_PRODUCTION.iter().any(|word| name.match_indices(word).any(|(at, _)| begins_word(at)))
}

fn report(group: &Group, file: &SettingsFile, missing: &[Missing<'_>], cx: &mut Context<'_>) {
    let [Missing { name, neighbour }, more @ ..] = missing else { return };
    let workspace = cx.workspace;
    let (environment, others) = (name_of(file), others(group, file));
    let (subject, it) = match more.len() {
        0 => (format!("{name} is"), "it"),
        more => (format!("{name} and {more} more settings are"), "them"),
    };
    let holder = group.members.iter().find(|other| other.source == neighbour.source).map_or("another environment", name_of);
    let lines: Vec<String> = missing.iter().map(|missing| format!("{}=...", missing.name)).collect();
    cx.report(workspace.start(file.source), format!("{subject} missing in {environment}, though {others} {it}"))
        .about(*name)
        .label(format!("{environment} reads this file"))
        .because(*neighbour, format!("set here for {holder}"))
        .in_production("the service starts without it: it crashes, or runs with a default that nobody has tried")
        .assuming("nearly every file here has every setting, so a missing one is hardly on purpose")
        .folding(more.len())
        .help(format!("set {it} in {}:\n{}", workspace.path(file.source), lines.join("\n")));
}

/// Who does set it.
fn others(group: &Group, file: &SettingsFile) -> String {
    let others: Vec<&str> = group.members.iter().filter(|other| other.source != file.source).map(name_of).collect();
    match others.as_slice() {
        [one] => format!("{one} sets"),
        [one, two] => format!("{one} and {two} set"),
        _ => "every other environment sets".to_owned(),
    }
}

fn name_of(file: &SettingsFile) -> &str {
    file.environment.as_deref().unwrap_or("this environment")
}
