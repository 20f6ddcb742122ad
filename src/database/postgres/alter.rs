//! `ALTER TABLE`, and of all that is altered like one.

use std::collections::HashSet;
use std::sync::Arc;

use super::{column, constraint, constraint_drop, index, new_column, partition, retype, view, whole};
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Rule};
use crate::document::sql::{
    AlterTable, ColumnChange, Ident, LockMode, ObjectKind, Setting, Switch, TableChange, TableRule, TriggerSet,
};

use LockMode::{AccessExclusive, ShareRowExclusive, ShareUpdateExclusive};

/// Applies the statement.
pub(super) fn relation(run: &mut Run<'_>, alter: &AlterTable) {
    if alter.kind == ObjectKind::Index || run.table_of_index(&alter.table).is_some() {
        return index::alter(run, alter);
    }
    let kind = match alter.kind {
        ObjectKind::View => Kind::View,
        ObjectKind::MaterializedView => Kind::MaterializedView,
        ObjectKind::Sequence => Kind::Sequence,
        ObjectKind::ForeignTable => Kind::Foreign,
        _ => Kind::Table,
    };
    if alter.if_exists && run.schema.is_gone(&alter.table) {
        return;
    }
    let Some(id) = run.named(&alter.table, kind) else { return };
    if let Some(reason) = clash(alter) {
        return run.refuse(reason);
    }
    let tree = if alter.only { vec![id] } else { run.schema.tree(id) };
    let mode = alter.actions.iter().map(|action| lock_of(run, id, &action.change)).max();
    let mode = mode.unwrap_or(AccessExclusive);
    run.lock(id, mode);
    if alter.actions.iter().any(|action| recurses(run, id, &action.change)) {
        run.lock_all(&tree, mode);
    }
    // The server does not work in the order of the text: what goes, goes first, and what is built, is built last.
    let mut actions: Vec<_> = alter.actions.iter().collect();
    actions.sort_by_key(|action| pass(&action.change));
    for action in actions {
        run.action = Some(action.span);
        match &action.change {
            TableChange::AddColumn { column, if_not_exists } => new_column::add(run, &tree, column, *if_not_exists),
            TableChange::DropColumn { column, if_exists, cascade } => {
                let is_there = run.relation(id).column(&column.text).is_some() || !run.knows(id);
                if is_there || !if_exists {
                    column::drop(run, &tree, column, *cascade, action.span);
                }
            }
            TableChange::AlterColumn { column, change: ColumnChange::SetType(to) } => {
                retype::set_type(run, &tree, column, to);
            }
            TableChange::AlterColumn { column, change } => column::alter(run, &tree, column, change),
            TableChange::RenameColumn { column, to } => column::rename(run, &tree, column, to),
            TableChange::AddConstraint(added) => constraint::add(run, &tree, added, alter.only),
            TableChange::AlterConstraint { name, attributes } => constraint::alter(run, &tree, name, *attributes),
            TableChange::ValidateConstraint(name) => constraint::validate(run, &tree, name),
            TableChange::DropConstraint { name, if_exists, cascade } => {
                constraint_drop::drop(run, &tree, &name.text, *if_exists, *cascade);
            }
            TableChange::RenameConstraint { name, to } => constraint_drop::rename(run, &tree, name, to),
            TableChange::AttachPartition { partition, bound } => partition::attach(run, id, partition, bound),
            TableChange::DetachPartition { partition, concurrently, finalize } => {
                partition::detach(run, id, partition, *concurrently || *finalize, *concurrently);
            }
            TableChange::Inherit(parent) => partition::inherit(run, id, parent),
            TableChange::NoInherit(parent) => partition::no_inherit(run, id, parent),
            change => whole::apply(run, id, change),
        }
        if run.failed() {
            break;
        }
    }
    run.action = None;
}

/// Why no server takes these actions together.
fn clash(alter: &AlterTable) -> Option<(String, bool)> {
    let stands_alone = |change: &TableChange| {
        use TableChange::{AttachPartition, DetachPartition, RenameColumn, RenameConstraint, RenameTo, SetSchema};
        matches!(
            change,
            AttachPartition { .. }
                | DetachPartition { .. }
                | RenameColumn { .. }
                | RenameConstraint { .. }
                | RenameTo(_)
                | SetSchema(_)
        )
    };
    if alter.actions.len() > 1 && alter.actions.iter().any(|action| stands_alone(&action.change)) {
        return Some(("to rename, move, attach or detach takes a statement of its own".to_owned(), true));
    }
    let mut retyped = HashSet::new();
    for action in &alter.actions {
        match &action.change {
            TableChange::AlterColumn { column, change: ColumnChange::SetType(_) } if !retyped.insert(&column.text) => {
                return Some((format!("the type of {} is changed twice", column.text), false));
            }
            TableChange::Trigger(Switch::EnableAlways | Switch::EnableReplica, TriggerSet::All | TriggerSet::User) => {
                return Some(("ENABLE ALWAYS and ENABLE REPLICA take the name of one trigger".to_owned(), true));
            }
            _ => {}
        }
    }
    None
}

