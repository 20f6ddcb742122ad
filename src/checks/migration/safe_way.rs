//! The safe way as files to write: in which order, with which marks, and the way back.

use std::collections::HashMap;

use crate::database;
use crate::diagnostic::{Fix, Help, NewFile, Place, Rewrite, SourceId};
use crate::document::migration::framework::{Escape, Framework, Transactions};
use crate::document::migration::{NewMigration, next_title};
use crate::document::sql::{Action, Name, TableChange};
use crate::path;
use crate::rule::Context;
use crate::source::Span;
use crate::workspace::Workspace;
use crate::workspace::history::{FrameworkSaid, Migration, MigrationSet, Script};

/// Migrations that take the place of a statement, or of a part of one.
#[derive(Default)]
pub struct SafeWay {
    /// What takes the place of the statement where it stands.
    stays: Option<String>,
    parts: Vec<Part>,
}

/// One of them.
struct Part {
    in_transaction: bool,
    name: String,
    up: String,
    down: String,
}

/// The way back of a migration that leaves nothing to be undone.
pub const NOTHING: &str = "-- Nothing to take back: rows that were checked need not be unchecked.";

/// How long a rewrite waits for a lock that others wait for.
pub const PATIENCE: &str = "SET LOCAL lock_timeout = '5s';\n";

impl SafeWay {
    /// What stays of an action of ALTER TABLE, where it stands: what comes after it in the file may need it.
    pub fn staying(action: impl Into<String>) -> Self {
        Self { stays: Some(action.into()), parts: Vec::new() }
    }

    /// A migration that runs in a transaction.
    #[must_use]
    pub fn then(self, name: &str, up: impl Into<String>, down: impl Into<String>) -> Self {
        self.part(true, name, up.into(), down.into())
    }

    /// A migration that runs without one.
    #[must_use]
    pub fn outside(self, name: &str, up: impl Into<String>, down: impl Into<String>) -> Self {
        self.part(false, name, up.into(), down.into())
    }

    fn part(mut self, in_transaction: bool, name: &str, up: String, down: String) -> Self {
        self.parts.push(Part { in_transaction, name: file_name(name), up, down });
        self
    }

    /// In place of a statement, or of an action of one: where nothing else does anything in its file, the first migration
    /// takes over the file.
    pub fn instead(self, migration: &Migration, script: &Script, span: Span, cx: &Context<'_>) -> Help {
        let span = if self.stays.is_some() { span } else { whole(script, span, cx) };
        self.instead_of(migration, script, &[span], cx)
    }

    /// In place of what stands somewhere in a migration: the action or the statement around it.
    pub fn instead_at(self, migration: &Migration, place: Place, cx: &Context<'_>) -> Help {
        let Some(script) = migration.up.iter().find(|script| is_in(script, place)) else { return Help::from("") };
        let at = script.steps.partition_point(|step| step.span.end <= place.span.start);
        let span = script.steps.get(at).map_or(place.span, |step| match &cx.workspace.statement(script, step).action {
            Action::AlterTable(alter) => {
                alter.actions.iter().find(|action| action.span.contains(place.span)).map_or(step.span, |action| action.span)
            }
            _ => step.span,
        });
        self.instead(migration, script, span, cx)
    }

    /// In place of several statements, or actions of some.
    pub fn instead_of(self, migration: &Migration, script: &Script, spans: &[Span], cx: &Context<'_>) -> Help {
        // What stays takes the place of an action, and its statement with it.
        let spans = &(if self.stays.is_some() { spans.to_vec() } else { joined(script, spans, cx) })[..];
        let Some(set) = cx.set else { return Help::from("") };
        let places: Vec<Place> = spans.iter().map(|span| Place { source: script.source, span: *span }).collect();
        let takes_over = self.stays.is_none() && is_alone(migration, &places, cx);
        let files = self.files(set, Some(migration), takes_over);
        let path = cx.workspace.path(script.source);
        let from = path::name(path);
        let is_undone = migration.down.iter().any(|down| !down.first_words(cx.workspace.document(down.source)).is_empty());
        let undone = if is_undone { ", and what undoes it out of the way back" } else { "" };
        let outside = if self.parts.iter().any(|part| !part.in_transaction) { " outside a transaction" } else { "" };
        let edits: Vec<Fix> =
            places.iter().map(|place| Fix { place: *place, replacement: self.stays.clone().unwrap_or_default() }).collect();
        let lead = match (takes_over, self.parts.len()) {
            _ if self.stays.is_some() => return self.told(&self.beside(from), set, files, edits),
            (true, 1) if outside.is_empty() => "in its place:".to_owned(),
            (true, 1) => format!("in its place, alone and{outside}:"),
            (true, several) => format!("in its place {several} migrations, one after the other:"),
            (false, 1) if outside.is_empty() => format!("take it out of {from}{undone}, into a migration of its own:"),
            (false, 1) => format!("take it out of {from}{undone}, into a migration of its own that runs{outside}:"),
            (false, several) => format!("take it out of {from}{undone}, into {several} migrations that run one after the other:"),
        };
        self.told(&lead, set, files, edits)
    }

