//! Where does Flyway look for its migrations? In its locations, where a file names them, and in all folders below.

use std::collections::{BTreeMap, BTreeSet};

use super::above;
use crate::document::engine::Engine;
use crate::document::entries::{Entries, Entry, Form};
use crate::document::format::Format;
use crate::document::migration::place;
use crate::path;
use crate::source::Source;

/// What one file tells Flyway.
#[derive(Clone, Debug)]
pub struct Told {
    /// The file.
    said: String,
    /// The locations, in order.
    locations: Vec<Location>,
}

/// A place where it looks.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Location {
    /// Among the resources of a program, and not in a folder of its own.
    is_resource: bool,
    path: String,
}

/// Whether a file may tell Flyway something. What holds for a test or for one environment alone says nothing of the others.
pub fn may_tell(path: &str) -> bool {
    let (folder, name) = path::parted(path);
    let is_test = || folder.split('/').any(|part| matches!(part, "test" | "tests" | "testFixtures" | "integrationTest"));
    let is_settings = matches!(name, "application.yml" | "application.yaml" | "application.properties");
    let is_known = is_settings || matches!(name, "flyway.conf" | "flyway.toml" | "pom.xml" | "build.gradle" | "build.gradle.kts");
    is_known && !is_test()
}

impl Told {
    /// The locations that a file names, for each database; none where it names none, or a program works them out.
    pub fn of(source: &Source) -> Vec<Self> {
        let written = match source.name() {
            "pom.xml" => vec![in_pom(source.text())],
            "build.gradle" | "build.gradle.kts" => vec![in_gradle(source.text())],
            _ => in_settings(source),
        };
        let told = |written: Vec<String>| {
            let locations: Option<Vec<Location>> = written.iter().map(|written| Location::of(written)).collect();
            let locations = locations.filter(|locations| !locations.is_empty())?;
            Some(Self { said: source.path().to_owned(), locations })
        };
        written.into_iter().filter_map(told).collect()
    }

    /// The folder of its first location that is there and the folders of migrations in and below all of them, with the
    /// file that says so; none where a location is nowhere or may be several folders.
    fn resolve(&self, folders: &BTreeSet<String>) -> Option<(String, Vec<String>)> {
        let mut found: Vec<String> = Vec::new();
        let mut home = None;
        for location in &self.locations {
            let top = location.top(&self.said, folders)?;
            let inside = folders.iter().filter(|folder| is_in(folder, &top));
            found.extend(inside.cloned());
            home.get_or_insert(top);
        }
        Some((home?, found))
    }
}

impl Location {
    fn of(written: &str) -> Option<Self> {
        let (kind, path) = written.split_once(':').unwrap_or(("classpath", written));
        let path = path.trim_matches('/').trim_start_matches("./");
        // A folder for each server: all of them are below this one.
        let path = path.strip_suffix("{vendor}").unwrap_or(path).trim_end_matches('/');
        let is_plain = !path.is_empty() && !path.contains(['$', '{', '*', '?']) && !path.split('/').any(|part| part == "..");
        let is_known = matches!(kind, "classpath" | "filesystem");
        (is_plain && is_known).then(|| Self { is_resource: kind == "classpath", path: path.to_owned() })
    }

    /// The folder that it means, seen from the file that names it: one that holds migrations, or one above such.
    fn top(&self, said: &str, folders: &BTreeSet<String>) -> Option<String> {
        let here = path::folder(said);
        let holds = |top: &str| folders.range(top.to_owned()..).take_while(|it| it.starts_with(top)).any(|it| is_in(it, top));
        let join = |folder: &str| if folder.is_empty() { self.path.clone() } else { format!("{folder}/{}", self.path) };
        let near = above(here).map(join).find(|top| holds(top));
        if near.is_some() || !self.is_resource {
            return near;
        }
        // Beside a build file, or in another module: the one folder of resources that has it.
        let ending = format!("resources/{}", self.path);
        let tops = folders.iter().filter_map(|folder| {
            let at = folder.find(&ending).filter(|at| *at == 0 || folder.as_bytes()[at - 1] == b'/')?;
            let top = &folder[..at + ending.len()];
            is_in(folder, top).then_some(top)
        });
        let tops: BTreeSet<&str> = tops.collect();
        let mut inside: Vec<&str> = tops.iter().copied().filter(|top| is_in(top, here)).collect();
        if inside.is_empty() {
            inside = tops.into_iter().collect();
        }
        if let [only] = inside.as_slice() { Some((*only).to_owned()) } else { None }
    }
}

