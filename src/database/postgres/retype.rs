//! `ALTER COLUMN .. TYPE`: what is written anew, read, or built again, and what stands in the way.

use std::sync::Arc;

use super::casts::{self, Cost};
use super::{alter, column, foreign_key, new_column};
use crate::database::FailureKind;
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{ColumnType, Constraint, Id, Index, Kind, Rows, Rule};
use crate::document::sql::{Expr, Ident, LockMode, SetType, Shape};

use LockMode::{AccessExclusive, ShareRowExclusive};

/// A column of one table as it changes.
struct Change {
    table: Id,
    column: Arc<str>,
    rewrites: bool,
    /// Indexes compare its values in another way.
    recompares: bool,
    /// It is ordered in another way.
    recollates: bool,
}

/// Changes the type in a table and all that inherit from it.
pub(super) fn set_type(run: &mut Run<'_>, tree: &[Id], column: &Ident, to: &SetType) {
    let id = tree[0];
    let name = &*column.text;
    if run.lacks_column(id, name) {
        return;
    }
    if let Some(reason) = obstacle(run, id, name, to, tree.len() == 1) {
        let kind = if reason.contains("so its type cannot change") { FailureKind::Used } else { FailureKind::Other };
        return run.fail_as(kind, reason);
    }
    if new_column::is_worn(run, id) {
        return;
    }
    for sequence in column::sequences_of(run, id, name) {
        if run.relation(id).column(name).is_some_and(|column| column.identity) {
            run.lock(sequence, ShareRowExclusive);
        }
    }
    for table in tree {
        let change = plan(run, *table, name, to);
        follow(run, &change);
        let data_type = run.schema.resolve(&to.data_type);
        new_column::wear(run, *table, Some(&to.data_type), &data_type);
        let known = run.schema.edit(*table).learn(name);
        known.data_type = data_type;
        known.collation = to.collation.as_ref().map(|name| name.last().into());
    }
}

/// Why the server refuses.
fn obstacle(run: &Run<'_>, id: Id, name: &str, to: &SetType, alone: bool) -> Option<String> {
    let relation = run.relation(id);
    if alone && !relation.children.is_empty() {
        return Some("what inherits from the table must change, too".to_owned());
    }
    if relation.of_type.is_some() && !run.allows_typed {
        return Some("the table gets its columns from its type".to_owned());
    }
    if relation.key.iter().flatten().any(|key| **key == *name) {
        return Some(format!("the table is partitioned by {name}"));
    }
    let is_inherited = |parent: &Id| run.relation(*parent).column(name).is_some();
    if relation.parents.iter().any(is_inherited) {
        return Some("its type is inherited, so it changes with the table above".to_owned());
    }
    if let Some(user) = alter::users_of(run, id, name).first() {
        return Some(format!("{user} uses the column {name}, so its type cannot change"));
    }
    let column = relation.column(name)?;
    let new = run.schema.resolve(&to.data_type);
    let is_ordered = |index: &Index| &*index.method == "btree" && index.keys.iter().flatten().any(|key| **key == *name);
    if !casts::has_order(run, &new) && relation.indexes.iter().any(is_ordered) {
        return Some(format!("values of the type {} have no order, so the indexes on {name} cannot be kept", new.name));
    }
    if relation.rows == Rows::Some && casts::never_fits(&column.data_type, &new) && to.using.is_none() {
        return Some(format!("a {}(n) takes just n bits, so the rows that are there do not fit", new.name));
    }
    let is_assignable = casts::is_assignable(run, &column.data_type, &new);
    if is_assignable == Some(false) && to.using.is_none() {
        return Some(format!("{} does not turn into {} by itself; say USING", column.data_type.name, new.name));
    }
    if is_assignable == Some(false) && column.default.is_some() {
        return Some(format!("the default of {name} does not turn into {}; drop it first", new.name));
    }
    None
}

