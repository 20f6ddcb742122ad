//! All documents of a root and the facts joined from them; read-only once built.
//!
//! Facts are derived once, here, and rules only ask. Each store answers one question: [`history`] what the migrations
//! do, [`topology`] which objects are applied and how they refer to each other, [`environments`] which files configure
//! the same thing for different environments.

pub mod asked;
pub mod availability;
pub mod base;
mod builds;
pub mod change;
pub mod compose;
pub mod consumers;
pub mod container;
mod coverage;
mod data;
pub mod discover;
pub mod drift;
mod edits;
pub mod environments;
pub mod field;
pub mod history;
pub mod hook;
pub mod image;
pub mod isolation;
pub mod links;
mod load;
pub mod pod;
pub mod priorities;
pub mod probe;
pub mod readers;
pub mod resources;
pub mod rollout;
mod servers;
pub mod sites;
pub mod sizes;
pub mod timeouts;
pub mod topology;
pub mod validity;
pub mod versions;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use std::time::Duration;

use crate::diagnostic::{Judged, Note, Place, SourceId};
use crate::document::Document;
use crate::document::compose::Service;
use crate::document::kind::Kind;
use crate::document::sql::Statement;
use crate::document::yaml::{Node, NodeId};
use crate::settings::Settings;
use crate::source::Span;
use crate::timings::{Timings, timed};
use crate::tree::Tree;
use crate::tree::git::NoRepository;
use asked::Names;
use availability::Availability;
use base::Base;
use change::Change;
use compose::Composed;
use consumers::Consumers;
pub use coverage::Coverage;
use discover::{Found, Passed, discover};
use drift::Drift;
use environments::{Environments, SettingsFile, Tier};
use history::steps::Step;
use history::{Asked, Dumps, History, Script};
use isolation::Isolation;
use links::Links;
use priorities::Priorities;
use readers::Readers;
use sites::Sites;
use sizes::Sizes;
use topology::Topology;
use versions::Mentions;

/// All documents of a root and the facts joined from them.
#[derive(Debug)]
pub struct Workspace {
    /// The documents that are ours, by path.
    pub documents: Vec<Arc<Document>>,
    /// What differs from the base.
    pub change: Change,
    /// What files say of the versions of servers.
    mentions: Mentions,
    /// Where the tree says that migrations are.
    sites: Sites,
    /// Images whose tags no manifest has.
    tagged: Vec<String>,
    /// What the migrations do.
    pub history: History,
    /// How large tables are.
    pub sizes: Sizes,
    /// The objects and how they refer to each other.
    pub topology: Topology,
    /// How many pods there are, and how many must stay.
    pub availability: Availability,
    /// What network policies let through.
    pub isolation: Isolation,
    /// Which workloads go before others.
    pub priorities: Priorities,
    /// Which variables Kubernetes sets by itself.
    pub links: Links,
    /// The settings of environments.
    pub environments: Environments,
    /// Who reads which dotenv file.
    pub readers: Readers,
    /// Who needs a setting, and who may hand it over.
    pub consumers: Consumers,
    /// Versions that a pipeline or a laptop has and production has not.
    pub drifts: Vec<Drift>,
    /// What files of settings are called, and who asks for them.
    pub names: Names,
    /// What compose files ask for in vain.
    pub composed: Composed,
    /// What there is to know about files that were not judged, or not wholly.
    pub notes: Vec<Note>,
    /// Folders and files that were passed over by default.
    pub skipped: Vec<Passed>,
    /// Migrations of kinds that cannot be judged yet, by name, with how many files.
    pub unsupported: Vec<(String, usize)>,
    /// Of these, those that are not SQL.
    pub foreign: Vec<(String, usize)>,
    /// How long it took, where somebody wants to know.
    pub timings: Timings,
    /// Of each document: nearly every rule asks.
    tiers: Vec<Option<Tier>>,
}

impl Workspace {
    /// Reads a tree. `named` is the path of a file that was asked for by name, or empty.
    pub fn build(tree: &dyn Tree, named: &str, settings: &Settings) -> Self {
        let on = settings.timings;
        let (found, took) = timed(on, || discover(tree, named, settings));
        Self::of(tree, found, took, named, settings)
    }

