//! See rules/migration/drop-then-create.md

use crate::database::{Effect, EffectKind, quoted};
use crate::document::sql::{Action, Query};
use crate::rule::Context;
use crate::workspace::Workspace;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::RelationDrop(drop) = &effect.kind
            && !(drop.is_view || drop.is_doubtful || effect.table.is_new())
            && let Some(again) = made_again(&effect.table.name, &effects[at + 1..])
            && !is_copied(migration, &effect.table.name, cx.workspace)
        {
            report(effect, again, cx);
        }
    }
}

fn made_again<'e>(name: &str, later: &[&'e Effect]) -> Option<&'e Effect> {
    later.iter().copied().find(|effect| effect.table.name == name && matches!(effect.kind, EffectKind::RelationAdd(_)))
}

/// Whether the migration reads the table to write its rows elsewhere.
fn is_copied(migration: &Migration, table: &str, workspace: &Workspace) -> bool {
    let last = table.rsplit('.').next().unwrap_or(table);
    let reads = |query: &Query| query.reads.iter().any(|name| name.last() == last);
    migration.steps().any(|(script, step)| {
        let statement = workspace.document(script.source).sql().and_then(|sql| sql.statements.get(step.at));
        statement.is_some_and(|statement| match &statement.action {
            Action::Insert(insert) => reads(&insert.source),
            Action::CreateTable(create) => create.query.as_deref().is_some_and(reads),
            Action::Copy(copy) => reads(&copy.source) || copy.table.as_ref().is_some_and(|name| name.last() == last),
            _ => false,
        })
    })
}

fn report(effect: &Effect, again: &Effect, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let mut report = cx
        .report(effect.place, format!("all rows of \"{name}\" are lost: it is dropped, and made anew without them"))
        .label("dropped with all its rows");
    if let Some(created) = effect.table.created {
        report = report.because(created, "created here, so it may hold rows by now");
    }
    report
        .because(again.place, "made anew, empty")
        .in_production(format!(
            "the running version finds {name} empty from one second to the next, with other columns than it knows"
        ))
        .help(format!(
            "change the table that is there with ALTER TABLE; if it has to be another one, keep the rows:\n\
             ALTER TABLE {old} RENAME TO {kept};\n\
             -- CREATE TABLE {old} …\n\
             INSERT INTO {old} SELECT … FROM {kept};",
            old = quoted(name),
            kept = quoted(&format!("{name}_old")),
        ));
}
