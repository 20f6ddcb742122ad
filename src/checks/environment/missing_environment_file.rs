//! See rules/environment/missing-environment-file.md

use crate::diagnostic::Severity;
use crate::path;
use crate::rule::{Context, File};
use crate::workspace::asked::{MissingFile, of_file};
use crate::workspace::compose::Absent;
use crate::workspace::environments::Tier;

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let is_program = workspace.document(file.id).consumer().is_some_and(|consumer| !consumer.is_pipeline);
    let consequence = if is_program {
        "the build of this program fails, or it stops where it opens the file, in this environment and in no other"
    } else {
        "the command stops where it cannot find the file: the deploy of this environment fails, and of no other"
    };
    of_compose(file, cx);
    for missing in of_file(&workspace.names.missing, file.id, |missing| missing.place) {
        let same = missing.same.as_ref().map(|(same, _)| *same);
        let other = same.or(missing.siblings.first().copied());
        let what = if missing.is_folder { "folder" } else { "file" };
        let last = path::name(&missing.path);
        let name = if missing.is_folder { &missing.path } else { last };
        let said = workspace.text(missing.place).trim_matches(['"', '\'']);
        let asks = if said.ends_with(name) { String::new() } else { format!(" when it runs for {}", missing.environment) };
        let report = cx
            .report(missing.place, format!("{} is asked for here, and there is no such {what}", missing.path))
            .about(missing.path.as_str())
            .label(format!("asks for {name}{asks}"))
            .in_production(consequence)
            .assuming("nothing makes the file before; no ignore file names it")
            .help(help(missing));
        let report = match other {
            Some(other) if missing.same.is_some() => {
                report.because(workspace.start(other), "the same environment by another name")
            }
            Some(other) => report.because(workspace.start(other), "the file of another environment is here"),
            None => report,
        };
        match (&missing.same, missing.is_production) {
            (_, false) => drop(report.capped(Severity::Low)),
            (None, true) => drop(report.capped(Severity::Medium)),
            (Some(_), true) => {}
        }
    }
}

/// Files that a compose file hands to containers.
fn of_compose(file: &File<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let missing = of_file(&workspace.names.missing, file.id, |missing| missing.place);
    let is_known = |absent: &&Absent| !missing.iter().any(|missing| missing.place == absent.place);
    let absent = of_file(&workspace.composed.absent, file.id, |absent| absent.place).iter().filter(is_known);
    for Absent { place, path, other, is_meant } in absent {
        let what = if *is_meant { "was this one meant?" } else { "another file that it asks for is here" };
        let report = cx
            .report(*place, format!("{path} is asked for here, and there is no such file"))
            .about(path.as_str())
            .label("compose hands it to the containers of this service")
            .because(workspace.start(*other), what)
            .in_production("`docker compose up` ends with \"env file not found\" before it starts anything")
            .assuming("nothing makes the file before; no ignore file, script or text names it")
            .help(if *is_meant {
                format!("ask for the file that is there: {}", workspace.path(*other))
            } else {
                format!(
                    "add {path}; if the service does without it, say so:\nenv_file:\n  - path: {}\n    required: false",
                    workspace.text(*place)
                )
            });
        match workspace.tier(file.id) {
            Some(Tier::Production) if *is_meant => {}
            _ => drop(report.capped(Severity::Medium)),
        }
    }
}

fn help(missing: &MissingFile) -> String {
    match &missing.same {
        Some((_, same)) => format!("use one name for it; to rename what is there:\ngit mv {same} {}", missing.path),
        None => format!("add {}, or ask for the files of the environments that there are", missing.path),
    }
}
