//! Who needs a setting, and who may hand it over?
//!
//! Programs read settings by name, pods ask a `ConfigMap` for keys, Spring's files and templates of charts name them. A
//! group of settings belongs to the programs in the nearest folder around it that read most of what it sets. What a
//! pipeline, a Dockerfile or a manifest mentions may be handed over there, so that a file need not have it.

mod supply;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::Workspace;
use super::environments::{SettingsFile, Tier, is_variable, slots};
use super::ids;
use crate::diagnostic::{Place, SourceId};
use crate::document::Document;
use crate::document::compose::Compose;
use crate::document::compose::interpolation::Without;
use crate::document::consumer::Need;
use crate::document::entries::{Entries, Form, leaf};
use crate::document::words::Word;
use crate::path;
use crate::settings::EnvironmentNames;
use crate::source::{Source, Span};
pub use supply::{Mention, may_supply};
pub(super) use supply::{mentions, supplied};

/// Who needs which setting, and who may hand it over.
#[derive(Debug, Default)]
pub struct Consumers {
    /// By what all ways to write a name have in common.
    by_name: HashMap<String, Vec<Reader>>,
    /// Some of them are charts or Terraform, which fail without what they ask for.
    pub have_inputs: bool,
    /// Names that a file mentions which may hand settings to a program, of those that some environment lacks.
    pub(super) supplied: HashSet<String>,
    /// Where the setting that somebody asks about is named beside its readers: what names it there may set it.
    pub mentions: Vec<Mention>,
}

/// Something that reads a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reader {
    /// Where it names it.
    pub place: Place,
    /// Whether it can do without.
    pub need: Need,
    /// What it is.
    pub kind: ReaderKind,
}

impl Reader {
    /// What it does with the setting, beside its place.
    pub fn told(self) -> &'static str {
        match (self.kind, self.need) {
            (_, Need::Optional) => "read here, with a default",
            (ReaderKind::Compose, Need::Must) => "compose starts nothing without it",
            (ReaderKind::Compose, Need::Plain) => "compose puts it in here, and nothing where it is not set",
            (ReaderKind::Pod, _) => "the pod asks for it here",
            (ReaderKind::Template, _) => "the chart's template puts it here",
            (ReaderKind::Variable, _) => "declared here",
            (_, Need::Must) => "read here, and it fails without",
            (_, Need::Plain) => "read here, without a default",
        }
    }
}

/// What reads a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReaderKind {
    /// A program.
    Program,
    /// A pod that asks for a key.
    Pod,
    /// A value in a file of Spring.
    Placeholder,
    /// A template of a chart.
    Template,
    /// A variable of Terraform.
    Variable,
    /// A compose file, which fills it in or hands it on.
    Compose,
}

/// Whether anything is there that would ask who reads a setting: settings for several environments, or an example.
pub fn are_asked_for(documents: &[Arc<Document>], said: &EnvironmentNames) -> bool {
    let has_settings = |document: &&Arc<Document>| document.holds_settings();
    let paths: Vec<&str> = documents.iter().filter(has_settings).map(|document| document.source.path()).collect();
    let is_example = |path: &&str| Tier::of_path(path) == Some(Tier::Example) || path.contains(".env.");
    let configures = |document: &Arc<Document>| {
        let has_map = document.yaml().is_some() && document.mentions(Word::ConfigMap);
        has_map && Tier::of_path(document.source.path()) == Some(Tier::Production)
    };
    paths.iter().any(is_example) || !slots::slots(&paths, said).is_empty() || documents.iter().any(configures)
}

/// What all ways to write a name have in common: a variable stands for itself, the parts of a path for themselves
/// without case and strokes.
fn form(name: &str) -> String {
    let own = leaf(name);
    if is_variable(own) {
        return own.to_owned();
    }
    name.chars().filter(|next| !matches!(next, '-' | '_')).flat_map(char::to_lowercase).collect()
}

