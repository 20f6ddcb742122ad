//! What is known of a set beside its statements, and who says so.

use crate::diagnostic::{Place, SourceId};
use crate::document::migration::framework::Transactions;

/// A file that looks like a migration and never runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignored {
    /// The file.
    pub source: SourceId,
    /// Why its tool passes over it, and what to do.
    pub why: String,
    /// What to do about it.
    pub help: String,
}

/// Who says which tool runs a set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FrameworkSaid {
    /// The configuration.
    Config,
    /// A file of configuration of the tool, or one of a package that uses it.
    File(String),
    /// The names of the files.
    Names,
    /// A comment in a file.
    Mark(Place),
    /// Nobody: it is the likeliest.
    Nobody,
}

/// What the runner opens a transaction around when it runs a script, whatever the script says itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunnerTransaction {
    /// What.
    pub mode: Transactions,
    /// Who says so.
    pub said: TransactionSaid,
}

/// Who says what a runner opens a transaction around.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransactionSaid {
    /// It always does so, unless it is told otherwise.
    Runner,
    /// The configuration of gonogo.
    Config,
    /// A comment of the file.
    Mark(Place),
    /// The name of the file.
    Name,
    /// Another file, in this line.
    File(String, u32),
}