    /// Reads what was found in a tree, which took some time.
    pub fn of(tree: &dyn Tree, found: Found, took: Duration, named: &str, settings: &Settings) -> Self {
        let mut timings = Timings { on: settings.timings, discover: took, ..Timings::default() };
        let asks_git = settings.changed.is_some() || found.files.iter().any(|file| file.kind == Kind::Migration);
        let load = || load::load_timed(tree, &found.files, &found.sites, settings, &mut timings.files);
        let base = || if asks_git { Base::of(tree, settings) } else { Base::Unasked };
        let (((mut documents, notes), base), took) = timed(timings.on, || rayon::join(load, base));
        timings.read = took;
        let programs = load::programs(&found, &documents, settings);
        if !programs.is_empty() {
            let load = || load::load_timed(tree, &programs, &found.sites, settings, &mut timings.files);
            let ((programs, _), took) = timed(settings.timings, load);
            let known = |path: &str| documents.binary_search_by(|own| own.source.path().cmp(path)).is_ok();
            let programs: Vec<_> = programs.into_iter().filter(|program| !known(program.source.path())).collect();
            documents.extend(programs);
            documents.sort_by(|one, other| one.source.path().cmp(other.source.path()));
            timings.read += took;
        }
        let derive = || {
            let change = Change::of(base, tree, &found, &documents, settings);
            let has_migrations = documents.iter().any(|document| document.sql().is_some());
            let mentions = if has_migrations { Mentions::of(tree, &found.telling, &documents) } else { Mentions::default() };
            let (sites, tagged) = (&found.sites, builds::tagged_elsewhere(tree, &found, &documents));
            let asked = Asked { named, all: settings.all, settings, sites, dumps: Dumps::Tree(tree) };
            let mut workspace = Self::derive(documents, change, mentions, tagged, asked);
            workspace.ask_around(tree, &found);
            if let Some(asked) = &settings.asked {
                workspace.consumers.mentions = consumers::mentions(tree, &found.suppliers, &workspace, asked);
            }
            workspace
        };
        let (mut workspace, facts) = timed(timings.on, derive);
        workspace.timings = Timings { facts, ..timings };
        workspace.notes.extend(notes);
        let (sizes, wrong) = Sizes::of_tree(tree, &settings.tables);
        workspace.sizes = sizes;
        let wrong = wrong.zip(settings.tables.rows_file.clone());
        workspace.notes.extend(wrong.map(|(message, path)| Note { path, line: None, message, judged: Judged::Whole }));
        workspace.notes.extend(found.notes);
        // Nothing to judge may have a reason that git knows.
        if workspace.documents.is_empty()
            && let Err(NoRepository::Unusable(message)) = tree.repository()
        {
            workspace.notes.push(Note { path: ".".to_owned(), line: None, message, judged: Judged::Whole });
        }
        workspace.notes.sort();
        workspace.notes.dedup();
        workspace.foreign.clone_from(&found.unsupported);
        workspace.unsupported.splice(0..0, found.unsupported);
        workspace.skipped = found.skipped;
        workspace
    }

    /// The workspace as it was at the base, to tell what is older than the change.
    #[must_use]
    pub fn before(&self, settings: &Settings) -> Self {
        let documents = self.change.documents_before(&self.documents, &self.sites, settings);
        let asked = Asked { named: "", all: true, settings, sites: &self.sites, dumps: Dumps::Read(&self.history) };
        let before = Self::derive(documents, Change::none(Base::All), self.mentions.clone(), self.tagged.clone(), asked);
        let mut before = Self { sizes: self.sizes.clone(), ..before };
        if let Some(tree) = self.change.tree_before() {
            before.ask_around(&tree, &discover(&tree, "", settings));
        }
        before
    }

