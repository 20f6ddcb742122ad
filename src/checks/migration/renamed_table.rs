//! See rules/migration/renamed-table.md

use super::ways::{comes_back, takes_a_place};
use crate::database::{Effect, EffectKind, Nature, quoted};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::RelationRename(to) = &effect.kind
            && !effect.table.is_new()
            && !comes_back(&effect.table.name, &effects[at + 1..])
            && !takes_a_place(to, &effects[..at])
        {
            report(effect, to, cx);
        }
    }
}

fn report(effect: &Effect, to: &str, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let is_view = matches!(effect.table.nature, Some(Nature::View | Nature::MaterializedView));
    let what = if is_view { "view" } else { "table" };
    let mut report = cx
        .report(effect.place, format!("running code that uses the {what} \"{name}\" fails once it is called {to}"))
        .label("has the new name for everybody as soon as this commits");
    if let Some(created) = effect.table.created {
        report = report.because(created, "created here, so the running code knows it");
    }
    report
        .in_production(
            "a rolling update keeps the old version running beside the new schema: each of its queries that names it fails until it is \
             replaced, and after a rollback of the code again",
        )
        .help(format!(
            "leave a view with the old name behind, in the same transaction; one that shows all of one table can be written to:\n\
             CREATE VIEW {} AS SELECT * FROM {};\n\
             -- in the next release, once no old version runs\n\
             DROP VIEW {};",
            quoted(name),
            quoted(to),
            quoted(name),
        ));
}
