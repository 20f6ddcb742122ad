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

/// Finds them, by file and place.
pub fn absent(tree: &dyn Tree, found: &Found, documents: &[Arc<Document>]) -> Vec<Absent> {
    let mut by_folder: HashMap<&str, Vec<(&str, SourceId)>> = HashMap::new();
    for (source, document) in ids(documents).zip(documents).filter(|(_, document)| document.dotenv().is_some()) {
        by_folder.entry(document.source.folder()).or_default().push((document.source.name(), source));
    }
    let mut all = Vec::new();
    for (source, document) in ids(documents).zip(documents) {
        let Some(compose) = document.compose().filter(|_| !by_folder.is_empty()) else { continue };
        let files: Vec<(&EnvFile, String)> = compose
            .services
            .iter()
            .flat_map(|service| &service.env_files)
            .map(|file| (file, join(document.source.folder(), &file.path)))
            .collect();
        let there = |path: &str| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            by_folder.get(folder)?.iter().find(|(other, _)| *other == name).map(|(_, source)| *source)
        };
        let another = files.iter().find_map(|(_, path)| there(path));
        for (file, path) in files.iter().filter(|(file, path)| file.is_required && may_be_known(file, path)) {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let around = by_folder.get(folder).map(Vec::as_slice).unwrap_or_default();
            let has_example =
                around.iter().any(|(other, _)| other.len() > name.len() && other.contains(name.trim_start_matches('.')));
            let is_near = |other: &str| near::is_slip(name, other) && !near::is_plural(name, other);
            let meant = around.iter().find(|(other, _)| is_near(other)).map(|(_, source)| *source);
            let is_free = found.ignores.is_ignored(path, false) || has_example || is_there(tree, path);
            if let Some(other) = meant.or(another.filter(|_| !name.starts_with(".env"))).filter(|_| !is_free) {
                let place = Place { source, span: file.place };
                all.push(Absent { place, path: path.clone(), other, is_meant: meant.is_some() });
            }
        }
    }
    all.dedup_by_key(|absent| absent.place);
    let names: BTreeSet<&str> = all.iter().map(|absent| last(&absent.path)).collect();
    let said = shell::names(tree, &found.may_set, documents, &names);
    all.retain(|absent| !said.contains(last(&absent.path)));
    all
}

/// Whether a path says which file of the tree is meant.
fn may_be_known(file: &EnvFile, path: &str) -> bool {
    !file.path.contains(['$', '{', '~', '%']) && !file.path.starts_with('/') && !path.starts_with("..") && !path.is_empty()
}

fn is_there(tree: &dyn Tree, path: &str) -> bool {
    !matches!(tree.read_named(path, 0), Err(Unreadable::Vanished))
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
