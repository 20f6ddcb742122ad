//! Parts of one file for different environments: sections that are named for them, Spring's profiles, and the
//! `ConfigMap`s of overlays.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Named, SHARED, words};
use super::services::SERVICE;
use super::slots::slots;
use super::{Group, SettingsFile, is_variable, named};
use crate::diagnostic::SourceId;
use crate::document::Document;
use crate::document::entries::{Entries, Entry, Form, leaf};
use crate::document::format::Format;
use crate::document::words::Word;
use crate::settings::EnvironmentNames;
use crate::source::{Source, Span};

/// How deep below the top a section for an environment may be.
const DEPTH: usize = 3;

/// At least this share of the names beside a section must name environments, in percent.
const KNOWN_PERCENT: usize = 60;

/// Keys of Spring that say for which profiles a document is.
const PROFILES: &[&str] = &["spring.config.activate.on-profile", "spring.profiles"];

/// Takes the sections for environments out of a file, or its documents for profiles.
pub fn part(file: SettingsFile, source: &Source, said: &EnvironmentNames) -> (SettingsFile, Vec<SettingsFile>) {
    if file.is_flat {
        return (file, Vec::new());
    }
    let by_profile = profiles(&file, source, said);
    if !by_profile.is_empty() {
        return split(file, &by_profile, |entry| entry.document.to_string());
    }
    let by_name = named_sections(&file, said);
    let prefix = |entry: &Entry| prefixes(&entry.name).find(|prefix| by_name.contains_key(*prefix)).unwrap_or("").to_owned();
    split(file, &by_name, prefix)
}

/// Which document is for which environment.
fn profiles(file: &SettingsFile, source: &Source, said: &EnvironmentNames) -> BTreeMap<String, Named> {
    let of_entry = |entry: &Entry| {
        let says = PROFILES.contains(&&*entry.name).then(|| entry.text(source).trim())?;
        Some((entry.document.to_string(), Named::of(says, said)?))
    };
    file.settings.iter().filter_map(of_entry).collect()
}

/// The beginnings of a name that end before a dot, the longest at last.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').take(DEPTH).map(|(at, _)| &name[..at])
}

