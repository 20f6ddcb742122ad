//! Views and materialized views.

use std::sync::Arc;

use super::{data, derived, look, volatility};
use crate::database::effect::Sureness;
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Relation, Rows};
use crate::document::sql::{CreateView, LockMode, Refresh};
use crate::source::Span;

use LockMode::{AccessExclusive, Exclusive};

/// `CREATE VIEW`.
pub(super) fn create(run: &mut Run<'_>, create: &CreateView, span: Span) {
    let home = run.schema.home(&create.name, create.temporary).to_owned();
    let there = run.schema.slot(&home, create.name.last()).is_some();
    if there && !create.or_replace {
        if !create.if_not_exists {
            run.taken(format!("{} is there already", create.name));
        }
        return;
    }
    let old = if there { run.known(&create.name) } else { None };
    let outputs = outputs(create);
    if let Some(old) = old
        && let Some(outputs) = &outputs
        && let Some(reason) = lost_column(run.relation(old), outputs)
    {
        return run.fail(reason);
    }
    let reads: Vec<Id> = create.query.reads.iter().filter_map(|name| run.named(name, Kind::Table)).collect();
    if create.materialized && !create.no_data {
        data::query(run, &create.query);
    } else {
        for id in &reads {
            look(run, *id);
        }
    }
    let id = if let Some(old) = old {
        run.lock(old, AccessExclusive);
        for used in run.relation(old).uses.clone().iter().copied() {
            run.schema.edit(used).used_by.retain(|view| *view != old);
        }
        old
    } else {
        let kind = if create.materialized { Kind::MaterializedView } else { Kind::View };
        let created = Some(run.place(span));
        let temporary = create.temporary;
        run.schema.add(&home, create.name.last(), Relation { kind, created, temporary, ..Relation::default() })
    };
    for used in &reads {
        run.schema.edit(*used).used_by.push(id);
    }
    let used_columns = Some(create.query.columns.iter().map(|it| it.text.clone()).collect());
    let starred: Vec<Id> = create.query.starred.iter().filter_map(|name| run.named(name, Kind::Table)).collect();
    // A `*` that stands for none of these stands for a query inside.
    let used_columns = if create.query.star && starred.is_empty() { None } else { used_columns };
    let functions = volatility::called(run, id, &create.query.calls);
    let now = run.schema.clock;
    let view = run.schema.edit(id);
    view.told = now;
    view.uses = reads.into();
    view.used_columns = used_columns;
    view.used_whole = starred.into();
    view.functions = functions.into();
    view.columns = Vec::new().into();
    if create.materialized && !create.no_data {
        view.rows = Rows::Some;
    }
    derived::columns(run, id, &create.query, &create.columns);
}

/// What the columns of a view are called, where that can be told.
fn outputs(create: &CreateView) -> Option<Vec<Arc<str>>> {
    if !create.columns.is_empty() {
        return Some(create.columns.iter().map(|column| column.text.clone()).collect());
    }
    if let Some(outputs) = &create.query.outputs {
        return Some(outputs.iter().map(|column| column.text.clone()).collect());
    }
    None
}

/// A view may only get more columns, at its end.
fn lost_column(old: &Relation, outputs: &[Arc<str>]) -> Option<String> {
    let differs = old.columns.iter().enumerate().find(|(at, column)| outputs.get(*at) != Some(&column.name));
    differs.map(|(_, column)| {
        format!("{} has a column {}, which CREATE OR REPLACE cannot drop, rename or move", old.name, column.name)
    })
}

/// The views that use a column, as far as the names of their queries tell.
pub(super) fn users_of(run: &Run<'_>, table: Id, column: &str) -> Vec<Id> {
    let may_be_of_another = |view: &Relation| {
        view.uses.iter().filter(|other| **other != table).any(|other| {
            let other = run.relation(*other);
            other.created.is_none() || other.column(column).is_some()
        })
    };
    let born = run.relation(table).column(column).map_or(0, |column| column.born);
    let uses = |id: &Id| {
        let view = run.relation(*id);
        match &view.used_columns {
            // It was told what it shows before there was such a column.
            _ if view.told < born => false,
            _ if view.used_whole.contains(&table) => true,
            Some(columns) => columns.iter().any(|name| **name == *column) && !may_be_of_another(view),
            // A wrong word of failure does more harm than none.
            None => view.uses.len() == 1,
        }
    };
    run.relation(table).used_by.iter().copied().filter(uses).collect()
}

/// `REFRESH MATERIALIZED VIEW`.
pub(super) fn refresh(run: &mut Run<'_>, refresh: &Refresh) {
    let Some(id) = run.named(&refresh.view, Kind::MaterializedView) else { return };
    if !refresh.no_data {
        for used in run.relation(id).uses.clone().iter().copied() {
            data::read(run, used, &data::Reading::WHOLE);
        }
    }
    if refresh.concurrently {
        let relation = run.relation(id);
        if relation.created.is_some() && relation.rows == Rows::None && !run.schema.is_doubtful {
            return run.fail(format!("{} has never been filled, so there is nothing to compare with", relation.name));
        }
        let has_key = relation.indexes.iter().any(|index| index.unique && !index.partial && !index.has_expression);
        if relation.created.is_some() && !has_key {
            return run.fail(format!("{} needs a unique index over plain columns of all rows", relation.name));
        }
        run.lock(id, Exclusive);
        run.scan(id, "its rows are compared with the new ones");
        return;
    }
    run.lock(id, AccessExclusive);
    if refresh.no_data {
        run.empty(id);
        run.schema.edit(id).rows = Rows::None;
        return;
    }
    if run.relation(id).created.is_none() {
        run.unsure(id, Sureness::Likely, "its indexes, which are built anew, are not known");
    }
    let was_empty = run.relation(id).rows == Rows::None;
    run.schema.edit(id).rows = Rows::Some;
    run.copy_storage(id, "it is filled anew");
    run.rebuild_all(id, "its indexes are built anew");
    if was_empty {
        run.was_empty(id);
    }
}
