//! Which words name an environment?

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::near;
use crate::path;
use crate::settings::EnvironmentNames;

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

/// What a word says of an environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The name that all words for it share.
    pub name: Cow<'static, str>,
    /// How near to production it is.
    pub tier: Tier,
    /// It stands beside the way to production: what it needs says nothing about what the others need.
    pub is_aside: bool,
}

/// The names that people give to environments, from the laptop to production.
const NAMES: &[(&str, Tier, &[&str])] = &[
    ("local", Tier::NonProduction, &["local", "localhost"]),
    ("development", Tier::NonProduction, &["development", "develop", "devel", "dev"]),
    ("test", Tier::NonProduction, &["test", "testing", "tst", "ci"]),
    ("e2e", Tier::NonProduction, &["e2e"]),
    ("mock", Tier::NonProduction, &["mock", "mocks", "fake", "fakes", "chainsaw", ".chainsaw-test"]),
    ("integration", Tier::NonProduction, &["integration", "int", "integ", "sit"]),
    ("qa", Tier::NonProduction, &["qa", "uat", "acceptance", "aat", "ithc", "oat"]),
    ("review", Tier::NonProduction, &["review", "preview", "ephemeral"]),
    ("sandbox", Tier::NonProduction, &["sandbox", "sbx", "sbox", "playground"]),
    ("performance", Tier::NonProduction, &["perf", "performance", "loadtest", "perftest"]),
    ("pentest", Tier::NonProduction, &["pen", "pentest"]),
    ("demo", Tier::NonProduction, &["demo", "training"]),
    ("staging", Tier::NonProduction, &["staging", "stage", "stg", "preprod", "preproduction", "nonprod", "nonproduction"]),
    ("recovery", Tier::NonProduction, &["failover"]),
    ("production", Tier::Production, &["production", "prod", "prd", "live"]),
    ("example", Tier::Example, &["example", "examples", "sample", "samples", "template", "dist", "defaults"]),
    ("archive", Tier::Example, &["_archived", "_archive", "archived", "_deprecated", "deprecated", "attic"]),
];

/// No name is as long as this.
const LONGEST: usize = 16;

const ASIDE: &[&str] = &["local", "review", "sandbox", "pentest", "demo", "recovery"];

/// What a file that every environment reads first has in the place of an environment's name.
pub const SHARED: &[&str] = &["base", "common", "shared", "default", "defaults", "all", "global"];

/// What a word names, where it names an environment; `staging2` is one more of its kind.
pub fn environment(word: &str) -> Option<(&'static str, Tier)> {
    // By length: nearly every word of every path and value is asked, and names nothing.
    static KNOWN: LazyLock<[Vec<Alias>; LONGEST]> =
        LazyLock::new(|| std::array::from_fn(|length| all_words().filter(|(alias, ..)| alias.len() == length).collect()));
    let word = word.trim_end_matches(|last: char| last.is_ascii_digit());
    let first = word.bytes().next()?.to_ascii_lowercase();
    let is_it = |alias: &str| alias.as_bytes()[0] == first && alias.eq_ignore_ascii_case(word);
    KNOWN.get(word.len())?.iter().find(|(alias, ..)| is_it(alias)).map(|(_, name, tier)| (*name, *tier))
}

/// A word for an environment, its name and its tier.
type Alias = (&'static str, &'static str, Tier);

/// All words for environments, with what they name.
fn all_words() -> impl Iterator<Item = Alias> {
    NAMES.iter().flat_map(|(name, tier, words)| words.iter().map(move |alias| (*alias, *name, *tier)))
}

