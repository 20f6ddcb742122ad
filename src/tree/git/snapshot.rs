//! The files of a commit, or those that are staged, as a tree.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Blob, Mode, Repository};
use crate::path;
use crate::tree::{Disk, Entry, EntryKind, NoRepository, Tree, Unreadable, walk_paths};

/// Files as git keeps them.
#[derive(Debug)]
pub struct Snapshot {
    repository: Arc<Repository>,
    files: BTreeMap<String, Blob>,
    /// Where the links among them lead.
    links: HashMap<String, String>,
    /// The working copy, which mostly holds the same and is read sooner.
    copy: Option<Disk>,
}

impl Snapshot {
    /// Of files that were listed.
    pub fn new(repository: Arc<Repository>, files: Vec<Blob>) -> Self {
        let links = files.iter().filter(|file| file.mode == Mode::Link);
        let links =
            links.filter_map(|link| Some((link.path.clone(), target(&link.path, &repository.read(&link.id, 4096).ok()?)?)));
        let links = links.collect();
        Self { repository, links, copy: None, files: files.into_iter().map(|file| (file.path.clone(), file)).collect() }
    }

    /// Of what is staged.
    pub fn staged(repository: Arc<Repository>) -> Result<Self, String> {
        let files = repository.staged_files()?;
        let copy = Disk::open(&repository.folder).ok();
        Ok(Self { copy, ..Self::new(repository, files) })
    }

    fn content(&self, blob: &Blob, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let copy = self.copy.as_ref().and_then(|copy| copy.read(&blob.path, limit).ok());
        match copy.filter(|bytes| self.repository.is_exactly(bytes, &blob.id)) {
            Some(bytes) => Ok(bytes),
            None => self.repository.read(&blob.id, limit),
        }
    }

    fn kind(&self, blob: &Blob) -> EntryKind {
        match blob.mode {
            Mode::File => EntryKind::File,
            Mode::Submodule => EntryKind::Folder,
            Mode::Unmerged => EntryKind::Odd(Unreadable::Unmerged),
            Mode::Link => match self.links.get(&blob.path) {
                None => EntryKind::Odd(Unreadable::LeavesRoot),
                Some(target) if self.is_there(target) => EntryKind::InnerLink,
                Some(_) => EntryKind::Odd(Unreadable::DeadLink),
            },
        }
    }

    /// A file, or a folder with something in it.
    fn is_there(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(below.clone()..).next().is_some_and(|(next, _)| next.starts_with(&below))
    }
}

impl Tree for Snapshot {
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
        walk_paths(self.files.iter().map(|(path, blob)| (path.as_str(), self.kind(blob))), enter)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let blob = self.files.get(path).ok_or(Unreadable::Vanished)?;
        match blob.mode {
            Mode::File => self.content(blob, limit),
            Mode::Unmerged => Err(Unreadable::Unmerged),
            Mode::Link | Mode::Submodule => Err(Unreadable::NotAFile),
        }
    }

    fn repository(&self) -> Result<Arc<Repository>, NoRepository> {
        Ok(Arc::clone(&self.repository))
    }
}

/// Where a link leads, below the root; none if it leaves it.
fn target(link: &str, bytes: &[u8]) -> Option<String> {
    let target = super::path(bytes);
    if target.starts_with('/') || target.contains(['\\', ':']) {
        return None;
    }
    let folder = path::folder(link);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
