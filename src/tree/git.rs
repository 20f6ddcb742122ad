//! What git knows of a folder: its commits, what stood in them, and what is staged.
//!
//! git is the one foreign program, and `process` the one place that starts it. Differences and ignore rules are
//! computed by us; git is asked for names and bytes alone, so nothing that the repository configures has a part in it.

mod names;
mod process;
mod sha1;
mod snapshot;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Unreadable;
use crate::untrusted::carry_odd_bytes;
pub use names::{Blob, Mode};
use process::{Objects, Refusal, said};
pub use snapshot::Snapshot;

/// A folder in the working tree of a repository.
#[derive(Debug)]
pub struct Repository {
    folder: PathBuf,
    is_shallow: bool,
    /// Names of blobs are SHA-1, which we can compute.
    is_sha1: bool,
    objects: Mutex<Objects>,
}

/// Why git cannot be asked about a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoRepository {
    /// The folder is in none.
    Absent,
    /// There is one that cannot be read. What is wrong, and what to do.
    Unusable(String),
}

/// A commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// Its name in full.
    pub id: String,
    /// The names of those before it.
    pub parents: Vec<String>,
}

impl Commit {
    /// As people write it.
    pub fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }
}

/// What a revision turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Revision {
    /// A commit.
    Commit(Commit),
    /// Nothing of this name is here.
    Missing,
    /// git failed, in its words.
    Failed(String),
}

impl Revision {
    /// The commit, if it is one.
    pub fn commit(self) -> Option<Commit> {
        if let Self::Commit(commit) = self { Some(commit) } else { None }
    }
}

impl Repository {
    /// Opens the repository that a folder is in. Where there is none, nothing is started.
    pub fn open(folder: &Path) -> Result<Self, NoRepository> {
        let Ok(resolved) = folder.canonicalize() else { return Err(NoRepository::Absent) };
        if !resolved.ancestors().any(|above| above.join(".git").symlink_metadata().is_ok()) {
            return Err(if is_bare(&resolved) { NoRepository::Unusable(BARE.to_owned()) } else { NoRepository::Absent });
        }
        let questions = ["--is-inside-work-tree", "--is-shallow-repository", "--show-object-format"];
        let answers = said(&resolved, &["rev-parse", questions[0], questions[1], questions[2]]);
        let answers = answers.map_err(|refusal| NoRepository::Unusable(unusable(&refusal)))?;
        let mut answers = answers.split(|byte| *byte == b'\n');
        let mut next = || answers.next().unwrap_or_default();
        if next() != b"true" {
            return Err(NoRepository::Unusable(BARE.to_owned()));
        }
        let (is_shallow, is_sha1) = (next() == b"true", next() == b"sha1");
        let objects = Mutex::new(Objects::new(&resolved));
        Ok(Self { folder: resolved, is_shallow, is_sha1, objects })
    }

    /// Its history was cut off when it was cloned.
    pub fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    /// What a revision means here.
    pub fn revision(&self, name: &str) -> Revision {
        // A name is a line of the question, and nothing else may be.
        if name.is_empty() || name.contains(char::is_control) {
            return Revision::Missing;
        }
        match self.objects().ask(&format!("{name}^{{commit}}"), 1 << 20) {
            Ok(Some(object)) => Revision::Commit(Commit { parents: parents(&object.bytes), id: object.id }),
            Ok(None) => Revision::Missing,
            Err(reason) => Revision::Failed(reason),
        }
    }

