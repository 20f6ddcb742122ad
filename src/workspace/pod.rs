//! What a pod is made of beside its containers: volumes, and the environment of its containers.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Workspace;
use super::container::Container;
use super::field::Field;
use super::topology::Workload;
use super::topology::reference::{Outcome, Reference};
use crate::document::Known;

/// A variable of a container's environment.
#[derive(Clone)]
pub struct Variable<'w> {
    /// Its name; of a template, unknown.
    pub name: Known<Cow<'w, str>>,
    /// All of it.
    pub field: Field<'w>,
}

impl<'w> Variable<'w> {
    /// The value as written; absent where it is taken from elsewhere.
    pub fn value(&self) -> Field<'w> {
        self.field.field("value")
    }

    /// Where its value comes from: `valueFrom`.
    pub fn source(&self) -> Field<'w> {
        self.field.field("valueFrom")
    }
}

impl<'w> Container<'w> {
    /// A field of it, by the keys on the way: `resources.limits`.
    pub fn field(&self, keys: &str) -> Field<'w> {
        Field::of(self.node).path(keys)
    }

    /// The variables of its environment, in order. Whether a template may add more, `field("env")` says.
    pub fn env(&self) -> impl Iterator<Item = Variable<'w>> + use<'w> {
        self.field("env").items().map(|field| Variable { name: field.field("name").text(), field })
    }

    /// The names of all variables that it sets, those from whole objects included; none where that is not known.
    pub fn names_of_env(&self, workspace: &Workspace) -> Option<HashSet<String>> {
        let (env, from) = (self.field("env"), self.field("envFrom"));
        if env.is_open() || from.is_open() {
            return None;
        }
        let mut names = HashSet::new();
        for variable in self.env() {
            names.insert(variable.name.into_option()?.into_owned());
        }
        for source in from.items() {
            names.extend(self.names_from(source, workspace)?);
        }
        Some(names)
    }

    /// The names of the variables that one item of `envFrom` brings, where the tree has the object.
    fn names_from(&self, source: Field<'w>, workspace: &Workspace) -> Option<Vec<String>> {
        let topology = &workspace.topology;
        let prefix = match source.field("prefix").text() {
            Known::Absent => String::new(),
            known => known.into_option()?.into_owned(),
        };
        let (resource, source) = [("ConfigMap", "configMapRef"), ("Secret", "secretRef")]
            .into_iter()
            .find_map(|(resource, field)| Some((resource, source.field(field))).filter(|(_, named)| named.is_there()))?;
        let reference = Reference::to(resource, source.field("name"))?;
        let Outcome::Resolved(found) = topology.resolve(self.workload, &reference) else { return None };
        if found.is_empty() || topology.may_be_generated(&reference) {
            return None;
        }
        let mut names = Vec::new();
        for config in found {
            let keys = config.known_keys(workspace).filter(|_| !config.is_patched)?;
            names.extend(keys.into_iter().map(|key| format!("{prefix}{key}")));
        }
        Some(names)
    }
}

/// A volume of a pod.
#[derive(Clone)]
pub struct Volume<'w> {
    /// Its name; of a template, unknown.
    pub name: Known<Cow<'w, str>>,
    /// All of it.
    pub field: Field<'w>,
}

impl Workload {
    /// The volumes of its pods. The claims of a `StatefulSet` are not among them: see `spec.volumeClaimTemplates`.
    pub fn volumes<'w>(&self, workspace: &'w Workspace) -> impl Iterator<Item = Volume<'w>> + use<'w> {
        self.pod(workspace).field("volumes").items().map(|field| Volume { name: field.field("name").text(), field })
    }
}

/// The names in `$(NAME)`, which Kubernetes fills in where the container sets them; `$$(NAME)` is meant as it stands.
pub fn filled_in(text: &str) -> Vec<&str> {
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
