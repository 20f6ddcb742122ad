//! Which files of settings does a compose file hand to containers that are not there?
//!
//! Such a file is often made on the spot, so one that is not there says nothing yet. It is a contradiction where another
//! file of that folder has nearly the same name, or where others that the same compose file names are there, and nobody
//! makes this one: git does not ignore it, there is no example of it, and no script or text of the tree names it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::shell;
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::compose::EnvFile;
use crate::near;
use crate::path;
use crate::tree::{Tree, Unreadable};
use crate::workspace::builds::join;
use crate::workspace::discover::Found;
use crate::workspace::ids;

/// A file of settings that a compose file asks for and that is not there.
#[derive(Clone, Debug)]
pub struct Absent {
    /// Where it is asked for.
    pub place: Place,
    /// Its path.
    pub path: String,
    /// One that is there, and that the same compose file asks for, or that is called nearly so.
    pub other: SourceId,
    /// That one is called nearly so, and was probably meant.
    pub is_meant: bool,
}

/// The files of settings of a tree.
struct There<'d> {
    by_path: HashMap<&'d str, SourceId>,
    /// By folder, with their names.
    by_folder: HashMap<&'d str, Vec<(&'d str, SourceId)>>,
}

/// Finds them, by file and place.
pub fn absent(tree: &dyn Tree, found: &Found, documents: &[Arc<Document>]) -> Vec<Absent> {
    let mut there = There { by_path: HashMap::new(), by_folder: HashMap::new() };
    for (source, document) in ids(documents).zip(documents).filter(|(_, document)| document.dotenv().is_some()) {
        there.by_path.insert(document.source.path(), source);
        there.by_folder.entry(document.source.folder()).or_default().push((document.source.name(), source));
    }
    if there.by_path.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<Absent> = Vec::new();
    for (source, document, compose) in super::files(documents) {
        let named = compose.services.iter().flat_map(|service| &service.env_files);
        let files: Vec<(&EnvFile, String)> = named.map(|file| (file, join(document.source.folder(), &file.path))).collect();
        let another = files.iter().find_map(|(_, path)| there.by_path.get(path.as_str()).copied());
        let is_asked = |(file, path): &&(&EnvFile, String)| {
            file.is_required && !there.by_path.contains_key(path.as_str()) && may_be_known(file, path)
        };
        for (file, path) in files.iter().filter(is_asked).take(MOST) {
            let Some((other, is_meant)) = there.instead(path, another) else { continue };
            if !found.ignores.is_ignored(path, false) && matches!(tree.read_named(path, 0), Err(Unreadable::Vanished)) {
                all.push(Absent { place: Place { source, span: file.place }, path: path.clone(), other, is_meant });
            }
        }
    }
    all.dedup_by_key(|absent| absent.place);
    let names: BTreeSet<&str> = all.iter().map(|absent| last(&absent.path)).collect();
    let said = shell::names(tree, &found.may_set, documents, &names);
    all.retain(|absent| !said.contains(last(&absent.path)));
    all
}

/// So many of one compose file are looked for.
const MOST: usize = 32;

impl There<'_> {
    /// What is there in the place of a file that is not, and whether it is called nearly so; none if there is an example
    /// of the file, or if people make such files on the spot.
    fn instead(&self, path: &str, another: Option<SourceId>) -> Option<(SourceId, bool)> {
        let (folder, name) = path::parted(path);
        let around = self.by_folder.get(folder).map(Vec::as_slice).unwrap_or_default();
        let bare = name.trim_start_matches('.');
        if around.iter().any(|(other, _)| other.len() > name.len() && other.contains(bare)) {
            return None;
        }
        let is_near = |other: &str| near::is_slip(name, other) && !near::is_plural(name, other);
        let meant = around.iter().find(|(other, _)| is_near(other)).map(|(_, source)| (*source, true));
        meant.or_else(|| another.filter(|_| !name.starts_with(".env")).map(|source| (source, false)))
    }
}

/// Whether a path says which file of the tree is meant.
fn may_be_known(file: &EnvFile, path: &str) -> bool {
    !file.path.contains(['$', '{', '~', '%']) && !file.path.starts_with('/') && !path.starts_with("..") && !path.is_empty()
}

fn last(path: &str) -> &str {
    path::name(path)
}
