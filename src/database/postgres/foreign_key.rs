//! Foreign keys: what is locked, and whose rows are compared with whose.

use std::sync::Arc;

use super::constraint::{free, is_valid};
use super::{casts, made_up};
use crate::database::FailureKind;
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Index, Kind, Relation, Rule};
use crate::document::sql::{Attributes, LockMode, Reference, Referential};

use LockMode::ShareRowExclusive;

/// A foreign key as it is written.
pub(super) struct Foreign<'a> {
    pub name: Option<&'a str>,
    pub columns: Vec<Arc<str>>,
    pub reference: &'a Reference,
    pub attributes: Attributes,
    pub filled: Filled,
}

/// What the rows that are there have in the columns of a new foreign key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Filled {
    /// Nothing, so there is nothing to check.
    Nothing,
    /// A NULL that somebody wrote, so the server looks for other values.
    Null,
    /// Values.
    Values,
}

/// A foreign key comes.
pub(super) fn add(run: &mut Run<'_>, tree: &[Id], foreign: &Foreign<'_>) {
    let id = tree[0];
    let Some(to) = run.named(&foreign.reference.table, Kind::Table) else { return };
    let valid = is_valid(run, foreign.attributes);
    if run.is_no(to, &[Kind::Table, Kind::Partitioned], "to which no foreign key refers") {
        return;
    }
    if foreign.columns.iter().any(|column| run.lacks_column(id, column)) {
        return;
    }
    let is_partitioned = run.relation(id).kind == Kind::Partitioned;
    if run.relation(to).kind == Kind::Partitioned && run.version < 12 {
        return run.fail_as(FailureKind::Partitioned, "foreign keys to partitioned tables came with PostgreSQL 12");
    }
    if is_partitioned && foreign.attributes.not_valid.is_some() && run.version < 18 && run.was_there(id) {
        return run
            .fail_as(FailureKind::Partitioned, "before PostgreSQL 18 a foreign key of a partitioned table cannot be NOT VALID");
    }
    let to_columns = referred(run, to, foreign.reference);
    if let Some(reason) = mismatch(run, id, to, &foreign.columns, &to_columns) {
        return run.fail_as(FailureKind::Mismatch, reason);
    }
    let family = if is_partitioned { tree.to_vec() } else { vec![id] };
    let targets = run.schema.tree(to);
    let targets = if run.relation(to).kind == Kind::Partitioned { targets } else { vec![to] };
    run.lock_all(&family, ShareRowExclusive);
    run.lock_all(&targets, ShareRowExclusive);
    match filled(run, id, foreign) {
        Filled::Values if valid => compare(run, &family, &targets),
        Filled::Null if valid => compare(run, &family, &[]),
        _ => {}
    }
    let label = foreign.columns.join("_");
    let name = match foreign.name {
        Some(name) => name.to_owned(),
        None => free(run, id, &made_up(&run.relation(id).name, &label, "fkey")),
    };
    let on_delete = foreign.reference.on_delete.unwrap_or(Referential::NoAction);
    for (at, table) in family.iter().enumerate() {
        let rule = Rule::Foreign { to, to_columns: to_columns.clone(), on_delete };
        let columns = foreign.columns.clone();
        let constraint =
            Constraint { name: name.as_str().into(), rule, columns, valid, inherited: at > 0, made: Some(run.here()) };
        run.schema.edit(*table).constraints.push(constraint);
    }
    run.schema.edit(to).referrers.push(id);
}

/// What the rows that are there have in the columns that refer.
fn filled(run: &Run<'_>, id: Id, foreign: &Foreign<'_>) -> Filled {
    let relation = run.relation(id);
    let is_null = |name: &str| relation.column(name).is_some_and(|column| column.unfilled == Some(run.source));
    match foreign.filled {
        // 11 looks into the partitions although the column is new.
        Filled::Nothing if relation.kind == Kind::Partitioned && run.version < 12 => Filled::Null,
        Filled::Values if foreign.columns.iter().any(|name| is_null(name)) => Filled::Null,
        filled => filled,
    }
}

/// The rows of some tables are compared with those they refer to. Where there are none, nothing is read.
pub(super) fn compare(run: &mut Run<'_>, from: &[Id], to: &[Id]) {
    // What the statement itself makes holds nothing.
    for table in from {
        if !run.was_there(*table) {
            continue;
        }
        run.scan(*table, "every row is compared with the table that it refers to");
        for target in to {
            run.scan_for(*target, *table, "it is read to compare the rows that refer to it");
        }
    }
}

/// The columns that a reference means: written, or those of the primary key.
fn referred(run: &Run<'_>, to: Id, reference: &Reference) -> Vec<Arc<str>> {
    if !reference.columns.is_empty() {
        return reference.columns.iter().map(|column| column.text.clone()).collect();
    }
    let primary = run.relation(to).constraints.iter().find(|it| matches!(it.rule, Rule::Key(true)));
    primary.map(|primary| primary.columns.clone()).unwrap_or_default()
}

/// Why columns cannot refer to others, as far as the history knows both.
fn mismatch(run: &Run<'_>, id: Id, to: Id, columns: &[Arc<str>], to_columns: &[Arc<str>]) -> Option<String> {
    let (from, target) = (run.relation(id), run.relation(to));
    let is_own = target.created.is_some();
    if !is_own && !target.is_told {
        return None;
    }
    let lives = |it: &Relation| if it.temporary { 0 } else { 2 - u8::from(it.unlogged) };
    if (from.temporary != target.temporary) || lives(target) < lives(from) {
        return Some(format!("{} does not live as long as {} refers to it", target.name, from.name));
    }
    if to_columns.is_empty() && run.knows(to) {
        return Some(format!("{} has no primary key, so say to which columns", target.name));
    }
    if !to_columns.is_empty() && to_columns.len() != columns.len() {
        return Some(format!("{} columns refer to {}", columns.len(), to_columns.len()));
    }
    let is_key = |index: &Index| {
        index.unique
            && !index.partial
            && index.keys.len() == to_columns.len()
            && index.keys.iter().all(|key| key.as_ref().is_some_and(|key| to_columns.contains(key)))
    };
    let written_key = target.constraints.iter().any(|it| matches!(it.rule, Rule::Key(_)) && it.columns == to_columns);
    // A dump may be older than the key.
    if is_own && !to_columns.is_empty() && !written_key && !target.indexes.iter().any(is_key) {
        return Some(format!("{} has no unique constraint on {}", target.name, to_columns.join(", ")));
    }
    let pairs = columns.iter().zip(to_columns);
    pairs.filter_map(|(column, other)| Some((from.column(column)?, target.column(other)?))).find_map(|(one, other)| {
        let (one_type, other_type) = (run.schema.base(&one.data_type), run.schema.base(&other.data_type));
        let clash = !casts::are_comparable(one_type, other_type);
        clash.then(|| format!("{} is {}, and {} is {}", one.name, one_type.name, other.name, other_type.name))
    })
}
