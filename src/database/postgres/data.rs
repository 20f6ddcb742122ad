//! Statements that read and write rows.

use super::{TABLE, apply, fill, look, partition, volatility};
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Kind, Relation, Rule};
use crate::document::sql::{Condition, CopyRows, Delete, Ident, Insert, LockMode, Merge, Query, Referential, Term, Update};

use LockMode::{AccessShare, RowExclusive, RowShare};

/// A query that runs.
pub(super) fn query(run: &mut Run<'_>, query: &Query) {
    for write in &query.writes {
        apply(run, write);
    }
    let mode = if query.locks_rows.is_some() { RowShare } else { AccessShare };
    for name in &query.reads {
        if let Some(id) = run.named(name, TABLE) {
            let by_index = filters_by_index(run.relation(id), query);
            read(run, id, mode, !by_index);
        }
    }
    for call in &query.calls {
        if let Some(sequence) = volatility::sequence(run, call) {
            run.lock(sequence, if call.name.last() == "currval" { AccessShare } else { RowExclusive });
        }
    }
}

/// A query that is only looked at: what it names is locked, nothing is read.
pub(super) fn look_at(run: &mut Run<'_>, query: &Query) {
    for name in &query.reads {
        if let Some(id) = run.named(name, TABLE) {
            look(run, id);
        }
    }
}

/// Reads a relation: a view's tables too, and what inherits.
pub(super) fn read(run: &mut Run<'_>, id: Id, mode: LockMode, whole: bool) {
    let mut open = vec![id];
    let mut seen: Vec<Id> = Vec::new();
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        run.lock(id, mode);
        if whole {
            run.scan(id, "every row is read");
        }
        let relation = run.relation(id);
        open.extend(&relation.children);
        if relation.kind == Kind::View {
            open.extend(&relation.uses);
        }
    }
}

/// Whether a filter names a column by which rows are found without reading all of them.
fn filters_by_index(relation: &Relation, query: &Query) -> bool {
    let Some(filter) = query.filter else { return false };
    let is_inside = |column: &&Ident| filter.start <= column.span.start && column.span.end <= filter.end;
    query.columns.iter().filter(is_inside).any(|column| leads(relation, &column.text))
}

/// Whether an index over all rows begins with a column.
fn leads(relation: &Relation, column: &str) -> bool {
    let indexes = relation.indexes.iter().filter(|index| index.valid && !index.partial && &*index.method != "brin");
    indexes.filter_map(|index| index.keys.first()?.as_deref()).any(|key| key == column)
}

/// Whether a condition finds its rows by an index.
fn finds(relation: &Relation, condition: Option<&Condition>) -> bool {
    condition.is_some_and(|condition| {
        condition.terms.iter().any(|term| match term {
            Term::Compare(column, sign, _) => *sign != "<>" && leads(relation, &column.text),
            Term::In(column, _) => leads(relation, &column.text),
            // `c BETWEEN ..`, `c IS NULL`: it begins with the column.
            Term::Other(span) => {
                let first = condition.expr.columns.iter().find(|column| column.span.start == span.start);
                first.is_some_and(|column| leads(relation, &column.text))
            }
            Term::NotNull(_) => false,
        })
    })
}

/// Writes to a table, its partitions that may hold such rows unless ONLY is said, and what is behind a view.
fn write(run: &mut Run<'_>, id: Id, condition: Option<&Condition>, reads_rows: bool, only: bool) -> Vec<Id> {
    let mut open = vec![id];
    let mut written: Vec<Id> = Vec::new();
    while let Some(id) = open.pop() {
        if written.contains(&id) {
            continue;
        }
        written.push(id);
        run.lock(id, RowExclusive);
        if reads_rows && !finds(run.relation(id), condition) {
            run.scan(id, "every row is read to find those that are meant");
        }
        let terms = condition.map(|condition| condition.terms.as_slice()).unwrap_or_default();
        let relation = run.relation(id);
        let children = relation.children.iter().filter(|_| !only);
        open.extend(children.filter(|child| partition::may_hold(run, id, **child, terms)));
        if relation.kind == Kind::View {
            open.extend(&relation.uses);
        }
    }
    written
}

/// `INSERT`.
pub(super) fn insert(run: &mut Run<'_>, insert: &Insert) {
    query(run, &insert.source);
    if let Some(id) = run.named(&insert.table, TABLE) {
        // DEFAULT VALUES gives no column anything.
        let is_default = insert.rows.is_none() && insert.source.span.start == insert.source.span.end;
        put(run, id, if is_default { None } else { Some(&insert.columns) });
    }
}

