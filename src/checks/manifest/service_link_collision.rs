//! See rules/manifest/service-link-collision.md

use std::collections::BTreeMap;

use crate::document::Known;
use crate::rule::Context;
use crate::workspace::container::Container;
use crate::workspace::links::is_link;
use crate::workspace::pod::Variable;

/// From this many on, variables with one beginning are the settings of one program.
const SETTINGS: usize = 2;

pub fn check(container: &Container<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let links = container.workload.pod(workspace).field("enableServiceLinks");
    let (env, from) = (container.field("env"), container.field("envFrom"));
    // What comes from elsewhere may say what the program must not take from the Service.
    if !matches!(links.flag(), Known::Absent | Known::Is(true)) || env.is_open() || !from.is_absent() {
        return;
    }
    let mut by_prefix: BTreeMap<String, Vec<Variable<'_>>> = BTreeMap::new();
    for variable in container.env() {
        let Known::Is(name) = &variable.name else { return };
        if let Some(service) = workspace.links.service_named_in(workspace, container.workload, name) {
            by_prefix.entry(prefix(&service.name)).or_default().push(variable.clone());
        }
    }
    for (prefix, variables) in by_prefix {
        let says_port = variables.iter().any(|variable| name(variable) == format!("{prefix}_PORT"));
        let settings: Vec<&Variable<'_>> = variables.iter().filter(|variable| !is_link(&name(variable), &prefix)).collect();
        let is_own = program(container).is_some_and(|program| self::prefix(&program) == prefix);
        if let Some(first) = settings.first().filter(|_| !says_port && is_own && settings.len() >= SETTINGS) {
            report(container, &prefix, first, cx);
        }
    }
}

fn name(variable: &Variable<'_>) -> String {
    variable.name.clone().into_option().unwrap_or_default().into_owned()
}

/// The program by its image: the last part of the name.
fn program(container: &Container<'_>) -> Option<String> {
    let image = container.field("image").text().into_option()?;
    // What stands for itself, as mysql, is known to everybody, and known to cope.
    let name = image.rsplit_once('/')?.1.split([':', '@']).next()?;
    Some(name.to_owned())
}

fn prefix(service: &str) -> String {
    service.to_uppercase().replace('-', "_")
}

fn report(container: &Container<'_>, prefix: &str, first: &Variable<'_>, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let Some(service) = workspace.links.service_named_in(workspace, container.workload, &name(first)) else { return };
    cx.report(first.field.place(), format!("\"{}\" may read {prefix}_PORT as its port, and gets tcp://... from Kubernetes", container.name()))
        .label(format!("settings of the program begin with {prefix}_"))
        .because(service.place(workspace), format!("makes Kubernetes set {prefix}_PORT, {prefix}_SERVICE_HOST and others in every pod of the namespace"))
        .in_production("the program takes the address of the Service for its setting and ends with an error about a number, from the first start after the Service exists")
        .help(format!("nothing needs these variables, the Service has a name in DNS; in the pod:\nenableServiceLinks: false\nor say it yourself:\n- {{ name: {prefix}_PORT, value: \"8080\" }}"))
        .assuming(format!("the program, named like the Service, reads {prefix}_PORT if it is there"));
}
