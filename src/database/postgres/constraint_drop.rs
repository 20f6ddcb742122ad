//! Constraints go, and what stood on them.

use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Index, Kind, Rule};
use crate::document::sql::{Ident, LockMode};

use LockMode::AccessExclusive;

/// `DROP CONSTRAINT`.
pub(in crate::database) fn drop(run: &mut Run<'_>, tree: &[Id], name: &str, cascade: bool) {
    let Some(top) = run.relation(tree[0]).constraint(name).cloned() else { return };
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
                drop_referrers(run, table, &constraint.columns, cascade);
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

/// Foreign keys that stand on a key go with it, or keep it from going.
fn drop_referrers(run: &mut Run<'_>, table: Id, columns: &[Box<str>], cascade: bool) {
    for child in run.relation(table).referrers.clone() {
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
    for table in tree {
        if let Some(index) = run.relation(*table).index(&name.text).cloned() {
            run.schema.remove_index(*table, &name.text);
            run.schema.add_index(*table, Index { name: to.text.clone(), ..index });
        }
        let there = run.schema.edit(*table).constraints.iter_mut().filter(|it| it.name == name.text);
        there.for_each(|constraint| constraint.name = to.text.clone());
    }
}