/// The name of an environment that a word is a slip of: short names tell too little, but for two letters exchanged.
pub fn slip_of(word: &str) -> Option<(&'static str, &'static str, Tier)> {
    const TELLING: usize = 6;
    // `testing` is one letter from many a word.
    const OTHER_WORDS: &[&str] = &["testing", "training", "local"];
    // By the length of a word: what it may be a slip of.
    static MEANT: LazyLock<[Vec<Alias>; LONGEST + 1]> = LazyLock::new(|| {
        let may_be_meant = |alias: &str, tier| tier != Tier::Example && !OTHER_WORDS.contains(&alias);
        let all = || all_words().filter(|(alias, _, tier)| may_be_meant(alias, *tier));
        std::array::from_fn(|length| all().filter(|(alias, ..)| alias.len().abs_diff(length) <= 1).collect())
    });
    let is_like = |(alias, ..): &&(&str, &str, Tier)| may_be_slip(word.as_bytes(), alias.as_bytes());
    if word.len() < 4 {
        return None;
    }
    let mut like = MEANT.get(word.len())?.iter().filter(is_like).peekable();
    // Nearly all words are like none.
    like.peek()?;
    let word = word.to_ascii_lowercase();
    let is_slip = |alias: &str| {
        let is_telling = alias.len() >= TELLING || (alias.len() == word.len() && exchanged(&word) == exchanged(alias));
        is_telling && near::is_slip(&word, alias) && !near::is_plural(&word, alias)
    };
    environment(&word).is_none().then(|| like.find(|(alias, ..)| is_slip(alias)).copied()).flatten()
}

/// A quick look, which nearly all words fail: between a common beginning and a common end, a letter or two differ, whatever
/// their case.
fn may_be_slip(one: &[u8], other: &[u8]) -> bool {
    let lower = |byte: Option<&u8>| byte.map(u8::to_ascii_lowercase);
    if lower(one.first()) != lower(other.first()) && lower(one.last()) != lower(other.last()) {
        return false;
    }
    let same = |(one, other): &(&u8, &u8)| one.eq_ignore_ascii_case(other);
    let begin = one.iter().zip(other).take_while(same).count();
    let (one, other) = (&one[begin..], &other[begin..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(same).count();
    one.len() <= end + 2 && other.len() <= end + 2
}

/// The letters of a word without their order.
fn exchanged(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}

/// All words for the environment that a word names, but this one.
pub fn other_words(word: &str) -> impl Iterator<Item = &'static str> {
    let own = word.to_ascii_lowercase();
    let words = NAMES.iter().find(|(_, _, words)| words.contains(&own.as_str())).map_or(&[][..], |(_, _, words)| *words);
    words.iter().copied().filter(move |other| *other != own)
}

impl Named {
    /// What a word names, as far as the configuration says nothing else of it.
    pub fn of(word: &str, said: &EnvironmentNames) -> Option<Self> {
        let is = |words: &[String]| words.iter().any(|other| other.eq_ignore_ascii_case(word));
        let named = |tier| Some(Self { name: word.to_ascii_lowercase().into(), tier, is_aside: false });
        if is(&said.ignored) {
            return None;
        }
        if is(&said.production) {
            return named(Tier::Production);
        }
        if is(&said.other) {
            return named(Tier::NonProduction);
        }
        let (name, tier) = environment(word)?;
        Some(Self { name: name.into(), tier, is_aside: ASIDE.contains(&name) })
    }

    /// A word that nobody knows, in a place where others name environments; of a slip it is known what was meant.
    pub fn learnt(word: &str) -> Self {
        if let Some((_, name, tier)) = slip_of(word) {
            return Self { name: name.into(), tier, is_aside: ASIDE.contains(&name) };
        }
        Self { name: word.to_ascii_lowercase().into(), tier: Tier::NonProduction, is_aside: true }
    }

    /// Where it stands on the way from a laptop to production.
    pub fn rank(&self, said: &EnvironmentNames) -> usize {
        let listed = said.other.iter().position(|word| word.eq_ignore_ascii_case(&self.name));
        let known = NAMES.iter().position(|(name, ..)| *name == self.name).unwrap_or(NAMES.len());
        listed.unwrap_or(said.other.len() + known)
    }
}

impl Tier {
    /// The tier that a path tells of: a folder that is named for an environment, or the last word of the file's name.
    /// `docs` tells nothing: projects keep there what people install.
    pub fn of_path(path: &str) -> Option<Self> {
        let (folders, name) = path::parted(path);
        let stem = name.split('.').next().unwrap_or(name);
        let last_word = stem.rsplit(['-', '_']).next().filter(|word| *word != stem);
        // `stack-examples` and `example-shop` say what they are at an end of their names. Migrations are called after tables.
        let is_example = |word: &str| {
            let is_end = |end: Option<&str>| matches!(end, Some("example" | "examples"));
            let is_numbered = word.starts_with(|first: char| first.is_ascii_digit());
            !is_numbered && (is_end(word.split('-').next()) || is_end(word.rsplit('-').next()))
        };
        let of_word = |word| environment(word).map(|(_, tier)| tier).or_else(|| is_example(word).then_some(Self::Example));
        last_word.into_iter().chain(folders.rsplit('/')).find_map(of_word)
    }
}

/// The words of a path with their places. `pre-prod` and `non-prod` are one word, since their last one alone would say
/// the opposite; `stagingValues` is two.
pub fn words(path: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut parts = parts(path).peekable();
    std::iter::from_fn(move || {
        let (start, end) = parts.next()?;
        let last = parts.next_if(|next| next.0 == end + 1 && is_prefix(&path[start..end]));
        Some((start, last.map_or(end, |(_, end)| end)))
    })
}

/// What stands between separators, and between the humps of `stagingValues`.
fn parts(path: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = path.as_bytes();
    let is_break = |at: usize| bytes.get(at).is_none_or(|byte| matches!(byte, b'/' | b'.' | b'-' | b'_'));
    let is_hump = move |at: usize| bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = (at..bytes.len()).find(|at| !is_break(*at))?;
        at = (start + 1..bytes.len()).find(|at| is_break(*at) || is_hump(*at)).unwrap_or(bytes.len());
        Some((start, at))
    })
}

