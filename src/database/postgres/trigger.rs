//! Triggers, policies and rules: what watches a table.

use std::sync::Arc;

use super::TABLE;
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Policy, Relation, Trigger};
use crate::document::sql::{self, Action, AlterObject, CreateRule, CreateTrigger, Ident, LockMode, ObjectChange, ObjectKind};

use LockMode::{AccessExclusive, AccessShare, RowExclusive, ShareRowExclusive};

/// `CREATE TRIGGER`.
pub(super) fn create(run: &mut Run<'_>, create: &CreateTrigger) {
    if create.or_replace && run.needs(14, "CREATE OR REPLACE TRIGGER") {
        return;
    }
    let Some(id) = run.named(&create.table, TABLE) else { return };
    if let Some(reason) = misfit(run.relation(id), create) {
        return run.fail(reason);
    }
    let is_cloned = create.each_row && run.relation(id).kind == Kind::Partitioned;
    if is_cloned && &*create.timing.text == "before" && run.needs(13, "BEFORE triggers for each row of partitioned tables") {
        return;
    }
    let is_there = run.relation(id).triggers.iter().any(|trigger| trigger.name == create.name.text);
    if is_there && !create.or_replace {
        return run.taken(format!("a trigger {} is there already", create.name.text));
    }
    let tree = if is_cloned { run.schema.tree(id) } else { vec![id] };
    run.lock_all(&tree, ShareRowExclusive);
    if let Some(from) = create.from.as_ref().and_then(|name| run.named(name, TABLE)) {
        run.lock(from, AccessShare);
    }
    let when = create.when.iter().flat_map(|when| &when.columns);
    let columns: Vec<Arc<str>> = create.columns.iter().chain(when).map(|column| column.text.clone()).collect();
    for table in tree {
        let (name, function): (_, Arc<str>) = (create.name.text.clone(), create.function.last().into());
        run.schema.note_call(&function, table);
        let (columns, each_row, cloned, made) = (columns.clone(), create.each_row, table != id, Some(run.here()));
        let relation = run.schema.edit(table);
        relation.triggers.retain(|old| old.name != name);
        relation.triggers.push(Trigger { name, function, columns, each_row, cloned, made });
    }
}

/// Why a relation can have no such trigger.
fn misfit(relation: &Relation, create: &CreateTrigger) -> Option<String> {
    let (timing, is_known) = (&*create.timing.text, relation.created.is_some());
    let has = |event: &str| create.events.iter().any(|it| &*it.text == event);
    if is_known && matches!(relation.kind, Kind::MaterializedView | Kind::Sequence) {
        return Some(format!("{} is {}, which has no triggers", relation.name, relation.kind.words()));
    }
    if is_known && relation.kind == Kind::View {
        let fits = if create.each_row { timing == "instead" } else { timing != "instead" };
        return (!fits).then(|| "a view has triggers INSTEAD OF each row, and before and after a statement".to_owned());
    }
    if timing == "instead" && is_known {
        return Some("only views have INSTEAD OF triggers".to_owned());
    }
    if create.each_row && has("truncate") {
        return Some("TRUNCATE knows no rows, so its triggers are FOR EACH STATEMENT".to_owned());
    }
    if create.transitions == 0 {
        return None;
    }
    let is_part = relation.is_partition() || !relation.parents.is_empty();
    let reason = match () {
        () if timing != "after" => "only AFTER triggers see tables of what has changed",
        () if create.events.len() > 1 => "a trigger that sees tables of what has changed is for one event only",
        () if !create.columns.is_empty() => "a trigger that sees tables of what has changed takes no list of columns",
        () if has("truncate") => "TRUNCATE leaves no table of what has changed",
        () if create.each_row && (relation.kind == Kind::Partitioned || is_part) => {
            "triggers for each row of a table with partitions or parents see no tables of what has changed"
        }
        () => return None,
    };
    Some(reason.to_owned())
}

