//! Which files might be ours? One walk, in a fixed order, without looking into what is vendored, generated or ignored.

mod configuration;
mod passed;
mod promise;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;

use super::sites::Sites;
use crate::diagnostic::{Judged, Note};
use crate::document::kind::Kind;
use crate::path;
use crate::settings::Settings;
use crate::tree::{Entry, EntryKind, Tree, Unreadable};
use passed::Tracked;
pub use passed::{Passed, Why};
use promise::{Promise, UNSUPPORTED};

/// A file that might be ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Its path.
    pub path: String,
    /// What its path makes of it.
    pub kind: Kind,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files that might be ours, by path.
    pub files: Vec<Candidate>,
    /// What could not be looked at.
    pub notes: Vec<Note>,
    /// Folders and files passed over.
    pub skipped: Vec<Passed>,
    /// Migrations of tools that are not supported yet.
    pub unsupported: Vec<(String, usize)>,
    /// Files of configuration, by path.
    pub configs: Vec<String>,
    /// Which files git does not take in.
    pub ignores: Ignores,
    /// Files of programs and pipelines, which may ask for settings, by path.
    pub programs: Vec<Candidate>,
    /// Files that may hand settings to a program, by path.
    pub suppliers: Vec<String>,
    /// Files that may set a variable of the shell, or tell people to, by path.
    pub may_set: Vec<String>,
    /// Files that may say which server there is, by path.
    pub telling: Vec<String>,
    /// Files that may say who reads a dotenv file, by path.
    pub readers: Vec<String>,
    /// Where the tree says that migrations are.
    pub sites: Sites,
    /// Files of Tilt, by path.
    pub tilt: Vec<String>,
}

/// What a file of configuration is called.
pub const CONFIG_NAMES: [&str; 2] = ["gonogo.toml", ".gonogo.toml"];

/// Folders of version control, which hold nothing that could be ours.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn"];

/// Folders of other people's files, of generated files and of test data. An environment may be called `test`, so that
/// name is not among them.
const SKIPPED_FOLDERS: &[&str] = &[
    ".terraform",
    ".terragrunt-cache",
    ".venv",
    "venv",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".cache",
    ".idea",
    ".vscode",
    ".next",
    ".nuxt",
    ".gradle",
    ".yarn",
    ".pnpm-store",
    ".direnv",
    "node_modules",
    "bower_components",
    "vendor",
    "third_party",
    "target",
    "__pycache__",
    "__snapshots__",
    "testdata",
    "test-data",
    "test_data",
    "fixtures",
    "__fixtures__",
    "__tests__",
    "tests",
    "site-packages",
];

/// Walks a tree. A file that was `named` is never passed over.
pub fn discover(tree: &dyn Tree, named: &str, settings: &Settings) -> Found {
    let mut walk = Walk {
        tree,
        named,
        settings,
        tracked: OnceCell::new(),
        half_ignored: Vec::new(),
        reopened: Vec::new(),
        evidence: Vec::new(),
        tellers: Vec::new(),
        formats: Vec::new(),
        found: Found::default(),
    };
    walk.read_ignores("");
    let entries = tree.walk(&mut |folder| walk.enters(folder));
    let unsupported = promise::unsupported();
    // What the configuration calls a migration is one, whatever its name.
    let is_set_up = |path: &str| {
        path == named || (is_sql(path) && settings.migrations.iter().any(|migrations| migrations.paths.matches(path)))
    };
    let promise = |entry: &Entry| match entry.kind {
        EntryKind::Folder | EntryKind::InnerLink => Promise::default(),
        _ => Promise::of(&entry.path, is_set_up(&entry.path), &unsupported),
    };
    let promises: Vec<Promise> = entries.par_iter().map(promise).collect();
    let mut foreign = vec![0_usize; UNSUPPORTED.len()];
    let mut others = Vec::new();
    for (entry, promise) in entries.into_iter().zip(promises) {
        if let Some(path) = walk.sort_in(entry, &promise) {
            for glob in promise.unsupported {
                foreign[glob] += 1;
            }
            others.extend(is_sql(&path).then_some(path));
        }
    }
    let mut sites = Sites::of(tree, &walk.evidence, &walk.found.files);
    sites.tellers.extend(walk.tellers.drain(..));
    let claimed = others.into_iter().filter(|path| sites.claims(path));
    walk.found.files.extend(claimed.map(|path| Candidate { path, kind: Kind::Migration }));
    walk.found.files.retain(|file| file.path == named || !sites.disclaims(&file.path));
    walk.found.sites = sites;
    let counted = UNSUPPORTED.iter().zip(foreign).filter(|(_, count)| *count > 0);
    walk.found.unsupported = counted.map(|((_, name), count)| ((*name).to_owned(), count)).collect();
    walk.found.files.sort_by(|a, b| a.path.cmp(&b.path));
    walk.choose_settings();
    walk.found
}

