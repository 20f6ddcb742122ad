//! Statements that read and write rows.

use std::collections::HashSet;
use std::sync::Arc;

use super::{TABLE, apply, fill, look, partition, routine, volatility};
use crate::database::run::Run;
use crate::database::schema::{Constraint, Emptied, Id, Kind, Relation, Rule};
use crate::document::sql::{
    Action, Call, Condition, CopyRows, Delete, Ident, Insert, LockMode, Merge, Name, Query, Referential, Statement, Term, Update,
};
use crate::source::Span;

use LockMode::{AccessShare, RowExclusive, RowShare};

/// A query that runs.
pub(super) fn query(run: &mut Run<'_>, query: &Query) {
    for write in &query.writes {
        apply(run, write);
    }
    routine::calls(run, &query.calls);
    let hardly: HashSet<Span> = query.hardly.iter().copied().collect();
    for name in &query.reads {
        let Some(id) = run.named(name, TABLE) else { continue };
        let is_in = |list: &[Name]| list.iter().any(|other| other.text() == name.text());
        let locks_rows = query.locks_rows.is_some() && (query.locked.is_empty() || is_in(&query.locked));
        let stops = query.limited && !query.calls.iter().any(Call::is_aggregate);
        let whole = !stops && !hardly.contains(&name.span) && !finds(run.relation(id), &query.terms, query.reads.len() == 1);
        // What a condition says of one table of several is not told.
        let terms = if query.reads.len() == 1 { query.terms.as_slice() } else { &[] };
        let how = Reading { mode: if locks_rows { RowShare } else { AccessShare }, whole, only: is_in(&query.only), terms };
        read(run, id, &how);
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

/// A statement that is planned and does not run.
pub(super) fn plan(run: &mut Run<'_>, statement: &Statement) {
    let (table, source) = match &statement.action {
        Action::Query(query) => return look_at(run, query),
        Action::Insert(insert) => (&insert.table, &insert.source),
        Action::Update(update) => (&update.table, &update.source),
        Action::Delete(delete) => (&delete.table, &delete.source),
        Action::Merge(merge) => (&merge.table, &merge.source),
        _ => return,
    };
    look_at(run, source);
    if let Some(id) = run.named(table, TABLE) {
        run.lock(id, RowExclusive);
    }
}

/// How a relation is read.
pub(super) struct Reading<'a> {
    pub mode: LockMode,
    /// Every row.
    pub whole: bool,
    /// Not what inherits from it.
    pub only: bool,
    /// What holds for the rows that are wanted.
    pub terms: &'a [Term],
}

impl Reading<'_> {
    /// Every row, and no more than that.
    pub const WHOLE: Self = Self { mode: AccessShare, whole: true, only: false, terms: &[] };
}

/// Reads a relation: a view's tables too, and what inherits.
pub(super) fn read(run: &mut Run<'_>, id: Id, how: &Reading<'_>) {
    let mut open = vec![id];
    let mut seen: HashSet<Id> = HashSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        run.lock(id, how.mode);
        if how.whole {
            run.scan(id, "every row is read");
        }
        let (meant, others) = parts(run, id, how.only, how.terms);
        run.lock_all(&others, how.mode);
        open.extend(meant);
        let relation = run.relation(id);
        if relation.kind == Kind::View {
            open.extend(&relation.uses);
        }
    }
}

/// Whether an index over all rows begins with a column.
pub(super) fn leads(relation: &Relation, column: &str) -> bool {
    let indexes = relation.indexes.iter().filter(|index| index.valid && !index.partial && &*index.method != "brin");
    indexes.filter_map(|index| index.keys.first()?.as_deref()).any(|key| key == column)
}

/// What inherits from a table and may hold such rows; and what is opened all the same: before 12 all of it.
fn parts(run: &Run<'_>, id: Id, only: bool, terms: &[Term]) -> (Vec<Id>, Vec<Id>) {
    let children = run.relation(id).children.iter().copied().filter(|_| !only);
    let (meant, mut others): (Vec<Id>, Vec<Id>) = children.partition(|child| partition::may_hold(run, id, *child, terms));
    if run.version >= 12 {
        others.clear();
    }
    (meant, others)
}

/// Whether one of several terms finds its rows by an index.
fn finds(relation: &Relation, terms: &[Term], alone: bool) -> bool {
    terms.iter().any(|term| match term {
        Term::Compare(column, sign, _) => *sign != "<>" && leads(relation, &column.text),
        Term::In(column, _) => alone && leads(relation, &column.text),
        Term::NotNull(_) | Term::Other(_) => false,
    })
}

/// Whether a condition finds its rows by an index.
fn finds_by(relation: &Relation, condition: &Condition, limited: bool) -> bool {
    // A query that stops soon says which rows, and the index finds them.
    let is_plain = !condition.expr.has_query || limited;
    finds(relation, &condition.terms, true)
        || condition.terms.iter().any(|term| match term {
            // `c IS NULL`, `c = $1`: it begins with the column.
            Term::Other(span) if is_plain => {
                let first = condition.expr.columns.iter().find(|column| column.span.start == span.start);
                first.is_some_and(|column| leads(relation, &column.text))
            }
            _ => false,
        })
}

