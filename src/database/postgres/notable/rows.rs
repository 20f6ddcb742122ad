//! Which rows do statements change, and how many may that be?

use super::{note, target};
use crate::database::effect::{EffectKind, Lost, RowsChange};
use crate::database::run::Run;
use crate::database::schema::{Id, Kind, Relation};
use crate::document::sql::{Condition, Delete, Ident, Query, Term, Truncate, Update};

/// `TRUNCATE`.
pub(super) fn truncated(run: &mut Run<'_>, truncate: &Truncate) {
    let mut named = Vec::new();
    for table in &truncate.tables {
        if let Some(id) = target(run, &table.name) {
            named.push(id);
            let mut touched = run.touched(id);
            touched.place = run.place(table.name.span);
            note(run, table.name.span, touched, EffectKind::Truncation);
        }
    }
    let Some(cascade) = truncate.cascade else { return };
    let mut lost: Vec<Lost> = Vec::new();
    let mut open = named.clone();
    while let Some(id) = open.pop() {
        for child in run.relation(id).referrers.clone().iter().copied() {
            if !named.contains(&child) {
                named.push(child);
                open.push(child);
                lost.push(format!("all rows of the table {}", run.schema.display(child)).into());
            }
        }
    }
    if let Some(first) = named.first().copied().filter(|_| !lost.is_empty()) {
        let touched = run.touched(first);
        note(run, cascade, touched, EffectKind::Cascade(lost));
    }
}

/// `UPDATE`.
pub(super) fn updated(run: &mut Run<'_>, update: &Update) {
    let columns = update.columns.iter().map(|column| column.text.to_string()).collect();
    let Some(id) = target(run, &update.table) else { return };
    changed(run, id, "UPDATE", columns, update.condition.as_ref(), &update.source);
}

/// `DELETE`.
pub(super) fn deleted(run: &mut Run<'_>, delete: &Delete) {
    let Some(id) = target(run, &delete.table) else { return };
    changed(run, id, "DELETE", Vec::new(), delete.condition.as_ref(), &delete.source);
}

fn changed(run: &mut Run<'_>, id: Id, verb: &'static str, columns: Vec<String>, condition: Option<&Condition>, source: &Query) {
    if matches!(run.relation(id).kind, Kind::View | Kind::MaterializedView | Kind::Foreign) {
        return;
    }
    // What it is joined with may choose among them.
    let all = condition.is_none_or(is_always_true) && source.reads.is_empty();
    let is_bounded = condition.is_some_and(|condition| is_bounded(run.relation(id), condition));
    let touched = run.touched(id);
    let change = RowsChange { verb, all, is_bounded, columns };
    note(run, run.span, touched, EffectKind::RowsChange(change));
}

/// `WHERE true`, `WHERE 1 = 1`.
fn is_always_true(condition: &Condition) -> bool {
    condition.expr.columns.is_empty() && condition.expr.calls.is_empty() && !condition.expr.has_query
}

/// Whether a condition names the rows it means, or a range of them, as far as it shows.
fn is_bounded(relation: &Relation, condition: &Condition) -> bool {
    let is_batch = |column: &Ident| matches!(&*column.text, "ctid" | "xmin");
    let names = |term: &Term| match term {
        Term::Compare(column, "=", _) | Term::In(column, _) => is_chosen_by(relation, &column.text),
        _ => false,
    };
    let edge = |wanted: [&str; 2]| {
        condition.terms.iter().find_map(|term| match term {
            Term::Compare(column, sign, _) if wanted.contains(sign) => Some(&column.text),
            _ => None,
        })
    };
    let is_range = matches!((edge([">", ">="]), edge(["<", "<="])), (Some(from), Some(to)) if from == to);
    is_range || condition.expr.columns.iter().any(is_batch) || condition.terms.iter().any(names)
}

/// Names of columns by which one row is meant, where no index says so.
const IDS: &[&str] = &["id", "uuid", "key", "name", "slug", "code", "email", "username", "login", "handle"];

/// Whether a value of a column stands for few rows: an index leads there, or its name says so.
fn is_chosen_by(relation: &Relation, column: &str) -> bool {
    let leads = relation.indexes.iter().filter_map(|index| index.keys.first()?.as_deref()).any(|key| key == column);
    leads || IDS.contains(&column) || column.ends_with("_id") || column.ends_with("_key") || column.ends_with("_name")
}
