//! What the configuration says of migration sets.

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