impl Consumers {
    /// Collects them.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let mut all = Self::default();
        for (id, document) in ids(&workspace.documents).zip(&workspace.documents) {
            if let Some(compose) = document.compose() {
                all.compose(id, compose);
            } else if let Some(program) = document.consumer() {
                let is_terraform = document.source.name().ends_with(".tf");
                let kind = if is_terraform { ReaderKind::Variable } else { ReaderKind::Program };
                for read in &program.reads {
                    all.add(&read.name, id, read.place, read.need, kind);
                }
            } else if let Some(entries) = document.entries() {
                all.placeholders(id, &document.source, entries);
            } else if let Some(yaml) = document.yaml().filter(|yaml| yaml.has_holes()) {
                for hole in &yaml.holes {
                    all.template(id, &document.source, hole.span);
                }
            }
        }
        let topology = &workspace.topology;
        for reference in topology.workloads.iter().flat_map(|workload| topology.references_of(workload)) {
            if let Some(part) = reference.part.as_ref().filter(|_| reference.resource == "ConfigMap") {
                let place = workspace.node(part.node).place();
                let need = if reference.is_optional { Need::Optional } else { Need::Must };
                all.add(&part.name, place.source, place.span, need, ReaderKind::Pod);
            }
        }
        all
    }

    fn add(&mut self, name: &str, source: SourceId, span: Span, need: Need, kind: ReaderKind) {
        let reader = Reader { place: Place { source, span }, need, kind };
        self.have_inputs |= matches!(kind, ReaderKind::Template | ReaderKind::Variable);
        let form = form(name);
        // A call may follow the path of a setting: `mail.sender.downcase`.
        if !is_variable(&form) {
            let beginnings = form.match_indices('.').map(|(at, _)| &form[..at]).filter(|beginning| beginning.contains('.'));
            for beginning in beginnings.map(str::to_owned).collect::<Vec<_>>() {
                self.by_name.entry(beginning).or_default().push(reader);
            }
        }
        self.by_name.entry(form).or_default().push(reader);
    }

    /// The variables that compose fills in, and those that it hands on from its own caller.
    fn compose(&mut self, id: SourceId, compose: &Compose) {
        for variable in &compose.variables {
            let need = match variable.without {
                Without::Default => Need::Optional,
                Without::Nothing => Need::Plain,
                Without::Refuses => Need::Must,
            };
            self.add(&variable.name, id, variable.place, need, ReaderKind::Compose);
        }
        let settings = compose.services.iter().flat_map(|service| &service.settings);
        for setting in settings.filter(|setting| setting.form == Form::Null && !setting.is_merged) {
            self.add(&setting.name, id, setting.key, Need::Plain, ReaderKind::Compose);
        }
    }

    /// `${NAME}` in a file of Spring, which does not start where nothing sets it.
    fn placeholders(&mut self, id: SourceId, source: &Source, entries: &Entries) {
        let name = source.name();
        if !(name.starts_with("application") || name.starts_with("bootstrap")) {
            return;
        }
        for entry in &entries.entries {
            let text = source.slice(entry.value);
            for (at, _) in text.match_indices("${") {
                let rest = &text[at + 2..];
                let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte)).count();
                let need = match rest.as_bytes().get(length) {
                    Some(b'}') if length > 0 => Need::Must,
                    Some(b':') if length > 0 => Need::Optional,
                    _ => continue,
                };
                let start = entry.value.start as usize + at + 2;
                self.add(&rest[..length], id, Span::new(start, start + length), need, ReaderKind::Placeholder);
            }
        }
    }

    /// `{{ .Values.mail.host }}`
    fn template(&mut self, id: SourceId, source: &Source, hole: Span) {
        const FREE: &[&str] =
            &["default", "if ", "with ", "or ", "and ", "range ", "hasKey", "get ", "dig ", "coalesce", "ternary"];
        let text = source.slice(hole);
        let need = match text {
            _ if text.contains("required ") => Need::Must,
            _ if FREE.iter().any(|word| text.contains(word)) => Need::Optional,
            _ => Need::Plain,
        };
        for (at, begins) in text.match_indices(".Values.") {
            let rest = &text[at + begins.len()..];
            let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte)).count();
            let name = rest[..length].trim_end_matches('.');
            let start = hole.start as usize + at + begins.len();
            if !name.is_empty() {
                self.add(name, id, Span::new(start, start + name.len()), need, ReaderKind::Template);
            }
        }
    }

    /// Who reads a setting of this name below a folder, those that need it most first.
    pub fn of_name(&self, workspace: &Workspace, home: &str, name: &str) -> Vec<Reader> {
        let all = self.by_name.get(&form(name)).map(Vec::as_slice).unwrap_or_default();
        let mut here: Vec<Reader> =
            all.iter().copied().filter(|reader| is_below(workspace.path(reader.place.source), home)).collect();
        here.sort_by_key(|reader| (std::cmp::Reverse(reader.need), reader.place));
        here
    }

    /// What programs in some files cannot do without: variables by name, with one place that reads each, in order.
    pub fn needed_in<'c>(&'c self, workspace: &Workspace, is_here: impl Fn(&str) -> bool) -> BTreeMap<&'c str, Place> {
        let is_needed = |reader: &&Reader| {
            let is_sure = reader.need == Need::Must && reader.kind == ReaderKind::Program;
            is_sure && is_here(workspace.path(reader.place.source))
        };
        let variables = self.by_name.iter().filter(|(name, _)| is_variable(name));
        variables.filter_map(|(name, readers)| Some((name.as_str(), readers.iter().find(is_needed)?.place))).collect()
    }

    /// The nearest folder around files of settings whose programs read most of what anything reads of them.
    pub fn home(&self, workspace: &Workspace, members: &[SettingsFile]) -> String {
        let paths = || members.iter().map(|member| workspace.path(member.source));
        let names: HashSet<&str> = members.iter().flat_map(|member| member.settings.iter()).map(|entry| &*entry.name).collect();
        let readers = |name: &&str| self.by_name.get(&form(name)).map(Vec::as_slice).unwrap_or_default();
        let mut folder = common_folder(paths());
        // By folder, how many names are read in it or below.
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let mut total = 0;
        for name in &names {
            let all = readers(name);
            total += usize::from(!all.is_empty());
            let around = all.iter().take(MOST_READERS).flat_map(|reader| folders(workspace.path(reader.place.source)));
            for folder in around.collect::<HashSet<&str>>() {
                *counts.entry(folder).or_default() += 1;
            }
        }
        while !folder.is_empty() && counts.get(folder).copied().unwrap_or(0) * 2 < total.max(1) {
            folder = path::folder(folder);
        }
        folder.to_owned()
    }

    /// Whether a pipeline has a word, such as the name of a setting that it hands over.
    pub fn is_word_of_pipelines(workspace: &Workspace, word: &str) -> bool {
        let pipelines = workspace.documents.iter().filter(|document| document.consumer().is_some_and(|own| own.is_pipeline));
        pipelines.into_iter().any(|document| {
            let text = document.source.text();
            let is_inner = |next: Option<char>| next.is_some_and(|next| next.is_ascii_alphanumeric());
            text.match_indices(word)
                .any(|(at, _)| !is_inner(text[..at].chars().next_back()) && !is_inner(text[at + word.len()..].chars().next()))
        })
    }

    /// Whether a pipeline, an image or a manifest mentions a setting, and so may hand it over.
    pub fn may_be_supplied(&self, name: &str) -> bool {
        self.supplied.contains(&form(name)) || self.supplied.contains(&as_variable(name))
    }
}

/// So many readers of one setting tell where it belongs.
const MOST_READERS: usize = 200;

/// Whether a path lies in a folder, however deep.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// All folders around a file.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

fn common_folder<'p>(mut paths: impl Iterator<Item = &'p str>) -> &'p str {
    let first = paths.next().map_or("", path::folder);
    paths.fold(first, |mut common, path| {
        while !common.is_empty() && !is_below(path, common) {
            common = path::folder(common);
        }
        common
    })
}

/// `spring.mail.host` as a variable that overrides it: `SPRING_MAIL_HOST`.
pub fn as_variable(name: &str) -> String {
    name.chars().filter(|next| *next != '-').map(|next| if next == '.' { '_' } else { next.to_ascii_uppercase() }).collect()
}
