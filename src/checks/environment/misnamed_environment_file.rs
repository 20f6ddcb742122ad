//! See rules/environment/misnamed-environment-file.md

use crate::diagnostic::Severity;
use crate::path;
use crate::rule::{Context, File};
use crate::workspace::environments::Tier;
use crate::workspace::environments::misnamed::Told;

pub fn check(file: &File<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(misnamed) = workspace.names.misnamed.get(&file.id) else { return };
    let (word, wanted) = (&misnamed.word, &misnamed.wanted);
    // Of a folder the name of the environment alone would say too little.
    let name = match workspace.path(file.id).strip_prefix(&*misnamed.part) {
        Some("") => path::name(&misnamed.part),
        _ => &*misnamed.part,
    };
    let message = match misnamed.told {
        Told::Slip => format!("{name} names no environment: {wanted} was meant"),
        Told::Others(1) => format!("{name} says {word} where {} says {wanted}", misnamed.witness),
        Told::Others(count) => format!("{name} says {word} where {count} other places of this tree say {wanted}"),
        Told::Framework(framework) => format!("{framework} never looks for {name}: it says {wanted} where this says {word}"),
    };
    let label = match misnamed.told {
        Told::Slip => format!("beside {}, which names an environment", misnamed.witness),
        Told::Others(1) => format!("{} calls the other environments as the files beside this one do", misnamed.witness),
        Told::Others(_) => format!("{} is one of them", misnamed.witness),
        Told::Framework(_) => format!("{} shows which framework reads it", misnamed.witness),
    };
    let is_framework = matches!(misnamed.told, Told::Framework(_));
    let consequence = match (misnamed.tier == Tier::Production, is_framework) {
        (true, true) => {
            "production is built or started without these settings, and nothing says so: what all environments share holds instead"
        }
        (true, false) => {
            "whoever puts the name together from that of the environment finds no file: the deploy to production stops, or goes on without these settings"
        }
        (false, _) => "whoever puts the name together from that of the environment finds no file: it runs without these settings",
    };
    let report = cx
        .report(workspace.start(file.id), message)
        .about(misnamed.part.as_str())
        .label(label)
        .in_production(consequence)
        .assuming("nothing outside this repository asks for it by this name")
        .help(format!("use one name for it:\ngit mv {} {}", misnamed.part, misnamed.renamed));
    match (misnamed.tier == Tier::Production, misnamed.told) {
        (false, _) => drop(report.capped(Severity::Low)),
        (true, Told::Others(_) | Told::Framework(_)) => drop(report.capped(Severity::Medium)),
        (true, Told::Slip) => {}
    }
}