/// Maps whose keys are names of environments, by their whole names.
fn named_sections(file: &SettingsFile, said: &EnvironmentNames) -> BTreeMap<String, Named> {
    let mut families: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in file.settings.iter() {
        for prefix in prefixes(&entry.name) {
            let parent = prefix.rsplit_once('.').map_or("", |(parent, _)| parent);
            families.entry(parent).or_default().insert(prefix);
        }
    }
    let mut sections = BTreeMap::new();
    for children in families.values() {
        let known: Vec<(&str, Named)> =
            children.iter().filter_map(|child| Some((*child, Named::of(last(child), said)?))).collect();
        let names: BTreeSet<&str> = known.iter().filter(|(_, named)| !named.is_aside).map(|(_, named)| &*named.name).collect();
        let shared = children.iter().filter(|child| SHARED.contains(&last(child))).count();
        let others = children.len() - shared;
        if names.len() >= 2 && known.len() * 100 >= others * KNOWN_PERCENT {
            sections.extend(known.into_iter().map(|(child, named)| (child.to_owned(), named)));
        }
    }
    // Of nested ones the outer counts.
    let outer: BTreeMap<String, Named> = sections.clone();
    sections.retain(|name, _| !prefixes(name).any(|prefix| outer.contains_key(prefix)));
    sections
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// One part for each section, and the rest.
fn split(
    file: SettingsFile,
    sections: &BTreeMap<String, Named>,
    section_of: impl Fn(&Entry) -> String,
) -> (SettingsFile, Vec<SettingsFile>) {
    if sections.is_empty() {
        return (file, Vec::new());
    }
    let mut rest = Vec::new();
    let mut parts: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in file.settings.iter() {
        let section = section_of(entry);
        if !sections.contains_key(&section) {
            rest.push(entry.clone());
            continue;
        }
        let below = entry.name.strip_prefix(&*section).and_then(|below| below.strip_prefix('.'));
        let name = below.map_or_else(|| entry.name.clone(), Box::from);
        if !PROFILES.contains(&&*name) {
            parts.entry(section).or_default().push(entry.renamed(&name));
        }
    }
    let part = |(section, settings): (String, Vec<Entry>)| {
        let named = &sections[&section];
        // What an anchor brings stands elsewhere.
        let own = settings.iter().filter(|entry| !entry.is_merged);
        let span = own
            .map(|entry| entry.key.to(entry.value))
            .reduce(|one, other| Span { start: one.start.min(other.start), end: one.end.max(other.end) });
        SettingsFile {
            section: Some(section.into()),
            environment: Some(named.name.to_string()),
            tier: Some(named.tier),
            is_aside: named.is_aside,
            settings: settings.into(),
            span,
            ..file.clone()
        }
    };
    let parts: Vec<SettingsFile> = parts.into_iter().map(part).collect();
    (SettingsFile { settings: rest.into(), ..file }, parts)
}

/// The data of the `ConfigMap`s of a file.
pub fn config_maps(id: SourceId, document: &Document, said: &EnvironmentNames) -> Vec<SettingsFile> {
    let Some(yaml) = document.yaml().filter(|_| document.mentions(Word::ConfigMap)) else { return Vec::new() };
    let named = named(document.source.path(), said);
    let mut files = Vec::new();
    for root in yaml.roots(&document.source, id) {
        let field = |name: &str| root.field("metadata").field(name).text().into_option();
        if root.field("kind").text().into_option().as_deref() != Some("ConfigMap") {
            continue;
        }
        let (Some(name), Some(data)) = (field("name"), root.field("data").into_option()) else { continue };
        let mut entries = Vec::new();
        for (key, value) in data.entries() {
            let Some(name) = key.text().into_option() else { continue };
            let form = if value.is_open() { Form::Open } else { Form::Quoted };
            let text = value.read_text();
            match file_in(&name, &text, value.span(), &document.source).filter(|_| form == Form::Quoted) {
                Some(inner) => entries.extend(inner),
                None => entries.push(Entry::new(&name, key.span(), value.span(), form, Some(&text))),
            }
        }
        files.push(SettingsFile {
            source: id,
            section: Some(format!("ConfigMap {name}").into()),
            environment: named.as_ref().map(|named| named.name.to_string()),
            tier: named.as_ref().map(|named| named.tier),
            is_aside: named.as_ref().is_some_and(|named| named.is_aside),
            is_flat: entries.iter().all(|entry| is_variable(&entry.name)),
            settings: entries.into(),
            is_open: data.is_open() || data.has_branches(),
            span: Some(root.span()),
            stack: std::sync::Arc::default(),
        });
    }
    files
}

/// The settings of a whole file that is a value, such as `application.yml: |`, by its name and theirs. Each stands where its line
/// does; where the lines are folded, at the value.
fn file_in(name: &str, text: &str, value: Span, around: &Source) -> Option<Vec<Entry>> {
    let format = Format::of_name(name).filter(|_| text.contains('\n'))?;
    let inner = Source::decode(name, text.as_bytes().to_vec());
    let format = Format::of(name, text).unwrap_or(format);
    let read = Entries::read(&inner, format);
    let is_whole = read.faults.is_empty() && !read.is_open && !read.entries.is_empty();
    let first = around.line(value.start);
    let place = |entry: &Entry| {
        let line = around.line_span(first + inner.line(entry.key.start));
        let at = around.slice(line).find(inner.slice(entry.key)).filter(|_| line.end <= value.end)?;
        Some(Span::new(line.start as usize + at, line.start as usize + at + entry.key.range().len()))
    };
    let renamed = |entry: &Entry| {
        let key = place(entry).unwrap_or(value);
        let mut written = Entry::new(&format!("{name}.{}", entry.name), key, key, entry.form, Some(entry.text(&inner)));
        written.document = entry.document;
        written
    };
    is_whole.then(|| read.entries.iter().map(renamed).collect())
}

/// Whether a section is for no environment itself, but a thing of this name in a file that may be for one.
fn is_named(section: &str) -> bool {
    section.starts_with("ConfigMap ") || section.starts_with(SERVICE)
}

/// Groups of sections, and of `ConfigMap`s and services of the same name in files that differ in an environment.
pub fn groups(files: &[SettingsFile], path: &dyn Fn(&SettingsFile) -> String, said: &EnvironmentNames) -> Vec<Group> {
    let mut families: BTreeMap<(SourceId, String), Vec<SettingsFile>> = BTreeMap::new();
    let mut maps: BTreeMap<&str, Vec<&SettingsFile>> = BTreeMap::new();
    for file in files {
        match file.section.as_deref() {
            Some(section) if is_named(section) => maps.entry(section).or_default().push(file),
            Some(section) => {
                let parent = section.rsplit_once('.').map_or("", |(parent, _)| parent);
                families.entry((file.source, parent.to_owned())).or_default().push(file.clone());
            }
            None => {}
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for ((source, parent), members) in families {
        let at = files.partition_point(|file| file.source < source);
        let base = files.get(at).filter(|file| file.source == source && file.section.is_none());
        // What stands beside the sections holds for all of them only where they are documents of their own.
        let is_document =
            members.iter().any(|member| member.section.as_deref().is_some_and(|section| section.parse::<u32>().is_ok()));
        let base = base.filter(|_| parent.is_empty() && is_document).cloned();
        groups.extend(Group::of(members, base.into_iter().collect()));
    }
    for members in maps.into_values() {
        let paths: Vec<String> = members.iter().map(|file| path(file)).collect();
        let sorted: Vec<&str> = paths.iter().map(String::as_str).collect();
        for slot in slots(&sorted, said) {
            let files = slot.members.iter().map(|(at, _)| members[*at].clone()).collect();
            groups.extend(Group::of(files, slot.base.iter().map(|at| members[*at].clone()).collect()));
        }
    }
    groups
}

/// Whether a file is one of many that a word of its path parts: for messages.
pub fn title(file: &SettingsFile) -> String {
    match file.section.as_deref() {
        Some(section) if is_named(section) => section.to_owned(),
        Some(section) if section.parse::<u32>().is_err() => format!("section {}", leaf(section)),
        _ => String::new(),
    }
}

/// Whether a path has a word for an environment at all.
pub fn mentions(path: &str, said: &EnvironmentNames) -> bool {
    words(path).any(|word| super::names::named_at(path, word, said).is_some())
}
