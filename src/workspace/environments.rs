//! Which files configure the same thing for different environments?
//!
//! Two files are members of one group when their paths differ only in the name of an environment. Before any rule may
//! call a key missing, the group's *style* must be known: complete (every file has every key) or override (a base plus
//! differences, where a missing key means "inherit").

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::ids;
use crate::diagnostic::{Place, SourceId};
use crate::document::{Content, Document};

/// The settings files of a workspace and how they belong together.
#[derive(Debug, Default)]
pub struct Environments {
    /// Every file of settings with its tier.
    pub files: Vec<SettingsFile>,
    /// Files that configure the same thing.
    pub groups: Vec<Group>,
}

/// A file of settings.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    /// The file.
    pub source: SourceId,
    /// Which environment reads it, where its path tells.
    pub environment: Option<String>,
    /// How near to production that is.
    pub tier: Option<Tier>,
}

/// How near to production an environment is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tier {
    /// A template or a sample: nobody runs it.
    Example,
    /// Anything that no customer depends on.
    NonProduction,
    /// What customers depend on.
    Production,
}

/// Files that configure the same thing for different environments.
#[derive(Debug)]
pub struct Group {
    /// The members, by environment.
    pub members: Vec<SettingsFile>,
    /// Every file has every key, but for the odd one out.
    pub is_complete: bool,
    /// What all members set but one, by member; what a file sets that every environment reads first is none.
    pub gaps: Vec<Gap>,
}

/// A setting that one member of a group lacks.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// Which member lacks it.
    pub member: usize,
    /// The key in another member that has it.
    pub neighbour: Place,
}

/// The names that people give to environments.
const NAMES: &[(&str, Tier, &[&str])] = &[
    ("production", Tier::Production, &["production", "prod", "prd", "live"]),
    ("staging", Tier::NonProduction, &["staging", "stage", "stg", "preprod", "preproduction", "nonprod"]),
    ("development", Tier::NonProduction, &["development", "develop", "devel", "dev"]),
    ("test", Tier::NonProduction, &["test", "testing", "tst", "ci"]),
    ("integration", Tier::NonProduction, &["integration", "int", "sit"]),
    ("qa", Tier::NonProduction, &["qa", "uat", "acceptance"]),
    ("review", Tier::NonProduction, &["review", "preview"]),
    ("sandbox", Tier::NonProduction, &["sandbox", "sbx"]),
    ("performance", Tier::NonProduction, &["perf", "performance", "loadtest"]),
    ("demo", Tier::NonProduction, &["demo", "training"]),
    ("local", Tier::NonProduction, &["local", "localhost"]),
    ("example", Tier::Example, &["example", "examples", "sample", "samples", "template", "dist", "defaults"]),
];

/// Environments that stand beside the way to production: what they need says nothing about what the others need.
const ASIDE: &[&str] = &["local", "review", "sandbox", "demo"];

/// What a file that every environment reads first has in the place of an environment's name.
const SHARED: &[&str] = &["base", "common", "shared", "default", "defaults", "all", "global"];

pub(super) fn environment(word: &str) -> Option<(&'static str, Tier)> {
    let word = word.to_ascii_lowercase();
    NAMES.iter().find(|(_, _, words)| words.contains(&&*word)).map(|(name, tier, _)| (*name, *tier))
}

impl Tier {
    /// The tier that a path tells of: a folder that is named for an environment, or the last word of the file's name.
    pub fn of_path(path: &str) -> Option<Self> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.split('.').next().unwrap_or(name);
        let last_word = stem.rsplit(['-', '_']).next().filter(|word| *word != stem);
        let words = last_word.into_iter().chain(folders.rsplit('/'));
        words.filter_map(environment).map(|(_, tier)| tier).next()
    }
}

impl Environments {
    /// Groups the settings files of a workspace.
    pub fn of(documents: &[Arc<Document>]) -> Self {
        let all = ids(documents).zip(documents);
        let dotenv = all.filter(|(_, document)| matches!(document.content, Content::Dotenv(_)));
        let files: Vec<SettingsFile> = dotenv.map(|(id, document)| settings_file(id, document.source.path())).collect();
        let groups = groups(&files, documents);
        Self { files, groups }
    }

    /// The tier of a settings file.
    pub fn tier(&self, id: SourceId) -> Option<Tier> {
        let at = self.files.binary_search_by_key(&id, |file| file.source).ok()?;
        self.files[at].tier
    }
}

