//! Constraints go, and what stood on them.

use std::sync::Arc;

use super::made_up;
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Index, Kind, Rule};
use crate::document::sql::{Ident, LockMode};

use LockMode::AccessExclusive;

/// `DROP CONSTRAINT`.
pub(in crate::database) fn drop(run: &mut Run<'_>, tree: &[Id], name: &str, if_exists: bool, cascade: bool) {
    let Some(top) = run.relation(tree[0]).constraint(name).cloned() else {
        if let Some(column) = not_null(run, tree[0], name) {
            return super::column::drop_not_null(run, tree, &column);
        }
        if run.knows(tree[0]) && !if_exists {
            run.fail(format!("{} has no constraint {name}", run.schema.display(tree[0])));
        }
        return;
    };
    // The server looks for it in what inherits, even where ONLY is said.
    if matches!(top.rule, Rule::Check { no_inherit: false, .. } | Rule::NotNull) {
        let children = run.relation(tree[0]).children.clone();
        run.lock_all(&children, AccessExclusive);
    }
    if top.inherited {
        return run.fail(format!("{name} is inherited, so it goes with the one above"));
    }
    let passes_down = run.relation(tree[0]).kind == Kind::Partitioned || matches!(top.rule, Rule::Check { .. } | Rule::NotNull);
    let family = if passes_down { tree } else { &tree[..1] };
    for table in family {
        let same =
            |it: &&Constraint| *it.name == *name || (it.inherited && it.columns == top.columns && same_kind(&it.rule, &top.rule));
        let there: Vec<Constraint> = run.relation(*table).constraints.iter().filter(same).cloned().collect();
        for constraint in there {
            remove(run, *table, &constraint, cascade);
            if run.failed() {
                return;
            }
        }
    }
}

/// The column that a constraint of this name keeps from being NULL: since 18 each has one, which nobody need have named.
pub(in crate::database) fn not_null(run: &Run<'_>, id: Id, name: &str) -> Option<Arc<str>> {
    let relation = run.relation(id);
    let mut columns = relation.columns.iter().filter(|column| column.not_null && run.version >= 18);
    columns.find(|column| made_up(&relation.name, &column.name, "not_null") == name).map(|column| column.name.clone())
}

fn same_kind(one: &Rule, other: &Rule) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Takes a constraint away, and with a key the foreign keys that stand on it.
fn remove(run: &mut Run<'_>, table: Id, constraint: &Constraint, cascade: bool) {
    match &constraint.rule {
        Rule::Foreign { to, .. } => {
            let to = *to;
            // The triggers that guard the other side go as well; those of partitions are the partitioned table's.
            if !constraint.inherited {
                let targets = if run.relation(to).kind == Kind::Partitioned { run.schema.tree(to) } else { vec![to] };
                run.lock_all(&targets, AccessExclusive);
                run.because(to, "triggers of the foreign key are on this side, too");
            }
            let others = run.relation(table).constraints.iter().filter(|it| it.target() == Some(to)).count();
            if others <= 1 {
                run.schema.edit(to).referrers.retain(|id| *id != table);
            }
        }
        Rule::Key(_) | Rule::Exclude => {
            if !constraint.inherited {
                drop_foreign(run, table, &constraint.columns, cascade);
                if run.failed() {
                    return;
                }
            }
            run.lock_index(table, &constraint.name, AccessExclusive);
            run.schema.remove_index(table, &constraint.name);
        }
        Rule::NotNull => {
            for column in &constraint.columns {
                run.schema.edit(table).learn(column).not_null = false;
            }
        }
        Rule::Check { .. } => {}
    }
    run.schema.edit(table).constraints.retain(|it| it.name != constraint.name);
}

/// Foreign keys that stand on a unique index go with it, or keep it from going.
pub(in crate::database) fn drop_referrers(run: &mut Run<'_>, table: Id, index: &Index, cascade: bool) {
    let columns: Option<Vec<Arc<str>>> = index.keys.iter().cloned().collect();
    let is_other = |other: &&Index| other.name != index.name && other.unique && other.keys == index.keys;
    // Another one over the same columns may be the one that they stand on.
    if let Some(columns) = columns.filter(|_| index.unique && !run.relation(table).indexes.iter().any(|it| is_other(&it))) {
        drop_foreign(run, table, &columns, cascade);
    }
}

/// Foreign keys that refer to such columns go with their key, or keep it from going.
fn drop_foreign(run: &mut Run<'_>, table: Id, columns: &[Arc<str>], cascade: bool) {
    for child in run.relation(table).referrers.clone().iter().copied() {
        let stands = |it: &Constraint| match &it.rule {
            Rule::Foreign { to, to_columns, .. } => *to == table && to_columns == columns,
            _ => false,
        };
        let there: Vec<Constraint> = run.relation(child).constraints.iter().filter(|it| stands(it)).cloned().collect();
        for foreign in there {
            if !cascade {
                return run.fail(format!("the foreign key {} of {} refers to it", foreign.name, run.schema.display(child)));
            }
            run.lock(child, AccessExclusive);
            run.because(child, "its foreign key is dropped");
            remove(run, child, &foreign, cascade);
        }
    }
}

/// Constraints that a column takes along.
pub(in crate::database) fn drop_those_of(run: &mut Run<'_>, table: Id, column: &str, cascade: bool) {
    let there: Vec<Constraint> = run.relation(table).constraints.iter().filter(|it| it.mentions(column)).cloned().collect();
    for constraint in there {
        remove(run, table, &constraint, cascade);
        if run.failed() {
            return;
        }
    }
}

/// `RENAME CONSTRAINT`; an index behind it gets the name, too.
pub(in crate::database) fn rename(run: &mut Run<'_>, tree: &[Id], name: &Ident, to: &Ident) {
    let is_there = run.relation(tree[0]).constraint(&name.text).is_some() || not_null(run, tree[0], &name.text).is_some();
    if run.knows(tree[0]) && !is_there {
        return run.fail(format!("{} has no constraint {}", run.schema.display(tree[0]), name.text));
    }
    for table in tree {
        if let Some(index) = run.relation(*table).index(&name.text).cloned() {
            run.schema.remove_index(*table, &name.text);
            run.schema.add_index(*table, Index { name: to.text.clone(), ..index });
        }
        let there = run.schema.edit(*table).constraints.iter_mut().filter(|it| it.name == name.text);
        there.for_each(|constraint| constraint.name = to.text.clone());
    }
}
