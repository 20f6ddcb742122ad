//! See rules/migration/renamed-enum-value.md

use crate::database::{Effect, EffectKind, quoted};
use crate::rule::Context;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    for effect in migration.forward() {
        if let EffectKind::EnumRename(from, to) = &effect.kind
            && !effect.table.is_new()
        {
            report(effect, from, to, cx);
        }
    }
}

fn report(effect: &Effect, from: &str, to: &str, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let mut report = cx
        .report(
            effect.place,
            format!("running code that writes or expects '{from}' of \"{name}\" fails once it is called '{to}'"),
        )
        .label("every row shows the new label as soon as this commits");
    if let Some(created) = effect.table.created {
        report = report.because(created, "created here, so the running code knows its values");
    }
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    report
        .in_production(
            "a rolling update keeps the old version running: what it writes is refused as no value of the type, and what it reads it does \
             not know",
        )
        .help(format!(
            "add the new value beside the old one, and move the rows over in batches once all running code knows both:\n\
             ALTER TYPE {} ADD VALUE IF NOT EXISTS {} AFTER {};",
            quoted(name),
            literal(to),
            literal(from)
        ));
}
