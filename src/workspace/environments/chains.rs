//! Which compose files does somebody put on top of each other?
//!
//! `docker compose -f docker-compose.yml -f docker-compose.prod.yml up` in a pipeline, a Makefile or a script,
//! `COMPOSE_FILE=docker-compose.yml:docker-compose.prod.yml` there or in a dotenv file: each file sets what the ones before it
//! leave, service by service.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::SettingsFile;
use super::stack::Order;
use crate::diagnostic::Place;
use crate::document::Document;
use crate::path;
use crate::source::{Source, Span};
use crate::workspace::builds::join;
use crate::workspace::ids;

/// So many chains of one file are looked at, and so many files of one chain.
const MOST: usize = 64;

/// The order of each service of a compose file that such a chain names, by the numbers of its settings.
pub(super) fn orders(files: &[SettingsFile], documents: &[Arc<Document>]) -> HashMap<usize, Order> {
    let mut orders: HashMap<usize, Order> = HashMap::new();
    let composes = Composes::of(files, documents);
    if composes.services.len() < 2 {
        return orders;
    }
    let mut seen: HashSet<Vec<&str>> = HashSet::new();
    for (source, document) in ids(documents).zip(documents).filter(|(_, document)| document.compose().is_none()) {
        for chain in chains(document) {
            let found = composes.find(&chain.paths, document.source.folder());
            // Where several say the same, the first is as good as any.
            if let Some(paths) = found.filter(|paths| seen.insert(paths.clone())) {
                composes.put(&paths, Place { source, span: chain.place }, &mut orders);
            }
        }
    }
    orders
}

/// The compose files of a tree.
struct Composes<'d> {
    /// By path, the numbers of the settings of their services, by section.
    services: HashMap<&'d str, BTreeMap<&'d str, usize>>,
    /// Their paths by their names.
    by_name: HashMap<&'d str, Vec<&'d str>>,
}

impl<'d> Composes<'d> {
    fn of(files: &'d [SettingsFile], documents: &'d [Arc<Document>]) -> Self {
        let mut all = Self { services: HashMap::new(), by_name: HashMap::new() };
        for (file, at) in files.iter().zip(0..) {
            let document = &documents[file.source.index()];
            if document.compose().is_none() {
                continue;
            }
            let path = document.source.path();
            let services = all.services.entry(path).or_default();
            if let Some(section) = file.section.as_deref() {
                services.insert(section, at);
            } else {
                all.by_name.entry(document.source.name()).or_default().push(path);
            }
        }
        all
    }

    /// The files of a chain: all of them seen from one folder.
    fn find(&self, paths: &[&str], folder: &str) -> Option<Vec<&'d str>> {
        let all = |folder: &str| -> Option<Vec<&'d str>> {
            paths.iter().map(|path| Some(*self.services.get_key_value(join(folder, path).as_str())?.0)).collect()
        };
        // A script may have gone to another folder first: the only one that has the last of them.
        let elsewhere = || {
            let last = paths.last()?.trim_start_matches("./");
            let named = self.by_name.get(path::name(last))?;
            let mut ending = named.iter().take(MOST).filter_map(|path| path.strip_suffix(last)?.strip_suffix('/'));
            ending.next().filter(|_| ending.next().is_none())
        };
        all(folder).or_else(|| all("")).or_else(|| all(elsewhere()?))
    }

    /// Gives the services of the files of a chain their order. The first file is of all environments, so nothing comes after
    /// it for sure.
    fn put(&self, paths: &[&str], place: Place, orders: &mut HashMap<usize, Order>) {
        for (number, path) in paths.iter().enumerate().skip(1) {
            for (section, at) in &self.services[path] {
                let same = |paths: &[&str]| -> Vec<usize> {
                    let all = paths.iter().filter_map(|path| self.services[path].get(section).copied());
                    all.filter(|other| other != at).collect()
                };
                let (below, above) = (same(&paths[..number]), same(&paths[number + 1..]));
                let known = orders.entry(*at).or_default();
                if below.len() + above.len() > known.below.len() + known.above.len() {
                    *known = Order { below, above, place: Some(place), ..Order::default() };
                }
            }
        }
    }
}

/// Files that are put on top of each other.
struct Chain<'t> {
    place: Span,
    paths: Vec<&'t str>,
}

fn chains(document: &Document) -> Vec<Chain<'_>> {
    let is_pipeline = document.consumer().is_some_and(|consumer| consumer.is_pipeline);
    let all = if is_pipeline {
        of_commands(document.source.text())
    } else if document.dotenv().is_some() {
        of_dotenv(document, &document.source)
    } else {
        return Vec::new();
    };
    all.into_iter().filter(|chain| (2..=MOST).contains(&chain.paths.len())).take(MOST).collect()
}

