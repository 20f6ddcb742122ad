//! A tree with files laid over it: some replaced, some new, some gone.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::git::{NoRepository, Repository};
use super::{Entry, EntryKind, Tree, Unreadable};

/// One tree laid over another. What the upper one has hides what is at the same place below; what was taken away is
/// in neither. Facts and ignore rules see the sum alone.
pub struct Overlay<'t> {
    below: &'t dyn Tree,
    above: &'t dyn Tree,
    /// What the upper tree has, by path. Folders above do not hide the folders below them: both contribute.
    laid: BTreeMap<String, EntryKind>,
    gone: BTreeSet<String>,
}

impl<'t> Overlay<'t> {
    /// Lays `above` over `below`. The paths that are `gone`, files or whole folders, are taken from below alone: a
    /// file that the upper tree has stays.
    pub fn new(below: &'t dyn Tree, above: &'t dyn Tree, gone: impl IntoIterator<Item = String>) -> Self {
        let laid = above.walk(&mut |_| true).into_iter().map(|entry| (entry.path, entry.kind)).collect();
        Self { below, above, laid, gone: gone.into_iter().collect() }
    }

    /// Whether an entry of the lower tree is still there.
    fn shows(&self, entry: &Entry) -> bool {
        if self.hides(&entry.path) {
            return false;
        }
        match self.laid.get(&entry.path) {
            // A file or a link gives way to a folder. What is closed below stays closed, whatever is laid into it.
            Some(EntryKind::Folder) => !matches!(entry.kind, EntryKind::File | EntryKind::InnerLink),
            Some(_) => false,
            None => true,
        }
    }

    /// Whether a path is gone, or lies in a folder that is gone, or in one that the upper tree has a file for.
    fn hides(&self, path: &str) -> bool {
        let replaced = |folder: &str| self.laid.get(folder).is_some_and(|kind| *kind != EntryKind::Folder);
        self.gone.contains(path) || folders(path).any(|folder| self.gone.contains(folder) || replaced(folder))
    }
}

impl fmt::Debug for Overlay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("laid", &self.laid).field("gone", &self.gone).finish_non_exhaustive()
    }
}

impl Tree for Overlay<'_> {
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
        // Both trees may have a folder, and it is asked for once.
        let mut decided: BTreeMap<String, bool> = BTreeMap::new();
        let mut entries = self.below.walk(&mut |folder| {
            // What is gone below may still be laid anew above.
            self.shows(folder) && *decided.entry(folder.path.clone()).or_insert_with(|| enter(folder))
        });
        entries.retain(|entry| self.shows(entry));
        let mut seen: BTreeSet<String> = entries.iter().map(|entry| entry.path.clone()).collect();
        let upper = self.above.walk(&mut |folder| *decided.entry(folder.path.clone()).or_insert_with(|| enter(folder)));
        entries.extend(upper.into_iter().filter(|entry| entry.kind != EntryKind::Folder || seen.insert(entry.path.clone())));
        entries.sort_by(in_order);
        entries
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        match self.laid.get(path) {
            Some(_) => self.above.read(path, limit),
            None if self.hides(path) => Err(Unreadable::Vanished),
            None => self.below.read(path, limit),
        }
    }

    fn read_found(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        // What was found here may be of either tree.
        if self.laid.is_empty() && self.gone.is_empty() { self.below.read_found(path, limit) } else { self.read(path, limit) }
    }

    fn repository(&self) -> Result<Arc<Repository>, NoRepository> {
        self.below.repository()
    }
}

/// The folders around a path, from the top.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(slash, _)| &path[..slash])
}

/// By name, folders before what is in them: the order of every walk.
fn in_order(one: &Entry, other: &Entry) -> Ordering {
    one.path.split('/').cmp(other.path.split('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    fn tree(files: &[(&str, &str)]) -> Memory {
        files.iter().map(|(path, text)| (*path, *text)).collect()
    }

    fn gone(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    fn files(tree: &dyn Tree) -> Vec<(String, String)> {
        let entries = tree.walk(&mut |_| true);
        let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File);
        let text = |path: &str| String::from_utf8(tree.read(path, 100).expect("a file of the walk")).expect("text");
        files.map(|entry| (entry.path.clone(), text(&entry.path))).collect()
    }

    fn pairs(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn files_are_replaced_added_and_taken_away() {
        let below = tree(&[("a/1", "old"), ("a/2", "old"), ("b/c/1", "old"), ("b/c/2", "old"), ("d", "old")]);
        let above = tree(&[("a/1", "new"), ("a/3", "new"), ("e/f", "new"), ("b/c/2", "new")]);
        let overlay = Overlay::new(&below, &above, gone(&["a/2", "b/c", "never/there"]));
        let wanted = [("a/1", "new"), ("a/3", "new"), ("b/c/2", "new"), ("d", "old"), ("e/f", "new")];
        assert_eq!(files(&overlay), pairs(&wanted));
        for path in ["a/2", "b/c/1"] {
            assert_eq!(overlay.read(path, 100), Err(Unreadable::Vanished), "{path}");
        }
        assert_eq!(overlay.read("a/1", 2), Err(Unreadable::TooLarge { limit: 2 }));
    }

    #[test]
    fn a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file() {
        let below = tree(&[("a/b/1", "old"), ("c", "old")]);
        let above = tree(&[("a", "new"), ("c/d", "new")]);
        let overlay = Overlay::new(&below, &above, []);
        assert_eq!(files(&overlay), pairs(&[("a", "new"), ("c/d", "new")]));
        assert_eq!(overlay.read("a/b/1", 100), Err(Unreadable::Vanished));
        let folders = overlay.walk(&mut |_| true).into_iter().filter(|entry| entry.kind == EntryKind::Folder);
        assert_eq!(folders.map(|entry| entry.path).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn a_folder_of_both_is_asked_for_once_and_a_refused_one_stays_shut() {
        let below = tree(&[("a/1", ""), ("shut/1", ""), ("z-z/1", ""), ("z/1", "")]);
        let above = tree(&[("a/2", ""), ("shut/2", ""), ("new/1", "")]);
        let overlay = Overlay::new(&below, &above, []);
        let mut asked = Vec::new();
        let entries = overlay.walk(&mut |folder| {
            asked.push(folder.path.clone());
            folder.path != "shut"
        });
        asked.sort();
        assert_eq!(asked, ["a", "new", "shut", "z", "z-z"]);
        let paths: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["a", "a/1", "a/2", "new", "new/1", "shut", "z", "z/1", "z-z", "z-z/1"]);
    }
}
