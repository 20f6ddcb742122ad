//! See rules/manifest/removed-node-label.md

use crate::diagnostic::{Place, Severity};
use crate::document::yaml::Node;
use crate::rule::Context;
use crate::workspace::topology::object::Object;

/// Labels that nodes lost or will lose, what they have instead, and the version that took them away.
const LABELS: &[(&str, &str, Option<&str>)] = &[
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane", Some("1.24")),
    ("beta.kubernetes.io/os", "kubernetes.io/os", None),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch", None),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", None),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", None),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region", None),
];

pub fn check(object: &Object, cx: &mut Context<'_>) {
    let root = cx.workspace.node(object.node);
    let text = cx.workspace.text(root.place());
    let mentioned = LABELS.iter().filter(|(label, ..)| text.contains(label));
    // A definition and a text only describe what others may say.
    let describes = object.is("CustomResourceDefinition") || object.is("ConfigMap");
    for (label, instead, since) in mentioned.filter(|_| !describes) {
        let asks = Asks { label, instead, cx };
        if let Some((place, is_preferred)) = asks.first(root) {
            report(object, place, (label, instead, *since), is_preferred, cx);
        }
    }
}

/// Who asks for a label.
struct Asks<'c, 'w> {
    label: &'c str,
    instead: &'c str,
    cx: &'c Context<'w>,
}

/// Here nobody asks for a label.
const NOT_ASKING: &[&str] = &["tolerations", "taints", "labels", "annotations", "status"];

impl Asks<'_, '_> {
    /// The first place that asks for the label, and whether it can do without.
    fn first(&self, root: Node<'_>) -> Option<(Place, bool)> {
        let mut found: Vec<(Place, bool)> = Vec::new();
        let mut open = vec![(root, false, false)];
        while let Some((node, is_selector, is_preferred)) = open.pop() {
            for (key, value) in node.entries() {
                let name = key.read_text();
                if NOT_ASKING.contains(&&*name) || (name == "nodeSelectorTerms" && self.has_another_way(value)) {
                    continue;
                }
                let selects = name.ends_with("elector");
                let is_preferred = is_preferred || name.starts_with("preferred");
                let place =
                    if is_selector && name == self.label { Some(key.place()) } else { self.asked(&name, value, node, selects) };
                found.extend(place.map(|place| (place, is_preferred)));
                open.push((value, selects, is_preferred));
            }
            if !node.is_mapping() {
                open.extend(node.own_children().map(|item| (item, false, is_preferred)));
            }
        }
        found.into_iter().min()
    }

    /// Where an expression, or a selector that is a text, asks for it.
    fn asked(&self, name: &str, value: Node<'_>, around: Node<'_>, selects: bool) -> Option<Place> {
        let text = value.read_text();
        let operator = around.field("operator").text().into_option();
        let is_expression = name == "key" && text == self.label && matches!(operator.as_deref(), Some("In" | "Exists"));
        let is_text = selects && text.contains(self.label) && !text.contains(self.instead) && !text.contains('!');
        (is_expression || is_text).then(|| value.place())
    }

    /// Whether one of several terms does without it.
    fn has_another_way(&self, terms: Node<'_>) -> bool {
        terms.items().any(|term| !self.cx.workspace.text(term.place()).contains(self.label))
    }
}

fn report(
    object: &Object,
    place: Place,
    (label, instead, since): (&str, &str, Option<&str>),
    is_preferred: bool,
    cx: &mut Context<'_>,
) {
    let title = object.title();
    let message = match since {
        Some(version) => format!("{title} finds no node from Kubernetes {version} on: no node is labelled {label} any more"),
        None => format!("{title} depends on a label that nodes only have for old times' sake: {label}"),
    };
    let report = cx
        .report(place, message)
        .label(format!("now {instead}"))
        .in_production("the upgrade of the cluster takes the label away, and whatever is chosen by it is on no node afterwards")
        .help(format!("ask for the label that replaced it:\n{instead}"));
    if since.is_none() || is_preferred {
        report.capped(Severity::Low);
    }
}
