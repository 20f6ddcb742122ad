//! `DROP` of anything, with all that goes along or stands in the way.

use std::sync::Arc;

use super::{constraint_drop, index, partition, routine, trigger};
use crate::database::FailureKind;
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{Column, Id, Kind, TypeId};
use crate::document::sql::{DropObjects, LockMode, Name, ObjectKind};

use LockMode::{AccessExclusive, ShareUpdateExclusive};

/// Applies the statement.
pub(super) fn objects(run: &mut Run<'_>, drop: &DropObjects) {
    let cascade = drop.cascade.is_some();
    match drop.kind {
        ObjectKind::Table | ObjectKind::ForeignTable => tables(run, drop, cascade),
        ObjectKind::View => relations(run, drop, Kind::View, cascade),
        ObjectKind::MaterializedView => relations(run, drop, Kind::MaterializedView, cascade),
        ObjectKind::Sequence => sequences(run, drop, cascade),
        ObjectKind::Index => indexes(run, drop),
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => trigger::drop(run, drop),
        ObjectKind::Type | ObjectKind::Domain => drop.names.iter().for_each(|name| a_type(run, name, cascade)),
        ObjectKind::Schema => drop.names.iter().for_each(|name| schema(run, name, cascade)),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => routine::drop(run, drop, cascade),
        ObjectKind::Statistics => statistics(run, drop),
        ObjectKind::Publication => drop.names.iter().for_each(|name| run.schema.set_publication(name.last(), None)),
        ObjectKind::Extension => drop.names.iter().for_each(|name| extension(run, name.last(), cascade)),
        ObjectKind::Subscription => run.alone("it drops a replication slot on the other server"),
        ObjectKind::Database | ObjectKind::Tablespace => run.alone("it removes files at once"),
        _ => {}
    }
}

/// The relations that a statement names.
fn targets(run: &mut Run<'_>, drop: &DropObjects, kind: Kind) -> Vec<Id> {
    let mut ids = Vec::new();
    for name in &drop.names {
        if drop.if_exists && run.schema.is_gone(name) {
            continue;
        }
        if run.table_of_index(name).is_some() {
            run.fail(format!("{name} is an index"));
            return ids;
        }
        let is_known = run.known(name).is_some();
        if let Some(id) = run.named(name, kind) {
            let allowed = if kind == Kind::Table { &[Kind::Table, Kind::Partitioned, Kind::Foreign][..] } else { &[kind] };
            if run.is_no(id, allowed, "so it is not dropped like this") {
                return ids;
            }
            ids.push(id);
            if drop.if_exists && !is_known {
                run.unsure(id, Sureness::Possible, "whether it is there is not known");
            }
        }
    }
    ids
}

fn tables(run: &mut Run<'_>, drop: &DropObjects, cascade: bool) {
    let ids = targets(run, drop, Kind::Table);
    if run.failed() {
        return;
    }
    let set = with_children(run, ids, cascade);
    if !cascade && let Some(reason) = obstacle(run, &set) {
        return run.fail_as(FailureKind::Used, reason);
    }
    for id in &set {
        remove_table(run, *id, &set);
    }
}

/// Partitions go with their table; what only inherits goes with CASCADE.
fn with_children(run: &Run<'_>, mut set: Vec<Id>, cascade: bool) -> Vec<Id> {
    let mut at = 0;
    while let Some(id) = set.get(at).copied() {
        let goes_along = |child: &Id| cascade || run.relation(*child).is_partition();
        let more: Vec<Id> =
            run.relation(id).children.iter().copied().filter(goes_along).filter(|child| !set.contains(child)).collect();
        set.extend(more);
        at += 1;
    }
    set
}

/// Why a set of tables cannot be dropped without CASCADE.
fn obstacle(run: &Run<'_>, set: &[Id]) -> Option<String> {
    set.iter().find_map(|id| {
        let relation = run.relation(*id);
        let outside = |other: &&Id| !set.contains(other);
        let view = relation.used_by.iter().find(outside).map(|view| ("the view", *view));
        let child = relation.referrers.iter().find(outside).map(|child| ("a foreign key of", *child));
        let heir = relation.children.iter().find(outside).map(|heir| ("the table", *heir));
        let watcher = relation.asked_by.iter().find(outside).map(|table| ("a policy or rule of", *table));
        let draws = relation.sequences.iter().find_map(|sequence| drawing(run, *sequence, set).first().copied());
        let drawer = draws.map(|table| ("a default of", table));
        let (what, other) = view.or(child).or(heir).or(watcher).or(drawer)?;
        Some(format!("{what} {} depends on {}", run.schema.display(other), relation.name))
    })
}