fn settings_file(source: SourceId, path: &str) -> SettingsFile {
    let words = words(path);
    let named = words.iter().rev().filter_map(|(start, end)| environment(&path[*start..*end]));
    // `.env.production.example` is an example, whatever else it says.
    let named = named.min_by_key(|(_, tier)| *tier != Tier::Example);
    let (environment, tier) = named.unzip();
    SettingsFile { source, environment: environment.map(str::to_owned), tier }
}

/// The words of a path with their places.
fn words(path: &str) -> Vec<(usize, usize)> {
    let is_break = |character: char| matches!(character, '/' | '.' | '-' | '_');
    let mut words = Vec::new();
    let mut start = 0;
    for (at, _) in path.match_indices(is_break).chain([(path.len(), "")]) {
        if at > start {
            words.push((start, at));
        }
        start = at + 1;
    }
    words
}

fn groups(files: &[SettingsFile], documents: &[Arc<Document>]) -> Vec<Group> {
    let path = |file: &SettingsFile| documents[file.source.index()].source.path();
    let mut slots: BTreeMap<String, Vec<&SettingsFile>> = BTreeMap::new();
    let is_aside = |file: &SettingsFile| file.environment.as_deref().is_some_and(|name| ASIDE.contains(&name));
    for file in files.iter().filter(|file| file.tier > Some(Tier::Example) && !is_aside(file)) {
        let path = path(file);
        for (start, end) in words(path) {
            if environment(&path[start..end]).is_some_and(|(name, _)| file.environment.as_deref() == Some(name)) {
                slots.entry(format!("{}*{}", &path[..start], &path[end..])).or_default().push(file);
            }
        }
    }
    // A file with the name of its environment twice fits two slots; it belongs where most others are.
    let mut largest: Vec<(String, Vec<&SettingsFile>)> = slots.into_iter().collect();
    largest.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    let mut taken = BTreeSet::new();
    let mut groups = Vec::new();
    for (slot, mut members) in largest {
        members.retain(|file| !taken.contains(&file.source));
        let environments: BTreeSet<_> = members.iter().map(|file| &file.environment).collect();
        if environments.len() < 2 || environments.len() != members.len() {
            continue;
        }
        taken.extend(members.iter().map(|file| file.source));
        // The files are in the order of their paths.
        let find = |shared: &String| files.binary_search_by(|file| path(file).cmp(shared)).ok();
        let base: Vec<SourceId> = shared_paths(&slot).iter().filter_map(find).map(|at| files[at].source).collect();
        let members = members.into_iter().cloned().collect();
        groups.push(group(members, &base, documents));
    }
    groups.sort_by_key(|group| group.members.first().map(|member| member.source));
    groups
}

/// Where the files stand that every environment of a slot reads first: in the place of `*` another word, or none.
fn shared_paths(slot: &str) -> BTreeSet<String> {
    let (before, after) = slot.split_once('*').unwrap_or((slot, ""));
    let without = [before, before.trim_end_matches(['.', '-', '_', '/'])].map(|before| format!("{before}{after}"));
    let named = SHARED.iter().map(|word| format!("{before}{word}{after}"));
    without.into_iter().chain(named).collect()
}

/// At least this share of all cells (a key in a file) must be filled in a group of the complete style.
const COMPLETE_PERCENT: usize = 95;

