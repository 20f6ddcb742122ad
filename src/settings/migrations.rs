//! What the configuration says of migration sets and of the tables that they change.

use super::Paths;

/// What is said of the migrations below some paths; what is not said is found out.
#[derive(Clone, Debug)]
pub struct MigrationConfig {
    /// The files, or the folders that hold them.
    pub paths: Paths,
    /// The tool that runs them, by the word for it.
    pub framework: Option<String>,
    /// What it opens a transaction around, by the word for it.
    pub transaction: Option<String>,
    /// The server, by the word for it.
    pub engine: Option<String>,
    /// The major version of the server.
    pub version: Option<u32>,
    /// The last version that has shipped.
    pub applied_through: Option<String>,
    /// How long they wait for locks, where nothing in the tree says so.
    pub lock_timeout: Option<String>,
    /// Whether migrations need a way back.
    pub rollback: Option<RollbackPolicy>,
}

/// Whether migrations need a way back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RollbackPolicy {
    /// Each one does.
    Required,
    /// Where others beside it have one.
    Optional,
    /// None does: this team goes forward only.
    None,
}

/// How large tables are, as far as somebody says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tables {
    /// Tables that stay small, by name.
    pub small: Vec<String>,
    /// A file with the number of rows of each.
    pub rows_file: Option<String>,
    /// Fewer rows than these are few.
    pub small_below: u64,
}

impl Default for Tables {
    fn default() -> Self {
        Self { small: Vec::new(), rows_file: None, small_below: 10_000 }
    }
}
