//! See rules/migration/blank-down.md

use crate::document::engine::Engine;
use crate::rule::Context;
use crate::workspace::history::{Back, BackKind, Migration, MigrationSet};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    for migration in set.pending() {
        if let Some(back) = &migration.back
            && back.kind == BackKind::Blank
            && leaves_something(set, migration, back, cx)
        {
            report(migration, back, cx);
        }
    }
}

/// Whether there is anything to take back.
fn leaves_something(set: &MigrationSet, migration: &Migration, back: &Back, cx: &Context<'_>) -> bool {
    match &back.tried {
        Some(tried) => !tried.differences.is_empty(),
        // Something on the way forward is not known, and it may be anything.
        None if set.engine == Engine::Postgres => false,
        // Of other servers only the first words of statements are known.
        None => migration.up.iter().any(|script| {
            let words = script.first_words(cx.workspace.document(script.source));
            words.iter().any(|word| !is_data(word))
        }),
    }
}

fn is_data(word: &str) -> bool {
    matches!(word, "insert" | "update" | "delete" | "select" | "set" | "begin" | "commit" | "with" | "pragma" | "use" | "analyze")
}

fn report(migration: &Migration, back: &Back, cx: &mut Context<'_>) {
    let difference = back.tried.as_ref().and_then(|tried| tried.differences.iter().find(|it| it.made.is_some()));
    let mut report = cx
        .report(back.place, format!("the way back from {} does nothing", migration.title))
        .label("nothing here undoes what the migration does");
    if let Some((difference, made)) = difference.and_then(|it| Some((it, it.made?)))
        && migration.up.iter().any(|script| script.source == made.source)
    {
        report = report.because(made, format!("the {} {} stays", difference.object.part.word(), difference.object.shown()));
    }
    report
        .in_production(
            "a rollback reports success and changes nothing: the runner counts the migration as undone, and the next deploy runs it \
             again on a schema that has it already",
        )
        .help("undo it in reverse order, or say in a comment why nothing is to be undone:\n-- Nothing to take back: …");
}
