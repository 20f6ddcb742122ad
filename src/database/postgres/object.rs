//! Sequences, functions, triggers, policies, publications, and what is said about objects.

use super::{TABLE, trigger, whole};
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Publication, Relation};
use crate::document::sql::{
    AlterObject, AlterPublication, Comment, CreateObject, CreatePublication, CreateSequence, CreateStatistics, Expr, Grant,
    Ident, LockMode, ObjectChange, ObjectKind, Owned, PublicationChange, PublicationObjects, Shape, Subscription,
};
use crate::source::Span;

use LockMode::{AccessExclusive, AccessShare, ShareUpdateExclusive};

/// `CREATE SEQUENCE`.
pub(super) fn create_sequence(run: &mut Run<'_>, create: &CreateSequence, span: Span) {
    let home = run.schema.home(&create.name, create.temporary).to_owned();
    if create.unlogged {
        run.needs(15, "unlogged sequences");
    }
    if run.schema.slot(&home, create.name.last()).is_some() {
        if !create.if_not_exists {
            run.taken(format!("{} is there already", create.name));
        }
        return;
    }
    let created = Some(run.place(span));
    let made = Relation { kind: Kind::Sequence, created, temporary: create.temporary, ..Relation::default() };
    let id = run.schema.add(&home, create.name.last(), made);
    if let Some(Some((table, column))) = &create.options.owned_by
        && let Some(table) = run.named(table, TABLE)
    {
        run.lock(table, AccessShare);
        whole::own_sequence(run, id, Some((table, &column.text)));
    }
}

/// `CREATE PUBLICATION`.
pub(super) fn create_publication(run: &mut Run<'_>, create: &CreatePublication) {
    let publication = published(run, &create.objects);
    run.schema.set_publication(&create.name.text, Some(publication));
}

/// The tables of a publication, each locked against other maintenance.
fn published(run: &mut Run<'_>, objects: &PublicationObjects) -> Publication {
    let mut publication = Publication::default();
    if !objects.schemas.is_empty() {
        run.needs(15, "TABLES IN SCHEMA");
    }
    for table in &objects.tables {
        let Some(id) = run.named(&table.name, TABLE) else { continue };
        if !table.columns.is_empty() {
            run.needs(15, "publications of some columns or rows");
        }
        if run.is_no(id, &[Kind::Table, Kind::Partitioned], "which cannot be published") {
            return publication;
        }
        let relation = run.relation(id);
        if relation.unlogged || relation.temporary {
            run.fail(format!("{} is not written to the log, so it cannot be published", run.schema.display(id)));
            return publication;
        }
        let is_partitioned = relation.kind == Kind::Partitioned;
        if is_partitioned && run.version < 13 {
            run.fail("partitioned tables can be published since PostgreSQL 13");
            return publication;
        }
        publication.tables.extend(if is_partitioned || table.only { vec![id] } else { run.schema.tree(id) });
        publication.columns.extend(table.columns.iter().map(|column| (id, column.text.clone())));
    }
    run.lock_all(&publication.tables, ShareUpdateExclusive);
    publication
}

/// `ALTER PUBLICATION`.
pub(super) fn alter_publication(run: &mut Run<'_>, alter: &AlterPublication) {
    let name = &alter.name.text;
    let known = run.schema.publication(name).cloned();
    let mut publication = known.clone().unwrap_or_default();
    match &alter.change {
        PublicationChange::Add(objects) => {
            let more = published(run, objects);
            if let Some(twice) = more.tables.iter().find(|table| publication.tables.contains(table)) {
                return run.taken(format!("{} is in the publication already", run.schema.display(*twice)));
            }
            publication.tables.extend(more.tables);
            publication.columns.extend(more.columns);
        }
        PublicationChange::Drop(objects) => {
            let gone = published(run, objects).tables;
            if let Some(other) = gone.iter().find(|table| known.is_some() && !publication.tables.contains(table)) {
                return run.fail(format!("{} is not in the publication", run.schema.display(*other)));
            }
            publication.tables.retain(|table| !gone.contains(table));
            publication.columns.retain(|(table, _)| !gone.contains(table));
        }
        PublicationChange::Set(objects) => {
            run.lock_all(&publication.tables, ShareUpdateExclusive);
            publication = published(run, objects);
        }
        PublicationChange::RenameTo(to) => {
            run.schema.set_publication(name, None);
            return run.schema.set_publication(&to.text, Some(publication));
        }
        PublicationChange::SetAll(_) | PublicationChange::Settings(_) | PublicationChange::OwnerTo(_) => return,
    }
    run.schema.set_publication(name, Some(publication));
}

/// `CREATE SUBSCRIPTION`, `ALTER SUBSCRIPTION`.
pub(super) fn subscription(run: &mut Run<'_>, subscription: &Subscription) {
    let is_off = |name: &str| {
        let said = subscription.settings.iter().find(|setting| &*setting.name == name);
        said.is_some_and(|setting| matches!(setting.value.as_deref(), Some("false" | "off" | "0" | "none" | "NONE")))
    };
    match &*subscription.verb.text {
        "create" if !is_off("connect") && !is_off("create_slot") && !is_off("slot_name") => {
            run.alone("it makes a replication slot on the other server");
        }
        "refresh" => run.alone("it asks the other server for its tables"),
        _ => {}
    }
}

