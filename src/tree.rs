//! Where do bytes come from?
//!
//! From a [`Tree`]: a folder on disk, or files in memory (pages of rules, standard input, editors); objects of git
//! come later. Nothing else in the house opens a file, so nothing else can be tricked into opening one.

mod disk;
mod memory;

use std::fmt;

pub use disk::{Disk, Named, Standing, locate};
pub use memory::Memory;

/// A folder of files, read-only.
pub trait Tree: Sync {
    /// Every entry below the root in a fixed order: by name, folders before what is in them. A folder that `enter`
    /// refuses is reported as one entry and not looked into.
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry>;

    /// The bytes of a file, if it is a plain file of at most `limit` bytes.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable>;
}

/// What a walk came across.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Relative to the root, `/` between its parts. Untrusted.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
}

impl Entry {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What an entry of a folder is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A plain file.
    File,
    /// A folder that was looked into, or refused.
    Folder,
    /// A link to something below the root, which is judged where it lives.
    InnerLink,
    /// Anything that is not read, and why.
    Odd(Unreadable),
}

/// Why there are no bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// It went away between the walk and the read.
    Vanished,
    /// A pipe, a socket, a device or a folder.
    NotAFile,
    /// A link to somewhere else.
    LeavesRoot,
    /// A link to nothing, or to itself.
    DeadLink,
    /// More bytes than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The operating system refused, in its words.
    Refused(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vanished => f.write_str("it vanished while gonogo was reading the folder"),
            Self::NotAFile => f.write_str("it is a pipe, a socket, a device or a folder, not a file"),
            Self::LeavesRoot => f.write_str("it is a link that leaves the folder being checked, so it was not followed"),
            Self::DeadLink => f.write_str("it is a link that leads nowhere"),
            Self::TooLarge { limit } => {
                write!(f, "it is larger than the limit of {} MiB (--max-file-size raises it)", limit >> 20)
            }
            Self::Refused(reason) => write!(f, "it could not be read: {reason}"),
        }
    }
}
