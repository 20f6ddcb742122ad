//! Types, functions, publications and statistics.

use std::sync::Arc;

use super::{Function, Id, Publication, Schema, Slot, TypeId, Undo, UserType};

impl Schema {
    pub fn type_named(&self, schema: Option<&str>, name: &str) -> Option<TypeId> {
        let find = |schema: &str| self.type_names.get(schema)?.get(name).copied();
        match schema {
            Some(schema) => find(schema),
            None => self.search().find_map(find),
        }
    }

    /// The table whose rows are the values of a type.
    pub fn row_type(&self, schema: Option<&str>, name: &str) -> Option<Id> {
        let slot = match schema {
            Some(schema) => self.slot(schema, name),
            None => self.search().find_map(|schema| self.slot(schema, name)),
        };
        match slot? {
            Slot::Relation(id) => Some(id),
            Slot::Index(_) => None,
        }
    }

    pub fn user_type(&self, id: TypeId) -> Option<&UserType> {
        self.types.get(id)?.as_deref()
    }

    pub fn edit_type(&mut self, id: TypeId) -> &mut UserType {
        let old = self.types[id].clone();
        self.keep(|| Undo::Type(id, old));
        Arc::make_mut(self.types[id].get_or_insert_with(Arc::default))
    }

    pub fn add_type(&mut self, schema: &str, name: &str, made: UserType) -> TypeId {
        let id = self.types.len();
        self.types.push(Some(Arc::new(made)));
        self.keep(|| Undo::Type(id, None));
        self.name_type(schema, name, Some(id));
        id
    }

    pub fn name_type(&mut self, schema: &str, name: &str, id: Option<TypeId>) {
        if id.is_some() {
            self.own.take_type(schema, name);
        }
        let old = match id {
            Some(id) => self.type_names.entry(schema.into()).or_default().insert(name.into(), id),
            None => self.type_names.get_mut(schema).and_then(|names| names.remove(name)),
        };
        self.keep(|| Undo::TypeName(schema.into(), name.into(), old));
    }

    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    pub fn set_function(&mut self, name: &str, function: Option<Function>) {
        let old = match function {
            Some(function) => self.functions.insert(name.into(), function),
            None => self.functions.remove(name),
        };
        // A rollback would bring them back.
        if old.is_some() && !self.functions.contains_key(name) && !self.in_transaction() {
            self.callers.remove(name);
        }
        self.keep(|| Undo::Function(name.into(), old));
    }

    /// Notes that something of a relation calls a function.
    pub fn note_call(&mut self, function: &str, by: Id) {
        if self.functions.contains_key(function) {
            self.callers.entry(function.into()).or_default().push(by);
        }
    }

    /// The relations of which something calls a function, each once.
    pub fn callers(&self, function: &str) -> Vec<Id> {
        let mut callers = self.callers.get(function).cloned().unwrap_or_default();
        callers.sort_unstable();
        callers.dedup();
        callers.retain(|id| self.exists(*id));
        callers
    }

    /// A function that takes or returns a type.
    pub fn function_of(&self, data_type: &str) -> Option<&str> {
        let is_of = |function: &Function| function.arguments.iter().chain(&function.returns).any(|name| **name == *data_type);
        self.functions.iter().find(|(_, function)| is_of(function)).map(|(name, _)| &**name)
    }

    /// All publications with their names.
    pub fn publications(&self) -> impl Iterator<Item = (&str, &Publication)> {
        self.publications.iter().map(|(name, publication)| (&**name, publication))
    }

    pub fn publication(&self, name: &str) -> Option<&Publication> {
        self.publications.get(name)
    }

    pub fn set_publication(&mut self, name: &str, publication: Option<Publication>) {
        let old = match publication {
            Some(publication) => self.publications.insert(name.into(), publication),
            None => self.publications.remove(name),
        };
        self.keep(|| Undo::Publication(name.into(), old));
    }

    pub fn statistics(&self, name: &str) -> Option<Id> {
        self.statistics.get(name).copied()
    }

    pub fn set_statistics(&mut self, name: &str, table: Option<Id>) {
        let old = match table {
            Some(table) => self.statistics.insert(name.into(), table),
            None => self.statistics.remove(name),
        };
        self.keep(|| Undo::Statistics(name.into(), old));
    }
}
