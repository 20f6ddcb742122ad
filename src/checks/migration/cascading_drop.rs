//! See rules/migration/cascading-drop.md

use crate::database::{Effect, EffectKind, Lost};
use crate::rule::Context;
use crate::workspace::history::Migration;

/// More of them nobody reads.
const SHOWN: usize = 5;

pub fn check(migration: &Migration, cx: &mut Context<'_>) {
    let effects: Vec<&Effect> = migration.forward().collect();
    for (at, effect) in effects.iter().enumerate() {
        if let EffectKind::Cascade(lost) = &effect.kind
            && !effect.table.is_new()
        {
            let later = &effects[at + 1..];
            let again = made_again(later);
            let is_meant = |lost: &Lost| again.iter().any(|it| is_it(&lost.said, it)) || goes_anyway(lost, later);
            let lost: Vec<&str> = lost.iter().filter(|lost| !is_meant(lost)).map(|lost| lost.said.as_str()).collect();
            if !lost.is_empty() {
                report(effect, &lost, cx);
            }
        }
    }
}

/// The tables and views that come later in the same migration.
fn made_again<'e>(later: &[&'e Effect]) -> Vec<&'e str> {
    let made = later.iter().filter(|effect| matches!(effect.kind, EffectKind::RelationAdd(_)));
    made.map(|effect| effect.table.name.as_str()).collect()
}

/// Whether the migration takes it away by name later: its table, or a column that it stands on.
fn goes_anyway(lost: &Lost, later: &[&Effect]) -> bool {
    let Some((table, columns)) = &lost.of else { return false };
    later.iter().filter(|effect| effect.table.name == *table).any(|effect| match &effect.kind {
        EffectKind::RelationDrop(_) => true,
        EffectKind::ColumnDrop(column) => columns.contains(&column.name),
        _ => false,
    })
}

/// `the view orders_by_day` and its name.
fn is_it(said: &str, name: &str) -> bool {
    said.rsplit(' ').next() == Some(name)
}

fn report(effect: &Effect, lost: &[&str], cx: &mut Context<'_>) {
    let name = &effect.table.name;
    let shown = lost.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = if lost.len() > SHOWN { format!(" and {} more", lost.len() - SHOWN) } else { String::new() };
    cx.report(effect.place, format!("CASCADE takes more along than \"{name}\": {shown}{more}"))
        .label("drops all that depends on it, without a word")
        .because(effect.table.place, "what is named here")
        .in_production(
            "the statement succeeds and says no more than a NOTICE; what is missing shows when running code asks for it, or when rows \
             that a foreign key would have refused are there",
        )
        .help(
            "leave CASCADE out and take away by name what has to go before: then the statement fails as long as somebody still needs \
             it, and the migration says what it does",
        );
}
