//! Which files of settings does something ask for that are not there?
//!
//! Only a contradiction counts: the files of other environments are there, and the one that is asked for is not, nor is it
//! ignored, made on the way, or anywhere else in the tree. Whoever only mentions a file (`mentioned`), or names an
//! environment whose file a framework looks for (`chosen`), asks for it where the file is there by another name.

mod chosen;
mod composed;
mod fixed;
mod listed;
mod mentioned;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::discover::{Found, Ignores};
use super::environments::misnamed::{Misnamed, Told, misnamed};
use super::environments::names::{Named, Tier, named_at, other_words, words};
use super::environments::slots::with_hole;
use super::environments::{Environments, Group, SettingsFile, environments_in};
use super::ids;
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::consumer::files::makes;
use crate::document::kind::{is_kustomization, promises_settings};
use crate::document::yaml::Node;
use crate::path;
use crate::settings::EnvironmentNames;
use crate::source::Span;
use crate::tree::{Tree, Unreadable};

/// What files of settings are called, and who asks for them.
#[derive(Debug, Default)]
pub struct Names {
    /// Files that something asks for and that are not there.
    pub missing: Vec<MissingFile>,
    /// Files that call their environment otherwise than the rest of the tree, and that nothing names.
    pub misnamed: HashMap<SourceId, Misnamed>,
    /// Where files are named, by what they are called there.
    pub mentioned: HashMap<String, Place>,
}

/// A file of settings that something asks for and that is not there.
#[derive(Clone, Debug)]
pub struct MissingFile {
    /// Where it is asked for.
    pub place: Place,
    /// Its path.
    pub path: String,
    /// Which environment it would be for.
    pub environment: String,
    /// Customers depend on that.
    pub is_production: bool,
    /// The same file for other environments, or for this one by another name.
    pub siblings: Vec<SourceId>,
    /// The one for this environment by another name, and what of its path is called so.
    pub same: Option<(SourceId, String)>,
    /// A folder of them is asked for.
    pub is_folder: bool,
}

/// A file that something asks for.
struct Asked<'d> {
    place: Place,
    path: Cow<'d, str>,
    /// What fills the holes of the path, in order.
    holes: Cow<'d, [Box<str>]>,
    text: &'d str,
    /// It is asked for only if the same environment has it by another name.
    is_loose: bool,
}

/// Files of settings, and folders of them, by what their paths leave without the name of an environment, by the last part
/// of that. What is left of the path of a folder ends with a stroke.
type Slots = HashMap<String, Vec<Slot>>;

struct Slot {
    key: String,
    /// The file, or the first one in the folder.
    source: SourceId,
    named: Named,
    /// Where the name of the environment stands in its path.
    word: (usize, usize),
}

impl Slot {
    fn is_folder(&self) -> bool {
        self.key.ends_with('/')
    }

    /// The path, or that of the folder, with another word for the environment.
    fn with(&self, path: &str, word: &str) -> String {
        let before = &path[..self.word.0];
        format!("{before}{word}{}", self.key[before.len() + 1..].trim_end_matches('/'))
    }
}

/// What is asked for, and what there is.
struct Search<'s> {
    tree: &'s dyn Tree,
    ignores: &'s Ignores,
    documents: &'s [Arc<Document>],
    slots: &'s Slots,
    said: &'s EnvironmentNames,
}

/// The part of a list in the order of files that is about one of them.
pub fn of_file<T>(all: &[T], source: SourceId, place: impl Fn(&T) -> Place) -> &[T] {
    let start = all.partition_point(|one| place(one).source < source);
    let length = all[start..].partition_point(|one| place(one).source == source);
    &all[start..start + length]
}

impl Names {
    /// Finds them.
    pub(super) fn of(tree: &dyn Tree, found: &Found, documents: &[Arc<Document>], environments: &Environments) -> Self {
        let said = &environments.said;
        let (missing, (misnamed, mentioned)) = rayon::join(
            || missing_files(tree, &found.ignores, documents, said),
            || rayon::join(|| misnamed_files(tree, found, documents, said), || mentions(documents, environments)),
        );
        Self { missing, misnamed, mentioned }
    }
}

