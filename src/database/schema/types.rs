//! Types of columns, and types that the history made.

use std::sync::Arc;

use super::{Column, Id, Made, TypeId};
use crate::document::sql::{DataType, Modifier};

/// The type of a column.
#[derive(Clone, PartialEq, Debug, Default)]
pub(in crate::database) struct ColumnType {
    /// By the name of the server's catalogue; empty where nobody knows it.
    pub name: Arc<str>,
    /// Made by the history.
    pub user: Option<TypeId>,
    pub modifiers: Vec<Modifier>,
    pub is_array: bool,
    /// The finest field that an interval keeps: 0 for seconds, up to 5 for years.
    pub finest: u8,
}

/// A type that the history made.
#[derive(Clone, Debug, Default)]
pub(in crate::database) struct UserType {
    pub schema: Arc<str>,
    pub name: Arc<str>,
    pub definition: Definition,
    /// Tables with a column of it.
    pub users: Vec<Id>,
    /// The transaction that made it.
    pub made_in: Option<u32>,
    /// What made it.
    pub made: Made,
}

/// What a type is.
#[derive(Clone, Debug, Default)]
pub(in crate::database) enum Definition {
    #[default]
    Other,
    Enum(Vec<Arc<str>>),
    Domain(Domain),
    /// Its attributes.
    Composite(Vec<Column>),
}

/// A domain.
#[derive(Clone, Debug, Default)]
pub(in crate::database) struct Domain {
    pub base: ColumnType,
    pub not_null: bool,
    pub has_default: bool,
    pub default_is_volatile: bool,
    /// Its constraints and whether they are valid.
    pub checks: Vec<(Arc<str>, bool)>,
}

impl Domain {
    pub fn is_constrained(&self) -> bool {
        self.not_null || !self.checks.is_empty()
    }
}

impl super::Schema {
    /// What a type that a statement names is.
    pub fn resolve(&self, written: &DataType) -> ColumnType {
        let name: &str = match &*written.name {
            "serial" => "int4",
            "bigserial" => "int8",
            "smallserial" => "int2",
            name => name,
        };
        ColumnType {
            user: self.type_named(written.schema.as_deref(), name),
            name: name.into(),
            modifiers: written.modifiers.clone(),
            is_array: written.dimensions > 0,
            finest: written.fields.map_or(0, |fields| fields.finest),
        }
    }

    /// A type and all domains upon it.
    pub fn upon(&self, id: TypeId) -> Vec<TypeId> {
        let mut found = vec![id];
        // A domain is younger than what it stands on.
        for younger in id + 1..self.types.len() {
            let base = match self.user_type(younger).map(|it| &it.definition) {
                Some(Definition::Domain(domain)) => domain.base.user,
                _ => None,
            };
            if base.is_some_and(|base| found.contains(&base)) {
                found.push(younger);
            }
        }
        found
    }

    /// The domain that a type is, if it is one.
    pub fn domain(&self, data_type: &ColumnType) -> Option<&Domain> {
        match &self.user_type(data_type.user?)?.definition {
            Definition::Domain(domain) if !data_type.is_array => Some(domain),
            _ => None,
        }
    }

    /// Whether values of a type must pass constraints of a domain.
    pub fn is_constrained(&self, data_type: &ColumnType) -> bool {
        let mut at = data_type;
        // A domain stands on a type that was there before it, so this ends.
        while let Some(domain) = self.domain(at) {
            if domain.is_constrained() {
                return true;
            }
            at = &domain.base;
        }
        false
    }

    /// Whether a domain among those that a type stands on takes no NULL.
    pub fn takes_no_null(&self, data_type: &ColumnType) -> bool {
        let mut at = data_type;
        while let Some(domain) = self.domain(at) {
            if domain.not_null {
                return true;
            }
            at = &domain.base;
        }
        false
    }

    /// The type below all domains.
    pub fn base<'a>(&'a self, data_type: &'a ColumnType) -> &'a ColumnType {
        let mut at = data_type;
        while let Some(domain) = self.domain(at) {
            at = &domain.base;
        }
        at
    }
}
