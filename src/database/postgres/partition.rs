//! Partitions come and go; tables inherit.

mod bounds;
mod routing;

pub(super) use bounds::{clash, may_hold};
use bounds::{excludes, proves};
pub(super) use routing::{Given, route};

use std::collections::HashSet;

use super::{foreign_key, index};
use crate::database::FailureKind;
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Kind, Rows as Filled, Rule};
use crate::document::sql::{Bound, LockMode, Name, Rows};

use LockMode::{AccessExclusive, AccessShare, RowShare, ShareRowExclusive, ShareUpdateExclusive};

/// `ATTACH PARTITION`.
pub(super) fn attach(run: &mut Run<'_>, parent: Id, partition: &Name, bound: &Bound) {
    let Some(child) = run.named(partition, Kind::Table) else { return };
    if let Some(reason) = misfit(run, parent, child).or_else(|| clash(run, parent, bound)) {
        return run.fail(reason);
    }
    let tree = run.schema.tree(child);
    run.lock_all(&tree, AccessExclusive);
    for table in &tree {
        if !proves(run, *table, parent, bound) {
            run.scan(*table, "every row is read to see that it belongs into the partition");
        }
    }
    squeeze_default(run, parent, bound);
    for index in &run.relation(parent).indexes.clone() {
        index::pass_down(run, parent, child, index);
    }
    for foreign in &run.relation(parent).constraints.clone() {
        let Rule::Foreign { to, .. } = foreign.rule else { continue };
        let has_it = run.relation(child).constraints.iter().any(|it| it.target() == Some(to) && it.columns == foreign.columns);
        // Before 12 it is a mere validation.
        run.lock(to, if run.version >= 12 { ShareRowExclusive } else { RowShare });
        if !has_it {
            foreign_key::compare(run, &tree, &[to]);
            run.schema.edit(child).constraints.push(Constraint { inherited: true, ..foreign.clone() });
        }
    }
    let referrers = run.relation(parent).referrers.clone();
    run.lock_all(&referrers, ShareRowExclusive);
    join(run, parent, child, Some(bound));
}

/// Why a table cannot be a partition.
fn misfit(run: &Run<'_>, parent: Id, child: Id) -> Option<String> {
    let (above, below) = (run.relation(parent), run.relation(child));
    if below.is_partition() {
        return Some(format!("{} is a partition already", below.name));
    }
    above.created.and(below.created)?;
    let missing = above.columns.iter().find(|column| below.column(&column.name).is_none());
    if let Some(missing) = missing {
        return Some(format!("{} lacks the column {}", below.name, missing.name));
    }
    let extra = below.columns.iter().find(|column| above.column(&column.name).is_none());
    if let Some(extra) = extra {
        return Some(format!("{} has a column {} that the partitioned table lacks", below.name, extra.name));
    }
    let passes_down = |it: &&Constraint| matches!(it.rule, Rule::Check { no_inherit: false, .. });
    let lacking = above.constraints.iter().filter(passes_down).find(|it| below.constraint(&it.name).is_none());
    if let Some(lacking) = lacking {
        return Some(format!("{} lacks the constraint {}", below.name, lacking.name));
    }
    let nullable = above.columns.iter().filter(|column| column.not_null);
    let mut nullable = nullable.filter(|column| below.column(&column.name).is_some_and(|below| !below.not_null));
    nullable.next().map(|column| format!("{}.{} must be NOT NULL like the partitioned table's", below.name, column.name))
}

/// Makes one a part or a child of another.
pub(super) fn join(run: &mut Run<'_>, parent: Id, child: Id, bound: Option<&Bound>) {
    run.joined.insert((child, parent));
    let above = run.schema.edit(parent);
    above.children.push(child);
    if bound.is_some_and(|bound| matches!(bound.rows, Rows::Default)) {
        above.default_part = Some(child);
    }
    let filled = run.relation(child).rows;
    if filled == Filled::Some && run.relation(parent).kind == Kind::Partitioned {
        super::fill(run, parent);
    }
    let child = run.schema.edit(child);
    child.parents.push(parent);
    child.bound = bound.cloned();
}

/// The default partition must hold none of the rows that a new one takes.
pub(super) fn squeeze_default(run: &mut Run<'_>, parent: Id, bound: &Bound) {
    if matches!(bound.rows, Rows::Default) {
        return;
    }
    let Some(default) = default_of(run, parent) else { return };
    for table in run.schema.tree(default) {
        run.lock(table, AccessExclusive);
        if !excludes(run, table, parent, bound) {
            run.scan(table, "the default partition is read to see that it holds no row of the new one");
        }
    }
}

/// Who writes rows to a partition itself asks the tables above which rows it takes.
pub(super) fn look_above(run: &mut Run<'_>, partition: Id) {
    let mut at = partition;
    let mut seen = HashSet::from([at]);
    while let Some(above) = run.relation(at).parents.first().copied().filter(|_| run.relation(at).is_partition()) {
        if !seen.insert(above) {
            return;
        }
        run.lock(above, AccessShare);
        at = above;
    }
}