fn missing_files(tree: &dyn Tree, ignores: &Ignores, documents: &[Arc<Document>], said: &EnvironmentNames) -> Vec<MissingFile> {
    let slots = slots(documents, said);
    if slots.is_empty() {
        return Vec::new();
    }
    let mut all = asked(documents);
    all.extend(mentioned::asked(tree, documents, &slots));
    all.extend(chosen::asked(documents, &slots));
    all.extend(composed::asked(documents, &slots));
    let fillings = composed::Fillings::of(documents, &all);
    let search = Search { tree, ignores, documents, slots: &slots, said };
    let mut found: Vec<MissingFile> = Vec::new();
    for asked in &all {
        let words = fillings.of_holes(asked, documents);
        let missing = filled(asked, &words).into_iter().filter_map(|path| search.missing(asked, &path));
        // Who takes either word for an environment asks for the one that is there.
        let takes = |missing: &MissingFile| {
            let Some((same, _)) = missing.same.as_ref().filter(|_| asked.is_loose) else { return false };
            let path = documents[same.index()].source.path();
            environment_words(path, &missing.environment, said).any(|word| words.iter().any(|words| words.contains(word)))
        };
        found.extend(missing.filter(|missing| !takes(missing)));
    }
    // Who asks twice on a line, by a flag and by the path that follows it, asks once.
    found.sort_by_key(|missing| missing.place);
    found.dedup_by(|one, other| one.place.source == other.place.source && one.path == other.path);
    found
}

/// The words of a path that name an environment.
fn environment_words<'p>(path: &'p str, environment: &str, said: &EnvironmentNames) -> impl Iterator<Item = &'p str> {
    let is_it = |word: &(usize, usize)| named_at(path, *word, said).is_some_and(|named| named.name == environment);
    words(path).filter(is_it).map(|(start, end)| &path[start..end]).collect::<Vec<_>>().into_iter()
}

/// A path with its holes filled, in all ways that are known.
fn filled(asked: &Asked<'_>, words: &[BTreeSet<&str>]) -> Vec<String> {
    const MOST: usize = 200;
    let mut paths = vec![asked.path.to_string()];
    for words in words {
        let fill = |path: &String| words.iter().map(|word| path.replacen('*', word, 1)).collect::<Vec<_>>();
        paths = paths.iter().flat_map(fill).take(MOST).collect();
    }
    paths
}

impl Search<'_> {
    fn missing(&self, asked: &Asked<'_>, path: &str) -> Option<MissingFile> {
        let (word, named) = words(path).filter_map(|word| Some((word, named_at(path, word, self.said)?))).last()?;
        // What laptops and review apps use is made there.
        if named.is_aside || named.tier == Tier::Example {
            return None;
        }
        let siblings: Vec<&Slot> = of_key(self.slots, &with_hole(path, &[word])).collect();
        let first = siblings.first()?;
        let own = &path[word.0..word.1];
        let whole = first.with(self.path(first), own);
        let asking = &self.documents[asked.place.source.index()].source;
        let beside = if asking.folder().is_empty() { path.to_owned() } else { format!("{}/{path}", asking.folder()) };
        let is_known = siblings.iter().any(|slot| self.path(slot)[slot.word.0..slot.word.1] == *own);
        let is_free = is_known
            || [whole.as_str(), path, &beside].into_iter().any(|path| self.is_there(path.trim_end_matches('/')))
            || makes(asked.text, asked.path.trim_end_matches('/'))
            || makes(asked.text, path.trim_end_matches('/'));
        let same = siblings.iter().find(|slot| slot.named.name == named.name);
        let same = same.map(|slot| (slot.source, slot.with(self.path(slot), &self.path(slot)[slot.word.0..slot.word.1])));
        (!is_free && (same.is_some() || !asked.is_loose)).then(|| MissingFile {
            place: asked.place,
            path: whole,
            is_production: named.tier == Tier::Production,
            environment: named.name.into_owned(),
            siblings: siblings.iter().map(|slot| slot.source).collect(),
            same,
            is_folder: first.is_folder(),
        })
    }

    fn path(&self, slot: &Slot) -> &str {
        self.documents[slot.source.index()].source.path()
    }

    /// Whether a file or a folder is there, or git would not take it in.
    fn is_there(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let from = self.documents.partition_point(|document| document.source.path() < folder.as_str());
        self.documents.get(from).is_some_and(|document| document.source.path().starts_with(&folder))
            || !matches!(self.tree.read_named(path, 0), Err(Unreadable::Vanished))
            || self.ignores.is_ignored(path, false)
    }
}