    /// Learns what files say of each other that are no documents, and which are not there.
    fn ask_around(&mut self, tree: &dyn Tree, found: &Found) {
        let supplied = || consumers::supplied(tree, &found.suppliers, self);
        let files = || Names::of(tree, found, &self.documents, &self.environments);
        (self.consumers.supplied, self.names) = rayon::join(supplied, files);
        self.readers = Readers::of(tree, &found.readers, &self.documents);
        self.composed = Composed::of(tree, found, self);
    }

    fn derive(documents: Vec<Arc<Document>>, change: Change, mentions: Mentions, tagged: Vec<String>, asked: Asked<'_>) -> Self {
        let ((history, topology), environments) = rayon::join(
            || rayon::join(|| History::of(&documents, &change, &mentions, asked), || Topology::of(&documents, &tagged)),
            || Environments::of(&documents, &asked.settings.environments),
        );
        let notes = history.notes.iter().chain(&topology.notes).cloned().collect();
        let unsupported = history.unsupported(&documents);
        let (skipped, foreign, timings, sites) = (Vec::new(), Vec::new(), Timings::default(), asked.sites.clone());
        let mut workspace = Self {
            documents,
            change,
            mentions,
            sites,
            tagged,
            history,
            sizes: Sizes::default(),
            topology,
            availability: Availability::default(),
            isolation: Isolation::default(),
            priorities: Priorities::default(),
            links: Links::default(),
            environments,
            readers: Readers::default(),
            consumers: Consumers::default(),
            drifts: Vec::new(),
            names: Names::default(),
            composed: Composed::default(),
            notes,
            skipped,
            unsupported,
            foreign,
            timings,
            tiers: Vec::new(),
        };
        workspace.tiers =
            ids(&workspace.documents).collect::<Vec<_>>().into_par_iter().map(|id| workspace.find_tier(id)).collect();
        let so_far = &workspace;
        let ((availability, isolation), ((links, consumers), drifts)) = rayon::join(
            || rayon::join(|| Availability::of(so_far), || Isolation::of(so_far)),
            || rayon::join(|| rayon::join(|| Links::of(so_far), || Consumers::of(so_far)), || drift::drifts(so_far)),
        );
        workspace = Self { availability, isolation, links, consumers, drifts, ..workspace };
        workspace.priorities = Priorities::of(&workspace);
        workspace
    }

    /// A document.
    pub fn document(&self, id: SourceId) -> &Document {
        &self.documents[id.index()]
    }

    /// What a step of a migration says.
    pub fn statement(&self, script: &Script, step: &Step) -> &Statement {
        &self.document(script.source).sql().expect("a migration is a document of SQL").statements[step.at]
    }

    /// The path of a document.
    pub fn path(&self, id: SourceId) -> &str {
        self.document(id).source.path()
    }

    /// The text of a place.
    pub fn text(&self, place: Place) -> &str {
        self.document(place.source).source.slice(place.span)
    }

    /// The line of a place, from 1.
    pub fn line(&self, place: Place) -> u32 {
        self.document(place.source).source.line(place.span.start)
    }

    /// `path:line`, or the line alone where the path goes without saying.
    pub fn whereabouts(&self, place: Place, seen_from: SourceId) -> String {
        if place.source == seen_from {
            return format!("line {}", self.line(place));
        }
        format!("{}:{}", self.path(place.source), self.line(place))
    }

    /// The first words of a document: its first line that is neither blank nor comment, where there is one.
    pub fn start(&self, id: SourceId) -> Place {
        let document = self.document(id);
        let first = document.sql().and_then(|sql| sql.statements.first()).map(|statement| statement.span);
        let first = first.or_else(|| document.dotenv()?.settings.first().map(|setting| setting.key));
        let first = first.or_else(|| document.entries()?.entries.first().map(|entry| entry.key));
        let first = first.or_else(|| document.compose()?.services.first().map(|service| service.key));
        let line = document.source.line(first.map_or(0, |first| first.start));
        Place { source: id, span: document.source.line_span(line) }
    }

