//! Plain values that steer reading and judging. Where they come from is not known here.

mod environments;
mod migrations;
mod paths;
mod rules;

use crate::diagnostic::Severity;
use crate::source::Span;
pub use environments::EnvironmentNames;
pub use migrations::{MigrationConfig, RollbackPolicy, Tables};
pub use paths::Paths;
pub use rules::{Level, RuleSettings, Scope, Value};

/// How to read and judge.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Larger files are not read, and said so.
    pub max_file_size: u64,
    /// Run these rules alone; empty for the default set.
    pub select: Vec<String>,
    /// Leave these rules out.
    pub ignore: Vec<String>,
    /// A finding of this severity or worse means NO-GO.
    pub fail_on: Severity,
    /// Milder findings are left out of reports; they do not count for the verdict either way.
    pub min_severity: Severity,
    /// Nothing recognised is GO, not NO VERDICT.
    pub allow_empty: bool,
    /// How many threads; `None` for as many as there are processors.
    pub threads: Option<usize>,
    /// The revision that has shipped, where somebody named it.
    pub base: Option<String>,
    /// What has shipped is judged, too.
    pub all: bool,
    /// Only what the change since the base touches is reported.
    pub changed: Option<Reach>,
    /// What the CI system says of the change.
    pub ci: Ci,
    /// A setting that somebody asks about: who reads it is looked for, although no rule may want to know.
    pub asked: Option<String>,
    /// Measure how long what takes.
    pub timings: bool,
    /// What is read although it is passed over by default.
    pub include: Paths,
    /// What is never read, unless it is named.
    pub exclude: Paths,
    /// What git ignores is passed over.
    pub respect_gitignore: bool,
    /// What is said of the names of environments.
    pub environments: EnvironmentNames,
    /// What is said of migrations; the last word counts.
    pub migrations: Vec<MigrationConfig>,
    /// How large tables are.
    pub tables: Tables,
    /// What is said of rules.
    pub rules: RuleSettings,
    /// What the configuration allows.
    pub allowed: Vec<Allowance>,
    /// The file of known findings, below the root; none for the one that is looked for by its name.
    pub baseline: Option<String>,
    /// No file of known findings counts.
    pub no_baseline: bool,
    /// The day that the last days of suppressions are compared with, as `2027-01-31`; none for today in UTC.
    pub today: Option<String>,
}

/// What counts as touched by a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The lines that differ.
    Lines,
    /// The files that differ.
    Files,
}

/// What a CI system says of the change that it checks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ci {
    /// What the change goes into: revisions to try, in order. Empty where the system names none.
    pub target: Vec<String>,
    /// The variable that names it.
    pub variable: &'static str,
    /// What it checks out may be a merge that it made itself.
    pub merges: bool,
    /// The branch that releases come from.
    pub default_branch: Option<String>,
    /// How to have it fetch the whole history.
    pub deepen: Option<&'static str>,
}

/// A rule that the configuration allows for some files.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// The name of the rule, as written.
    pub rule: String,
    /// Where.
    pub paths: Paths,
    /// Why.
    pub reason: String,
    /// The last day, as `2027-01-31`.
    pub until: Option<String>,
    /// The file of configuration that says so, relative to the root.
    pub file: String,
    /// The name of the rule in that file.
    pub span: Span,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_file_size: 10 << 20,
            select: Vec::new(),
            ignore: Vec::new(),
            fail_on: Severity::High,
            min_severity: Severity::Low,
            allow_empty: false,
            threads: None,
            base: None,
            all: false,
            changed: None,
            ci: Ci::default(),
            asked: None,
            timings: false,
            include: Paths::default(),
            exclude: Paths::default(),
            respect_gitignore: true,
            environments: EnvironmentNames::default(),
            migrations: Vec::new(),
            tables: Tables::default(),
            rules: RuleSettings::default(),
            allowed: Vec::new(),
            baseline: None,
            no_baseline: false,
            today: None,
        }
    }
}

impl Settings {
    /// The server that the migrations at a path are for, by the word for it.
    pub fn engine(&self, path: &str) -> Option<&str> {
        let last = |config: &&MigrationConfig| config.engine.is_some() && config.paths.matches(path);
        self.migrations.iter().rev().find(last)?.engine.as_deref()
    }

    /// The tool that runs the migrations at a path, by the word for it.
    pub fn framework(&self, path: &str) -> Option<&str> {
        let mut last = self.migrations.iter().rev().filter(|config| config.paths.matches(path));
        last.find_map(|config| config.framework.as_deref())
    }

    /// What the runner of the migrations at a path opens a transaction around, by the word for it.
    pub fn transactions(&self, path: &str) -> Option<&str> {
        let mut last = self.migrations.iter().rev().filter(|config| config.paths.matches(path));
        last.find_map(|config| config.transaction.as_deref())
    }

    /// The major version of the server that the migrations at a path run on.
    pub fn server_version(&self, path: &str) -> Option<u32> {
        let mut last = self.migrations.iter().rev().filter(|config| config.paths.matches(path));
        last.find_map(|config| config.version)
    }

    /// How long the migrations at a path wait for locks.
    pub fn lock_timeout(&self, path: &str) -> Option<&str> {
        let mut last = self.migrations.iter().rev().filter(|config| config.paths.matches(path));
        last.find_map(|config| config.lock_timeout.as_deref())
    }

    /// The last version that has shipped of the migrations at a path.
    pub fn applied_through(&self, path: &str) -> Option<&str> {
        let mut last = self.migrations.iter().rev().filter(|config| config.paths.matches(path));
        last.find_map(|config| config.applied_through.as_deref())
    }

    /// Whether the migrations at a path need a way back.
    pub fn rollback(&self, path: &str) -> RollbackPolicy {
        let mut last = self.migrations.iter().rev().filter(|config| config.paths.matches(path));
        last.find_map(|config| config.rollback).unwrap_or(RollbackPolicy::Optional)
    }
}

/// The name of a baseline, unless somebody says otherwise.
pub const BASELINE: &str = "gonogo-baseline.json";

/// How deep anything may nest before a reader gives up on it.
pub const MAX_NESTING: usize = 512;

/// How many YAML documents of one file are read; a cluster's whole state has fewer.
pub const MAX_DOCUMENTS: usize = 250_000;

/// Every thread that reads or judges has this much stack; what we recurse into is bounded by [`MAX_NESTING`].
pub const STACK_SIZE: usize = 16 << 20;

/// How many settings, sections and faults of one file are kept. Real files stay below a tenth of it.
pub const MAX_ENTRIES: usize = 250_000;

/// How many bytes the path of a setting may have, sections included.
pub const MAX_PATH: usize = 1024;

/// How many statements of one file are read; real histories have thousands, dumps a hundred thousand.
pub const MAX_STATEMENTS: usize = 1_000_000;

/// How many tokens of one file are kept where a reader needs all of them at once: 48 MB of them.
pub const MAX_TOKENS: usize = 4 << 20;

/// How many terms an expression may join before the statement that holds it is left unread. Generated ones have hundreds;
/// ten thousand overflow the stack of parsers that descend into them.
pub const MAX_TERMS: usize = 10_000;
