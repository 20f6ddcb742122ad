//! `CREATE TABLE`.

use std::sync::Arc;

use super::{constraint, data, derived, foreign_key, made_up, new_column, partition};
use crate::database::run::Run;
use crate::database::schema::{self, Constraint, Id, Index, Kind, Relation, Rows, Rule};
use crate::document::sql::{Bound, CreateTable, Ident, Like, LockMode, Name, Query, Shape};
use crate::source::Span;

use LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};

/// Makes a table.
pub(super) fn table(run: &mut Run<'_>, create: &CreateTable, span: Span) {
    let home = run.schema.home(&create.name, create.temporary).to_owned();
    if run.schema.slot(&home, create.name.last()).is_some() {
        if !create.if_not_exists {
            run.taken(format!("{} is there already", create.name));
        }
        // What its query names is opened before anybody looks.
        return create.query.iter().for_each(|query| data::look_at(run, query));
    }
    let parent = create.partition_of.as_ref().and_then(|part| run.named(&part.parent, Kind::Partitioned));
    let parents: Vec<Id> = create.inherits.iter().filter_map(|name| run.named(name, Kind::Table)).collect();
    if let Some(parent) = parent
        && run.relation(parent).created.is_some()
        && run.relation(parent).kind != Kind::Partitioned
    {
        run.fail(format!("{} is not partitioned", run.schema.display(parent)));
    }
    if create.method.is_some() {
        run.needs(12, "access methods of tables");
    }
    if run.failed() || !new_column::fits(run, create.columns.len()) {
        return;
    }
    if let (Some(parent), Some(part)) = (parent, &create.partition_of)
        && let Some(reason) = partition::clash(run, parent, &part.bound)
    {
        return run.fail(reason);
    }
    let id = run.schema.add(&home, create.name.last(), bare(run, create, span));
    if let Some(of_type) = create.of_type.as_ref().and_then(|name| run.schema.type_named(name.schema(), name.last())) {
        take_type(run, id, of_type);
    }
    for like in &create.likes {
        copy(run, id, like);
    }
    for above in parents {
        run.lock(above, ShareUpdateExclusive);
        take_columns(run, above, id);
        partition::join(run, above, id, None);
    }
    if let (Some(parent), Some(part)) = (parent, &create.partition_of) {
        become_part(run, parent, id, &part.bound);
    }
    for written in &create.columns {
        add_column(run, id, written);
    }
    if let Some(query) = &create.query {
        fill_from(run, id, query, create);
    }
    for written in &create.columns {
        for rule in &written.constraints {
            constraint::of_column(run, &[id], &written.name, rule, foreign_key::Filled::Values);
        }
    }
    for written in &create.constraints {
        constraint::add(run, &[id], written, false);
    }
    run.schema.edit(id).whole = is_whole(run, id, create);
}

/// Whether all its columns are known.
fn is_whole(run: &Run<'_>, id: Id, create: &CreateTable) -> bool {
    let from = create.likes.iter().map(|like| &like.table).chain(&create.inherits);
    let from = from.chain(create.partition_of.as_ref().map(|part| &part.parent));
    let is_known = |name: &Name| match run.schema.find(name) {
        Some(schema::Slot::Relation(other)) => run.relation(other).whole,
        _ => false,
    };
    let says_all = create.query.as_ref().is_none_or(|query| query.outputs.is_some() && !query.star);
    let is_of_type = create.of_type.is_none() || run.relation(id).of_type.is_some();
    // One that was there already may be another.
    !create.if_not_exists && says_all && is_of_type && from.into_iter().all(is_known)
}

/// The columns of a typed table.
fn take_type(run: &mut Run<'_>, id: Id, of_type: schema::TypeId) {
    let columns = match run.schema.user_type(of_type).map(|it| &it.definition) {
        Some(schema::Definition::Composite(columns)) => columns.iter().cloned().collect(),
        _ => return,
    };
    run.schema.edit_type(of_type).users.push(id);
    let relation = run.schema.edit(id);
    (relation.of_type, relation.columns) = (Some(of_type), columns);
}

/// The table without its columns.
fn bare(run: &Run<'_>, create: &CreateTable, span: Span) -> Relation {
    let kind = match (&create.partition_by, &create.server) {
        (Some(_), _) => Kind::Partitioned,
        (_, Some(_)) => Kind::Foreign,
        _ => Kind::Table,
    };
    let key = |by: &crate::document::sql::PartitionBy| {
        let column = |element: &crate::document::sql::IndexElement| match &element.expr.shape {
            Shape::Column(column) => Some(column.text.clone()),
            _ => None,
        };
        by.keys.iter().map(column).collect()
    };
    Relation {
        kind,
        created: Some(run.place(span)),
        temporary: create.temporary,
        unlogged: create.unlogged,
        key: create.partition_by.as_ref().map(key).unwrap_or_default(),
        method: create.method.as_ref().map(|method| method.text.clone()),
        tablespace: create.tablespace.as_ref().map(|space| space.text.clone()),
        ..Relation::default()
    }
}

