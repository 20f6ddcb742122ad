//! Columns come, go and change, all but their types.

use std::sync::Arc;

use super::new_column::{default_of, make_sequence};
use super::{alter, constraint_drop, drop, view};
use crate::database::FailureKind;
use crate::database::effect::{ColumnAt, Effect, EffectKind, Sureness};
use crate::database::run::Run;
use crate::database::schema::{self, Id, Kind, Rows, Rule};
use crate::document::sql::{ColumnChange, Expr, Ident, LockMode};
use crate::source::Span;

use LockMode::{AccessExclusive, ShareRowExclusive};

/// `DROP COLUMN`.
pub(super) fn drop(run: &mut Run<'_>, tree: &[Id], column: &Ident, cascade: bool, span: Span) {
    let id = tree[0];
    let name = &*column.text;
    if run.lacks_column(id, name) {
        return;
    }
    if let Some(reason) = keeps(run, id, name, tree.len() == 1) {
        return run.fail(reason);
    }
    let users = alter::users_of(run, id, name);
    if !cascade && let Some(user) = users.first() {
        return run.fail_as(FailureKind::Used, format!("{user} uses the column {name}"));
    }
    if run.relation(id).key.iter().flatten().any(|key| **key == *name) {
        return run.fail(format!("the table is partitioned by {name}"));
    }
    let definition = run.relation(id).column(name).and_then(|column| column.definition);
    let dropped = ColumnAt { name: name.to_owned(), definition, is_unshipped: false };
    let effect = Effect { place: run.place(span), table: run.touched(id), kind: EffectKind::ColumnDrop(dropped) };
    run.effect(effect);
    for view in view::users_of(run, id, name) {
        drop::view(run, view);
    }
    for table in tree {
        constraint_drop::drop_those_of(run, *table, name, cascade);
        if run.failed() {
            return;
        }
        forget(run, *table, name);
    }
}

/// Why a column must stay.
fn keeps(run: &Run<'_>, id: Id, name: &str, alone: bool) -> Option<String> {
    let relation = run.relation(id);
    if is_inherited(run, id, name) {
        return Some(format!("the column {name} is inherited, so it goes with the one above"));
    }
    if alone && relation.kind == Kind::Partitioned && !relation.children.is_empty() {
        return Some("the partitions must lose the column, too".to_owned());
    }
    let names = |columns: &[(Id, Arc<str>)]| columns.iter().any(|(table, column)| *table == id && **column == *name);
    let publication = run.schema.publications().find(|(_, publication)| names(&publication.columns));
    publication.map(|(publication, _)| format!("the publication {publication} names the column {name}"))
}

/// Whether a column came from a table above.
pub(super) fn is_inherited(run: &Run<'_>, id: Id, name: &str) -> bool {
    run.relation(id).parents.iter().any(|parent| run.relation(*parent).column(name).is_some())
}

pub(super) fn forget(run: &mut Run<'_>, table: Id, name: &str) {
    let relation = run.relation(table);
    let indexes: Vec<Arc<str>> =
        relation.indexes.iter().filter(|index| index.mentions(name)).map(|index| index.name.clone()).collect();
    let is_owner = |sequence: &Id| run.relation(*sequence).owned_by.as_ref().is_some_and(|(_, column)| **column == *name);
    let sequences: Vec<Id> = relation.sequences.iter().copied().filter(is_owner).collect();
    for index in indexes {
        run.lock_index(table, &index, AccessExclusive);
        run.schema.remove_index(table, &index);
    }
    for sequence in sequences {
        run.lock(sequence, AccessExclusive);
        run.schema.remove(sequence);
    }
    let relation = run.schema.edit(table);
    let uses = |columns: &[Arc<str>]| columns.iter().any(|column| **column == *name);
    relation.policies.retain(|policy| !uses(&policy.columns));
    relation.triggers.retain(|trigger| !uses(&trigger.columns));
    let computed = |column: &schema::Column| column.generated.as_ref().is_some_and(|how| uses(&how.from));
    relation.columns.retain(|column| *column.name != *name && !computed(column));
}

