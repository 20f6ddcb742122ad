//! What it costs to make one type of another: nothing, or a new value for every row.
//!
//! The server compares the types behind the names: where the old bytes are valid as the new type (and as long as no
//! modifier cuts them), nothing is written.

use crate::database::run::Run;
use crate::database::schema::{ColumnType, Definition};

/// What a step from one type to another costs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Cost {
    Free,
    /// It depends on what the history does not tell.
    Perhaps(&'static str),
    /// Every value is computed anew.
    Rewrite,
}

/// Pairs whose bytes are the same, from left to right.
const SAME_BYTES: &[(&str, &str)] = &[
    ("text", "varchar"),
    ("varchar", "text"),
    ("text", "bpchar"),
    ("varchar", "bpchar"),
    ("citext", "text"),
    ("citext", "varchar"),
    ("citext", "bpchar"),
    ("text", "citext"),
    ("varchar", "citext"),
    ("cidr", "inet"),
    ("bit", "varbit"),
    ("varbit", "bit"),
    ("xml", "text"),
    ("xml", "varchar"),
    ("xml", "bpchar"),
    ("int4", "oid"),
    ("oid", "int4"),
    ("oid", "regclass"),
    ("oid", "regproc"),
    ("oid", "regtype"),
    ("oid", "regrole"),
    ("oid", "regnamespace"),
    ("regclass", "oid"),
    ("regproc", "oid"),
    ("regtype", "oid"),
    ("regrole", "oid"),
    ("regnamespace", "oid"),
    ("int4", "regclass"),
    ("regclass", "int4"),
];

/// The cost of turning a column of one type into another, without a computation between.
pub(super) fn cost(run: &Run<'_>, from: &ColumnType, to: &ColumnType) -> Cost {
    if from.name.is_empty() {
        return Cost::Perhaps("the type that it has now is not known");
    }
    if from == to {
        return Cost::Free;
    }
    if run.schema.is_constrained(to) && run.schema.domain(to).is_some() {
        return Cost::Rewrite;
    }
    let (from, to) = (run.schema.base(from), run.schema.base(to));
    if from.is_array || to.is_array {
        // Without a limit each element is what it was.
        let same = from.name == to.name && from.user == to.user && from.is_array == to.is_array && to.finest == 0;
        return if from == to || (same && to.modifiers.is_empty()) { Cost::Free } else { Cost::Rewrite };
    }
    if from.user.is_some() || to.user.is_some() {
        return if from.user == to.user { Cost::Free } else { Cost::Rewrite };
    }
    if from.name == to.name {
        return if keeps(from, to) { Cost::Free } else { Cost::Rewrite };
    }
    if SAME_BYTES.contains(&(&*from.name, &*to.name)) {
        // Each value is held against a new limit.
        return if to.modifiers.is_empty() { Cost::Free } else { Cost::Rewrite };
    }
    match (&*from.name, &*to.name) {
        ("timestamp", "timestamptz") | ("timestamptz", "timestamp") if run.version >= 12 => match run.session.is_utc() {
            // What comes of the conversion has no precision that the server knows, so any coarser one is applied anew.
            _ if number(to, 0).is_some_and(|digits| digits < FINEST) => Cost::Rewrite,
            Some(true) => Cost::Free,
            Some(false) => Cost::Rewrite,
            None => Cost::Perhaps("it costs nothing if the session's TimeZone is UTC"),
        },
        _ => Cost::Rewrite,
    }
}

/// The digits of a second that a time keeps where none are said.
const FINEST: i64 = 6;

/// Whether no modifier of the new type cuts what the old one allowed.
fn keeps(from: &ColumnType, to: &ColumnType) -> bool {
    let old = |at| number(from, at);
    let new = |at| number(to, at);
    if from.modifiers == to.modifiers && from.finest == to.finest {
        return true;
    }
    match &*to.name {
        "varchar" | "varbit" => to.modifiers.is_empty() || matches!((old(0), new(0)), (Some(old), Some(new)) if old <= new),
        "numeric" => {
            let scale = |at: Option<i64>| at.unwrap_or(0);
            to.modifiers.is_empty()
                || matches!((old(0), new(0)), (Some(old_digits), Some(new_digits))
                    if old_digits <= new_digits && scale(old(1)) == scale(new(1)))
        }
        "timestamp" | "timestamptz" | "time" | "timetz" | "interval" => {
            let (old, new) = (old(0).unwrap_or(FINEST), new(0).unwrap_or(FINEST));
            // Without seconds there are no digits that could be lost.
            to.finest <= from.finest && (from.finest > 0 || old <= new)
        }
        "bpchar" => to.modifiers.is_empty(),
        // A char(n) is padded, a bit(n) is exact.
        _ => false,
    }
}

