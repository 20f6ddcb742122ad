//! Sequences, functions, triggers, policies, publications, and what is said about objects.

use super::{TABLE, alter, volatility};
use crate::database::run::Run;
use crate::database::schema::{Function, Id, Kind, Policy, Publication, Relation, Trigger};
use crate::document::sql::{
    self, AlterObject, AlterPublication, Body, Comment, CreateFunction, CreateObject, CreatePublication, CreateSequence,
    CreateStatistics, CreateTrigger, Expr, Grant, Ident, LockMode, Name, ObjectChange, ObjectKind, Owned, PublicationChange,
    PublicationObjects, Shape, Subscription, Volatility,
};
use crate::source::Span;

use LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};

/// A statement that only takes a lock on the table it names.
pub(super) fn lock_named(run: &mut Run<'_>, table: &Name, mode: LockMode) {
    if let Some(id) = run.named(table, TABLE) {
        run.lock(id, mode);
    }
}

/// `CREATE SEQUENCE`.
pub(super) fn create_sequence(run: &mut Run<'_>, create: &CreateSequence, span: Span) {
    let home = run.schema.home(&create.name, create.temporary).to_owned();
    if create.unlogged {
        run.needs(15, "unlogged sequences");
    }
    if run.schema.slot(&home, create.name.last()).is_some() {
        if !create.if_not_exists {
            run.fail(format!("{} is there already", create.name));
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
        alter::own_sequence(run, id, Some((table, &column.text)));
    }
}

/// `CREATE FUNCTION`.
pub(super) fn create_function(run: &mut Run<'_>, create: &CreateFunction) {
    let inlined = create.body.as_deref().filter(|_| may_inline(create)).and_then(|body| inlined(run, body, create.volatility));
    let triggers = run.schema.function(create.name.last()).map(|it| it.triggers.clone()).unwrap_or_default();
    let function = Function { volatility: create.volatility, inlined, triggers };
    run.schema.set_function(create.name.last(), Some(function));
}

fn may_inline(create: &CreateFunction) -> bool {
    let is_sql = create.language.as_ref().is_none_or(|language| &*language.text == "sql");
    is_sql && !create.procedure && !create.security_definer && create.settings.is_empty()
}

/// What is left of a function of one expression once the server has put that in its place.
fn inlined(run: &mut Run<'_>, body: &Body, declared: Volatility) -> Option<Volatility> {
    let [inner] = body.statements.as_slice() else { return None };
    let sql::Action::Query(query) = &inner.statement.action else { return None };
    if !body.complete || !body.dynamic.is_empty() || !query.reads.is_empty() || !query.writes.is_empty() {
        return None;
    }
    let expr = Expr { calls: query.calls.clone(), shape: Shape::Other, ..Expr::default() };
    let volatile = volatility::of(run, &expr).volatile;
    run.out.error = None;
    // What declares to be steady and is not stays what it declares.
    (!volatile || declared == Volatility::Volatile).then_some(if volatile { Volatility::Volatile } else { Volatility::Stable })
}

/// `CREATE TRIGGER`.
pub(super) fn create_trigger(run: &mut Run<'_>, create: &CreateTrigger) {
    if create.or_replace && run.needs(14, "CREATE OR REPLACE TRIGGER") {
        return;
    }
    let Some(id) = run.named(&create.table, TABLE) else { return };
    let is_cloned = create.each_row && run.relation(id).kind == Kind::Partitioned;
    if is_cloned && &*create.timing.text == "before" && run.needs(13, "BEFORE triggers for each row of partitioned tables") {
        return;
    }
    let tree = if is_cloned { run.schema.tree(id) } else { vec![id] };
    run.lock_all(&tree, ShareRowExclusive);
    if let Some(from) = create.from.as_ref().and_then(|name| run.named(name, TABLE)) {
        run.lock(from, AccessShare);
    }
    let when = create.when.iter().flat_map(|when| &when.columns);
    let columns: Vec<Box<str>> = create.columns.iter().chain(when).map(|column| column.text.clone()).collect();
    for table in tree {
        let (name, function) = (create.name.text.clone(), create.function.last().into());
        let trigger = Trigger { name, function, columns: columns.clone(), each_row: create.each_row };
        let relation = run.schema.edit(table);
        relation.triggers.retain(|old| old.name != trigger.name);
        relation.triggers.push(trigger);
        if let Some(mut function) = run.schema.function(create.function.last()).cloned() {
            function.triggers.push(table);
            run.schema.set_function(create.function.last(), Some(function));
        }
    }
}

/// `CREATE POLICY`.
pub(super) fn create_policy(run: &mut Run<'_>, policy: &sql::Policy) {
    let Some(id) = run.named(&policy.table, TABLE) else { return };
    run.lock(id, AccessExclusive);
    let used = policy.using.iter().chain(&policy.check).flat_map(|expr| &expr.columns);
    let columns = used.map(|column| column.text.clone()).collect();
    run.schema.edit(id).policies.push(Policy { name: policy.name.text.clone(), columns });
}

/// `CREATE PUBLICATION`.
pub(super) fn create_publication(run: &mut Run<'_>, create: &CreatePublication) {
    let tables = published(run, &create.objects);
    run.schema.set_publication(&create.name.text, Some(Publication { tables }));
}

/// The tables of a publication, each locked against other maintenance.
fn published(run: &mut Run<'_>, objects: &PublicationObjects) -> Vec<Id> {
    if !objects.schemas.is_empty() {
        run.needs(15, "TABLES IN SCHEMA");
    }
    let mut tables = Vec::new();
    for name in &objects.tables {
        let Some(id) = run.named(name, TABLE) else { continue };
        let is_partitioned = run.relation(id).kind == Kind::Partitioned;
        if is_partitioned && run.version < 13 {
            run.fail("partitioned tables can be published since PostgreSQL 13");
            return tables;
        }
        tables.extend(if is_partitioned { vec![id] } else { run.schema.tree(id) });
    }
    run.lock_all(&tables, ShareUpdateExclusive);
    tables
}

/// `ALTER PUBLICATION`.
pub(super) fn alter_publication(run: &mut Run<'_>, alter: &AlterPublication) {
    let name = &alter.name.text;
    let mut publication = run.schema.publication(name).cloned().unwrap_or_default();
    match &alter.change {
        PublicationChange::Add(objects) => publication.tables.extend(published(run, objects)),
        PublicationChange::Drop(objects) => {
            let gone = published(run, objects);
            publication.tables.retain(|table| !gone.contains(table));
        }
        PublicationChange::Set(objects) => {
            run.lock_all(&publication.tables, ShareUpdateExclusive);
            publication.tables = published(run, objects);
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
    if create.elements.iter().any(|element| !matches!(element.shape, Shape::Column(_))) {
        run.needs(14, "statistics of expressions");
    }
    run.lock(id, ShareUpdateExclusive);
    if let Some(name) = &create.name {
        run.schema.set_statistics(name.last(), Some(id));
    }
}

/// `ALTER` of what no table is made of.
pub(super) fn alter(run: &mut Run<'_>, alter: &AlterObject) {
    match alter.kind {
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
            let Some(id) = alter.on.as_ref().and_then(|table| run.named(table, TABLE)) else { return };
            run.lock(id, AccessExclusive);
            let is_cloned = alter.kind == ObjectKind::Trigger && run.relation(id).kind == Kind::Partitioned;
            if is_cloned && run.version >= 15 {
                let tree = run.schema.tree(id);
                run.lock_all(&tree, AccessExclusive);
            }
            rename_part(run, id, alter);
        }
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
            if let (ObjectChange::RenameTo(to), Some(name)) = (&alter.change, &alter.name) {
                let function = run.schema.function(name.last()).cloned();
                run.schema.set_function(name.last(), None);
                run.schema.set_function(&to.text, function);
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

fn rename_part(run: &mut Run<'_>, id: Id, alter: &AlterObject) {
    let (ObjectChange::RenameTo(to), Some(name)) = (&alter.change, &alter.name) else { return };
    let relation = run.schema.edit(id);
    let names = match alter.kind {
        ObjectKind::Trigger => relation.triggers.iter_mut().map(|it| &mut it.name).collect::<Vec<_>>(),
        _ => relation.policies.iter_mut().map(|it| &mut it.name).collect(),
    };
    names.into_iter().filter(|old| ***old == *name.last()).for_each(|old| *old = to.text.clone());
}

/// `COMMENT ON`.
pub(super) fn comment(run: &mut Run<'_>, comment: &Comment) {
    use ObjectKind::{Column, Constraint, ForeignTable, Index, MaterializedView, Policy, Rule, Sequence, Table, Trigger, View};
    match (comment.kind, &comment.name, &comment.on) {
        (Table | View | MaterializedView | Sequence | ForeignTable | Column, Some(name), _) => {
            let kind = if comment.kind == Sequence { Kind::Sequence } else { TABLE };
            if let Some(id) = run.named(name, kind) {
                run.lock(id, ShareUpdateExclusive);
            }
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
            Some(to) => alter::own(run, id, &to.text),
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
