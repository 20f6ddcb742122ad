//! A folder on disk: read-only, links never followed out of it, pipes and devices never opened.

mod bytes;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{self, DirEntry, File};
use std::io::{self, Write};
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use self::bytes::{plain, read_plain, reason, unreadable};
use super::git::{NoRepository, Repository};
use super::{Entry, EntryKind, Tree, Unreadable};
use crate::untrusted::{carry_odd_bytes, may_carry_odd_bytes, odd_byte};

/// A folder on disk.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    /// The root with all links resolved, to tell which links leave it.
    resolved: PathBuf,
    /// Opened by the first who asks.
    repository: OnceLock<Result<Arc<Repository>, NoRepository>>,
}

impl Disk {
    /// Opens a folder.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let resolved = root.canonicalize()?;
        Ok(Self { root, resolved, repository: OnceLock::new() })
    }

    /// Where a file of gonogo's own is below the root, whether or not it exists, with the links on the way to it resolved.
    pub fn below(&self, file: &Path) -> Result<String, Unreadable> {
        let folder = file.parent().map_or(file, or_here).canonicalize().map_err(|error| unreadable(&error))?;
        let path = folder.join(file.file_name().ok_or(Unreadable::NotAFile)?);
        if !path.starts_with(&self.resolved) {
            return Err(Unreadable::LeavesRoot);
        }
        match fs::symlink_metadata(&path) {
            Ok(found) if found.file_type().is_symlink() => return Err(Unreadable::Linked),
            Ok(found) => plain(found.file_type())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&error)),
        }
        Ok(relative(&path, &self.resolved))
    }

    /// The same for a path that is relative to the root.
    pub fn own(&self, path: &str) -> Result<String, Unreadable> {
        self.below(&self.root.join(os_path(path)))
    }

    /// Puts a file in place as a whole or not at all, unless somebody changed it since its bytes were `before`.
    pub fn replace(&self, path: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<(), Unreadable> {
        let target = self.resolved.join(os_path(&self.own(path)?));
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = target.with_file_name(name);
        let refused = |error: io::Error| Unreadable::Refused(reason(&error));
        let written = put(&temporary, fs::metadata(&target).ok(), bytes).map_err(refused).and_then(|()| {
            let now = match self.read(path, before.map_or(0, |before| before.len() as u64)) {
                Err(Unreadable::Vanished) => before.is_none(),
                Err(Unreadable::TooLarge { .. }) => false,
                now => before == Some(&now?),
            };
            if !now {
                return Err(Unreadable::Refused("somebody changed it meanwhile; try again".to_owned()));
            }
            fs::rename(&temporary, &target).map_err(refused)
        });
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// What is in a folder, by name.
    fn list(&self, folder: &str) -> io::Result<Vec<Entry>> {
        let found = fs::read_dir(self.place(folder))?.map(|found| Ok(self.entry(folder, &found?)));
        let mut entries: Vec<Entry> = found.collect::<io::Result<_>>()?;
        entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(entries)
    }

    fn entry(&self, folder: &str, found: &DirEntry) -> Entry {
        let name = found.file_name();
        let name = carry_odd_bytes(name.as_encoded_bytes());
        let path = if folder.is_empty() { name } else { [folder, "/", &name].concat() };
        let kind = match found.file_type() {
            Ok(kind) if kind.is_file() => EntryKind::File,
            Ok(kind) if kind.is_dir() => EntryKind::Folder,
            Ok(kind) if kind.is_symlink() => self.link(&found.path()),
            Ok(_) => EntryKind::Odd(Unreadable::NotAFile),
            Err(error) => EntryKind::Odd(unreadable(&error)),
        };
        Entry { path, kind }
    }

    /// Where something is that has this path below the root.
    fn place(&self, path: &str) -> PathBuf {
        let path = os_path(path);
        let mut place = PathBuf::with_capacity(self.root.as_os_str().len() + path.as_os_str().len() + 1);
        place.push(&self.root);
        place.push(path);
        place
    }

    fn link(&self, path: &Path) -> EntryKind {
        match path.canonicalize() {
            Ok(target) if target.starts_with(&self.resolved) => EntryKind::InnerLink,
            Ok(_) => EntryKind::Odd(Unreadable::LeavesRoot),
            Err(_) => EntryKind::Odd(Unreadable::DeadLink),
        }
    }
}

impl Tree for Disk {
    fn walk(&self, enter: &mut dyn FnMut(&Entry) -> bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        let closed = |path: String, error: &io::Error| Entry { path, kind: EntryKind::Odd(Unreadable::Refused(reason(error))) };
        // What is still to come of each folder on the way down.
        let mut ahead: Vec<std::vec::IntoIter<Entry>> = Vec::new();
        match self.list("") {
            Ok(list) => ahead.push(list.into_iter()),
            Err(error) => entries.push(closed(String::new(), &error)),
        }
        while let Some(list) = ahead.last_mut() {
            let Some(mut entry) = list.next() else {
                ahead.pop();
                continue;
            };
            if entry.kind == EntryKind::Folder && enter(&entry) {
                match self.list(&entry.path) {
                    Ok(list) => ahead.push(list.into_iter()),
                    Err(error) => entry = closed(entry.path, &error),
                }
            }
            entries.push(entry);
        }
        entries
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        read_plain(&self.place(path), limit)
    }

    #[cfg(unix)]
    fn read_found(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        bytes::read_found(&self.place(path), limit)
    }

    fn repository(&self) -> Result<Arc<Repository>, NoRepository> {
        self.repository.get_or_init(|| Repository::open(&self.resolved).map(Arc::new)).clone()
    }

    fn read_named(&self, path: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let path = self.place(path);
        fs::symlink_metadata(&path).map_err(|error| unreadable(&error))?;
        let target = path.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Unreadable::DeadLink,
            _ => unreadable(&error),
        })?;
        if target.starts_with(&self.resolved) { read_plain(&target, limit) } else { Err(Unreadable::LeavesRoot) }
    }
}

