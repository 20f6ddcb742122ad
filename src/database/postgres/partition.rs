//! Partitions come and go; tables inherit.

use super::{constraint, index};
use crate::database::run::Run;
use crate::database::schema::{Constraint, Id, Index, Kind, Relation, Rows as Filled, Rule};
use crate::document::sql::{Bound, Edge, Expr, Literal, LockMode, Name, Rows, Shape, Term};

use LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};

/// `ATTACH PARTITION`.
pub(super) fn attach(run: &mut Run<'_>, parent: Id, partition: &Name, bound: &Bound) {
    let Some(child) = run.named(partition, Kind::Table) else { return };
    if let Some(reason) = misfit(run, parent, child) {
        return run.fail(reason);
    }
    let tree = run.schema.tree(child);
    run.lock_all(&tree, AccessExclusive);
    for table in &tree {
        if !proves(run, *table, parent, bound) {
            run.scan(*table, "every row is read to see that it belongs into the partition");
        }
    }
    squeeze_default(run, parent, bound);
    for index in run.relation(parent).indexes.clone() {
        index::pass_down(run, parent, child, &index);
    }
    for foreign in run.relation(parent).constraints.clone() {
        let Rule::Foreign { to, .. } = foreign.rule else { continue };
        let has_it = run.relation(child).constraints.iter().any(|it| it.target() == Some(to) && it.columns == foreign.columns);
        run.lock(to, ShareRowExclusive);
        if !has_it {
            constraint::compare(run, &tree, &[to]);
            run.schema.edit(child).constraints.push(Constraint { inherited: true, ..foreign });
        }
    }
    let referrers = run.relation(parent).referrers.clone();
    run.lock_all(&referrers, ShareRowExclusive);
    join(run, parent, child, Some(bound));
}

/// Why a table cannot be a partition.
fn misfit(run: &Run<'_>, parent: Id, child: Id) -> Option<String> {
    let (above, below) = (run.relation(parent), run.relation(child));
    if below.is_partition() {
        return Some(format!("{} is a partition already", below.name));
    }
    above.created.and(below.created)?;
    let missing = above.columns.iter().find(|column| below.column(&column.name).is_none());
    if let Some(missing) = missing {
        return Some(format!("{} lacks the column {}", below.name, missing.name));
    }
    let extra = below.columns.iter().find(|column| above.column(&column.name).is_none());
    if let Some(extra) = extra {
        return Some(format!("{} has a column {} that the partitioned table lacks", below.name, extra.name));
    }
    let passes_down = |it: &&Constraint| matches!(it.rule, Rule::Check { no_inherit: false, .. });
    let lacking = above.constraints.iter().filter(passes_down).find(|it| below.constraint(&it.name).is_none());
    if let Some(lacking) = lacking {
        return Some(format!("{} lacks the constraint {}", below.name, lacking.name));
    }
    let nullable = above.columns.iter().filter(|column| column.not_null);
    let mut nullable = nullable.filter(|column| below.column(&column.name).is_some_and(|below| !below.not_null));
    nullable.next().map(|column| format!("{}.{} must be NOT NULL like the partitioned table's", below.name, column.name))
}

/// Makes one a part or a child of another.
pub(super) fn join(run: &mut Run<'_>, parent: Id, child: Id, bound: Option<&Bound>) {
    run.schema.edit(parent).children.push(child);
    let filled = run.relation(child).rows;
    if filled == Filled::Some {
        super::fill(run, parent);
    }
    let child = run.schema.edit(child);
    child.parents.push(parent);
    child.bound = bound.cloned();
}

/// The default partition must hold none of the rows that a new one takes.
pub(super) fn squeeze_default(run: &mut Run<'_>, parent: Id, bound: &Bound) {
    if matches!(bound.rows, Rows::Default) {
        return;
    }
    let is_default = |id: &Id| run.relation(*id).bound.as_ref().is_some_and(|bound| matches!(bound.rows, Rows::Default));
    let Some(default) = run.relation(parent).children.iter().copied().find(is_default) else { return };
    for table in run.schema.tree(default) {
        run.lock(table, AccessExclusive);
        if !excludes(run, table, parent, bound) {
            run.scan(table, "the default partition is read to see that it holds no row of the new one");
        }
    }
}

/// Locks the default partition of a table, as all do that change what is left for it.
pub(super) fn lock_default(run: &mut Run<'_>, parent: Id, but: Id) {
    let is_default = |id: &Id| run.relation(*id).bound.as_ref().is_some_and(|bound| matches!(bound.rows, Rows::Default));
    if let Some(default) = run.relation(parent).children.iter().copied().find(is_default).filter(|id| *id != but) {
        run.lock(default, AccessExclusive);
    }
}

