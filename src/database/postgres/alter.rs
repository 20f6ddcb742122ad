//! `ALTER TABLE`, and of all that is altered like one.

use super::{column, constraint, constraint_drop, index, partition, retype, view};
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Rule};
use crate::document::sql::{
    AlterTable, ColumnChange, Ident, LockMode, ObjectKind, SequenceOptions, Setting, TableChange, TableRule,
};

use LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};

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
    let Some(id) = run.named(&alter.table, kind) else { return };
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
            TableChange::AddColumn { column, if_not_exists } => column::add(run, &tree, column, *if_not_exists),
            TableChange::DropColumn { column, cascade, .. } => column::drop(run, &tree, column, *cascade, action.span),
            TableChange::AlterColumn { column, change: ColumnChange::SetType(to) } => {
                retype::set_type(run, &tree, column, to);
            }
            TableChange::AlterColumn { column, change } => column::alter(run, &tree, column, change),
            TableChange::RenameColumn { column, to } => column::rename(run, &tree, column, to),
            TableChange::AddConstraint(added) => constraint::add(run, &tree, added, alter.only),
            TableChange::AlterConstraint { name, attributes } => constraint::alter(run, &tree, name, *attributes),
            TableChange::ValidateConstraint(name) => constraint::validate(run, &tree, name),
            TableChange::DropConstraint { name, cascade, .. } => constraint_drop::drop(run, &tree, &name.text, *cascade),
            TableChange::RenameConstraint { name, to } => constraint_drop::rename(run, &tree, name, to),
            TableChange::AttachPartition { partition, bound } => partition::attach(run, id, partition, bound),
            TableChange::DetachPartition { partition, concurrently, finalize } => {
                partition::detach(run, id, partition, *concurrently || *finalize, *concurrently);
            }
            TableChange::Inherit(parent) => partition::inherit(run, id, parent),
            TableChange::NoInherit(parent) => partition::no_inherit(run, id, parent),
            change => whole(run, id, change),
        }
        if run.failed() {
            break;
        }
    }
    run.action = None;
}

/// Changes of the relation as a whole.
fn whole(run: &mut Run<'_>, id: Id, change: &TableChange) {
    match change {
        TableChange::RenameTo(name) => {
            let schema = run.relation(id).schema.clone();
            run.schema.rename(id, &schema, &name.text);
        }
        TableChange::SetSchema(schema) => move_to(run, id, &schema.text),
        TableChange::OwnerTo(owner) => own(run, id, &owner.text),
        TableChange::Logged(logged) => set_logged(run, id, *logged),
        TableChange::AccessMethod(method) => set_method(run, id, method.as_ref()),
        TableChange::Tablespace(to) => set_tablespace(run, id, to),
        TableChange::ClusterOn(name) => {
            run.lock_index(id, &name.text, ShareUpdateExclusive);
            run.schema.edit(id).clustered = Some(name.text.clone());
        }
        TableChange::WithoutCluster => run.schema.edit(id).clustered = None,
        TableChange::Set(_) if run.relation(id).kind == Kind::Partitioned => {
            run.fail("a partitioned table has no storage, so it takes no storage parameters");
        }
        TableChange::Oids(true) => {
            if run.version >= 12 {
                run.fail("tables have no OIDs since PostgreSQL 12");
            } else {
                run.rewrite(id, "each row gets an OID");
            }
        }
        TableChange::Sequence(options) => sequence(run, id, options),
        TableChange::Trigger(..) if run.relation(id).kind == Kind::Partitioned && run.version < 15 => {
            // Only since 15 are the triggers of the partitions switched along.
        }
        TableChange::Trigger(..) if run.relation(id).kind == Kind::Partitioned => {
            let tree = run.schema.tree(id);
            run.lock_all(&tree, ShareRowExclusive);
        }
        TableChange::OfType(name) => {
            run.because(id, &format!("its columns are compared with those of {name}"));
        }
        _ => {}
    }
}

/// Moves it with all that belongs to it.
fn move_to(run: &mut Run<'_>, id: Id, schema: &str) {
    for sequence in run.relation(id).sequences.clone() {
        run.lock(sequence, AccessExclusive);
        let name = run.relation(sequence).name.clone();
        run.schema.rename(sequence, schema, &name);
    }
    let name = run.relation(id).name.clone();
    run.schema.rename(id, schema, &name);
}