fn remove_table(run: &mut Run<'_>, id: Id, set: &[Id]) {
    let relation = run.relation(id).clone();
    run.lock(id, AccessExclusive);
    for index in &relation.indexes {
        run.lock_index(id, &index.name, AccessExclusive);
    }
    for parent in relation.parents.iter().filter(|_| relation.is_partition()) {
        run.lock(*parent, AccessExclusive);
        partition::lock_default(run, *parent, id);
    }
    for foreign in relation.constraints.iter().filter(|it| !it.inherited) {
        if let Some(to) = foreign.target().filter(|to| !set.contains(to)) {
            let targets = if run.relation(to).kind == Kind::Partitioned { run.schema.tree(to) } else { vec![to] };
            run.lock_all(&targets, AccessExclusive);
            run.because(to, "triggers of the foreign key are on this side, too");
        }
    }
    for child in relation.referrers.iter().filter(|child| !set.contains(child)) {
        run.lock(*child, AccessExclusive);
        run.because(*child, "its foreign key is dropped");
    }
    for user in &relation.used_by {
        view(run, *user);
    }
    for watcher in relation.asked_by.iter().filter(|table| !set.contains(table)) {
        run.lock(*watcher, AccessExclusive);
        run.because(*watcher, "its policy or rule asks the table that is dropped");
    }
    for sequence in &relation.sequences {
        run.lock(*sequence, AccessExclusive);
        for user in drawing(run, *sequence, set) {
            drop_defaults(run, user, *sequence);
        }
        run.schema.remove(*sequence);
    }
    run.schema.remove(id);
}

/// Takes a view away with those that stand on it.
pub(super) fn view(run: &mut Run<'_>, id: Id) {
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if !run.schema.exists(id) {
            continue;
        }
        run.lock(id, AccessExclusive);
        for index in &run.relation(id).indexes.clone() {
            run.lock_index(id, &index.name, AccessExclusive);
        }
        open.extend(&run.relation(id).used_by);
        run.schema.remove(id);
    }
}

fn relations(run: &mut Run<'_>, drop: &DropObjects, kind: Kind, cascade: bool) {
    let ids = targets(run, drop, kind);
    if run.failed() {
        return;
    }
    if !cascade && let Some(reason) = obstacle(run, &ids) {
        return run.fail_as(FailureKind::Used, reason);
    }
    for id in ids {
        view(run, id);
    }
}

fn sequences(run: &mut Run<'_>, drop: &DropObjects, cascade: bool) {
    for id in targets(run, drop, Kind::Sequence) {
        let relation = run.relation(id).clone();
        let owner = relation
            .owned_by
            .as_ref()
            .filter(|(table, column)| run.relation(*table).column(column).is_some_and(|column| column.identity));
        if owner.is_some() {
            return run.fail(format!("{} is the sequence of an identity column", relation.name));
        }
        let users = drawing(run, id, &[]);
        if !cascade && let Some(user) = users.first() {
            return run.fail(format!("a default of {} draws from {}", run.schema.display(*user), relation.name));
        }
        run.lock(id, AccessExclusive);
        for user in users {
            drop_defaults(run, user, id);
        }
        run.schema.remove(id);
    }
}

/// The tables outside a set with a default that draws from a sequence.
fn drawing(run: &Run<'_>, sequence: Id, set: &[Id]) -> Vec<Id> {
    let draws = |user: &Id| {
        let mut defaults = run.relation(*user).columns.iter().filter_map(|column| column.default.as_ref());
        defaults.any(|default| default.sequences.contains(&sequence))
    };
    run.relation(sequence).used_by.iter().copied().filter(|user| !set.contains(user)).filter(draws).collect()
}

fn drop_defaults(run: &mut Run<'_>, user: Id, sequence: Id) {
    run.lock(user, AccessExclusive);
    run.because(user, "a default goes with the sequence");
    for column in &mut run.schema.edit(user).columns {
        if column.default.as_ref().is_some_and(|default| default.sequences.contains(&sequence)) {
            column.default = None;
        }
    }
}

fn indexes(run: &mut Run<'_>, drop: &DropObjects) {
    if drop.concurrently {
        run.alone("it commits between its steps");
        if drop.names.len() > 1 {
            return run.fail("only one index at a time is dropped CONCURRENTLY");
        }
    }
    for name in &drop.names {
        if !drop.if_exists && run.schema.is_gone(name) {
            return run.fail_as(FailureKind::Gone, format!("{name} is not there any more"));
        }
        let Some(table) = run.table_of_index(name) else { continue };
        let Some(known) = run.relation(table).index(name.last()).cloned() else { continue };
        if known.constraint {
            return run.fail(format!("{} belongs to a constraint of {}", known.name, run.schema.display(table)));
        }
        if known.part_of.is_some() {
            return run
                .fail_as(FailureKind::Partitioned, format!("{} is a part of the index of a partitioned table", known.name));
        }
        if drop.concurrently && run.relation(table).kind == Kind::Partitioned {
            return run.fail_as(FailureKind::Partitioned, "an index of a partitioned table cannot be dropped CONCURRENTLY");
        }
        constraint_drop::drop_referrers(run, table, &known, drop.cascade.is_some());
        if run.failed() {
            return;
        }
        for (part, index) in index::parts(run, table, &known.name) {
            run.lock(part, if drop.concurrently { ShareUpdateExclusive } else { AccessExclusive });
            run.lock_index(part, &index, AccessExclusive);
            run.schema.remove_index(part, &index);
        }
    }
}