/// `DETACH PARTITION`.
pub(super) fn detach(run: &mut Run<'_>, parent: Id, partition: &Name, is_gentle: bool, concurrently: bool) {
    let Some(child) = run.named(partition, Kind::Table) else { return };
    if is_gentle && run.needs(14, "DETACH PARTITION CONCURRENTLY") {
        return;
    }
    if concurrently {
        run.alone("it commits between its steps");
        let has_default = run
            .relation(parent)
            .children
            .iter()
            .any(|id| run.relation(*id).bound.as_ref().is_some_and(|bound| matches!(bound.rows, Rows::Default)));
        if has_default {
            return run.fail("a partition cannot be detached CONCURRENTLY while there is a default partition");
        }
    }
    // The triggers of foreign keys to the partitioned table leave the partition with it.
    let is_referred_to = !run.relation(parent).referrers.is_empty();
    run.lock(child, if run.version >= 14 || is_referred_to { AccessExclusive } else { ShareUpdateExclusive });
    lock_default(run, parent, child);
    for foreign in run.relation(child).constraints.clone() {
        if let Some(to) = foreign.target()
            && run.version >= 15
        {
            run.lock(to, ShareRowExclusive);
        }
    }
    for referrer in run.relation(parent).referrers.clone() {
        run.lock(referrer, AccessExclusive);
        run.because(referrer, "its rows must refer to none of the rows that leave");
        constraint::compare(run, &[referrer], &[child]);
    }
    for index in run.relation(child).indexes.clone() {
        run.lock_index(child, &index.name, AccessExclusive);
    }
    let part = run.schema.edit(child);
    part.parents.retain(|id| *id != parent);
    part.bound = None;
    part.indexes.iter_mut().for_each(|index| index.part_of = None);
    part.constraints.iter_mut().for_each(|constraint| constraint.inherited = false);
    run.schema.edit(parent).children.retain(|id| *id != child);
}

/// `INHERIT`.
pub(super) fn inherit(run: &mut Run<'_>, child: Id, parent: &Name) {
    let Some(parent) = run.named(parent, Kind::Table) else { return };
    run.lock(parent, ShareUpdateExclusive);
    join(run, parent, child, None);
}

/// `NO INHERIT`.
pub(super) fn no_inherit(run: &mut Run<'_>, child: Id, parent: &Name) {
    let Some(parent) = run.named(parent, Kind::Table) else { return };
    run.lock(parent, AccessShare);
    run.schema.edit(child).parents.retain(|id| *id != parent);
    run.schema.edit(parent).children.retain(|id| *id != child);
}

/// Whether valid constraints of a table say that all its rows lie within a bound.
fn proves(run: &Run<'_>, table: Id, parent: Id, bound: &Bound) -> bool {
    let relation = run.relation(table);
    let keys = &run.relation(parent).key;
    let terms: Vec<&Term> = valid_terms(relation).collect();
    let known: Option<Vec<&str>> = keys.iter().map(|key| key.as_deref()).collect();
    let Some(keys) = known else { return false };
    let is_there = |key: &&str| {
        relation.column(key).is_some_and(|column| column.not_null)
            || terms.iter().any(|term| matches!(term, Term::NotNull(column) if *column.text == **key))
    };
    match &bound.rows {
        Rows::Range { from, to } => {
            let [key] = keys.as_slice() else { return false };
            let low = terms.iter().any(|term| reaches(term, key, from.first(), &[">=", ">", "="], |value, edge| value >= edge));
            let high = terms.iter().any(|term| {
                reaches(term, key, to.first(), &["<"], |value, edge| value <= edge)
                    || reaches(term, key, to.first(), &["<=", "="], |value, edge| value < edge)
            });
            is_there(key) && (low || is_open(from.first())) && (high || is_open(to.first()))
        }
        Rows::List(values) => {
            let [key] = keys.as_slice() else { return false };
            let allowed: Vec<&str> = values.iter().filter_map(literal).map(|literal| &*literal.text).collect();
            let has_null = values.iter().any(|value| matches!(value.shape, Shape::Null));
            let within = terms.iter().any(|term| match term {
                Term::Compare(column, "=", value) => *column.text == **key && allowed.contains(&&*value.text),
                Term::In(column, values) => *column.text == **key && values.iter().all(|value| allowed.contains(&&*value.text)),
                _ => false,
            });
            within && (has_null || is_there(key))
        }
        // The rows of a new default partition are those that no other takes: only their lack proves that.
        Rows::Default => {
            let others = run.relation(parent).children.iter().filter(|other| **other != table);
            others.filter_map(|other| run.relation(*other).bound.as_ref()).all(|bound| excludes(run, table, parent, bound))
        }
        Rows::Hash { .. } => false,
    }
}

