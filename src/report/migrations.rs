//! The sets of migrations of all roots, and what is known of each.

use super::{Report, Root};
use crate::workspace::base::Base;
use crate::workspace::history::{FrameworkSaid, Migration, MigrationSet, Shipping};

/// All sets.
#[derive(Debug)]
pub struct Listing {
    /// In order.
    pub sets: Vec<Listed>,
    /// Migrations of kinds that are not read, with how many there are.
    pub unsupported: Vec<(String, usize)>,
}

/// One set.
#[derive(Debug)]
pub struct Listed {
    /// Its folder as reports print it.
    pub folder: String,
    /// The word for its tool.
    pub framework: &'static str,
    /// What the tool is called.
    pub framework_name: &'static str,
    /// Who says so.
    pub framework_said: String,
    /// The word for its server.
    pub engine: &'static str,
    /// The server, and who says so.
    pub server: String,
    /// What the tool opens a transaction around, where a file does not ask for something else.
    pub transaction: &'static str,
    /// How many migrations ask for none.
    pub without_transaction: usize,
    /// How many migrations there are.
    pub count: usize,
    /// The one that runs last.
    pub newest: Option<String>,
    /// How many have a way back.
    pub with_down: usize,
    /// Whether the tool knows a way back at all.
    pub goes_back: bool,
    /// Those that have not shipped, in order.
    pub pending: Vec<String>,
    /// Nobody can say which have shipped.
    pub undecided: bool,
    /// What has shipped is told from.
    pub since: String,
    /// The file that tells of what they use and never made.
    pub starts_from: Option<String>,
    /// The tables of which it tells.
    pub told: Vec<String>,
    /// Why nobody can say in which order they run; empty where it is known.
    pub unordered: Vec<String>,
}

impl Listing {
    /// Of all that was read.
    pub fn of(report: &Report) -> Self {
        let sets = report.roots.iter().flat_map(|root| root.workspace.history.sets.iter().map(|set| Listed::of(root, set)));
        let unsupported = report.roots.iter().flat_map(|root| root.workspace.foreign.iter().cloned());
        Self { sets: sets.collect(), unsupported: unsupported.collect() }
    }
}

impl Listed {
    fn of(root: &Root, set: &MigrationSet) -> Self {
        let forward = || set.migrations.iter().filter(|migration| !migration.up.is_empty());
        let folder = if set.folder.is_empty() { "." } else { &set.folder };
        let default = set.transactions();
        let is_lone = |migration: &&Migration| migration.up.iter().any(|script| script.runner.mode != default);
        let pending = forward().filter(|migration| migration.shipping == Shipping::Pending);
        Self {
            folder: format!("{}{folder}", root.prefix),
            framework: set.framework.word(),
            framework_name: set.framework.name(),
            framework_said: said(root, &set.framework_said),
            engine: set.engine.key(),
            server: set.server(),
            transaction: default.word(),
            without_transaction: forward().filter(is_lone).count(),
            count: forward().count(),
            newest: forward().rfind(|migration| migration.has_version()).map(|newest| newest.title.clone()),
            with_down: set.reversible().count(),
            goes_back: set.framework.goes_back() || set.framework.is_unnamed(),
            pending: pending.map(|migration| migration.title.clone()).collect(),
            undecided: set.migrations.iter().any(|migration| migration.shipping == Shipping::Undecided),
            since: since(&root.workspace.change.base),
            starts_from: set.started.as_ref().map(|started| format!("{}{}", root.prefix, started.path)),
            told: set.started.as_ref().map(|started| started.tables.clone()).unwrap_or_default(),
            unordered: set.unordered.clone(),
        }
    }
}

fn said(root: &Root, said: &FrameworkSaid) -> String {
    match said {
        FrameworkSaid::Config => "as the configuration says".to_owned(),
        FrameworkSaid::File(path) => format!("as {}{path} says", root.prefix),
        FrameworkSaid::Names => "as the names of its files say".to_owned(),
        FrameworkSaid::Mark(place) => {
            let location = root.location(*place);
            format!("as {}:{} says", location.path, location.line)
        }
        FrameworkSaid::Nobody => "because nothing here names another tool".to_owned(),
    }
}

fn since(base: &Base) -> String {
    match base {
        Base::Commit { commit, .. } => format!("since {}", commit.short()),
        Base::Nothing(why) => (*why).to_owned(),
        Base::Unasked | Base::All | Base::Unknown(_) => String::new(),
    }
}
