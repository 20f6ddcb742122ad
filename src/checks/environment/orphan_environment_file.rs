//! See rules/environment/orphan-environment-file.md

use crate::rule::Context;
use crate::workspace::asked::{could_be_orphaned, title};
use crate::workspace::environments::{Group, SettingsFile};

/// At least so many others must be asked for.
const LEAST: usize = 2;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    if !could_be_orphaned(group, |file| workspace.path(file.source)) {
        return;
    }
    let title = |file: &SettingsFile| title(file, workspace.path(file.source), &workspace.environments.said);
    let place = |file: &SettingsFile| workspace.names.mentioned.get(&title(file)).copied();
    let (read, unread): (Vec<_>, Vec<_>) = group.members.iter().partition(|file| place(file).is_some());
    // A pattern, or a name that is put together, may ask for any of them.
    let (true, [orphan]) = (read.len() >= LEAST, unread.as_slice()) else { return };
    let other = read.iter().find_map(|file| place(file));
    let name = title(orphan);
    let report = cx
        .report(workspace.start(orphan.source), format!("nothing deploys {name}, though something deploys its siblings"))
        .label(format!("no pipeline, script or manifest here names {name}"))
        .in_production(
            "whoever edits it believes that it counts: the change never arrives, or a copy elsewhere is what is deployed",
        )
        .assuming("nothing outside this repository reads it")
        .help("delete it, or let the deploy of its environment read it");
    if let Some(place) = other {
        report.because(place, "a sibling is asked for here");
    }
}