fn slots(documents: &[Arc<Document>], said: &EnvironmentNames) -> Slots {
    let mut slots = Slots::new();
    let mut folders: HashSet<(String, &str)> = HashSet::new();
    for (source, document) in ids(documents).zip(documents) {
        if !document.holds_settings() {
            continue;
        }
        let path = document.source.path();
        for word in words(path) {
            let Some(named) = named_at(path, word, said) else { continue };
            let key = with_hole(path, &[word]);
            let folder = path[word.1..].find('/').map(|length| with_hole(&path[..=word.1 + length], &[word]));
            if let Some(key) = folder.filter(|key| folders.insert((key.clone(), &path[word.0..word.1]))) {
                let slot = Slot { key, source, named: named.clone(), word };
                slots.entry(last_part(&slot.key).to_owned()).or_default().push(slot);
            }
            slots.entry(last_part(&key).to_owned()).or_default().push(Slot { key, source, named, word });
        }
    }
    slots
}

/// What tells a file from most others: its name. A folder is told by the one around it, too.
fn last_part(key: &str) -> &str {
    let mut strokes = key.trim_end_matches('/').rmatch_indices('/').map(|(at, _)| at + 1);
    let last = strokes.next().unwrap_or(0);
    &key[if key.ends_with('/') { strokes.next().unwrap_or(0) } else { last }..]
}

/// The files or folders whose paths end with what an environment's name leaves of a path.
fn of_key<'s>(slots: &'s Slots, key: &str) -> impl Iterator<Item = &'s Slot> {
    let ends = |slot: &&Slot| slot.key == *key || slot.key.strip_suffix(key).is_some_and(|before| before.ends_with('/'));
    slots.get(last_part(key)).into_iter().flatten().filter(ends).collect::<Vec<_>>().into_iter()
}

/// The files of settings that call their environment otherwise than the rest of the tree does, and that nothing names.
fn misnamed_files(
    tree: &dyn Tree,
    found: &Found,
    documents: &[Arc<Document>],
    said: &EnvironmentNames,
) -> HashMap<SourceId, Misnamed> {
    let is_settings = Document::holds_settings;
    if !documents.iter().any(|document| is_settings(document)) {
        return HashMap::new();
    }
    let mut paths: Vec<&str> = found.files.iter().chain(&found.programs).map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut all: Vec<(SourceId, Misnamed)> = Vec::new();
    let mut folders = HashSet::new();
    let others = fixed::misnamed(tree, &paths, documents, said).into_iter();
    for misnamed in misnamed(&paths, &listed::pipelines(documents, said), said).into_iter().chain(others) {
        let is_folder = documents.binary_search_by(|document| document.source.path().cmp(&misnamed.part)).is_err();
        let begin = if is_folder { format!("{}/", misnamed.part) } else { misnamed.part.clone() };
        let from = documents.partition_point(|document| *document.source.path() < *begin);
        let inside = documents[from..].iter().zip(from..).take_while(|(document, _)| document.source.path().starts_with(&begin));
        // Of a folder, the first file in it that holds settings, or that lists the others: no patch changes either.
        let is_list = |document: &Document| is_folder && is_kustomization(document.source.name());
        let is_any = |document: &Document| is_folder && document.yaml().is_some();
        let ways: [&dyn Fn(&Document) -> bool; 3] = [&is_settings, &is_list, &is_any];
        let first = ways.iter().find_map(|is_it| inside.clone().find(|(document, _)| is_it(document)));
        folders.extend(is_folder.then(|| misnamed.part.clone()));
        all.extend(first.and_then(|(_, at)| Some((ids(documents).nth(at)?, misnamed))));
    }
    if all.is_empty() {
        return HashMap::new();
    }
    let named = mentioned::ends(documents, all.iter().map(|(_, misnamed)| (&*misnamed.part, folders.contains(&misnamed.part))));
    let is_asked_for = |misnamed: &Misnamed| misnamed.told != Told::Slip && named.contains(&misnamed.part);
    all.into_iter().filter(|(_, misnamed)| !is_asked_for(misnamed)).collect()
}

