//! Which version of the server do migrations run on?
//!
//! What the configuration says, else what the nearest files above or beside a set say: images of compose files, of CI
//! services, of manifests and of tests that start containers, engine versions of Terraform, values of charts. Where they differ, what a statement costs
//! depends on which is meant, so all are kept; whether it can run is asked of the lowest.

use std::sync::Arc;

use rayon::prelude::*;

use super::timeouts::{Limit, in_options};
use crate::document::Document;
use crate::document::server_version::mentions;
use crate::path;
use crate::settings::Settings;
use crate::source::Source;
use crate::tree::Tree;

/// What a server is taken for where nothing says more: the oldest version that is still cared for.
pub const ASSUMED: u32 = 14;

/// The newest that is known.
pub const NEWEST: u32 = 18;

/// The versions that migrations run on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Versions {
    /// The major versions, the lowest first; never empty.
    pub majors: Vec<u32>,
    /// Who says so of the lowest.
    pub said: Said,
    /// Where the others are named, the lowest first.
    others: Vec<(u32, String)>,
}

/// Who says which version it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// The configuration.
    Config,
    /// A file, in this line.
    File(String, u32),
    /// Nobody; but the migrations use what came with it.
    Needed,
    /// Nobody.
    Nobody,
}

/// More than this are not told.
const MOST_TOLD: usize = 3;

impl Versions {
    /// One alone.
    pub fn one(major: u32, said: Said) -> Self {
        Self { majors: vec![major], said, others: Vec::new() }
    }

    /// The others and who names them, as the end of a sentence about the lowest.
    pub fn also(&self) -> String {
        let told = self.others.iter().take(MOST_TOLD).map(|(major, place)| format!("{place} says {major}"));
        let told: Vec<String> = told.collect();
        if told.is_empty() { String::new() } else { format!(", the lowest that is named: {}", told.join(", ")) }
    }

    /// Who names a version that is not the lowest.
    pub fn place_of(&self, wanted: u32) -> Option<&str> {
        self.others.iter().find(|(major, _)| *major == wanted).map(|(_, place)| place.as_str())
    }

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
    /// Files, and their lines, with an address by which golang-migrate sends one statement at a time.
    one_by_one: Vec<(String, u32)>,
}

/// The option of an address by which golang-migrate cuts a file at its semicolons.
const ONE_BY_ONE: &[u8] = b"x-multi-statement=true";

fn one_by_one(source: &Source) -> Option<(String, u32)> {
    let lines = memchr::memmem::find_iter(source.text().as_bytes(), ONE_BY_ONE);
    let mut lines = lines.filter_map(|at| Some(source.line(u32::try_from(at).ok()?)));
    // ClickHouse has an option of this name, too, and its migrations are none of ours.
    let is_ours = |line: &u32| !source.slice(source.line_span(*line)).to_ascii_lowercase().contains("clickhouse");
    Some((source.path().to_owned(), lines.find(is_ours)?))
}

#[derive(Clone, Debug)]
struct Mentioned {
    path: String,
    line: u32,
    major: u32,
}

/// A file that often says which server there is, by its path.
pub fn may_tell(path: &str) -> bool {
    let path = path::in_small_letters(path);
    let (folders, name) = path::parted(&path);
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let is_in = |folder: &str| folders.contains('.') && path.contains(folder);
    let is_ci = || is_in(".github/workflows/") || is_in(".circleci/") || name.contains("-ci.y") || name.contains("pipeline");
    is_test(&path)
        || name.starts_with("dockerfile")
        || name.ends_with(".tf")
        || (is_yaml
            && (is_ci()
                || name.contains("compose")
                || name.contains("values")
                || name.starts_with(".woodpecker")
                || name.starts_with(".drone")))
}

/// The source of a test that may start a server in a container, by its path: what such files are called, so that not
/// all sources are read for it.
fn is_test(path: &str) -> bool {
    const LANGUAGES: &[&str] = &[".go", ".java", ".kt", ".ts", ".js", ".py", ".rs", ".cs", ".scala"];
    const NAMES: &[&str] = &["container", "postgres", "integration", "setup", "fixture", "conftest", "main_test"];
    let name = path::name(path);
    LANGUAGES.iter().any(|ending| name.ends_with(ending)) && path.contains("test") && NAMES.iter().any(|word| name.contains(word))
}

