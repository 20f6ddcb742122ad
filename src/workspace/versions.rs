//! Which version of the server do migrations run on?
//!
//! What the configuration says, else what the nearest files above or beside a set say: images of compose files, of CI
//! services and of manifests, engine versions of Terraform, values of charts. Where they differ, what a statement costs
//! depends on which is meant, so all are kept; whether it can run is asked of the lowest.

use std::sync::Arc;

use rayon::prelude::*;

use super::timeouts::{Limit, in_options};
use crate::document::Document;
use crate::document::server_version::mentions;
use crate::settings::Settings;
use crate::source::Source;
use crate::tree::Tree;

/// What a server is taken for where nothing says more: the oldest version that is still cared for.
pub const ASSUMED: u32 = 14;

/// The versions that migrations run on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Versions {
    /// The major versions, the lowest first; never empty.
    pub majors: Vec<u32>,
    /// Who says so of the lowest.
    pub said: Said,
}

/// Who says which version it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// The configuration.
    Config,
    /// A file, in this line.
    File(String, u32),
    /// Nobody.
    Nobody,
}

impl Versions {
    /// The lowest.
    pub fn lowest(&self) -> u32 {
        self.majors.first().copied().unwrap_or(ASSUMED)
    }
}

/// What files say of versions.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    versions: Vec<Mentioned>,
    /// By path, how long connections wait for locks.
    limits: Vec<(String, Limit)>,
}

#[derive(Clone, Debug)]
struct Mentioned {
    path: String,
    line: u32,
    major: u32,
}

/// A file that often says which server there is, by its path.
pub fn may_tell(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let is_ci =
        path.contains(".github/workflows/") || path.contains(".circleci/") || name.contains("-ci.y") || name.contains("pipeline");
    name.starts_with("dockerfile")
        || name.ends_with(".tf")
        || (is_yaml
            && (is_ci
                || name.contains("compose")
                || name.contains("values")
                || name.starts_with(".woodpecker")
                || name.starts_with(".drone")))
}

/// Larger files that only tell of a version are not worth it.
const LARGEST: u64 = 1 << 20;

impl Mentions {
    /// Of documents, and of files that are none.
    pub fn of(tree: &dyn Tree, telling: &[String], documents: &[Arc<Document>]) -> Self {
        let of_source = |source: &Source| {
            let path = source.path().to_owned();
            let mentioned = mentions(source.text()).into_iter();
            mentioned
                .map(|mention| Mentioned { path: path.clone(), line: mention.line, major: mention.major })
                .collect::<Vec<_>>()
        };
        let files = telling.par_iter().filter_map(|path| Some(Source::decode(path.as_str(), tree.read(path, LARGEST).ok()?)));
        let files: Vec<Source> = files.collect();
        let settings = documents.par_iter().filter(|document| document.sql().is_none()).map(|document| &document.source);
        let limits = settings.chain(files.par_iter()).filter_map(|source| Some((source.path().to_owned(), in_options(source)?)));
        let limits = limits.collect();
        let files = files.par_iter().flat_map_iter(of_source);
        let manifests = documents.par_iter().filter(|document| document.yaml().is_some());
        let mut all: Vec<Mentioned> = files.chain(manifests.flat_map_iter(|document| of_source(&document.source))).collect();
        all.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        all.dedup_by(|a, b| (&a.path, a.line) == (&b.path, b.line));
        Self { versions: all, limits }
    }

    /// How long the connections of the migrations in a folder wait for locks, as the nearest file says.
    pub fn limit(&self, folder: &str) -> Option<&Limit> {
        let nearest = self.limits.iter().max_by_key(|(path, _)| nearness(path, folder));
        nearest.map(|(_, limit)| limit)
    }

    /// What is said of the migrations in a folder, of which one has this path.
    pub fn of_set(&self, folder: &str, path: &str, settings: &Settings) -> Versions {
        if let Some(major) = settings.server_version(path) {
            return Versions { majors: vec![major], said: Said::Config };
        }
        let nearest = self.versions.iter().map(|mentioned| nearness(&mentioned.path, folder)).max();
        let mut said: Vec<&Mentioned> =
            self.versions.iter().filter(|mentioned| Some(nearness(&mentioned.path, folder)) == nearest).collect();
        said.sort_by_key(|mentioned| mentioned.major);
        let Some(lowest) = said.first() else { return Versions { majors: vec![ASSUMED], said: Said::Nobody } };
        let who = Said::File(lowest.path.clone(), lowest.line);
        let mut majors: Vec<u32> = said.iter().map(|mentioned| mentioned.major).collect();
        majors.dedup();
        Versions { majors, said: who }
    }
}

/// How near a file is to a folder: one above it is nearer than one beside it, and the deeper the nearer.
fn nearness(path: &str, folder: &str) -> (bool, usize) {
    // What CI and tools keep in a dot folder speaks for the folder that holds it.
    let parts: Vec<&str> = path.split('/').collect();
    let above: Vec<&str> = parts[..parts.len() - 1].iter().copied().take_while(|part| !part.starts_with('.')).collect();
    let folder: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let shared = above.iter().zip(&folder).take_while(|(one, other)| one == other).count();
    (shared == above.len(), shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    fn of(files: &[(&str, &str)], folder: &str) -> Versions {
        let tree: Memory = files.iter().map(|(path, text)| (*path, *text)).collect();
        let telling: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| may_tell(path)).collect();
        Mentions::of(&tree, &telling, &[]).of_set(folder, &format!("{folder}/1_a.sql"), &Settings::default())
    }

    #[test]
    fn the_nearest_files_say_it() {
        let files = [
            ("docker-compose.yml", "image: postgres:16\n"),
            ("services/a/compose.yaml", "image: postgres:13\n"),
            ("services/b/Dockerfile", "FROM postgres:12\n"),
        ];
        assert_eq!(of(&files, "services/a/db"), Versions { majors: vec![13], said: Said::File(files[1].0.to_owned(), 1) });
        assert_eq!(of(&files, "services/c/db").majors, [16]);
        assert_eq!(of(&files[2..], "db").majors, [12], "beside it is better than nothing");
        assert_eq!(of(&[], "db"), Versions { majors: vec![ASSUMED], said: Said::Nobody });
    }

    #[test]
    fn several_versions_are_kept_the_lowest_first() {
        let files = [
            (".github/workflows/test.yml", "image: postgres:17\n# image: postgres:9\nimage: postgres:15\n"),
            ("deploy.yaml", "image: postgres:11\n"),
            ("main.tf", "engine = \"postgres\"\nengine_version = \"15.4\"\n"),
        ];
        let versions = of(&files, "db");
        assert_eq!((versions.majors.as_slice(), versions.lowest()), ([15, 17].as_slice(), 15));
        assert_eq!(versions.said, Said::File(".github/workflows/test.yml".to_owned(), 3));
    }
}