/// `COMPOSE_FILE` of a dotenv file.
fn of_dotenv<'d>(document: &'d Document, source: &'d Source) -> Vec<Chain<'d>> {
    let settings = document.dotenv().into_iter().flat_map(|dotenv| &dotenv.settings);
    let named = settings.filter(|setting| source.slice(setting.key) == "COMPOSE_FILE");
    named.map(|setting| Chain { place: setting.key, paths: listed(source.slice(setting.value)) }).collect()
}

/// The files of a list; none where one is filled in.
fn listed(value: &str) -> Vec<&str> {
    let paths: Vec<&str> = value.split([':', ';']).map(str::trim).collect();
    if paths.iter().all(|path| is_file(path)) { paths } else { Vec::new() }
}

fn is_file(path: &str) -> bool {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    is_yaml && !path.contains(['$', '{', '*'])
}

/// Commands that start compose with several files, and settings of theirs that name them.
fn of_commands(text: &str) -> Vec<Chain<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        // A line goes on behind a stroke at its end.
        let mut end = start;
        loop {
            end += text[end..].find('\n').map_or(text.len() - end, |length| length + 1);
            if end == text.len() || !text[start..end].trim_end().ends_with('\\') {
                break;
            }
        }
        let line = &text[start..end];
        if (line.contains("compose") || line.contains("COMPOSE_FILE")) && !line.trim_start().starts_with('#') {
            found.extend(of_line(text, line));
        }
        start = end;
    }
    found
}

fn of_line<'t>(text: &'t str, line: &'t str) -> Vec<Chain<'t>> {
    let mut found = Vec::new();
    for command in line.split([';', '|', '&']) {
        let is_wrap = |next: char| matches!(next, '"' | '\'' | '`' | ',' | '[' | ']' | '(' | ')');
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(is_wrap)).collect();
        let mut paths = Vec::new();
        let starts = |word: &&str| matches!(*word, "compose" | "docker-compose") || word.ends_with("/docker-compose");
        if let Some(first) = words.iter().position(starts) {
            let words = &words[first..];
            let named = words.iter().enumerate().filter_map(|(at, word)| match *word {
                "-f" | "--file" => words.get(at + 1).copied(),
                word => word.strip_prefix("--file="),
            });
            paths.extend(named);
            // What follows the command is a flag of it: `logs -f`.
            paths.retain(|path| path.contains(".y") || path.contains('$'));
        } else if let Some(value) = words.iter().find_map(|word| word.strip_prefix("COMPOSE_FILE=")) {
            paths = listed(value.trim_matches(is_wrap));
        } else if let [key, value] = words[..]
            && key == "COMPOSE_FILE:"
        {
            paths = listed(value);
        }
        if let Some(first) = paths.first().filter(|_| paths.iter().all(|path| is_file(path))) {
            let at = first.as_ptr() as usize - text.as_ptr() as usize;
            found.push(Chain { place: Span::new(at, at + first.len()), paths });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_put_on_top_of_each_other() {
        let table: &[(&str, &[&str])] = &[
            ("up:\n\tdocker compose -f a.yml -f ./b.prod.yml up -d\n", &["a.yml ./b.prod.yml"]),
            ("docker-compose --file a.yml --file=b.yaml logs -f web\n", &["a.yml b.yaml"]),
            ("docker-compose --file a.yml --file=b.yaml", &["a.yml b.yaml"]),
            ("docker compose \\\n  -f a.yml \\\n  -f b.yml \\\n  up\n", &["a.yml b.yml"]),
            (
                "- run: docker compose -f \"a.yml\" -f 'b.yml' pull && docker compose -f a.yml -f b.yml up\n",
                &["a.yml b.yml", "a.yml b.yml"],
            ),
            ("    COMPOSE_FILE: a.yml:b.yml\n", &["a.yml b.yml"]),
            ("export COMPOSE_FILE=\"a.yml:b.yml\"\n", &["a.yml b.yml"]),
            ("docker compose -f a.yml -f $EXTRA.yml up\n", &[]),
            ("# docker compose -f a.yml -f b.yml up\n", &[]),
            ("kubectl apply -f a.yml -f b.yml\n", &[]),
            ("docker compose logs -f web\n", &[]),
        ];
        for (text, wanted) in table {
            let found: Vec<String> = of_commands(text).iter().map(|chain| chain.paths.join(" ")).collect();
            assert_eq!(found, *wanted, "{text}");
        }
    }
}
