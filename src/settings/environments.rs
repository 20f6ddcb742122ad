//! What somebody says of the names of environments.

/// Which words name environments, beside those that everybody knows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EnvironmentNames {
    /// Further names of environments that customers depend on.
    pub production: Vec<String>,
    /// Further names of other environments, from the laptop to production.
    pub other: Vec<String>,
    /// Words that name no environment here.
    pub ignored: Vec<String>,
}
