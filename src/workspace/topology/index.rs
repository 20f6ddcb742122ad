//! Which objects are of a kind, and which have a name?

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use super::Topology;
use super::object::{Object, ObjectId};
use super::unit::Units;

/// What is found by its key, in order. Keys are not kept: there are as many as objects, and to copy their texts would take
/// longer than all else. Two that have one hash bring each other's, so whoever asks looks at what was found.
#[derive(Debug)]
pub(super) struct ByHash<T> {
    hasher: RandomState,
    sorted: Vec<(u64, T)>,
}

impl<T> Default for ByHash<T> {
    fn default() -> Self {
        Self { hasher: RandomState::new(), sorted: Vec::new() }
    }
}

impl<T: Copy + Ord> ByHash<T> {
    pub(super) fn of<K: Hash>(all: impl Iterator<Item = (K, T)>) -> Self {
        let hasher = RandomState::new();
        let mut sorted: Vec<(u64, T)> = all.map(|(key, found)| (hasher.hash_one(key), found)).collect();
        sorted.sort_unstable();
        Self { hasher, sorted }
    }

    pub(super) fn get(&self, key: impl Hash) -> &[(u64, T)] {
        let hash = self.hasher.hash_one(key);
        let from = self.sorted.partition_point(|(other, _)| *other < hash);
        let count = self.sorted[from..].partition_point(|(other, _)| *other == hash);
        &self.sorted[from..from + count]
    }
}

/// The objects by what others ask for, in the order of their files.
#[derive(Debug, Default)]
pub(super) struct Index {
    of_kind: HashMap<String, Vec<ObjectId>>,
    /// By the family of their unit, their resource and their name.
    named: ByHash<ObjectId>,
    /// By their unit and their resource.
    of_unit: ByHash<ObjectId>,
}

impl Index {
    pub(super) fn of(objects: &[Arc<Object>], units: &Units) -> Self {
        let mut of_kind: HashMap<String, Vec<ObjectId>> = HashMap::new();
        for object in objects {
            match of_kind.get_mut(&object.resource) {
                Some(ids) => ids.push(object.id),
                None => drop(of_kind.insert(object.resource.clone(), vec![object.id])),
            }
        }
        let named = objects.iter().map(|object| ((units.family(object.unit), &*object.resource, &*object.name), object.id));
        let of_unit = objects.iter().map(|object| ((object.unit, &*object.resource), object.id));
        Self { of_kind, named: ByHash::of(named), of_unit: ByHash::of(of_unit) }
    }
}

impl Topology {
    /// All objects of a kind, as [`Object::resource`] has it.
    pub fn of_kind<'t>(&'t self, resource: &str) -> impl Iterator<Item = &'t Object> {
        let ids = self.index.of_kind.get(resource).into_iter().flatten();
        ids.map(|id| self.object_at(*id))
    }

    /// The objects of a kind and a name that may be applied together with another object, in whatever namespace.
    pub fn named<'t>(&'t self, near: &Object, resource: &str, name: &str) -> impl Iterator<Item = &'t Object> {
        let family = self.units.family(near.unit);
        let found = self.index.named.get((family, resource, name)).iter().map(|(_, id)| self.object_at(*id));
        found.filter(move |object| object.resource == resource && object.name == name && self.units.family(object.unit) == family)
    }

    /// The objects of a kind in the unit of another object.
    pub(super) fn in_unit<'t>(&'t self, near: &Object, resource: &str) -> impl Iterator<Item = &'t Object> {
        let unit = near.unit;
        let found = self.index.of_unit.get((unit, resource)).iter().map(|(_, id)| self.object_at(*id));
        found.filter(move |object| object.unit == unit && object.resource == resource)
    }
}
