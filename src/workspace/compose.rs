//! Which variables of compose files does nothing set?
//!
//! Compose fills them in from the shell that starts it and from `.env`, so one that no file sets says nothing yet. It is a
//! contradiction where the file that sets the others lacks this one, or where it is set for containers alone; and only
//! if no script, pipeline or text of the tree names it.

mod absent;
mod shell;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::builds::join;
use super::consumers::is_below;
use super::discover::Found;
use super::environments::value::name_words;
use super::environments::{Tier, is_slip};
use super::readers::Told;
use super::{Workspace, ids};
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::compose::interpolation::Without;
use crate::document::compose::{Compose, Variable};
use crate::document::dotenv::reader::Reader;
use crate::document::secret::is_secret_name;
use crate::path;
use crate::source::Span;
use crate::tree::Tree;
pub use absent::Absent;
pub use shell::may_set;

/// What compose files ask for in vain.
#[derive(Debug, Default)]
pub struct Composed {
    /// Variables that nothing sets, by file and name.
    pub unset: Vec<Unset>,
    /// Of these, those that an example lacks, by the example.
    pub by_example: HashMap<SourceId, Vec<usize>>,
    /// Files of settings that are not there, by file and place.
    pub absent: Vec<Absent>,
}

impl Composed {
    /// Finds it.
    pub(super) fn of(tree: &dyn Tree, found: &Found, workspace: &Workspace) -> Self {
        if !workspace.documents.iter().any(|document| document.compose().is_some()) {
            return Self::default();
        }
        let unset = unset(tree, &found.may_set, workspace);
        let mut by_example: HashMap<SourceId, Vec<usize>> = HashMap::new();
        for (at, example) in unset.iter().enumerate().filter_map(|(at, unset)| Some((at, unset.example?))) {
            by_example.entry(example).or_default().push(at);
        }
        Self { unset, by_example, absent: absent::absent(tree, found, &workspace.documents) }
    }
}

/// A variable of a compose file that nothing sets.
#[derive(Clone, Debug)]
pub struct Unset {
    /// Its name.
    pub name: Box<str>,
    /// Where the compose file names it first.
    pub place: Place,
    /// What it is for there: the nearest key.
    pub of: Box<str>,
    /// What compose does without it.
    pub without: Without,
    /// Why that is known to be none of the shell's.
    pub evidence: Evidence,
    /// The example that lacks it, where it is one.
    pub example: Option<SourceId>,
}

/// Why a variable is known to be missing.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// A file sets the others.
    Sibling {
        /// That file.
        source: SourceId,
        /// How many of the variables it sets.
        known: usize,
        /// A name in it that was probably meant.
        meant: Option<(String, Place)>,
    },
    /// It is set here, for containers alone.
    Inside(Place),
}

/// What shells and compose itself set, and what a release is started with.
const OF_SHELLS: &[&str] = &[
    "HOME",
    "USER",
    "USERNAME",
    "LOGNAME",
    "PWD",
    "OLDPWD",
    "SHELL",
    "PATH",
    "HOSTNAME",
    "HOST",
    "LANG",
    "TERM",
    "TMPDIR",
    "TMP",
    "TEMP",
    "TZ",
    "UID",
    "GID",
    "EUID",
    "DISPLAY",
    "SSH_AUTH_SOCK",
    "CI",
    "DOCKER_HOST",
    "APPDATA",
    "USERPROFILE",
    "EDITOR",
];

/// Words of names that whoever starts a release fills in: which image of it, for which machine, as whom.
const OF_RELEASES: &[&str] =
    &["tag", "version", "image", "registry", "sha", "commit", "revision", "branch", "arch", "platform", "uid", "gid", "xdg"];

/// A file that sets fewer of the variables of a compose file is about something else.
const LEAST_KNOWN: usize = 3;

/// A file of settings, and the names that it tells of.
struct Dotenv<'d> {
    source: SourceId,
    path: &'d str,
    folder: &'d str,
    is_example: bool,
    /// Compose takes variables from it.
    is_read: bool,
    names: HashMap<&'d str, Place>,
}

/// The compose files that anybody but an editor starts.
fn files(documents: &[Arc<Document>]) -> impl Iterator<Item = (SourceId, &Document, &Compose)> {
    let all = ids(documents).zip(documents).map(|(source, document)| (source, document.as_ref()));
    let all = all.filter(|(_, document)| !document.source.path().split('/').any(|folder| folder == ".devcontainer"));
    all.filter_map(|(source, document)| Some((source, document, document.compose()?)))
}