/// Which rows are written.
#[derive(Default)]
struct Filter<'a> {
    condition: Option<&'a Condition>,
    /// They are there already and must be found.
    reads_rows: bool,
    only: bool,
    /// The tables that new rows go into.
    into: Option<&'a HashSet<Id>>,
    /// A query in the condition stops at so many rows.
    limited: bool,
}

/// Writes to a table, its partitions that may hold such rows unless ONLY is said, and what is behind a view.
fn write(run: &mut Run<'_>, id: Id, filter: &Filter<'_>) -> Vec<Id> {
    let (condition, only) = (filter.condition, filter.only);
    let mut open = vec![id];
    let mut written: Vec<Id> = Vec::new();
    let mut seen: HashSet<Id> = HashSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        written.push(id);
        if run.is_no(id, &[Kind::Table, Kind::Partitioned, Kind::View, Kind::Foreign], "which takes no rows") {
            break;
        }
        run.lock(id, RowExclusive);
        if run.relation(id).columns.iter().any(|column| column.unfilled.is_some()) {
            run.schema.edit(id).columns.iter_mut().for_each(|column| column.unfilled = None);
        }
        if filter.reads_rows && !condition.is_some_and(|condition| finds_by(run.relation(id), condition, filter.limited)) {
            run.scan(id, "every row is read to find those that are meant");
        }
        let terms = condition.map(|condition| condition.terms.as_slice()).unwrap_or_default();
        let (mut meant, others) = parts(run, id, only, terms);
        if let Some(into) = filter.into {
            meant.retain(|id| into.contains(id));
        } else {
            run.lock_all(&others, RowExclusive);
        }
        open.extend(meant);
        let relation = run.relation(id);
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
        if insert.columns.iter().any(|column| run.lacks_column(id, &column.text)) {
            return;
        }
        let given = partition::Given::new(run, id, insert);
        put(run, id, if insert.default_values { None } else { Some(&insert.columns) }, given.as_ref());
    }
}

/// Puts rows into a table.
fn put(run: &mut Run<'_>, id: Id, columns: Option<&[Ident]>, given: Option<&partition::Given<'_>>) {
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
    partition::look_above(run, id);
    let into = (run.relation(id).kind != Kind::View).then(|| partition::route(run, id, given));
    if let Some((_, others)) = into.as_ref().filter(|_| run.version < 12) {
        run.lock_all(others, RowExclusive);
    }
    let filter = Filter { into: into.as_ref().map(|(meant, _)| meant), ..Filter::default() };
    for table in write(run, id, &filter) {
        fill(run, table);
        for foreign in &run.relation(table).constraints.clone() {
            // What is NULL refers to nothing.
            let is_null = given.is_some_and(|given| foreign.columns.iter().any(|column| given.is_null(run, table, column)));
            let has_default = |name: &str| run.relation(table).column(name).is_some_and(|column| column.default.is_some());
            let is_filled = foreign.columns.iter().any(|column| is_given(column) || has_default(column));
            if let Some(to) = foreign.target().filter(|_| is_filled && !is_null) {
                run.lock(to, RowShare);
            }
        }
    }
}

/// `UPDATE`.
pub(super) fn update(run: &mut Run<'_>, update: &Update) {
    query(run, &update.source);
    let Some(id) = run.named(&update.table, TABLE) else { return };
    if update.columns.iter().any(|column| run.lacks_column(id, &column.text)) {
        return;
    }
    let (condition, limited) = (update.condition.as_ref(), update.source.limited);
    let found = Filter { condition, reads_rows: true, only: update.only, limited, ..Filter::default() };
    let sets = |columns: &[Arc<str>]| update.columns.iter().any(|column| columns.contains(&column.text));
    partition::look_above(run, id);
    for table in write(run, id, &found) {
        for foreign in &run.relation(table).constraints.clone() {
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
    let (condition, limited) = (delete.condition.as_ref(), delete.source.limited);
    let found = Filter { condition, reads_rows: true, only: delete.only, limited, ..Filter::default() };
    let is_all = condition.is_none() && !delete.only && delete.source.reads.is_empty();
    for table in write(run, id, &found) {
        if is_all {
            run.empties(table, Emptied::Rows);
        }
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
        for table in write(run, id, &Filter { reads_rows: true, ..Filter::default() }) {
            fill(run, table);
        }
    }
}

/// `COPY`.
pub(super) fn copy(run: &mut Run<'_>, copy: &CopyRows) {
    query(run, &copy.source);
    let Some(id) = copy.table.as_ref().and_then(|name| run.named(name, TABLE)) else { return };
    if copy.from {
        put(run, id, Some(&copy.columns), None);
    } else if run.relation(id).kind == Kind::Partitioned {
        run.fail("a partitioned table is copied with COPY (SELECT ..) TO");
    } else if !run.is_no(id, &[Kind::Table, Kind::MaterializedView], "which is copied with COPY (SELECT ..) TO") {
        read(run, id, &Reading { only: true, ..Reading::WHOLE });
        if run.version < 13 {
            // It does not wait for the end of the transaction to give its lock back.
            run.unlock(id);
        }
    }
}
