//! From bytes to documents. Reading never fails: what was not understood is part of the document.
//!
//! What a file is depends on its path and its text ([`kind`]); each format has a reader of its own below this module,
//! and third-party parsers stay behind their readers.

pub mod compose;
pub mod consumer;
pub mod dotenv;
pub mod dump;
pub mod engine;
pub mod entries;
pub mod format;
pub mod ini;
pub mod jsonc;
pub mod kind;
pub mod migration;
pub mod pairs;
pub mod properties;
pub mod quantity;
pub mod reference;
pub mod secret;
pub mod server_version;
pub mod sql;
pub mod template;
pub mod toml;
pub mod used;
pub mod words;
pub mod yaml;

use std::sync::OnceLock;

use crate::source::{Source, Span};
use compose::Compose;
use consumer::Consumer;
use dotenv::Dotenv;
use engine::Engine;
use entries::Entries;
use format::Format;
use kind::Kind;
use sql::Sql;
use words::{OWN, Word, Words};
use yaml::{Cause, Refusal, Yaml};

/// Three answers: yes, no, unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known<T> {
    /// It is there, and this is it.
    Is(T),
    /// It is not there.
    Absent,
    /// Something that we cannot see decides.
    Unknown,
}

impl<T> Known<T> {
    /// What is there, if it is known to be.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// Changes what is there.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Known<U> {
        self.and_then(|value| Known::Is(change(value)))
    }

    /// Asks on.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Known<U>) -> Known<U> {
        match self {
            Self::Is(value) => next(value),
            Self::Absent => Known::Absent,
            Self::Unknown => Known::Unknown,
        }
    }

    /// Puts a default where nothing is.
    #[must_use]
    pub fn or(self, default: T) -> Self {
        match self {
            Self::Absent => Self::Is(default),
            other => other,
        }
    }

    /// Known to be there.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Is(_))
    }

    /// Known not to be there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

/// A file and what was read from it.
#[derive(Debug)]
pub struct Document {
    /// The file.
    pub source: Source,
    /// What kind of file it is to us.
    pub kind: Kind,
    /// What was read.
    pub content: Content,
    words: Words,
    /// What must never be printed of it; many findings ask.
    secrets: OnceLock<Box<[Span]>>,
}

/// What was read from a file.
#[derive(Debug)]
pub enum Content {
    /// SQL.
    Sql(Sql),
    /// YAML or JSON.
    Yaml(Yaml),
    /// Settings of a process.
    Dotenv(Dotenv),
    /// Settings in any other format.
    Entries(Entries),
    /// Services and what compose hands them.
    Compose(Box<Compose>),
    /// A program that reads settings.
    Consumer(Consumer),
}

impl Document {
    /// Reads a file whose path made it a candidate; `None` if its text shows that it is not ours after all.
    pub fn read(path: &str, bytes: Vec<u8>, candidate: Kind) -> Option<Self> {
        Self::read_for(None, path, bytes, candidate)
    }

    /// The same where somebody says for which server the migrations are written.
    pub fn read_for(engine: Option<Engine>, path: &str, bytes: Vec<u8>, candidate: Kind) -> Option<Self> {
        if candidate == Kind::Manifest && !kind::may_hold_objects(path, &bytes) {
            return None;
        }
        if candidate == Kind::Consumer && !consumer::may_hold_reads(path, &bytes) {
            return None;
        }
        let source = Source::decode(path, bytes);
        let content = match candidate {
            Kind::Migration => Content::Sql(Sql::read(&source, engine.or_else(|| migration::place(path).engine))),
            Kind::Manifest => Content::Yaml(manifest(&source)),
            Kind::Settings => settings(&source),
            Kind::Consumer => Content::Consumer(Consumer::read(&source)),
            Kind::Configuration => return Self::read_either(source),
            Kind::Compose => return Self::read_compose(source),
        };
        let document = Self::new(source, candidate, content);
        document.is_ours().then_some(document)
    }

