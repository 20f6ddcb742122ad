//! See rules/migration/blank-down.md

use crate::diagnostic::Severity;
use crate::document::engine::Engine;
use crate::rule::Context;
use crate::workspace::history::{Back, BackKind, Migration, MigrationSet};

pub fn check(set: &MigrationSet, cx: &mut Context<'_>) {
    let blank = set.pending().filter(|it| it.back.as_ref().is_some_and(|back| back.kind == BackKind::Blank)).count();
    let all = set.pending().filter(|it| it.back.is_some()).count();
    // Whoever writes none leaves them blank by custom: one note says that.
    let is_custom = blank > FEW && blank * 2 > all;
    let mut told = 0;
    for migration in set.pending() {
        if let Some(back) = &migration.back
            && back.kind == BackKind::Blank
            && leaves_something(set, migration, back, cx)
        {
            told += 1;
            if !is_custom || told == 1 {
                report(migration, back, is_custom.then_some(blank - 1), cx);
            }
        }
    }
}

/// Fewer blank ways back are no custom.
const FEW: usize = 5;

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

fn report(migration: &Migration, back: &Back, custom: Option<usize>, cx: &mut Context<'_>) {
    let difference = back.tried.as_ref().and_then(|tried| tried.differences.iter().find(|it| it.made.is_some()));
    let mut report = cx
        .report(back.place, format!("the way back from {} does nothing", migration.title))
        .label("nothing here undoes what the migration does");
    if let Some((difference, made)) = difference.and_then(|it| Some((it, it.made?)))
        && migration.up.iter().any(|script| script.source == made.source)
    {
        report = report.because(made, format!("the {} {} stays", difference.object.part.word(), difference.object.shown()));
    }
    if let Some(others) = custom {
        report = report.capped(Severity::Low).folding(others);
    }
    report
        .in_production(
            "a rollback reports success and changes nothing: the runner counts the migration as undone, and the next deploy runs it \
             again on a schema that has it already",
        )
        .help("undo it in reverse order, or say in a comment why nothing is to be undone:\n-- Nothing to take back: …");
}