fn number(data_type: &ColumnType, at: usize) -> Option<i64> {
    match data_type.modifiers.get(at)? {
        crate::document::sql::Modifier::Number(number) => Some(*number),
        crate::document::sql::Modifier::Word(_) => None,
    }
}

/// What an index compares its values as: the same file serves for types that agree.
pub(super) fn class<'a>(run: &'a Run<'_>, data_type: &'a ColumnType) -> (&'a str, bool, Option<usize>) {
    let base = run.schema.base(data_type);
    let name = match &*base.name {
        "varchar" => "text",
        "cidr" => "inet",
        name => name,
    };
    (name, base.is_array, base.user)
}

/// Whether no value of one type is one of the other, unless somebody says USING.
pub(super) fn never_fits(from: &ColumnType, to: &ColumnType) -> bool {
    &*from.name == "bit" && &*to.name == "bit" && !from.is_array && !to.is_array && from.modifiers != to.modifiers
}

/// Types of the server whose values no btree index holds.
const WITHOUT_ORDER: &[&str] = &["json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "xid", "cid"];

/// Whether values of a type have an order, as far as anybody knows.
pub(super) fn has_order(run: &Run<'_>, data_type: &ColumnType) -> bool {
    let base = run.schema.base(data_type);
    base.user.is_some() || !WITHOUT_ORDER.contains(&&*base.name)
}

/// Whether a type comes with the server, so that no table of this name is meant.
pub(super) fn is_of_server(name: &str) -> bool {
    const OTHERS: &[&str] = &["oid", "tsquery", "jsonpath", "tid", "void", "record", "refcursor"];
    let is_kind = name.starts_with("reg") || name.starts_with("pg_") || name.ends_with("range");
    category(name).is_some() || WITHOUT_ORDER.contains(&name) || OTHERS.contains(&name) || is_kind
}

/// What kind of thing a type holds, of those that everybody has.
fn category(name: &str) -> Option<&'static str> {
    Some(match name {
        "text" | "varchar" | "bpchar" | "name" | "citext" | "char" => "string",
        "int2" | "int4" | "int8" | "float4" | "float8" | "numeric" => "number",
        "money" => "money",
        "bool" => "bool",
        "date" | "timestamp" | "timestamptz" => "moment",
        "time" | "timetz" => "time",
        "interval" => "interval",
        "json" | "jsonb" => "json",
        "inet" | "cidr" => "net",
        "macaddr" | "macaddr8" => "mac",
        "bit" | "varbit" => "bits",
        "uuid" => "uuid",
        "bytea" => "bytes",
        "xml" => "xml",
        "tsvector" => "tsvector",
        _ => return None,
    })
}

/// Whether an assignment makes one of the other by itself, without USING; none where nobody knows.
pub(super) fn is_assignable(run: &Run<'_>, from: &ColumnType, to: &ColumnType) -> Option<bool> {
    let (from, to) = (run.schema.base(from), run.schema.base(to));
    if from.name.is_empty() || to.name.is_empty() {
        return None;
    }
    let is_text = |it: &ColumnType| it.user.is_none() && !it.is_array && category(&it.name) == Some("string");
    if is_text(to) {
        return Some(true);
    }
    if from.is_array != to.is_array {
        return if is_text(from) { Some(false) } else { None };
    }
    let is_enum = |id| matches!(run.schema.user_type(id).map(|it| &it.definition), Some(Definition::Enum(_)));
    match (from.user, to.user) {
        (Some(one), Some(other)) if one == other => return Some(true),
        (Some(one), Some(other)) if is_enum(one) && is_enum(other) => return Some(false),
        (Some(_), None) if category(&to.name).is_some() => return Some(false),
        (None, Some(_)) if category(&from.name).is_some() => return Some(false),
        (None, None) => {}
        _ => return None,
    }
    if from.name == to.name {
        return Some(true);
    }
    let (one, other) = (category(&from.name)?, category(&to.name)?);
    let crosses = matches!(
        (one, other),
        ("moment" | "interval", "time") | ("time", "interval") | ("number", "money") | ("money", "number")
    );
    Some(one == other || crosses)
}

/// Whether values of one type can refer to those of another, as a foreign key wants it; yes where nobody knows.
pub(super) fn are_comparable(one: &ColumnType, other: &ColumnType) -> bool {
    let is_whole = |it: &ColumnType| matches!(&*it.name, "int2" | "int4" | "int8");
    if one.user.is_some() || other.user.is_some() || one.is_array || other.is_array {
        return true;
    }
    match (category(&one.name), category(&other.name)) {
        (Some("number"), Some("number")) => is_whole(one) || !is_whole(other),
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