    /// Objects where there are any, else settings.
    fn read_either(source: Source) -> Option<Self> {
        let format = Format::of(source.path(), source.text())?;
        let is_tree = matches!(format, Format::Yaml | Format::Json);
        if is_tree && kind::may_hold_objects(source.path(), source.text().as_bytes()) {
            let yaml = manifest(&source);
            if kind::holds_objects(&source, &yaml) {
                return Some(Self::new(source, Kind::Manifest, Content::Yaml(yaml)));
            }
        }
        let entries = Entries::read(&source, format);
        // A file of a known name is ours even if nothing was understood of it; unless there is nothing.
        let is_ours = || kind::promises_settings(source.path()) && says_something(source.text());
        (!entries.entries.is_empty() || is_ours()).then(|| Self::new(source, Kind::Settings, Content::Entries(entries)))
    }

    /// Objects where there are any, else services: converters name what they make after what they made it from.
    fn read_compose(source: Source) -> Option<Self> {
        if kind::may_hold_objects(source.path(), source.text().as_bytes()) {
            let yaml = manifest(&source);
            if kind::holds_objects(&source, &yaml) {
                return Some(Self::new(source, Kind::Manifest, Content::Yaml(yaml)));
            }
        }
        let compose = Compose::read(&source)?;
        Some(Self::new(source, Kind::Compose, Content::Compose(Box::new(compose))))
    }

    fn new(source: Source, kind: Kind, content: Content) -> Self {
        Self { words: Words::of(source.text()), source, kind, content, secrets: OnceLock::new() }
    }

    fn is_ours(&self) -> bool {
        match &self.content {
            Content::Yaml(yaml) => kind::holds_objects(&self.source, yaml),
            Content::Consumer(consumer) => {
                let is_read = !consumer.reads.is_empty() || consumer.names_settings;
                is_read || consumer.is_pipeline || !consumer.uses.is_empty()
            }
            Content::Sql(_) | Content::Dotenv(_) | Content::Entries(_) | Content::Compose(_) => true,
        }
    }

    /// Whether its text holds a word.
    pub fn mentions(&self, word: Word) -> bool {
        self.words.has(word)
    }

    /// The SQL, of a file of SQL.
    pub fn sql(&self) -> Option<&Sql> {
        if let Content::Sql(sql) = &self.content { Some(sql) } else { None }
    }

    /// The YAML, of a file of YAML.
    pub fn yaml(&self) -> Option<&Yaml> {
        if let Content::Yaml(yaml) = &self.content { Some(yaml) } else { None }
    }

    /// The settings, of a file of settings.
    pub fn dotenv(&self) -> Option<&Dotenv> {
        if let Content::Dotenv(dotenv) = &self.content { Some(dotenv) } else { None }
    }

    /// The settings, of a file in any other format than that of a process.
    pub fn entries(&self) -> Option<&Entries> {
        if let Content::Entries(entries) = &self.content { Some(entries) } else { None }
    }

    /// The services, of a compose file.
    pub fn compose(&self) -> Option<&Compose> {
        if let Content::Compose(compose) = &self.content { Some(compose) } else { None }
    }

    /// Whether it is written to hold settings, in whatever format.
    pub fn holds_settings(&self) -> bool {
        matches!(self.content, Content::Dotenv(_) | Content::Entries(_) | Content::Compose(_))
    }

    /// What it reads, of a file of a program; what it asks for, of one that starts programs.
    pub fn consumer(&self) -> Option<&Consumer> {
        match &self.content {
            Content::Consumer(consumer) => Some(consumer),
            Content::Compose(compose) => Some(&compose.consumer),
            _ => None,
        }
    }

    /// The tree, of a file that is written as one, objects or not.
    pub fn tree(&self) -> Option<&Yaml> {
        match &self.content {
            Content::Yaml(yaml) => Some(yaml),
            Content::Compose(compose) => Some(&compose.yaml),
            _ => None,
        }
    }

    /// The parts that must never be printed, in order and apart.
    pub fn secrets(&self) -> &[Span] {
        self.secrets.get_or_init(|| secret::secrets(self).into())
    }

