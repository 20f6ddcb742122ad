//! The columns of what a query makes: what they are called, and of which type they are where they are columns themselves.

use std::sync::Arc;

use crate::database::run::Run;
use crate::database::schema::{Column, ColumnType, Id, Kind};
use crate::document::sql::{Ident, Name, Origin, Query};

/// Gives a relation the columns that its query makes, by these names where they are said.
pub(super) fn columns(run: &mut Run<'_>, id: Id, query: &Query, names: &[Ident]) {
    let mut told = told(run, id, query);
    for (at, name) in names.iter().enumerate() {
        match told.get_mut(at) {
            Some((told, _)) => *told = name.text.clone(),
            None => told.push((name.text.clone(), ColumnType::default())),
        }
    }
    for (name, data_type) in told {
        if let Some(user) = data_type.user {
            run.schema.edit_type(user).users.push(id);
        }
        run.schema.edit(id).learn(&name).data_type = data_type;
    }
}

fn told(run: &mut Run<'_>, id: Id, query: &Query) -> Vec<(Arc<str>, ColumnType)> {
    if let Some(outputs) = &query.outputs {
        let types = query.origins.iter().map(Some).chain(std::iter::repeat(None));
        return outputs.iter().zip(types).map(|(name, origin)| (name.text.clone(), type_of(run, query, origin))).collect();
    }
    // A view may be told anew what it shows, and then all its columns would have to be known.
    if !query.is_single || run.relation(id).kind == Kind::View {
        return Vec::new();
    }
    let starred: Vec<Id> = query.starred.iter().filter_map(|name| run.known(name)).collect();
    let of = |id: &Id| run.relation(*id).columns.iter().map(|column| (column.name.clone(), column.data_type.clone())).collect();
    starred.iter().flat_map(|id| -> Vec<_> { of(id) }).collect()
}

fn type_of(run: &mut Run<'_>, query: &Query, origin: Option<&Origin>) -> ColumnType {
    match origin {
        Some(Origin::Cast(to)) => run.schema.resolve(to),
        Some(Origin::Column(name)) => type_of_column(run, query, name).unwrap_or_default(),
        Some(Origin::Other) | None => ColumnType::default(),
    }
}

/// None where several columns of different types may be meant.
fn type_of_column(run: &mut Run<'_>, query: &Query, name: &Name) -> Option<ColumnType> {
    let is_meant = |read: &&Name| name.schema() == Some(read.last());
    let meant: Vec<&Name> = query.reads.iter().filter(is_meant).collect();
    // What stands before the dot may be an alias.
    let tables = if meant.is_empty() { query.reads.iter().collect() } else { meant };
    let tables: Vec<Id> = tables.into_iter().filter_map(|name| run.known(name)).collect();
    let columns = tables.iter().filter_map(|table| run.relation(*table).column(name.last()));
    let mut types = columns.map(|Column { data_type, .. }| data_type);
    let first = types.next()?.clone();
    types.all(|other| *other == first).then_some(first)
}
