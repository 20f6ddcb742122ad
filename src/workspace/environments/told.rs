//! Who names files of settings one by one, in the order in which they are read?
//!
//! `helm upgrade -f values.yaml -f values-prod.yaml` in a pipeline or a script, `env_file:` of compose, `values:` of a helmfile,
//! `valueFiles` of an application of Argo CD, `valuesFrom` of Flux. Settings that such an object holds itself come last.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::SettingsFile;
use super::names::{Tier, named_at, words};
use super::slots::with_hole;
use super::stack::Order;
use crate::diagnostic::{Place, SourceId};
use crate::document::consumer::path::path_at;
use crate::document::entries::of_node;
use crate::document::kind::is_kustomization;
use crate::document::words::Word;
use crate::document::yaml::Node;
use crate::document::{Document, Known};
use crate::settings::EnvironmentNames;
use crate::workspace::builds::join;
use crate::workspace::ids;

/// Files in the order in which something reads them, and what it holds itself.
struct List {
    place: Place,
    /// The folder that their paths may start from, beside the top.
    folder: String,
    /// With `*` for what is filled in later.
    paths: Vec<String>,
    inline: Option<usize>,
}

/// Who takes the same name from more files than this tells nothing of one of them.
const MOST: usize = 200;

/// The settings that applications of Argo CD and releases of Flux hold themselves.
pub(super) fn inline(documents: &[Arc<Document>], said: &EnvironmentNames) -> Vec<SettingsFile> {
    let mut found = Vec::new();
    for (source, document) in such(documents, |document| document.yaml().is_some() && may_hold_values(document)) {
        let Some(yaml) = document.yaml() else { continue };
        for root in yaml.roots(&document.source, source) {
            for node in values(root) {
                let mut settings = Vec::new();
                of_node(node, &document.source, &mut settings);
                let named = super::named(document.source.path(), said);
                found.push(SettingsFile {
                    source,
                    section: Some(format!("{} {}", word(root.field("kind")), word(root.field("metadata").field("name"))).into()),
                    environment: named.as_ref().map(|named| named.name.to_string()),
                    tier: named.as_ref().map(|named| named.tier),
                    is_aside: named.as_ref().is_some_and(|named| named.is_aside),
                    settings: settings.into(),
                    is_open: node.is_open() || node.has_branches(),
                    is_flat: false,
                    span: Some(node.span()),
                    stack: Arc::default(),
                });
            }
        }
    }
    found
}

/// The few of all documents that say anything of this.
fn such(documents: &[Arc<Document>], says: impl Fn(&Document) -> bool + Sync) -> Vec<(SourceId, &Arc<Document>)> {
    let all: Vec<_> = ids(documents).zip(documents).collect();
    all.into_par_iter().filter(|(_, document)| says(document)).collect()
}

/// A quick look.
fn may_hold_values(document: &Document) -> bool {
    let has = |text: &str| document.source.text().contains(text);
    (document.mentions(Word::HelmRelease) && has("values")) || (document.mentions(Word::Argo) && has("helm:"))
}

