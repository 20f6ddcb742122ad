//! The schema as it was, where a record was kept.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::{ColumnType, Function, Id, Relation, Schema, Slot, TypeId, Undo, UserType};

/// The schema as it was at a position of the record. Made of what has changed since, so it costs no more than that.
pub(in crate::database) struct Past<'s> {
    schema: &'s Schema,
    relations: HashMap<Id, Option<&'s Relation>>,
    slots: HashMap<(&'s str, &'s str), Option<Slot>>,
    types: HashMap<TypeId, Option<&'s UserType>>,
    type_names: HashMap<(&'s str, &'s str), Option<TypeId>>,
    functions: HashMap<&'s str, Option<&'s Function>>,
}

impl Schema {
    /// As it was at a position.
    pub fn past(&self, position: usize) -> Past<'_> {
        let mut past = Past {
            schema: self,
            relations: HashMap::new(),
            slots: HashMap::new(),
            types: HashMap::new(),
            type_names: HashMap::new(),
            functions: HashMap::new(),
        };
        for undo in &self.journal[position..] {
            match undo {
                Undo::Relation(id, old) => drop(past.relations.entry(*id).or_insert(old.as_deref())),
                Undo::Slot(schema, name, old) => drop(past.slots.entry((schema, name)).or_insert(old.flatten())),
                Undo::Type(id, old) => drop(past.types.entry(*id).or_insert(old.as_deref())),
                Undo::TypeName(schema, name, old) => drop(past.type_names.entry((schema, name)).or_insert(*old)),
                Undo::Function(name, old) => drop(past.functions.entry(name).or_insert(old.as_ref())),
                Undo::Publication(..) | Undo::Statistics(..) => {}
            }
        }
        past
    }

    /// Where the record ends now.
    pub fn recorded(&self) -> usize {
        self.journal.len()
    }

    /// The names that got or lost a meaning in a part of the record.
    pub fn named_in(&self, part: Range<usize>) -> impl Iterator<Item = (&str, &str)> {
        let end = part.end.min(self.journal.len());
        self.journal[part.start.min(end)..end].iter().filter_map(|undo| match undo {
            Undo::Slot(schema, name, _) => Some((&**schema, &**name)),
            _ => None,
        })
    }
}

impl<'s> Past<'s> {
    /// The relation of this number.
    pub fn relation(&self, id: Id) -> Option<&'s Relation> {
        self.relations.get(&id).copied().unwrap_or_else(|| self.schema.relations.get(id)?.as_deref())
    }

    /// The relation of a name.
    pub fn at(&self, (schema, name): (&str, &str)) -> Option<(Id, &'s Relation)> {
        let slot = self.slots.get(&(schema, name)).copied().unwrap_or_else(|| self.schema.slot(schema, name));
        match slot? {
            Slot::Relation(id) => Some((id, self.relation(id)?)),
            Slot::Index(_) => None,
        }
    }

    /// The type of a name.
    pub fn type_at(&self, (schema, name): (&str, &str)) -> Option<&'s UserType> {
        let id = self.type_names.get(&(schema, name)).copied();
        let id = id.unwrap_or_else(|| self.schema.type_names.get(schema)?.get(name).copied())?;
        self.types.get(&id).copied().unwrap_or_else(|| self.schema.user_type(id))
    }

    /// A type by the name that it had then.
    pub fn current(&self, data_type: &ColumnType) -> ColumnType {
        let user = |id: TypeId| self.types.get(&id).copied().unwrap_or_else(|| self.schema.user_type(id));
        let name = data_type.user.and_then(user).map(|user| user.name.clone());
        ColumnType { name: name.unwrap_or_else(|| data_type.name.clone()), ..data_type.clone() }
    }

    /// The function of a name.
    pub fn function(&self, name: &str) -> Option<&'s Function> {
        self.functions.get(name).copied().unwrap_or_else(|| self.schema.function(name))
    }

    /// The names of relations that have changed since, in order.
    pub fn changed_relations(&self) -> BTreeSet<(&'s str, &'s str)> {
        let mut names: BTreeSet<(&str, &str)> = self.slots.keys().copied().collect();
        for (id, old) in &self.relations {
            let now = self.schema.relations.get(*id).and_then(Option::as_deref);
            names.extend(old.iter().copied().chain(now).map(|relation| (&*relation.schema, &*relation.name)));
        }
        names
    }

    /// The names of types that have changed since, in order.
    pub fn changed_types(&self) -> BTreeSet<(&'s str, &'s str)> {
        self.type_names.keys().copied().collect()
    }

    /// The names of functions that have changed since, in order.
    pub fn changed_functions(&self) -> BTreeSet<&'s str> {
        self.functions.keys().copied().collect()
    }
}
