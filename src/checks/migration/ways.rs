//! What rules about running code and about data share: whether a name comes back, why a table holds rows.

use std::collections::HashSet;

use crate::database::{ColumnAt, Effect, EffectKind, Touched};
use crate::diagnostic::Place;
use crate::workspace::Workspace;
use crate::workspace::history::Migration;

/// Whether something bears a name again after it was dropped or renamed: a new table, a view, or another one of that name.
pub(super) fn comes_back(name: &str, later: &[&Effect]) -> bool {
    later.iter().any(|effect| match &effect.kind {
        EffectKind::RelationAdd(_) => effect.table.name == name,
        EffectKind::RelationRename(to) => to == name,
        _ => false,
    })
}

/// Whether a name was given up just before.
pub(super) fn takes_a_place(name: &str, earlier: &[&Effect]) -> bool {
    let gives_up = |effect: &&Effect| matches!(effect.kind, EffectKind::RelationDrop(_) | EffectKind::RelationRename(_));
    earlier.iter().copied().filter(gives_up).any(|effect| effect.table.name == name)
}

/// What happens to inserts that leave out a required column.
pub(super) const INSERTS_FAIL: &str = "a rolling update keeps the old version running beside the new schema: each of its inserts into the \
     table fails until it is replaced, and after a rollback of the code again";

/// What is done to new columns of older tables that have no default in the end.
pub(super) fn without_default(
    migration: &Migration,
    column_of: impl Fn(&EffectKind) -> Option<&ColumnAt>,
) -> Vec<(&Effect, &ColumnAt)> {
    let effects: Vec<&Effect> = migration.forward().collect();
    let (mut given, mut found) = (HashSet::new(), Vec::new());
    for effect in effects.into_iter().rev() {
        if let EffectKind::DefaultSet(column) = &effect.kind {
            given.insert((&effect.table.name, &column.name));
        }
        let column = column_of(&effect.kind).filter(|column| column.is_new(effect.place.source) && !effect.table.is_new());
        found.extend(column.filter(|column| !given.contains(&(&effect.table.name, &column.name))).map(|column| (effect, column)));
    }
    found.reverse();
    found
}

/// Where the way back makes a table again.
pub(super) fn tried_way_back(migration: &Migration, table: &str) -> Option<Place> {
    let differences = &migration.back.as_ref()?.tried.as_ref()?.differences;
    differences.iter().find_map(|difference| match difference.fate {
        crate::database::Fate::Emptied { again, .. } if difference.object.shown() == table => again,
        _ => None,
    })
}

/// Why a table holds rows.
pub(super) fn since(table: &Touched, workspace: &Workspace) -> String {
    match table.created {
        Some(created) => {
            format!("created in {}, so it may hold rows by now", workspace.whereabouts(created, table.place.source))
        }
        None => "created outside this history, so it may hold rows".to_owned(),
    }
}
