//! Which paths of settings do scripts put together, and what fills them?
//!
//! `kubectl apply -k "deploy/overlays/$overlay"` asks for a folder of each environment that somebody passes to the script.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Asked, Slots, ids, of_key};
use crate::diagnostic::Place;
use crate::document::Document;
use crate::document::consumer::composed::{Passed, composed, passed, position};
use crate::document::consumer::files::fillings;
use crate::document::consumer::pipeline::project;
use crate::workspace::consumers::is_below;

/// The paths with a hole where files of settings, or folders of them, have the name of an environment.
pub fn asked<'d>(documents: &'d [Arc<Document>], slots: &Slots) -> Vec<Asked<'d>> {
    /// So many of one script are looked at.
    const MOST: usize = 100;
    let mut all = Vec::new();
    for (source, document) in ids(documents).zip(documents).filter(|(_, document)| is_pipeline(document)) {
        let text = document.source.text();
        let known = composed(text).into_iter().filter_map(|path| {
            let is_known = |key: &String| of_key(slots, key).next().is_some();
            let key = tails(&path.path).flat_map(|tail| [tail.to_owned(), format!("{tail}/")]).find(is_known)?;
            let place = Place { source, span: path.place };
            Some(Asked { place, path: key.into(), holes: Cow::Owned(path.holes.to_vec()), text, is_loose: true })
        });
        all.extend(known.take(MOST));
    }
    all
}

/// A path, and what is left of it without its first folders: the tree may be checked out below `~/git` or `src`. As long as
/// a folder or a telling name is left.
fn tails(path: &str) -> impl Iterator<Item = &str> {
    let shorter = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
    let tells = |tail: &&str| {
        let name = tail.trim_end_matches('*').trim_start_matches('*');
        tail.contains('/') || (tail.contains('.') && name.contains(['-', '_']))
    };
    [path].into_iter().chain(shorter.filter(tells))
}

fn is_pipeline(document: &Document) -> bool {
    document.consumer().is_some_and(|consumer| consumer.is_pipeline)
}

/// What pipelines give for the holes of paths.
pub struct Fillings<'d> {
    /// With the folder whose files each pipeline is about.
    by_key: HashMap<String, Vec<(&'d str, &'d str)>>,
}

/// The pipelines, with the folder whose files each is about: what another project of the tree calls its environments says
/// nothing.
fn pipelines(documents: &[Arc<Document>]) -> impl Iterator<Item = (&str, &str)> {
    let pipelines = documents.iter().filter(|document| is_pipeline(document));
    pipelines.map(|document| (project(document.source.path()), document.source.text()))
}

impl<'d> Fillings<'d> {
    /// Collects them.
    pub fn of(documents: &'d [Arc<Document>], all: &[Asked<'_>]) -> Self {
        let keys: BTreeSet<&str> = all.iter().flat_map(|asked| &*asked.holes).map(AsRef::as_ref).collect();
        let of_pipeline = |key: &str, (folder, text): (&'d str, &'d str)| -> Vec<_> {
            fillings(text, key).into_iter().map(|word| (folder, word)).collect()
        };
        let given = |key: &str| pipelines(documents).flat_map(|pipeline| of_pipeline(key, pipeline)).collect();
        Self { by_key: keys.into_iter().map(|key| (key.to_owned(), given(key))).collect() }
    }

    /// What may fill each of the holes of a path: what is set by that name, and what callers of the script pass.
    pub fn of_holes(&self, asked: &Asked<'_>, documents: &'d [Arc<Document>]) -> Vec<BTreeSet<&'d str>> {
        let source = &documents[asked.place.source.index()].source;
        let texts = || pipelines(documents).filter(|(folder, _)| is_below(source.path(), folder)).map(|(_, text)| text);
        let of_hole = |key: &str| {
            let given = self.by_key.get(key).into_iter().flatten();
            let mut words: BTreeSet<&str> =
                given.filter(|(folder, _)| is_below(source.path(), folder)).map(|(_, word)| *word).collect();
            if let Some(position) = position(asked.text, key) {
                for passed in texts().flat_map(|text| passed(text, source.name(), position)) {
                    match passed {
                        Passed::Word(word) => words.extend([word]),
                        Passed::Hole(name) => words.extend(texts().flat_map(|text| fillings(text, name))),
                    }
                }
            }
            words
        };
        asked.holes.iter().map(|key| of_hole(key)).collect()
    }
}
