//! See rules/migration/rewriting-column.md

use super::safe_way::{SafeWay, written};
use super::stall::{Cause, Stall, stalls};
use super::telling;
use crate::database::WorkKind;
use crate::diagnostic::{Help, Place};
use crate::document::sql::{AlterTable, Column, ColumnChange, DataType, TableChange};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for stall in stalls(migration, cx.workspace) {
        if *stall.work != WorkKind::Rewrite {
            continue;
        }
        let Cause::Action(alter, action) = stall.cause else { continue };
        let (column, help) = match &action.change {
            TableChange::AddColumn { column, .. } => (&column.name, safe_way(migration, &stall, alter, column, cx)),
            TableChange::AlterColumn { column, change: ColumnChange::SetExpression(_) } => {
                let help =
                    "add another column for the new expression, move the code to it, and drop the old one in a later release";
                (column, help.into())
            }
            _ => continue,
        };
        let message = format!("{} wait until every row is written anew for {}", telling::waiters(stall.blocked), column.text);
        let why = stall.worked.reasons.first().cloned().unwrap_or_default();
        let place = telling::at(&stall, stall.span);
        telling::report(cx, &stall, place, message).assuming(why).help(help);
    }
}

fn safe_way(migration: &Migration, stall: &Stall<'_>, alter: &AlterTable, column: &Column, cx: &Context<'_>) -> Help {
    let text = |span: Span| cx.workspace.text(Place { source: stall.script.source, span });
    let (table, name) = (written(cx, stall.script, &alter.table), text(column.name.span));
    let is_serial = column.data_type.as_ref().is_some_and(DataType::is_serial);
    if is_serial || column.identity().is_some() || column.generated().is_some() {
        let what = if column.generated().is_some() { "a trigger that fills it" } else { "a sequence as its default" };
        let last = if column.is_required() { ", then make it NOT NULL" } else { "" };
        return format!("add {name} as a plain column without a value, give it {what}, fill the old rows in batches{last}")
            .into();
    }
    let data_type = column.data_type.as_ref().map_or("text", |data_type| text(data_type.span));
    let Some(default) = column.default() else {
        return format!(
            "use the plain type instead of the domain, and add its rule as a CHECK NOT VALID that you validate later:\nALTER TABLE {table} ADD COLUMN {name} ..;"
        )
        .into();
    };
    let actions = format!("ADD COLUMN {name} {data_type},\n  ALTER COLUMN {name} SET DEFAULT {}", text(default.span));
    let way = SafeWay::staying(actions).instead(migration, stall.script, stall.span, cx);
    let required = if column.is_required() { "; NOT NULL comes last, behind a CHECK that was validated" } else { "" };
    way.before(&format!("\n-- then fill the old rows in batches, from a job that commits between them{required}"))
}
