//! See rules/manifest/duplicate-environment-variable.md

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::pod::Variable;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    // Branches of a template may each write it.
    if container.field("env").is_open() || container.env().nth(1).is_none() {
        return;
    }
    let mut first: HashMap<String, Variable<'_>> = HashMap::new();
    for variable in container.env() {
        let Known::Is(name) = variable.name.clone() else { continue };
        let Some(earlier) = first.insert(name.clone().into_owned(), variable.clone()) else { continue };
        // What is made longer is set twice on purpose.
        if matches!(variable.value().text(), Known::Is(text) if text.contains(&format!("$({name})"))) {
            continue;
        }
        let is_same = earlier.value().is_there() && earlier.value().text() == variable.value().text();
        let report = cx
            .report(earlier.field.field("name").place(), format!("{name} of \"{}\" is not what this line says: it is set twice", container.name()))
            .label("has no effect")
            .because(variable.field.field("name").place(), "the last one wins")
            .in_production("whoever changes the first value changes nothing; an apply on the server's side refuses the object, and a later apply may delete the wrong one")
            .help("keep one of the two");
        if is_same {
            report.capped(Severity::Low);
        }
    }
}
