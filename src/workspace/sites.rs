//! Where does the tree say that a tool keeps its migrations, and in which order they run?
//!
//! Files of configuration, plans, journals and locks that lie beside migrations speak before any name does. They are
//! looked for once, after the walk and before anything is read, because only they make some files ours at all.

mod dependencies;
mod evidence;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use super::discover::Candidate;
use super::history::is_nearly_flyway;
use crate::document::engine::Engine;
use crate::document::kind::Kind;
use crate::document::migration::framework::Framework;
use crate::document::migration::{Layout, Role, layout, place};
use crate::tree::Tree;
pub use dependencies::Dependency;
pub use evidence::may_say;
pub use plan::{Entry, Plan};

/// Where the tree says that migrations are.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    /// By folder.
    known: BTreeMap<String, Site>,
    /// What packages say, by folder.
    dependencies: BTreeMap<String, Vec<Dependency>>,
    /// Files beside migrations that ask for no transaction, by the path of what they are about, without `.sql`.
    lone: BTreeMap<String, (String, u32)>,
    /// Folders whose migrations belong to a folder above.
    homes: BTreeMap<String, String>,
    /// Checksum files of Atlas by folder: the path and the text.
    pub(super) sums: BTreeMap<String, (String, String)>,
    /// Files that may tell how a whole database looks.
    pub(super) tellers: BTreeSet<String>,
    /// Flyway is told to run what comes late.
    pub(super) runs_late: bool,
    /// Folders that hold files of Flyway's shape.
    flyway: BTreeSet<String>,
}

/// A folder of migrations that a file speaks of.
#[derive(Clone, Debug)]
pub struct Site {
    /// The tool.
    pub framework: Framework,
    /// The file that says so.
    pub said: String,
    /// The server that it names.
    pub engine: Option<Engine>,
    /// The order, where it is written down.
    pub plan: Option<Plan>,
}

impl Sites {
    /// Of a tree: `evidence` are the files that [`may_say`] something, `files` what the names alone make ours.
    pub fn of(tree: &dyn Tree, evidence: &[String], files: &[Candidate]) -> Self {
        let mut sites = Self::default();
        let migrations = || files.iter().filter(|file| file.kind == Kind::Migration);
        let folders: BTreeSet<String> = migrations().map(|file| place(&file.path).folder).collect();
        for path in evidence {
            sites.hear(tree, path);
        }
        sites.dependencies = dependencies::of(tree, evidence, &folders);
        sites.flyway = flyway(migrations().map(|file| file.path.as_str()));
        sites.homes = homes(&sites.flyway);
        sites
    }

    /// The site of a folder: its own, or that of a folder above whose tool looks into all folders below.
    pub fn site(&self, folder: &str) -> Option<&Site> {
        if let Some(site) = self.known.get(folder) {
            return Some(site);
        }
        let looks_below = |site: &&Site| matches!(site.framework, Framework::Diesel | Framework::Hasura | Framework::Flyway);
        above(folder).skip(1).find_map(|above| self.known.get(above).filter(looks_below))
    }

    /// Whether a file of SQL belongs to migrations although its name does not say so.
    pub fn claims(&self, path: &str) -> bool {
        self.planned(path).is_some() || self.aside(path).is_some()
    }

    /// Whether a file is none of the migrations although it lies among them: what verifies them, and has their names.
    pub fn disclaims(&self, path: &str) -> bool {
        let is_sqitch = |folder: &str| self.known.get(folder).is_some_and(|site| site.framework == Framework::Sqitch);
        above(path).any(|folder| match folder.rsplit_once('/').unwrap_or(("", folder)) {
            (top, "verify") => is_sqitch(top),
            _ => false,
        })
    }

    /// What the path of a file of SQL says, with what is known of its folder.
    pub fn place(&self, path: &str) -> Layout {
        if let Some((folder, site, entry)) = self.planned(path) {
            let Entry { version, title, role } = entry.clone();
            return Layout { folder: folder.to_owned(), version, title, role, engine: site.engine };
        }
        if let Some(layout) = self.aside(path) {
            return layout;
        }
        let mut layout = place(path);
        if let Some(home) = self.homes.get(&layout.folder) {
            layout.folder.clone_from(home);
        }
        layout.engine = layout.engine.or_else(|| self.site(&layout.folder)?.engine);
        layout
    }