fn word(node: Known<Node<'_>>) -> String {
    node.text().into_option().map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// The maps of values that an object holds.
fn values(root: Node<'_>) -> Vec<Node<'_>> {
    let kind = word(root.field("kind"));
    let nodes: Vec<Node<'_>> = match kind.as_str() {
        "HelmRelease" => root.field("spec").field("values").into_option().into_iter().collect(),
        "Application" => sources(root).filter_map(|one| one.field("helm").field("valuesObject").into_option()).collect(),
        _ => Vec::new(),
    };
    nodes.into_iter().filter(|node| node.is_mapping()).collect()
}

/// The sources of an application of Argo CD, or of those that a set of them makes.
fn sources(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let spec = root.field("spec");
    let spec = if word(root.field("kind")) == "ApplicationSet" { spec.field("template").field("spec") } else { spec };
    spec.field("source").into_option().into_iter().chain(spec.field("sources").items())
}

/// The order of each file that something names, by the numbers of files; `inline` are numbered after them.
pub(super) fn orders(
    files: &[SettingsFile],
    inline: &[SettingsFile],
    documents: &[Arc<Document>],
    said: &EnvironmentNames,
) -> HashMap<usize, Order> {
    let lists = lists(files.len(), inline, documents);
    let mut orders: HashMap<usize, Order> = HashMap::new();
    if lists.is_empty() {
        return orders;
    }
    let index = Index::of(files, documents, said);
    for list in &lists {
        for (at, pattern) in list.paths.iter().enumerate() {
            for (file, filling) in index.find(pattern, &list.folder).into_iter().take(MOST) {
                let near = documents[files[file].source.index()].source.path();
                let find = |pattern: &String| index.nearest(&pattern.replace('*', filling), &list.folder, near, documents, files);
                let below: Vec<usize> = list.paths[..at].iter().filter_map(find).filter(|other| *other != file).collect();
                let mut above: Vec<usize> = list.paths[at + 1..].iter().filter_map(find).filter(|other| *other != file).collect();
                above.extend(list.inline);
                if let Some(own) = list.inline.filter(|_| at + 1 == list.paths.len()) {
                    let below = below.iter().copied().chain([file]).collect();
                    orders.entry(own).or_insert(Order { below, place: Some(list.place), ..Order::default() });
                }
                let known = orders.entry(file).or_default();
                if below.len() + above.len() > known.below.len() + known.above.len() {
                    *known = Order { below, above, place: Some(list.place), ..Order::default() };
                }
            }
        }
    }
    orders
}

/// All lists with an order in them.
fn lists(number: usize, inline: &[SettingsFile], documents: &[Arc<Document>]) -> Vec<List> {
    let mut lists = Vec::new();
    let made = if inline.is_empty() { HashMap::new() } else { made(documents) };
    let names_values = |document: &Document| document.mentions(Word::ValueFiles) || document.mentions(Word::HelmRelease);
    let may_list = |document: &Document| match document.yaml() {
        Some(yaml) => yaml.parts.len() < MOST && names_values(document),
        None => document.consumer().is_some(),
    };
    for (source, document) in such(documents, may_list) {
        let folder = document.source.folder();
        if let Some(consumer) = document.consumer() {
            for files in consumer.files.chunk_by(|one, other| one.list == other.list) {
                let paths = files.iter().map(|file| file.path.to_string()).collect();
                let place = Place { source, span: files[0].place };
                lists.push(List { place, folder: folder.to_owned(), paths, inline: None });
            }
        } else if let Some(yaml) = document.yaml() {
            for root in yaml.roots(&document.source, source) {
                let own = |node: Node<'_>| {
                    let is_it = |file: &SettingsFile| file.source == source && file.span == Some(node.span());
                    inline.iter().position(is_it).map(|at| number + at)
                };
                lists.extend(of_application(root, &own, document, folder));
                lists.extend(of_release(root, &own, &made, folder));
            }
        }
    }
    lists.retain(|list| list.paths.len() + usize::from(list.inline.is_some()) > 1);
    lists
}

/// What an application of Argo CD reads, for each of its sources.
fn of_application(root: Node<'_>, own: &dyn Fn(Node<'_>) -> Option<usize>, document: &Document, folder: &str) -> Vec<List> {
    let list = |one: Node<'_>| {
        let (helm, top) = (one.field("helm"), word(one.field("path")));
        let files: Vec<Node<'_>> = helm.field("valueFiles").items().collect();
        let place = files.first()?.place();
        let path = |node: &Node<'_>| {
            let asked = path_at(document.source.text(), node.span().start as usize)?;
            // `$values/…` is a path below the top of another source.
            let path = asked.path.strip_prefix("*/").filter(|_| node.read_text().starts_with('$'));
            Some(path.map_or_else(|| join(&top, &asked.path), str::to_owned))
        };
        let inline = helm.field("valuesObject").into_option().and_then(own);
        Some(List { place, folder: folder.to_owned(), paths: files.iter().filter_map(path).collect(), inline })
    };
    sources(root).filter_map(list).collect()
}