/// Whether valid constraints of the default partition say that it holds no row of a bound.
fn excludes(run: &Run<'_>, table: Id, parent: Id, bound: &Bound) -> bool {
    let relation = run.relation(table);
    let [Some(key)] = run.relation(parent).key.as_slice() else { return false };
    match &bound.rows {
        Rows::Range { from, to } => valid_terms(relation).any(|term| {
            reaches(term, key, from.first(), &["<"], |value, edge| value <= edge)
                || reaches(term, key, from.first(), &["<="], |value, edge| value < edge)
                || reaches(term, key, to.first(), &[">=", ">", "="], |value, edge| value >= edge)
        }),
        Rows::List(values) => values.iter().filter_map(literal).all(|value| {
            valid_terms(relation).any(|term| match term {
                Term::Compare(column, "<>", other) => column.text == *key && other.text == value.text,
                Term::Compare(column, "=", other) => column.text == *key && other.text != value.text,
                Term::In(column, others) => column.text == *key && others.iter().all(|other| other.text != value.text),
                _ => false,
            })
        }),
        Rows::Default | Rows::Hash { .. } => false,
    }
}

fn valid_terms(relation: &Relation) -> impl Iterator<Item = &Term> {
    relation.constraints.iter().filter(|it| it.valid).flat_map(|it| match &it.rule {
        Rule::Check { terms, .. } => terms.as_slice(),
        _ => &[],
    })
}

fn is_open(edge: Option<&Edge>) -> bool {
    matches!(edge, Some(Edge::Lowest | Edge::Highest))
}

/// Whether a term compares the key with something at least as strict as an edge.
fn reaches(term: &Term, key: &str, edge: Option<&Edge>, signs: &[&str], is_strict: fn(&Value, &Value) -> bool) -> bool {
    let Some(Edge::At(edge)) = edge else { return false };
    let Some(edge) = literal(edge) else { return false };
    match term {
        Term::Compare(column, sign, value) if *column.text == *key && signs.contains(sign) => {
            Value::pair(value, edge).is_some_and(|(value, edge)| is_strict(&value, &edge))
        }
        _ => false,
    }
}

fn literal(expr: &Expr) -> Option<&Literal> {
    if let Shape::Literal(literal) = &expr.shape { Some(literal) } else { None }
}

/// A value that can be compared without knowing its type: a number, or a text in a form that sorts as it reads.
#[derive(PartialEq, PartialOrd, Debug)]
enum Value {
    Number(f64),
    Text(String),
}

impl Value {
    fn pair(one: &Literal, other: &Literal) -> Option<(Self, Self)> {
        if one.text == other.text {
            return Some((Self::Number(0.0), Self::Number(0.0)));
        }
        if let (Ok(one), Ok(other)) = (one.text.parse(), other.text.parse()) {
            return Some((Self::Number(one), Self::Number(other)));
        }
        let is_moment = |text: &str| {
            let bytes = text.as_bytes();
            bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
        };
        let sortable = is_moment(&one.text) && is_moment(&other.text);
        sortable.then(|| (Self::Text(one.text.to_string()), Self::Text(other.text.to_string())))
    }
}

/// What a new partition gets from the table above: its indexes, without anything to build them from.
pub(super) fn inherit_indexes(run: &mut Run<'_>, parent: Id, child: Id) {
    let indexes: Vec<Index> = run.relation(parent).indexes.clone();
    for index in indexes {
        index::pass_down(run, parent, child, &index);
    }
}

/// Whether a partition may hold rows for which all terms are true.
pub(super) fn may_hold(run: &Run<'_>, parent: Id, child: Id, terms: &[Term]) -> bool {
    let [Some(key)] = run.relation(parent).key.as_slice() else { return true };
    let Some(Bound { rows: Rows::Range { from, to }, .. }) = &run.relation(child).bound else { return true };
    let is_before = |value: &Literal, edge: Option<&Edge>, or_equal: bool| {
        let Some(Edge::At(edge)) = edge else { return false };
        let pair = literal(edge).and_then(|edge| Value::pair(value, edge));
        pair.is_some_and(|(value, edge)| value < edge || (or_equal && value == edge))
    };
    let is_after = |value: &Literal, edge: Option<&Edge>| {
        let Some(Edge::At(edge)) = edge else { return false };
        literal(edge).and_then(|edge| Value::pair(value, edge)).is_some_and(|(value, edge)| value >= edge)
    };
    !terms.iter().any(|term| match term {
        Term::Compare(column, sign, value) if column.text == *key => match *sign {
            "=" => is_before(value, from.first(), false) || is_after(value, to.first()),
            "<" => is_before(value, from.first(), true),
            "<=" => is_before(value, from.first(), false),
            ">" | ">=" => is_after(value, to.first()),
            _ => false,
        },
        _ => false,
    })
}