fn a_type(run: &mut Run<'_>, name: &Name, cascade: bool) {
    let Some(id) = run.schema.type_named(name.schema(), name.last()) else { return };
    let mut users = users_of_type(run, id);
    let mut typed = run.schema.user_type(id).map(|it| it.users.clone()).unwrap_or_default();
    typed.retain(|table| run.schema.exists(*table) && run.relation(*table).of_type == Some(id));
    if let (true, Some(table)) = (!cascade, typed.first()) {
        return run.fail(format!("{} is a table of the type {}", run.schema.display(*table), name.last()));
    }
    if let (true, Some(function)) = (!cascade, run.schema.function_of(name.last())) {
        return run.fail(format!("the function {function} takes or returns the type {}", name.last()));
    }
    for table in typed {
        // It goes whole.
        users.retain(|user| *user != table);
        if run.schema.exists(table) {
            remove_table(run, table, &[table]);
        }
    }
    if !cascade && let Some(user) = users.first() {
        return run.fail(format!("{} has a column of the type {}", run.schema.display(*user), name.last()));
    }
    for user in users {
        run.lock(user, AccessExclusive);
        run.because(user, "its columns of the type are dropped");
        let is_of_it = |column: &Column| column.data_type.user == Some(id);
        let columns: Vec<Arc<str>> =
            run.relation(user).columns.iter().filter(|it| is_of_it(it)).map(|it| it.name.clone()).collect();
        for column in columns {
            constraint_drop::drop_those_of(run, user, &column, true);
            super::column::forget(run, user, &column);
        }
    }
    let (schema, name) = match run.schema.user_type(id) {
        Some(it) => (it.schema.clone(), it.name.clone()),
        None => return,
    };
    run.schema.name_type(&schema, &name, None);
}

/// Types that come with an extension of another name or the same.
const TYPES: &[(&str, &[&str])] = &[
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("hstore", &["hstore"]),
    ("ltree", &["ltree", "lquery", "ltxtquery"]),
    ("postgis", &["geometry", "geography", "box2d", "box3d"]),
    ("vector", &["vector", "halfvec", "sparsevec"]),
];

/// `DROP EXTENSION`: columns of its types go along, or keep it.
fn extension(run: &mut Run<'_>, name: &str, cascade: bool) {
    let Some((_, types)) = TYPES.iter().find(|(extension, _)| *extension == name) else { return };
    let is_of_it = |column: &Column| column.data_type.user.is_none() && types.contains(&&*column.data_type.name);
    let users = run.schema.all().filter(|(_, relation)| relation.columns.iter().any(is_of_it));
    for user in users.map(|(id, _)| id).collect::<Vec<_>>() {
        if !cascade {
            return run.fail(format!("{} has a column of a type of {name}", run.schema.display(user)));
        }
        run.lock(user, AccessExclusive);
        run.because(user, "its columns of the extension's types are dropped");
        let columns = run.relation(user).columns.iter().filter(|column| is_of_it(column));
        for column in columns.map(|column| column.name.clone()).collect::<Vec<_>>() {
            constraint_drop::drop_those_of(run, user, &column, true);
            super::column::forget(run, user, &column);
        }
    }
}

/// The tables with a column of a type.
pub(super) fn users_of_type(run: &Run<'_>, id: TypeId) -> Vec<Id> {
    let mut users: Vec<Id> = run.schema.user_type(id).map(|it| it.users.clone()).unwrap_or_default();
    users.sort_unstable();
    users.dedup();
    users.retain(|user| run.relation(*user).columns.iter().any(|column| column.data_type.user == Some(id)));
    users
}

fn schema(run: &mut Run<'_>, name: &Name, cascade: bool) {
    let ids = run.schema.inside(name.last());
    if !cascade && let Some(id) = ids.first() {
        return run.fail(format!("{} is in the schema {}", run.schema.display(*id), name.last()));
    }
    let set = with_children(run, ids, true);
    for id in &set {
        if run.schema.exists(*id) {
            remove_table(run, *id, &set);
        }
    }
}

fn statistics(run: &mut Run<'_>, drop: &DropObjects) {
    for name in &drop.names {
        if let Some(table) = run.schema.statistics(name.last()) {
            if run.version >= 12 {
                run.lock(table, ShareUpdateExclusive);
            }
            run.schema.set_statistics(name.last(), None);
        }
    }
}
