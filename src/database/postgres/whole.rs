//! Changes of a relation as a whole: its name, place, owner, storage.

use super::maintenance;
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Relation};
use crate::document::sql::{
    Ident, LockMode, MoveTablespace, ObjectKind, ReplicaIdentity, SequenceOptions, TableChange, TriggerSet,
};

use LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};

/// Whether something else has a name already; then it fails.
fn is_taken(run: &mut Run<'_>, schema: &str, name: &str) -> bool {
    let is_type = run.schema.type_named(Some(schema), name).is_some();
    let is_taken = run.schema.slot(schema, name).is_some() || is_type;
    if is_taken {
        run.taken(format!("{name} is there already"));
    }
    is_taken
}

/// Changes of the relation as a whole.
pub(super) fn apply(run: &mut Run<'_>, id: Id, change: &TableChange) {
    match change {
        TableChange::RenameTo(name) => {
            let schema = run.relation(id).schema.clone();
            if is_taken(run, &schema, &name.text) {
                return;
            }
            run.schema.rename(id, &schema, &name.text);
        }
        TableChange::SetSchema(schema) => move_to(run, id, &schema.text),
        TableChange::OwnerTo(owner) => {
            let is_owned = run.relation(id).owned_by.as_ref().map(|(table, _)| *table);
            match is_owned.filter(|table| run.relation(*table).owner.as_deref() != Some(&*owner.text)) {
                Some(_) => run.fail("a sequence of a column has the owner of its table"),
                None => own(run, id, &owner.text),
            }
        }
        TableChange::Logged(logged) => set_logged(run, id, *logged),
        TableChange::AccessMethod(method) => set_method(run, id, method.as_ref()),
        TableChange::Tablespace(to) => set_tablespace(run, id, to),
        TableChange::ClusterOn(_) if run.relation(id).kind == Kind::Partitioned => {
            run.fail("a partitioned table has no rows of its own, so no index orders them");
        }
        TableChange::ClusterOn(name) => {
            if maintenance::cannot_order(run, id, &name.text) {
                return;
            }
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
        TableChange::Trigger(_, set) => switch(run, id, set),
        TableChange::ReplicaIdentity(ReplicaIdentity::Index(index)) => identify(run, id, &index.text),
        TableChange::OfType(name) => {
            run.because(id, &format!("its columns are compared with those of {name}"));
            let of_type = run.schema.type_named(name.schema(), name.last());
            if let Some(of_type) = of_type {
                run.schema.edit_type(of_type).users.push(id);
                run.schema.edit(id).of_type = Some(of_type);
            }
        }
        TableChange::NotOf => {
            if run.knows(id) && run.relation(id).of_type.is_none() {
                return run.fail("the table is not of a type");
            }
            run.schema.edit(id).of_type = None;
        }
        _ => {}
    }
}

/// Switches triggers. Since 15 those of partitions go along that came from the table above.
fn switch(run: &mut Run<'_>, id: Id, set: &TriggerSet) {
    let is_meant = |name: &str| !matches!(set, TriggerSet::Named(named) if *named.text != *name);
    let relation = run.relation(id);
    let has_it = relation.triggers.iter().any(|trigger| is_meant(&trigger.name));
    if let TriggerSet::Named(name) = set
        && run.knows(id)
        && !has_it
    {
        return run.fail(format!("{} has no trigger {}", run.schema.display(id), name.text));
    }
    let is_cloned = relation.triggers.iter().any(|trigger| trigger.each_row && is_meant(&trigger.name));
    if relation.kind == Kind::Partitioned && run.version >= 15 && is_cloned {
        let tree = run.schema.tree(id);
        run.lock_all(&tree, ShareRowExclusive);
    }
}

/// `REPLICA IDENTITY USING INDEX`.
fn identify(run: &mut Run<'_>, id: Id, index: &str) {
    let relation = run.relation(id);
    let Some(known) = relation.index(index) else { return };
    let is_nullable =
        |name: &str| run.knows(id) && relation.column(name).is_some_and(|column| !column.not_null && !column.identity);
    let nullable = known.keys.iter().flatten().find(|name| is_nullable(name));
    if !known.unique || known.partial || known.has_expression {
        run.fail(format!("{index} is not a unique index over plain columns of all rows"));
    } else if let Some(nullable) = nullable {
        run.fail(format!("{nullable} may be NULL, so {index} does not tell rows apart"));
    }
}

/// Moves it with all that belongs to it.
fn move_to(run: &mut Run<'_>, id: Id, schema: &str) {
    let name = run.relation(id).name.clone();
    if run.relation(id).owned_by.is_some() {
        return run.fail("a sequence of a column moves with its table");
    }
    if is_taken(run, schema, &name) {
        return;
    }
    for sequence in run.relation(id).sequences.clone().iter().copied() {
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
    for index in &run.relation(id).indexes.clone() {
        run.lock_index(id, &index.name, AccessExclusive);
    }
    for sequence in run.relation(id).sequences.clone().iter().copied() {
        run.lock(sequence, AccessExclusive);
        run.schema.edit(sequence).owner = Some(owner.into());
    }
    run.schema.edit(id).owner = Some(owner.into());
}

fn set_logged(run: &mut Run<'_>, id: Id, logged: bool) {
    if run.relation(id).kind == Kind::Sequence && run.version < 15 {
        return run.fail("before PostgreSQL 15 sequences are always logged");
    }
    if !logged && run.schema.publications().any(|(_, publication)| publication.tables.contains(&id)) {
        return run.fail("a publication needs the log of the table");
    }
    let relation = run.relation(id);
    if relation.kind == Kind::Sequence || relation.unlogged != logged {
        if relation.created.is_none() {
            run.rewrite(id, "it is written anew, unless it was so already");
            run.unsure(id, Sureness::Likely, "whether it was so already is not known");
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

/// `ALTER TABLE ALL IN TABLESPACE`.
pub(super) fn move_tablespace(run: &mut Run<'_>, moved: &MoveTablespace) {
    let kind = if moved.kind == ObjectKind::MaterializedView { Kind::MaterializedView } else { Kind::Table };
    let is_meant = |relation: &Relation| {
        relation.kind == kind && relation.tablespace.as_deref().unwrap_or("pg_default") == &*moved.from.text
    };
    let ids: Vec<Id> =
        run.schema.all().filter(|(_, it)| moved.kind != ObjectKind::Index && is_meant(it)).map(|it| it.0).collect();
    for id in ids {
        run.lock(id, AccessExclusive);
        set_tablespace(run, id, &moved.to);
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