fn group(members: Vec<SettingsFile>, base: &[SourceId], documents: &[Arc<Document>]) -> Group {
    let names = |id: SourceId| {
        let document = &documents[id.index()];
        let settings = document.dotenv().map(|dotenv| dotenv.settings.as_slice()).unwrap_or_default();
        settings.iter().map(move |setting| (setting.name(&document.source), Place { source: id, span: setting.key }))
    };
    let of_member = |(at, member): (usize, &SettingsFile)| names(member.source).map(move |(name, place)| (name, at, place));
    let mut all: Vec<(&str, usize, Place)> = members.iter().enumerate().flat_map(of_member).collect();
    all.sort_unstable();
    all.dedup_by_key(|(name, member, _)| (*name, *member));
    let shared: HashSet<&str> = base.iter().flat_map(|id| names(*id)).map(|(name, _)| name).collect();
    let mut count = 0;
    let mut gaps = Vec::new();
    for setters in all.chunk_by(|(one, ..), (other, ..)| one == other) {
        count += 1;
        let (name, _, neighbour) = setters[0];
        if setters.len() + 1 == members.len() && !shared.contains(name) {
            let member = (0..members.len()).find(|at| setters.iter().all(|(_, member, _)| member != at)).unwrap_or(0);
            gaps.push(Gap { member, neighbour });
        }
    }
    gaps.sort_unstable_by_key(|gap| (gap.member, gap.neighbour));
    let enough = members.len() >= 3 || count >= 8;
    let cells = count * members.len();
    let is_complete = enough && all.len() * 100 >= cells * COMPLETE_PERCENT;
    Group { members, is_complete, gaps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_last_words_name_an_environment() {
        let table = [
            ("overlays/production/web.yaml", Some(Tier::Production)),
            ("overlays/staging/web.yaml", Some(Tier::NonProduction)),
            ("deploy/web-dev.yaml", Some(Tier::NonProduction)),
            ("examples/web.yaml", Some(Tier::Example)),
            ("k8s/test-runner.yaml", None),
            ("k8s/staging.yaml", None),
            ("dev-portal/web.yaml", None),
        ];
        for (path, tier) in table {
            assert_eq!(Tier::of_path(path), tier, "{path}");
        }
    }

    fn documents(files: &[(&str, &str)]) -> Vec<Arc<Document>> {
        use crate::document::kind::Kind;
        let read = |path: &str, text: &str| Document::read(path, text.as_bytes().to_vec(), Kind::Settings).map(Arc::new);
        files.iter().filter_map(|(path, text)| read(path, text)).collect()
    }

    #[test]
    fn files_that_differ_in_the_environment_form_a_group() {
        let all = "A=1\nB=2\nC=3\nD=4\nE=5\nF=6\nG=7\n";
        let documents = documents(&[
            (".env", "Z=1\n"),
            (".env.example", all),
            (".env.production", all),
            (".env.staging", all),
            ("env/dev/.env", all),
        ]);
        let environments = Environments::of(&documents);
        assert_eq!(environments.groups.len(), 1);
        let group = &environments.groups[0];
        let names: Vec<_> = group.members.iter().filter_map(|member| member.environment.as_deref()).collect();
        assert_eq!((names, group.is_complete), (vec!["production", "staging"], false));
    }

    #[test]
    fn what_all_environments_read_first_is_no_gap() {
        let table: &[(&[&str], usize)] = &[
            (&[".env", ".env.prod", ".env.staging"], 0),
            (&[".env.common", ".env.prod", ".env.staging"], 0),
            (&["env/.env", "env/prod/.env", "env/staging/.env"], 0),
            (&["env/prod/.env", "env/shared/.env", "env/staging/.env"], 0),
            (&["app-prod.env", "app-staging.env", "app.env"], 0),
            (&["config/base.env", "config/prod.env", "config/staging.env"], 0),
            (&[".env", "prod.env", "staging.env"], 0),
            (&[".env.prod", ".env.staging", "other/.env"], 1),
        ];
        for (paths, gaps) in table {
            let text = |path: &str| if path.contains("prod") { "A=1\n" } else { "A=1\nB=2\n" };
            let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text(path))).collect();
            let environments = Environments::of(&documents(&files));
            assert_eq!(environments.groups.iter().map(|group| group.gaps.len()).collect::<Vec<_>>(), [*gaps], "{paths:?}");
        }
    }

    #[test]
    fn laptops_and_review_apps_say_nothing_about_the_others() {
        let files = [(".env.local", "A=1\n"), (".env.production", "A=1\n"), (".env.review", "A=1\n")];
        assert!(Environments::of(&documents(&files)).groups.is_empty());
    }

    #[test]
    fn a_group_is_complete_when_almost_every_file_has_every_key() {
        let all: String = (0..20).map(|key| format!("K{key}=1\n")).collect();
        let short = all.replace("K7=1\n", "");
        let shorter: String = (0..9).map(|key| format!("K{key}=1\n")).collect();
        for (production, complete) in [(&all, true), (&short, true), (&shorter, false)] {
            let documents = documents(&[("dev.env", &all), ("prod.env", production), ("qa.env", &all)]);
            let environments = Environments::of(&documents);
            assert_eq!(environments.groups[0].is_complete, complete);
        }
    }
}
