//! See rules/manifest/missing-config-key.md

use crate::document::Known;
use crate::document::secret::MASK;
use crate::near::nearest;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::field::Field;
use crate::workspace::topology::Workload;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::reference::Outcome;

pub fn check(workload: &Workload, cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let topology = &workspace.topology;
    for reference in topology.references_of(workload).iter().filter(|reference| !reference.is_optional) {
        let Some(part) = reference.part.as_ref().filter(|_| matches!(reference.resource, "ConfigMap" | "Secret")) else {
            continue;
        };
        let Outcome::Resolved(found) = topology.resolve(workload, reference) else { continue };
        if topology.may_be_generated(reference) || !found.iter().all(|config| lacks(config, &part.name, workspace)) {
            continue;
        }
        let Some(config) = found.first() else { continue };
        let keys = keys(config, workspace);
        let near = nearest(&part.name, keys.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("ask for the key that there is:\nkey: {near}"),
            None => {
                format!("add the key:\n{}:\n  {}: {MASK}", if config.is("Secret") { "stringData" } else { "data" }, part.name)
            }
        };
        let message = format!("{} does not start: {} has no key {}", workload.title(), config.title(), part.name);
        cx.report(workspace.node(part.node).place(), message)
            .label("no such key")
            .because(config.place(workspace), listed(&keys))
            .in_production("new pods stay in CreateContainerConfigError or wait for the volume, and the rollout stands still")
            .help(help);
    }
}

fn fields<'w>(config: &Object, workspace: &'w Workspace) -> impl Iterator<Item = Field<'w>> + use<'w> {
    let root = config.root(workspace);
    ["data", "binaryData", "stringData"].into_iter().map(move |field| root.field(field))
}

/// Whether it is known to lack a key, and nothing adds one.
fn lacks(config: &Object, key: &str, workspace: &Workspace) -> bool {
    let is_closed = fields(config, workspace).all(|field| !field.is_open());
    let has_any = fields(config, workspace).any(Field::is_there);
    let root = config.root(workspace);
    let is_filled_later = config.is_copied
        || config.labels.pairs.iter().any(|(label, _)| label.contains("inject"))
        || root
            .path("metadata.annotations")
            .entries()
            .any(|(name, _)| ["inject", "sops", "vault", "service-ca"].iter().any(|word| name.contains(word)))
        || root.field("sops").is_there()
        || config.field(workspace, "type").is_text("kubernetes.io/service-account-token");
    is_closed
        && has_any
        && !is_filled_later
        && fields(config, workspace).all(|field| matches!(field.field(key).node(), Known::Absent))
}

fn keys(config: &Object, workspace: &Workspace) -> Vec<String> {
    fields(config, workspace).flat_map(Field::entries).map(|(key, _)| key.into_owned()).collect()
}

/// Its keys, the first of them.
fn listed(keys: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = keys.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match keys.len().saturating_sub(SHOWN) {
        0 => format!("its keys: {shown}"),
        more => format!("its keys: {shown} and {more} more"),
    }
}
