//! See rules/migration/required-column-without-default.md

use super::safe_way::{NOTHING, PATIENCE, SafeWay, made_up, written};
use super::telling;
use crate::diagnostic::Place;
use crate::document::sql::{Action, AlterTable, Column, ColumnRule, DataType, Shape, TableChange};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps().filter(|(_, step)| step.refused().is_none()) {
        let Action::AlterTable(alter) = &cx.workspace.statement(script, step).action else { continue };
        let table = step.relations.iter().find(|relation| relation.table.place.span == alter.table.span);
        for action in &alter.actions {
            if let TableChange::AddColumn { column, .. } = &action.change
                && is_without_value(column)
                && table.is_none_or(|table| !(table.is_new || table.table.has_no_rows))
            {
                report(migration, (script, step), alter, (column, action.span), table, cx);
            }
        }
    }
}

/// NOT NULL, and nothing gives the rows that are there a value.
fn is_without_value(column: &Column) -> bool {
    let is_not_null = column.constraints.iter().any(|it| matches!(it.rule, ColumnRule::NotNull | ColumnRule::PrimaryKey(_)));
    let has_value = column.default().is_some_and(|default| !matches!(default.shape, Shape::Null))
        || column.generated().is_some()
        || column.identity().is_some()
        || column.data_type.as_ref().is_none_or(DataType::is_serial);
    is_not_null && !has_value
}

fn report(
    migration: &Migration,
    (script, step): (&Script, &Step),
    alter: &AlterTable,
    (column, span): (&Column, Span),
    table: Option<&Locked>,
    cx: &mut Context<'_>,
) {
    let place = Place { source: script.source, span };
    let text = |span: Span| cx.workspace.text(Place { span, ..place });
    let (name, column_name) = (written(cx, script, &alter.table), text(column.name.span));
    let data_type = column.data_type.as_ref().map_or("text", |data_type| text(data_type.span));
    let check = made_up(name, &column.name.text, "not_null");
    let version = cx.set.map_or(0, |set| set.versions.lowest());
    let rule = if version >= 18 { format!("NOT NULL {column_name}") } else { format!("CHECK ({column_name} IS NOT NULL)") };
    let help = SafeWay::staying(format!("ADD COLUMN {column_name} {data_type}"))
        .then(
            &format!("add_{check}"),
            format!("{PATIENCE}ALTER TABLE {name} ADD CONSTRAINT {check} {rule} NOT VALID;"),
            format!("{PATIENCE}ALTER TABLE {name} DROP CONSTRAINT {check};"),
        )
        .then(&format!("validate_{check}"), format!("ALTER TABLE {name} VALIDATE CONSTRAINT {check};"), NOTHING)
        .instead(migration, script, span, cx)
        .after(&format!("a constant default costs nothing: {column_name} {data_type} NOT NULL DEFAULT ..; else fill it first: "))
        .before("\n-- the code writes it from the first on, and a job fills the old rows before the second of these");
    let history = table.map(|table| (table.table.place, telling::history(&table.table, cx.workspace)));
    let shown = alter.table.text();
    let mut report = cx
        .report(place, format!("the migration fails unless \"{shown}\" is empty: no row has a value for {}", column.name.text))
        .label("NOT NULL without a default: the server looks for rows, and refuses if there is one");
    if let Some((place, history)) = history.filter(|(place, _)| place.span != step.span) {
        report = report.because(place, history);
    }
    report
        .in_production("it passes on the empty database of a test and stops in production, and the new version does not come up")
        .help(help);
}
