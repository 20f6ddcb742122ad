//! A YAML or JSON file as a tree whose every node knows its place.
//!
//! A file is a list of [`Part`]s, one per YAML document, each with its own arena of small nodes; one broken part costs
//! itself alone. Anchors stay references and merge keys are followed when they are asked for, so nothing is ever
//! expanded. What a template hole touches is unknown.

mod arena;
mod around;
mod fast;
mod granit;
mod keys;
mod node;
mod opinion;
mod scalar;
mod split;

pub use node::{Form, Node, NodeId};
use scalar::is_null;
pub use scalar::{Scalar, Schema, is_ambiguous, resolve};

use std::sync::OnceLock;

use rayon::prelude::*;

use super::template::{Hole, Marks, Shape, mask};
use super::words::Word;
use crate::diagnostic::SourceId;
use crate::settings::MAX_DOCUMENTS;
use crate::source::{Source, Span};

/// A YAML or JSON file.
#[derive(Debug, Default)]
pub struct Yaml {
    /// Its documents.
    pub parts: Vec<Part>,
    /// What templates leave open.
    pub holes: Vec<Hole>,
    fast_parts: usize,
}

/// Which of the two readers reads a document. Both build the same tree wherever the fast one accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gear {
    /// Our own for the plain block style of manifests; granit wherever it declines.
    Fast,
    /// granit alone, which reads everything.
    Granit,
}

/// One document of a file.
#[derive(Debug, Default)]
pub struct Part {
    /// Everything between its separators.
    pub span: Span,
    /// Why there are no nodes, or none after this place.
    pub error: Option<Box<Refusal>>,
    /// Why YAML 1.2 refuses what Kubernetes takes and was read all the same.
    pub overruled: Option<Box<Refusal>>,
    /// The comments, where the file holds a suppression word.
    pub comments: Vec<Span>,
    nodes: Vec<RawNode>,
    /// Texts that differ from their source: escapes, folded lines.
    texts: Vec<Box<str>>,
    /// The items of a List, which many findings ask for.
    items: OnceLock<Box<[NodeId]>>,
    /// What each node is in, for the same reason.
    homes: OnceLock<Box<[around::Home]>>,
}

/// Why a document could not be read.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where reading stopped.
    pub span: Span,
    /// The reader's words.
    pub message: String,
    /// What that says about the document.
    pub cause: Cause,
}

/// What a refusal says about a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Nobody reads it.
    Invalid,
    /// Kubernetes' own reader would take it all the same, or may.
    StricterThanKubernetes,
    /// A limit of ours, which says nothing about other readers.
    Limit,
}

/// Nodes stand in the order in which they begin, so the children of a collection follow it, each behind all that is in the
/// one before.
#[derive(Clone, Copy, Debug)]
struct RawNode {
    span: Span,
    /// Collections: one past the last node in them (a mapping alternates keys and values), or [`NONE`] where reading
    /// stopped inside. Aliases: the target. Scalars: one past the index of the decoded text, or 0 where the source is the
    /// text.
    link: u32,
    kind: Kind,
    /// What templates leave open about it.
    open: Open,
    /// Of a mapping: which keys may be in it, a bit for several of them. Of a key in one: its mark. See [`keys`].
    keys: u16,
}

/// What templates leave open about a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Open {
    /// Nothing.
    No,
    /// Of a collection: which of its children are there, or how often.
    Branches,
    /// A scalar's text, or a collection's further children.
    Yes,
}

const NONE: u32 = u32::MAX;

impl RawNode {
    /// The number of the node that follows this one, which has the number `own`, and all that is in it.
    fn behind(&self, own: u32) -> u32 {
        if self.kind.is_collection() { self.link } else { own + 1 }
    }