    /// The same of the part of a document that settings stand in, where that is a service of compose or a section.
    pub fn start_of(&self, file: &SettingsFile) -> Place {
        // What an anchor brings stands elsewhere.
        let own = || file.span.and_then(|_| file.settings.iter().find(|entry| !entry.is_merged)).map(|first| first.key);
        let first = self.service(file).map(|service| service.key).or_else(own);
        first.map_or_else(|| self.start(file.source), |span| file.place(span))
    }

    /// The service of compose that settings are for, if they are for one.
    pub fn service(&self, file: &SettingsFile) -> Option<&Service> {
        self.document(file.source).compose()?.service_at(file.span?)
    }

    /// A node of a document of YAML.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        let document = self.document(id.source);
        let yaml = document.yaml().expect("a node's source is a document of YAML");
        yaml.node(&document.source, id)
    }

    /// The tier of what a document configures, where its path tells.
    pub fn tier(&self, id: SourceId) -> Option<Tier> {
        self.tiers[id.index()]
    }

    fn find_tier(&self, id: SourceId) -> Option<Tier> {
        // A program or a pipeline is of no environment, whatever its name: `deploy-template.yml` is no example.
        if self.document(id).kind == Kind::Consumer {
            return None;
        }
        self.environments.tier(id).or_else(|| Tier::of_path(self.path(id))).or_else(|| self.topology.tier(id))
    }

    /// The tier of what stands at a place: of its section, of its file, or as its path tells.
    pub fn tier_at(&self, place: Place) -> Option<Tier> {
        self.environments.tier_of_part(place).or_else(|| self.tier(place.source))
    }

    /// What a suppression or a fingerprint attaches to: the statement, the object or the line around a place.
    pub fn subject(&self, place: Place) -> Span {
        let document = self.document(place.source);
        if let Some(sql) = document.sql() {
            let at = sql.statements.partition_point(|statement| statement.span.end <= place.span.start);
            if let Some(statement) = sql.statements.get(at).filter(|statement| statement.span.start <= place.span.start) {
                return statement.span;
            }
        }
        if let Some(root) = document.yaml().and_then(|yaml| yaml.object_at(&document.source, place.source, place.span.start)) {
            return root.span();
        }
        document.source.line_span(self.line(place))
    }

    /// Whether a place lies in a document of YAML or JSON that no reader takes: what stands around it is not known.
    pub fn is_unreadable(&self, place: Place) -> bool {
        let Some(yaml) = self.document(place.source).yaml() else { return false };
        let offset = place.span.start;
        let at = yaml.parts.partition_point(|part| part.span.end < offset);
        let around = yaml.parts[at..].iter().take_while(|part| part.span.start <= offset);
        let broken = around.filter_map(|part| Some((part, part.error.as_ref()?)));
        // An error may stand at the very end, where the next document begins.
        broken.take(2).any(|(part, error)| offset < part.span.end || error.span == place.span)
    }

    /// Where a comment may stand above to speak of a place: its line, its statement, all keys around it, its object.
    pub fn around(&self, place: Place) -> Vec<u32> {
        let document = self.document(place.source);
        let mut starts = vec![place.span.start, self.subject(place).start];
        starts.extend(document.tree().into_iter().flat_map(|yaml| yaml.beginnings_around(place.span.start)));
        starts
    }

    /// The document at a path.
    pub fn find(&self, path: &str) -> Option<SourceId> {
        let at = self.documents.binary_search_by(|document| document.source.path().cmp(path)).ok()?;
        Some(SourceId(u32::try_from(at).ok()?))
    }

    /// Whether there are documents in a folder.
    fn has_below(&self, folder: &str) -> bool {
        let below = format!("{folder}/");
        let at = self.documents.partition_point(|document| document.source.path() < below.as_str());
        folder == "." || self.documents.get(at).is_some_and(|document| document.source.path().starts_with(&below))
    }

    /// The ids of all documents.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> {
        ids(&self.documents)
    }
}

fn ids(documents: &[Arc<Document>]) -> impl Iterator<Item = SourceId> + use<> {
    let count: Range<u32> = 0..u32::try_from(documents.len()).unwrap_or(u32::MAX);
    count.map(SourceId)
}
