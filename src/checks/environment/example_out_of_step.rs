//! See rules/environment/example-out-of-step.md

use std::collections::{BTreeMap, BTreeSet};

use super::unset;
use crate::diagnostic::Place;
use crate::document::compose::interpolation::Without;
use crate::rule::{Context, fits};
use crate::workspace::compose::{Evidence, Unset};
use crate::workspace::consumers::is_below;
use crate::workspace::environments::{SettingsFile, Tier};

/// An example that knows fewer of the settings that its programs need is no list of them.
const LEAST_KNOWN: usize = 3;

/// So many missing settings are named.
const NAMED: usize = 5;

/// What platforms set by themselves.
const OF_PLATFORMS: &[&str] = &[
    "CI",
    "HOME",
    "HOSTNAME",
    "NODE_ENV",
    "PATH",
    "PORT",
    "PWD",
    "RACK_ENV",
    "RAILS_ENV",
    "TMPDIR",
    "TZ",
    "USER",
    "DYNO",
    "FLY_*",
    "AWS_*",
    "GITHUB_*",
    "KUBERNETES_*",
    "LAMBDA_*",
    "NEXT_RUNTIME",
    "POD_*",
    "VERCEL*",
];

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let document = workspace.document(file.source);
    let is_example = file.tier == Some(Tier::Example) && file.section.is_none() && file.is_flat && document.dotenv().is_some();
    if !is_example {
        return;
    }
    of_compose(file, cx);
    // A service with an example of its own is none of this one's.
    let own = document.source.folder();
    let examples = workspace.environments.files.iter().filter(|other| other.tier == Some(Tier::Example));
    let folders = examples.map(|other| workspace.document(other.source).source.folder());
    let nearer: BTreeSet<&str> = folders.filter(|folder| is_below(folder, own) && *folder != own).collect();
    let is_here = |path: &str| is_below(path, own) && !nearer.iter().any(|folder| is_below(path, folder));
    let needed = workspace.consumers.needed_in(workspace, is_here);
    let known = needed.keys().filter(|name| file.find(name).is_some()).count();
    let optional = cx.list("optional", file.source);
    // What stands in a comment is told of, too.
    let text = document.source.text();
    let is_told = |name: &str| {
        let is_free =
            OF_PLATFORMS.iter().any(|pattern| fits(pattern, name)) || optional.iter().any(|pattern| fits(pattern, name));
        is_free || text.contains(name)
    };
    let missing: BTreeMap<&str, Place> =
        needed.iter().filter(|(name, _)| !is_told(name)).map(|(name, place)| (*name, *place)).collect();
    let Some((first, place)) = missing.first_key_value() else { return };
    // A list of half of it is another list.
    if known < LEAST_KNOWN || missing.len() > known {
        return;
    }
    let (more, path) = (missing.len() - 1, workspace.path(file.source));
    let subject = match more {
        0 => format!("{first}, which the code cannot do without, is"),
        _ => format!("{first} and {more} more settings, which the code cannot do without, are"),
    };
    let names: Vec<String> = missing.keys().take(NAMED).map(|name| format!("{name}=")).collect();
    cx.report(workspace.start(file.source), format!("{subject} missing in {path}"))
        .about(*first)
        .label(format!("has {known} of the settings that the code needs"))
        .because(*place, "read here, and it fails without")
        .in_production(
            "whoever sets up an environment from this list leaves it out, and the service fails there where it reads it",
        )
        .folding(more)
        .help(format!("add to {path}:\n{}", names.join("\n")));
}

/// What compose files fill in and the example lacks, though it has the others.
fn of_compose(file: &SettingsFile, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let mut missing: BTreeMap<&str, &Unset> = BTreeMap::new();
    for unset in unset::of_example(file, workspace) {
        missing.entry(&unset.name).or_insert(unset);
    }
    let Some((name, first)) = missing.first_key_value() else { return };
    let (more, path) = (missing.len() - 1, workspace.path(file.source));
    let compose = workspace.path(first.place.source);
    let subject = match more {
        0 => format!("{name}, which {compose} fills in, is"),
        _ => format!("{name} and {more} more variables, which {compose} fills in, are"),
    };
    let names: Vec<String> = missing.keys().take(NAMED).map(|name| format!("{name}=")).collect();
    let happens = match first.without {
        Without::Refuses => "whoever makes a .env from this list cannot start it: compose says that a variable is missing",
        _ => "whoever makes a .env from this list starts it with nothing in that place, and compose only mentions it",
    };
    let report = cx
        .report(workspace.start(file.source), format!("{subject} missing in {path}"))
        .about(*name)
        .because(first.place, "filled in here, without a default")
        .in_production(happens)
        .folding(more);
    match &first.evidence {
        Evidence::Sibling { meant: Some((meant, there)), .. } => report
            .because(*there, format!("was {meant} meant?"))
            .help(format!("write one name for it in both, or add to {path}:\n{}", names.join("\n"))),
        Evidence::Sibling { known, .. } => report
            .label(format!("has {known} of the variables that {compose} names"))
            .help(format!("add to {path}:\n{}", names.join("\n"))),
        Evidence::Inside(_) => report,
    };
}
