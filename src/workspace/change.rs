//! What differs between the base and the files at hand, by file and by line.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::base::Base;
use super::discover::{Candidate, Found};
use super::load;
use super::sites::Sites;
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::kind::Kind;
use crate::document::migration::{Role, layout};
use crate::settings::{Reach, Settings};
use crate::source::diff::Difference;
use crate::source::{Encoding, Source};
use crate::tree::Tree;
use crate::tree::git::{Blob, Commit, Mode, Repository, Snapshot, names_of};

/// What differs between the base and the files at hand.
#[derive(Debug)]
pub struct Change {
    /// What the files are compared with.
    pub base: Base,
    repository: Option<Arc<Repository>>,
    /// For each document, where they were compared.
    standings: Vec<Standing>,
    /// Files of the base that may be ours and are no more.
    gone: Vec<Old>,
    /// Files of the base that may tell how a whole database looks, by path.
    tellers: HashMap<String, Old>,
}

/// How a file stands to the base.
#[derive(Debug)]
pub enum Standing {
    /// Nobody compared, or nobody can say.
    Unknown,
    /// The base does not have it.
    New,
    /// The base has it as it is, maybe elsewhere.
    Same,
    /// The base has it otherwise, maybe elsewhere.
    Differs(Box<Differing>),
}

/// A file that the base has otherwise.
#[derive(Debug)]
pub struct Differing {
    old: Old,
    /// By line, where somebody asked for it.
    difference: Option<Difference>,
}

/// A file as the base has it.
#[derive(Clone, Debug)]
struct Old {
    blob: Blob,
    repository: Arc<Repository>,
}

impl Old {
    fn text(&self, limit: u64) -> Option<Source> {
        let bytes = self.repository.read(&self.blob.id, limit).ok()?;
        Some(Source::decode(self.blob.path.as_str(), bytes))
    }
}

impl Change {
    /// Without a comparison.
    pub fn none(base: Base) -> Self {
        Self { base, repository: None, standings: Vec::new(), gone: Vec::new(), tellers: HashMap::new() }
    }

    /// Compares documents with the base: migrations always, the others where the change is all that counts.
    pub fn of(base: Base, tree: &dyn Tree, found: &Found, documents: &[Arc<Document>], settings: &Settings) -> Self {
        let (Base::Commit { commit, .. }, Ok(repository)) = (&base, tree.repository()) else { return Self::none(base) };
        let past = match Past::of(&repository, commit, &found.files) {
            Ok(past) => past,
            Err(reason) => return Self::none(Base::Unknown(reason)),
        };
        let is_asked = |document: &Document| settings.changed.is_some() || document.sql().is_some();
        let standings = documents.par_iter().map(|document| {
            let standing = is_asked(document).then(|| past.standing(document, tree, settings.max_file_size));
            standing.unwrap_or(Standing::Unknown)
        });
        let tellers = found.sites.tellers.iter().filter_map(|path| Some((path.clone(), past.files.get(path)?.clone())));
        let (standings, gone, tellers) = (standings.collect(), past.gone(found), tellers.collect());
        let mut change = Self { base, repository: Some(repository), standings, gone, tellers };
        change.follow_moves(documents, settings);
        if settings.changed == Some(Reach::Lines) {
            change.compare_lines(documents, settings.max_file_size);
        }
        change
    }

    /// How a file stands to the base.
    pub fn standing(&self, id: SourceId) -> &Standing {
        self.standings.get(id.index()).unwrap_or(&Standing::Unknown)
    }

    /// The base does not have it, nor anything that it was made from.
    pub fn is_new(&self, id: SourceId) -> bool {
        matches!(self.standing(id), Standing::New)
    }

    /// The text that the base has in the place of a file that differs from it.
    pub fn old_text(&self, id: SourceId) -> Option<Source> {
        let Standing::Differs(differing) = self.standing(id) else { return None };
        differing.old.text(LARGEST_OLD)
    }

    /// A file that may tell how a whole database looks, as the base has it.
    pub fn teller_before(&self, path: &str) -> Option<Source> {
        self.tellers.get(path)?.text(LARGEST_OLD)
    }

    /// The paths of the base's files that are gone.
    pub fn gone(&self) -> impl Iterator<Item = &str> {
        self.gone.iter().map(|old| old.blob.path.as_str())
    }

    /// Whether any of these lines is new since the base; both ends belong to them.
    pub fn touches(&self, id: SourceId, first: u32, last: u32) -> bool {
        match self.standing(id) {
            Standing::Same => false,
            Standing::Differs(differing) => {
                differing.difference.as_ref().is_none_or(|difference| difference.touches(first, last))
            }
            // What cannot be compared may have changed.
            Standing::New | Standing::Unknown => true,
        }
    }

    /// Whether anything is there that the base does not have.
    pub fn differs(&self, id: SourceId) -> bool {
        !matches!(self.standing(id), Standing::Same)
    }