/// Writes a new file to the end, with the permissions of the one that it will replace.
fn put(path: &Path, like: Option<fs::Metadata>, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    if let Some(like) = like {
        file.set_permissions(like.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// What a path on the command line turned out to be.
#[derive(Debug)]
pub struct Named {
    /// The folder to read whole.
    pub root: PathBuf,
    /// What to report on below it; empty for everything.
    pub only: String,
}

/// What stands under a name on disk.
#[derive(Debug)]
pub enum Standing {
    /// A folder, or a file with the folder that it belongs to.
    Here(Named),
    /// Nothing.
    Missing,
    /// Something that cannot be read, and why.
    Closed(Unreadable),
}

/// Finds the root that a named path belongs to: a folder is a root itself; a file belongs to the current folder if it
/// lies below it, else to the nearest folder above that holds a repository or a configuration.
pub fn locate(path: &Path) -> Standing {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Standing::Missing,
        Err(error) => return Standing::Closed(unreadable(&error)),
    };
    if found.is_dir() {
        return Standing::Here(Named { root: path.to_owned(), only: String::new() });
    }
    if !found.is_file() {
        return Standing::Closed(Unreadable::NotAFile);
    }
    let (Ok(here), Some(folder)) = (Path::new(".").canonicalize(), path.parent().map(or_here)) else {
        return Standing::Closed(Unreadable::Vanished);
    };
    let Ok(folder) = folder.canonicalize() else { return Standing::Closed(Unreadable::Vanished) };
    let file = folder.join(path.file_name().unwrap_or_default());
    let root = if folder.starts_with(&here) { here } else { nearest_mark(&folder) };
    Standing::Here(Named { only: relative(&file, &root), root })
}

/// Where something stands that need not be on disk.
#[derive(Debug)]
pub enum Placing {
    /// Below the current folder.
    Here(Named),
    /// Somewhere else.
    Outside,
    /// In place of a folder.
    Folder,
}

/// Finds the place below the current folder that a path means, whether or not anything is there.
pub fn place(path: &Path) -> Placing {
    let Ok(here) = Path::new(".").canonicalize() else { return Placing::Outside };
    let file = resolved(&here.join(path));
    match file.strip_prefix(&here) {
        Err(_) => Placing::Outside,
        Ok(below) if below.as_os_str().is_empty() || file.is_dir() => Placing::Folder,
        Ok(_) => Placing::Here(Named { only: relative(&file, &here), root: here }),
    }
}

/// All links resolved as far as the path exists; the rest is what its names say.
fn resolved(path: &Path) -> PathBuf {
    let existing = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, mut resolved)) = existing else { return path.to_owned() };
    for part in path.strip_prefix(above).unwrap_or(path).components() {
        match part {
            Component::ParentDir => drop(resolved.pop()),
            other => resolved.push(other),
        }
    }
    resolved
}

