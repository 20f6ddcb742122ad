//! See rules/migration/unique-over-existing-rows.md

use super::telling;
use crate::database::Unique;
use crate::diagnostic::Place;
use crate::document::sql::Action;
use crate::rule::Context;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps().filter(|(_, step)| !step.fails()) {
        for unique in step.uniques.iter().filter(|unique| !(unique.table.is_new() || unique.table.has_no_rows)) {
            if !is_cleaned(script, step, unique, cx) {
                report(unique, cx);
            }
        }
    }
}

/// Somebody deletes or changes rows of the table, or gives it the columns, earlier in the file: the author has thought of
/// the rows.
fn is_cleaned(script: &Script, step: &Step, unique: &Unique, cx: &Context<'_>) -> bool {
    let table = &unique.table.name;
    let until = script.steps.iter().take_while(|other| other.span.start <= step.span.start);
    until.map(|other| (other, &cx.workspace.statement(script, other).action)).any(|(other, action)| match action {
        Action::Delete(delete) => delete.table.text() == table,
        Action::Update(update) => update.table.text() == table,
        Action::Truncate(_) => other.relations.iter().any(|relation| relation.table.name == *table && relation.emptied),
        Action::Do(_) => other.relations.iter().any(|relation| relation.table.name == *table),
        Action::AlterTable(alter) if alter.table.text() == table => alter.actions.iter().any(|action| {
            matches!(&action.change, crate::document::sql::TableChange::AddColumn { column, .. }
                if unique.columns.iter().flatten().any(|name| **name == *column.name.text))
        }),
        _ => false,
    })
}

fn report(unique: &Unique, cx: &mut Context<'_>) {
    let table = &unique.table.name;
    let columns: Option<Vec<&str>> = unique.columns.iter().map(Option::as_deref).collect();
    let what = columns.as_ref().map_or_else(|| "the same value".to_owned(), |columns| format!("the same {}", columns.join(", ")));
    let some = if unique.partial { " among those it covers" } else { "" };
    let query = columns.map_or_else(
        || "look for duplicates in production before this ships".to_owned(),
        |columns| {
            let columns = columns.join(", ");
            format!("look for duplicates in production before this ships, and let an earlier migration settle them:\nSELECT {columns}, count(*) FROM {table} GROUP BY {columns} HAVING count(*) > 1;")
        },
    );
    let history = telling::history(&unique.table, cx.workspace);
    let mut report = cx
        .report(unique.place, format!("the migration fails if two rows of \"{table}\"{some} have {what}"))
        .label("nothing kept rows from being there twice until now");
    if unique.table.place.source == unique.place.source && !covers(unique.place, unique.table.place) {
        report = report.because(unique.table.place, history);
    }
    report
        .in_production(
            "it passes wherever the data is clean and stops where it is not; a concurrent build leaves an invalid index behind",
        )
        .help(query);
}

fn covers(outer: Place, inner: Place) -> bool {
    outer.span == inner.span
}