    /// The comments that may hold a suppression.
    pub fn comments(&self) -> Vec<Span> {
        match &self.content {
            Content::Sql(sql) => sql.comments.clone(),
            Content::Dotenv(dotenv) => dotenv.comments.clone(),
            Content::Entries(entries) => entries.comments.clone(),
            // Nothing is ever found in a program, so nothing is allowed there.
            Content::Consumer(consumer) if !consumer.is_pipeline && consumer.uses.is_empty() => Vec::new(),
            Content::Consumer(_) => self.hash_comments(),
            Content::Compose(_) | Content::Yaml(_) => {
                let Some(yaml) = self.tree() else { return Vec::new() };
                let of_templates = yaml.holes.iter().map(|hole| hole.span).filter(|span| is_comment(self.source.slice(*span)));
                let own = yaml.parts.iter().flat_map(|part| part.comments.iter().copied());
                let mut comments: Vec<Span> = own.chain(of_templates).chain(self.prelude(yaml)).collect();
                comments.sort_unstable();
                comments.dedup_by(|inner, outer| outer.contains(*inner));
                comments
            }
        }
    }

    /// What stands behind `#` on lines that hold our word.
    fn hash_comments(&self) -> Vec<Span> {
        let text = self.source.text();
        let comment = |(at, _): (usize, &str)| {
            let line = self.source.line_span(self.source.line(u32::try_from(at).ok()?));
            let begin = text[line.range()].find('#').map(|mark| line.start as usize + mark)?;
            (begin < at).then(|| Span::new(begin, line.end as usize))
        };
        let mut comments: Vec<Span> = text.match_indices(OWN).filter_map(comment).collect();
        comments.dedup();
        comments
    }

    /// The comments before the `---` that a file of YAML begins with: they belong to no document.
    fn prelude(&self, yaml: &Yaml) -> impl Iterator<Item = Span> {
        let first = yaml.parts.first().map_or(1, |part| self.source.line(part.span.start));
        let lines = (1..first).map(|line| self.source.line_span(line));
        lines.filter(|line| self.source.slice(*line).starts_with('#'))
    }

    /// Whether a template leaves parts of it open.
    pub fn has_holes(&self) -> bool {
        match &self.content {
            Content::Sql(sql) => !sql.holes.is_empty(),
            Content::Yaml(yaml) => yaml.has_holes(),
            Content::Dotenv(_) | Content::Consumer(_) => false,
            Content::Compose(compose) => compose.yaml.has_holes(),
            Content::Entries(entries) => entries.is_open,
        }
    }
}

/// Whether a file of settings holds more than comments and marks of emptiness. A list is no settings, whatever its name.
fn says_something(text: &str) -> bool {
    let mut lines = text.split(['\n', '\r']).map(str::trim).filter(|line| {
        let is_comment = ["#", "//", "!", ";"].iter().any(|mark| line.starts_with(mark));
        !(line.is_empty() || is_comment || matches!(*line, "---" | "..." | "{}" | "[]" | "{" | "}" | "null" | "\u{FEFF}"))
    });
    lines.next().is_some_and(|first| first != "-" && !first.starts_with("- ") && !first.starts_with('['))
}

/// Whether a mark of a template says nothing to it: `{{/* ... */}}`.
fn is_comment(mark: &str) -> bool {
    let inner = mark.strip_prefix("{{").map(|inner| inner.trim_start_matches('-').trim_start());
    inner.is_some_and(|inner| inner.starts_with("/*"))
}

/// Settings whose name promises those of a process; their text may say otherwise.
fn settings(source: &Source) -> Content {
    match Format::of(source.path(), source.text()) {
        None | Some(Format::Dotenv) => Content::Dotenv(Dotenv::read(source)),
        Some(format) => Content::Entries(Entries::read(source, format)),
    }
}

/// YAML or JSON as kubectl reads it.
fn manifest(source: &Source) -> Yaml {
    let mut yaml = Yaml::read(source);
    if let Some(part) = yaml.parts.first_mut()
        && part.error.is_none()
        && let Some(span) = jsonc::forbidden_comment(source.text())
    {
        let message = "JSON has no comments, and kubectl reads what begins with `{` as JSON".to_owned();
        part.error = Some(Refusal { span, message, cause: Cause::Invalid }.into());
    }
    yaml
}