/// Puts rows into a table.
fn put(run: &mut Run<'_>, id: Id, columns: Option<&[Ident]>) {
    let is_given =
        |name: &str| columns.is_some_and(|columns| columns.is_empty() || columns.iter().any(|column| *column.text == *name));
    let defaults = run.relation(id).columns.iter().filter(|column| !is_given(&column.name));
    let mut sequences: Vec<Id> =
        defaults.filter_map(|column| column.default.as_ref()).flat_map(|default| default.sequences.clone()).collect();
    let owned = run.relation(id).sequences.iter().copied();
    sequences.extend(owned.filter(|sequence| {
        let belongs_to = run.relation(*sequence).owned_by.as_ref();
        let column = belongs_to.and_then(|(_, column)| run.relation(id).column(column));
        column.is_some_and(|column| column.identity && !is_given(&column.name))
    }));
    run.lock_all(&sequences, RowExclusive);
    for table in write(run, id, None, false, false) {
        fill(run, table);
        for foreign in run.relation(table).constraints.clone() {
            if let Some(to) = foreign.target().filter(|_| foreign.columns.iter().any(|column| is_given(column))) {
                run.lock(to, RowShare);
            }
        }
    }
}

/// `UPDATE`.
pub(super) fn update(run: &mut Run<'_>, update: &Update) {
    query(run, &update.source);
    let Some(id) = run.named(&update.table, TABLE) else { return };
    let sets = |columns: &[Box<str>]| update.columns.iter().any(|column| columns.contains(&column.text));
    for table in write(run, id, update.condition.as_ref(), true, update.only) {
        for foreign in run.relation(table).constraints.clone() {
            if let Some(to) = foreign.target().filter(|_| sets(&foreign.columns)) {
                run.lock(to, RowShare);
            }
        }
        for (child, foreign) in referring(run, table) {
            if let Rule::Foreign { to_columns, .. } = &foreign.rule
                && sets(to_columns)
            {
                run.lock(child, RowShare);
                look_up(run, child, &foreign);
            }
        }
    }
}

/// The rows that refer to one that goes or changes are looked for.
fn look_up(run: &mut Run<'_>, child: Id, foreign: &Constraint) {
    let is_found = foreign.columns.first().is_some_and(|column| leads(run.relation(child), column));
    if !is_found {
        run.scan(child, "it is read for each such row, because no index leads to the rows that refer to it");
    }
}

/// `DELETE`.
pub(super) fn delete(run: &mut Run<'_>, delete: &Delete) {
    query(run, &delete.source);
    let Some(id) = run.named(&delete.table, TABLE) else { return };
    for table in write(run, id, delete.condition.as_ref(), true, delete.only) {
        for (child, foreign) in referring(run, table) {
            let Rule::Foreign { on_delete, .. } = &foreign.rule else { continue };
            let only_looks = matches!(on_delete, Referential::NoAction | Referential::Restrict);
            run.lock(child, if only_looks { RowShare } else { RowExclusive });
            look_up(run, child, &foreign);
        }
    }
}

/// The foreign keys that refer to a table, with their tables.
fn referring(run: &Run<'_>, table: Id) -> Vec<(Id, Constraint)> {
    let of = |child: &Id| {
        let child = *child;
        let there = run.relation(child).constraints.iter().filter(move |it| it.target() == Some(table));
        there.map(move |it| (child, it.clone()))
    };
    run.relation(table).referrers.iter().flat_map(of).collect()
}

/// `MERGE`.
pub(super) fn merge(run: &mut Run<'_>, merge: &Merge) {
    run.needs(15, "MERGE");
    query(run, &merge.source);
    if let Some(id) = run.named(&merge.table, TABLE) {
        for table in write(run, id, None, true, false) {
            fill(run, table);
        }
    }
}

/// `COPY`.
pub(super) fn copy(run: &mut Run<'_>, copy: &CopyRows) {
    query(run, &copy.source);
    let Some(id) = copy.table.as_ref().and_then(|name| run.named(name, TABLE)) else { return };
    if copy.from {
        put(run, id, Some(&copy.columns));
    } else if run.relation(id).kind == Kind::Partitioned {
        run.fail("a partitioned table is copied with COPY (SELECT ..) TO");
    } else {
        read(run, id, AccessShare, true);
    }
}
