//! Which files are called by another name of their environment than all the others?
//!
//! A tree says itself what it calls production: one chart with `values-prod.yaml` in a tree of ten with
//! `values-production.yaml` is the one that a deploy does not find. Only who agrees about the other environments has a say, so
//! that `dev, staging, prod` and `development, staging, production` may live side by side. And a word that is a slip of an
//! environment's name, in a place where its siblings name environments, is that environment's file that nobody reads.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::names::{Tier, named_at, slip_of, words};
use super::slots::with_hole;
use crate::document::consumer::pipeline::project;
use crate::path;
use crate::settings::EnvironmentNames;
use crate::workspace::consumers::is_below;

/// A path that calls its environment by another name than the rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misnamed {
    /// The path.
    pub path: String,
    /// What it calls its environment.
    pub word: String,
    /// What it would be called.
    pub wanted: String,
    /// The part of the path by that name.
    pub renamed: String,
    /// How near to production the environment is.
    pub tier: Tier,
    /// The part of the path that has the word, with all folders before it: a file, or a folder of them.
    pub part: String,
    /// A path that has the name, or a sibling for another environment.
    pub witness: String,
    /// How that is known.
    pub told: Told,
}

/// How it is known that a path calls its environment by another name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// The word is a slip.
    Slip,
    /// So many other places agree.
    Others(usize),
    /// This framework looks for the other name, and for no other.
    Framework(&'static str),
}

/// The files that fill one hole, by what they name, in their own words.
#[derive(Default)]
struct Slot<'p> {
    known: BTreeMap<&'static str, Vec<Member<'p>>>,
    /// Words that name nothing, where nothing but an environment's name can stand.
    unknown: Vec<Member<'p>>,
}

#[derive(Clone, Copy)]
struct Member<'p> {
    path: &'p str,
    at: (usize, usize),
    tier: Tier,
}

impl<'p> Member<'p> {
    fn word(&self) -> &'p str {
        &self.path[self.at.0..self.at.1]
    }

    fn lower(&self) -> String {
        self.word().to_ascii_lowercase()
    }

    fn misnamed(&self, wanted: &str, tier: Tier, witness: String, told: Told) -> Misnamed {
        let part = self.part();
        Misnamed {
            path: self.path.to_owned(),
            word: self.word().to_owned(),
            wanted: wanted.to_owned(),
            renamed: format!("{}{wanted}{}", &part[..self.at.0], &part[self.at.1..]),
            tier,
            part: part.to_owned(),
            witness,
            told,
        }
    }

    /// The hole and what follows it in its part of the path, with the part's beginning: `values-*.yaml`.
    fn tail(&self) -> String {
        let begin = self.path[..self.at.0].rfind('/').map_or(0, |at| at + 1);
        with_hole(&self.path[begin..], &[(self.at.0 - begin, self.at.1 - begin)])
    }

    fn part(&self) -> &'p str {
        part(self.path, self.at)
    }

    fn folder(&self) -> &'p str {
        self.path[..self.at.0].rfind('/').map_or("", |at| &self.path[..at])
    }
}

/// What pipelines call the environments.
#[derive(Default)]
pub struct Pipelines {
    /// Of each pipeline, the words it has for the environments that it can be run for.
    pub lists: Vec<Listed>,
    /// All words that any of them has for one.
    pub words: HashSet<String>,
}

/// The words of one pipeline.
pub struct Listed {
    /// Its path.
    pub path: String,
    /// By the names of the environments.
    pub says: Says,
    /// The same, with what other pipelines have for the same key.
    pub with: Says,
}

/// So many others must agree, where none of them is near.
const AGREEING: usize = 3;

/// Words that frameworks look for by themselves, whatever the rest of a tree calls the environment.
fn is_given_by_a_framework(member: &Member<'_>) -> bool {
    let name = path::name(member.path);
    let is_long = matches!(&*member.lower(), "production" | "development" | "test");
    is_long && (name.starts_with(".env") || name.starts_with("appsettings.") || member.folder().ends_with("config"))
}

/// Finds them. The paths are sorted.
pub fn misnamed(paths: &[&str], pipelines: &Pipelines, said: &EnvironmentNames) -> Vec<Misnamed> {
    let slots = slots(paths, said);
    let mut found: Vec<Misnamed> = slots.values().flat_map(slips).collect();
    found.extend(odd_ones(&slots, pipelines));
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found.dedup_by(|one, other| one.path == other.path);
    found
}

