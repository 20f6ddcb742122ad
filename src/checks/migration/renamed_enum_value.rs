//! See rules/migration/renamed-enum-value.md

use super::safe_way::SafeWay;
use crate::database::{Effect, EffectKind, quoted};
use crate::diagnostic::Help;
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::EnumRename(from, to) = &effect.kind
            && !effect.table.is_new()
        {
            report(migration, effect, from, to, cx);
        }
    }
}

fn report(migration: &Migration, effect: &Effect, from: &str, to: &str, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let help = beside(migration, effect, [from, to], cx);
    let mut report = cx
        .report(
            effect.place,
            format!("running code that writes or expects '{from}' of \"{name}\" fails once it is called '{to}'"),
        )
        .label("every row shows the new label as soon as this commits");
    if let Some(created) = effect.table.created {
        report = report.because(created, "created here, so the running code knows its values");
    }
    report
        .in_production(
            "a rolling update keeps the old version running: what it writes is refused as no value of the type, and what it reads it does \
             not know",
        )
        .help(help);
}

/// The new value beside the old one.
fn beside(migration: &Migration, effect: &Effect, [from, to]: [&str; 2], cx: &Context<'_>) -> Help {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (name, old, new) = (quoted(&effect.table.name), literal(from), literal(to));
    let (title, up) = (format!("add_{to}"), format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS {new} AFTER {old};"));
    let back = "-- Nothing to take back: no value can be taken from an enum, and one too many does no harm.";
    let way = SafeWay::default();
    // Before 12 no value is added in a transaction.
    let way = if cx.set.is_some_and(|set| set.versions.lowest() < 12) {
        way.outside(&title, up, back)
    } else {
        way.then(&title, up, back)
    };
    way.instead_at(migration, effect.place, cx)
        .after("let the new value stand beside the old one for a while; ")
        .before("\n-- then move the rows over in batches, once all running code knows both")
}