/// Whether a source starts what it names. Others may only talk of it.
fn starts(source: &Source) -> bool {
    !is_test(&source.path().to_ascii_lowercase()) || memchr::memmem::find(source.text().as_bytes(), b"estcontainers").is_some()
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
        let files: Vec<Source> = files.filter(starts).collect();
        let settings = || documents.par_iter().filter(|document| document.sql().is_none()).map(|document| &document.source);
        let one_by_one = settings().chain(files.par_iter()).filter_map(one_by_one).collect();
        let limits =
            settings().chain(files.par_iter()).filter_map(|source| Some((source.path().to_owned(), in_options(source)?)));
        let limits = limits.collect();
        let files = files.par_iter().flat_map_iter(of_source);
        let manifests = documents.par_iter().filter(|document| document.yaml().is_some());
        let mut all: Vec<Mentioned> = files.chain(manifests.flat_map_iter(|document| of_source(&document.source))).collect();
        all.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        all.dedup_by(|a, b| (&a.path, a.line) == (&b.path, b.line));
        Self { versions: all, limits, one_by_one }
    }

    /// How long the connections of the migrations in a folder wait for locks, as the nearest file says.
    pub fn limit(&self, folder: &str) -> Option<&Limit> {
        let nearest = self.limits.iter().max_by_key(|(path, _)| nearness(path, folder));
        nearest.map(|(_, limit)| limit)
    }

    /// The file, and its line, by which golang-migrate sends the migrations in a folder one statement at a time.
    pub fn one_by_one(&self, folder: &str) -> Option<&(String, u32)> {
        self.one_by_one.iter().max_by_key(|(path, _)| nearness(path, folder))
    }

    /// What is said of the migrations in a folder, of which one has this path.
    pub fn of_set(&self, folder: &str, path: &str, settings: &Settings) -> Versions {
        if let Some(major) = settings.server_version(path) {
            return Versions::one(major, Said::Config);
        }
        let nearest = self.versions.iter().map(|mentioned| nearness(&mentioned.path, folder)).max();
        let mut said: Vec<&Mentioned> =
            self.versions.iter().filter(|mentioned| Some(nearness(&mentioned.path, folder)) == nearest).collect();
        said.sort_by_key(|mentioned| mentioned.major);
        said.dedup_by_key(|mentioned| mentioned.major);
        let Some((lowest, others)) = said.split_first() else { return Versions::one(ASSUMED, Said::Nobody) };
        let majors = said.iter().map(|mentioned| mentioned.major).collect();
        let place = |other: &&Mentioned| (other.major, format!("{}:{}", other.path, other.line));
        let said = Said::File(lowest.path.clone(), lowest.line);
        Versions { majors, said, others: others.iter().map(place).collect() }
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
        assert_eq!(of(&files, "services/a/db"), Versions::one(13, Said::File(files[1].0.to_owned(), 1)));
        assert_eq!(of(&files, "services/c/db").majors, [16]);
        assert_eq!(of(&files[2..], "db").majors, [12], "beside it is better than nothing");
        assert_eq!(of(&[], "db"), Versions::one(ASSUMED, Said::Nobody));
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
        assert_eq!(versions.also(), ", the lowest that is named: .github/workflows/test.yml:1 says 17");
        assert_eq!(versions.place_of(17), Some(".github/workflows/test.yml:1"));
    }

    #[test]
    fn tests_that_start_a_container_say_it() {
        let go =
            "import \"github.com/testcontainers/testcontainers-go/modules/postgres\"\nx := run(ctx, \"postgres:15-alpine\")\n";
        let java =
            "@Testcontainers class A { static PostgreSQLContainer<?> db = new PostgreSQLContainer<>(\"postgres:13.4\"); }\n";
        let of_one = |path, text| of(&[(path, text)], "db").majors;
        assert_eq!(of_one("internal/store/postgres_test.go", go), [15]);
        assert_eq!(of_one("src/test/java/AbstractIntegrationTest.java", java), [13]);
        assert_eq!(of_one("internal/store/postgres_test.go", "run(\"postgres:15\")"), [ASSUMED], "nobody starts it");
        assert_eq!(of_one("internal/store/store.go", go), [ASSUMED], "no test");
    }
}
