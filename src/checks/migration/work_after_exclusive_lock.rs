//! See rules/migration/work-after-exclusive-lock.md

use super::telling;
use super::transaction::{Open, open};
use crate::diagnostic::Place;
use crate::document::sql::Action;
use crate::rule::Context;
use crate::workspace::history::Migration;
use crate::workspace::sizes::Size;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for (script, step) in migration.steps().filter(|(_, step)| step.works() && step.blocking().next().is_none()) {
        let statement = cx.workspace.statement(script, step);
        let what = match &statement.action {
            Action::CreateTable(_) => "a table is filled",
            Action::CreateView(_) => "a materialized view is filled",
            Action::Refresh(_) => "a materialized view is filled anew",
            _ => continue,
        };
        let shuts_out = |open: &Open<'_>| open.relation.blocks.contains(&"select");
        let Some(held) = open(script, step).find(shuts_out) else { continue };
        let Some(worked) = step.relations.iter().find(|relation| !relation.is_new && relation.is_long()) else { continue };
        let place = Place { source: script.source, span: step.span };
        let size = cx.workspace.sizes.of(&worked.table.name).filter(Size::is_small);
        let (name, lock) = (&held.relation.table.name, held.relation.lock.words());
        let report = cx
            .report(place, format!("reads and writes of \"{name}\" wait while {what}"))
            .label(format!("reads every row of {}", worked.table.name))
            .because(
                Place { span: held.step.span, ..place },
                format!(
                    "takes {lock} on {name}, which is kept until the transaction ends: {} for all that follows",
                    telling::statements(held.relation)
                ),
            )
            .in_production(
                "the lock would be over in a moment, but the transaction keeps it for as long as the later statement works",
            )
            .help(format!("put the statement that works into a migration of its own, before the one that locks {name}"));
        telling::lowered(report, size, &worked.table.name);
    }
}
