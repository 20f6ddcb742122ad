//! What a pod is made of beside its containers: volumes, and the environment of its containers.

use std::borrow::Cow;

use super::Workspace;
use super::container::Container;
use super::field::Field;
use super::topology::Workload;
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
