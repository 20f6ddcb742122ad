//! See rules/migration/dropped-table.md

use super::ways::{Names, tried_way_back};
use crate::database::{Effect, EffectKind, RelationDrop};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    let names = Names::of(&effects);
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::RelationDrop(drop) = &effect.kind
            && !effect.table.is_new()
            && !drop.is_doubtful
            && !drop.is_partition
            && !names.comes_back(&effect.table.name, at)
        {
            report(migration, effect, drop, cx);
        }
    }
}

fn report(migration: &Migration, effect: &Effect, drop: &RelationDrop, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let (what, kept) = if drop.is_view { ("view", "") } else { ("table", "; its rows are gone for good") };
    let workspace = cx.workspace;
    let written = workspace.text(effect.place);
    let message = format!("running code that still uses the {what} \"{name}\" fails once it is dropped");
    let mut report = cx
        .report(effect.place, message)
        .label(format!("the {what} is gone as soon as this commits, the old code some minutes later"));
    if let Some(created) = effect.table.created {
        report = report.because(created, format!("created here{kept}"));
    }
    if let Some(again) = tried_way_back(migration, &effect.table.name) {
        report = report.because(again, "the way back makes it again, empty");
    }
    let keyword = if drop.is_view { "VIEW" } else { "TABLE" };
    report
        .in_production(format!(
            "a rolling update keeps the old version running beside the new schema: its queries of {name} fail until it is replaced, and \
             all of them after a rollback of the code"
        ))
        .help(format!(
            "in two releases: the first no longer uses {name}; the next drops it, once no old version runs:\nDROP {keyword} {written};"
        ));
}
