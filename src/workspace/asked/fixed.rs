//! Which files are called by a name that the framework which reads them never looks for?
//!
//! Some frameworks know by themselves what production is called: `vite build` reads `.env.production`, whatever a team says
//! for it. Who calls the file otherwise has to tell the framework so, and nothing in the tree does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Document;
use crate::settings::EnvironmentNames;
use crate::tree::{Tree, Unreadable};
use crate::workspace::environments::misnamed::{Misnamed, Told};
use crate::workspace::environments::names::{Named, Tier};

/// What frameworks call production where nobody tells them anything.
const PRODUCTION: &str = "production";

/// So many of one framework are held against all that could tell it another name.
const MOST: usize = 64;

/// The paths that a framework does not find. The paths are sorted.
pub fn misnamed(tree: &dyn Tree, paths: &[&str], documents: &[Arc<Document>], said: &EnvironmentNames) -> Vec<Misnamed> {
    let look = Look { tree, paths, documents, said };
    let mut found = look.rails();
    found.extend(look.hugo());
    found.extend(look.bundlers());
    found
}

struct Look<'l> {
    tree: &'l dyn Tree,
    paths: &'l [&'l str],
    documents: &'l [Arc<Document>],
    said: &'l EnvironmentNames,
}

/// A part of a path that has a word for an environment.
struct Part<'p> {
    before: &'p str,
    word: &'p str,
    after: &'p str,
}