/// `ALTER COLUMN`, all but its type.
pub(super) fn alter(run: &mut Run<'_>, tree: &[Id], column: &Ident, change: &ColumnChange) {
    let name = &*column.text;
    if run.lacks_column(tree[0], name) {
        return;
    }
    match change {
        ColumnChange::SetNotNull => set_not_null(run, tree, name),
        ColumnChange::DropNotNull => drop_not_null(run, tree, name),
        ColumnChange::SetDefault(value) => {
            let default = default_of(run, tree[0], value);
            for table in tree {
                run.schema.edit(*table).learn(name).default = Some(default.clone());
            }
        }
        ColumnChange::DropDefault => {
            for table in tree {
                run.schema.edit(*table).learn(name).default = None;
            }
        }
        ColumnChange::SetExpression(value) => set_expression(run, tree, name, value),
        ColumnChange::DropExpression(if_exists) => {
            run.needs(13, "DROP EXPRESSION");
            if run.knows(tree[0]) && run.relation(tree[0]).column(name).is_some_and(|column| column.generated.is_none()) {
                if !if_exists {
                    run.fail(format!("the column {name} is not computed"));
                }
                return;
            }
            for table in tree {
                run.schema.edit(*table).learn(name).generated = None;
            }
        }
        ColumnChange::AddIdentity(_) => add_identity(run, tree, name),
        ColumnChange::SetIdentity { .. } | ColumnChange::DropIdentity(_) => {
            let drops = matches!(change, ColumnChange::DropIdentity(_));
            if run.knows(tree[0]) && run.relation(tree[0]).column(name).is_some_and(|column| !column.identity) {
                if !matches!(change, ColumnChange::DropIdentity(true)) {
                    run.fail(format!("the column {name} is no identity"));
                }
                return;
            }
            for sequence in sequences_of(run, tree[0], name) {
                run.lock(sequence, if drops { AccessExclusive } else { ShareRowExclusive });
                if drops {
                    run.schema.remove(sequence);
                }
            }
            run.schema.edit(tree[0]).learn(name).identity = !drops;
        }
        ColumnChange::SetCompression(_) => {
            run.needs(14, "SET COMPRESSION");
        }
        _ => {}
    }
}

/// The sequences that belong to a column.
pub(super) fn sequences_of(run: &Run<'_>, table: Id, column: &str) -> Vec<Id> {
    let is_owner = |sequence: &Id| run.relation(*sequence).owned_by.as_ref().is_some_and(|(_, owner)| **owner == *column);
    run.relation(table).sequences.iter().copied().filter(is_owner).collect()
}

/// Refuses NULL from now on, in one table, after looking for one where nothing proves that there is none.
pub(super) fn refuse_null(run: &mut Run<'_>, table: Id, column: &str) {
    let relation = run.relation(table);
    if relation.column(column).is_some_and(|column| column.not_null) {
        return;
    }
    let proven = relation.refuses_null(column) && run.version >= 12;
    if !proven {
        run.scan(table, &format!("every row is read to see that {column} is not NULL"));
        if run.relation(table).created.is_none() {
            run.unsure(table, Sureness::Likely, "unless it is NOT NULL already, or a valid CHECK says so");
        }
    }
    let relation = run.schema.edit(table);
    relation.learn(column).not_null = true;
    let is_the_rule = |rule: &Rule| matches!(rule, Rule::NotNull);
    let rules = relation.constraints.iter_mut().filter(|it| is_the_rule(&it.rule) && it.mentions(column));
    rules.for_each(|rule| rule.valid = true);
}

