//! Which objects are of a kind, and which have a name?

use std::collections::HashMap;
use std::sync::Arc;

use super::Topology;
use super::object::{Object, ObjectId};
use super::unit::{UnitId, Units};

/// The objects by what others ask for, in the order of their files.
#[derive(Debug, Default)]
pub(super) struct Index {
    of_kind: HashMap<String, Vec<ObjectId>>,
    /// By the family of their unit, their resource and their name.
    named: HashMap<(String, String, String), Vec<ObjectId>>,
    of_unit: HashMap<(UnitId, String), Vec<ObjectId>>,
}

impl Index {
    pub(super) fn of(objects: &[Arc<Object>], units: &Units) -> Self {
        let mut index = Self { named: HashMap::with_capacity(objects.len()), ..Self::default() };
        for object in objects {
            match index.of_kind.get_mut(&object.resource) {
                Some(ids) => ids.push(object.id),
                None => drop(index.of_kind.insert(object.resource.clone(), vec![object.id])),
            }
            let family = units.family(object.unit).to_owned();
            index.named.entry((family, object.resource.clone(), object.name.clone())).or_default().push(object.id);
            index.of_unit.entry((object.unit, object.resource.clone())).or_default().push(object.id);
        }
        index
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
        let key = (self.units.family(near.unit).to_owned(), resource.to_owned(), name.to_owned());
        let ids = self.index.named.get(&key).into_iter().flatten();
        ids.map(|id| self.object_at(*id))
    }

    /// The objects of a kind in the unit of another object.
    pub(super) fn in_unit(&self, near: &Object, resource: &str) -> &[ObjectId] {
        self.index.of_unit.get(&(near.unit, resource.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }
}
