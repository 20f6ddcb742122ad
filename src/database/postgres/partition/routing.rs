//! Into which partitions do the rows go that VALUES writes out?

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::bounds;
use crate::database::run::Run;
use crate::database::schema::{Id, Kind};
use crate::document::sql::{Cell, Insert, Literal, Values};

/// Rows that are written out, as the columns of a table.
pub(in crate::database::postgres) struct Given<'a> {
    values: &'a Values,
    /// Where the columns stand in a row.
    places: HashMap<Arc<str>, usize>,
}

/// A value of a row.
#[derive(Debug)]
pub(in crate::database::postgres) enum Value {
    Literal(Literal),
    Null,
    /// A default or an expression.
    Unknown,
}

impl<'a> Given<'a> {
    /// None where it is not told which value is for which column.
    pub fn new(run: &Run<'_>, table: Id, insert: &'a Insert) -> Option<Self> {
        let values = insert.values.as_ref()?;
        let places = if insert.columns.is_empty() {
            let columns = run.relation(table).columns.iter().filter(|_| run.knows(table));
            columns.enumerate().map(|(at, column)| (column.name.clone(), at)).collect()
        } else {
            insert.columns.iter().enumerate().map(|(at, column)| (column.text.clone(), at)).collect()
        };
        Some(Self { values, places })
    }

    /// Whether a column is NULL in all rows.
    pub fn is_null(&self, run: &Run<'_>, table: Id, column: &str) -> bool {
        (0..self.values.rows()).all(|row| matches!(self.value(run, table, row, column), Value::Null))
    }

    fn value(&self, run: &Run<'_>, table: Id, row: usize, column: &str) -> Value {
        match self.places.get(column).and_then(|at| self.values.cell(row, *at)) {
            Some(Cell::Literal(span)) => Value::Literal(self.values.literal(span)),
            Some(Cell::Null) => Value::Null,
            Some(Cell::Other) => Value::Unknown,
            Some(Cell::Default) | None => left_out(run, table, column),
        }
    }
}

/// What a column gets for which no value is given.
fn left_out(run: &Run<'_>, table: Id, column: &str) -> Value {
    let known = run.relation(table).column(column).filter(|_| run.knows(table));
    let is_null = known.is_some_and(|column| {
        let by_type = run.schema.domain(&column.data_type).is_some_and(|domain| domain.has_default);
        column.default.is_none() && !column.identity && column.generated.is_none() && !by_type
    });
    if is_null { Value::Null } else { Value::Unknown }
}

/// A table and the partitions below it that get such rows, and those that get none.
pub(in crate::database::postgres) fn route(run: &Run<'_>, table: Id, given: Option<&Given<'_>>) -> (HashSet<Id>, Vec<Id>) {
    let (mut meant, mut others) = (HashSet::from([table]), Vec::new());
    let all: Vec<usize> = (0..given.map_or(0, |given| given.values.rows())).collect();
    let mut open = vec![(table, all)];
    while let Some((parent, rows)) = open.pop() {
        let relation = run.relation(parent);
        if relation.kind != Kind::Partitioned {
            // What only inherits gets nothing.
            continue;
        }
        let keys: Option<Vec<&str>> = relation.key.iter().map(Option::as_deref).collect();
        let told = given.zip(keys).filter(|(_, keys)| !keys.is_empty());
        let values = told.map(|(given, keys)| {
            let row = |row: &usize| keys.iter().map(|key| given.value(run, table, *row, key)).collect::<Vec<Value>>();
            rows.iter().map(row).collect::<Vec<_>>()
        });
        for child in relation.children.iter().copied() {
            if meant.contains(&child) {
                continue;
            }
            let fits = |at: &usize| values.as_ref().is_none_or(|values| bounds::may_take(run, parent, child, &values[*at]));
            let its: Vec<usize> = (0..rows.len()).filter(fits).map(|at| rows[at]).collect();
            if its.is_empty() && given.is_some() {
                others.extend(run.schema.tree(child));
            } else {
                meant.insert(child);
                open.push((child, its));
            }
        }
    }
    (meant, others)
}