fn is_sql(path: &str) -> bool {
    path::ended(path).is_some_and(|(_, end)| end.eq_ignore_ascii_case("sql"))
}

/// The ignore rules of the folders that have any.
#[derive(Debug, Default)]
pub struct Ignores {
    rules: HashMap<String, Gitignore>,
}

impl Ignores {
    fn read(&mut self, tree: &dyn Tree, folder: &str) {
        let path = if folder.is_empty() { ".gitignore".to_owned() } else { format!("{folder}/.gitignore") };
        let Ok(bytes) = tree.read(&path, 1 << 20) else { return };
        let mut builder = GitignoreBuilder::new("");
        for line in String::from_utf8_lossy(&bytes).split('\n') {
            // A line that git would not understand ignores nothing.
            let _ = builder.add_line(None, line.trim_end_matches('\r'));
        }
        if let Ok(rules) = builder.build() {
            self.rules.insert(folder.to_owned(), rules);
        }
    }

    /// Whether git does not take in a path.
    pub fn is_ignored(&self, path: &str, is_folder: bool) -> bool {
        self.by(path, is_folder).is_some()
    }

    /// The pattern that a path is ignored by, and its file. The nearest file that has anything to say decides.
    fn by(&self, path: &str, is_folder: bool) -> Option<(String, String)> {
        let mut folder = if self.rules.is_empty() { "" } else { path };
        while !folder.is_empty() {
            folder = path::folder(folder);
            let Some(rules) = self.rules.get(folder) else { continue };
            let below = path[folder.len()..].trim_start_matches('/');
            match rules.matched(Path::new(below), is_folder) {
                ignore::Match::Ignore(glob) => {
                    let file = if folder.is_empty() { ".gitignore".to_owned() } else { format!("{folder}/.gitignore") };
                    return Some((glob.original().to_owned(), file));
                }
                ignore::Match::Whitelist(_) => return None,
                ignore::Match::None => {}
            }
        }
        None
    }
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    named: &'a str,
    settings: &'a Settings,
    /// What git follows although it is ignored; asked for by the first who comes across something ignored.
    tracked: OnceCell<Tracked>,
    /// Ignored folders that hold what git follows, with a `/` at their ends, and why the rest of them is passed over.
    half_ignored: Vec<(String, Why)>,
    /// Folders that are passed over but for what is included, with a `/` at their ends.
    reopened: Vec<String>,
    /// Files that may say where migrations are.
    evidence: Vec<String>,
    /// Files that may tell how a whole database looks.
    tellers: Vec<String>,
    /// Files of a format that settings are written in, too.
    formats: Vec<String>,
    found: Found,
}

