//! See rules/manifest/environment-order.md

use std::collections::HashMap;

use crate::document::Known;
use crate::near::is_slip;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::pod::filled_in;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    if !container.env().any(|variable| matches!(variable.value().text(), Known::Is(text) if text.contains("$("))) {
        return;
    }
    let variables: Vec<_> = container.env().collect();
    let mut set: HashMap<String, usize> = HashMap::new();
    for (at, variable) in variables.iter().enumerate() {
        if let Known::Is(name) = &variable.name {
            set.entry(name.clone().into_owned()).or_insert(at);
        }
    }
    // A template may set what is not seen here; envFrom comes before all of these.
    let is_open = container.field("env").is_open();
    let has_more = container.field("envFrom").is_there() || container.field("envFrom").is_unknown();
    for (at, variable) in variables.iter().enumerate() {
        let Known::Is(text) = variable.value().text() else { continue };
        let name = variable.field.field("name").written();
        for used in filled_in(&text) {
            let (later, evidence, help) = match set.get(used) {
                Some(later) if *later > at && !is_open && !has_more => {
                    (*later, format!("{used} is set here, too late"), format!("set {used} before {name}"))
                }
                None if !is_open && !has_more && !cx.workspace.topology.is_filled_by_kustomization(used) => {
                    let Some((near, at)) = set.iter().filter(|(other, _)| is_slip(other, used)).min_by_key(|(_, at)| **at) else {
                        continue;
                    };
                    (*at, format!("{near} was probably meant"), format!("name the variable that there is: $({near})"))
                }
                _ => continue,
            };
            cx.report(
                variable.value().place(),
                format!("{name} of \"{}\" holds the text $({used}) instead of a value", container.name()),
            )
            .label(format!("$({used}) is not replaced"))
            .because(variables[later].field.field("name").place(), evidence)
            .in_production("only variables that are set before are filled in, so the process gets the dollar sign and the name")
            .help(help)
            .about(used);
        }
    }
}
