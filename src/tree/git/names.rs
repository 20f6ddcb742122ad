//! What stands in a commit or in the index, as git lists it.

/// A file of a commit or of the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blob {
    /// Relative to the folder that was asked about. Untrusted.
    pub path: String,
    /// The name of its content.
    pub id: String,
    /// What it is.
    pub mode: Mode,
}

/// What a name in a commit or in the index stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A plain file.
    File,
    /// A link; its content is where it leads.
    Link,
    /// A commit of another repository, below this folder.
    Submodule,
    /// A file that a merge left in several versions.
    Unmerged,
}

impl Mode {
    fn of(word: &str) -> Self {
        match word {
            "120000" => Self::Link,
            "160000" => Self::Submodule,
            _ => Self::File,
        }
    }
}

/// `MODE KIND ID<tab>PATH`, with a NUL after each.
pub fn of_tree(listed: &[u8]) -> Vec<Blob> {
    let entry = |head: &str, path| {
        let mut words = head.split(' ');
        let mode = Mode::of(words.next()?);
        Some(Blob { path, id: words.nth(1)?.to_owned(), mode })
    };
    entries(listed).filter_map(|(head, path)| entry(head, path)).collect()
}

/// `MODE ID STAGE<tab>PATH`, with a NUL after each; a path of which a merge left several versions comes once.
pub fn of_index(listed: &[u8]) -> Vec<Blob> {
    let entry = |head: &str, path| {
        let mut words = head.split(' ');
        let mode = Mode::of(words.next()?);
        let id = words.next()?.to_owned();
        let mode = if words.next()? == "0" { mode } else { Mode::Unmerged };
        Some(Blob { path, id, mode })
    };
    let mut blobs: Vec<Blob> = entries(listed).filter_map(|(head, path)| entry(head, path)).collect();
    blobs.dedup_by(|next, before| next.path == before.path);
    blobs
}

fn entries(listed: &[u8]) -> impl Iterator<Item = (&str, String)> {
    listed.split(|byte| *byte == 0).filter_map(|entry| {
        let tab = memchr::memchr(b'\t', entry)?;
        Some((str::from_utf8(&entry[..tab]).ok()?, super::path(&entry[tab + 1..])))
    })
}
