//! What rules about running code and about data share: whether a name comes back, why a table holds rows.

use std::collections::{HashMap, HashSet};

use crate::database::{ColumnAt, Effect, EffectKind, Touched};
use crate::diagnostic::Place;
use crate::workspace::Workspace;
use crate::workspace::history::Migration;

/// When names of tables and views are given up, and when something bears them, by the numbers of a migration's effects.
#[derive(Default)]
pub(super) struct Names<'m> {
    borne: HashMap<&'m str, usize>,
    given_up: HashMap<&'m str, usize>,
    changed: HashMap<&'m str, usize>,
}

impl<'m> Names<'m> {
    pub(super) fn of(effects: &[&'m Effect]) -> Self {
        let mut names = Self::default();
        for (effect, at) in effects.iter().zip(0..) {
            let own = effect.table.name.as_str();
            names.changed.insert(own, at);
            if matches!(effect.kind, EffectKind::RelationDrop(_) | EffectKind::RelationRename(_)) {
                names.given_up.entry(own).or_insert(at);
            }
            match &effect.kind {
                EffectKind::RelationAdd(_) => drop(names.borne.insert(own, at)),
                EffectKind::RelationRename(to) => drop(names.borne.insert(to, at)),
                _ => {}
            }
        }
        names
    }

    /// Whether something bears a name again after it was dropped or renamed: a new table, a view, or another one of that name.
    pub(super) fn comes_back(&self, name: &str, after: usize) -> bool {
        self.borne.get(name).is_some_and(|last| *last > after)
    }

    /// Whether a name was given up before.
    pub(super) fn is_given_up(&self, name: &str, before: usize) -> bool {
        self.given_up.get(name).is_some_and(|first| *first < before)
    }

    /// Whether something is done to what bears a name later on.
    pub(super) fn is_changed(&self, name: &str, after: usize) -> bool {
        self.changed.get(name).is_some_and(|last| *last > after)
    }
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
