//! See rules/migration/renamed-table.md

use super::ways::Names;
use crate::database::{Effect, EffectKind, Nature, quoted};
use crate::diagnostic::Place;
use crate::document::sql::Action;
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::history::Migration;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    let names = Names::of(&effects);
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::RelationRename(to) = &effect.kind
            && !effect.table.is_new()
            && !names.comes_back(&effect.table.name, at)
            && !names.is_given_up(to, at)
        {
            report(effect, to, names.is_changed(to, at), cx);
        }
    }
}

fn report(effect: &Effect, to: &str, is_changed_later: bool, cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let is_view = matches!(effect.table.nature, Some(Nature::View | Nature::MaterializedView));
    let what = if is_view { "view" } else { "table" };
    let view = format!("CREATE VIEW {} AS SELECT * FROM {};", quoted(name), quoted(to));
    // What changes under a view after it is refused.
    let end = statement_end(effect, cx).filter(|_| !is_changed_later);
    let mut report = cx
        .report(effect.place, format!("running code that uses the {what} \"{name}\" fails once it is called {to}"))
        .label("has the new name for everybody as soon as this commits");
    if let Some(created) = effect.table.created {
        report = report.because(created, "created here, so the running code knows it");
    }
    if let Some(end) = end {
        report = report.fix(end, format!(";\n{}", view.trim_end_matches(';')));
    }
    report
        .in_production(
            "a rolling update keeps the old version running beside the new schema: each of its queries that names it fails until it is \
             replaced, and after a rollback of the code again",
        )
        .help(format!(
            "leave a view with the old name behind, in the same transaction; one that shows all of one table can be written to:\n\
             {view}\n\
             -- in the next release, once no old version runs\n\
             DROP VIEW {};",
            quoted(name),
        ));
}

/// Right behind the statement, which the file may go on after; none inside of a body.
fn statement_end(effect: &Effect, cx: &Context<'_>) -> Option<Place> {
    let sql = cx.workspace.document(effect.place.source).sql()?;
    let at = sql.statements.partition_point(|statement| statement.span.end <= effect.place.span.start);
    let statement = sql.statements.get(at).filter(|statement| matches!(statement.action, Action::AlterTable(_)))?;
    let end = statement.span.end as usize;
    Some(Place { span: Span::new(end, end), ..effect.place })
}