/// Finds them, by file and place.
fn unset(tree: &dyn Tree, may_set: &[String], workspace: &Workspace) -> Vec<Unset> {
    let documents = &workspace.documents;
    let all = ids(documents).zip(documents);
    let dotenvs = Dotenvs::of(all.filter_map(|(source, document)| Dotenv::of(source, document, workspace)));
    if dotenvs.by_folder.is_empty() {
        return Vec::new();
    }
    let tellers = tellers(documents, dotenvs.by_folder.values().flatten());
    let mut found = Vec::new();
    for (source, document, compose) in files(documents) {
        found.extend(of_file(source, document, compose, &tellers, &dotenvs));
    }
    let wanted: BTreeSet<&str> = found.iter().map(|unset| &*unset.name).collect();
    let said = shell::said(tree, may_set, documents, &wanted);
    found.retain(|unset| !said.contains(&unset.name));
    found
}

/// The files of settings of a tree, by their folders.
struct Dotenvs<'d> {
    by_folder: BTreeMap<&'d str, Vec<Dotenv<'d>>>,
}

impl<'d> Dotenvs<'d> {
    fn of(all: impl Iterator<Item = Dotenv<'d>>) -> Self {
        let mut by_folder: BTreeMap<&str, Vec<Dotenv<'_>>> = BTreeMap::new();
        all.for_each(|one| by_folder.entry(one.folder).or_default().push(one));
        Self { by_folder }
    }

    fn in_folder(&self, folder: &str) -> &[Dotenv<'d>] {
        self.by_folder.get(folder).map(Vec::as_slice).unwrap_or_default()
    }
}

impl<'d> Dotenv<'d> {
    fn of(source: SourceId, document: &'d Document, workspace: &Workspace) -> Option<Self> {
        let dotenv = document.dotenv()?;
        let name = |key: Span| (document.source.slice(key), Place { source, span: key });
        let path = document.source.path();
        let told = workspace.readers.of_file(path);
        // Who names it in a compose file hands it to containers; who names it after `--env-file` to compose.
        let is_file = |path: &str| workspace.find(path).is_some_and(|id| workspace.document(id).compose().is_some());
        let is_of_shell = |told: &Told| told.reader == Reader::Compose && !is_file(&told.path);
        Some(Self {
            source,
            path,
            folder: document.source.folder(),
            is_example: workspace.tier(source) == Some(Tier::Example),
            is_read: document.source.name() == ".env" || told.iter().any(is_of_shell),
            names: dotenv.settings.iter().map(|setting| name(setting.key)).collect(),
        })
    }
}

/// Which files of settings tell of a variable, be it in a comment.
fn tellers<'a, 'd: 'a>(
    documents: &'d [Arc<Document>],
    dotenvs: impl Iterator<Item = &'a Dotenv<'d>>,
) -> HashMap<&'d str, Vec<&'d str>> {
    let variables = documents.iter().filter_map(|document| document.compose()).flat_map(|compose| &compose.variables);
    let wanted: HashSet<&str> = variables.map(|variable| &*variable.name).collect();
    let mut tellers: HashMap<&str, Vec<&str>> = HashMap::new();
    for dotenv in dotenvs {
        let text = documents[dotenv.source.index()].source.text();
        let words = text.split(|next: char| !(next.is_ascii_alphanumeric() || next == '_'));
        for word in words.filter(|word| wanted.contains(word)) {
            let told = tellers.entry(word).or_default();
            if told.last() != Some(&dotenv.path) {
                told.push(dotenv.path);
            }
        }
    }
    tellers
}

/// The variables of a compose file that have no value for the case that nothing sets them, each once.
fn needed(compose: &Compose) -> BTreeMap<&str, &Variable> {
    let mut needed: BTreeMap<&str, &Variable> = BTreeMap::new();
    for variable in &compose.variables {
        needed.entry(&variable.name).and_modify(|first| *first = milder(first, variable)).or_insert(variable);
    }
    needed.retain(|_, variable| variable.without != Without::Default);
    needed
}

/// Who has a default in one place knows that the variable may not be set.
fn milder<'v>(one: &'v Variable, other: &'v Variable) -> &'v Variable {
    if other.without < one.without { other } else { one }
}

