//! Where does the tree say that a tool keeps its migrations, and in which order they run?
//!
//! Files of configuration, plans, journals and locks that lie beside migrations speak before any name does. They are
//! looked for once, after the walk and before anything is read, because only they make some files ours at all.

mod dependencies;
mod evidence;
mod flyway;
mod plan;
mod sqitch;

use std::collections::{BTreeMap, BTreeSet};

use super::discover::Candidate;
use super::history::is_nearly_flyway;
use crate::document::engine::Engine;
use crate::document::kind::Kind;
use crate::document::migration::framework::Framework;
use crate::document::migration::{Layout, REPEATABLE, Role, layout, place};
use crate::path;
use crate::tree::Tree;
pub use dependencies::Dependency;
pub use evidence::may_say;
use flyway::Told;
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
    /// What files tell Flyway.
    told: Vec<Told>,
    /// Plans of Sqitch that a configuration speaks of.
    settled: BTreeSet<String>,
    /// Folders of graphile-migrate.
    graphile: BTreeSet<String>,
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
        sites.flyway = flyway::folders(migrations().map(|file| file.path.as_str()));
        let (homes, said) = flyway::homes(&sites.flyway, &sites.told);
        sites.homes = homes;
        for (folder, said) in said {
            sites.simple(&folder, Framework::Flyway, &said);
        }
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
        self.planned(path).is_some() || self.aside(path).is_some() || self.current(path).is_some()
    }

    /// Whether a file is none of the migrations although it lies among them: what verifies them, and has their names.
    pub fn disclaims(&self, path: &str) -> bool {
        let is_sqitch = |folder: &str| self.known.get(folder).is_some_and(|site| site.framework == Framework::Sqitch);
        let mut folders = above(path).filter(|_| !self.known.is_empty());
        folders.any(|folder| matches!(path::parted(folder), (top, "verify") if is_sqitch(top)))
    }

    /// What the path of a file of SQL says, with what is known of its folder.
    pub fn place(&self, path: &str) -> Layout {
        if let Some((folder, site, entry)) = self.planned(path) {
            let Entry { version, title, role } = entry.clone();
            return Layout { folder: folder.to_owned(), version, title, role, engine: site.engine };
        }
        if let Some(layout) = self.aside(path).or_else(|| self.current(path)) {
            return layout;
        }
        let mut layout = place(path);
        if let Some(home) = self.homes.get(&layout.folder) {
            layout.folder.clone_from(home);
        }
        layout.engine = layout.engine.or_else(|| self.site(&layout.folder)?.engine);
        layout
    }

    /// What graphile-migrate will commit next: `current.sql`, or all files in `current`.
    fn current(&self, path: &str) -> Option<Layout> {
        let (folder, name) = path.rsplit_once('/')?;
        let stem = name.strip_suffix(".sql")?;
        let (home, title) = match path::parted(folder) {
            (home, "current") if self.graphile.contains(home) => (home, format!("current/{stem}")),
            _ if stem == "current" && self.graphile.contains(folder) => (folder, stem.to_owned()),
            _ => return None,
        };
        Some(Layout { folder: format!("{home}/committed"), version: vec![REPEATABLE], title, role: Role::Up, engine: None })
    }

    /// What the path of a file says that lies among migrations and never runs.
    fn aside(&self, path: &str) -> Option<Layout> {
        let (folder, name) = path::parted(path);
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
        next = (!here.is_empty()).then(|| path::folder(here));
        Some(here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_end_at_the_root() {
        assert_eq!(above("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a", ""]);
        assert_eq!(above("").collect::<Vec<_>>(), [""]);
    }
}