/// All holes of all paths. What lies below a folder that is named for an environment counts once, for the first of its
/// files.
fn slots<'p>(paths: &[&'p str], said: &EnvironmentNames) -> BTreeMap<String, Slot<'p>> {
    let mut slots: BTreeMap<String, Slot<'p>> = BTreeMap::new();
    let mut add = |path: &'p str, at, name: Option<(&'static str, Tier)>| {
        let key = with_hole(part(path, at), &[at]);
        // A slip fills a hole that is there already.
        let Some((name, tier)) = name else {
            if let Some(slot) = slots.get_mut(&key) {
                slot.unknown.push(Member { path, at, tier: Tier::NonProduction });
            }
            return;
        };
        let members = slots.entry(key).or_default().known.entry(name).or_default();
        if members.iter().all(|member| member.word() != &path[at.0..at.1]) {
            members.push(Member { path, at, tier });
        }
    };
    let mut strange = Vec::new();
    for path in paths {
        let is_example = |at| named_at(path, at, said).is_some_and(|named| named.tier == Tier::Example);
        if words(path).any(is_example) {
            continue;
        }
        for at in words(path) {
            match named_at(path, at, said) {
                Some(named) => add(path, at, super::names::environment(&named.name).filter(|_| is_plain(path, at))),
                None => strange.extend(slip_of(&path[at.0..at.1]).map(|_| (*path, at))),
            }
        }
    }
    for (path, at) in strange {
        add(path, at, None);
    }
    slots
}

/// A path up to the end of the part that a word stands in.
fn part(path: &str, (_, end): (usize, usize)) -> &str {
    path[end..].find('/').map_or(path, |at| &path[..end + at])
}

/// A word that is numbered or joined names one of several of its kind.
fn is_plain(path: &str, at: (usize, usize)) -> bool {
    path[at.0..at.1].bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn slips(slot: &Slot<'_>) -> Vec<Misnamed> {
    let sibling = slot.known.values().flatten().next();
    let of = |member: &Member<'_>| {
        let (wanted, name, tier) = slip_of(member.word())?;
        let witness = sibling.filter(|_| !slot.known.contains_key(name))?.part().to_owned();
        Some(member.misnamed(wanted, tier, witness, Told::Slip))
    };
    slot.unknown.iter().filter_map(of).collect()
}

/// What a slot calls its environments: the word for each, or all of them where there are several, in order.
pub type Says = BTreeMap<&'static str, String>;

/// The words for one environment as [`Says`] has them.
pub fn joined(words: impl Iterator<Item = String>) -> String {
    let words: BTreeSet<String> = words.collect();
    words.into_iter().collect::<Vec<_>>().join(",")
}

fn is_one(words: &str) -> bool {
    !words.contains(',')
}

/// Of each environment, the one slot that calls it otherwise than all that agree with it about the others.
fn odd_ones(slots: &BTreeMap<String, Slot<'_>>, pipelines: &Pipelines) -> Vec<Misnamed> {
    /// A word that so many use, and more than one of so many, is one of its own.
    const FEW: usize = 4;
    const SHARE: usize = 4;
    /// So many are held against all the others.
    const MOST: usize = 256;
    let says = |slot: &Slot<'_>| -> Says {
        slot.known.iter().map(|(name, members)| (*name, joined(members.iter().map(Member::lower)))).collect()
    };
    let all: Vec<(&Slot<'_>, Says)> = slots.values().map(|slot| (slot, says(slot))).filter(|(_, says)| says.len() >= 2).collect();
    let mut users: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut words: HashMap<&str, (usize, HashSet<&str>)> = HashMap::new();
    for (number, (_, says)) in all.iter().enumerate() {
        for (name, word) in says.iter().filter(|(_, word)| is_one(word)) {
            users.entry((*name, word)).or_default().push(number);
            let (count, words) = words.entry(*name).or_default();
            *count += 1;
            words.insert(word);
        }
    }
    for (name, word) in pipelines.lists.iter().flat_map(|listed| &listed.says).filter(|(_, word)| is_one(word)) {
        words.entry(*name).or_default().1.insert(word);
    }
    let is_few = |count: usize, all: usize| count <= FEW || count * SHARE <= all;
    let few = users.iter().filter(|((name, _), numbers)| words[name].1.len() > 1 && is_few(numbers.len(), words[name].0));
    let candidates = few.flat_map(|((name, _), numbers)| numbers.iter().map(move |number| (*name, *number)));
    candidates.take(MOST).filter_map(|(name, number)| outvoted(&all, pipelines, name, number)).collect()
}

