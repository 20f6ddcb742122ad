//! See rules/environment/missing-setting.md

use crate::diagnostic::Place;
use crate::rule::{Context, fits};
use crate::workspace::environments::{Gap, Group, SettingsFile};

/// From this many on, missing settings of one file are one finding.
const FOLD: usize = 5;

pub fn check(group: &Group, cx: &mut Context<'_>) {
    if !group.is_complete {
        return;
    }
    for gaps in group.gaps.chunk_by(|one, other| one.member == other.member) {
        let optional = cx.list("optional", group.members[gaps[0].member].source);
        let is_optional = |name: &str| super::is_for_tests(name) || optional.iter().any(|pattern| fits(pattern, name));
        let name = |gap: &Gap| Missing { name: gap.name.to_string(), neighbour: gap.neighbour };
        let missing: Vec<Missing> = gaps.iter().map(name).filter(|missing| !is_optional(&missing.name)).collect();
        let together = if missing.len() >= FOLD { missing.len() } else { 1 };
        for missing in missing.chunks(together) {
            report(group, &group.members[gaps[0].member], missing, cx);
        }
    }
}

/// A setting that all others have, and where one of them has it.
struct Missing {
    name: String,
    neighbour: Place,
}

fn report(group: &Group, file: &SettingsFile, missing: &[Missing], cx: &mut Context<'_>) {
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
        .about(name.as_str())
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
