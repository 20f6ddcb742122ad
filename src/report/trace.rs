//! One setting layer by layer, who reads it, and what else may set it.

mod pods;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::slice;

use super::drift::{Shown, is_for, machine_wins, shown};
use super::{Location, Root};
use crate::diagnostic::SourceId;
use crate::document::consumer::Need;
use crate::settings::EnvironmentNames;
use crate::workspace::consumers::{Mention, Reader, ReaderKind, is_below};
use crate::workspace::environments::names::{Named, Tier};
use crate::workspace::environments::rows::Cell;
use crate::workspace::environments::stack::is_same;
use crate::workspace::environments::{SettingsFile, named};
use pods::Containers;
pub use pods::{Given, What};

/// A layer that could set something.
#[derive(Debug)]
pub struct Layer {
    /// The file, or the section of it.
    pub title: String,
    /// What it sets, if it does.
    pub shown: Option<Shown>,
    /// It has the last word.
    pub wins: bool,
    /// What it sets is the name of a variable of the process, which counts where that is set.
    pub is_variable: bool,
    /// The name of the `ConfigMap` that it is.
    map: Option<String>,
}

/// Where the value of a setting comes from, in one configuration, and where it goes to.
#[derive(Debug)]
pub struct Trace {
    /// The name of the setting there.
    pub name: String,
    /// The layers, in the order in which they are read: the last one that sets it wins. Empty where none does.
    pub layers: Vec<Layer>,
    /// Where somebody names them in this order.
    pub told: Option<Location>,
    /// The containers that get it.
    pub given: Vec<Given>,
    /// Where nothing sets it: what sets it for others.
    pub others: Vec<Elsewhere>,
    /// Who reads it, the nearest and those that need it most first.
    pub readers: Vec<Reading>,
    /// What else names it, and may set it.
    pub mentions: Vec<Mention>,
}

impl Trace {
    /// Whether anything is known to set it.
    pub fn is_set(&self) -> bool {
        !(self.layers.is_empty() && self.given.is_empty())
    }
}

/// Where a setting is set for another environment.
#[derive(Debug)]
pub struct Elsewhere {
    /// Which, where the file tells.
    pub environment: Option<String>,
    /// It only shows what there is to set.
    pub is_example: bool,
    /// Where.
    pub location: Location,
}

/// Where a setting is read.
#[derive(Debug)]
pub struct Reading {
    /// Where.
    pub location: Location,
    /// Whether the reader can do without.
    pub need: Need,
    /// What it is.
    pub kind: ReaderKind,
    /// In words.
    pub told: &'static str,
}

/// A setting that somebody asks about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// Its name, or the last parts of it.
    pub key: &'q str,
    /// Whose value.
    pub environment: &'q str,
    /// What somebody says of the names of environments.
    pub said: &'q EnvironmentNames,
}

/// Where a setting comes from in an environment, by configuration; where nothing sets it, who reads it all the same.
pub fn traces(roots: &[Root], asked: Asked<'_>) -> Vec<Trace> {
    roots.iter().flat_map(|root| of_root(root, asked)).collect()
}

/// What stands around all configurations of a tree, read once.
struct Around<'w> {
    containers: Containers<'w>,
    mentions: Vec<Mention>,
}

