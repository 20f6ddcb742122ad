//! Which keys does a `ConfigMap` or a `Secret` have?

use super::Workspace;
use super::field::Field;
use super::topology::object::Object;
use crate::document::Known;

impl Object {
    fn data<'w>(&self, workspace: &'w Workspace) -> impl Iterator<Item = Field<'w>> + use<'w> {
        let root = self.root(workspace);
        ["data", "binaryData", "stringData"].into_iter().map(move |field| root.field(field))
    }

    /// The keys that are written out.
    pub fn keys(&self, workspace: &Workspace) -> Vec<String> {
        self.data(workspace).flat_map(Field::entries).map(|(key, _)| key.into_owned()).collect()
    }

    /// All its keys; none where a template or something else in the cluster adds some.
    pub fn known_keys(&self, workspace: &Workspace) -> Option<Vec<String>> {
        let keys = self.keys(workspace);
        // What holds nothing at all waits for somebody who fills it.
        let is_known = !keys.is_empty() && self.data(workspace).all(|field| !field.is_open()) && !self.is_filled_later(workspace);
        is_known.then_some(keys)
    }

    /// Whether it is known to lack a key, and nothing adds one.
    pub fn lacks_key(&self, workspace: &Workspace, key: &str) -> bool {
        self.known_keys(workspace).is_some() && self.data(workspace).all(|field| matches!(field.field(key).node(), Known::Absent))
    }

    fn is_filled_later(&self, workspace: &Workspace) -> bool {
        const BY: &[&str] = &["inject", "sops", "vault", "service-ca"];
        let root = self.root(workspace);
        let mut annotations = root.path("metadata.annotations").entries();
        self.is_copied
            || self.labels.pairs.iter().any(|(label, _)| label.contains("inject"))
            || annotations.any(|(name, _)| BY.iter().any(|word| name.contains(word)))
            || root.field("sops").is_there()
            || self.field(workspace, "type").is_text("kubernetes.io/service-account-token")
    }
}