/// `CREATE POLICY`.
pub(super) fn create_policy(run: &mut Run<'_>, policy: &sql::Policy) {
    let Some(id) = run.named(&policy.table, TABLE) else { return };
    let is_it = |old: &Policy| !old.is_rule && old.name == policy.name.text;
    if run.relation(id).policies.iter().any(is_it) {
        return run.taken(format!("a policy {} is there already", policy.name.text));
    }
    let watcher = watcher(run, id, policy);
    watch(run, id, watcher);
}

/// `ALTER POLICY`.
pub(super) fn alter_policy(run: &mut Run<'_>, policy: &sql::Policy) {
    let Some(id) = run.named(&policy.table, TABLE) else { return };
    let mut watcher = watcher(run, id, policy);
    let relation = run.schema.edit(id);
    let is_it = |old: &Policy| !old.is_rule && old.name == policy.name.text;
    let known = relation.policies.iter().find(|old| is_it(old)).cloned();
    relation.policies.retain(|old| !is_it(old));
    if let Some(old) = known {
        // Of what is not said anew the old one may be left.
        if policy.using.is_none() || policy.check.is_none() {
            watcher.columns.extend(old.columns);
            watcher.uses.extend(old.uses);
        }
    }
    watch(run, id, watcher);
}

fn watcher(run: &mut Run<'_>, id: Id, policy: &sql::Policy) -> Policy {
    let uses: Vec<Id> = policy.reads.iter().filter_map(|name| run.named(name, TABLE)).filter(|other| *other != id).collect();
    run.lock_all(&uses, AccessShare);
    // Words of a query may be columns of other tables.
    let words = policy.using.iter().chain(&policy.check).flat_map(|expr| &expr.columns);
    let is_of_another = |column: &&Ident| uses.iter().any(|other| run.relation(*other).column(&column.text).is_some());
    let columns = words.filter(|column| !is_of_another(column)).map(|column| column.text.clone()).collect();
    Policy { name: policy.name.text.clone(), is_rule: false, columns, uses, made: Some(run.here()) }
}

/// A policy or a rule comes to a table.
fn watch(run: &mut Run<'_>, id: Id, watcher: Policy) {
    run.lock(id, AccessExclusive);
    for other in &watcher.uses {
        run.schema.edit(*other).asked_by.push(id);
    }
    run.schema.edit(id).policies.push(watcher);
}

/// `CREATE RULE`.
pub(super) fn create_rule(run: &mut Run<'_>, rule: &CreateRule) {
    let Some(id) = run.named(&rule.table, TABLE) else { return };
    let is_it = |old: &Policy| old.is_rule && old.name == rule.name.text;
    if !rule.or_replace && run.relation(id).policies.iter().any(is_it) {
        return run.taken(format!("a rule {} is there already", rule.name.text));
    }
    let mut uses: Vec<Id> = Vec::new();
    for statement in &rule.statements {
        let (table, source) = match &statement.action {
            Action::Insert(insert) => (Some(&insert.table), Some(&insert.source)),
            Action::Update(update) => (Some(&update.table), Some(&update.source)),
            Action::Delete(delete) => (Some(&delete.table), Some(&delete.source)),
            Action::Query(query) => (None, Some(&**query)),
            _ => (None, None),
        };
        let is_other = |name: &&sql::Name| !matches!(name.text(), "old" | "new");
        let read = source.into_iter().flat_map(|query| &query.reads).filter(is_other).map(|name| (name, AccessShare));
        for (name, mode) in table.map(|name| (name, RowExclusive)).into_iter().chain(read) {
            if let Some(other) = run.named(name, TABLE).filter(|other| *other != id) {
                run.lock(other, mode);
                uses.push(other);
            }
        }
    }
    let columns = rule.columns.iter().map(|column| column.text.clone()).collect();
    run.schema.edit(id).policies.retain(|old| !is_it(old));
    watch(run, id, Policy { name: rule.name.text.clone(), is_rule: true, columns, uses, made: Some(run.here()) });
}