fn set_not_null(run: &mut Run<'_>, tree: &[Id], column: &str) {
    let is_nullable = |id: &Id| run.relation(*id).column(column).is_some_and(|column| !column.not_null);
    let top = run.relation(tree[0]);
    if tree.len() == 1 && top.kind == Kind::Partitioned && top.children.iter().any(is_nullable) {
        return run.fail("the partitions must refuse NULL first");
    }
    for table in tree {
        let relation = run.relation(*table);
        let is_null = relation.column(column).is_some_and(|column| column.unfilled == Some(run.source));
        if is_null && relation.rows == Rows::Some {
            return run.fail(format!("the column {column} is NULL in the rows that are there"));
        }
        refuse_null(run, *table, column);
    }
}

pub(super) fn drop_not_null(run: &mut Run<'_>, tree: &[Id], column: &str) {
    let is_key = |it: &schema::Constraint| matches!(it.rule, Rule::Key(true)) && it.mentions(column);
    if run.relation(tree[0]).constraints.iter().any(is_key) {
        return run.fail(format!("the column {column} is part of the primary key"));
    }
    let above = |parent: &Id| run.relation(*parent).column(column).is_some_and(|column| column.not_null);
    let relation = run.relation(tree[0]);
    if (relation.is_partition() || run.version >= 18) && relation.parents.iter().any(above) {
        return run.fail(format!("the column {column} is NOT NULL in the table above"));
    }
    for table in tree {
        let relation = run.schema.edit(*table);
        relation.learn(column).not_null = false;
        relation.constraints.retain(|it| !(matches!(it.rule, Rule::NotNull) && it.mentions(column)));
    }
}

fn set_expression(run: &mut Run<'_>, tree: &[Id], column: &str, value: &Expr) {
    if run.needs(17, "SET EXPRESSION") {
        return;
    }
    let from: Vec<Arc<str>> = value.columns.iter().map(|name| name.text.clone()).collect();
    for table in tree {
        let how = run.relation(*table).column(column).and_then(|column| column.generated.clone());
        let stored = how.as_ref().is_none_or(|how| how.stored);
        if stored {
            run.rewrite(*table, "the value of each row is computed anew");
        }
        if how.is_none() {
            run.unsure(*table, Sureness::Likely, "unless the column is virtual");
        }
        run.schema.edit(*table).learn(column).generated = Some(schema::Generated { from: from.clone(), stored });
    }
}

fn add_identity(run: &mut Run<'_>, tree: &[Id], column: &str) {
    let id = tree[0];
    let known = run.relation(id).column(column).filter(|column| column.definition.is_some());
    if known.is_some_and(|column| !column.not_null) {
        return run.fail(format!("the column {column} must be NOT NULL before it can be an identity"));
    }
    if known.is_some_and(|column| column.identity) {
        return run.fail(format!("the column {column} is an identity already"));
    }
    make_sequence(run, id, column);
    run.schema.edit(id).learn(column).identity = true;
}

/// `RENAME COLUMN`.
pub(super) fn rename(run: &mut Run<'_>, tree: &[Id], column: &Ident, to: &Ident) {
    let (from, to) = (&*column.text, &to.text);
    if run.lacks_column(tree[0], from) {
        return;
    }
    if run.relation(tree[0]).column(to).is_some() {
        return run.taken_in(tree[0], format!("a column {to} is there already"));
    }
    if is_inherited(run, tree[0], from) {
        return run.fail(format!("the column {from} is inherited, so it is renamed with the one above"));
    }
    if tree.len() == 1 && !run.relation(tree[0]).children.is_empty() {
        return run.fail("the column must be renamed in what inherits from the table, too");
    }
    for table in tree {
        for view in run.relation(*table).used_by.clone().iter().copied() {
            if let Some(used) = &mut run.schema.edit(view).used_columns
                && used.iter().any(|name| **name == *from)
            {
                used.push(to.clone());
            }
        }
        for sequence in sequences_of(run, *table, from) {
            run.schema.edit(sequence).owned_by = Some((*table, to.clone()));
        }
        run.schema.edit(*table).rename_column(from, to);
    }
}