/// All that pipelines, kustomizations and applications ask for.
fn asked(documents: &[Arc<Document>]) -> Vec<Asked<'_>> {
    let mut all = Vec::new();
    for (source, document) in ids(documents).zip(documents) {
        let text = document.source.text();
        if let Some(consumer) = document.consumer() {
            all.extend(consumer.files.iter().map(|asked| Asked {
                place: Place { source, span: asked.place },
                path: Cow::Borrowed(&*asked.path),
                holes: Cow::Borrowed(&asked.holes),
                text,
                is_loose: false,
            }));
        } else if let Some(yaml) = document.yaml() {
            for root in yaml.roots(&document.source, source) {
                all.extend(of_object(root).into_iter().map(|span| {
                    let path = document.source.slice(span).trim_matches(['"', '\'']).trim_start_matches("./");
                    Asked { place: Place { source, span }, path: path.into(), holes: Cow::Borrowed(&[]), text, is_loose: false }
                }));
            }
        }
    }
    all
}

/// The files of settings that a kustomization generates from, and that an application of Argo CD takes its values from.
fn of_object(root: Node<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    for generator in root.field("configMapGenerator").items() {
        spans.extend(generator.field("envs").items().map(Node::span));
        spans.extend(generator.field("env").into_option().map(Node::span));
    }
    if root.field("kind").text().into_option().as_deref() == Some("Application") {
        let spec = root.field("spec");
        let sources = spec.field("source").into_option().into_iter().chain(spec.field("sources").items());
        for helm in sources.filter_map(|source| source.field("helm").into_option()) {
            if helm.field("ignoreMissingValueFiles").text().into_option().as_deref() != Some("true") {
                spans.extend(helm.field("valueFiles").items().map(Node::span));
            }
        }
    }
    spans
}

/// Whether the members of a group have no name that a framework finds by itself, and are enough to tell a pattern.
pub fn could_be_orphaned<'p>(group: &Group, path: impl Fn(&SettingsFile) -> &'p str) -> bool {
    const LEAST: usize = 3;
    let is_found_by_name = |path: &str| {
        let name = path::name(path);
        name.starts_with(".env") || promises_settings(path) || path.contains("environments/") || path.contains("config/")
    };
    group.members.len() >= LEAST && group.members.iter().all(|file| file.span.is_none() && !is_found_by_name(path(file)))
}

/// The last parts of a path that tell a file of a group from its siblings.
pub fn title(file: &SettingsFile, path: &str, said: &EnvironmentNames) -> String {
    let (folders, name) = path::parted(path);
    let names_it = environments_in(name, said).iter().any(|named| file.environment.as_deref() == Some(&named.name));
    match path::name(folders) {
        folder if !folder.is_empty() && !names_it => format!("{folder}/{name}"),
        _ => name.to_owned(),
    }
}

/// Where files of groups are named, by their titles: in pipelines, scripts, programs and manifests.
pub(super) fn mentions(documents: &[Arc<Document>], environments: &Environments) -> HashMap<String, Place> {
    let path = |file: &SettingsFile| documents[file.source.index()].source.path();
    let groups = environments.groups.iter().filter(|group| could_be_orphaned(group, path));
    let titles = groups.flat_map(|group| &group.members).map(|file| title(file, path(file), &environments.said));
    let wanted: HashSet<String> = titles.collect();
    if wanted.is_empty() {
        return HashMap::new();
    }
    let documents: Vec<_> = ids(documents).zip(documents).collect();
    let documents = documents.into_par_iter().filter(|(_, document)| document.consumer().is_some() || document.yaml().is_some());
    let named = documents.flat_map_iter(|(source, document)| {
        let text = document.source.text();
        let words = mentioned::path_words(text).filter(|word| word.contains('.'));
        let endings = words.flat_map(|word| {
            let mut slashes = word.rmatch_indices('/').map(|(at, _)| &word[at + 1..]);
            [slashes.next().unwrap_or(word), slashes.next().unwrap_or(word)]
        });
        endings.filter(|ending| wanted.contains(*ending)).map(move |ending| {
            let at = ending.as_ptr() as usize - text.as_ptr() as usize;
            (ending.to_owned(), Place { source, span: Span::new(at, at + ending.len()) })
        })
    });
    let mut found = HashMap::new();
    for (ending, place) in named.collect::<Vec<_>>() {
        found.entry(ending).or_insert(place);
    }
    found
}
