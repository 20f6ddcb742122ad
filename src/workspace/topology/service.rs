//! What sends traffic to pods.

use std::ops::Deref;
use std::sync::Arc;

use super::Workload;
use super::labels::{Answer, Selector};
use super::object::Object;
use crate::document::Known;
use crate::document::yaml::{Node, Scalar};
use crate::workspace::Workspace;

/// A Service.
#[derive(Debug)]
pub struct Service {
    object: Arc<Object>,
    /// The labels of the pods it sends traffic to; none where it selects no pods by itself.
    pub selector: Selector,
    /// Templates make labels of its selector.
    pub is_templated: bool,
}

impl Deref for Service {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.object
    }
}

impl Service {
    pub(super) fn of(object: Arc<Object>, root: Node<'_>) -> Self {
        let selector = Selector::of_pairs(root.field("spec").field("selector"));
        let is_templated = selector.is_templated();
        Self { object, selector, is_templated }
    }

    /// Whether it sends traffic to those pods alone that are ready.
    pub fn waits_for_readiness(&self, workspace: &Workspace) -> bool {
        let anyway = workspace.node(self.node).field("spec").field("publishNotReadyAddresses").and_then(Node::scalar);
        matches!(anyway, Known::Absent | Known::Is(Scalar::Bool(false)))
    }

    /// Whether it is known to send traffic to a workload's pods.
    pub(super) fn selects(&self, workload: &Workload) -> bool {
        !self.selector.is_empty() && self.selector.selects(&workload.labels) == Answer::Yes
    }
}
