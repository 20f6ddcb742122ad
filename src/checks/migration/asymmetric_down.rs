//! See rules/migration/asymmetric-down.md

use crate::database::{Difference, Fate, Part, quoted};
use crate::diagnostic::Place;
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::history::{Back, BackKind, Migration};

/// More of them in one help would not be read.
const SHOWN: usize = 8;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let Some(back) = migration.back.as_ref().filter(|back| back.kind == BackKind::Written) else { return };
    let Some(tried) = &back.tried else { return };
    if let Some((place, reason)) = &tried.failure {
        return failure(migration, *place, reason, cx);
    }
    let differences: Vec<&Difference> = tried.differences.iter().filter(|difference| is_asymmetry(difference)).collect();
    if let Some(first) = differences.first() {
        report(migration, back, first, &differences, cx);
    }
}

/// Lost rows and values are another matter.
fn is_asymmetry(difference: &Difference) -> bool {
    match difference.fate {
        Fate::Taken => !matches!(difference.object.part, Part::Table | Part::Column),
        Fate::Emptied { .. } | Fate::Narrowed(..) => false,
        _ => true,
    }
}

fn failure(migration: &Migration, place: Place, reason: &str, cx: &mut Context<'_>) {
    cx.report(place, format!("the way back from {} fails here: {reason}", migration.title))
        .label("refused")
        .in_production("a rollback stops at this statement, in the middle of the outage that it should end")
        .help("undo the statements of the way forward in reverse order, and try it before it is needed: up, down, up");
}

fn report(migration: &Migration, back: &Back, first: &Difference, all: &[&Difference], cx: &mut Context<'_>) {
    let workspace = cx.workspace;
    let others = match all.len() - 1 {
        0 => String::new(),
        1 => ", and one difference more".to_owned(),
        others => format!(", and {others} differences more"),
    };
    let is_here = |made: &Place| migration.parts().any(|script| script.source == made.source);
    let made = first.made.filter(|_| matches!(first.fate, Fate::Left | Fate::Extra)).filter(is_here);
    let mut report = cx
        .report(made.unwrap_or(back.place), format!("taking {} back {}{others}", migration.title, said(first)))
        .label(if made.is_some() { "made here" } else { "the way back begins here" });
    if let Some(older) = first.made.filter(|place| made.is_none() && !is_here(place)) {
        report = report.because(older, "made here");
    } else if made.is_some() && first.fate == Fate::Left {
        report = report.because(back.place, "does not undo it");
    }
    let mends: Vec<String> = all.iter().rev().take(SHOWN).filter_map(|difference| mend(difference, workspace)).collect();
    report.in_production(consequence(first)).help(format!("in the way back:\n{}", mends.join("\n")));
}

/// What is not as it was.
fn said(difference: &Difference) -> String {
    let name = format!("the {} \"{}\"", difference.object.part.word(), difference.object.shown());
    match &difference.fate {
        Fate::Left => format!("leaves {name} behind"),
        Fate::Missing => format!("does not bring {name} back"),
        Fate::Taken => format!("takes {name} along, which is older"),
        Fate::Extra => format!("makes {name}, which was not there before"),
        Fate::Renamed(to) => format!("leaves {name} under the name \"{to}\""),
        Fate::Type(was, is) | Fate::Narrowed(is, was) => format!("leaves {name} as {is}, which was {was}"),
        Fate::Required(true) => format!("leaves {name} optional, which was NOT NULL"),
        Fate::Required(false) => format!("leaves {name} NOT NULL, which was optional"),
        Fate::Default(Some(_), _) => format!("leaves {name} without its default"),
        Fate::Default(None, _) => format!("leaves {name} with a default that it did not have"),
        Fate::Emptied { .. } => format!("empties {name}"),
    }
}

fn consequence(difference: &Difference) -> &'static str {
    match difference.fate {
        Fate::Left | Fate::Extra => {
            "after a rollback the schema is neither the old nor the new one, and the next deploy stops where the way forward makes \
             what is there already"
        }
        Fate::Required(false) => "after a rollback the old version, which may leave it out, gets an error for every such row",
        _ => "after a rollback the old version runs on a schema that is not the one it was built for",
    }
}

/// The statement that the way back lacks.
fn mend(difference: &Difference, workspace: &Workspace) -> Option<String> {
    let object = &difference.object;
    let table = quoted(object.table.as_deref().unwrap_or_default());
    let column = || format!("ALTER TABLE {table} ALTER COLUMN {}", quoted(&object.name));
    let written = |place: Place| workspace.text(place).split_whitespace().collect::<Vec<_>>().join(" ");
    Some(match &difference.fate {
        Fate::Left => object.drop_statement(),
        Fate::Renamed(to) if object.part == Part::Column => {
            let now = to.rsplit('.').next().unwrap_or(to);
            format!("ALTER TABLE {table} RENAME COLUMN {} TO {};", quoted(now), quoted(&object.name))
        }
        Fate::Renamed(to) => {
            let name = object.name.rsplit('.').next().unwrap_or_default();
            format!("ALTER {} {} RENAME TO {};", object.part.word().to_uppercase(), quoted(to), quoted(name))
        }
        Fate::Type(was, _) | Fate::Narrowed(_, was) => format!("{} TYPE {was};", column()),
        Fate::Required(true) => format!("{} SET NOT NULL;", column()),
        Fate::Required(false) => format!("{} DROP NOT NULL;", column()),
        Fate::Default(Some(was), _) => format!("{} SET DEFAULT {};", column(), written(*was)),
        Fate::Default(None, _) => format!("{} DROP DEFAULT;", column()),
        Fate::Missing | Fate::Taken => match difference.made {
            Some(made) => format!("-- the {} {} again, as {} has it", object.part.word(), object.shown(), at(workspace, made)),
            None => format!("-- the {} {} again, as it was", object.part.word(), object.shown()),
        },
        Fate::Extra => format!("-- without the {} {}", object.part.word(), object.shown()),
        Fate::Emptied { .. } => return None,
    })
}

fn at(workspace: &Workspace, place: Place) -> String {
    format!("{}:{}", workspace.path(place.source), workspace.line(place))
}
