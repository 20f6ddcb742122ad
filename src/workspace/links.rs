//! Which variables does Kubernetes put into pods by itself?

use std::collections::HashMap;

use super::Workspace;
use super::topology::object::{Object, ObjectId};

/// Services by the beginning of the variables that every pod of their namespace gets.
#[derive(Debug, Default)]
pub struct Links {
    by_prefix: HashMap<String, Vec<ObjectId>>,
}

/// With more Services of one name there is no telling which is near.
const MOST: usize = 64;

impl Links {
    /// Reads the Services of a workspace. One without an address of its own, or that stands for a name elsewhere, makes
    /// no variables.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let mut links = Self::default();
        for service in workspace.topology.of_kind("Service") {
            let spec = service.field(workspace, "spec");
            let makes_none = spec.field("clusterIP").is_text("None") || spec.field("type").is_text("ExternalName");
            if !makes_none && service.has_known_name() && !service.is_fragment {
                links.by_prefix.entry(service.name.to_uppercase().replace('-', "_")).or_default().push(service.id);
            }
        }
        links
    }

    /// The Service of the same unit and namespace whose variables begin as this name does.
    pub fn service_named_in<'w>(&self, workspace: &'w Workspace, near: &Object, variable: &str) -> Option<&'w Object> {
        let topology = &workspace.topology;
        let prefixes = variable.match_indices('_').map(|(at, _)| &variable[..at]);
        let services = prefixes.filter_map(|prefix| self.by_prefix.get(prefix)).flat_map(|services| services.iter().take(MOST));
        let mut services = services.map(|id| topology.object_at(*id));
        services.find(|service| service.unit == near.unit && topology.may_meet(service, near))
    }

    /// Whether every pod beside an object gets this variable.
    pub fn set(&self, workspace: &Workspace, near: &Object, variable: &str) -> bool {
        let service = self.service_named_in(workspace, near, variable);
        service.is_some_and(|service| is_link(variable, &service.name.to_uppercase().replace('-', "_")))
    }
}

/// Whether Kubernetes itself would call a variable so, by the beginning that it takes from the Service.
pub fn is_link(name: &str, prefix: &str) -> bool {
    let rest = name.strip_prefix(prefix).unwrap_or_default();
    rest.starts_with("_SERVICE_HOST") || rest.starts_with("_SERVICE_PORT") || rest == "_PORT" || rest.starts_with("_PORT_")
}