    /// Whether it stands as it is, and its length or its first byte tell already that it is not this text.
    #[inline]
    fn surely_differs(&self, source: &[u8], text: &str) -> bool {
        let Span { start, end } = self.span;
        let first = || text.as_bytes().first().is_some_and(|first| source.get(start as usize) != Some(first));
        self.kind == Kind::Plain && self.link == 0 && ((end - start) as usize != text.len() || first())
    }

    /// What a hole in its reach leaves open about it.
    fn opened_by(&self, masked: &str, hole: &Hole) -> Open {
        match (self.kind, hole.shape) {
            (Kind::Mapping | Kind::Sequence, Shape::Inline) => Open::No,
            (Kind::Mapping, Shape::Control) => Open::Branches,
            // Lines at another indentation belong to another mapping.
            (Kind::Mapping, Shape::Lines(Some(indent))) if !stands_at(masked, self.span.start as usize, indent) => Open::No,
            (_, Shape::Control) if self.span.is_empty() => Open::No,
            _ => Open::Yes,
        }
    }
}

impl RawNode {
    /// Whether one of the last of these holes makes lines of a collection before the first that is written out.
    fn is_led_by(&self, masked: &str, holes: &[Hole]) -> bool {
        let start = self.span.start as usize;
        let mut next = start;
        self.kind.is_collection()
            && holes
                .iter()
                .rev()
                .take_while(|hole| {
                    let between = masked.get(hole.span.end as usize..std::mem::replace(&mut next, hole.span.start as usize));
                    hole.shape != Shape::Inline && between.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_whitespace()))
                })
                .any(|hole| matches!(hole.shape, Shape::Lines(Some(indent)) if stands_at(masked, start, indent)))
    }
}

/// Whether so many bytes stand before this one on its line. Looks no further back than it must.
fn stands_at(masked: &str, at: usize, column: usize) -> bool {
    let Some(start) = at.checked_sub(column) else { return false };
    let is_newline = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let bytes = masked.as_bytes();
    (start == 0 || is_newline(&bytes[start - 1])) && !bytes[start..at].iter().any(is_newline)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Mapping,
    Sequence,
    /// A plain scalar, whose meaning depends on its text.
    Plain,
    /// Block, tagged as a string, or quoted with escapes in it.
    Text,
    /// Quoted, and what is between its quotes is its text.
    Quoted,
    Alias,
}

/// Files with more bytes than this are read by several threads.
const WORTH_SHARING: usize = 1 << 20;

/// As many documents one thread takes at a time.
const DOCUMENTS_A_SHARE: usize = 16;

fn appended(mut parts: Vec<Part>, mut more: Vec<Part>) -> Vec<Part> {
    parts.append(&mut more);
    parts
}

/// What the documents of one file have in common while they are read.
struct Job<'t> {
    text: &'t str,
    masked: &'t str,
    holes: &'t [Hole],
    keep_comments: bool,
    gear: Gear,
}