/// What a release of Flux reads: files of its chart, then objects that a kustomization makes of files, then what it holds.
fn of_release(
    root: Node<'_>,
    own: &dyn Fn(Node<'_>) -> Option<usize>,
    made: &HashMap<String, Vec<String>>,
    folder: &str,
) -> Option<List> {
    if word(root.field("kind")) != "HelmRelease" {
        return None;
    }
    let spec = root.field("spec");
    let of_chart = spec.field("chart").field("spec").field("valuesFiles").items().map(|node| node.read_text().into_owned());
    let mut paths: Vec<String> = of_chart.map(|path| path.trim_start_matches("./").to_owned()).collect();
    for from in spec.field("valuesFrom").items() {
        // Of several files under one name, nobody can tell here which one it gets.
        if let Some([path]) = made.get(&word(from.field("name"))).map(Vec::as_slice) {
            paths.push(path.clone());
        }
    }
    let values = spec.field("values").into_option();
    let place = values.map_or_else(|| root.place(), Node::place);
    let inline = values.and_then(own);
    (!paths.is_empty()).then(|| List { place, folder: folder.to_owned(), paths, inline })
}

/// The files that kustomizations make objects of, by the names of those.
fn made(documents: &[Arc<Document>]) -> HashMap<String, Vec<String>> {
    let mut made: HashMap<String, Vec<String>> = HashMap::new();
    for (source, document) in ids(documents).zip(documents).filter(|(_, document)| is_kustomization(document.source.name())) {
        let Some(yaml) = document.yaml() else { continue };
        for root in yaml.roots(&document.source, source) {
            for generator in ["configMapGenerator", "secretGenerator"].iter().flat_map(|field| root.field(field).items()) {
                let files = generator.field("files").items().map(|node| node.read_text().into_owned());
                let paths = files.map(|file| join(document.source.folder(), file.rsplit('=').next().unwrap_or(&file)));
                made.entry(word(generator.field("name"))).or_default().extend(paths);
            }
        }
    }
    made
}

/// The files by the ends of their paths, with and without the names of environments in them.
struct Index<'f> {
    by_end: HashMap<String, Vec<(usize, &'f str)>>,
}

impl<'f> Index<'f> {
    fn of(files: &[SettingsFile], documents: &'f [Arc<Document>], said: &EnvironmentNames) -> Self {
        let mut by_end: HashMap<String, Vec<(usize, &str)>> = HashMap::new();
        let whole = files.iter().zip(0..).filter(|(file, _)| file.section.is_none() && file.tier != Some(Tier::Example));
        for (file, at) in whole {
            let path = documents[file.source.index()].source.path();
            let mut add = |path: &str, filling: &'f str| {
                let starts = [0].into_iter().chain(path.match_indices('/').map(|(slash, _)| slash + 1));
                starts.for_each(|start| by_end.entry(path[start..].to_owned()).or_default().push((at, filling)));
            };
            add(path, "");
            let all = words(path).filter(|word| named_at(path, *word, said).is_some());
            let all: Vec<(usize, usize)> = all.collect();
            for word in &all {
                add(&with_hole(path, &[*word]), &path[word.0..word.1]);
            }
            if let [one, other] = all.as_slice()
                && path[one.0..one.1] == path[other.0..other.1]
            {
                add(&with_hole(path, &all), &path[one.0..one.1]);
            }
        }
        Self { by_end }
    }

    /// The files that a path means: seen from a folder or the top, or else as far as it goes.
    fn find(&self, pattern: &str, folder: &str) -> Vec<(usize, &'f str)> {
        let of = |path: &str| self.by_end.get(path).map(Vec::as_slice).unwrap_or_default();
        let from_folder = of(&join(folder, pattern));
        let found = if from_folder.is_empty() { of(pattern.trim_start_matches("./")) } else { from_folder };
        found.to_vec()
    }

    /// Of those, the one that stands nearest to another file.
    fn nearest(
        &self,
        path: &str,
        folder: &str,
        near: &str,
        documents: &[Arc<Document>],
        files: &[SettingsFile],
    ) -> Option<usize> {
        let shared = |at: usize| {
            let path = documents[files[at].source.index()].source.path();
            path.split('/').zip(near.split('/')).take_while(|(one, other)| one == other).count()
        };
        let found = self.find(path, folder);
        found.into_iter().take(MOST).map(|(at, _)| at).max_by_key(|at| (shared(*at), usize::MAX - at))
    }
}
