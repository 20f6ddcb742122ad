//! Indexes are made, altered and passed down to partitions.

use std::sync::Arc;

use super::{alter, casts, create, made_up, unique, volatility};
use crate::database::FailureKind;
use crate::database::effect::{Effect, EffectKind, IndexBuild};
use crate::database::run::Run;
use crate::database::schema::{Id, Index, Kind};
use crate::document::sql::{AlterTable, ColumnChange, CreateIndex, Expr, IndexElement, LockMode, Name, Shape, TableChange};

use LockMode::{AccessExclusive, AccessShare, Share, ShareUpdateExclusive};

/// `CREATE INDEX`.
pub(super) fn create(run: &mut Run<'_>, create: &CreateIndex) {
    let Some(id) = run.named(&create.table, Kind::Table) else { return };
    if let Some(name) = &create.name {
        run.give_way(id, name.last());
    }
    let table = run.touched(id);
    let is_there = create.if_not_exists && create.name.as_ref().is_some_and(|name| is_index(run, id, name));
    let is_partitioned = run.relation(id).kind == Kind::Partitioned;
    // ON ONLY leaves the partitions out, and a partitioned table has no rows elsewhere; an ordinary one has.
    let builds = !is_there && !(create.only && (is_partitioned || run.relation(id).created.is_none()));
    let is_read_only = run.relation(id).kind == Kind::MaterializedView;
    let build = IndexBuild {
        index: create.name.clone(),
        blocks_writes: builds && !create.concurrently && !is_read_only,
        definition: create.rest,
        unique: create.unique,
    };
    let place = run.place(create.keywords);
    run.effect(Effect { place, table, kind: EffectKind::IndexBuild(build) });
    if create.concurrently {
        run.alone("it commits between its steps");
        if is_partitioned {
            return run.fail_as(FailureKind::Partitioned, "an index of a partitioned table cannot be built CONCURRENTLY");
        }
    }
    if create.nulls_not_distinct {
        run.needs(15, "NULLS NOT DISTINCT");
    }
    if run.is_no(id, &[Kind::Table, Kind::Partitioned, Kind::MaterializedView], "which has no indexes") {
        return;
    }
    run.lock(id, if create.concurrently { ShareUpdateExclusive } else { Share });
    if is_there || run.failed() {
        return;
    }
    if let Some(reason) = unfit(run, id, create) {
        return run.fail(reason);
    }
    if run.failed() {
        return;
    }
    let calls = expressions(create).flat_map(|expr| expr.calls.clone()).collect::<Vec<_>>();
    let index = Index { functions: volatility::called(run, id, &calls), made: Some(run.here()), ..describe(create) };
    let name = name_of(run, id, create, &index);
    if create.unique {
        unique::note(run, id, &name, &index, create.keywords);
    }
    if run.schema.slot(&run.relation(id).schema, &name).is_some() {
        return run.taken(format!("{name} is there already"));
    }
    if !create.only || !is_partitioned {
        run.build(id, &name, &format!("the index {name} is built"));
    }
    run.schema.add_index(id, Index { name: name.as_str().into(), valid: !(create.only && is_partitioned), ..index });
    if is_partitioned && !create.only {
        let made = run.relation(id).index(&name).cloned();
        for child in run.relation(id).children.clone().iter().copied() {
            if let Some(made) = &made {
                build_below(run, id, child, made);
            }
        }
    }
}

/// What is computed for an index: its expressions and its predicate.
fn expressions(create: &CreateIndex) -> impl Iterator<Item = &Expr> {
    let elements = create.elements.iter().map(|element| &element.expr);
    elements.filter(|expr| !matches!(expr.shape, Shape::Column(_))).chain(create.predicate.as_ref().map(|it| &it.expr))
}