impl Job<'_> {
    /// Reads some documents, and says how many of them the fast gear did.
    fn read_all(&self, spans: &[Span]) -> (Vec<Part>, usize) {
        // A node of a manifest takes some ten bytes of text; memory that is not touched costs nothing.
        let nodes = spans.iter().map(|span| span.range().len() / 8 + 4).max().unwrap_or_default();
        let (mut parts, mut scratch) = (Vec::with_capacity(spans.len()), Vec::with_capacity(nodes));
        let fast = spans.iter().filter(|span| self.read(**span, &mut parts, &mut scratch)).count();
        (parts, fast)
    }

    /// What looks like a template may be text of the file itself, and then it may go on over a line's end.
    fn read_as_it_stands(&self, span: Span, first: usize, parts: &mut Vec<Part>) {
        let from = self.holes.partition_point(|hole| hole.span.end <= span.start);
        let has_holes = self.holes.get(from).is_some_and(|hole| hole.span.start < span.end);
        if has_holes {
            let read = granit::read(self.text, span, self.keep_comments);
            // Braces that make a mapping are a template after all.
            let is_in_hole = |node: &RawNode| {
                let at = self.holes.partition_point(|hole| hole.span.end <= node.span.start);
                node.kind.is_collection() && self.holes.get(at).is_some_and(|hole| hole.span.start <= node.span.start)
            };
            if read.iter().all(|part| part.error.is_none() && !part.nodes.iter().any(is_in_hole)) {
                parts.truncate(first);
                parts.extend(read);
            }
        }
    }

    /// Reads what stands between two separators, and says whether the fast gear did.
    fn read(&self, span: Span, parts: &mut Vec<Part>, scratch: &mut Vec<RawNode>) -> bool {
        let first = parts.len();
        let fast = (self.gear == Gear::Fast).then(|| fast::read(self.masked, span, self.keep_comments, scratch)).flatten();
        let is_fast = fast.is_some();
        match fast {
            Some(part) => parts.push(part),
            None => parts.extend(granit::read(self.masked, span, self.keep_comments)),
        }
        if parts[first..].iter().any(|part| part.error.is_some()) {
            self.read_as_it_stands(span, first, parts);
        }
        for part in &mut parts[first..] {
            if let Some(error) = part.error.as_mut().filter(|error| error.cause == Cause::Invalid)
                && opinion::accepts(&self.masked[part.span.range()])
            {
                error.cause = Cause::StricterThanKubernetes;
                part.reconsider(self.masked, self.keep_comments);
            }
            let from = self.holes.partition_point(|hole| hole.span.end <= part.span.start);
            if self.holes.get(from).is_some_and(|hole| hole.span.start < part.span.end) {
                part.open_up(self.masked, self.holes);
            }
            part.note_keys(self.masked.as_bytes());
        }
        is_fast
    }
}

impl Kind {
    fn is_collection(self) -> bool {
        matches!(self, Self::Mapping | Self::Sequence)
    }

    fn is_scalar(self) -> bool {
        matches!(self, Self::Plain | Self::Text | Self::Quoted)
    }
}

impl Yaml {
    /// Reads a whole file. Never fails: what was not understood is part of the result.
    pub fn read(source: &Source) -> Self {
        Self::read_with(source, Gear::Fast)
    }

    /// Reads a whole file in a gear.
    pub fn read_with(source: &Source, gear: Gear) -> Self {
        Self::of(source.text(), gear)
    }

    /// Reads a text that stands for a source of the same length, byte for byte.
    pub(super) fn of(text: &str, gear: Gear) -> Self {
        Self::marked(text, gear, Marks::Yaml)
    }

    /// The same where other marks are templates.
    pub(super) fn marked(text: &str, gear: Gear, marks: Marks) -> Self {
        let (masked, holes) = mask(text, marks);
        let masked = split::without_marks(masked);
        let keep_comments = Word::Own.is_in(text);
        let job = Job { text, masked: &masked, holes: &holes, keep_comments, gear };
        let (spans, beyond) = split::documents(&masked);
        let share = if text.len() > WORTH_SHARING { DOCUMENTS_A_SHARE } else { spans.len().max(1) };
        let shares: Vec<(Vec<Part>, usize)> = spans.par_chunks(share).map(|spans| job.read_all(spans)).collect();
        let fast_parts = shares.iter().map(|(_, fast)| fast).sum();
        let mut parts: Vec<Part> = shares.into_iter().map(|(parts, _)| parts).reduce(appended).unwrap_or_default();
        parts.extend(beyond.map(Part::beyond));
        Self { parts, holes, fast_parts }
    }

    /// Every node of a document in the order in which they begin, also of one that was not read to its end.
    pub fn nodes_of<'a>(&'a self, source: &'a Source, id: SourceId, part: u32) -> impl Iterator<Item = Node<'a>> {
        let home = &self.parts[part as usize];
        (0..).zip(&home.nodes).map(move |(node, _)| Node { source, part: home, id: NodeId { source: id, part, node } })
    }

