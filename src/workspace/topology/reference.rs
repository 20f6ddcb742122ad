//! What an object names that must be there beside it, and whether it is.
//!
//! There are three outcomes. A reference is *contradicted* only where something in the files proves the mistake; what
//! the files do not hold may be in the cluster, so it is unknown.

use super::Topology;
use super::labels::is_template;
use super::object::Object;
use crate::diagnostic::{Judged, Note};
use crate::document::Known;
use crate::document::yaml::NodeId;
use crate::near::{is_plural, is_slip};
use crate::workspace::field::Field;

/// Something that an object names.
#[derive(Debug)]
pub struct Reference {
    /// The kind of what it names, as [`Object::resource`] has it.
    pub resource: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub node: NodeId,
    /// The namespace that is said beside the name.
    pub namespace: Option<String>,
    /// The key or port of it that is needed.
    pub part: Option<Part>,
    /// It may be missing.
    pub is_optional: bool,
}

/// A key or port that is asked for.
#[derive(Debug)]
pub struct Part {
    /// Its name or number.
    pub name: String,
    /// Where it is asked for.
    pub node: NodeId,
}

/// What became of a reference.
#[derive(Debug)]
pub enum Outcome<'t> {
    /// One of these it is; of none of these where what has the name is a part of something else.
    Resolved(Vec<&'t Object>),
    /// It is not there, but something is that was probably meant.
    Contradicted(&'t Object, Near),
    /// Something outside the files may make it, or a template names it.
    Unknown,
}

/// How something is near to what was meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Near {
    /// It has the name, in another namespace.
    Namespace,
    /// Its name is almost the same.
    Name,
}

/// With more of one name there is no telling which is meant.
const MAX_CANDIDATES: usize = 64;

impl Reference {
    /// One by a name at a place; none where a template names it.
    pub(in crate::workspace) fn to(resource: &'static str, name: Field<'_>) -> Option<Self> {
        let Known::Is(node) = name.node() else { return None };
        let name = node.text().into_option().filter(|name| !name.is_empty())?.into_owned();
        Some(Self { resource, name, node: node.id(), namespace: None, part: None, is_optional: false })
    }

    pub(super) fn optional(mut self, optional: Field<'_>) -> Self {
        // Where a template decides it may well be.
        self.is_optional = !matches!(optional.flag(), Known::Absent | Known::Is(false));
        self
    }

    pub(super) fn part(mut self, part: Field<'_>) -> Self {
        if let (Known::Is(name), Known::Is(node)) = (part.text(), part.node()) {
            self.part = Some(Part { name: name.into_owned(), node: node.id() });
        }
        self
    }

    pub(super) fn within(mut self, namespace: Field<'_>) -> Self {
        self.namespace = namespace.text().into_option().map(std::borrow::Cow::into_owned);
        self
    }
}

impl Topology {
    /// Takes in what an object names.
    pub(super) fn take_references(&mut self, object: &Object, references: Vec<Reference>) {
        for to in &references {
            let beside = to.namespace.clone().map_or_else(|| object.namespace.clone(), Known::Is);
            let namespace = beside.into_option().unwrap_or_default();
            self.named_by_others.insert((to.resource.to_owned(), to.name.clone(), namespace));
        }
        if !references.is_empty() {
            self.references.insert(object.id, references);
        }
    }

    /// What an object names that must be there beside it.
    pub fn references_of(&self, object: &Object) -> &[Reference] {
        self.references.get(&object.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// What became of a reference of an object.
    pub fn resolve(&self, from: &Object, reference: &Reference) -> Outcome<'_> {
        if is_template(&reference.name) || reference.namespace.as_deref().is_some_and(is_template) {
            return Outcome::Unknown;
        }
        let namespace = reference.namespace.clone().map_or_else(|| from.namespace.clone(), Known::Is);
        let fits = |to: &Object| match (&namespace, &to.namespace) {
            (Known::Is(one), Known::Is(other)) => one == other,
            _ => true,
        };
        let named: Vec<&Object> = self.named(from, reference.resource, &reference.name).take(MAX_CANDIDATES).collect();
        let found: Vec<&Object> = named.iter().copied().filter(|to| fits(to)).collect();
        if !found.is_empty() {
            // What one environment has says nothing of another.
            let beside = found.into_iter().filter(|to| self.units.may_meet(from.unit, to.unit)).collect();
            return Outcome::Resolved(beside);
        }
        if named.len() == MAX_CANDIDATES || self.is_made_elsewhere(from, reference) {
            return Outcome::Unknown;
        }
        let is_free = |to: &&Object| to.unit == from.unit && !self.is_named(to) && !to.is_copied;
        if let Some(elsewhere) = named.into_iter().find(is_free) {
            return Outcome::Contradicted(elsewhere, Near::Namespace);
        }
        let own = self.references_of(from);
        let names_both = |to: &Object| own.iter().any(|other| other.resource == to.resource && other.name == to.name);
        let is_meant = |to: &Object| !names_both(to) && (!is_plural(&to.name, &reference.name) || !self.is_named(to));
        let slips = |to: &&Object| is_slip(&to.name, &reference.name) && to.has_known_name() && fits(to) && is_meant(to);
        if self.in_unit(from, reference.resource).nth(MAX_CANDIDATES).is_some() {
            return Outcome::Unknown;
        }
        let mut alike = self.in_unit(from, reference.resource).filter(slips);
        match (alike.next(), alike.next()) {
            (Some(one), None) => Outcome::Contradicted(one, Near::Name),
            _ => Outcome::Unknown,
        }
    }

    /// Says how much is taken for granted because no file holds it.
    pub(super) fn count_unknown(&mut self) {
        let all = self.objects.iter().flat_map(|from| self.references_of(from).iter().map(move |to| (from, to)));
        let unknown = all.filter(|(from, to)| !to.is_optional && matches!(self.resolve(from, to), Outcome::Unknown)).count();
        if unknown > 0 {
            let lead = if unknown == 1 { "reference leads" } else { "references lead" };
            let message = format!("{unknown} {lead} to objects that no file holds; they may be in the cluster");
            self.notes.push(Note { path: ".".to_owned(), line: None, message, judged: Judged::NotOurs });
        }
    }

    /// Whether a kustomization may make what is named, or add to it.
    pub fn may_be_generated(&self, reference: &Reference) -> bool {
        self.producers.generates(reference)
    }

    /// Whether anything names this very object: then it has its name on purpose.
    fn is_named(&self, object: &Object) -> bool {
        let within = |namespace: &str| {
            let key = (object.resource.clone(), object.name.clone(), namespace.to_owned());
            self.named_by_others.contains(&key)
        };
        within("") || matches!(&object.namespace, Known::Is(namespace) if within(namespace))
    }
}
