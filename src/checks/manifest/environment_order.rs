//! See rules/manifest/environment-order.md

use std::collections::HashMap;

use crate::document::Known;
use crate::near::is_slip;
use crate::rule::Context;
use crate::workspace::container::Container;

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
        for used in used(&text) {
            let (later, evidence, help) = match set.get(used) {
                Some(later) if *later > at && !is_open && !has_more => {
                    (*later, format!("{used} is set here, too late"), format!("set {used} before {name}"))
                }
                None if !is_open && !has_more => {
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

/// The names in `$(NAME)`; `$$(NAME)` is meant as it stands.
fn used(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(escaped) = rest.strip_prefix('$') {
            rest = escaped;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            names.push(name);
            rest = after;
        }
    }
    names
}