/// What the change means for one table.
fn plan(run: &mut Run<'_>, table: Id, name: &str, to: &SetType) -> Change {
    let relation = run.relation(table);
    let (old, collation) =
        relation.column(name).map(|column| (column.data_type.clone(), column.collation.clone())).unwrap_or_default();
    let new = run.schema.resolve(&to.data_type);
    let recollates = collation.as_deref() != to.collation.as_ref().map(crate::document::sql::Name::last);
    let cost = match &to.using {
        Some(using) => cost_of(run, using, name, &old, &new),
        None => casts::cost(run, &old, &new),
    };
    let recompares = casts::class(run, &old) != casts::class(run, &new) && !old.name.is_empty();
    match cost {
        Cost::Free => {}
        Cost::Perhaps(why) => {
            run.rewrite(table, "every row is written anew with the new type");
            run.unsure(table, Sureness::Likely, why);
        }
        Cost::Rewrite => run.rewrite(table, "every row is written anew with the new type"),
    }
    Change { table, column: name.into(), rewrites: cost != Cost::Free, recompares, recollates }
}

/// The cost of a USING.
fn cost_of(run: &Run<'_>, using: &Expr, name: &str, old: &ColumnType, new: &ColumnType) -> Cost {
    match &using.shape {
        Shape::Column(column) if *column.text == *name => casts::cost(run, old, new),
        Shape::Cast(cast) if *cast.0.text == *name => {
            let mut at = old.clone();
            let mut dearest = Cost::Free;
            for step in cast.1.iter().map(|step| run.schema.resolve(step)).chain([new.clone()]) {
                dearest = dearest.max(casts::cost(run, &at, &step));
                at = step;
            }
            dearest
        }
        _ => Cost::Rewrite,
    }
}

/// What else must be done.
fn follow(run: &mut Run<'_>, change: &Change) {
    let table = change.table;
    let relation = run.relation(table);
    let indexes: Vec<Index> = relation.indexes.iter().filter(|index| index.mentions(&change.column)).cloned().collect();
    for index in indexes {
        run.lock_index(table, &index.name, AccessExclusive);
        if must_rebuild(&index, change) {
            run.build(table, &index.name, &format!("the index {} is built anew for the new type", index.name));
        }
    }
    let constraints: Vec<Constraint> =
        run.relation(table).constraints.iter().filter(|it| it.mentions(&change.column)).cloned().collect();
    for constraint in constraints {
        match constraint.rule {
            Rule::Check { .. } if constraint.valid => {
                run.scan(table, "every row is checked against the constraint again");
            }
            Rule::Foreign { to, .. } => {
                run.lock(to, AccessExclusive);
                run.because(to, "the foreign key to it is made anew");
                recheck(run, change, &constraint, (table, to));
            }
            _ => {}
        }
    }
    for child in run.relation(table).referrers.clone().iter().copied() {
        for constraint in &run.relation(child).constraints.clone() {
            let Rule::Foreign { to, to_columns, .. } = &constraint.rule else { continue };
            if *to == table && to_columns.contains(&change.column) {
                run.lock(child, AccessExclusive);
                run.because(child, "its foreign key is made anew");
                recheck(run, change, constraint, (child, table));
            }
        }
    }
}

/// An index over plain columns keeps its file where the new values compare as the old ones did.
fn must_rebuild(index: &Index, change: &Change) -> bool {
    let mut keys = index.keys.iter().zip(&index.collations).filter(|(key, _)| key.as_ref() == Some(&change.column));
    // A collation that is written with the index stays what it is.
    let differs = keys.any(|(_, collation)| change.recompares || (change.recollates && collation.is_none()));
    // The parts of a partitioned index are made anew with it.
    change.rewrites || differs || index.has_expression || index.partial || index.part_of.is_some()
}

/// A foreign key is checked again unless nothing was written and its values compare as before.
fn recheck(run: &mut Run<'_>, change: &Change, constraint: &Constraint, (from, to): (Id, Id)) {
    if constraint.valid && (change.rewrites || change.recompares) {
        let family = |id: Id| {
            let is_partitioned = run.relation(id).kind == Kind::Partitioned;
            if is_partitioned { run.schema.tree(id) } else { vec![id] }
        };
        let (from, to) = (family(from), family(to));
        foreign_key::compare(run, &from, &to);
    }
}