impl Look<'_> {
    /// `config/settings/prod.yml`, where Rails has `config/environments/production.rb`.
    fn rails(&self) -> Vec<Misnamed> {
        const ENVIRONMENTS: &str = "config/environments/";
        const SETTINGS: &str = "config/settings/";
        let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (root, file) in self.below(ENVIRONMENTS) {
            known.entry(root).or_default().extend(file.strip_suffix(".rb"));
        }
        let of = |(root, file): (&str, &str)| {
            let word = file.strip_suffix(".yml")?;
            let environments = known.get(root).filter(|words| !words.contains(word))?;
            let named = Named::of(word, self.said)?;
            let is_same = |other: &&&str| Named::of(other, self.said).is_some_and(|other| other.name == named.name);
            let wanted = environments.iter().find(is_same)?;
            let before = format!("{root}{SETTINGS}");
            let initializer = self.text(&format!("{root}config/initializers/config.rb"));
            let is_set = |line: &str| !line.trim_start().starts_with('#') && line.contains(".environment");
            let names_it_itself = initializer.split('\n').any(is_set);
            let part = Part { before: &before, word, after: ".yml" };
            let witness = format!("{root}{ENVIRONMENTS}{wanted}.rb");
            (!names_it_itself).then(|| self.of_part(&part, wanted, named.tier, witness, "Rails")).flatten()
        };
        self.below(SETTINGS).into_iter().filter_map(of).collect()
    }

    /// `config/prod/` beside `config/_default/`, where Hugo builds for production.
    fn hugo(&self) -> Vec<Misnamed> {
        const BASES: &[&str] =
            &["hugo.toml", "config.toml", "hugo.yaml", "config.yaml", "hugo.yml", "config.yml", "hugo.json", "config.json"];
        let all = self.below("config/");
        let folders: BTreeSet<(&str, &str)> =
            all.iter().filter_map(|(root, file)| Some((*root, file.split_once('/')?.0))).collect();
        let of = |(root, word): (&str, &str)| {
            let is_there = |path: &String| !matches!(self.tree.read_named(path, 0), Err(Unreadable::Vanished));
            let base = BASES.iter().map(|name| format!("{root}config/_default/{name}")).find(is_there)?;
            let before = format!("{root}config/");
            let tells = |text: &str| {
                let of_hugo = |line: &&str| line.to_ascii_lowercase().contains("hugo");
                text.split('\n').filter(of_hugo).any(|line| has_word(line, word) || is_open(line))
            };
            let is_free = self.is_told(root, tells);
            let part = Part { before: &before, word, after: "" };
            (!is_free).then(|| self.of_part(&part, PRODUCTION, Tier::Production, base, "Hugo")).flatten()
        };
        folders.into_iter().filter(|(_, word)| self.is_odd(word)).take(MOST).filter_map(of).collect()
    }

    /// `.env.prod` beside a `package.json` whose build reads `.env.production`.
    fn bundlers(&self) -> Vec<Misnamed> {
        const BUILDS: &[(&str, &str)] = &[
            ("vite build", "Vite"),
            ("react-scripts build", "Create React App"),
            ("next build", "Next.js"),
            ("vue-cli-service build", "Vue CLI"),
            ("astro build", "Astro"),
        ];
        let of = |(folder, word): (&str, &str)| {
            let package = format!("{folder}package.json");
            let text = self.text(&package);
            let (_, framework) = BUILDS.iter().find(|(build, _)| text.contains(build))?;
            // Who has the framework's own name for it as well puts no other together.
            let own = format!(".env.{PRODUCTION}");
            let names = |text: &str| {
                let modes = [format!("mode {word}"), format!("mode={word}"), format!(".env.{word}")];
                let opens = [".env.$", ".env.<<", ".env.{{", "mode $", "mode=$"];
                modes.iter().any(|mode| has_word(text, mode))
                    || (opens.iter().any(|open| text.contains(open)) && has_word(text, word) && !text.contains(&own))
            };
            let is_free = has_word(&text, word) || self.is_told(folder, names);
            let before = format!("{folder}.env.");
            let part = Part { before: &before, word, after: "" };
            (!is_free).then(|| self.of_part(&part, PRODUCTION, Tier::Production, package, framework)).flatten()
        };
        let files = self.paths.iter().filter_map(|path| path.rsplit_once(".env."));
        let odd = files.filter(|(folder, word)| (folder.is_empty() || folder.ends_with('/')) && self.is_odd(word));
        odd.take(MOST).filter_map(of).collect()
    }

    /// Whether a word is for production, and not the one that frameworks have for it.
    fn is_odd(&self, word: &str) -> bool {
        let is_production = Named::of(word, self.said).is_some_and(|named| named.tier == Tier::Production);
        is_production && !word.eq_ignore_ascii_case(PRODUCTION)
    }

    /// What stands below folders of a name, with what is before and behind it.
    fn below(&self, folder: &str) -> Vec<(&str, &str)> {
        let of = |path: &&'_ str| {
            let at = path.find(folder).filter(|at| *at == 0 || path[..*at].ends_with('/'))?;
            Some((at, at + folder.len()))
        };
        self.paths.iter().filter_map(|path| of(path).map(|(start, end)| (&path[..start], &path[end..]))).collect()
    }

    /// The finding, unless the other name is there, too.
    fn of_part(&self, part: &Part<'_>, wanted: &str, tier: Tier, witness: String, framework: &'static str) -> Option<Misnamed> {
        let (before, after) = (part.before, part.after);
        let whole = format!("{before}{}{after}", part.word);
        let renamed = format!("{before}{wanted}{after}");
        let from = self.paths.partition_point(|path| *path < renamed.as_str());
        let is_there = self.paths.get(from).is_some_and(|path| path.starts_with(&renamed));
        let at = self.paths.partition_point(|path| *path < whole.as_str());
        let path = self.paths.get(at).filter(|_| !is_there)?;
        Some(Misnamed {
            path: (*path).to_owned(),
            word: part.word.to_owned(),
            wanted: wanted.to_owned(),
            renamed,
            tier,
            part: whole,
            witness,
            told: Told::Framework(framework),
        })
    }

    /// Whether anything that could tell a framework another name does: settings of builds, and what deploys.
    fn is_told(&self, folder: &str, tells: impl Fn(&str) -> bool) -> bool {
        const FILES: &[&str] = &[
            "package.json",
            "netlify.toml",
            "vercel.json",
            "amplify.yml",
            "Makefile",
            "vite.config.ts",
            "vite.config.js",
            "vite.config.mts",
            "vite.config.mjs",
            "next.config.js",
            "next.config.mjs",
            "next.config.ts",
            "astro.config.mjs",
        ];
        let mut paths = FILES.iter().flat_map(|name| [format!("{folder}{name}"), (*name).to_owned()]);
        let mut programs = self.documents.iter().filter(|document| document.consumer().is_some());
        paths.any(|path| tells(&self.text(&path))) || programs.any(|document| tells(document.source.text()))
    }

    /// The text of a file, or none.
    fn text(&self, path: &str) -> String {
        const MOST: u64 = 1 << 20;
        let bytes = self.tree.read_named(path, MOST).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Whether a line gives Hugo a name that is put together.
fn is_open(line: &str) -> bool {
    const KEYS: &[&str] = &["environment", "ENVIRONMENT", "HUGO_ENV", " -e "];
    let opens = |rest: &str| rest.trim_start_matches([' ', '=', ':', '"', '\'']).starts_with(['$', '{', '<', '(']);
    KEYS.iter().any(|key| line.match_indices(key).any(|(at, _)| opens(&line[at + key.len()..])))
}

/// Whether a text has a word that is no part of another.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |next: Option<char>| next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '-' | '_'));
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}
