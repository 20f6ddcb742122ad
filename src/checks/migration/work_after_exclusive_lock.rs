//! See rules/migration/work-after-exclusive-lock.md

use super::telling;
use super::transaction::{Ledger, Open};
use crate::database::EffectKind;
use crate::diagnostic::Place;
use crate::document::sql::Action;
use crate::rule::Context;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{Migration, Script};
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for script in &migration.up {
        let mut ledger = Ledger::of(cx.set, migration, script);
        for step in &script.steps {
            if step.works() && step.blocking().next().is_none() {
                report(script, step, &ledger, cx);
            }
            ledger.pass(script, step);
        }
    }
}

fn report(script: &Script, step: &Step, ledger: &Ledger<'_>, cx: &mut Context<'_>) {
    let statement = cx.workspace.statement(script, step);
    let (filled, is_new) = match &statement.action {
        Action::CreateTable(create) => (&create.name, true),
        Action::CreateView(create) => (&create.name, true),
        Action::Refresh(refresh) => (&refresh.view, false),
        _ => return,
    };
    let shuts_out = |open: &Open<'_>| open.relation.blocks.contains(&"select");
    // People look for a table that stays, then for one that comes back.
    let stays = |open: &&Open<'_>| !drops(open.step, &open.relation.table.name);
    let is_other = |open: &&Open<'_>| open.relation.table.name != filled.text();
    let held = || ledger.held(step).iter().filter(|open| shuts_out(open));
    let other = held().filter(stays).find(is_other);
    let Some(held) = other.or_else(|| held().find(stays)).or_else(|| held().find(is_other)).or_else(|| held().next()) else {
        return;
    };
    let what = match (is_new, held.relation.table.name == filled.text()) {
        (true, true) => "the new one is filled".to_owned(),
        (true, false) => format!("{filled} is filled"),
        (false, _) => format!("{filled} is filled anew"),
    };
    let Some(worked) = step.relations.iter().find(|relation| !relation.is_new && relation.is_long()) else { return };
    let place = Place { source: script.source, span: step.span };
    let size = cx.workspace.sizes.of(&worked.table.name).filter(Size::is_small);
    let (name, lock) = (&held.relation.table.name, held.relation.lock.words());
    let report = cx
        .report(place, format!("reads and writes of \"{name}\" wait while {what}"))
        .label(format!("reads every row of {}", worked.table.name))
        .because(
            held.place(),
            format!(
                "takes {lock} on {name}, which is kept until the transaction ends: {} for all that follows",
                telling::statements(held.relation)
            ),
        )
        .in_production(
            "the lock would be over in a moment, but the transaction keeps it for as long as the later statement works",
        )
        .help(format!(
            "let the statement that works come first, and the one that locks {name} after it: at the end of the file, or in the \
                 next. What has to take an old name is filled under another one first, and renamed at the end"
        ));
    telling::lowered(report, size, &worked.table.name);
}

/// Whether a statement drops a table.
fn drops(step: &Step, table: &str) -> bool {
    let mut dropped = step.effects.iter().filter(|effect| matches!(effect.kind, EffectKind::RelationDrop(_)));
    dropped.any(|effect| effect.table.name == table)
}