    /// What comes before the files where something stays.
    fn beside(&self, file: &str) -> String {
        let stays = self.stays.as_deref().unwrap_or_default();
        match self.parts.len() {
            0 => format!("in {file} write instead:\n{stays}"),
            1 => format!("in {file} write instead:\n{stays}\nand put the rest into a migration of its own:"),
            several => {
                format!(
                    "in {file} write instead:\n{stays}\nand put the rest into {several} migrations that run one after the other:"
                )
            }
        }
    }

    /// After all that is there.
    pub fn added(self, lead: &str, set: &MigrationSet) -> Help {
        let files = self.files(set, None, false);
        self.told(lead, set, files, Vec::new())
    }

    /// Its files, by migration, beside another one; the first may take that over.
    fn files(&self, set: &MigrationSet, beside: Option<&Migration>, takes_over: bool) -> Vec<Vec<NewFile>> {
        // The order is written down elsewhere, so what belongs together stays in one folder.
        let is_planned = set.framework == Framework::Sqitch;
        let last = beside.filter(|_| is_planned).or(set.newest());
        let mut title = String::new();
        let mut files = Vec::new();
        for part in &self.parts {
            title = match beside.filter(|_| takes_over) {
                Some(migration) if title.is_empty() => migration.title.clone(),
                Some(migration) if migration.title != title => next_title(&title, &part.name),
                None if !title.is_empty() => next_title(&title, &part.name),
                _ => last.map_or_else(|| part.name.clone(), |last| next_title(&last.title, &part.name)),
            };
            let opens_none = set.transactions() == Transactions::None;
            let framed = |text: &str| {
                let is_bare = part.in_transaction && opens_none && text.contains(PATIENCE);
                if is_bare { format!("BEGIN;\n{text}\nCOMMIT;") } else { text.to_owned() }
            };
            let (up, down) = (framed(&part.up), framed(&part.down));
            let without_transaction = !part.in_transaction && !opens_none;
            files.push(set.write(NewMigration { title: &title, up: &up, down: &down, without_transaction }));
        }
        files
    }

    fn told(&self, lead: &str, set: &MigrationSet, files: Vec<Vec<NewFile>>, edits: Vec<Fix>) -> Help {
        let mut out = vec![lead.to_owned()];
        let needs = self.parts.iter().any(|part| !part.in_transaction);
        let cannot = needs && set.framework.traits().escape == Escape::Never && set.transactions() != Transactions::None;
        for (part, files) in self.parts.iter().zip(&files) {
            for file in files {
                out.push(format!("-- {}", shown(&file.path, &set.folder)));
                out.push(file.text.trim_end().to_owned());
            }
            if cannot && !part.in_transaction {
                out.push(by_hand(set));
            }
        }
        if self.parts.len() > 1 && set.transactions() == Transactions::Batch {
            out.push(format!("-- {} runs all that is pending in one transaction: ship them one by one", set.framework.name()));
        }
        if set.framework == Framework::Sqitch {
            out.extend(planned(set, &files));
        }
        let is_done = !cannot || set.framework_said == FrameworkSaid::Nobody;
        let rewrite = is_done.then(|| Rewrite { edits, files: files.into_iter().flatten().collect() });
        Help { text: out.join("\n"), rewrite }
    }
}

/// What else Sqitch wants for changes that are new.
fn planned(set: &MigrationSet, files: &[Vec<NewFile>]) -> Option<String> {
    let changes = files.iter().filter_map(|files| {
        let change = shown(&files.first()?.path, &set.folder).strip_prefix("deploy/")?.strip_suffix(".sql")?;
        let is_new = set.migrations.iter().all(|migration| migration.title != change);
        is_new.then(|| format!("sqitch add {change} -n '…'"))
    });
    let changes: Vec<String> = changes.collect();
    (!changes.is_empty()).then(|| format!("-- Sqitch runs what its plan says, so then, in this order: {}", changes.join("; ")))
}

/// What to do with a file that must run outside a transaction where its tool cannot.
fn by_hand(set: &MigrationSet) -> String {
    if set.framework.is_unnamed() {
        return "-- tell the tool that runs it to open no transaction around this file".to_owned();
    }
    let name = set.framework.name();
    format!("-- {name} opens a transaction around every file: run this by hand, before the release")
}