/// Gives it and all that belongs to it to somebody.
pub(super) fn own(run: &mut Run<'_>, id: Id, owner: &str) {
    if run.relation(id).owner.as_deref() == Some(owner) {
        return;
    }
    for index in run.relation(id).indexes.clone() {
        run.lock_index(id, &index.name, AccessExclusive);
    }
    for sequence in run.relation(id).sequences.clone() {
        run.lock(sequence, AccessExclusive);
        run.schema.edit(sequence).owner = Some(owner.into());
    }
    run.schema.edit(id).owner = Some(owner.into());
}

fn set_logged(run: &mut Run<'_>, id: Id, logged: bool) {
    let relation = run.relation(id);
    if relation.kind == Kind::Sequence || relation.unlogged != logged {
        if relation.created.is_none() {
            run.rewrite(id, "it is written anew, unless it was so already");
            run.unsure(id, crate::database::Sureness::Likely, "whether it was so already is not known");
        }
        run.schema.edit(id).unlogged = !logged;
        return;
    }
    let why = if logged { "every page goes to the write-ahead log" } else { "it is written anew without the write-ahead log" };
    run.rewrite(id, why);
    if run.version >= 15 {
        let sequences = run.relation(id).sequences.clone();
        run.lock_all(&sequences, AccessExclusive);
    }
    run.schema.edit(id).unlogged = !logged;
}

fn set_method(run: &mut Run<'_>, id: Id, method: Option<&Ident>) {
    if run.needs(15, "SET ACCESS METHOD") {
        return;
    }
    let method: &str = method.map_or("heap", |method| &method.text);
    if run.relation(id).method.as_deref().unwrap_or("heap") != method {
        run.rewrite(id, "every row is written anew by the other access method");
        run.schema.edit(id).method = Some(method.into());
    }
}

fn set_tablespace(run: &mut Run<'_>, id: Id, to: &Ident) {
    if run.relation(id).tablespace.as_deref().unwrap_or("pg_default") != &*to.text {
        run.copy_storage(id, "its files are copied to the other tablespace");
        run.schema.edit(id).tablespace = Some(to.text.clone());
    }
}

/// `ALTER SEQUENCE`.
fn sequence(run: &mut Run<'_>, id: Id, options: &SequenceOptions) {
    match &options.owned_by {
        Some(Some((table, column))) => {
            let Some(table) = run.named(table, Kind::Table) else { return };
            run.lock(table, AccessShare);
            own_sequence(run, id, Some((table, &column.text)));
        }
        Some(None) => own_sequence(run, id, None),
        None => {}
    }
}

/// Makes a sequence belong to a column.
pub(super) fn own_sequence(run: &mut Run<'_>, id: Id, owner: Option<(Id, &str)>) {
    if let Some((old, _)) = run.relation(id).owned_by.clone() {
        run.schema.edit(old).sequences.retain(|sequence| *sequence != id);
    }
    run.schema.edit(id).owned_by = owner.map(|(table, column)| (table, column.into()));
    if let Some((table, _)) = owner {
        run.schema.edit(table).sequences.push(id);
    }
}

/// In which pass of an ALTER TABLE something is done.
fn pass(change: &TableChange) -> u8 {
    match change {
        TableChange::DropColumn { .. } | TableChange::DropConstraint { .. } => 0,
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
            TableRule::Check(_) => !added.attributes.no_inherit,
            TableRule::NotNull(_) => true,
            // Since 18 even those that only get an index.
            TableRule::Key(_) => run.version >= 18,
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
    let names = |columns: &[Box<str>]| columns.iter().any(|name| **name == *column);
    users.extend(relation.policies.iter().filter(|it| names(&it.columns)).map(|it| format!("the policy {}", it.name)));
    users.extend(relation.triggers.iter().filter(|it| names(&it.columns)).map(|it| format!("the trigger {}", it.name)));
    let generated = relation.columns.iter().filter(|it| it.generated.as_ref().is_some_and(|how| names(&how.from)));
    users.extend(generated.map(|it| format!("the generated column {}", it.name)));
    users
}