    /// What the path of a file says that lies among migrations and never runs.
    fn aside(&self, path: &str) -> Option<Layout> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, extension) = name.rsplit_once('.')?;
        let aside = |folder: &str, title: &str, engine| Layout {
            folder: folder.to_owned(),
            version: Vec::new(),
            title: title.to_owned(),
            role: Role::Aside,
            engine,
        };
        if self.flyway.contains(folder) && is_nearly_flyway(name) {
            let home = self.homes.get(folder).map_or(folder, String::as_str);
            return Some(aside(home, stem, place(path).engine));
        }
        if extension != "sql" {
            return None;
        }
        let of_plan = |folder: &&str| self.known.get(*folder).is_some_and(|site| site.plan.is_some());
        let top = above(path).skip(1).find(of_plan)?;
        let site = self.known.get(top)?;
        let below = if top.is_empty() { path } else { path.get(top.len() + 1..)? };
        let title = match site.framework {
            Framework::Sqitch => below.strip_prefix("deploy/")?.strip_suffix(".sql")?,
            Framework::Drizzle if !below.contains('/') => layout(path).map(|_| stem)?,
            _ => return None,
        };
        Some(aside(top, title, site.engine))
    }

    fn planned(&self, path: &str) -> Option<(&str, &Site, &Entry)> {
        above(path).skip(1).find_map(|folder| {
            let (folder, site) = self.known.get_key_value(folder)?;
            let entry = site.plan.as_ref()?.entry(path)?;
            Some((folder.as_str(), site, entry))
        })
    }

    /// The file, and its line, that asks for no transaction around a migration file.
    pub fn without_transaction(&self, path: &str) -> Option<(&str, u32)> {
        let own = self.lone.get(path);
        let of_folder = || self.lone.get(path.rsplit_once('/')?.0);
        own.or_else(of_folder).map(|(path, line)| (path.as_str(), *line))
    }

    /// The first of these tools that the packages around a folder use, the nearest first, with the file that says so.
    pub fn used(&self, folder: &str, among: &[Framework]) -> Option<(Framework, &str)> {
        above(folder).find_map(|above| {
            let used = self.dependencies.get(above)?.iter().find(|used| among.contains(&used.framework))?;
            Some((used.framework, used.said.as_str()))
        })
    }
}

/// A path and all folders above it, the nearest first, the root as an empty one.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(path);
    std::iter::from_fn(move || {
        let here = next?;
        next = (!here.is_empty()).then(|| here.rsplit_once('/').map_or("", |(above, _)| above));
        Some(here)
    })
}

/// The folders of files that have Flyway's shape.
fn flyway<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let is_flyway = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with(['V', 'R', 'U', 'B']) && name.contains("__")
    };
    paths.filter(is_flyway).map(|path| place(path).folder).collect()
}

/// Flyway looks into all folders below its location, which is the topmost one that holds files of its shape, or
/// `db/migration`.
fn homes(folders: &BTreeSet<String>) -> BTreeMap<String, String> {
    let is_engine = |folder: &str| Engine::of_word(folder.rsplit('/').next().unwrap_or(folder)).is_some();
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

    #[test]
    fn flyway_looks_into_folders_below() {
        let paths = [
            "db/migration/V1__a.sql",
            "db/migration/2024/V2__b.sql",
            "db/migration/2024/q1/V3__c.sql",
            "db/migration/mysql/V1__a.sql",
        ];
        let homes = homes(&flyway(paths.into_iter()));
        let home = |folder: &str| homes.get(folder).map(String::as_str);
        assert_eq!((home("db/migration/2024"), home("db/migration/2024/q1")), (Some("db/migration"), Some("db/migration")));
        assert_eq!((home("db/migration"), home("db/migration/mysql")), (None, None));
    }

    #[test]
    fn folders_above_end_at_the_root() {
        assert_eq!(above("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a", ""]);
        assert_eq!(above("").collect::<Vec<_>>(), [""]);
    }
}