/// Where a root stands on disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// Its absolute path, `/` between its parts.
    pub folder: String,
    /// What leads to it from the root of its repository: `services/api/`, nothing if it is that root itself; none
    /// outside a repository.
    pub in_repository: Option<String>,
}

/// Finds out where a root stands.
pub fn seat(root: &Path) -> Option<Seat> {
    let folder = root.canonicalize().ok()?;
    let repository = folder.ancestors().find(|above| above.join(".git").exists());
    let lead = |below: String| if below.is_empty() { below } else { format!("{below}/") };
    let in_repository = repository.map(|repository| lead(relative(&folder, repository)));
    let folder = relative(&folder, Path::new("/"));
    Some(Seat { folder: format!("/{folder}"), in_repository })
}

fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn nearest_mark(folder: &Path) -> PathBuf {
    let marked = |folder: &&Path| [".git", "gonogo.toml", ".gonogo.toml"].iter().any(|name| folder.join(name).exists());
    folder.ancestors().find(marked).unwrap_or(folder).to_owned()
}

/// The repository that a folder belongs to, and the way down to it; without a repository the folder itself. A file is
/// taken for what is in its folder.
pub fn home_of(place: &Path) -> io::Result<(PathBuf, String)> {
    let place = place.canonicalize()?;
    let folder = if place.is_dir() { &place } else { place.parent().unwrap_or(&place) };
    let home = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder);
    Ok((home.to_owned(), relative(&place, home)))
}

/// The path below the root with `/` between its parts; bytes that are no text travel as private characters. Neither path
/// is written in a roundabout way, so that their bytes tell.
fn relative(path: &Path, root: &Path) -> String {
    let (whole, root) = (path.as_os_str().as_encoded_bytes(), root.as_os_str().as_encoded_bytes());
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let below =
        whole.strip_prefix(root).filter(|rest| rest.first().is_none_or(is_separator) || root.last().is_none_or(is_separator));
    let below = below.unwrap_or(whole);
    let from = below.iter().position(|byte| !is_separator(byte)).unwrap_or(below.len());
    let text = carry_odd_bytes(&below[from..]);
    if MAIN_SEPARATOR == '/' { text } else { text.replace(MAIN_SEPARATOR, "/") }
}

#[cfg(unix)]
fn os_path(path: &str) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStringExt;

    if !may_carry_odd_bytes(path) {
        return Cow::Borrowed(Path::new(path));
    }
    let mut bytes = Vec::with_capacity(path.len());
    for character in path.chars() {
        match odd_byte(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Cow::Owned(PathBuf::from(OsString::from_vec(bytes)))
}

/// Elsewhere a name with an unpaired surrogate is not opened: the read says that it vanished.
#[cfg(not(unix))]
fn os_path(path: &str) -> Cow<'_, Path> {
    debug_assert!(path.chars().all(|character| odd_byte(character).is_none()));
    Cow::Borrowed(Path::new(path))
}
