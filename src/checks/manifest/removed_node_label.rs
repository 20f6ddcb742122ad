//! See rules/manifest/removed-node-label.md

use super::evidence;
use crate::diagnostic::{Place, Severity};
use crate::document::words::Word;
use crate::document::yaml::Node;
use crate::rule::Context;
use crate::workspace::topology::object::Object;
use crate::workspace::topology::unit::Unit;

/// Labels that nodes lost or will lose, what they have instead, and the version that took them away.
const LABELS: &[(&str, &str, Option<&str>)] = &[
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane", Some("1.24")),
    ("beta.kubernetes.io/os", "kubernetes.io/os", None),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch", None),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", None),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", None),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region", None),
];

pub fn check(unit: &Unit, cx: &mut Context<'_>) {
    let mut kept = Vec::new();
    for object in unit.objects.iter().map(|id| cx.workspace.topology.object_at(*id)) {
        // All of them are of Kubernetes itself, and most files name none.
        if !cx.workspace.document(object.node.source).mentions(Word::Kubernetes) {
            continue;
        }
        let root = cx.workspace.node(object.node);
        let text = cx.workspace.text(root.place());
        // A definition and a text only describe what others may say.
        if object.is("CustomResourceDefinition") || object.is("ConfigMap") || !Word::Kubernetes.is_in(text) {
            continue;
        }
        for (label, instead, since) in LABELS.iter().filter(|(label, ..)| text.contains(label)) {
            let asks = Asks { label, instead, cx };
            match (asks.first(root), since) {
                (Some((place, is_preferred)), Some(since)) => removed(object, place, (label, instead, since), is_preferred, cx),
                (Some((place, _)), None) => kept.push((object, place, *label, *instead)),
                (None, _) => {}
            }
        }
    }
    deprecated(&kept, cx);
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

fn removed(object: &Object, place: Place, (label, instead, since): (&str, &str, &str), is_preferred: bool, cx: &mut Context<'_>) {
    let message = format!("{} finds no node from Kubernetes {since} on: no node is labelled {label} any more", object.title());
    let report = cx
        .report(place, message)
        .label(format!("now {instead}"))
        .in_production("the upgrade of the cluster takes the label away, and whatever is chosen by it is on no node afterwards")
        .help(format!("ask for the label that replaced it:\n{instead}"));
    if is_preferred {
        report.capped(Severity::Low);
    }
}

/// One note for all of a unit.
fn deprecated(kept: &[(&Object, Place, &str, &str)], cx: &mut Context<'_>) {
    let Some(((object, place, label, instead), more)) = kept.split_first() else { return };
    let subject = match more.len() {
        0 => format!("{} depends", object.title()),
        1 => format!("{} and 1 more object here depend", object.title()),
        more => format!("{} and {more} more objects here depend", object.title()),
    };
    let report = cx
        .report(*place, format!("{subject} on a label that nodes only have for old times' sake: {label}"))
        .label(format!("now {instead}"))
        .folding(more.len())
        .in_production(
            "one of the next upgrades of the cluster takes the label away, and whatever is chosen by it is on no node afterwards",
        )
        .help(format!("ask for the label that replaced it:\n{instead}"))
        .capped(Severity::Low);
    evidence(report, more.iter().map(|(object, place, ..)| (*place, object.name.clone())));
}
