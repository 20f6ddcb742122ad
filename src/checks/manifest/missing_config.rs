//! See rules/manifest/missing-config.md

use std::collections::HashSet;

use crate::rule::Context;
use crate::workspace::topology::Workload;
use crate::workspace::topology::reference::{Near, Outcome};

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let mut said = HashSet::new();
    for reference in workspace.topology.references_of(workload) {
        let is_config = matches!(reference.resource, "ConfigMap" | "Secret");
        if !is_config || reference.is_optional || !said.insert((reference.resource, reference.name.as_str())) {
            continue;
        }
        let Outcome::Contradicted(config, near) = workspace.topology.resolve(workload, reference) else { continue };
        let (evidence, help) = match near {
            Near::Namespace => (
                format!("{} is applied to another namespace", config.title()),
                "a pod reads the ConfigMaps and Secrets of its own namespace alone: put both into the same".to_owned(),
            ),
            Near::Name => {
                (format!("{} was probably meant: nothing else names it", config.title()), format!("name: {}", config.name))
            }
        };
        let message = format!("{} does not start: there is no {} \"{}\"", workload.title(), reference.resource, reference.name);
        cx.report(workspace.node(reference.node).place(), message)
            .label(format!("no such {}", reference.resource))
            .because(config.place(workspace), evidence)
            .in_production("new pods stay in CreateContainerConfigError or wait for the volume, and the rollout stands still")
            .help(help);
    }
}
