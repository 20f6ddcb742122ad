//! Which files differ in the name of an environment alone?
//!
//! A slot is a path with a hole where other files have another environment's name: `config/*.yml`. A name that nobody
//! knows is learnt where it fills a hole beside known ones.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::names::{Named, SHARED, Tier, named_at, slip_of, words};
use crate::settings::EnvironmentNames;

/// A path with a hole, and the files that fill it.
#[derive(Debug)]
pub struct Slot {
    /// Who fills it: the number of the path, and what it names. In the order of the paths.
    pub members: Vec<(usize, Named)>,
    /// Files that all of them read first, the most general first.
    pub base: Vec<usize>,
}

/// At least this share of the files that could fill a hole must be known to name environments, in percent.
const KNOWN_PERCENT: usize = 60;

/// The paths, sorted, with what they name.
struct Paths<'a> {
    paths: &'a [&'a str],
    said: &'a EnvironmentNames,
}

/// What a hole of a path leaves: the path with `*` in its place.
pub fn with_hole(path: &str, holes: &[(usize, usize)]) -> String {
    let mut key = String::with_capacity(path.len());
    let mut done = 0;
    for (start, end) in holes {
        key.push_str(&path[done..*start]);
        key.push('*');
        done = *end;
    }
    key.push_str(&path[done..]);
    key
}

/// All slots, each path in one of them at most. The paths are sorted.
pub fn slots(paths: &[&str], said: &EnvironmentNames) -> Vec<Slot> {
    let paths = Paths { paths, said };
    let mut known: HashMap<String, Vec<(usize, Named)>> = HashMap::new();
    let holes: Vec<Vec<(String, Named)>> = paths.paths.par_iter().map(|path| paths.holes(path)).collect();
    for (at, holes) in holes.into_iter().enumerate() {
        for (key, named) in holes {
            known.entry(key).or_default().push((at, named));
        }
    }
    known.retain(|_, members| {
        let names: BTreeSet<&str> = members.iter().filter(|(_, named)| !named.is_aside).map(|(_, named)| &*named.name).collect();
        names.len() >= 2
    });
    let unknown = paths.unknown(&known);
    let mut slots: Vec<(String, Vec<(usize, Named)>)> = known.into_iter().collect();
    // A path that fits two slots belongs where most others are, or else to the rightmost hole.
    slots.sort_by(|(one, few), (other, many)| {
        let right = |key: &str| key.rfind('*');
        many.len().cmp(&few.len()).then_with(|| right(other).cmp(&right(one))).then_with(|| one.cmp(other))
    });
    let mut taken = vec![false; paths.paths.len()];
    let mut chosen = Vec::new();
    for (key, mut members) in slots {
        members.retain(|(at, _)| !taken[*at]);
        let learnt = unknown.get(&key).map(Vec::as_slice).unwrap_or_default();
        let names: BTreeSet<&str> = members.iter().filter(|(_, named)| !named.is_aside).map(|(_, named)| &*named.name).collect();
        if names.len() < 2 || members.len() * 100 < (members.len() + learnt.len()) * KNOWN_PERCENT {
            continue;
        }
        members.extend(learnt.iter().filter(|(at, _)| !taken[*at]).map(|(at, word)| (*at, Named::learnt(word))));
        members.sort_by_key(|(at, _)| *at);
        for (at, _) in &members {
            taken[*at] = true;
        }
        chosen.push(Slot { members, base: paths.base(&key) });
    }
    chosen.sort_by_key(|slot| slot.members[0].0);
    chosen
}

