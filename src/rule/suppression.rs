//! Who allowed a finding, and why?
//!
//! A comment ([`comment`] tells its words) holds for its own line and for the statement, object, key or item that begins
//! below it, with everything in it; the annotation `gonogo/allow.RULE` for its object; an entry of the configuration for
//! the files that it names. A reason is required. What allows nothing (no such rule, no reason, over, nothing there to
//! allow) is kept with its [`State`], so that checks can say so once all other checks have spoken.

pub mod comment;
mod date;
pub mod foreign;
mod paste;

use std::collections::{BTreeMap, HashMap};

use super::{Finding, RULES, Rule};
use crate::diagnostic::{Place, SourceId};
use crate::document::words::Word;
use crate::document::yaml::{Node, Yaml};
use crate::near::nearest;
use crate::settings::{Allowance, Paths, Settings};
use crate::source::{Source, Span};
use crate::workspace::Workspace;
use comment::{Wish, annotated, wishes};
use foreign::Reach;
pub use paste::line_to_allow;

/// Where somebody allowed a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Beside what it allows: a comment or an annotation.
    Source,
    /// In the configuration.
    Config,
    /// Beside what it allows, in words for another tool: this one.
    Foreign(&'static str),
}

/// A comment, an annotation or an entry of the configuration that allows a rule, or tries to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppression {
    /// Where it was said.
    pub origin: Origin,
    /// The rule, as written.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// The last day, if there is one.
    pub until: Option<String>,
    /// The file, relative to the root.
    pub file: String,
    /// The line, unless it stands in a file that is not of the workspace.
    pub line: Option<u32>,
    /// The name of the rule there; see [`Self::is_elsewhere`].
    pub place: Place,
    /// What became of it.
    pub state: State,
}

/// What became of something that allows a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// It allows something, or whether it does cannot be told.
    Holds,
    /// What it names is not found there.
    Unused,
    /// It speaks of paths that no file has.
    Nowhere,
    /// What it names cannot be allowed: rules about suppressions.
    NotAllowable,
    /// Its last day is over.
    Expired,
    /// It gives no reason.
    Unexplained,
    /// There is no such rule; the one that is probably meant, if any.
    Unknown(Option<&'static str>),
    /// It cannot be understood: why, in a clause.
    Misspelt(String),
}

/// The source of what stands in files that are not of the workspace.
const ELSEWHERE: SourceId = SourceId(u32::MAX);

impl Suppression {
    /// Whether its place is in no document of the workspace, so that nobody can be shown it.
    pub fn is_elsewhere(&self) -> bool {
        self.place.source == ELSEWHERE
    }

    fn new(wish: Wish, today: &str, file: &str, line: u32, place: Place) -> Self {
        let Wish { rule, reason, until, fault, .. } = wish;
        let state = match (Rule::find(&rule), fault) {
            (_, Some(fault)) => State::Misspelt(fault),
            (None, _) => State::Unknown(nearest(&rule, RULES.iter().map(|rule| rule.name))),
            (Some(found), _) if !found.can_be_allowed => State::NotAllowable,
            _ if reason.is_empty() => State::Unexplained,
            _ if until.as_deref().is_some_and(|until| until < today) => State::Expired,
            _ => State::Holds,
        };
        Self { origin: Origin::Source, rule, reason, until, file: file.to_owned(), line: Some(line), place, state }
    }

    /// The rule that it allows, if it allows one.
    fn holds_for(&self) -> Option<&'static Rule> {
        Rule::find(&self.rule).filter(|_| self.state == State::Holds)
    }
}

/// All suppressions of a workspace.
#[derive(Debug, Default)]
pub struct Suppressions<'s> {
    all: Vec<Suppression>,
    /// Which of them allowed something.
    used: Vec<bool>,
    by_file: HashMap<SourceId, File>,
    /// Entries of the configuration by rule.
    entries: HashMap<&'static str, Vec<(usize, &'s Paths)>>,
}

