//! Which rows belong into which partition, as far as that can be told from what is written.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::routing::Value as Given;
use crate::database::run::Run;
use crate::database::schema::{Id, Relation, Rule};
use crate::document::sql::{Bound, Edge, Expr, Literal, Rows, Shape, Term};

/// Whether valid constraints of a table say that all its rows lie within a bound.
pub(super) fn proves(run: &Run<'_>, table: Id, parent: Id, bound: &Bound) -> bool {
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
pub(super) fn excludes(run: &Run<'_>, table: Id, parent: Id, bound: &Bound) -> bool {
    let relation = run.relation(table);
    let [Some(key)] = &*run.relation(parent).key else { return false };
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

/// A new partition is held against as many of those that came last: thousands of them must not cost millions of looks.
/// Of the others nothing is claimed.
const HELD_AGAINST: usize = 256;

/// Why a partition of these rows cannot be there beside the others.
pub(in crate::database::postgres) fn clash(run: &Run<'_>, parent: Id, bound: &Bound) -> Option<String> {
    if let Rows::Range { from, to } = &bound.rows
        && order(from, to).is_some_and(|order| order != Ordering::Less)
    {
        return Some("its range ends where it begins, or before".to_owned());
    }
    let parts = run.relation(parent).children.iter().rev().take(HELD_AGAINST).map(|child| run.relation(*child));
    let mut parts = parts.filter_map(|part| Some((part, part.bound.as_ref()?)));
    let (part, _) = parts.find(|(_, other)| overlap(&bound.rows, &other.rows))?;
    Some(format!("the partition {} takes some of its rows already", part.name))
}

fn overlap(one: &Rows, other: &Rows) -> bool {
    match (one, other) {
        (Rows::Default, Rows::Default) => true,
        (Rows::Range { from, to }, Rows::Range { from: other_from, to: other_to }) => {
            let is_less = |one, other| order(one, other) == Some(Ordering::Less);
            is_less(from, other_to) && is_less(other_from, to)
        }
        (Rows::List(values), Rows::List(others)) => {
            let is_null = |value: &Expr| matches!(value.shape, Shape::Null);
            let others: HashSet<&str> = others
                .iter()
                .filter_map(literal)
                .map(|other| &*other.text)
                .chain(others.iter().any(is_null).then_some("\0"))
                .collect();
            values.iter().any(|value| {
                let text = literal(value).map(|value| &*value.text).or(is_null(value).then_some("\0"));
                text.is_some_and(|text| others.contains(text))
            })
        }
        (Rows::Hash { modulus, remainder }, Rows::Hash { modulus: other_modulus, remainder: other_remainder }) => {
            let least = *modulus.min(other_modulus);
            let divides = least > 0 && modulus.max(other_modulus).is_multiple_of(least);
            !divides || remainder % least == other_remainder % least
        }
        _ => false,
    }
}

/// Which of two edges comes first; none where nobody knows.
fn order(one: &[Edge], other: &[Edge]) -> Option<Ordering> {
    for pair in one.iter().zip(other) {
        let order = match pair {
            (Edge::Lowest, Edge::Lowest) | (Edge::Highest, Edge::Highest) => return Some(Ordering::Equal),
            (Edge::Lowest, _) | (_, Edge::Highest) => Ordering::Less,
            (Edge::Highest, _) | (_, Edge::Lowest) => Ordering::Greater,
            (Edge::At(one), Edge::At(other)) => {
                let (one, other) = Value::pair(literal(one)?, literal(other)?)?;
                one.partial_cmp(&other)?
            }
        };
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

/// Whether a partition may hold rows for which all terms are true.
pub(in crate::database::postgres) fn may_hold(run: &Run<'_>, parent: Id, child: Id, terms: &[Term]) -> bool {
    let [Some(key)] = &*run.relation(parent).key else { return true };
    let Some(bound) = &run.relation(child).bound else { return true };
    let of_key = terms.iter().filter(|term| term.column().is_some_and(|column| column.text == *key));
    of_key.into_iter().all(|term| match (&bound.rows, term) {
        (Rows::Range { from, to }, Term::Compare(_, sign, value)) => may_compare(from.first(), to.first(), sign, value),
        (Rows::Range { from, to }, Term::In(_, values)) => {
            values.iter().any(|value| may_compare(from.first(), to.first(), "=", value))
        }
        (Rows::List(listed), Term::Compare(_, "=", value)) => is_listed(listed, value),
        (Rows::List(listed), Term::In(_, values)) => values.iter().any(|value| is_listed(listed, value)),
        (Rows::Default, Term::Compare(_, "=", value)) => {
            let others = run.relation(parent).children.iter().filter(|other| **other != child);
            !others.filter_map(|other| run.relation(*other).bound.as_ref()).any(|other| holds(&other.rows, value))
        }
        _ => true,
    })
}

/// Whether a value surely belongs to these rows.
fn holds(rows: &Rows, value: &Literal) -> bool {
    match rows {
        Rows::List(listed) => listed.iter().filter_map(literal).any(|other| other.text == value.text),
        Rows::Range { from, to } => {
            let is_at = |edge: Option<&Edge>, wanted: fn(Ordering) -> bool| match edge {
                Some(Edge::At(edge)) => {
                    let pair = literal(edge).and_then(|edge| Value::pair(value, edge));
                    pair.and_then(|(value, edge)| value.partial_cmp(&edge)).is_some_and(wanted)
                }
                _ => is_open(edge),
            };
            is_at(from.first(), Ordering::is_ge) && is_at(to.first(), Ordering::is_lt)
        }
        Rows::Default | Rows::Hash { .. } => false,
    }
}

/// Whether a partition may take a row with these values of the key.
pub(super) fn may_take(run: &Run<'_>, parent: Id, child: Id, row: &[Given]) -> bool {
    let bound = |id: Id| run.relation(id).bound.as_ref().map(|bound| &bound.rows);
    let relation = run.relation(parent);
    let key = relation.key.first().and_then(|key| relation.column(key.as_deref()?));
    let by_type = key.map_or("", |key| if key.data_type.user.is_some() { "text" } else { &key.data_type.name });
    match bound(child) {
        Some(Rows::Default) => {
            let mut others = run.relation(parent).children.iter().filter(|other| **other != child);
            !others.any(|other| bound(*other).is_some_and(|rows| takes(rows, row, by_type) == Some(true)))
        }
        Some(rows) => takes(rows, row, by_type) != Some(false),
        None => true,
    }
}

/// Whether rows of this bound have such a key; none where that cannot be told.
fn takes(rows: &Rows, row: &[Given], by_type: &str) -> Option<bool> {
    match rows {
        Rows::Range { .. } if row.iter().any(|value| matches!(value, Given::Null)) => Some(false),
        Rows::Range { from, to } => {
            let (from, to) = (against(row, from), against(row, to));
            if from.is_some_and(Ordering::is_lt) || to.is_some_and(Ordering::is_ge) {
                return Some(false);
            }
            from.zip(to).map(|_| true)
        }
        Rows::List(listed) => {
            let is_null = |value: &Expr| matches!(value.shape, Shape::Null);
            match row {
                [Given::Null] => Some(listed.iter().any(is_null)),
                [Given::Literal(value)] => {
                    let others = listed.iter().filter(|other| !is_null(other));
                    let same: Vec<Option<bool>> = others.map(|other| is_same(value, literal(other)?, by_type)).collect();
                    if same.contains(&Some(true)) { Some(true) } else { same.iter().all(Option::is_some).then_some(false) }
                }
                _ => None,
            }
        }
        Rows::Default | Rows::Hash { .. } => None,
    }
}

/// How a key compares with an edge.
fn against(row: &[Given], edge: &[Edge]) -> Option<Ordering> {
    for (value, edge) in row.iter().zip(edge) {
        let order = match (value, edge) {
            (_, Edge::Lowest) => Ordering::Greater,
            (_, Edge::Highest) => Ordering::Less,
            (Given::Literal(value), Edge::At(edge)) => {
                let (value, edge) = Value::pair(value, literal(edge)?)?;
                value.partial_cmp(&edge)?
            }
            _ => return None,
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

/// Whether two values of a type are one, as far as their texts tell.
fn is_same(one: &Literal, other: &Literal, by_type: &str) -> Option<bool> {
    if one.text == other.text {
        return Some(true);
    }
    match by_type {
        "text" | "varchar" | "name" => Some(false),
        "bool" => Some(truth(one)? == truth(other)?),
        _ => Value::pair(one, other).map(|(one, other)| one == other),
    }
}

fn truth(literal: &Literal) -> Option<bool> {
    match &*literal.text.to_ascii_lowercase() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A value that is none of those written out, as far as texts tell.
fn is_listed(listed: &[Expr], value: &Literal) -> bool {
    listed.iter().any(|other| literal(other).is_none_or(|other| other.text == value.text) && !matches!(other.shape, Shape::Null))
}

/// Whether a range may hold values that compare like this.
fn may_compare(from: Option<&Edge>, to: Option<&Edge>, sign: &str, value: &Literal) -> bool {
    let against = |edge: Option<&Edge>| {
        let Some(Edge::At(edge)) = edge else { return None };
        let (value, edge) = Value::pair(value, literal(edge)?)?;
        value.partial_cmp(&edge)
    };
    let is_before = |or_equal: bool| against(from).is_some_and(|order| order.is_lt() || (or_equal && order.is_eq()));
    let is_after = || against(to).is_some_and(Ordering::is_ge);
    match sign {
        "=" => !is_before(false) && !is_after(),
        "<" => !is_before(true),
        "<=" => !is_before(false),
        ">" | ">=" => !is_after(),
        _ => true,
    }
}
