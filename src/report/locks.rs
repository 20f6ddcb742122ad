//! The lock table: what the pending migrations of all roots lock, and for how long.

use super::{Report, Root};
use crate::diagnostic::{Judged, Note, SourceId};
use crate::document::engine::Engine;
use crate::guard;
use crate::source::Span;
use crate::workspace::history::steps::Step;
use crate::workspace::history::{MigrationSet, Script};

/// What the pending migrations lock.
#[derive(Debug)]
pub struct LockTable<'a> {
    /// What was read.
    pub report: &'a Report,
    /// The sets with pending migrations, in order.
    pub sets: Vec<Set<'a>>,
    /// What stands in the way of a whole answer.
    pub notes: Vec<(&'a Root, Note)>,
}

/// The pending migrations of one set.
#[derive(Debug)]
pub struct Set<'a> {
    /// Where it is.
    pub root: &'a Root,
    /// Its folder as reports print it.
    pub folder: String,
    /// The version of the server.
    pub version: u32,
    /// The server, and who says so.
    pub server: String,
    /// What they do.
    pub planned: Vec<Script>,
    /// Statements that do something else on another version that is named, too.
    pub differing: Vec<(SourceId, Span, u32)>,
}

/// What somebody wants in place of what was found out.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The version of the server.
    pub version: Option<u32>,
    /// By root, the file that was named; empty for all.
    pub only: &'a [&'a str],
}

impl<'a> LockTable<'a> {
    /// Of all that was read.
    pub fn of(report: &'a Report, wanted: Wanted<'_>) -> Self {
        let mut table = Self { report, sets: Vec::new(), notes: Vec::new() };
        for (root, only) in report.roots.iter().zip(wanted.only) {
            for set in root.workspace.history.sets.iter().filter(|set| set.engine == Engine::Postgres) {
                let made = guard::caught(&set.folder, || Set::of(root, set, only, wanted.version));
                match made {
                    Some(set) if set.planned.is_empty() => {}
                    Some(set) => table.sets.push(set),
                    None => table.notes.push((root, failed(set))),
                }
            }
            let notes = root.notes.iter().filter(|note| note.judged == Judged::Nothing && is_of_migrations(root, note));
            table.notes.extend(notes.map(|note| (root, note.clone())));
        }
        table
    }

    /// Whether there is anything that could lock: migrations for PostgreSQL, pending or not.
    pub fn has_migrations(&self) -> bool {
        let mut sets = self.report.roots.iter().flat_map(|root| &root.workspace.history.sets);
        sets.any(|set| set.engine == Engine::Postgres)
    }

    /// All statements, in order.
    pub fn steps(&self) -> impl Iterator<Item = (&Set<'a>, &Script, &Step)> {
        self.sets.iter().flat_map(|set| {
            set.planned.iter().flat_map(move |planned| planned.steps.iter().map(move |step| (set, planned, step)))
        })
    }

    /// The statements that somebody waits for or that fail, the worst first.
    pub fn worst(&self) -> Vec<(Weight, &Set<'a>, &Script, &Step)> {
        let weighed = self.steps().filter_map(|(set, planned, step)| Some((Weight::of(step)?, set, planned, step)));
        let mut worst: Vec<_> = weighed.collect();
        worst.sort_by_key(|(weight, _, _, step)| (*weight, step.effort()));
        worst
    }
}

impl<'a> Set<'a> {
    fn of(root: &'a Root, set: &MigrationSet, only: &str, wanted: Option<u32>) -> Self {
        let workspace = &root.workspace;
        let planned = |version| {
            let mut planned = set.planned(&workspace.documents, version);
            planned.retain(|script| only.is_empty() || workspace.path(script.source) == only);
            planned
        };
        let version = wanted.unwrap_or(set.versions.lowest());
        let server = match wanted {
            Some(version) => format!("{} {version}, as asked", set.engine.name()),
            None => set.server(),
        };
        let folder = if set.folder.is_empty() { "." } else { &set.folder };
        let folder = format!("{}{folder}", root.prefix);
        let mut made = Self { root, folder, version, server, planned: planned(version), differing: Vec::new() };
        let others = set.versions.majors.iter().skip(1).filter(|_| wanted.is_none() && !made.planned.is_empty());
        for other in others {
            let differing = differing(&made.planned, &planned(*other));
            made.differing.extend(differing.into_iter().map(|(source, span)| (source, span, *other)));
        }
        made
    }
}

fn differing(here: &[Script], there: &[Script]) -> Vec<(SourceId, Span)> {
    let steps = |planned: &[Script]| planned.iter().map(|script| script.steps.len()).sum::<usize>();
    debug_assert_eq!(steps(here), steps(there), "the same statements");
    let pairs = here.iter().zip(there).flat_map(|(here, there)| {
        let differs = |(one, other): &(&Step, &Step)| {
            let has_error = |step: &Step| step.error.is_some();
            one.relations != other.relations || has_error(one) != has_error(other) || one.refused() != other.refused()
        };
        here.steps.iter().zip(&there.steps).filter(differs).map(|(step, _)| (here.source, step.span))
    });
    pairs.collect()
}

fn failed(set: &MigrationSet) -> Note {
    let path = if set.folder.is_empty() { ".".to_owned() } else { set.folder.clone() };
    let message = "gonogo failed while replaying these migrations; please report it".to_owned();
    Note { path, line: None, message, judged: Judged::Nothing }
}

/// Whether a note is about migrations: one of their files, or all of a folder.
fn is_of_migrations(root: &Root, note: &Note) -> bool {
    let mut sets = root.workspace.history.sets.iter();
    let is_sql = note.path.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    is_sql || sets.any(|set| set.folder == note.path || (set.folder.is_empty() && note.path == "."))
}

/// How bad a statement is for those who wait, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// It fails, so the migration does.
    Fails,
    /// Readers wait while long work goes on.
    ReadersForLong,
    /// Writers do.
    WritersForLong,
    /// Readers wait for no longer than the transaction lasts.
    Readers,
    /// Writers do.
    Writers,
}

impl Weight {
    /// None for a statement that nobody waits for.
    fn of(step: &Step) -> Option<Self> {
        if step.fails() {
            return Some(Self::Fails);
        }
        let blocks = |what| step.blocking().any(|relation| relation.blocks.contains(&what));
        match (blocks("select"), blocks("update"), step.is_long()) {
            (true, _, true) => Some(Self::ReadersForLong),
            (false, true, true) => Some(Self::WritersForLong),
            (true, _, false) => Some(Self::Readers),
            (false, true, false) => Some(Self::Writers),
            (false, false, _) => None,
        }
    }
}