/// About how many environments two have the same words, leaving one environment out; none if each has one word for any, and
/// another.
fn shared(one: &Says, other: &Says, but: &str) -> usize {
    let both = || one.iter().filter(|(name, _)| **name != but).filter_map(|(name, word)| Some((word, other.get(name)?)));
    let differ = |(one, other): (&String, &String)| one != other && is_one(one) && is_one(other);
    if both().any(differ) { 0 } else { both().filter(|(one, other)| one == other).count() }
}

fn outvoted(all: &[(&Slot<'_>, Says)], pipelines: &Pipelines, name: &str, number: usize) -> Option<Misnamed> {
    /// What a pipeline calls two other environments it shares with no file by chance.
    const TELLING: usize = 2;
    let (slot, says) = &all[number];
    let member = slot.known[name][0];
    let voters = all.iter().filter(|(_, other)| shared(says, other, name) > 0).filter_map(|(slot, other)| {
        let word = other.get(name).filter(|word| is_one(word))?;
        Some((word, slot.known[name][0]))
    });
    let voters: Vec<(&String, Member<'_>)> = voters.filter(|(_, other)| other.path != member.path).collect();
    // Where a pipeline has the word, the file may be meant.
    let lists = pipelines.lists.iter().filter(|_| !pipelines.words.contains(&member.lower()));
    let lists = lists.filter(|listed| is_below(member.path, project(&listed.path)));
    // Beside a file that says so, one will do.
    let telling = if voters.is_empty() { TELLING } else { 1 };
    let lists = lists.filter(|listed| shared(says, &listed.with, name) >= telling);
    let lists: Vec<(&String, &str)> =
        lists.filter_map(|listed| Some((listed.says.get(name).filter(|word| is_one(word))?, &*listed.path))).collect();
    let wanted = voters.iter().map(|(word, _)| *word).chain(lists.iter().map(|(word, _)| *word)).next()?;
    let is_near = |other: &Member<'_>| other.tail() == member.tail() || other.folder() == member.folder();
    let near = voters.iter().find(|(_, other)| is_near(other));
    let count = voters.len() + lists.len();
    let is_enough = count >= AGREEING || (count >= 2 && near.is_some()) || lists.len() == count;
    let mut words = voters.iter().map(|(word, _)| *word).chain(lists.iter().map(|(word, _)| *word));
    let is_united = words.all(|word| word == wanted) && *wanted != member.lower();
    if !is_united || !is_enough || is_given_by_a_framework(&member) {
        return None;
    }
    let (wanted, witness) = match near.or(voters.first()) {
        Some((_, other)) => (other.word(), other.part()),
        None => (wanted.as_str(), lists[0].1),
    };
    Some(member.misnamed(wanted, member.tier, witness.to_owned(), Told::Others(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(paths: &[&str]) -> Vec<String> {
        told_beside(paths, &Pipelines::default())
    }

    fn told_beside(paths: &[&str], pipelines: &Pipelines) -> Vec<String> {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let all = misnamed(&paths, pipelines, &EnvironmentNames::default());
        all.iter().map(|one| format!("{} -> {}", one.path, one.renamed)).collect()
    }

    #[test]
    fn the_only_one_of_its_name() {
        let three = ["a/development.env", "a/production.env", "b/development.env", "b/production.env", "c/development.env"];
        let with = |more: &[&'static str]| told(&[&three, more].concat());
        assert_eq!(with(&["c/production.env"]), [""; 0]);
        assert_eq!(with(&["c/prod.env"]), ["c/prod.env -> c/production.env"]);
        // One against one: nobody knows which of the two is meant.
        assert_eq!(told(&["a/dev.env", "a/prod.env", "b/dev.env", "b/production.env"]), [""; 0]);
        // Whoever has other words for the rest has them for production.
        assert_eq!(with(&["c/production.env", "d/dev.env", "d/prod.env"]), [""; 0]);
        // Two of them have it.
        assert_eq!(with(&["c/prod.env", "d/development.env", "d/prod.env"]), [""; 0]);
        // Something else altogether, with too few to say so.
        assert_eq!(told(&["x/dev", "x/prod", "y/dev", "y/prod", "v-dev.yml", "v-production.yml"]), [""; 0]);
        let more = ["x/dev", "x/prod", "y/dev", "y/prod", "z-dev", "z-prod", "v-dev.yml", "v-production.yml"];
        assert_eq!(told(&more), ["v-production.yml -> v-prod.yml"]);
        // Both are there, and may be two environments.
        let both = ["x/dev", "x/prod", "y/dev", "y/prod", "z/dev", "z/prod", "v/dev", "v/prod", "v/production"];
        assert_eq!(told(&both), [""; 0]);
    }

    #[test]
    fn what_frameworks_look_for_is_no_odd_one() {
        let shared = ["x/development", "x/prod", "y/development", "y/prod", "z/development", "z/prod"];
        let with = |more: &[&'static str]| told(&[&shared, more].concat());
        assert_eq!(with(&[".env.development", ".env.production"]), [""; 0]);
        assert_eq!(with(&["appsettings.Development.json", "appsettings.Production.json"]), [""; 0]);
        assert_eq!(with(&["v-development.yml", "v-production.yml"]), ["v-production.yml -> v-prod.yml"]);
    }

    #[test]
    fn pipelines_have_a_say() {
        let listed = |path: &str, words: &[(&'static str, &str)]| Listed {
            path: path.to_owned(),
            says: words.iter().map(|(name, word)| (*name, (*word).to_owned())).collect(),
            with: words.iter().map(|(name, word)| (*name, (*word).to_owned())).collect(),
        };
        let all = [("development", "development"), ("staging", "staging"), ("production", "prod")];
        let lists = ["a.yml", "b.yml", "c.yml"].map(|path| listed(path, &all));
        let mut pipelines = Pipelines { lists: lists.into(), words: HashSet::from(["prod".to_owned()]) };
        let paths = ["vars.development.yml", "vars.production.yml", "vars.staging.yml"];
        assert_eq!(told_beside(&paths, &pipelines), ["vars.production.yml -> vars.prod.yml"]);
        // Of one other environment alone too little is known.
        assert_eq!(told_beside(&paths[1..], &pipelines), [""; 0]);
        // Somewhere else a pipeline has this word.
        pipelines.words.insert("production".to_owned());
        assert_eq!(told_beside(&paths, &pipelines), [""; 0]);
        // One that names two others as the files do is enough.
        pipelines = Pipelines { lists: vec![listed("a.yml", &all)], ..Pipelines::default() };
        assert_eq!(told_beside(&paths, &pipelines), ["vars.production.yml -> vars.prod.yml"]);
        // Several words for one are compared together.
        let with = |words: &str| {
            let all = [("development", "dev"), ("staging", words), ("production", "prod")];
            Pipelines { lists: vec![listed("a.yml", &all)], ..Pipelines::default() }
        };
        let paths = ["v-dev.yml", "v-preprod.yml", "v-production.yml", "v-stage.yml"];
        assert_eq!(told_beside(&paths, &with("preprod,stage")), ["v-production.yml -> v-prod.yml"]);
        assert_eq!(told_beside(&paths, &with("stage")), [""; 0]);
    }

    #[test]
    fn a_slip_of_an_environments_name() {
        assert_eq!(told(&["a/prodution.env", "a/staging.env"]), ["a/prodution.env -> a/production.env"]);
        assert_eq!(told(&["values-pord.yaml", "values-dev.yaml"]), ["values-pord.yaml -> values-prod.yaml"]);
        assert_eq!(told(&["a/prodution.env", "a/production.env", "a/staging.env"]), [""; 0]);
        assert_eq!(told(&["a/prodution.env", "b/staging.env"]), [""; 0]);
        assert_eq!(told(&["state.yml", "prod.yml", "dev.yml", "integrations.yml", "proud.yml"]), [""; 0]);
    }
}
