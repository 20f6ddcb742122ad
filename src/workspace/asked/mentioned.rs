//! Which files are mentioned by a name that they do not have?
//!
//! An import, a `COPY`, a list of a kustomization: whoever writes `vars.production.yml` where there is `vars.prod.yml` alone
//! asks for a file that is not there, whatever command it is for.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Asked, Slots, ids};
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::path;
use crate::source::{Source, Span};
use crate::tree::{Tree, Unreadable};
use crate::workspace::builds::join;
use crate::workspace::environments::names::other_words;

/// The words of a text that look like paths of files.
pub fn path_words(text: &str) -> impl Iterator<Item = &str> {
    const LONGEST: usize = 240;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/');
    let bytes = text.as_bytes();
    let mut from = 0;
    // Whatever a path is, it has one of these, and most words of a text have none.
    let words = std::iter::from_fn(move || {
        let mark = from + memchr::memchr2(b'.', b'/', &bytes[from..])?;
        let start = bytes[from..mark].iter().rposition(|byte| !is_part(byte)).map_or(from, |at| from + at + 1);
        let end = bytes[mark..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |length| mark + length);
        from = end;
        Some(&text[start..end])
    });
    words.filter(|word| word.len() > 2 && word.len() <= LONGEST && !word.starts_with("//"))
}

/// A file by a name that it does not have.
struct Other<'s> {
    /// Its path by that name.
    path: String,
    /// So much of it is what may be mentioned: all, or the folder that is named for the environment.
    part: usize,
    /// The end of the path that it has.
    own: &'s str,
}

impl Other<'_> {
    fn part(&self) -> &str {
        &self.path[..self.part]
    }

    /// The part, with the stroke that tells a folder.
    fn key(&self) -> String {
        self.path[..self.path.len().min(self.part + 1)].to_owned()
    }
}

/// All mentions of files of settings by other words for their environment.
pub fn asked<'d>(tree: &dyn Tree, documents: &'d [Arc<Document>], slots: &Slots) -> Vec<Asked<'d>> {
    let others = others(documents, slots);
    let may_mention = |(_, document): &(_, &Arc<Document>)| document.sql().is_none() && document.dotenv().is_none();
    let documents: Vec<(SourceId, &'d Arc<Document>)> = ids(documents).zip(documents).filter(may_mention).collect();
    let of = |(source, document): (SourceId, &'d Arc<Document>)| {
        let mut all = Vec::new();
        let text = document.source.text();
        for word in path_words(text).map(|word| word.trim_end_matches('/')) {
            let starts = word.match_indices('/').map(|(at, _)| at + 1);
            for tail in [0].into_iter().chain(starts).map(|at| &word[at..]) {
                let Some(candidates) = others.get(tail) else { continue };
                let at = word.as_ptr() as usize - text.as_ptr() as usize;
                let is_there = |path: &str| !matches!(tree.read_named(path, 0), Err(Unreadable::Vanished));
                let asks = |other: &&Other<'_>| {
                    is_meant(other.part(), word, document.source.folder())
                        && !is_comment(text, at)
                        && !text.contains(other.own)
                        && !is_there(other.part())
                };
                // Of a folder, its first file will do.
                all.extend(candidates.iter().find(asks).map(|other| Asked {
                    place: Place { source, span: Span::new(at, at + word.len()) },
                    path: other.key().into(),
                    holes: Cow::Borrowed(&[]),
                    text,
                    is_loose: true,
                }));
            }
        }
        all
    };
    documents.into_par_iter().flat_map_iter(of).collect()
}

/// Which of these paths anything but settings of a process names: a file by its last part, a folder by that and the one
/// around it, or by its own name alone where it can be seen which folder is meant.
pub fn ends<'p>(documents: &[Arc<Document>], paths: impl Iterator<Item = (&'p str, bool)>) -> HashSet<String> {
    let wanted: Vec<Wanted<'p>> = paths.map(|(path, is_folder)| Wanted::of(path, is_folder)).collect();
    let mut found = HashSet::new();
    for document in documents.iter().filter(|document| document.sql().is_none() && document.dotenv().is_none()) {
        let named = wanted.iter().filter(|wanted| wanted.is_named(&document.source));
        found.extend(named.map(|wanted| wanted.path.to_owned()));
    }
    found
}