/// Why no such index can be built.
fn unfit(run: &mut Run<'_>, id: Id, create: &CreateIndex) -> Option<String> {
    if expressions(create).any(|expr| volatility::is_changeable(run, expr)) {
        return Some("an index holds what its expressions said once, so they must be IMMUTABLE".to_owned());
    }
    let written =
        create.elements.iter().filter_map(|it| if let Shape::Column(name) = &it.expr.shape { Some(name) } else { None });
    for column in written.chain(&create.include) {
        if run.lacks_column(id, &column.text) {
            return None;
        }
    }
    let is_btree = create.method.as_ref().is_none_or(|method| &*method.text == "btree");
    let element = create.elements.iter().filter(|element| is_btree && element.class.is_none()).find_map(|element| {
        let Shape::Column(name) = &element.expr.shape else { return None };
        run.relation(id).column(&name.text).filter(|column| !casts::has_order(run, &column.data_type))
    });
    element.map(|column| format!("values of the type {} have no order, so no btree index holds them", column.data_type.name))
}

/// Builds the part of an index on a partition, unless one there serves.
fn build_below(run: &mut Run<'_>, above: Id, child: Id, index: &Index) {
    run.lock(child, Share);
    pass_down(run, above, child, index);
}

fn is_index(run: &Run<'_>, table: Id, name: &Name) -> bool {
    let (schema, name) = create::beside(run, table, name);
    run.schema.slot(&schema, &name).is_some()
}

/// The index as the schema keeps it.
fn describe(create: &CreateIndex) -> Index {
    let column = |element: &IndexElement| match &element.expr.shape {
        Shape::Column(column) => Some(column.text.clone()),
        _ => None,
    };
    let last = |name: &Option<Name>| name.as_ref().map(|name| name.last().into());
    let mut others: Vec<Arc<str>> = create.include.iter().map(|column| column.text.clone()).collect();
    let expressions = create.elements.iter().filter(|element| column(element).is_none()).map(|element| &element.expr);
    let predicate = create.predicate.as_ref().map(|predicate| &predicate.expr);
    others.extend(expressions.chain(predicate).flat_map(|expr| &expr.columns).map(|column| column.text.clone()));
    Index {
        name: Arc::default(),
        method: create.method.as_ref().map_or("btree", |method| &method.text).into(),
        functions: Vec::new(),
        has_expression: create.elements.iter().any(|element| column(element).is_none()),
        is_turned: create.elements.iter().any(|element| element.descending || element.nulls_first == Some(true)),
        keys: create.elements.iter().map(column).collect(),
        classes: create.elements.iter().map(|element| last(&element.class)).collect(),
        collations: create.elements.iter().map(|element| last(&element.collation)).collect(),
        about: about(create).into(),
        others,
        partial: create.predicate.is_some(),
        unique: create.unique,
        constraint: false,
        valid: true,
        part_of: None,
        made: None,
    }
}

/// Its name, or the one that the server makes up from what it indexes.
fn name_of(run: &Run<'_>, id: Id, create: &CreateIndex, index: &Index) -> String {
    if let Some(name) = &create.name {
        return name.last().to_owned();
    }
    let relation = run.relation(id);
    run.schema.free_name(&relation.schema, &made_up(&relation.name, &index.about, "idx"))
}

/// What the server calls that which is indexed.
fn about(create: &CreateIndex) -> String {
    let element = |element: &IndexElement| match (&element.expr.shape, element.expr.calls.first()) {
        (Shape::Column(column), _) => column.text.to_string(),
        (Shape::Call, Some(call)) => call.name.last().to_owned(),
        _ => "expr".to_owned(),
    };
    let mut parts: Vec<String> = create.elements.iter().map(element).collect();
    parts.extend(create.include.iter().map(|column| column.text.to_string()));
    parts.join("_")
}

