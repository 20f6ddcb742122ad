//! See rules/migration/lossy-down.md

use crate::database::{Difference, Fate, Part};
use crate::rule::Context;
use crate::workspace::history::{Back, Migration};

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let Some(back) = &migration.back else { return };
    let Some(tried) = &back.tried else { return };
    let is_data = |part: Part| matches!(part, Part::Table | Part::Column);
    // One finding for each way to lose something: more of the same have the same cause.
    let all = |is: fn(&Fate) -> bool| {
        let of_it = tried.differences.iter().filter(move |it| is_data(it.object.part) && is(&it.fate));
        of_it.collect::<Vec<_>>()
    };
    taken(migration, back, &all(|fate| *fate == Fate::Taken), cx);
    left_behind(migration, back, &all(|fate| matches!(fate, Fate::Emptied { moved: true, .. })), cx);
    narrowed(migration, back, &all(|fate| matches!(fate, Fate::Narrowed(..))), cx);
}

/// What else is lost in the same way.
fn others(all: &[&Difference]) -> String {
    const SHOWN: usize = 5;
    let names: Vec<String> = all.iter().skip(1).take(SHOWN).map(|difference| difference.object.shown()).collect();
    let more = if all.len() > SHOWN + 1 { format!(" and {} more", all.len() - SHOWN - 1) } else { String::new() };
    if names.is_empty() { String::new() } else { format!("; so it is with {}{more}", names.join(", ")) }
}

/// The way back drops what is older.
fn taken(migration: &Migration, back: &Back, all: &[&Difference], cx: &mut Context<'_>) {
    let Some(difference) = all.first() else { return };
    let name = difference.object.shown();
    let what = if difference.object.part == Part::Column { "values" } else { "rows" };
    let mut report = cx
        .report(back.place, format!("taking {} back deletes \"{name}\", which is older than this migration", migration.title))
        .label(format!("drops {name} with all its {what}{}", others(all)))
        .about(&*name);
    if let Some(made) = difference.made {
        report = report.because(made, "made here, so it was there before");
    }
    report
        .in_production(format!("a rollback deletes the {what} of {name} that were there long before the release"))
        .help(format!("leave {name} out of the way back: this migration does not make it"));
}

/// The way forward moved rows or values, and the way back does not fetch them.
fn left_behind(migration: &Migration, back: &Back, all: &[&Difference], cx: &mut Context<'_>) {
    let Some(difference) = all.first() else { return };
    let Fate::Emptied { again, .. } = difference.fate else { return };
    let name = difference.object.shown();
    let what = if difference.object.part == Part::Column { "values" } else { "rows" };
    let moved = migration.forward().find(|effect| effect.takes_away(&difference.object)).map(|effect| effect.place);
    let mut report = cx
        .report(again.unwrap_or(back.place), format!("taking {} back leaves the {what} of \"{name}\" behind", migration.title))
        .label(format!("makes {name} again, and nothing fills it{}", others(all)))
        .about(&*name);
    if let Some(moved) = moved {
        report = report.because(moved, format!("the {what} were written elsewhere before this"));
    }
    report
        .in_production(format!("after a rollback {name} is empty, and what held its {what} meanwhile may be dropped with them"))
        .help(format!("write the {what} back into {name} before the way back drops the place that they were moved to"));
}

fn narrowed(migration: &Migration, back: &Back, all: &[&Difference], cx: &mut Context<'_>) {
    let Some(difference) = all.first() else { return };
    let Fate::Narrowed(from, to) = &difference.fate else { return };
    let name = difference.object.shown();
    let message = format!("taking {} back fails, or cuts, once \"{name}\" holds what is no {to}", migration.title);
    cx.report(back.place, message)
        .label(format!("turns {name} from {from} back into {to}{}", others(all)))
        .about(&*name)
        .in_production(format!(
            "the new version writes values that only {from} can hold; the first one of them stops the rollback"
        ))
        .help(format!(
            "let the way back leave {name} as it is, because the old version can read it:\n-- Nothing to take back: {from} holds \
             every {to}."
        ));
}