/// A file or a folder that something may name.
struct Wanted<'p> {
    path: &'p str,
    around: &'p str,
    name: &'p str,
    is_folder: bool,
}

impl<'p> Wanted<'p> {
    fn of(path: &'p str, is_folder: bool) -> Self {
        let (around, name) = path::parted(path);
        Self { path, around, name, is_folder }
    }

    fn is_named(&self, source: &Source) -> bool {
        let text = source.text();
        let is_part = |next: Option<char>| next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '-' | '_'));
        let has = |name: &str| {
            text.match_indices(name)
                .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
        };
        if !self.is_folder || self.around.is_empty() {
            return has(self.name);
        }
        // `prod` alone may be a name of anything.
        let with_last = self.around.rfind('/').map_or(0, |at| at + 1);
        let knows_around = || source.folder().starts_with(self.around) || text.contains(self.around);
        has(&self.path[with_last..]) || (knows_around() && has(self.name))
    }
}

/// By the last parts of their paths, from the one that names the environment on.
fn others<'d>(documents: &'d [Arc<Document>], slots: &Slots) -> HashMap<String, Vec<Other<'d>>> {
    let mut others: HashMap<String, Vec<Other<'_>>> = HashMap::new();
    for slot in slots.values().flatten().filter(|slot| !slot.is_folder()) {
        let path = documents[slot.source.index()].source.path();
        let (start, end) = slot.word;
        let slash = |before: usize| path[..before].rfind('/').map_or(0, |at| at + 1);
        let begin = slash(start);
        let part = path[end..].find('/').map(|at| end + at);
        for word in other_words(&path[start..end]) {
            let renamed = format!("{}{word}{}", &path[..start], &path[end..]);
            let mut add = |begin: usize, own_end: usize| {
                let part = own_end + renamed.len() - path.len();
                let other = Other { path: renamed.clone(), part, own: &path[begin..own_end] };
                others.entry(renamed[begin..part].to_owned()).or_default().push(other);
            };
            add(begin, path.len());
            // A folder by its name alone says too little.
            if let Some(part) = part.filter(|_| begin > 0) {
                add(slash(begin - 1), part);
            }
        }
    }
    others
}

/// Whether a word can mean the file at a path: seen from the top, from where it is written, or as far as it goes, where that
/// says more than the name of an environment.
fn is_meant(path: &str, word: &str, folder: &str) -> bool {
    let bare = word.trim_start_matches("./").trim_start_matches("../").trim_start_matches('/');
    let ends_with = |path: &str, end: &str| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let tells = path.contains('/') || bare.split('.').next().is_some_and(|stem| stem.contains(['-', '_']));
    let is_whole = join(folder, word) == path || (tells && ends_with(bare, path));
    is_whole || (bare.contains('/') && ends_with(path, bare))
}

fn is_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    ["#", "//", "*", "/*", "--"].iter().any(|begins| line.starts_with(begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_means_a_file() {
        let table = [
            ("config/production.env", "config/production.env", "", true),
            ("config/production.env", "/app/config/production.env", "src", true),
            ("config/production.env", "production.env", "config", true),
            ("config/production.env", "production.env", "", false),
            ("a/config/production.env", "config/production.env", "b", true),
            ("a/config/production.env", "other/production.env", "b", false),
            ("a/sql-review.prod.yaml", "./sql-review.prod.yaml", "a", true),
            ("production.env", "x/production.env", "", false),
            ("vars-prod.yml", "x/vars-prod.yml", "", true),
        ];
        for (path, word, folder, wanted) in table {
            assert_eq!(is_meant(path, word, folder), wanted, "{word} in {folder}");
        }
    }
}