/// The default partition of a table.
fn default_of(run: &Run<'_>, parent: Id) -> Option<Id> {
    let is_default = |part: &Id| {
        let part = run.relation(*part);
        part.parents.contains(&parent) && part.bound.as_ref().is_some_and(|bound| matches!(bound.rows, Rows::Default))
    };
    run.relation(parent).default_part.filter(is_default)
}

/// Locks the default partition of a table, as all do that change what is left for it.
pub(super) fn lock_default(run: &mut Run<'_>, parent: Id, but: Id) {
    if let Some(default) = default_of(run, parent).filter(|id| *id != but) {
        run.lock(default, AccessExclusive);
    }
}

/// `DETACH PARTITION`.
pub(super) fn detach(run: &mut Run<'_>, parent: Id, partition: &Name, is_gentle: bool, concurrently: bool) {
    let Some(child) = run.named(partition, Kind::Table) else { return };
    if run.knows(child) && !run.relation(child).parents.contains(&parent) {
        return run.fail(format!("{} is not a partition of the table", run.schema.display(child)));
    }
    if is_gentle && run.needs(14, "DETACH PARTITION CONCURRENTLY") {
        return;
    }
    if concurrently {
        run.alone("it commits between its steps");
        let has_default = run
            .relation(parent)
            .children
            .iter()
            .any(|id| run.relation(*id).bound.as_ref().is_some_and(|bound| matches!(bound.rows, Rows::Default)));
        if has_default {
            return run.fail_as(
                FailureKind::Partitioned,
                "a partition cannot be detached CONCURRENTLY while there is a default partition",
            );
        }
    }
    // The triggers of foreign keys to the partitioned table leave the partition with it.
    let is_referred_to = !run.relation(parent).referrers.is_empty();
    let is_default = run.relation(child).bound.as_ref().is_some_and(|bound| matches!(bound.rows, Rows::Default));
    run.lock(child, if run.version >= 14 || is_referred_to || is_default { AccessExclusive } else { ShareUpdateExclusive });
    let below = run.schema.tree(child);
    run.lock_all(&below[1..], AccessExclusive);
    lock_default(run, parent, child);
    for foreign in &run.relation(child).constraints.clone() {
        if let Some(to) = foreign.target() {
            run.lock(to, ShareRowExclusive);
        }
    }
    for referrer in run.relation(parent).referrers.clone().iter().copied() {
        run.lock(referrer, AccessExclusive);
        run.because(referrer, "its rows must refer to none of the rows that leave");
        foreign_key::compare(run, &[referrer], &[child]);
    }
    for index in &run.relation(child).indexes.clone() {
        run.lock_index(child, &index.name, AccessExclusive);
    }
    let part = run.schema.edit(child);
    part.parents.retain(|id| *id != parent);
    part.bound = None;
    part.indexes.iter_mut().for_each(|index| index.part_of = None);
    part.constraints.iter_mut().for_each(|constraint| constraint.inherited = false);
    run.schema.edit(parent).children.retain(|id| *id != child);
    run.left.push((child, parent));
}

/// `INHERIT`.
pub(super) fn inherit(run: &mut Run<'_>, child: Id, parent: &Name) {
    let Some(parent) = run.named(parent, Kind::Table) else { return };
    if let Some(reason) = unlike(run, parent, child) {
        return run.fail(reason);
    }
    run.lock(parent, ShareUpdateExclusive);
    join(run, parent, child, None);
}

/// Why a table cannot inherit from another.
fn unlike(run: &Run<'_>, parent: Id, child: Id) -> Option<String> {
    let (above, below) = (run.relation(parent), run.relation(child));
    if !run.knows(parent) || !run.knows(child) {
        return None;
    }
    above.columns.iter().find_map(|column| match below.column(&column.name) {
        None => Some(format!("{} lacks the column {}", below.name, column.name)),
        Some(own) if own.data_type != column.data_type && !own.data_type.name.is_empty() => {
            Some(format!("the column {} has another type in {}", column.name, below.name))
        }
        Some(_) => None,
    })
}

/// `NO INHERIT`.
pub(super) fn no_inherit(run: &mut Run<'_>, child: Id, parent: &Name) {
    let Some(parent) = run.named(parent, Kind::Table) else { return };
    if run.knows(child) && !run.relation(child).parents.contains(&parent) {
        return run.fail(format!("{} is no parent of the table", run.schema.display(parent)));
    }
    run.lock(parent, AccessShare);
    run.schema.edit(child).parents.retain(|id| *id != parent);
    run.schema.edit(parent).children.retain(|id| *id != child);
    run.left.push((child, parent));
}

/// What a new partition gets from the table above: its indexes, without anything to build them from.
pub(super) fn inherit_indexes(run: &mut Run<'_>, parent: Id, child: Id) {
    for index in &run.relation(parent).indexes.clone() {
        index::pass_down(run, parent, child, index);
    }
}