    /// Whether the base has lines or files that are gone.
    pub fn removes(&self) -> bool {
        let removes = |standing: &Standing| match standing {
            Standing::Differs(differing) => differing.difference.as_ref().is_none_or(|difference| difference.removes),
            _ => false,
        };
        !self.gone.is_empty() || self.standings.iter().any(removes)
    }

    /// All files as the base has them, but for those of repositories inside this one.
    pub fn tree_before(&self) -> Option<Snapshot> {
        let (Base::Commit { commit, .. }, Some(repository)) = (&self.base, &self.repository) else { return None };
        Some(Snapshot::new(Arc::clone(repository), repository.files_of(commit).ok()?))
    }

    /// The documents as the base has them, by path. What did not change is shared.
    pub fn documents_before(&self, documents: &[Arc<Document>], sites: &Sites, settings: &Settings) -> Vec<Arc<Document>> {
        let mut before = Vec::new();
        let mut read = Vec::new();
        for (document, standing) in documents.iter().zip(&self.standings) {
            match standing {
                Standing::New => {}
                // Under the name that it has now, so that what is said of both is the same.
                Standing::Differs(differing) => read.push((&differing.old, document.source.path(), document.kind)),
                Standing::Same | Standing::Unknown => before.push(Arc::clone(document)),
            }
        }
        read.extend(self.gone.iter().filter_map(|old| {
            let path = old.blob.path.as_str();
            Some((old, path, Kind::of_path(path, false)?))
        }));
        let old = read.par_iter().filter_map(|(old, path, kind)| {
            let blob = Blob { path: (*path).to_owned(), ..old.blob.clone() };
            let tree = Snapshot::new(Arc::clone(&old.repository), vec![blob]);
            let file = Candidate { path: (*path).to_owned(), kind: *kind };
            load::load(&tree, &[file], sites, settings).0.pop()
        });
        before.extend(old.collect::<Vec<_>>());
        before.sort_by(|a, b| a.source.path().cmp(b.source.path()));
        before.dedup_by(|a, b| a.source.path() == b.source.path());
        before
    }

    /// A new file with the content of one that is gone is that file; so is one with most of its lines, where lines count.
    fn follow_moves(&mut self, documents: &[Arc<Document>], settings: &Settings) {
        if self.gone.is_empty() {
            return;
        }
        let mut gone: Vec<Option<Old>> = std::mem::take(&mut self.gone).into_iter().map(Some).collect();
        self.follow_whole(documents, &mut gone);
        if settings.changed.is_some() {
            self.follow_edited(documents, &mut gone, settings);
        }
        self.gone = gone.into_iter().flatten().collect();
    }

    /// Files that moved as they were: looked up by the name of their content, however many there are.
    fn follow_whole(&mut self, documents: &[Arc<Document>], gone: &mut [Option<Old>]) {
        let mut homes: HashMap<(String, Slot), Vec<usize>> = HashMap::new();
        for (at, old) in gone.iter().enumerate().rev() {
            let Some(old) = old else { continue };
            homes.entry((old.blob.id.clone(), slot(&old.blob.path))).or_default().push(at);
        }
        for (document, standing) in documents.iter().zip(&mut self.standings) {
            if !matches!(standing, Standing::New) {
                continue;
            }
            let slot = slot(document.source.path());
            let home = names_of(&original(&document.source))
                .into_iter()
                .find_map(|name| homes.get_mut(&(name, slot.clone())).and_then(Vec::pop));
            if let Some(home) = home {
                gone[home] = None;
                *standing = Standing::Same;
            }
        }
    }

    /// Files that moved and were edited: each is compared with what is left, so only where that is little.
    fn follow_edited(&mut self, documents: &[Arc<Document>], gone: &mut [Option<Old>], settings: &Settings) {
        let is_new = |standing: &&mut Standing| matches!(standing, Standing::New);
        if gone.iter().flatten().count() > MOST_MOVES || self.standings.iter_mut().filter(is_new).count() > MOST_MOVES {
            return;
        }
        let mut texts: Vec<Option<Source>> =
            gone.iter().map(|old| old.as_ref().and_then(|old| old.text(settings.max_file_size))).collect();
        for (document, standing) in
            documents.iter().zip(&mut self.standings).filter(|(_, standing)| matches!(standing, Standing::New))
        {
            let Some((at, difference)) = moved(&texts, &document.source) else { continue };
            let Some(old) = gone[at].take() else { continue };
            texts[at] = None;
            let difference = Some(difference).filter(|_| settings.changed == Some(Reach::Lines));
            *standing = Standing::Differs(Box::new(Differing { old, difference }));
        }
    }

    fn compare_lines(&mut self, documents: &[Arc<Document>], limit: u64) {
        let pairs = documents.par_iter().zip(&mut self.standings);
        pairs.for_each(|(document, standing)| {
            if let Standing::Differs(differing) = standing
                && differing.difference.is_none()
            {
                let old = differing.old.text(limit);
                differing.difference = old.map(|old| Difference::between(old.text(), document.source.text()));
            }
        });
    }
}