/// In which pass of an ALTER TABLE something is done.
fn pass(change: &TableChange) -> u8 {
    match change {
        TableChange::DropColumn { .. }
        | TableChange::DropConstraint { .. }
        | TableChange::AlterColumn {
            change:
                ColumnChange::DropDefault
                | ColumnChange::DropNotNull
                | ColumnChange::DropIdentity(_)
                | ColumnChange::DropExpression(_),
            ..
        } => 0,
        TableChange::AlterColumn { change: ColumnChange::SetType(_), .. } => 1,
        TableChange::AddColumn { .. } => 2,
        TableChange::AddConstraint(added) => match added.rule {
            TableRule::Key(_) | TableRule::KeyUsingIndex { .. } | TableRule::Exclude(_) => 4,
            TableRule::ForeignKey(_) => 5,
            _ => 3,
        },
        TableChange::AlterColumn { .. } => 3,
        _ => 6,
    }
}

/// Whether it is done to what inherits, too.
fn recurses(run: &Run<'_>, id: Id, change: &TableChange) -> bool {
    let is_passed_down = |name: &Ident| match run.relation(id).constraint(&name.text).map(|it| &it.rule) {
        _ if run.relation(id).kind == Kind::Partitioned => true,
        Some(Rule::Check { no_inherit, .. }) => !no_inherit,
        Some(Rule::NotNull) => true,
        _ => false,
    };
    match change {
        TableChange::AddColumn { .. }
        | TableChange::DropColumn { .. }
        | TableChange::AlterColumn { .. }
        | TableChange::RenameColumn { .. } => true,
        TableChange::RenameConstraint { name, .. }
        | TableChange::ValidateConstraint(name)
        | TableChange::DropConstraint { name, .. } => is_passed_down(name),
        TableChange::AddConstraint(added) => match &added.rule {
            TableRule::KeyUsingIndex { .. } => false,
            // Since 18 whatever the constraint will mean to them.
            _ if run.version >= 18 => true,
            TableRule::Check(_) => !added.attributes.no_inherit,
            TableRule::NotNull(_) => true,
            _ => false,
        },
        _ => false,
    }
}

/// The lock that one action asks for.
fn lock_of(run: &Run<'_>, id: Id, change: &TableChange) -> LockMode {
    if run.relation(id).kind == Kind::Sequence {
        return if matches!(change, TableChange::Sequence(_)) { ShareRowExclusive } else { AccessExclusive };
    }
    match change {
        TableChange::AlterColumn {
            change: ColumnChange::SetStatistics | ColumnChange::Set(_) | ColumnChange::Reset(_), ..
        }
        | TableChange::ValidateConstraint(_)
        | TableChange::ClusterOn(_)
        | TableChange::WithoutCluster => ShareUpdateExclusive,
        TableChange::AddConstraint(added) if matches!(added.rule, TableRule::ForeignKey(_)) => ShareRowExclusive,
        TableChange::Trigger(..) => ShareRowExclusive,
        TableChange::Set(settings) | TableChange::Reset(settings) => of_settings(settings),
        TableChange::AttachPartition { .. } if run.version >= 12 => ShareUpdateExclusive,
        TableChange::DetachPartition { concurrently, finalize, .. } if *concurrently || *finalize => ShareUpdateExclusive,
        _ => AccessExclusive,
    }
}

/// Storage parameters that change what queries may do; all others only steer later work.
const STRICT: &[&str] = &[
    "autosummarize",
    "buffering",
    "check_option",
    "fastupdate",
    "gin_pending_list_limit",
    "pages_per_range",
    "security_barrier",
    "security_invoker",
    "user_catalog_table",
];

/// The lock that setting storage parameters asks for.
pub(super) fn of_settings(settings: &[Setting]) -> LockMode {
    let strict = settings.iter().any(|setting| STRICT.contains(&&*setting.name));
    if strict { AccessExclusive } else { ShareUpdateExclusive }
}

/// What stands in the way of changing or dropping a column: what uses it and would not be dropped by itself.
pub(super) fn users_of(run: &Run<'_>, id: Id, column: &str) -> Vec<String> {
    let relation = run.relation(id);
    let mut users: Vec<String> =
        view::users_of(run, id, column).into_iter().map(|view| format!("the view {}", run.schema.display(view))).collect();
    let names = |columns: &[Arc<str>]| columns.iter().any(|name| **name == *column);
    let word = |is_rule| if is_rule { "rule" } else { "policy" };
    let watchers = relation.policies.iter().filter(|it| names(&it.columns));
    users.extend(watchers.map(|it| format!("the {} {}", word(it.is_rule), it.name)));
    users.extend(relation.triggers.iter().filter(|it| names(&it.columns)).map(|it| format!("the trigger {}", it.name)));
    let generated = relation.columns.iter().filter(|it| it.generated.as_ref().is_some_and(|how| names(&how.from)));
    users.extend(generated.map(|it| format!("the generated column {}", it.name)));
    users
}
