//! Compose files: services, what their containers get to know, and the variables that compose itself fills in.
//!
//! A file is one of compose if its text says so, whatever it is called. Merge keys and anchors are followed; what
//! `extends`, `include` or a file of settings may add makes a service *open*: it may have more settings than stand here.

pub mod interpolation;

use std::collections::HashSet;

use super::consumer::Consumer;
use super::consumer::files;
use super::entries::{Entry, Form};
use super::pairs::Fault;
use super::yaml::{Gear, Node, Scalar, Yaml};
use super::{Known, used};
use crate::diagnostic::SourceId;
use crate::settings::MAX_ENTRIES;
use crate::source::{Source, Span};
use interpolation::{Without, variables};

/// A compose file.
#[derive(Debug)]
pub struct Compose {
    /// Its services, in order.
    pub services: Vec<Service>,
    /// The variables that its values name, in order.
    pub variables: Vec<Variable>,
    /// Values that compose refuses.
    pub faults: Vec<Fault>,
    /// The tree that all of it was read from.
    pub yaml: Yaml,
    /// The files of settings that it asks for, and the versions of servers that it names.
    pub consumer: Consumer,
}

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: Box<str>,
    /// Where that stands.
    pub key: Span,
    /// All of it.
    pub span: Span,
    /// What its containers get to know, in order. Without a value, compose hands on what its own caller has.
    pub settings: Vec<Entry>,
    /// Its settings are a list: `- NAME=value`.
    pub is_list: bool,
    /// The files that its containers get further settings from.
    pub env_files: Vec<EnvFile>,
    /// It may have settings that do not stand here.
    pub is_open: bool,
    /// It starts only where somebody asks for one of these; always where there are none.
    pub profiles: Vec<Box<str>>,
    /// It shares the network of the machine or of another service, which answers at its own addresses.
    pub shares_network: bool,
}

/// A file of settings for the containers of a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvFile {
    /// Its path, as it is written.
    pub path: Box<str>,
    /// Where.
    pub place: Span,
    /// The service does not start without it.
    pub is_required: bool,
}

/// A variable that a value names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Box<str>,
    /// Where.
    pub place: Span,
    /// What compose does where nothing sets it.
    pub without: Without,
    /// What the value is of: the nearest key, or the setting of a list.
    pub of: Box<str>,
}

/// So many maps are put together for one service.
const MAX_MERGES: usize = 64;

impl Compose {
    /// Reads a file; none if its text shows that it is no compose file.
    pub fn read(source: &Source) -> Option<Self> {
        let yaml = Yaml::of_compose(source.text());
        let uses = used::uses(source.path(), source.text());
        let consumer = Consumer { is_pipeline: true, uses, ..Consumer::default() };
        let mut file = Self { services: Vec::new(), variables: Vec::new(), faults: Vec::new(), yaml, consumer };
        let yaml = std::mem::take(&mut file.yaml);
        let is_ours = match yaml.roots(source, SourceId(0)).next() {
            Some(root) if is_compose(root) => {
                file.take(root, source);
                true
            }
            Some(_) => false,
            None => yaml.parts.iter().any(|part| part.error.is_some()) && names_services(source.text()),
        };
        is_ours.then_some(Self { yaml, ..file })
    }

    fn take(&mut self, root: Node<'_>, source: &Source) {
        let includes = !root.field("include").is_absent();
        for (key, value) in root.field("services").into_option().into_iter().flat_map(Node::entries) {
            let Known::Is(name) = key.text() else { continue };
            self.services.push(service(&name, key, value, includes));
        }
        let asked = self.services.iter().flat_map(|service| &service.env_files).filter(|file| file.is_required);
        self.consumer.files = asked.filter_map(|file| files::at(source.text(), file.place)).collect();
        // What several services share by an anchor is asked for once.
        self.consumer.files.sort_by_key(|file| file.place);
        self.consumer.files.dedup();
        self.look_for_variables(root, source);
    }

