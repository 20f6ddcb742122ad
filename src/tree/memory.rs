//! Files that were never on disk.

use std::collections::BTreeMap;

use super::{Entry, EntryKind, Tree, Unreadable, walk_paths};

/// Files in memory, by path.
#[derive(Clone, Default, Debug)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }
}

impl<P: Into<String>, B: Into<Vec<u8>>> FromIterator<(P, B)> for Memory {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect();
        Self { files }
    }
}

impl Tree for Memory {
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
        walk_paths(self.files.keys().map(|path| (path.as_str(), EntryKind::File)), enter)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let bytes = self.files.get(path).ok_or(Unreadable::Vanished)?;
        if bytes.len() as u64 > limit {
            return Err(Unreadable::TooLarge { limit });
        }
        Ok(bytes.clone())
    }
}