/// `ALTER TRIGGER`, `ALTER POLICY`, `ALTER RULE`: their names.
pub(super) fn alter(run: &mut Run<'_>, alter: &AlterObject) {
    let Some(id) = alter.on.as_ref().and_then(|table| run.named(table, TABLE)) else { return };
    run.lock(id, AccessExclusive);
    let is_cloned = alter.kind == ObjectKind::Trigger && run.relation(id).kind == Kind::Partitioned;
    let tree = if is_cloned && run.version >= 15 { run.schema.tree(id) } else { vec![id] };
    run.lock_all(&tree, AccessExclusive);
    let (ObjectChange::RenameTo(to), Some(name)) = (&alter.change, &alter.name) else { return };
    for table in tree {
        let relation = run.schema.edit(table);
        let is_rule = alter.kind == ObjectKind::Rule;
        let names = match alter.kind {
            ObjectKind::Trigger => relation.triggers.iter_mut().map(|it| &mut it.name).collect::<Vec<_>>(),
            _ => relation.policies.iter_mut().filter(|it| it.is_rule == is_rule).map(|it| &mut it.name).collect(),
        };
        names.into_iter().filter(|old| ***old == *name.last()).for_each(|old| *old = to.text.clone());
    }
}

/// `DROP TRIGGER`, `DROP POLICY`, `DROP RULE`.
pub(super) fn drop(run: &mut Run<'_>, drop: &sql::DropObjects) {
    let is_gone = drop.if_exists && drop.on.as_ref().is_some_and(|table| run.schema.is_gone(table));
    let Some(id) = drop.on.as_ref().filter(|_| !is_gone).and_then(|table| run.named(table, TABLE)) else { return };
    for name in &drop.names {
        let name = name.last();
        if run.knows(id) && !has(run.relation(id), drop.kind, name) {
            if !drop.if_exists {
                run.fail(format!("{} has no such thing as {name}", run.schema.display(id)));
            }
            continue;
        }
        let is_clone = run.relation(id).triggers.iter().any(|trigger| trigger.cloned && *trigger.name == *name);
        if drop.kind == ObjectKind::Trigger && is_clone {
            return run.fail(format!("{name} belongs to the partitioned table above"));
        }
        run.lock(id, AccessExclusive);
        let is_cloned = drop.kind == ObjectKind::Trigger && run.relation(id).kind == Kind::Partitioned;
        for table in if is_cloned { run.schema.tree(id) } else { vec![id] } {
            if has(run.relation(table), drop.kind, name) {
                run.lock(table, AccessExclusive);
                take(run, table, drop.kind, name);
            }
        }
    }
}

fn has(relation: &Relation, kind: ObjectKind, name: &str) -> bool {
    match kind {
        ObjectKind::Trigger => relation.triggers.iter().any(|trigger| *trigger.name == *name),
        _ => relation.policies.iter().any(|it| *it.name == *name && it.is_rule == (kind == ObjectKind::Rule)),
    }
}

fn take(run: &mut Run<'_>, id: Id, kind: ObjectKind, name: &str) {
    let relation = run.schema.edit(id);
    if kind == ObjectKind::Trigger {
        return relation.triggers.retain(|trigger| *trigger.name != *name);
    }
    let is_it = |it: &Policy| *it.name == *name && it.is_rule == (kind == ObjectKind::Rule);
    let asked: Vec<Id> = relation.policies.iter().filter(|it| is_it(it)).flat_map(|it| it.uses.clone()).collect();
    relation.policies.retain(|it| !is_it(it));
    for other in asked {
        if run.schema.exists(other) {
            // As often as it asks, so often it is in there.
            let mut is_first = true;
            run.schema.edit(other).asked_by.retain(|table| *table != id || !std::mem::take(&mut is_first));
        }
    }
}
