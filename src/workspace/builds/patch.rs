//! What does a patch of a kustomization change, and of which objects?

use super::target::Target;
use crate::document::Known;
use crate::document::yaml::{Node, Yaml};
use crate::source::Source;
use crate::workspace::topology::owned;

/// A patch, or anything else of a kustomization that changes fields of objects.
#[derive(Debug)]
pub struct Patch {
    /// Which objects it changes.
    pub target: Target,
    touches: Touches,
}

/// What a patch changes.
#[derive(Debug)]
enum Touches {
    /// It deletes or replaces the object, or a template decides what it does.
    Anything,
    /// These fields, and all that is below them.
    Fields(Vec<Vec<Step>>),
}

/// A step on the way from an object to a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item by its place in the list and its name, as far as these are known.
    Item(Option<usize>, Option<String>),
}

/// Further than this, and with more fields, a patch may touch anything.
const DEEPEST: usize = 32;
const MOST_FIELDS: usize = 2000;

impl Step {
    /// Whether both may lead to the same.
    fn may_be(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key(one), Self::Key(other)) | (Self::Item(_, Some(one)), Self::Item(_, Some(other))) => one == other,
            (Self::Item(Some(one), _), Self::Item(Some(other), _)) => one == other,
            (Self::Item(..), Self::Item(..)) => true,
            _ => false,
        }
    }

    /// To an item of a list, by its name where it has one.
    pub fn to_item(at: Option<usize>, item: Node<'_>) -> Self {
        Self::Item(at, owned(item.field("name").text()))
    }
}

impl Patch {
    /// The patches that a text holds; a target that is named beside it stands for those that are named in it.
    pub fn read(yaml: &Yaml, source: &Source, target: Option<&Target>) -> Vec<Self> {
        let roots = yaml.roots(source, crate::diagnostic::SourceId(0));
        let patches = roots.filter_map(|root| {
            let touches = Touches::of(root);
            Some(Self { target: target.cloned().or_else(|| Target::named_in(root))?, touches })
        });
        let patches: Vec<Self> = patches.collect();
        let is_broken = patches.is_empty() || yaml.parts.iter().any(|part| part.error.is_some());
        match target.filter(|_| is_broken) {
            Some(target) => vec![Self::unknown(target.clone())],
            None => patches,
        }
    }

    /// One of which nothing is known but whom it changes.
    pub fn unknown(target: Target) -> Self {
        Self { target, touches: Touches::Anything }
    }

    /// One that sets fields that are written `spec.template.spec.containers.[name=web].image`.
    pub fn of_paths(target: Target, paths: impl Iterator<Item = Option<String>>) -> Self {
        let fields: Option<Vec<Vec<Step>>> = paths.map(|path| path.map(|path| dotted(&path))).collect();
        Self { target, touches: fields.map_or(Touches::Anything, Touches::Fields) }
    }

    /// Whether it may change what stands at the end of a way, or one of these fields near it.
    pub fn may_change(&self, way: &[Step], fields: &[&str]) -> bool {
        let Touches::Fields(touched) = &self.touches else { return true };
        touched.iter().any(|touched| covers(touched, way) || (is_beside(touched, way) && is_about(touched, way, fields)))
    }
}

/// Whether a field is, or is around, what stands at the end of a way.
fn covers(touched: &[Step], way: &[Step]) -> bool {
    touched.len() <= way.len() && touched.iter().zip(way).all(|(one, other)| one.may_be(other))
}

/// Whether both are in the same items of lists, as far as they go the same way.
fn is_beside(touched: &[Step], way: &[Step]) -> bool {
    let parting = touched.iter().zip(way).find(|(one, other)| !one.may_be(other));
    !parting.is_some_and(|(one, other)| matches!((one, other), (Step::Item(..), Step::Item(..))))
}

/// Whether it is one of the fields, or in one, or around one. Without any fields it is what lies below the end of the way.
fn is_about(touched: &[Step], way: &[Step], fields: &[&str]) -> bool {
    if fields.is_empty() {
        return covers(way, touched);
    }
    let keys: Vec<&str> = touched.iter().filter_map(|step| if let Step::Key(key) = step { Some(&**key) } else { None }).collect();
    let meets = |field: &str, from: usize| field.split('.').zip(&keys[from..]).all(|(one, other)| one == *other);
    fields.iter().any(|field| (0..keys.len()).any(|from| meets(field, from)))
}

impl Touches {
    fn of(root: Node<'_>) -> Self {
        let mut fields = Vec::new();
        let is_known = if root.is_mapping() { merged(root, &mut fields) } else { operations(root, &mut fields) };
        if is_known && fields.len() <= MOST_FIELDS { Self::Fields(fields) } else { Self::Anything }
    }
}

/// The fields of a patch that looks like the object. Says whether all are known.
fn merged(root: Node<'_>, fields: &mut Vec<Vec<Step>>) -> bool {
    if root.is_open() || root.has_branches() || !root.field("$patch").is_absent() {
        return false;
    }
    let mut way = Vec::new();
    for (key, value) in root.entries() {
        match owned(key.text()).as_deref() {
            Some("apiVersion" | "kind") => {}
            Some("metadata") => {
                for (inner, value) in value.entries() {
                    let Some(inner) = owned(inner.text()) else { return false };
                    if !matches!(inner.as_str(), "name" | "namespace") {
                        way.extend([Step::Key("metadata".to_owned()), Step::Key(inner)]);
                        collect(value, &mut way, fields);
                        way.clear();
                    }
                }
            }
            Some(key) => {
                way.push(Step::Key(key.to_owned()));
                collect(value, &mut way, fields);
                way.clear();
            }
            None => return false,
        }
    }
    true
}