/// `CREATE STATISTICS`.
pub(super) fn create_statistics(run: &mut Run<'_>, create: &CreateStatistics) {
    let Some(id) = run.named(&create.table, TABLE) else { return };
    if let Some(name) = &create.name
        && run.schema.statistics(name.last()).is_some()
    {
        if !create.if_not_exists {
            run.taken(format!("{name} is there already"));
        }
        // The table is opened before anybody looks.
        return run.lock(id, ShareUpdateExclusive);
    }
    let kinds = [Kind::Table, Kind::Partitioned, Kind::MaterializedView, Kind::Foreign];
    if run.is_no(id, &kinds, "which has no statistics") {
        return;
    }
    let columns =
        create.elements.iter().filter_map(|it| if let Shape::Column(name) = &it.shape { Some(&name.text) } else { None });
    for column in columns {
        if run.lacks_column(id, column) {
            return;
        }
    }
    if matches!(create.elements.as_slice(), [Expr { shape: Shape::Column(_), .. }]) {
        return run.fail("statistics of one column are kept without a name; these are for two or more");
    }
    let has_expression = create.elements.iter().any(|element| !matches!(element.shape, Shape::Column(_)));
    if has_expression && run.refused_before(14, "statistics of expressions") {
        return;
    }
    run.lock(id, ShareUpdateExclusive);
    if let Some(name) = &create.name {
        run.schema.set_statistics(name.last(), Some(id));
    }
}

/// `ALTER` of what no table is made of.
pub(super) fn alter(run: &mut Run<'_>, alter: &AlterObject) {
    match alter.kind {
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => trigger::alter(run, alter),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
            if let (ObjectChange::RenameTo(to), Some(name)) = (&alter.change, &alter.name) {
                let function = run.schema.function(name.last()).cloned();
                run.schema.set_function(name.last(), None);
                run.schema.set_function(&to.text, function);
                for table in run.schema.callers(name.last()) {
                    let triggers = run.schema.edit(table).triggers.iter_mut();
                    triggers.filter(|it| *it.function == *name.last()).for_each(|it| it.function = to.text.clone());
                    run.schema.note_call(&to.text, table);
                }
            }
        }
        ObjectKind::Schema => {
            if let (ObjectChange::RenameTo(to), Some(name)) = (&alter.change, &alter.name) {
                for id in run.schema.inside(name.last()) {
                    let relation = run.relation(id).name.clone();
                    run.schema.rename(id, &to.text, &relation);
                }
            }
        }
        ObjectKind::Statistics if matches!(alter.change, ObjectChange::Other) => {
            run.needs(13, "ALTER STATISTICS .. SET STATISTICS");
        }
        ObjectKind::System => run.alone("it writes the server's configuration"),
        _ => {}
    }
}

/// `COMMENT ON`.
pub(super) fn comment(run: &mut Run<'_>, comment: &Comment) {
    use ObjectKind::{Column, Constraint, ForeignTable, Index, MaterializedView, Policy, Rule, Sequence, Table, Trigger, View};
    match (comment.kind, &comment.name, &comment.on) {
        (Table | View | MaterializedView | Sequence | ForeignTable | Column, Some(name), _) => {
            let kind = if comment.kind == Sequence { Kind::Sequence } else { TABLE };
            let Some(id) = run.named(name, kind) else { return };
            if let Some(column) = &comment.column
                && run.lacks_column(id, &column.text)
            {
                return;
            }
            run.lock(id, ShareUpdateExclusive);
        }
        (Index, Some(name), _) => {
            if let Some(table) = run.table_of_index(name) {
                run.lock_index(table, name.last(), ShareUpdateExclusive);
            }
        }
        (Constraint | Trigger | Policy | Rule, _, Some(on)) => {
            let is_domain = run.schema.type_named(on.schema(), on.last()).is_some();
            if let Some(id) = (!is_domain).then(|| run.named(on, TABLE)).flatten() {
                run.lock(id, AccessShare);
            }
        }
        _ => {}
    }
}

/// `GRANT`, `REVOKE`: since 18 the relation must not go away meanwhile.
pub(super) fn grant(run: &mut Run<'_>, grant: &Grant) {
    if run.version < 18 || grant.all_in_schema {
        return;
    }
    let kind = match grant.kind {
        Some(ObjectKind::Table) => TABLE,
        Some(ObjectKind::Sequence) => Kind::Sequence,
        _ => return,
    };
    for name in &grant.names {
        if let Some(id) = run.named(name, kind) {
            run.lock(id, AccessShare);
        }
    }
}

/// `REASSIGN OWNED`, `DROP OWNED`.
pub(super) fn owned(run: &mut Run<'_>, owned: &Owned) {
    let is_theirs = |relation: &Relation| {
        let whose = relation.owner.as_deref();
        owned.roles.iter().any(|role: &Ident| whose == Some(&*role.text))
    };
    let ids: Vec<Id> = run.schema.all().filter(|(_, relation)| is_theirs(relation)).map(|(id, _)| id).collect();
    for id in ids {
        if !run.schema.exists(id) {
            continue;
        }
        run.lock(id, AccessExclusive);
        match &owned.to {
            Some(to) => whole::own(run, id, &to.text),
            None => super::drop::view(run, id),
        }
    }
}

/// `CREATE` of anything else.
pub(super) fn create_other(run: &mut Run<'_>, create: &CreateObject) {
    if matches!(create.kind, ObjectKind::Database | ObjectKind::Tablespace) {
        run.alone("it makes files at once");
    }
}