    /// The best commit that two have in common.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Option<Commit> {
        let found = said(&self.folder, &["merge-base", &one.id, &other.id]).ok()?;
        let id = String::from_utf8(found).ok()?;
        self.revision(id.trim()).commit()
    }

    /// The branch that HEAD stands on, as `refs/heads/main`, unless it stands on none.
    pub fn branch(&self) -> Option<String> {
        self.meaning("HEAD").filter(|name| name != "HEAD")
    }

    /// The full name that a short one stands for: `origin/HEAD` for `refs/remotes/origin/main`.
    pub fn meaning(&self, name: &str) -> Option<String> {
        let found = said(&self.folder, &["rev-parse", "--symbolic-full-name", name]).ok()?;
        Some(String::from_utf8(found).ok()?.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// The files that a commit holds below the folder.
    pub fn files_of(&self, commit: &Commit) -> Result<Vec<Blob>, String> {
        let listed = said(&self.folder, &["ls-tree", "-r", "-z", &commit.id]);
        listed.map(|listed| names::of_tree(&listed)).map_err(|refusal| unusable(&refusal))
    }

    /// The files that are staged below the folder.
    pub fn staged_files(&self) -> Result<Vec<Blob>, String> {
        let listed = said(&self.folder, &["ls-files", "--stage", "-z"]);
        listed.map(|listed| names::of_index(&listed)).map_err(|refusal| unusable(&refusal))
    }

    /// The repository in a folder below this one, if it is one of its own.
    pub fn submodule(&self, below: &str) -> Option<Self> {
        // The name comes from a commit, which may say anything, and a link may stand there.
        let folder = self.folder.join(below).canonicalize().ok().filter(|folder| folder.starts_with(&self.folder))?;
        // Without its own mark, git would answer for this repository.
        folder.join(".git").symlink_metadata().ok()?;
        Self::open(&folder).ok()
    }

    /// The bytes of a blob.
    pub fn read(&self, id: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        match self.objects().ask(id, limit) {
            Ok(Some(object)) if object.bytes.len() as u64 == object.size => Ok(object.bytes),
            Ok(Some(_)) => Err(Unreadable::TooLarge { limit }),
            Ok(None) => Err(Unreadable::Refused("git does not have its content here (a partial clone?)".to_owned())),
            Err(reason) => Err(Unreadable::Refused(reason)),
        }
    }

    /// Whether a file of the working tree holds what a blob holds, line ends aside.
    pub fn is_same(&self, bytes: &[u8], id: &str) -> bool {
        if self.is_sha1 {
            return sha1::blob(bytes) == id || unix_lines(bytes).is_some_and(|bytes| sha1::blob(&bytes) == id);
        }
        let Ok(stored) = self.read(id, u64::MAX) else { return false };
        stored == bytes || unix_lines(bytes).is_some_and(|bytes| stored == bytes)
    }

    /// Whether these are the very bytes of a blob, where that can be told without reading it.
    fn is_exactly(&self, bytes: &[u8], id: &str) -> bool {
        self.is_sha1 && sha1::blob(bytes) == id
    }

    fn objects(&self) -> std::sync::MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const BARE: &str = "this is a repository without working files: check a clone of it that has them";

/// What a bare repository looks like from inside.
fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// What is wrong, and what to do about it.
fn unusable(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotInstalled => "this folder is in a git repository, but there is no git to ask: install it".to_owned(),
        Refusal::Said(words) if words.contains("dubious ownership") => {
            let path = words.split('\'').nth(1).unwrap_or("THE FOLDER");
            format!(
                "git does not read this repository, because its folder belongs to another user: if you trust it, run \
                 `git config --global --add safe.directory {path}`"
            )
        }
        Refusal::Said(words) => {
            let first = words.split('\n').next().unwrap_or_default().trim_start_matches("fatal: ");
            format!("git cannot read this repository ({first})")
        }
    }
}

/// The lines `parent ID` at the head of a commit.
fn parents(commit: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(commit);
    let head = text.split('\n').take_while(|line| !line.is_empty());
    head.filter_map(|line| line.strip_prefix("parent ")).map(str::to_owned).collect()
}

/// What git calls content like this, as it is and with the line ends of Unix. Repositories that name it otherwise have
/// nothing of these names.
pub fn names_of(bytes: &[u8]) -> Vec<String> {
    let unix = unix_lines(bytes).map(|bytes| sha1::blob(&bytes));
    std::iter::once(sha1::blob(bytes)).chain(unix).collect()
}

/// As git stores a text file that a checkout gave Windows line ends; none where there are none.
fn unix_lines(bytes: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(bytes, b"\r\n")?;
    let mut out = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    Some(out)
}

/// A path as git prints it, with `/` between its parts on every system.
fn path(bytes: &[u8]) -> String {
    carry_odd_bytes(bytes)
}

impl fmt::Display for NoRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("this folder is in no git repository"),
            Self::Unusable(reason) => f.write_str(reason),
        }
    }
}