/// The ends of all ways into a value.
fn collect(value: Node<'_>, way: &mut Vec<Step>, fields: &mut Vec<Vec<Step>>) {
    let before = fields.len();
    let is_whole = value.is_open() || value.has_branches() || !value.field("$patch").is_absent() || way.len() >= DEEPEST;
    if !is_whole && before <= MOST_FIELDS {
        for (key, below) in value.entries() {
            let Some(key) = owned(key.text()) else { continue };
            // What an item of a list is called says which one it is.
            let is_name = key == "name" && matches!(way.last(), Some(Step::Item(..)));
            if !is_name && !key.starts_with('$') {
                way.push(Step::Key(key));
                collect(below, way, fields);
                way.pop();
            }
        }
        for item in value.items().filter(|item| item.is_mapping()) {
            // A patch says nothing of the places that items have in the object.
            way.push(Step::to_item(None, item));
            collect(item, way, fields);
            way.pop();
        }
    }
    let is_scalar = !value.is_mapping() && !value.items().any(Node::is_mapping);
    if is_scalar || fields.len() == before {
        fields.push(way.clone());
    }
}

/// The fields of a list of operations. Says whether all are known.
fn operations(root: Node<'_>, fields: &mut Vec<Vec<Step>>) -> bool {
    if root.is_open() || root.has_branches() {
        return false;
    }
    for operation in root.items() {
        if owned(operation.field("op").text()).as_deref() == Some("test") {
            continue;
        }
        let Some(mut way) = owned(operation.field("path").text()).and_then(|path| pointed(&path)) else { return false };
        if let Known::Is(from) = operation.field("from") {
            let Some(from) = owned(from.text()).and_then(|path| pointed(&path)) else { return false };
            fields.push(from);
        }
        if let Known::Is(value) = operation.field("value") {
            collect(value, &mut way, fields);
        }
        fields.push(way);
    }
    true
}

/// `/spec/template/spec/containers/0/image`; nothing where it means all of the object.
fn pointed(path: &str) -> Option<Vec<Step>> {
    let steps = path.strip_prefix('/').filter(|steps| !steps.is_empty())?.split('/');
    let step = |step: &str| match step.parse() {
        Ok(at) => Step::Item(Some(at), None),
        Err(_) if step == "-" => Step::Item(None, None),
        Err(_) => Step::Key(step.replace("~1", "/").replace("~0", "~")),
    };
    Some(steps.map(step).collect())
}

/// `spec.template.spec.containers.[name=web].image`
fn dotted(path: &str) -> Vec<Step> {
    let step = |step: &str| match (step.parse(), step.strip_prefix('[').and_then(|step| step.strip_suffix(']'))) {
        (Ok(at), _) => Step::Item(Some(at), None),
        (_, Some(chosen)) => Step::Item(None, chosen.strip_prefix("name=").map(str::to_owned)),
        _ if step == "*" => Step::Item(None, None),
        _ => Step::Key(step.to_owned()),
    };
    path.split('.').map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(text: &str) -> Patch {
        let source = Source::decode("", text.as_bytes().to_vec());
        Patch::read(&Yaml::read(&source), &source, Some(&Target::default())).remove(0)
    }

    fn way(path: &str) -> Vec<Step> {
        dotted(path)
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let merge = patch(
            "spec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: web\n          resources:\n            \
             requests: { cpu: 1 }\n",
        );
        let web = way("spec.template.spec.containers.[name=web]");
        let other = way("spec.template.spec.containers.[name=other]");
        assert!(merge.may_change(&way("spec.replicas"), &[]));
        assert!(merge.may_change(&way("metadata.name"), &["replicas"]));
        assert!(!merge.may_change(&way("metadata.name"), &["readinessProbe"]));
        assert!(merge.may_change(&web, &["resources.requests"]));
        assert!(!merge.may_change(&web, &["resources.limits"]));
        assert!(!merge.may_change(&other, &["resources.requests"]));
        assert!(merge.may_change(&web, &[]), "without fields whatever is below counts");
    }

    #[test]
    fn operations_name_their_fields() {
        let replace = patch("- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: web:2\n");
        let at = |at| {
            vec![Step::Key("image".to_owned())].into_iter().fold(
                [way("spec.template.spec.containers"), vec![Step::Item(Some(at), Some("web".to_owned()))]].concat(),
                |mut way, step| {
                    way.push(step);
                    way
                },
            )
        };
        assert!(replace.may_change(&at(0), &["image"]));
        assert!(!replace.may_change(&at(1), &["image"]));
        let add = patch("- { op: add, path: /metadata/annotations/a~1b, value: c }\n");
        assert!(add.may_change(&[], &["annotations.a/b"]) && !add.may_change(&[], &["labels"]));
        assert!(patch("- { op: remove, path: '' }").may_change(&[], &["labels"]));
    }

    #[test]
    fn what_is_deleted_may_change_in_any_way() {
        for text in ["$patch: delete\nkind: Deployment\n", "spec: [\n"] {
            assert!(patch(text).may_change(&way("spec.replicas"), &["replicas"]), "{text}");
        }
    }
}
