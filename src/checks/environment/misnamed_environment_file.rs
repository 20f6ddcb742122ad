//! See rules/environment/misnamed-environment-file.md

use crate::diagnostic::Severity;
use crate::rule::{Context, File};
use crate::workspace::environments::Tier;

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(misnamed) = workspace.names.misnamed.get(&file.id) else { return };
    let (word, wanted) = (&misnamed.word, &misnamed.wanted);
    // Of a folder the name of the environment alone would say too little.
    let name = match workspace.path(file.id).strip_prefix(&*misnamed.part) {
        Some("") => misnamed.part.rsplit('/').next().unwrap_or(&misnamed.part),
        _ => &*misnamed.part,
    };
    let is_slip = misnamed.agreeing == 0;
    let message = match misnamed.agreeing {
        0 => format!("{name} names no environment: {wanted} was meant"),
        count => format!("{name} says {word} where {count} other places of this tree say {wanted}"),
    };
    let label = if is_slip {
        format!("beside {}, which names an environment", misnamed.witness)
    } else {
        format!("{} is one of them", misnamed.witness)
    };
    let consequence = if misnamed.tier == Tier::Production {
        "whoever puts the name together from that of the environment finds no file: the deploy to production stops, or goes on without these settings"
    } else {
        "whoever puts the name together from that of the environment finds no file: it runs without these settings"
    };
    let report = cx
        .report(workspace.start(file.id), message)
        .about(misnamed.part.as_str())
        .label(label)
        .in_production(consequence)
        .assuming("nothing outside this repository asks for it by this name")
        .help(format!("use one name for it:\ngit mv {} {}", misnamed.part, misnamed.renamed));
    match (misnamed.tier == Tier::Production, is_slip) {
        (false, _) => drop(report.capped(Severity::Low)),
        (true, false) => drop(report.capped(Severity::Medium)),
        (true, true) => {}
    }
}