    fn look_for_variables(&mut self, root: Node<'_>, source: &Source) {
        let mut open: Vec<(Node<'_>, String)> = vec![(root, String::new())];
        while let Some((node, of)) = open.pop() {
            if node.is_collection() && node.is_mapping() {
                open.extend(node.entries().map(|(key, value)| (value, key.read_text().into_owned())));
            } else if node.is_collection() {
                open.extend(node.own_children().map(|child| (child, of.clone())));
            } else {
                self.take_value(node, &of, source);
            }
        }
        self.variables.sort_by_key(|variable| variable.place);
        self.faults.sort_by_key(|fault| fault.span);
    }

    fn take_value(&mut self, value: Node<'_>, of: &str, source: &Source) {
        let (span, written) = (value.span(), source.slice(value.span()));
        // An alias is read where its anchor stands.
        if !written.contains('$') || written.starts_with('*') || value.is_open() || self.variables.len() >= MAX_ENTRIES {
            return;
        }
        let name = written.trim_start_matches(['"', '\'']).split('=').next().filter(|_| of == "environment" || of == "args");
        let of = name.filter(|name| is_name(name)).unwrap_or(of);
        let found = variables(written);
        let place = |at: usize, length: usize| Span::new(span.range().start + at, span.range().start + at + length);
        self.variables.extend(found.variables.iter().map(|variable| Variable {
            name: variable.name.into(),
            place: place(variable.at, variable.name.len()),
            without: variable.without,
            of: of.into(),
        }));
        if let Some(at) = found.fault {
            let length = written[at..].find(['\n', '\r']).unwrap_or(written.len() - at);
            let what = match written[at..].find('}') {
                None => "`${` is never closed",
                Some(2) => "no name stands in `${}`",
                Some(_) => "what follows the name in `${` is none of `}`, `:-`, `:?` and `:+`",
            };
            self.faults.push(Fault { span: place(at, length), message: what.to_owned().into() });
        }
    }

    /// Whether any container gets a value of this name that does not come from a variable of the same name.
    pub fn sets(&self, name: &str) -> bool {
        let named = self.services.iter().flat_map(|service| &service.settings).filter(|setting| &*setting.name == name);
        let from_itself =
            |setting: &Entry| self.variables.iter().any(|one| *one.name == *name && setting.value.contains(one.place));
        named.into_iter().any(|setting| setting.form != Form::Null && !from_itself(setting))
    }

    /// The service around a place.
    pub fn service_at(&self, place: Span) -> Option<&Service> {
        self.services.iter().find(|service| service.span.contains(place))
    }
}

/// Whether a document says that it is for compose, and for nobody else.
fn is_compose(root: Node<'_>) -> bool {
    const FOREIGN: &[&str] = &["apiVersion", "jobs", "pipelines", "stages", "provider"];
    let has = |key: &str| !root.field(key).is_absent();
    let has_services = root.field("services").into_option().is_some_and(|services| {
        let mut all = services.entries().map(|(_, service)| service);
        services.is_mapping() && all.all(|service| service.is_mapping() || service.is_null())
    });
    (has_services || root.field("include").items().next().is_some()) && !FOREIGN.iter().any(|key| has(key))
}

/// Whether a text that no reader takes would be one for compose.
fn names_services(text: &str) -> bool {
    text.split(['\n', '\r']).any(|line| line.trim_end() == "services:")
}

fn service(name: &str, key: Node<'_>, value: Node<'_>, includes: bool) -> Service {
    let span = Span { start: key.span().start, end: value.span().end.max(key.span().end) };
    let env_files = env_files(value);
    let environment = value.field("environment");
    let mut settings = Vec::new();
    let mut is_open = includes || value.is_open() || !value.field("extends").is_absent() || !env_files.is_empty();
    match environment {
        Known::Is(node) if node.is_mapping() => {
            is_open |= node.is_open();
            let mut merged = Merged::default();
            merged.take(node);
            settings = merged.settings;
        }
        Known::Is(node) => {
            is_open |= node.is_open();
            settings.extend(node.items().filter_map(assignment));
        }
        Known::Absent => {}
        Known::Unknown => is_open = true,
    }
    for entry in &mut settings {
        entry.is_merged = !span.contains(entry.key);
    }
    let is_list = environment.into_option().is_some_and(|node| !node.is_mapping());
    let mode = value.field("network_mode").text();
    let shares_network = matches!(&mode, Known::Is(mode) if &**mode == "host" || mode.contains(':')) || mode.is_unknown();
    let profiles = value.field("profiles").items().map(|profile| profile.read_text().as_ref().into()).collect();
    Service { name: name.into(), key: key.span(), span, settings, is_list, env_files, is_open, profiles, shares_network }
}

/// What a map of settings has itself, and by merge keys what others have that it has not.
#[derive(Default)]
struct Merged {
    seen: HashSet<String>,
    settings: Vec<Entry>,
    maps: usize,
}

impl Merged {
    fn take(&mut self, node: Node<'_>) {
        self.maps += 1;
        if self.maps > MAX_MERGES {
            return;
        }
        let (merged, own): (Vec<_>, Vec<_>) = node.entries().partition(|(key, _)| key.read_text() == "<<");
        let mut names = Vec::new();
        for (key, value) in own {
            let Known::Is(name) = key.text() else { continue };
            if !self.seen.contains(&*name) && self.settings.len() < MAX_ENTRIES {
                self.settings.push(setting(&name, key, value));
                names.push(name.into_owned());
            }
        }
        self.seen.extend(names);
        for (_, value) in merged {
            if value.is_mapping() {
                self.take(value);
            }
            value.items().take(MAX_MERGES).for_each(|item| self.take(item));
        }
    }
}

/// `NAME: value`
fn setting(name: &str, key: Node<'_>, value: Node<'_>) -> Entry {
    let (span, written) = (value.span(), value.read_text());
    let is_quoted = span.range().len() >= 2 && value.written().len() + 2 == span.range().len();
    let place = if is_quoted { Span { start: span.start + 1, end: span.end - 1 } } else { span };
    let form = match value.scalar() {
        _ if value.is_open() || is_filled_in(&written) => Form::Open,
        Known::Is(Scalar::Null) => Form::Null,
        Known::Is(Scalar::Text) if is_quoted => Form::Quoted,
        Known::Is(_) => Form::Bare,
        Known::Unknown => Form::Open,
        Known::Absent => Form::List,
    };
    Entry::new(name, key.span(), place, form, Some(&written.replace("$$", "$")))
}

/// `- NAME=value`, or the name alone.
fn assignment(item: Node<'_>) -> Option<Entry> {
    let text = item.read_text();
    let (name, value) = text.split_once('=').map_or((&*text, None), |(name, value)| (name, Some(value)));
    let written = item.written();
    let start = item.span().range().start + (item.span().range().len() - written.len()) / 2;
    if !is_name(name) || !written.starts_with(name) {
        return None;
    }
    let key = Span::new(start, start + name.len());
    let place = Span::new((start + name.len() + 1).min(start + written.len()), start + written.len());
    let form = match value {
        None => Form::Null,
        Some(value) if item.is_open() || is_filled_in(value) => Form::Open,
        Some(_) => Form::Bare,
    };
    Some(Entry::new(name, key, place, form, Some(&value.unwrap_or_default().replace("$$", "$"))))
}

/// Whether compose puts something into a value.
fn is_filled_in(value: &str) -> bool {
    let found = variables(value);
    !found.variables.is_empty() || found.fault.is_some() || value.contains("${")
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// `env_file: a.env`, a list of them, or of maps with a path.
fn env_files(service: Node<'_>) -> Vec<EnvFile> {
    let one = |node: Node<'_>| {
        let path = if node.is_mapping() { node.field("path").into_option()? } else { node };
        let is_required = node.field("required").text().into_option().as_deref() != Some("false");
        let text = path.text().into_option()?;
        Some(EnvFile { path: text.as_ref().into(), place: path.span(), is_required })
    };
    let Known::Is(node) = service.field("env_file") else { return Vec::new() };
    let items: Vec<Node<'_>> = node.items().collect();
    if items.is_empty() { one(node).into_iter().collect() } else { items.into_iter().filter_map(one).collect() }
}

impl Yaml {
    /// Reads a text in which `${NAME}` is no template, but what compose fills in.
    fn of_compose(text: &str) -> Self {
        Self::marked(text, Gear::Fast, super::template::Marks::Compose)
    }
}

#[cfg(test)]
mod tests;