    /// The top nodes of all documents that were read to their end.
    pub fn roots<'a>(&'a self, source: &'a Source, id: SourceId) -> impl Iterator<Item = Node<'a>> {
        let whole = self.parts.iter().zip(0..).filter(|(part, _)| part.error.is_none() && !part.nodes.is_empty());
        whole.map(move |(part, at)| Node { source, part, id: NodeId { source: id, part: at, node: 0 } })
    }

    /// The top node of the document around this byte.
    pub fn root_at<'a>(&'a self, source: &'a Source, id: SourceId, offset: u32) -> Option<Node<'a>> {
        let at = self.parts.partition_point(|part| part.span.end <= offset);
        let part = self.parts.get(at).filter(|part| part.error.is_none() && !part.nodes.is_empty())?;
        Some(Node { source, part, id: NodeId { source: id, part: u32::try_from(at).ok()?, node: 0 } })
    }

    /// The object around this byte: the top node of the document, or the item of a List that holds it.
    pub fn object_at<'a>(&'a self, source: &'a Source, id: SourceId, offset: u32) -> Option<Node<'a>> {
        let root = self.root_at(source, id, offset)?;
        let items = root.part.items.get_or_init(|| root.field("items").items().map(Node::id).collect());
        let at = items.partition_point(|item| self.node(source, *item).span().end <= offset);
        let item = items.get(at).map(|item| self.node(source, NodeId { source: id, ..*item }));
        Some(item.filter(|item| item.span().start <= offset).filter(|item| !item.field("kind").is_absent()).unwrap_or(root))
    }

    /// A node by its address.
    pub fn node<'a>(&'a self, source: &'a Source, id: NodeId) -> Node<'a> {
        Node { source, part: &self.parts[id.part as usize], id }
    }

    /// How many documents the fast gear read.
    pub fn fast_parts(&self) -> usize {
        self.fast_parts
    }

    /// Whether any part of it waits for a template.
    pub fn has_holes(&self) -> bool {
        !self.holes.is_empty()
    }
}

impl Part {
    /// Reads once more, leniently, what only libyaml accepts: Kubernetes would apply it.
    fn reconsider(&mut self, masked: &str, keep_comments: bool) {
        if let Some(part) = fast::read_leniently(masked, self.span, keep_comments) {
            *self = Self { overruled: self.error.take(), ..part };
        }
    }

    /// Everything after more documents than we count.
    fn beyond(span: Span) -> Self {
        let message = format!("only the first {MAX_DOCUMENTS} documents of a file are read");
        let error = Some(Refusal { span: Span { end: span.start, ..span }, message, cause: Cause::Limit }.into());
        Self { span, error, ..Self::default() }
    }

    /// Marks what the holes of the file touch.
    fn open_up(&mut self, masked: &str, holes: &[Hole]) {
        // The last stretch of blanks and comments that was passed.
        let mut gap = (usize::MAX, 0);
        for node in &mut self.nodes {
            let mut reach = node.span;
            // Lines that a hole stands for may belong to whatever ends just before it.
            if node.kind.is_collection() || node.span.is_empty() {
                let end = node.span.end as usize;
                if !(gap.0..=gap.1).contains(&end) {
                    gap = (end, next_content(masked, end));
                }
                reach.end = u32::try_from(gap.1).unwrap_or(u32::MAX);
            }
            let from = holes.partition_point(|hole| hole.span.end <= reach.start);
            let touching = holes[from..].iter().take_while(|hole| hole.span.start < reach.end);
            let open = touching.map(|hole| node.opened_by(masked, hole)).max_by_key(|open| *open as u8).unwrap_or(Open::No);
            node.open = if node.is_led_by(masked, &holes[..from]) { Open::Yes } else { open };
        }
    }
}

/// The next byte that is neither blank nor comment.
fn next_content(masked: &str, from: usize) -> usize {
    let bytes = masked.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b',' => at += 1,
            b'#' => at = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |end| at + end),
            _ => break,
        }
    }
    at
}
