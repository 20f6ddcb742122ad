//! See rules/migration/rewriting-type-change.md

use super::safe_way::{NOTHING, PATIENCE, SafeWay, quoted, written};
use super::stall::{Cause, Stall, stalls};
use super::telling;
use crate::database::{EffectKind, WorkKind};
use crate::diagnostic::{Help, Place};
use crate::document::sql::{AlterTable, ColumnChange, Ident, SetType, TableChange};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for stall in stalls(migration, cx.workspace) {
        let Cause::Action(alter, action) = stall.cause else { continue };
        let TableChange::AlterColumn { column, change: ColumnChange::SetType(to) } = &action.change else { continue };
        let how = match stall.work {
            WorkKind::Rewrite => "is written anew".to_owned(),
            WorkKind::Build(index) => format!("is read and {index} is built anew"),
            WorkKind::Scan => "is checked again".to_owned(),
        };
        let data_type = cx.workspace.text(Place { source: stall.script.source, span: whole(to) });
        let message =
            format!("{} wait until every row {how} with {} as {data_type}", telling::waiters(stall.blocked), column.text);
        let help = safe_way(migration, &stall, (alter, column, to), cx);
        let place = telling::at(&stall, stall.span);
        telling::report(cx, &stall, place, message).help(help);
    }
}

/// The new type with its collation.
fn whole(to: &SetType) -> Span {
    let end = to.collation.as_ref().map_or(to.data_type.span.end, |collation| collation.span.end);
    Span { end, ..to.data_type.span }
}

fn safe_way(migration: &Migration, stall: &Stall<'_>, change: (&AlterTable, &Ident, &SetType), cx: &Context<'_>) -> Help {
    let (alter, column, to) = change;
    let text = |span: Span| cx.workspace.text(Place { source: stall.script.source, span });
    let (table, name, data_type) = (written(cx, stall.script, &alter.table), text(column.span), text(whole(to)));
    let is_text = stall.step.effects.iter().any(|effect| {
        matches!(&effect.kind, EffectKind::Narrowing(narrowed, from, _)
            if *narrowed.name == *column.text && (from == "text" || from.starts_with("varchar")))
    });
    // A length can only be checked of what has one.
    if is_text && let ("varchar", Some(limit), WorkKind::Rewrite) = (&*to.data_type.name, to.data_type.number(0), stall.work) {
        let check = super::safe_way::made_up(table, &column.text, "length");
        return SafeWay::default()
            .then(
                &format!("add_{check}"),
                format!("{PATIENCE}ALTER TABLE {table} ADD CONSTRAINT {check} CHECK (length({name}) <= {limit}) NOT VALID;"),
                format!("{PATIENCE}ALTER TABLE {table} DROP CONSTRAINT {check};"),
            )
            .then(&format!("validate_{check}"), format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check};"), NOTHING)
            .instead(migration, stall.script, stall.span, cx);
    }
    let new = quoted(&format!("{}_new", column.text));
    let way = SafeWay::default().then(
        &format!("add_{new}"),
        format!("{PATIENCE}ALTER TABLE {table} ADD COLUMN {new} {data_type};"),
        format!("{PATIENCE}ALTER TABLE {table} DROP COLUMN {new};"),
    );
    way.instead(migration, stall.script, stall.span, cx).before(&format!(
        "\n-- then: let the code write both, fill the old rows in batches, read {new}, and drop {name} in a later release"
    ))
}