impl Walk<'_> {
    /// Makes candidates of the files that look like settings of several environments, seen side by side.
    fn choose_settings(&mut self) {
        self.formats.sort_unstable();
        let paths: Vec<&str> = self.formats.iter().map(String::as_str).collect();
        let files = &mut self.found.files;
        let before = files.len();
        for path in configuration::chosen(&paths, &self.settings.environments) {
            match files[..before].binary_search_by(|file| file.path.as_str().cmp(path)) {
                Ok(at) if files[at].kind == Kind::Manifest => files[at].kind = Kind::Configuration,
                Ok(_) => {}
                Err(_) => files.push(Candidate { path: path.to_owned(), kind: Kind::Configuration }),
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Whether to look into a folder.
    fn enters(&mut self, folder: &Entry) -> bool {
        let path = &*folder.path;
        let on_the_way = self.named.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        if let Some(why) = self.passed_over(folder).filter(|_| !on_the_way) {
            if matches!(why, Why::Ignored(..)) && self.is_tracked(path, true) {
                self.half_ignored.push((format!("{path}/"), why));
            } else if matches!(why, Why::Records | Why::Excluded) || !self.leads_to_included(path) {
                self.found.skipped.push(Passed { path: folder.path.clone(), why });
                return false;
            } else {
                self.reopened.push(format!("{path}/"));
            }
        }
        self.read_ignores(path);
        true
    }

    /// Why a folder is passed over, if it is.
    fn passed_over(&self, folder: &Entry) -> Option<Why> {
        let name = folder.name();
        if self.is_excluded(&folder.path) {
            return Some(Why::Excluded);
        }
        if VERSION_CONTROL.contains(&name) {
            return Some(Why::Records);
        }
        if SKIPPED_FOLDERS.contains(&name) {
            return Some(Why::Foreign);
        }
        if self.is_reopened(&folder.path) {
            return Some(Why::Around);
        }
        self.ignored_by(&folder.path, true)
    }

    fn is_tracked(&self, path: &str, is_folder: bool) -> bool {
        self.tracked.get_or_init(|| Tracked::of(self.tree)).has(path, is_folder)
    }

    fn is_excluded(&self, path: &str) -> bool {
        !self.settings.exclude.is_empty() && self.settings.exclude.matches(path)
    }

    fn leads_to_included(&self, folder: &str) -> bool {
        !self.settings.include.is_empty() && self.settings.include.lead_through(folder)
    }

    fn is_reopened(&self, path: &str) -> bool {
        self.reopened.iter().any(|folder| path.starts_with(folder))
    }

    /// Why a file is passed over that was found all the same, if it is.
    fn left_out(&self, path: &str) -> Option<Why> {
        if path == self.named {
            return None;
        }
        if self.is_excluded(path) {
            return Some(Why::Excluded);
        }
        let is_included = || !self.settings.include.is_empty() && self.settings.include.matches(path);
        let why = if self.is_reopened(path) {
            Some(Why::Around)
        } else {
            self.ignored_by(path, false).filter(|_| !self.is_tracked(path, false))
        };
        why.filter(|_| !is_included())
    }

    fn read_ignores(&mut self, folder: &str) {
        if self.settings.respect_gitignore {
            self.found.ignores.read(self.tree, folder);
        }
    }

    /// Why git ignores something. What is in an ignored folder no other pattern can bring back.
    fn ignored_by(&self, path: &str, is_folder: bool) -> Option<Why> {
        if let Some((_, why)) = self.half_ignored.iter().find(|(folder, _)| path.starts_with(folder)) {
            return Some(why.clone());
        }
        self.found.ignores.by(path, is_folder).map(|(pattern, file)| Why::Ignored(pattern, file))
    }

    /// Files an entry away. Returns its path where it is a file that is none of ours.
    fn sort_in(&mut self, entry: Entry, promise: &Promise) -> Option<String> {
        if entry.kind != EntryKind::Folder && CONFIG_NAMES.contains(&entry.name()) {
            self.found.configs.push(entry.path.clone());
        }
        let Entry { path, kind } = entry;
        match kind {
            EntryKind::Folder | EntryKind::InnerLink => None,
            EntryKind::File => {
                if let Some(why) = self.left_out(&path) {
                    self.found.skipped.extend(promise.kind.map(|_| Passed { path, why }));
                    return None;
                }
                self.hand_out(&path, promise);
                let Some(kind) = promise.kind else { return Some(path) };
                let foreign = (kind == Kind::Manifest).then(|| path.clone());
                self.found.files.push(Candidate { path, kind });
                foreign
            }
            EntryKind::Odd(reason) => {
                self.note(path, promise.kind, &reason);
                None
            }
        }
    }

    /// Puts a file on the list of each who may want it.
    fn hand_out(&mut self, path: &str, promise: &Promise) {
        let found = &mut self.found;
        for (list, wants) in [
            (&mut found.telling, promise.tells_server),
            (&mut found.readers, promise.tells_reader),
            (&mut found.suppliers, promise.supplies),
            (&mut found.may_set, promise.sets),
            (&mut found.tilt, promise.is_tilt),
            (&mut self.evidence, promise.tells_site),
            (&mut self.tellers, promise.tells_schema),
            (&mut self.formats, promise.may_configure),
        ] {
            list.extend(wants.then(|| path.to_owned()));
        }
        found.programs.extend(promise.asks.then(|| Candidate { path: path.to_owned(), kind: Kind::Consumer }));
    }

    /// A closed folder may hide anything; of other odd things only those whose name says that they are ours matter.
    fn note(&mut self, path: String, kind: Option<Kind>, reason: &Unreadable) {
        let ours = matches!(reason, Unreadable::Refused(_)) || kind.is_some_and(Kind::is_certain);
        if !ours && kind.is_none() {
            return;
        }
        let judged = if ours { Judged::Nothing } else { Judged::NotOurs };
        self.found.notes.push(Note { path, line: None, message: reason.to_string(), judged });
    }
}
