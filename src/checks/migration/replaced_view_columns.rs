//! See rules/migration/replaced-view-columns.md

use std::collections::HashMap;

use crate::database::{Effect, EffectKind};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    // What was done last to each.
    let mut done: HashMap<&str, &Effect> = HashMap::new();
    for effect in migration.forward() {
        match &effect.kind {
            EffectKind::ViewLoss(columns) => refused(effect, columns, cx),
            EffectKind::RelationAdd(Some(columns)) => {
                if let Some((dropped, lost)) = done.get(&*effect.table.name).and_then(|old| lost(columns, old)) {
                    replaced(effect, dropped, &lost, cx);
                }
            }
            _ => {}
        }
        done.insert(&effect.table.name, effect);
    }
}

/// The view that these columns replace, and what they lack of it.
fn lost<'e>(columns: &[String], old: &'e Effect) -> Option<(&'e Effect, Vec<String>)> {
    let EffectKind::RelationDrop(drop) = &old.kind else { return None };
    let lost: Vec<String> = drop.columns.iter().filter(|column| !columns.contains(column)).cloned().collect();
    (drop.is_view && !old.table.is_new() && !lost.is_empty()).then_some((old, lost))
}

/// Names in a sentence.
fn named(columns: &[String]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = columns.iter().take(SHOWN).map(String::as_str).collect();
    let more = if columns.len() > SHOWN { format!(" and {} more", columns.len() - SHOWN) } else { String::new() };
    format!("{}{more}", names.join(", "))
}

fn refused(effect: &Effect, columns: &[String], cx: &mut Context<'_>) {
    let (name, lost) = (&effect.table.name, named(columns));
    let mut report = cx
        .report(
            effect.place,
            format!("the deploy stops here: CREATE OR REPLACE VIEW cannot drop, rename or move {lost} of \"{name}\""),
        )
        .label("the server refuses this; a view may only get more columns, at its end");
    if let Some(created) = effect.table.created {
        report = report.because(created, "the view as it is");
    }
    report
        .in_production(format!("the migration fails with `cannot drop columns from view`, and if it did not, code that reads {lost} would"))
        .help(format!(
            "keep its columns in their order and add new ones at the end. To take some away: let the code stop reading them first, and \
             in a later release, in one transaction:\nDROP VIEW {name};\nCREATE VIEW {name} AS …;"
        ));
}

fn replaced(effect: &Effect, dropped: &Effect, columns: &[String], cx: &mut Context<'_>) {
    let (name, lost) = (&effect.table.name, named(columns));
    cx.report(effect.place, format!("running code that reads {lost} of \"{name}\" fails: the new view lacks it"))
        .label("made anew with other columns")
        .because(dropped.place, "the view with all its columns goes here")
        .in_production(
            "a rolling update keeps the old version running beside the new schema: its queries that name the column fail until it is \
             replaced",
        )
        .help(format!("keep {lost} in {name} for one more release, and leave it out in the next, once no old version runs"));
}