/// Whether a folder is this one or lies below it.
fn is_in(folder: &str, top: &str) -> bool {
    top.is_empty() || folder.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `spring.flyway.locations`, and what other frameworks and Flyway itself call the same.
fn in_settings(source: &Source) -> Vec<Vec<String>> {
    let Some(format) = Format::of_name(source.path()).or_else(|| (source.name() == "flyway.conf").then_some(Format::Properties))
    else {
        return Vec::new();
    };
    let file = Entries::read(source, format);
    // A part of the file that holds for some profiles alone.
    let is_of_profile = |document: u32| {
        let names = file.entries.iter().filter(|entry| entry.document == document).map(|entry| &*entry.name);
        names.into_iter().any(|name| matches!(name, "spring.config.activate.on-profile" | "spring.profiles"))
    };
    let is_it = |name: &str| {
        let name = name.to_ascii_lowercase();
        name == "locations" && source.name() == "flyway.toml" || name.ends_with("flyway.locations") || is_micronaut(&name)
    };
    let all = file.entries.iter().filter(|entry| is_it(&entry.name) && !is_of_profile(entry.document));
    let mut by_name: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    all.for_each(|entry| by_name.entry(&entry.name).or_default().push(entry));
    // Of several in one file nobody knows which one counts.
    let single = by_name.into_values().filter_map(|entries| if let [only] = entries[..] { Some(only) } else { None });
    single.filter(|entry| entry.form != Form::Open).map(|entry| parts(source.slice(entry.value))).collect()
}

/// The items of a list, however it is written.
fn parts(written: &str) -> Vec<String> {
    let parts = written.split([',', '\n']);
    let parts = parts.map(|part| part.trim().trim_start_matches("- ").trim_matches([' ', '"', '\'', '[', ']', '\\']).to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// `flyway.datasources.default.locations`
fn is_micronaut(name: &str) -> bool {
    name.strip_prefix("flyway.datasources.").is_some_and(|rest| rest.ends_with(".locations"))
}

/// The only `<locations>` of a build that uses Flyway.
fn in_pom(text: &str) -> Vec<String> {
    let mut blocks = text.split("<locations>").skip(1);
    let (true, Some(block), None) = (text.contains("flyway"), blocks.next(), blocks.next()) else { return Vec::new() };
    let block = block.split("</locations>").next().unwrap_or_default();
    block.split("<location>").skip(1).filter_map(|rest| Some(rest.split_once("</location>")?.0.trim().to_owned())).collect()
}

/// `locations = [..]` behind `flyway {`, if all of it is written out.
fn in_gradle(text: &str) -> Vec<String> {
    let Some(block) = text.split_once("flyway {").map(|(_, rest)| rest) else { return Vec::new() };
    let Some((_, rest)) = block.split_once("locations") else { return Vec::new() };
    let end = rest.find([']', ')', '\n']).unwrap_or(rest.len());
    rest[..end].split(['"', '\'']).skip(1).step_by(2).map(str::to_owned).collect()
}

/// The folders of files that have Flyway's shape.
pub fn folders<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let is_flyway = |path: &&str| {
        let name = path::name(path);
        name.starts_with(['V', 'R', 'U', 'B']) && name.contains("__")
    };
    paths.filter(is_flyway).map(|path| place(path).folder).collect()
}

/// For each folder the one whose migrations it belongs to, where that is another one, and by the folder of a set who says so.
/// Where nobody does, a set has the topmost folder that holds files of its shape, or `db/migration`.
pub fn homes(folders: &BTreeSet<String>, told: &[Told]) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let mut homes = guessed(folders);
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    let mut by_told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let resolved: Vec<(&Told, String, Vec<String>)> =
        told.iter().filter_map(|told| told.resolve(folders).map(|(home, found)| (told, home, found))).collect();
    for (_, home, found) in &resolved {
        for folder in found {
            by_told.entry(folder.clone()).or_default().insert(home.clone());
        }
    }
    // What two files divide otherwise nobody knows.
    let is_sure = |folder: &String| by_told.get(folder).is_some_and(|homes| homes.len() == 1);
    for (told, home, found) in resolved {
        if found.iter().all(is_sure) {
            for folder in found {
                if folder == home {
                    homes.remove(&folder);
                } else {
                    homes.insert(folder, home.clone());
                }
            }
            said.entry(home).or_insert_with(|| told.said.clone());
        }
    }
    (homes, said)
}

/// Flyway looks into all folders below its location.
fn guessed(folders: &BTreeSet<String>) -> BTreeMap<String, String> {
    let is_engine = |folder: &str| Engine::of_word(path::name(folder)).is_some();
    let home = |folder: &String| {
        if is_engine(folder) {
            return None;
        }
        let is_home = |above: &&str| folders.contains(*above) || above.ends_with("db/migration");
        let mut own = above(folder).skip(1).take_while(|above| !is_engine(above)).filter(is_home);
        own.next().map(|home| (folder.clone(), home.to_owned()))
    };
    let mut homes: BTreeMap<String, String> = folders.iter().filter_map(home).collect();
    // A folder comes after those above it, so each of those has found its own home already.
    let nearest: Vec<(String, String)> = homes.iter().map(|(folder, home)| (folder.clone(), home.clone())).collect();
    for (folder, home) in nearest {
        if let Some(higher) = homes.get(&home).cloned() {
            homes.insert(folder, higher);
        }
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes_of(paths: &[&str], files: &[(&str, &str)]) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
        let sources = files.iter().map(|(path, text)| Source::decode(*path, text.as_bytes().to_vec()));
        let told: Vec<Told> = sources.flat_map(|source| Told::of(&source)).collect();
        homes(&folders(paths.iter().copied()), &told)
    }

    #[test]
    fn it_looks_into_folders_below() {
        let paths = [
            "db/migration/V1__a.sql",
            "db/migration/2024/V2__b.sql",
            "db/migration/2024/q1/V3__c.sql",
            "db/migration/mysql/V1__a.sql",
        ];
        let (homes, _) = homes_of(&paths, &[]);
        let home = |folder: &str| homes.get(folder).map(String::as_str);
        assert_eq!((home("db/migration/2024"), home("db/migration/2024/q1")), (Some("db/migration"), Some("db/migration")));
        assert_eq!((home("db/migration"), home("db/migration/mysql")), (None, None));
    }

    #[test]
    fn several_locations_are_one_set() {
        let paths = ["a/src/main/resources/db/common/V1__a.sql", "a/src/main/resources/db/more/x/V2__b.sql", "a/sql/V3__c.sql"];
        let in_resources = "a/src/main/resources/application";
        for (path, text) in [
            (format!("{in_resources}.properties"), "spring.flyway.locations=classpath:db/common,classpath:/db/more\n"),
            (format!("{in_resources}.yml"), "spring:\n  flyway:\n    locations: classpath:db/common, classpath:db/more\n"),
            (
                format!("{in_resources}.yaml"),
                "spring:\n  flyway:\n    locations:\n      - 'classpath:db/common'\n      - db/more\n",
            ),
            (
                "a/pom.xml".to_owned(),
                "<artifactId>flyway-maven-plugin</artifactId><locations><location>classpath:db/common</location>\n<location>filesystem:src/main/resources/db/more</location></locations>",
            ),
            (
                "a/build.gradle".to_owned(),
                "flyway {\n  url = 'x'\n  locations = ['classpath:db/common', \"classpath:db/more\"]\n}\n",
            ),
            ("a/flyway.conf".to_owned(), "flyway.url=x\nflyway.locations=classpath:db/common,classpath:db/more\n"),
            (
                "a/flyway.toml".to_owned(),
                "[flyway]\nlocations = [\"classpath:db/common\", \"filesystem:./src/main/resources/db/more\"]\n",
            ),
        ] {
            let (homes, said) = homes_of(&paths, &[(&path, text)]);
            let home = "a/src/main/resources/db/common".to_owned();
            assert_eq!(homes, BTreeMap::from([("a/src/main/resources/db/more/x".to_owned(), home.clone())]), "{path}");
            assert_eq!(said, BTreeMap::from([(home, path)]));
        }
    }

    #[test]
    fn a_program_may_have_several_databases() {
        let text = "flyway:\n  datasources:\n    postgres:\n      locations:\n        - classpath:migrations/postgres\n    mysql:\n      locations:\n        - classpath:migrations/mysql\n";
        let paths = ["a/src/main/resources/migrations/postgres/V1__a.sql", "b/src/main/resources/migrations/mysql/V1__a.sql"];
        let file = "cli/src/main/resources/application.yml";
        let (homes, said) = homes_of(&paths, &[(file, text)]);
        let folders = ["a/src/main/resources/migrations/postgres", "b/src/main/resources/migrations/mysql"];
        assert_eq!((homes.len(), said), (0, folders.map(|folder| (folder.to_owned(), file.to_owned())).into()));
    }

    #[test]
    fn what_nobody_can_tell_changes_nothing() {
        let paths = ["src/main/resources/db/a/V1__a.sql", "src/main/resources/db/b/V2__b.sql"];
        let file = "src/main/resources/application.yml";
        for text in [
            "spring:\n  flyway:\n    locations: ${LOCATIONS}\n",
            "spring:\n  flyway:\n    locations: classpath:db/a,classpath:db/nowhere\n",
            "spring:\n  flyway:\n    locations: classpath:db/*\n",
            "a: b\n---\nspring:\n  config:\n    activate:\n      on-profile: demo\n  flyway:\n    locations: classpath:db/a,classpath:db/b\n",
        ] {
            assert_eq!(homes_of(&paths, &[(file, text)]), Default::default(), "{text}");
        }
        let one = ("flyway.conf", "flyway.locations=filesystem:src/main/resources/db/a,filesystem:src/main/resources/db/b\n");
        let other = ("flyway.toml", "[flyway]\nlocations = [\"filesystem:src/main/resources/db/b\"]\n");
        assert_eq!(homes_of(&paths, &[one]).0.len(), 1);
        assert_eq!(homes_of(&paths, &[one, other]).0.len(), 0, "they do not agree");
        assert!(may_tell("a/src/main/resources/application.yml") && !may_tell("a/src/test/resources/application.yml"));
        assert!(!may_tell("a/application-local.yml"));
    }
}