fn add_column(run: &mut Run<'_>, id: Id, written: &crate::document::sql::Column) {
    if written.data_type.is_none() && run.relation(id).column(&written.name.text).is_some() {
        // Of a partition or a typed table: it only adds to what is there.
        if written.is_required() {
            run.schema.edit(id).learn(&written.name.text).not_null = true;
        }
        return;
    }
    if let Some(generated) = written.generated() {
        let version = if generated.stored == Some(true) { 12 } else { 18 };
        run.needs(version, "such generated columns");
    }
    let made = new_column::define(run, id, written);
    let relation = run.schema.edit(id);
    if written.data_type.is_some() && !relation.parents.is_empty() {
        relation.columns.retain(|old| old.name != made.name);
    }
    relation.columns.push(made);
}

/// The columns, checks and NULLs of the table above.
fn take_columns(run: &mut Run<'_>, above: Id, id: Id) {
    let Relation { columns, constraints, .. } = run.relation(above).clone();
    let definition = run.relation(id).created;
    for user in columns.iter().filter_map(|column| column.data_type.user) {
        run.schema.edit_type(user).users.push(id);
    }
    let relation = run.schema.edit(id);
    for column in &columns {
        if relation.column(&column.name).is_none() {
            relation.columns.push(schema::Column { definition, identity: false, ..column.clone() });
        }
    }
    let checks = constraints.iter().filter(|it| match it.rule {
        Rule::Check { no_inherit, .. } => !no_inherit,
        Rule::NotNull => true,
        _ => false,
    });
    relation.constraints.extend(checks.map(|it| Constraint { inherited: true, ..it.clone() }));
}

/// A new partition: empty, so only the default partition has to be looked at.
fn become_part(run: &mut Run<'_>, parent: Id, id: Id, bound: &Bound) {
    run.lock(parent, AccessExclusive);
    run.because(parent, "a partition is added to it");
    partition::squeeze_default(run, parent, bound);
    take_columns(run, parent, id);
    partition::join(run, parent, id, Some(bound));
    partition::inherit_indexes(run, parent, id);
    for foreign in &run.relation(parent).constraints.clone() {
        if let Some(to) = foreign.target() {
            let targets = run.schema.tree(to);
            run.lock_all(&targets, if run.version >= 12 { ShareRowExclusive } else { AccessShare });
            run.schema.edit(id).constraints.push(Constraint { inherited: true, ..foreign.clone() });
        }
    }
    let referrers = run.relation(parent).referrers.clone();
    run.lock_all(&referrers, ShareRowExclusive);
    let triggers = run.relation(parent).triggers.iter().filter(|trigger| trigger.each_row).cloned();
    let triggers = triggers.map(|trigger| schema::Trigger { cloned: true, ..trigger }).collect();
    run.schema.edit(id).triggers = triggers;
}

/// `LIKE`.
fn copy(run: &mut Run<'_>, id: Id, like: &Like) {
    let Some(from) = run.named(&like.table, Kind::Table) else { return };
    run.lock(from, AccessShare);
    let wants = |part: &str| {
        let said = like.parts.iter().rev().find(|(_, name)| &*name.text == part || &*name.text == "all");
        said.is_some_and(|(including, _)| *including)
    };
    let model = run.relation(from).clone();
    let definition = run.relation(id).created;
    let relation = run.schema.edit(id);
    for column in model.columns.iter().cloned() {
        let default = column.default.filter(|_| wants("defaults"));
        let generated = column.generated.filter(|_| wants("generated"));
        relation.columns.push(schema::Column { definition, default, generated, identity: false, ..column });
    }
    let is_check = |it: &Constraint| matches!(it.rule, Rule::Check { .. }) && wants("constraints");
    relation.constraints.extend(model.constraints.iter().filter(|it| is_check(it)).cloned());
    if !wants("indexes") {
        return;
    }
    for index in model.indexes.iter().cloned() {
        let key = model.constraints.iter().find(|it| it.name == index.name);
        let (about, label) = match key.map(|it| &it.rule) {
            Some(Rule::Key(true)) => ("", "pkey"),
            Some(Rule::Key(false)) => (&*index.about, "key"),
            Some(_) => (&*index.about, "excl"),
            None => (&*index.about, "idx"),
        };
        let (schema, owner) = (run.relation(id).schema.clone(), run.relation(id).name.clone());
        let name: Arc<str> = run.schema.free_name(&schema, &made_up(&owner, about, label)).into();
        if let Some(key) = key {
            run.schema.edit(id).constraints.push(Constraint { name: name.clone(), inherited: false, ..key.clone() });
        }
        run.schema.add_index(id, Index { name, part_of: None, ..index });
    }
}

/// `AS` a query.
fn fill_from(run: &mut Run<'_>, id: Id, query: &Query, create: &CreateTable) {
    if create.no_data {
        data::look_at(run, query);
    } else {
        data::query(run, query);
        run.schema.edit(id).rows = Rows::Some;
    }
    let names: Vec<Ident> = create.columns.iter().map(|column| column.name.clone()).collect();
    derived::columns(run, id, query, &names);
}

/// The name of something in the same schema as a table.
pub(super) fn beside(run: &Run<'_>, table: Id, name: &Name) -> (Arc<str>, Arc<str>) {
    (run.relation(table).schema.clone(), name.last().into())
}
