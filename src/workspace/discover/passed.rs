//! What a walk passes over, and why.

use std::collections::BTreeSet;
use std::fmt;

use crate::tree::Tree;

/// A folder or a file that was passed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// Its path.
    pub path: String,
    /// Why.
    pub why: Why,
}

/// Why something is passed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Its name says that other people wrote it, that it is generated, or that tests read it.
    Foreign,
    /// It holds the records of version control.
    Records,
    /// The configuration says so.
    Excluded,
    /// git ignores it: the pattern, and the file that has it.
    Ignored(String, String),
    /// All around it is passed over.
    Around,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("by its name it is vendored, generated or for tests"),
            Self::Records => f.write_str("version control keeps its records there"),
            Self::Excluded => f.write_str("the configuration excludes it"),
            Self::Ignored(pattern, file) => write!(f, "git ignores it: `{pattern}` in {file}"),
            Self::Around => f.write_str("the folder around it is passed over"),
        }
    }
}

/// The files that git knows of: it follows them whatever is ignored.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    files: BTreeSet<String>,
}

impl Tracked {
    /// Asks git; without a repository there are none.
    pub(super) fn of(tree: &dyn Tree) -> Self {
        let listed = tree.repository().ok().and_then(|repository| repository.staged_files().ok());
        Self { files: listed.into_iter().flatten().map(|blob| blob.path).collect() }
    }

    /// Whether git follows a file, or anything in a folder.
    pub(super) fn has(&self, path: &str, is_folder: bool) -> bool {
        if !is_folder {
            return self.files.contains(path);
        }
        let below = format!("{path}/");
        self.files.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
    }
}