/// What a file keeps when it moves: a migration has its place by its version, so it has not moved if it got another one.
type Slot = Option<(String, Role)>;

fn slot(path: &str) -> Slot {
    layout(path).map(|layout| (layout.title, layout.role))
}

/// Larger files of the base are not compared with what they became.
const LARGEST_OLD: u64 = 10 << 20;

/// How many edited files are followed; more have been moved by a machine, and count as new.
const MOST_MOVES: usize = 64;

/// The text that is gone with which a new one shares most of its lines, and how they differ.
fn moved(gone: &[Option<Source>], new: &Source) -> Option<(usize, Difference)> {
    let extension = |path: &str| path.rsplit_once('.').map(|(_, extension)| extension.to_owned());
    let alike = gone.iter().enumerate().filter_map(|(at, old)| {
        let old = old.as_ref()?;
        let fits = extension(old.path()) == extension(new.path()) && slot(old.path()) == slot(new.path());
        fits.then_some((at, old))
    });
    let differences = alike.filter_map(|(at, old)| {
        let difference = Difference::between(old.text(), new.text());
        let kept = new.line_count().saturating_sub(difference.count());
        (2 * kept > new.line_count().max(old.line_count())).then_some((kept, at, difference))
    });
    differences.max_by_key(|(kept, at, _)| (*kept, std::cmp::Reverse(*at))).map(|(_, at, difference)| (at, difference))
}

/// The bytes that a source was read from, where its text still tells; else none.
fn original(source: &Source) -> Vec<u8> {
    match source.encoding() {
        Encoding::Utf8 => source.text().as_bytes().to_vec(),
        Encoding::Utf8Marked => [b"\xEF\xBB\xBF", source.text().as_bytes()].concat(),
        Encoding::Utf16 | Encoding::Latin1 => Vec::new(),
    }
}

/// The files of the base.
struct Past {
    files: HashMap<String, Old>,
    /// Folders of other repositories of which nobody can say what they held.
    closed: Vec<String>,
}

impl Past {
    fn of(repository: &Arc<Repository>, commit: &Commit, files: &[Candidate]) -> Result<Self, String> {
        let mut past = Self { files: HashMap::new(), closed: Vec::new() };
        past.add("", repository, commit, files)?;
        Ok(past)
    }

    /// Takes in what a commit holds below a folder, with the repositories inside it that hold files of ours.
    fn add(&mut self, folder: &str, repository: &Arc<Repository>, commit: &Commit, files: &[Candidate]) -> Result<(), String> {
        for mut blob in repository.files_of(commit)? {
            blob.path = format!("{folder}{}", blob.path);
            match blob.mode {
                Mode::Submodule => {
                    let below = format!("{}/", blob.path);
                    if files.iter().any(|file| file.path.starts_with(&below)) && !self.enter(&below, repository, &blob, files) {
                        self.closed.push(below);
                    }
                }
                Mode::Link => {}
                Mode::File | Mode::Unmerged => {
                    self.files.insert(blob.path.clone(), Old { blob, repository: Arc::clone(repository) });
                }
            }
        }
        Ok(())
    }

    /// Whether it was possible.
    fn enter(&mut self, below: &str, outer: &Repository, blob: &Blob, files: &[Candidate]) -> bool {
        let Some(inner) = outer.submodule(below).map(Arc::new) else { return false };
        let Some(commit) = inner.revision(&blob.id).commit() else { return false };
        self.add(below, &inner, &commit, files).is_ok()
    }

    fn standing(&self, document: &Document, tree: &dyn Tree, limit: u64) -> Standing {
        let path = document.source.path();
        let Some(old) = self.files.get(path) else {
            let closed = self.closed.iter().any(|folder| path.starts_with(folder.as_str()));
            return if closed { Standing::Unknown } else { Standing::New };
        };
        let source = &document.source;
        let is_same = match source.encoding() {
            Encoding::Utf8 => old.repository.is_same(source.text().as_bytes(), &old.blob.id),
            _ => tree.read(path, limit).is_ok_and(|bytes| old.repository.is_same(&bytes, &old.blob.id)),
        };
        if is_same { Standing::Same } else { Standing::Differs(Box::new(Differing { old: old.clone(), difference: None })) }
    }

    /// What may have been ours, and is no more.
    fn gone(&self, found: &Found) -> Vec<Old> {
        let here: HashSet<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
        let is_skipped = |path: &str| {
            let mut above = path.match_indices('/').map(|(slash, _)| &path[..slash]);
            above.any(|folder| found.skipped.iter().any(|skipped| skipped.path == folder))
                || found.skipped.iter().any(|skipped| skipped.path == path)
        };
        let gone = self.files.values().filter(|old| {
            let path = old.blob.path.as_str();
            !here.contains(path) && Kind::of_path(path, false).is_some() && !is_skipped(path)
        });
        let mut gone: Vec<Old> = gone.cloned().collect();
        gone.sort_by(|a, b| a.blob.path.cmp(&b.blob.path));
        gone
    }
}