fn of_root(root: &Root, asked: Asked<'_>) -> Vec<Trace> {
    let environments = &root.workspace.environments;
    let of_groups = environments
        .groups
        .iter()
        .flat_map(|group| group.members.iter().chain(&group.aside).map(|file| (file, group.base.as_slice())));
    let alone = environments.files.iter().chain(&environments.inline).map(|file| (file, &[] as &[SettingsFile]));
    let mut all: Vec<(&SettingsFile, &[SettingsFile])> =
        of_groups.chain(alone).filter(|(file, _)| is_for(file, asked.environment, asked.said)).collect();
    // What is read on top of another one is told of there.
    let known = |file: &SettingsFile| (file.source, file.section.clone());
    let upper: HashSet<_> = all.iter().flat_map(|(file, _)| &file.stack.above).map(known).collect();
    all.sort_by_key(|(file, _)| upper.contains(&known(file)));
    let around = Around { containers: Containers::of(root, asked), mentions: named_elsewhere(root, asked) };
    let mut done = HashSet::new();
    let mut traces = Vec::new();
    for (file, base) in all {
        if !done.contains(&known(file)) {
            let layers = file.stack.around(file, base, machine_wins(root, file));
            done.extend(layers.iter().map(|layer| known(layer)));
            traces.extend(layered(root, asked, file, &layers, &around));
        }
    }
    if traces.is_empty() {
        traces.extend(unset(root, asked, &around));
    }
    traces
}

/// Whether a name is the one that is asked for: as a whole, or by the last parts of it where several have them.
fn fits(name: &str, key: &str) -> bool {
    let end = name.len().checked_sub(key.len()).and_then(|at| name.get(at..));
    let joint = name.len().checked_sub(key.len() + 1).map(|at| name.as_bytes()[at]);
    end.is_some_and(|end| end.eq_ignore_ascii_case(key)) && joint.is_none_or(|joint| matches!(joint, b'.' | b']'))
}

fn layered(root: &Root, asked: Asked<'_>, file: &SettingsFile, layers: &[&SettingsFile], around: &Around<'_>) -> Vec<Trace> {
    let names = layers.iter().flat_map(|file| file.settings.iter()).map(|entry| &*entry.name);
    let names: BTreeSet<&str> = names.filter(|name| fits(name, asked.key)).collect();
    let is_variables = |layer: &SettingsFile| file.stack.variables.as_ref().is_some_and(|other| is_same(layer, other));
    let told = file.stack.place.map(|place| root.location(place));
    let members = root.workspace.environments.group_of(file).map_or(slice::from_ref(file), |group| &group.members);
    if names.is_empty() {
        return Vec::new();
    }
    let home = root.workspace.consumers.home(&root.workspace, members);
    let one = |name: &str| {
        let mut own: Vec<Layer> = Vec::new();
        for layer in layers {
            let cell = layer.find(name).map(|entry| Cell { file: layer, entry, is_inherited: !is_same(layer, file) });
            let section = layer.section.as_deref().map_or_else(String::new, |section| format!(" ({section})"));
            let title = format!("{}{section}", root.path(layer.source));
            let shown = cell.map(|cell| shown(root, name, &cell));
            let map = layer.section.as_deref().and_then(|section| section.strip_prefix("ConfigMap ")).map(str::to_owned);
            own.push(Layer { title, shown, wins: false, is_variable: is_variables(layer), map });
        }
        if let Some(last) = own.iter_mut().rev().find(|layer| layer.shown.is_some() && !layer.is_variable) {
            last.wins = true;
        }
        let readers = readings(root, asked, name, &home);
        let given = around.containers.given(root, asked, name, &own);
        let mentions = untold(&around.mentions, &own, &given, &readers);
        Trace { name: name.to_owned(), layers: own, told: told.clone(), given, others: Vec::new(), readers, mentions }
    };
    names.into_iter().map(one).collect()
}

/// What there is to say of a setting that nothing sets there.
fn unset(root: &Root, asked: Asked<'_>, around: &Around<'_>) -> Option<Trace> {
    let environments = &root.workspace.environments;
    let files = environments.files.iter().chain(&environments.inline);
    let set = files.filter_map(|file| Some((file, file.settings.iter().rev().find(|entry| fits(&entry.name, asked.key))?)));
    let elsewhere = |(file, entry): (&SettingsFile, &crate::document::entries::Entry)| Elsewhere {
        environment: file.environment.clone(),
        is_example: file.tier == Some(Tier::Example),
        location: root.location(file.place(entry.key)),
    };
    let readers = readings(root, asked, asked.key, "");
    // `NAME: ${NAME}` of a compose file hands on what it reads.
    let is_read =
        |at: &Location| readers.iter().any(|reading| (&reading.location.path, reading.location.line) == (&at.path, at.line));
    let others: Vec<Elsewhere> = set.map(elsewhere).filter(|other| !is_read(&other.location)).collect();
    let given = around.containers.given(root, asked, asked.key, &[]);
    let mentions = untold(&around.mentions, &[], &given, &readers);
    let is_known = !(given.is_empty() && others.is_empty() && readers.is_empty() && mentions.is_empty());
    is_known.then(|| Trace { name: asked.key.to_owned(), layers: Vec::new(), told: None, given, others, readers, mentions })
}

