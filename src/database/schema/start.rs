//! The state from which a history starts, where a dump tells what it never made.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Definition, Id, Relation, Rows, Schema, TypeId, UserType};
use crate::document::sql::Name;

/// Names that a history gave to something of its own, even if it took that away again: schema and name.
#[derive(Clone, Debug, Default)]
pub struct OwnNames {
    relations: HashSet<(Arc<str>, Arc<str>)>,
    types: HashSet<(Arc<str>, Arc<str>)>,
}

impl OwnNames {
    pub(super) fn has(&self, schema: &str, name: &str) -> bool {
        self.relations.contains(&(schema.into(), name.into()))
    }

    pub(super) fn take(&mut self, schema: &str, name: &str) {
        self.relations.insert((schema.into(), name.into()));
    }

    /// It was only met.
    pub(super) fn give_back(&mut self, schema: &str, name: &str) {
        self.relations.remove(&(schema.into(), name.into()));
    }

    pub(super) fn take_type(&mut self, schema: &str, name: &str) {
        self.types.insert((schema.into(), name.into()));
    }
}

impl Schema {
    /// The names that the history gave to something of its own.
    pub fn own_names(&self) -> &OwnNames {
        &self.own
    }

    /// Makes of what a dump built the state from which a history starts: nobody here made it, and it holds nobody knows
    /// how many rows. What the history makes itself is taken out.
    pub fn into_start(mut self, own: &OwnNames) -> Self {
        let is_own = |relation: &Relation| own.has(&relation.schema, &relation.name);
        let taken: Vec<Id> = self.all().filter(|(_, relation)| is_own(relation)).map(|(id, _)| id).collect();
        for id in taken {
            self.remove(id);
        }
        let types: Vec<TypeId> = (0..self.types.len()).collect();
        for id in types {
            self.settle_type(id, own);
        }
        let ids: Vec<Id> = self.all().map(|(id, _)| id).collect();
        for id in ids {
            self.settle(id);
        }
        self.names.values_mut().for_each(|names| names.retain(|_, slot| slot.is_some()));
        Self {
            relations: self.relations,
            kept: self.kept.iter().map(|_| 0).collect(),
            names: self.names,
            types: self.types,
            type_names: self.type_names,
            ..Self::default()
        }
    }

    /// Takes out what may have changed since, and all types.
    pub fn forget_told(&mut self, changed: &[&Name]) {
        // Whatever schema they are looked for in.
        let changed: HashSet<&str> = changed.iter().map(|name| name.last()).collect();
        let is_meant = |relation: &Relation| {
            let indexes = relation.indexes.iter().map(|index| &*index.name);
            indexes.chain([&*relation.name]).any(|name| changed.contains(name))
        };
        let meant: Vec<Id> = self.all().filter(|(_, relation)| is_meant(relation)).map(|(id, _)| id).collect();
        for id in meant {
            self.remove(id);
        }
        self.names.values_mut().for_each(|names| names.retain(|_, slot| slot.is_some()));
        self.types.iter_mut().for_each(|it| *it = None);
        self.type_names.clear();
        let ids: Vec<Id> = self.all().map(|(id, _)| id).collect();
        for id in ids {
            self.edit(id).columns.iter_mut().for_each(|column| column.data_type.user = None);
        }
    }

    /// What is known of a relation as of one that is older than the history.
    fn settle(&mut self, id: Id) {
        let gone: HashSet<TypeId> = self.types.iter().enumerate().filter(|(_, it)| it.is_none()).map(|(id, _)| id).collect();
        let relation = self.edit(id);
        relation.is_told = true;
        (relation.created, relation.whole, relation.rows, relation.emptied) = (None, false, Rows::Unknown, None);
        (relation.owner, relation.tablespace, relation.told) = (None, None, 0);
        relation.triggers.retain(|_| false);
        relation.policies.retain(|_| false);
        relation.asked_by.retain(|_| false);
        for column in &mut relation.columns {
            (column.definition, column.unfilled, column.born) = (None, None, 0);
            column.data_type.user = column.data_type.user.filter(|user| !gone.contains(user));
            if let Some(default) = &mut column.default {
                default.written = None;
            }
        }
        relation.constraints.iter_mut().for_each(|constraint| constraint.made = None);
        relation.indexes.iter_mut().for_each(|index| index.made = None);
    }

    fn settle_type(&mut self, id: TypeId, own: &OwnNames) {
        let Some(user) = self.user_type(id).cloned() else { return };
        if own.types.contains(&(user.schema.clone(), user.name.clone())) {
            self.name_type(&user.schema, &user.name, None);
            self.types[id] = None;
            return;
        }
        let settled = UserType { made: None, made_in: None, ..user };
        // A domain or a composite may be made of types that are taken out.
        let is_plain = matches!(settled.definition, Definition::Enum(_) | Definition::Domain(_));
        let definition = if is_plain { settled.definition } else { Definition::Other };
        self.types[id] = Some(Arc::new(UserType { definition, ..settled }));
    }
}