fn of_file(
    source: SourceId,
    document: &Document,
    compose: &Compose,
    tellers: &HashMap<&str, Vec<&str>>,
    dotenvs: &Dotenvs<'_>,
) -> Vec<Unset> {
    let needed = needed(compose);
    let inside = inside(document, compose, dotenvs);
    let is_told = |name: &str| tellers.get(name).is_some_and(|told| told.iter().any(|path| !inside.contains_key(*path)));
    let missing: Vec<(&str, &Variable)> = needed.into_iter().filter(|(name, _)| !is_given(name) && !is_told(name)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let report = |(name, variable): (&str, &Variable), evidence| Unset {
        name: name.into(),
        place: Place { source, span: variable.place },
        of: variable.of.clone(),
        without: variable.without,
        evidence,
        example: None,
    };
    let set_inside = |name: &str| inside.values().find_map(|one| one.names.get(name));
    let (within, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(name, _)| set_inside(name).is_some());
    let mut found: Vec<Unset> = Vec::new();
    for one in within {
        found.extend(set_inside(one.0).map(|place| report(one, Evidence::Inside(*place))));
    }
    let Some((sibling, known)) = sibling(document, compose, dotenvs) else { return found };
    // A file that lacks much is no list of what there is.
    let is_list = known >= LEAST_KNOWN && missing.len() <= if sibling.is_example { known } else { known / 2 };
    for one in missing {
        let mut near: Vec<_> = sibling.names.iter().filter(|(name, _)| is_slip(one.0, name)).collect();
        near.sort();
        let meant = near.first().map(|(name, place)| ((**name).to_owned(), **place));
        // Where a file is read as it is, a secret is kept out of it on purpose.
        let is_kept_out = !sibling.is_example && is_secret_name(one.0);
        if meant.is_some() || (is_list && !is_kept_out) {
            let example = sibling.is_example.then_some(sibling.source);
            let evidence = Evidence::Sibling { source: sibling.source, known, meant };
            found.push(Unset { example, ..report(one, evidence) });
        }
    }
    found
}

/// Whether whoever starts compose has it, or gives it.
fn is_given(name: &str) -> bool {
    let is_free = |word: &String| OF_RELEASES.contains(&word.as_str());
    OF_SHELLS.contains(&name)
        || name.starts_with("COMPOSE_")
        || name.starts_with("DOCKER_")
        || name_words(name).iter().any(is_free)
}

/// The nearest file around a compose file that may set its variables, and how many it does: `.env`, one that it is started with, or an example.
fn sibling<'a, 'd>(document: &Document, compose: &Compose, dotenvs: &'a Dotenvs<'d>) -> Option<(&'a Dotenv<'d>, usize)> {
    let used: BTreeSet<&str> = compose.variables.iter().map(|variable| &*variable.name).collect();
    let known = |one: &Dotenv<'_>| used.iter().filter(|name| one.names.contains_key(**name)).count();
    let mut folder = document.source.folder();
    loop {
        let all = dotenvs.in_folder(folder).iter().filter(|one| one.is_read || one.is_example);
        // What is read counts for more than an example of it.
        let best = all.map(|one| (one, known(one))).max_by_key(|(one, known)| (!one.is_example, *known));
        if best.is_some() || folder.is_empty() {
            return best;
        }
        folder = path::folder(folder);
    }
}

/// The files that containers alone read, and examples of them: named below `env_file`, and not a `.env` that compose reads.
fn inside<'a, 'd>(document: &Document, compose: &Compose, dotenvs: &'a Dotenvs<'d>) -> BTreeMap<&'d str, &'a Dotenv<'d>> {
    let own = document.source.folder();
    let is_read = |path: &str| {
        let folder = path.strip_suffix(".env").map(|folder| folder.trim_end_matches('/'));
        folder.is_some_and(|folder| folder == own || is_below(own, folder))
    };
    let named = compose.services.iter().flat_map(|service| &service.env_files);
    let paths: HashSet<String> = named.map(|file| join(own, &file.path)).filter(|path| !is_read(path)).collect();
    let folders: BTreeSet<&str> = paths.iter().map(|path| path::folder(path)).collect();
    // `web.env.example` is an example of `web.env`.
    let is_example = |path: &str| path.match_indices(['.', '-']).any(|(at, _)| paths.contains(&path[..at]));
    let belongs = |one: &&Dotenv<'_>| paths.contains(one.path) || (one.is_example && is_example(one.path));
    let around = folders.iter().flat_map(|folder| dotenvs.in_folder(folder));
    around.filter(belongs).map(|one| (one.path, one)).collect()
}