/// Whether something stands in a script; a file may have several.
fn is_in(script: &Script, place: Place) -> bool {
    let at = script.steps.partition_point(|step| step.span.end <= place.span.start);
    script.source == place.source && script.steps.get(at).is_some_and(|step| step.span.contains(place.span))
}

/// Actions, and the whole statement where they are all that it has.
fn joined(script: &Script, spans: &[Span], cx: &Context<'_>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        let at = script.steps.partition_point(|step| step.span.end <= span.start);
        let statement = script.steps.get(at).map(|step| (step, &cx.workspace.statement(script, step).action));
        let whole = match statement {
            Some((step, Action::AlterTable(alter))) if alter.actions.iter().all(|action| spans.contains(&action.span)) => {
                step.span
            }
            _ => *span,
        };
        if !joined.contains(&whole) {
            joined.push(whole);
        }
    }
    joined
}

/// Where scripts first drop constraints, by the script's file, their table and their name.
pub struct Drops<'m>(HashMap<(SourceId, &'m str, &'m str), Span>);

impl<'m> Drops<'m> {
    pub fn of(migration: &'m Migration, workspace: &'m Workspace) -> Self {
        let mut drops = HashMap::new();
        for (script, step) in migration.steps() {
            let Action::AlterTable(alter) = &workspace.statement(script, step).action else { continue };
            for action in &alter.actions {
                if let TableChange::DropConstraint { name, .. } = &action.change {
                    drops.entry((script.source, alter.table.last(), &*name.text)).or_insert(action.span);
                }
            }
        }
        Self(drops)
    }

    /// Where a script drops the constraint of a table, before something comes with its name.
    pub fn before(&self, script: &Script, until: Span, table: &Name, name: &str) -> Option<Span> {
        self.0.get(&(script.source, table.last(), name)).copied().filter(|dropped| dropped.start < until.start)
    }
}

/// The statement, where it has no other action.
fn whole(script: &Script, span: Span, cx: &Context<'_>) -> Span {
    let at = script.steps.partition_point(|step| step.span.end <= span.start);
    let Some(step) = script.steps.get(at) else { return span };
    match &cx.workspace.statement(script, step).action {
        Action::AlterTable(alter) if alter.actions.len() == 1 && step.span.contains(span) => step.span,
        _ => span,
    }
}

/// Whether a file does nothing but what stands here.
fn is_alone(migration: &Migration, places: &[Place], cx: &Context<'_>) -> bool {
    // The first other one ends it: this is asked for each finding.
    !migration.steps().any(|(script, step)| {
        let statement = cx.workspace.statement(script, step);
        let is_it = places.contains(&Place { source: script.source, span: statement.span });
        !is_it && !matches!(statement.action, Action::Set(_) | Action::Transaction(_))
    })
}

/// A path as it is told: what stands below the folder of its set.
fn shown<'p>(path: &'p str, folder: &str) -> &'p str {
    path.strip_prefix(folder).map_or(path, |rest| rest.trim_start_matches('/'))
}

/// Words as a part of the name of a file.
fn file_name(words: &str) -> String {
    let plain = |next: char| if next.is_ascii_alphanumeric() { next.to_ascii_lowercase() } else { '_' };
    let name: String = words.chars().map(plain).collect();
    name.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").chars().take(60).collect()
}

impl Help {
    /// With words before it.
    pub(super) fn after(mut self, words: &str) -> Self {
        self.text.insert_str(0, words);
        self
    }

    /// With words behind it.
    pub(super) fn before(mut self, words: &str) -> Self {
        self.text.push_str(words);
        self
    }
}

/// A name in the schema of a table as it is written.
pub fn beside(table: &str, name: &str) -> String {
    table.rsplit_once('.').map_or_else(|| name.to_owned(), |(schema, _)| format!("{schema}.{name}"))
}

/// An identifier as it has to be written.
pub fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain && !name.starts_with(|first: char| first.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// The name that the server makes up, as it has to be written.
pub fn made_up(table: &str, column: &str, label: &str) -> String {
    quoted(&database::made_up(&folded(table.rsplit('.').next().unwrap_or(table)), column.trim_matches('"'), label))
}

/// A name as the server keeps it: in small letters where it is not quoted.
pub fn folded(name: &str) -> String {
    match name.strip_prefix('"') {
        Some(name) => name.trim_end_matches('"').to_owned(),
        None => name.to_lowercase(),
    }
}

/// A name as it is written in a statement.
pub fn written<'w>(cx: &Context<'w>, script: &Script, name: &Name) -> &'w str {
    cx.workspace.text(Place { source: script.source, span: name.span })
}
