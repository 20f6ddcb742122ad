//! See rules/environment/stale-copy.md

use crate::rule::Context;
use crate::workspace::environments::SettingsFile;

/// So many missing settings are named.
const NAMED: usize = 3;

pub fn check(file: &SettingsFile, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let strays = &workspace.environments.strays;
    for stray in strays.iter().filter(|stray| stray.file == file.source && file.section.is_none()) {
        let Some((first, place)) = stray.lacks.first() else { continue };
        let (path, copy) = (workspace.path(stray.file), workspace.path(stray.copy));
        let (shared, same) = stray.shared;
        let lacks = match stray.lacks.len() - 1 {
            0 => first.to_string(),
            more => format!("{first} and {more} more settings"),
        };
        let names: Vec<&str> = stray.lacks.iter().take(NAMED).map(|(name, _)| &**name).collect();
        cx.report(workspace.start(file.source), format!("a copy of {copy} was left behind: it lacks {lacks}"))
            .about(copy)
            .label(format!("{same} of the {shared} settings that both have are the same"))
            .because(*place, "only here")
            .in_production(format!(
                "a deploy that takes {path} silently drops {}: nothing fails, and what they switched on stops",
                names.join(", ")
            ))
            .assuming("both are for the same service: they have the same name, the same environment and the same values")
            .folding(stray.lacks.len() - 1)
            .help(format!("keep one of them, and let every deploy read that one:\ngit rm {path}"));
    }
}