/// Which suppressions of a file hold where, as indices.
#[derive(Debug, Default)]
struct File {
    /// Comments by rule and line; of several on one line the first.
    comments: BTreeMap<(&'static str, u32), usize>,
    /// Blocks of lines that hold comments and nothing else, first and last line, to reach from a subject up to its
    /// comments.
    blocks: Vec<(u32, u32)>,
    /// Annotations by where their key begins.
    annotations: HashMap<u32, usize>,
    /// What holds for a range of lines, up to the last where nothing ends it.
    ranges: HashMap<&'static str, Vec<(u32, u32, usize)>>,
}

impl<'s> Suppressions<'s> {
    /// Collects them from all documents that hold the word, and from the configuration.
    pub fn of(workspace: &Workspace, settings: &'s Settings) -> Self {
        let today = settings.today.clone().unwrap_or_else(date::today);
        let mut all = Self::default();
        for id in workspace.ids() {
            let document = workspace.document(id);
            let text = document.source.text().as_bytes();
            let has = |word: &&str| memchr::memmem::find(text, word.as_bytes()).is_some();
            let is_foreign = document.sql().is_some() && foreign::WORDS.iter().any(has);
            if is_foreign || document.mentions(Word::Own) {
                let mut file = File::default();
                for span in document.comments() {
                    all.comment(&document.source, id, span, &today, &mut file);
                    if is_foreign {
                        all.foreign(&document.source, id, span, &mut file);
                    }
                }
                file.begin(&document.source);
                if let Some(yaml) = document.yaml() {
                    all.annotations(&document.source, id, yaml, &today, &mut file);
                }
                all.by_file.insert(id, file);
            }
        }
        for allowance in &settings.allowed {
            all.entry(workspace, allowance, &today);
        }
        all.used = vec![false; all.all.len()];
        all
    }

    fn comment(&mut self, source: &Source, id: SourceId, span: Span, today: &str, file: &mut File) {
        let line = source.line(span.start);
        for wish in wishes(source.slice(span)) {
            let at = |offset: usize| span.start + u32::try_from(offset).unwrap_or(0);
            let place = Place { source: id, span: Span { start: at(wish.at.start), end: at(wish.at.end) } };
            let line = source.line(place.span.start);
            let suppression = Suppression::new(wish, today, source.path(), line, place);
            if let Some(rule) = suppression.holds_for() {
                file.comments.entry((rule.name, line)).or_insert(self.all.len());
            }
            self.all.push(suppression);
        }
        let before = &source.text()[source.line_span(line).start as usize..span.start as usize];
        if before.trim().is_empty() {
            file.comment(line, source.line(span.end));
        }
    }

    /// A mark for another tool. Of what it silences only some is ours, so nobody is told where it allows nothing.
    fn foreign(&mut self, source: &Source, id: SourceId, span: Span, file: &mut File) {
        let text = source.slice(span);
        let Some(mark) = foreign::mark(text) else { return };
        let line = source.line(span.start);
        let place = Place { source: id, span: Span::new(span.start as usize + mark.at.start, span.start as usize + mark.at.end) };
        // On its own at the head of a file, with a blank line after it, it speaks of the file.
        let is_head = source.text()[..span.start as usize].trim().is_empty();
        let next = source.line_span(source.line(span.end) + 1);
        let is_alone = mark.reach == Reach::Statement && is_head && source.slice(next).trim().is_empty();
        let reach = if is_alone { Reach::File } else { mark.reach };
        for rule in mark.rules() {
            let at = self.all.len();
            match reach {
                Reach::Statement => drop(file.comments.entry((rule.name, line)).or_insert(at)),
                Reach::File => file.ranges.entry(rule.name).or_default().push((0, u32::MAX, at)),
                Reach::Begin => file.ranges.entry(rule.name).or_default().push((line, u32::MAX, at)),
                Reach::End => {
                    if let Some(open) = file.ranges.get_mut(rule.name).and_then(|ranges| ranges.last_mut()) {
                        open.1 = open.1.min(line);
                    }
                    continue;
                }
            }
            self.all.push(Suppression {
                origin: Origin::Foreign(mark.tool),
                rule: rule.name.to_owned(),
                reason: format!("a mark for {}: {}", mark.tool, text[mark.at.clone()].trim()),
                until: None,
                file: source.path().to_owned(),
                line: Some(line),
                place,
                state: State::Holds,
            });
        }
    }

