//! Where do bytes come from?
//!
//! From a [`Tree`]: a folder on disk, files in memory (pages of rules, standard input, editors), what git keeps of a commit
//! or of what is staged, or one of these laid over another. Nothing else in the house opens a file, so nothing else can be
//! tricked into opening one.

mod disk;
pub mod git;
mod memory;
mod overlay;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use git::{NoRepository, Repository};

use crate::path;

pub use disk::{Disk, Named, Placing, Seat, Standing, home_of, locate, place, seat};
pub use memory::Memory;
pub use overlay::Overlay;

/// A folder of files, read-only.
pub trait Tree: Sync {
    /// Every entry below the root in a fixed order: by name, folders before what is in them. A folder that `enter`
    /// refuses is reported as one entry and not looked into.
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry>;

    /// The bytes of a file, if it is a plain file of at most `limit` bytes.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable>;

    /// The same for what the walk found to be a plain file, which need not be asked again what it is.
    fn read_found(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        self.read(path, limit)
    }

    /// The same for a path that no walk came across: links in it are followed as long as they stay below the root.
    fn read_named(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        self.read(path, limit)
    }

    /// The repository whose files these are.
    fn repository(&self) -> Result<Arc<Repository>, NoRepository> {
        Err(NoRepository::Absent)
    }
}

/// Walks files that are known by their paths alone, in order.
fn walk_paths<'a>(files: impl Iterator<Item = (&'a str, EntryKind)>, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut decided: BTreeMap<String, bool> = BTreeMap::new();
    for (path, kind) in files {
        let mut open = true;
        for (slash, _) in path.match_indices('/') {
            let folder = &path[..slash];
            open = decided.get(folder).copied().unwrap_or_else(|| {
                let entry = Entry { path: folder.to_owned(), kind: EntryKind::Folder };
                let enter = enter(&entry);
                entries.push(entry);
                decided.insert(folder.to_owned(), enter);
                enter
            });
            if !open {
                break;
            }
        }
        if open {
            entries.push(Entry { path: path.to_owned(), kind });
        }
    }
    entries
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
        path::name(&self.path)
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
    /// A link where a file of gonogo's own should be.
    Linked,
    /// More bytes than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// It is staged in several versions, because a merge is not finished.
    Unmerged,
    /// The operating system refused, in its words.
    Refused(String),
}

/// A number of bytes for people: in the largest unit that it is a whole number of.
fn size(bytes: u64) -> String {
    let units = [(20, "MiB"), (10, "KiB")];
    let unit = units.into_iter().find(|(shift, _)| bytes >> shift > 0 && bytes.trailing_zeros() >= *shift);
    unit.map_or_else(|| format!("{bytes} bytes"), |(shift, unit)| format!("{} {unit}", bytes >> shift))
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vanished => f.write_str("it vanished while gonogo was reading the folder"),
            Self::NotAFile => f.write_str("it is a pipe, a socket, a device or a folder, not a file"),
            Self::LeavesRoot => f.write_str("it is a link that leaves the folder being checked, so it was not followed"),
            Self::Linked => f.write_str("it is a link, and gonogo reads and writes its own files only where they are"),
            Self::DeadLink => f.write_str("it is a link that leads nowhere"),
            Self::TooLarge { limit } => {
                write!(f, "it is larger than the limit of {} (--max-file-size raises it)", size(*limit))
            }
            Self::Unmerged => f.write_str("a merge left it in several versions: settle them and `git add` it"),
            Self::Refused(reason) => write!(f, "it could not be read: {reason}"),
        }
    }
}
