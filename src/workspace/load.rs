//! Reads and parses all candidates in parallel. One file costs itself alone, whatever is in it.

use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use super::consumers;
use super::discover::{Candidate, Found};
use super::servers;
use super::sites::Sites;
use crate::diagnostic::{Judged, Note};
use crate::document::engine::Engine;
use crate::document::kind::Kind;
use crate::document::template::Hole;
use crate::document::used::teller;
use crate::document::yaml::{Cause, Yaml};
use crate::document::{Content, Document, kind, sql};
use crate::guard;
use crate::settings::Settings;
use crate::source::{Encoding, Source};
use crate::timings::timed;
use crate::tree::Tree;

/// A program that a person wrote is smaller.
const LARGEST_PROGRAM: u64 = 1 << 20;

/// The documents that are ours, by path, and what there is to know about the others.
pub fn load(tree: &dyn Tree, files: &[Candidate], sites: &Sites, settings: &Settings) -> (Vec<Arc<Document>>, Vec<Note>) {
    load_timed(tree, files, sites, settings, &mut Vec::new())
}

/// As [`load`], with the time that each file took where somebody wants to know.
pub fn load_timed(
    tree: &dyn Tree,
    files: &[Candidate],
    sites: &Sites,
    settings: &Settings,
    took: &mut Vec<(String, Duration)>,
) -> (Vec<Arc<Document>>, Vec<Note>) {
    let one = |file| timed(settings.timings, || one(tree, file, sites, settings));
    let (mut read, times): (Vec<_>, Vec<_>) = files.par_iter().map(one).unzip();
    if settings.timings {
        took.extend(files.iter().map(|file| file.path.clone()).zip(times));
    }
    if files.iter().any(|file| file.kind == Kind::Migration) {
        servers::agree(&mut read, sites, settings, notes);
    }
    let mut documents = Vec::new();
    let mut all = Vec::new();
    for (document, said) in read {
        documents.extend(document);
        all.extend(said);
    }
    (documents, all)
}

/// The programs and pipelines that are asked for: all where settings are or somebody asks about one, and where anything is
/// judged at all those that name versions.
pub fn programs(found: &Found, documents: &[Arc<Document>], settings: &Settings) -> Vec<Candidate> {
    let is_asked = settings.asked.is_some() || consumers::are_asked_for(documents, &settings.environments);
    let is_wanted = |file: &&Candidate| is_asked || (!documents.is_empty() && teller(&file.path).is_some());
    found.programs.iter().filter(is_wanted).cloned().collect()
}

fn one(tree: &dyn Tree, file: &Candidate, sites: &Sites, settings: &Settings) -> (Option<Arc<Document>>, Vec<Note>) {
    let note = |message: String, judged| vec![Note { path: file.path.clone(), line: None, message, judged }];
    let is_evidence = file.kind == Kind::Consumer;
    let limit = if is_evidence { LARGEST_PROGRAM.min(settings.max_file_size) } else { settings.max_file_size };
    let bytes = match tree.read_found(&file.path, limit) {
        Ok(bytes) => bytes,
        Err(_) if is_evidence => return (None, Vec::new()),
        // What is in it nobody knows, so a closed file counts as ours.
        Err(reason) => return (None, note(reason.to_string(), Judged::Nothing)),
    };
    let read = guard::caught(&file.path, || {
        let said = settings.engine(&file.path).and_then(Engine::of_word);
        let engine = said.or_else(|| (file.kind == Kind::Migration).then(|| sites.place(&file.path).engine)?);
        let document = Document::read_for(engine, &file.path, bytes, file.kind)?;
        let notes = if is_evidence { Vec::new() } else { notes(&document) };
        Some((document, notes))
    });
    match read {
        Some(Some((document, notes))) => (Some(Arc::new(document)), notes),
        Some(None) => (None, Vec::new()),
        None => (None, note("gonogo failed while reading this file; please report it".to_owned(), Judged::Nothing)),
    }
}