/// Gives a partition its part of an index of the table above: one that is there and fits, or a new one.
pub(super) fn pass_down(run: &mut Run<'_>, above: Id, child: Id, index: &Index) {
    let part_of = Some((above, index.name.clone()));
    if let Some(at) = run.relation(child).indexes.iter().position(|other| index.fits(other)) {
        let there = &mut run.schema.edit(child).indexes[at];
        there.part_of = part_of;
        let name = there.name.clone();
        run.lock_index(child, &name, Share);
        return;
    }
    let (schema, owner) = (run.relation(child).schema.clone(), run.relation(child).name.clone());
    let key = run.relation(above).constraint(&index.name).cloned();
    let is_primary = key.as_ref().is_some_and(|it| matches!(it.rule, crate::database::schema::Rule::Key(true)));
    let (about, label) = match &key {
        Some(_) if is_primary => ("", "pkey"),
        Some(_) => (&*index.about, "key"),
        None => (&*index.about, "idx"),
    };
    let name = run.schema.free_name(&schema, &made_up(&owner, about, label));
    run.build(child, &name, &format!("the index {name} is built"));
    let made = Index { name: name.as_str().into(), part_of, valid: true, ..index.clone() };
    run.schema.add_index(child, made.clone());
    if let Some(key) = key {
        let key = crate::database::schema::Constraint { name: name.as_str().into(), inherited: true, ..key };
        run.schema.edit(child).constraints.push(key);
    }
    for below in run.relation(child).children.clone().iter().copied() {
        build_below(run, child, below, &made);
    }
}

/// All parts of an index below, with the index itself first.
pub(super) fn parts(run: &Run<'_>, table: Id, name: &str) -> Vec<(Id, Arc<str>)> {
    let mut parts: Vec<(Id, Arc<str>)> = vec![(table, name.into())];
    let mut at = 0;
    while let Some((above, index)) = parts.get(at).cloned() {
        for child in &run.relation(above).children {
            let below = run.relation(*child).indexes.iter();
            let is_part = |it: &&Index| it.part_of.as_ref().is_some_and(|(id, name)| *id == above && *name == index);
            parts.extend(below.filter(is_part).map(|it| (*child, it.name.clone())));
        }
        at += 1;
    }
    parts
}

/// `ALTER INDEX`.
pub(super) fn alter(run: &mut Run<'_>, alter: &AlterTable) {
    let name = alter.table.last();
    let Some(table) = run.table_of_index(&alter.table) else {
        if !alter.if_exists && run.schema.is_gone(&alter.table) {
            run.fail(format!("{} is not there any more", alter.table));
        }
        return;
    };
    let as_index = alter.kind == crate::document::sql::ObjectKind::Index;
    for action in &alter.actions {
        match &action.change {
            TableChange::RenameTo(to) => {
                let gentle = as_index && run.version >= 12;
                run.lock_index(table, name, if gentle { ShareUpdateExclusive } else { AccessExclusive });
                rename(run, table, name, &to.text);
            }
            TableChange::Tablespace(_) => {
                run.lock_index(table, name, AccessExclusive);
                run.move_index(table, name);
            }
            TableChange::Set(settings) | TableChange::Reset(settings) => {
                run.lock_index(table, name, alter::of_settings(settings));
            }
            TableChange::AlterColumn { column, change: ColumnChange::SetStatistics } => {
                let at = column.text.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                let key = run.relation(table).index(name).and_then(|index| index.keys.get(at?).cloned());
                if let Some(Some(column)) = key {
                    return run.fail(format!("{column} is a plain column, whose statistics are those of the table"));
                }
                run.lock_index(table, name, ShareUpdateExclusive);
            }
            TableChange::AttachIndex(part) => attach(run, table, name, part),
            _ => run.lock_index(table, name, AccessExclusive),
        }
    }
}

fn rename(run: &mut Run<'_>, table: Id, name: &str, to: &str) {
    let Some(index) = run.relation(table).index(name).cloned() else { return };
    run.schema.remove_index(table, name);
    run.schema.add_index(table, Index { name: to.into(), ..index });
    for constraint in run.schema.edit(table).constraints.iter_mut().filter(|it| *it.name == *name) {
        constraint.name = to.into();
    }
}

fn attach(run: &mut Run<'_>, table: Id, name: &str, part: &Name) {
    let Some(child) = run.table_of_index(part) else { return };
    run.lock(table, AccessShare);
    run.lock(child, AccessShare);
    run.lock_index(table, name, if run.version >= 12 { ShareUpdateExclusive } else { AccessExclusive });
    run.lock_index(child, part.last(), AccessExclusive);
    let part_of = Some((table, name.into()));
    if let Some(index) = run.schema.edit(child).indexes.iter_mut().find(|index| *index.name == *part.last()) {
        index.part_of = part_of;
    }
}