    /// Also those where none holds, as in a pod's template: they are never used.
    fn annotations(&mut self, source: &Source, id: SourceId, yaml: &Yaml, today: &str, file: &mut File) {
        if memchr::memmem::find(source.text().as_bytes(), ANNOTATION.as_bytes()).is_none() {
            return;
        }
        let mut open: Vec<Node<'_>> = yaml.roots(source, id).collect();
        let mut found: Vec<(Node<'_>, Node<'_>, String)> = Vec::new();
        while let Some(node) = open.pop() {
            for (key, value) in node.entries().filter(|_| node.is_mapping()) {
                let name = key.text().into_option().and_then(|name| Some(name.strip_prefix(ANNOTATION)?.to_owned()));
                found.extend(name.map(|name| (key, value, name)));
            }
            open.extend(node.own_children());
        }
        found.sort_by_key(|(key, ..)| key.span().start);
        found.dedup_by_key(|(key, ..)| key.span().start);
        for (key, value, rule) in found {
            let text = value.text();
            // What a template fills in is a reason that we do not know.
            let text = if text.is_unknown() { Some(value.written().into()) } else { text.into_option() };
            let wish = annotated(&rule, &text.unwrap_or_default());
            let line = source.line(key.span().start);
            file.annotations.insert(key.span().start, self.all.len());
            self.all.push(Suppression::new(wish, today, source.path(), line, key.place()));
        }
    }

    fn entry(&mut self, workspace: &Workspace, allowance: &'s Allowance, today: &str) {
        let Allowance { rule, paths, reason, until, file, span } = allowance;
        let source = workspace.find(file);
        let place = Place { source: source.unwrap_or(ELSEWHERE), span: *span };
        let line = source.map(|_| workspace.line(place));
        let reason = reason.trim().to_owned();
        let wish = Wish { at: 0..0, rule: rule.clone(), reason, until: until.clone(), fault: None };
        let suppression = Suppression { origin: Origin::Config, line, ..Suppression::new(wish, today, file, 0, place) };
        if let Some(rule) = suppression.holds_for() {
            self.entries.entry(rule.name).or_default().push((self.all.len(), paths));
        }
        self.all.push(suppression);
    }

    /// The suppression that holds for a finding; the nearest of several.
    pub fn claim(&mut self, workspace: &Workspace, finding: &Finding) -> Option<Suppression> {
        if !finding.rule.can_be_allowed {
            return None;
        }
        let place = finding.diagnostic.primary.place;
        let mut holding = Vec::new();
        if let Some(file) = self.by_file.get(&place.source) {
            holding.extend(annotation(workspace, finding, file).filter(|at| self.all[*at].state == State::Holds));
            holding.extend(file.commented(workspace, finding.rule.name, place));
            holding.extend(file.ranged(finding.rule.name, workspace.line(place)));
        }
        let path = workspace.path(place.source);
        let entries = self.entries.get(finding.rule.name).into_iter().flatten();
        holding.extend(entries.filter(|(_, paths)| paths.matches(path)).map(|(at, _)| *at));
        for at in &holding {
            self.used[*at] = true;
        }
        holding.first().map(|at| self.all[*at].clone())
    }