/// Whether a path says that it is for another environment than the one that is asked for.
fn is_for_others(path: &str, asked: Asked<'_>) -> bool {
    let own = Named::of(asked.environment, asked.said).map_or(asked.environment.into(), |named| named.name);
    named(path, asked.said).is_some_and(|named| named.name != own)
}

/// Who reads a setting of this name; what is in its home comes first.
fn readings(root: &Root, asked: Asked<'_>, name: &str, home: &str) -> Vec<Reading> {
    let workspace = &root.workspace;
    let path = |reader: &Reader| workspace.path(reader.place.source);
    let mut readers = workspace.consumers.of_name(workspace, "", name);
    // A program is of no environment, whatever its folder is called.
    readers.retain(|reader| reader.kind == ReaderKind::Program || !is_for_others(path(reader), asked));
    readers.sort_by_key(|reader| (!is_below(path(reader), home), Reverse(reader.need), reader.place));
    let mut seen: HashSet<(SourceId, u32)> = HashSet::new();
    readers.retain(|reader| seen.insert((reader.place.source, workspace.line(reader.place))));
    let reading = |reader: Reader| Reading {
        location: root.location(reader.place),
        need: reader.need,
        kind: reader.kind,
        told: reader.told(),
    };
    readers.into_iter().map(reading).collect()
}

/// What names the setting and neither sets it in a file for this environment or another one, nor is for another one.
fn named_elsewhere(root: &Root, asked: Asked<'_>) -> Vec<Mention> {
    let workspace = &root.workspace;
    let environments = &workspace.environments;
    let set = environments.files.iter().chain(&environments.inline);
    let set: HashSet<(&str, u32)> = set
        .flat_map(|file| file.settings.iter().map(move |entry| (file, entry)))
        .filter(|(_, entry)| fits(&entry.name, asked.key))
        .map(|(file, entry)| (workspace.path(file.source), workspace.line(file.place(entry.key))))
        .collect();
    let is_pipeline = |path: &str| {
        let document = workspace.find(path).map(|id| workspace.document(id));
        document.and_then(|document| document.consumer()).is_some_and(|consumer| consumer.is_pipeline)
    };
    let mentions = workspace.consumers.mentions.iter();
    let mentions = mentions.filter(|Mention { path, line }| !set.contains(&(path.as_str(), *line)));
    let mentions = mentions.filter(|mention| is_pipeline(&mention.path) || !is_for_others(&mention.path, asked));
    mentions.map(|mention| Mention { path: format!("{}{}", root.prefix, mention.path), ..*mention }).collect()
}

/// Of these, what is told of neither as a layer, a container nor a reader.
fn untold(all: &[Mention], layers: &[Layer], given: &[Given], readers: &[Reading]) -> Vec<Mention> {
    if all.is_empty() {
        return Vec::new();
    }
    let layers = layers.iter().filter_map(|layer| Some(&layer.shown.as_ref()?.location));
    let readers = readers.iter().map(|reading| &reading.location);
    let given = given.iter().map(|given| &given.location);
    let told: HashSet<(&str, u32)> = layers.chain(readers).chain(given).map(|at| (at.path.as_str(), at.line)).collect();
    all.iter().filter(|mention| !told.contains(&(mention.path.as_str(), mention.line))).cloned().collect()
}