impl Paths<'_> {
    /// What a word names; of a slip, what was meant.
    fn named(&self, path: &str, word: (usize, usize)) -> Option<Named> {
        let slip = || slip_of(&path[word.0..word.1]).map(|_| Named::learnt(&path[word.0..word.1]));
        named_at(path, word, self.said).or_else(slip)
    }

    /// What a path looks like with each of its environments taken out, and with all that are the same.
    fn holes(&self, path: &str) -> Vec<(String, Named)> {
        let named = words(path).filter_map(|word| Some((word, self.named(path, word)?)));
        let all: Vec<((usize, usize), Named)> = named.collect();
        if all.iter().any(|(_, named)| named.tier == Tier::Example) {
            return Vec::new();
        }
        // The last one decides which environment it is.
        let Some((_, last)) = all.last() else { return Vec::new() };
        let same: Vec<_> = all.iter().filter(|(_, named)| named.name == last.name).map(|(word, _)| *word).collect();
        let mut keys: Vec<(String, Named)> = same.iter().map(|word| (with_hole(path, &[*word]), last.clone())).collect();
        if same.len() > 1 {
            keys.push((with_hole(path, &same), last.clone()));
        }
        // Another environment around it: `production/dev.yml` may vary in either.
        let others = all.iter().filter(|(_, named)| named.name != last.name);
        keys.extend(others.map(|(word, named)| (with_hole(path, &[*word]), named.clone())));
        keys
    }

    /// Paths that would fill a slot with a word that names no environment that we know.
    fn unknown(&self, known: &HashMap<String, Vec<(usize, Named)>>) -> HashMap<String, Vec<(usize, String)>> {
        let mut unknown: HashMap<String, Vec<(usize, String)>> = HashMap::new();
        // Only what begins as a slot does can fill it, and sorted paths that begin alike stand together.
        let beginnings: BTreeSet<&str> = known.keys().filter_map(|key| Some(key.split_once('*')?.0)).collect();
        for begin in beginnings {
            let first = self.paths.partition_point(|path| *path < begin);
            for (at, path) in self.paths.iter().enumerate().skip(first).take_while(|(_, path)| path.starts_with(begin)) {
                let Some(word) = words(path).find(|word| word.0 >= begin.len()).filter(|word| word.0 == begin.len()) else {
                    continue;
                };
                let text = &path[word.0..word.1];
                let key = with_hole(path, &[word]);
                if known.contains_key(&key) && self.named(path, word).is_none() && !SHARED.contains(&&*text.to_ascii_lowercase())
                {
                    unknown.entry(key).or_default().push((at, text.to_owned()));
                }
            }
        }
        unknown
    }

    /// Files that every environment of a slot reads first: in the place of `*` another word, or none.
    fn base(&self, key: &str) -> Vec<usize> {
        below(self.paths, key)
    }
}

/// The same of one path without a word of it.
pub fn bases(paths: &[&str], path: &str, word: (usize, usize)) -> Vec<usize> {
    below(paths, &with_hole(path, &[word]))
}

fn below(paths: &[&str], key: &str) -> Vec<usize> {
    let Some((before, after)) = key.split_once('*') else { return Vec::new() };
    let after = if after.contains('*') { return Vec::new() } else { after };
    let bare = before.trim_end_matches(['.', '-', '_', '/']);
    let leading = after.trim_start_matches(['.', '-', '_', '/']);
    let mut wanted: BTreeSet<String> = [before, bare].iter().map(|before| format!("{before}{after}")).collect();
    if before.is_empty() || before.ends_with('/') {
        wanted.insert(format!("{before}{leading}"));
    }
    wanted.extend(SHARED.iter().map(|word| format!("{before}{word}{after}")));
    // `application-*.yaml` over `application.yml`, `values-*.yaml` over `values.yml`.
    let other = |path: &String| match path.rsplit_once('.') {
        Some((stem, "yml")) => Some(format!("{stem}.yaml")),
        Some((stem, "yaml")) => Some(format!("{stem}.yml")),
        _ => None,
    };
    let others: Vec<String> = wanted.iter().filter_map(other).collect();
    wanted.extend(others);
    wanted.iter().filter_map(|path| paths.binary_search(&path.as_str()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(paths: &[&str]) -> Vec<String> {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let slots = slots(&paths, &EnvironmentNames::default());
        let tell = |slot: &Slot| {
            let members: Vec<&str> = slot.members.iter().map(|(_, named)| &*named.name).collect();
            let base: Vec<&str> = slot.base.iter().map(|at| paths[*at]).collect();
            format!("{} <- {}", members.join(" "), base.join(" "))
        };
        slots.iter().map(tell).collect()
    }

    #[test]
    fn paths_that_differ_in_an_environment_share_a_slot() {
        let table: &[(&[&str], &[&str])] = &[
            (&["values.yaml", "values-prod.yaml", "values-dev.yaml"], &["development production <- values.yaml"]),
            (&["dev/a.yml", "prod/a.yml", "prod/b.yml"], &["development production <- "]),
            (&["dev/dev.yml", "prod/prod.yml"], &["development production <- "]),
            (&["c/dev/values-dev.yml", "c/prod/values-prod.yml"], &["development production <- "]),
            (&["s.yml", "s/dev.yml", "s/prod.yml"], &["development production <- s.yml"]),
            (&["config/default.json", "config/production.json", "config/test.json"], &["production test <- config/default.json"]),
            (&["s/dev.yml", "s/prod.yml", "s/qa.yml", "s/eqiad.yml"], &["development eqiad production qa <- "]),
            (&["s/dev.yml", "s/prod.yml", "s/a.yml", "s/b.yml"], &[]),
            (&["prod.yml", "production.yml"], &[]),
            (&["local.yml", "production.yml"], &[]),
            (&["a.dev.yml", "a.prod.yml.example"], &[]),
            (
                &["application.yml", "application-dev.yaml", "application-prod.yaml"],
                &["development production <- application.yml"],
            ),
        ];
        for (paths, wanted) in table {
            assert_eq!(told(paths), *wanted, "{paths:?}");
        }
    }
}