/// What a document leaves open, so that nobody takes silence for judgement.
fn notes(document: &Document) -> Vec<Note> {
    let mut notes = Notes { source: &document.source, notes: Vec::new() };
    if document.source.encoding() == Encoding::Latin1 {
        notes.add(None, "it is not UTF-8 and was read as Latin-1".to_owned(), Judged::Whole);
    }
    match &document.content {
        Content::Sql(sql) => {
            if let Some((span, what)) = sql.unclosed {
                let message = format!("a {what} opens here and never closes, so the rest was not understood");
                notes.add(Some(span.start), message, Judged::InPart);
            }
            for span in sql.unread() {
                let head = sql::head(document.source.slice(span));
                notes.add(Some(span.start), format!("not understood: {head}"), Judged::InPart);
            }
            for (span, excess) in &sql.excess {
                notes.add(Some(span.start), excess.message(), Judged::InPart);
            }
            notes.holes(&sql.holes);
        }
        Content::Yaml(yaml) => {
            notes.refusals(yaml);
            notes.holes(&yaml.holes);
        }
        Content::Entries(entries) => {
            for fault in &entries.faults {
                notes.add(Some(fault.span.start), format!("this is no setting: {}", fault.message), Judged::InPart);
            }
            if entries.entries.is_empty() && entries.faults.is_empty() && !entries.is_open {
                notes.add(None, "its name promises settings, and none were found in it".to_owned(), Judged::InPart);
            }
            if entries.is_open {
                notes.add(None, "templates decide which settings it has".to_owned(), Judged::InPart);
            }
        }
        Content::Dotenv(dotenv) => {
            for span in &dotenv.malformed {
                notes.add(Some(span.start), "this line is no setting".to_owned(), Judged::InPart);
            }
        }
        Content::Compose(compose) => {
            let error = compose.yaml.parts.iter().find_map(|part| part.error.as_ref());
            if let Some(error) = error {
                let message = format!("this compose file is not valid YAML ({})", error.message);
                notes.add(Some(error.span.start), message, Judged::InPart);
            }
            notes.holes(&compose.yaml.holes);
        }
        Content::Consumer(_) => {}
    }
    notes.notes
}

struct Notes<'a> {
    source: &'a Source,
    notes: Vec<Note>,
}

impl Notes<'_> {
    fn add(&mut self, offset: Option<u32>, message: String, judged: Judged) {
        let line = offset.map(|offset| self.source.line(offset));
        self.notes.push(Note { path: self.source.path().to_owned(), line, message, judged });
    }

    fn holes(&mut self, holes: &[Hole]) {
        if let Some(first) = holes.first() {
            let message = match holes.len() {
                1 => "a template fills this in later".to_owned(),
                2 => "templates fill this and one other place in later".to_owned(),
                count => format!("templates fill this and {} other places in later", count - 1),
            };
            self.add(Some(first.span.start), message, Judged::InPart);
        }
    }

    /// A document that every reader refuses is a finding (`malformed-manifest`); here are those that are none.
    fn refusals(&mut self, yaml: &Yaml) {
        for part in &yaml.parts {
            if let Some(error) = &part.overruled {
                let message = format!("this is not YAML 1.2 ({}), and was read as Kubernetes reads it", error.message);
                self.add(Some(error.span.start), message, Judged::Whole);
            }
            let Some(error) = &part.error else { continue };
            if error.cause != Cause::Limit && !kind::looks_like_object(self.source.slice(part.span)) {
                let message = format!("this document is not valid YAML ({}) and not recognisably ours", error.message);
                self.add(Some(error.span.start), message, Judged::InPart);
            } else if error.cause == Cause::Limit {
                self.add(Some(error.span.start), error.message.clone(), Judged::Nothing);
            } else if error.cause == Cause::StricterThanKubernetes {
                let message = format!("Kubernetes may accept this document, but it is not YAML 1.2 ({})", error.message);
                self.add(Some(error.span.start), message, Judged::Nothing);
            } else if yaml.has_holes() {
                let message = format!("with its templates left out this document is not valid YAML ({})", error.message);
                self.add(Some(error.span.start), message, Judged::Nothing);
            } else if kind::is_unfinished(self.source.slice(part.span), self.source.line_around(error.span.start)) {
                let message = format!("until somebody completes it this document is not valid YAML ({})", error.message);
                self.add(Some(error.span.start), message, Judged::Nothing);
            }
        }
    }
}