fn is_prefix(word: &str) -> bool {
    word.eq_ignore_ascii_case("pre") || word.eq_ignore_ascii_case("non")
}

/// Names that mean nothing else, wherever they stand.
const PLAIN: &[&str] = &["production", "prod", "staging", "development", "dev"];

/// What a word of a path names; a part of a longer word only where nothing else can be meant.
pub fn named_at(path: &str, (start, end): (usize, usize), said: &EnvironmentNames) -> Option<Named> {
    let word = &path[start..end];
    let bytes = path.as_bytes();
    let is_inner = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_part = (start > 0 && is_inner(start - 1)) || is_inner(end);
    if is_part && !PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(word)) {
        return None;
    }
    if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Named::of(word, said);
    }
    let joined: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    Named::of(&joined, said)
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
            ("stack-examples/yaml/web.yaml", Some(Tier::Example)),
            ("example-shop/k8s/web.yaml", Some(Tier::Example)),
            ("migrations/20230523084523_drop_example_table/migration.sql", None),
            ("migrations/2023-05-23-drop-example/up.sql", None),
            ("per-example-store/web.yaml", None),
            ("web-example/production/web.yaml", Some(Tier::Production)),
            ("counterexamples/web.yaml", None),
            ("docs/install/web.yaml", None),
            ("k8s/test-runner.yaml", None),
            ("k8s/staging.yaml", None),
            ("dev-portal/web.yaml", None),
        ];
        for (path, tier) in table {
            assert_eq!(Tier::of_path(path), tier, "{path}");
        }
    }

    #[test]
    fn words_of_a_path_name_environments() {
        let table = [
            ("config/pre-prod.yml", "staging"),
            ("values-non-prod.yaml", "staging"),
            ("values.staging2.yaml", "staging"),
            ("appsettings.Production.json", "production"),
            ("productionValues.yaml", "production"),
            ("liveData.yaml", ""),
            ("testUtils.yaml", ""),
            ("product.yaml", ""),
            ("deploy-prod-eu.env", "production"),
        ];
        for (path, name) in table {
            let named = words(path).filter_map(|word| named_at(path, word, &EnvironmentNames::default()));
            assert_eq!(named.map(|named| named.name).collect::<Vec<_>>().join(" "), name, "{path}");
        }
    }

    #[test]
    fn the_configuration_names_and_denies() {
        let said = EnvironmentNames {
            production: vec!["eqiad".to_owned()],
            other: vec!["beta".to_owned()],
            ignored: vec!["live".to_owned()],
        };
        let tier = |word| Named::of(word, &said).map(|named| named.tier);
        assert_eq!(
            ["eqiad", "Beta", "live", "prod"].map(tier),
            [Some(Tier::Production), Some(Tier::NonProduction), None, Some(Tier::Production)]
        );
    }
}
