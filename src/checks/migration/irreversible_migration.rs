//! See rules/migration/irreversible-migration.md

use crate::database::{Difference, Fate, Part};
use crate::diagnostic::Place;
use crate::rule::Context;
use crate::workspace::history::{Back, BackKind, Migration};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let Some(back) = &migration.back else { return };
    if let BackKind::Refused(place) = back.kind {
        return refused(migration, place, cx);
    }
    let Some(tried) = &back.tried else { return };
    for difference in &tried.differences {
        if let Fate::Emptied { moved: false, again } = difference.fate {
            emptied(migration, back, difference, again, cx);
        }
    }
}

fn refused(migration: &Migration, place: Place, cx: &mut Context<'_>) {
    cx.report(place, format!("no rollback goes back past {}", migration.title))
        .label("says that it cannot be undone")
        .in_production("if the release goes wrong, the old version of the code has to run on the new schema, or a backup comes back")
        .help(
            "split it: this release only adds, and what cannot be undone comes in a later one, when nobody wants to go back. Or know \
             the way before you need it, and write it down here",
        );
}

fn emptied(migration: &Migration, back: &Back, difference: &Difference, again: Option<Place>, cx: &mut Context<'_>) {
    let name = difference.object.shown();
    let dropped = migration.forward().find(|effect| effect.takes_away(&difference.object)).map(|effect| effect.place);
    let what = if difference.object.part == Part::Column { "its values" } else { "its rows" };
    let mut report = cx
        .report(dropped.or(again).unwrap_or(back.place), format!("taking {} back brings \"{name}\" back empty", migration.title))
        .label(format!("{what} go with it"));
    if let Some(again) = again.filter(|_| dropped.is_some()) {
        report = report.because(again, format!("made again here, without {what}"));
    }
    report
        .in_production("after a rollback the old version runs, finds nothing where its data was, and writes on from there")
        .help(format!(
            "keep {name} for one more release and drop it when nobody wants to go back, or keep a copy that the way back reads"
        ));
}