    /// All of them, with what became of each now that all findings were claimed. `looked` tells whether a rule looked at
    /// a file; where it did not, nobody knows what a suppression would have allowed.
    pub fn settled(mut self, workspace: &Workspace, looked: impl Fn(&'static Rule, SourceId) -> bool) -> Vec<Suppression> {
        let mut states: HashMap<usize, State> = HashMap::new();
        for (rule, entries) in &self.entries {
            let Some(rule) = Rule::find(rule) else { continue };
            for (at, paths) in entries.iter().filter(|(at, _)| !self.used[*at]) {
                let mut matching = workspace.ids().filter(|id| paths.matches(workspace.path(*id))).peekable();
                // A configuration above the root speaks of more than was read.
                let is_above = self.all[*at].file.starts_with("../");
                let unread = || workspace.notes.iter().any(|note| paths.matches(&note.path));
                let skipped = || workspace.skipped.iter().any(|passed| paths.matches(&passed.path));
                if matching.peek().is_some() {
                    if matching.any(|id| looked(rule, id)) {
                        states.insert(*at, State::Unused);
                    }
                } else if !(is_above || unread() || skipped()) {
                    states.insert(*at, State::Nowhere);
                }
            }
        }
        for (at, suppression) in self.all.iter_mut().enumerate() {
            let is_idle = suppression.origin == Origin::Source && suppression.state == State::Holds && !self.used[at];
            let rule = Rule::find(&suppression.rule).filter(|_| is_idle && !workspace.is_unreadable(suppression.place));
            if rule.is_some_and(|rule| looked(rule, suppression.place.source)) {
                suppression.state = State::Unused;
            } else if let Some(state) = states.remove(&at) {
                suppression.state = state;
            }
        }
        self.all
    }
}

/// What the annotation begins with that allows a rule for its object.
const ANNOTATION: &str = "gonogo/allow.";

/// The annotation of the finding's object that names its rule.
fn annotation(workspace: &Workspace, finding: &Finding, file: &File) -> Option<usize> {
    if file.annotations.is_empty() {
        return None;
    }
    let place = finding.diagnostic.primary.place;
    let document = workspace.document(place.source);
    let object = document.yaml()?.object_at(&document.source, place.source, place.span.start)?;
    let annotations = object.field("metadata").field("annotations").into_option()?;
    let mut names = finding.rule.aliases.iter().chain([&finding.rule.name]);
    let (key, _) = names.find_map(|name| annotations.entry(&format!("{ANNOTATION}{name}")).into_option())?;
    file.annotations.get(&key.span().start).copied()
}

impl File {
    /// Takes in a comment that has its lines to itself.
    fn comment(&mut self, first: u32, last: u32) {
        match self.blocks.last_mut() {
            Some(block) if first <= block.1 + 1 => block.1 = block.1.max(last),
            _ => self.blocks.push((first, last)),
        }
    }

    /// Comments at the very beginning of a file may have a `---` between them and what they speak of.
    fn begin(&mut self, source: &Source) {
        let Some((first, last)) = self.blocks.first_mut() else { return };
        let before = &source.text()[..source.line_span(*first).start as usize];
        if before.trim().is_empty() && source.slice(source.line_span(*last + 1)).trim_end() == "---" {
            *last += 1;
        }
    }

    /// What holds for a rule from a line before this one to one after it.
    fn ranged(&self, rule: &'static str, line: u32) -> Option<usize> {
        let ranges = self.ranges.get(rule)?;
        ranges.iter().find(|(first, last, _)| (*first..=*last).contains(&line)).map(|(.., at)| *at)
    }

    /// The comments that hold for a rule at a place, the first one first.
    fn commented(&self, workspace: &Workspace, rule: &'static str, place: Place) -> Vec<usize> {
        if self.comments.range((rule, 0)..=(rule, u32::MAX)).next().is_none() {
            return Vec::new();
        }
        let source = &workspace.document(place.source).source;
        let here = self.comments.get(&(rule, source.line(place.span.start)));
        let around = workspace.around(place).into_iter().filter_map(|start| self.above(rule, source.line(start)));
        let mut found: Vec<usize> = around.chain(here).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The first suppression of a rule with nothing but comments between it and the line below.
    fn above(&self, rule: &'static str, line: u32) -> Option<&usize> {
        let at = self.blocks.partition_point(|block| block.1 + 1 < line);
        let (first, _) = self.blocks.get(at).filter(|block| block.0 < line)?;
        self.comments.range((rule, *first)..(rule, line)).next().map(|(_, suppression)| suppression)
    }
}
