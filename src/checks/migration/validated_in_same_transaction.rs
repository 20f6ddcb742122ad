//! See rules/migration/validated-in-same-transaction.md

use super::safe_way::{NOTHING, SafeWay, written};
use super::stall::{Cause, stalls};
use super::telling;
use super::transaction::Ledger;
use crate::diagnostic::Place;
use crate::document::sql::{Action, AlterTable, Ident, TableChange};
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::steps::{Locked, Step};
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for script in &migration.up {
        let mut ledger = Ledger::of(cx.set, migration, script);
        for step in script.steps.iter().filter(|step| !step.fails()) {
            after_others(migration, (script, step), &ledger, cx);
            ledger.pass(script, step);
        }
    }
    for stall in stalls(migration, cx.workspace) {
        if let Cause::Action(alter, action) = stall.cause
            && let TableChange::ValidateConstraint(name) = &action.change
        {
            let validated = Validated { span: stall.span, name, alter, worked: stall.worked };
            report(migration, (stall.script, stall.step), &validated, stall.blocked, None, cx);
        }
    }
}

/// A constraint that is validated while earlier statements of the transaction hold locks.
fn after_others(migration: &Migration, (script, step): (&Script, &Step), ledger: &Ledger<'_>, cx: &mut Context<'_>) {
    let Action::AlterTable(alter) = &cx.workspace.statement(script, step).action else { return };
    let validated = alter.actions.iter().find_map(|action| match &action.change {
        TableChange::ValidateConstraint(name) => Some((action.span, name)),
        _ => None,
    });
    let Some((span, name)) = validated else { return };
    let worked = step.relations.iter().find(|relation| !relation.is_new && relation.works.iter().any(|work| work.cause == span));
    let Some(worked) = worked else { return };
    if let Some(held) = ledger.strongest(step) {
        let validated = Validated { span, name, alter, worked };
        report(migration, (script, step), &validated, held.relation, Some(held.place()), cx);
    }
}

/// A constraint as it is validated.
struct Validated<'m> {
    span: Span,
    name: &'m Ident,
    alter: &'m AlterTable,
    worked: &'m Locked,
}

fn report(
    migration: &Migration,
    (script, step): (&Script, &Step),
    validated: &Validated<'_>,
    held: &Locked,
    since: Option<Place>,
    cx: &mut Context<'_>,
) {
    let place = Place { source: script.source, span: validated.span };
    let (table, name) =
        (written(cx, script, &validated.alter.table), cx.workspace.text(Place { span: validated.name.span, ..place }));
    let size = cx.workspace.sizes.of(&validated.worked.table.name).filter(Size::is_small);
    let message = format!("{} wait until {name} is validated", telling::waiters(held));
    let instead = SafeWay::default()
        .then(&format!("validate_{name}"), format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};"), NOTHING)
        .instead(migration, script, validated.span, cx);
    let mut report = cx
        .report(place, message)
        .label("reads every row, which nobody would wait for in a transaction of its own")
        .because(
            since.unwrap_or(Place { span: step.span, ..place }),
            format!(
                "takes {} on {}, which is kept until the transaction ends: {}",
                held.lock.words(),
                held.name,
                telling::statements(held)
            ),
        )
        .in_production("NOT VALID bought nothing: the lock of the first statement is held for the whole scan of the second");
    report = telling::lowered(report, size, &validated.worked.table.name);
    report.help(instead);
}
