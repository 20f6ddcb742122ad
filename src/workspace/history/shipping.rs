//! Which migrations of a set have shipped?
//!
//! Those that the base has as they are, or those up to the version that the configuration names. They are context:
//! nobody can unship them.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Dumps, Migration, MigrationSet, Script};
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::migration::{in_letters, number};
use crate::settings::Settings;
use crate::workspace::base::Base;
use crate::workspace::change::{Change, Standing};
use crate::workspace::sites::Sites;

/// Whether a migration has shipped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Shipping {
    /// It is context, and nobody can unship it.
    Shipped,
    /// Nobody can say.
    Undecided,
    /// It will ship, or somebody wants it judged all the same.
    #[default]
    Pending,
}

/// What somebody wants judged whether it has shipped or not, and what somebody says has.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The path of a file, or empty.
    pub named: &'a str,
    /// Everything.
    pub all: bool,
    /// The last versions that have shipped, by path.
    pub settings: &'a Settings,
    /// Where the tree says that migrations are.
    pub sites: &'a Sites,
    /// Where dumps are read.
    pub dumps: Dumps<'a>,
}

impl MigrationSet {
    /// Finds out what has shipped.
    pub(super) fn ship(&mut self, documents: &[Arc<Document>], change: &Change, asked: Asked<'_>) {
        let gone = change.gone().map(|path| asked.sites.place(path)).filter(|layout| layout.folder == self.folder);
        let gone: HashSet<(Vec<u128>, String)> = gone.map(|layout| (layout.version, layout.title)).collect();
        let applied = self.applied_through(documents, asked.settings);
        for (at, migration) in self.migrations.iter_mut().enumerate() {
            let is_named = |script: &Script| documents[script.source.index()].source.path() == asked.named;
            let named = migration.parts().any(is_named);
            let lost_a_part = !gone.is_empty() && gone.contains(&(migration.version.clone(), migration.title.clone()));
            // What goes back never went forward, so a new way back makes no migration new.
            let forward = if migration.up.is_empty() { &migration.down } else { &migration.up };
            let (shipping, is_new) = match &applied {
                Some(Ok(count)) if migration.has_version() => {
                    (if at < *count { Shipping::Shipped } else { Shipping::Pending }, at >= *count)
                }
                Some(Err(_)) => (Shipping::Undecided, false),
                _ => (
                    forward.iter().map(|script| shipping(change, change.standing(script.source))).max().unwrap_or_default(),
                    forward.iter().all(|script| change.is_new(script.source)),
                ),
            };
            let is_wanted = named || asked.all || lost_a_part;
            migration.shipping = if is_wanted { Shipping::Pending } else { shipping };
            migration.is_new = is_new && !asked.all;
        }
        self.unknown_version = applied.and_then(Result::err);
    }

    /// How many migrations the configuration says have shipped, from the first; the version where none has it.
    fn applied_through(&self, documents: &[Arc<Document>], settings: &Settings) -> Option<Result<usize, String>> {
        let source = self.migrations.first()?.parts().next()?.source;
        let version = settings.applied_through(documents[source.index()].source.path())?;
        let is_named = |migration: &Migration| {
            let rest = migration.title.strip_prefix(version);
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
        };
        // `orders` is not `orders_index`, where names have no numbers.
        let is_it = |migration: &Migration| migration.title == version;
        if let Some(last) = self.migrations.iter().rposition(is_it).or_else(|| self.migrations.iter().rposition(is_named)) {
            return Some(Ok(last + 1));
        }
        let is_text = self.framework.traits().as_text;
        let number = if is_text { Some(in_letters(version)) } else { number(version) }.ok_or_else(|| version.to_owned());
        Some(number.map(|number| self.migrations.partition_point(|migration| migration.version <= number)))
    }
}

/// Whether a file that is no migration has shipped.
pub(super) fn of_file(change: &Change, source: SourceId, all: bool) -> Shipping {
    if all { Shipping::Pending } else { shipping(change, change.standing(source)) }
}

fn shipping(change: &Change, standing: &Standing) -> Shipping {
    match change.base {
        Base::Unknown(_) => Shipping::Undecided,
        Base::Unasked | Base::All | Base::Nothing(_) => Shipping::Pending,
        Base::Commit { .. } => match standing {
            Standing::Same => Shipping::Shipped,
            Standing::Unknown => Shipping::Undecided,
            Standing::New | Standing::Differs(_) => Shipping::Pending,
        },
    }
}
