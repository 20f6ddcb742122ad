//! A YAML or JSON file as a tree whose every node knows its place.
//!
//! A file is a list of [`Part`]s, one per YAML document, each with its own arena of small nodes; one broken part costs
//! itself alone. Anchors stay references and merge keys are followed when they are asked for, so nothing is ever
//! expanded. What a template hole touches is unknown.

mod granit;
mod opinion;
mod scalar;
mod split;

use std::borrow::Cow;

pub use scalar::{Scalar, Schema, is_ambiguous, resolve};

use super::Known;
use super::template::{Hole, Marks, mask};
use crate::diagnostic::{Place, SourceId};
use crate::source::{Source, Span};

/// A YAML or JSON file.
#[derive(Debug, Default)]
pub struct Yaml {
    /// Its documents.
    pub parts: Vec<Part>,
    /// What templates leave open.
    pub holes: Vec<Hole>,
}

/// One document of a file.
#[derive(Debug, Default)]
pub struct Part {
    /// Everything between its separators.
    pub span: Span,
    /// Why there are no nodes, or none after this place.
    pub error: Option<Refusal>,
    /// The comments, where the file holds a suppression word.
    pub comments: Vec<Span>,
    nodes: Vec<RawNode>,
    /// Texts that differ from their source: escapes, folded lines.
    texts: Vec<Box<str>>,
}

/// Why a document could not be read.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where reading stopped.
    pub span: Span,
    /// The reader's words.
    pub message: String,
    /// Kubernetes' own reader would take it all the same.
    pub accepted_by_libyaml: bool,
}

#[derive(Clone, Copy, Debug)]
struct RawNode {
    span: Span,
    /// Collections: the first child (a mapping alternates keys and values). Aliases: the target. Scalars: one past
    /// the index of the decoded text, or 0 where the source is the text.
    link: u32,
    /// The next child of the same parent.
    next: u32,
    kind: Kind,
    /// Touched by a hole; of a collection: more children may appear.
    open: bool,
}

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Mapping,
    Sequence,
    /// A plain scalar, whose meaning depends on its text.
    Plain,
    /// Quoted, block or tagged as a string.
    Text,
    Alias,
}

/// The word that makes comments worth keeping.
const SUPPRESSION_WORD: &[u8] = b"gonogo:";

impl Yaml {
    /// Reads a whole file. Never fails: what was not understood is part of the result.
    pub fn read(source: &Source) -> Self {
        let text = source.text();
        let (masked, holes) = mask(text, Marks::Yaml);
        let keep_comments = memchr::memmem::find(text.as_bytes(), SUPPRESSION_WORD).is_some();
        let mut parts = Vec::new();
        for span in split::documents(&masked) {
            granit::read(&masked, span, keep_comments, &mut parts);
        }
        for part in &mut parts {
            if !holes.is_empty() {
                part.open_up(&masked, &holes);
            }
            if let Some(error) = &mut part.error {
                error.accepted_by_libyaml = opinion::accepts(&masked[part.span.range()]);
            }
        }
        Self { parts, holes }
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
        let item = root.field("items").items().find(|item| item.span().start <= offset && offset < item.span().end);
        Some(item.filter(|item| !item.field("kind").is_absent()).unwrap_or(root))
    }

    /// A node by its address.
    pub fn node<'a>(&'a self, source: &'a Source, id: NodeId) -> Node<'a> {
        Node { source, part: &self.parts[id.part as usize], id }
    }

    /// Whether any part of it waits for a template.
    pub fn has_holes(&self) -> bool {
        !self.holes.is_empty()
    }
}

impl Part {
    /// Marks what the holes of the file touch.
    fn open_up(&mut self, masked: &str, holes: &[Hole]) {
        let mut gap = (usize::MAX, 0);
        for node in &mut self.nodes {
            let mut reach = node.span;
            let collection = matches!(node.kind, Kind::Mapping | Kind::Sequence);
            // Lines that a loose hole adds may belong to whatever ends just before it.
            if collection || node.span.is_empty() {
                let end = node.span.end as usize;
                if gap.0 != end {
                    gap = (end, next_content(masked, end));
                }
                reach.end = u32::try_from(gap.1).unwrap_or(u32::MAX);
            }
            let from = holes.partition_point(|hole| hole.span.end <= reach.start);
            let mut touching = holes[from..].iter().take_while(|hole| hole.span.start < reach.end);
            node.open = if collection { touching.any(|hole| hole.loose) } else { touching.next().is_some() };
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

/// A node of a document: cheap to copy, knows its place, follows anchors and merge keys by itself.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    source: &'a Source,
    part: &'a Part,
    id: NodeId,
}

/// The address of a node: it can be kept where the node itself cannot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId {
    /// The file.
    pub source: SourceId,
    part: u32,
    node: u32,
}

/// How many anchors are followed in a row before we call the value unknown.
const MAX_ALIASES: usize = 16;

impl<'a> Node<'a> {
    fn raw(self) -> RawNode {
        self.part.nodes[self.id.node as usize]
    }

    fn at(self, node: u32) -> Self {
        Self { id: NodeId { node, ..self.id }, ..self }
    }

    /// Its address.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The node that an alias stands for; `None` for a chain without an end.
    fn target(self) -> Option<Self> {
        let mut node = self;
        for _ in 0..MAX_ALIASES {
            match node.raw() {
                RawNode { kind: Kind::Alias, link: NONE, .. } => return None,
                RawNode { kind: Kind::Alias, link, .. } => node = node.at(link),
                _ => return Some(node),
            }
        }
        None
    }

    /// Where it stands.
    pub fn place(self) -> Place {
        Place { source: self.id.source, span: self.raw().span }
    }

    /// Where it begins: all of a scalar or of a collection in brackets, the first line of anything longer.
    pub fn title_place(self) -> Place {
        let span = self.span();
        let line = self.source.line_span(self.source.line(span.start));
        Place { source: self.id.source, span: Span { end: span.end.min(line.end), ..span } }
    }

    /// The bytes it takes.
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// The bytes of its whole document.
    pub fn document_span(self) -> Span {
        self.part.span
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        self.target().is_some_and(|node| node.raw().kind == Kind::Mapping)
    }

    /// Whether a template may change it: a scalar's text, a collection's children.
    pub fn is_open(self) -> bool {
        self.target().is_none_or(|node| node.raw().open)
    }

    fn children(self) -> impl Iterator<Item = Self> {
        let first = self.target().filter(|node| matches!(node.raw().kind, Kind::Mapping | Kind::Sequence));
        let mut next = first.map_or(NONE, |node| node.raw().link);
        let home = first.unwrap_or(self);
        std::iter::from_fn(move || {
            let child = (next != NONE).then(|| home.at(next))?;
            next = child.raw().next;
            Some(child)
        })
    }

    /// Everything directly below this very node: an alias has nothing below it, so a walk ends.
    pub fn own_children(self) -> impl Iterator<Item = Self> {
        let is_alias = self.raw().kind == Kind::Alias;
        self.children().filter(move |_| !is_alias)
    }

    /// The items of a sequence; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let is_sequence = self.target().is_some_and(|node| node.raw().kind == Kind::Sequence);
        self.children().filter(move |_| is_sequence)
    }

    /// The keys and values of a mapping as written, without merged ones; nothing for anything else.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> {
        let mut children = self.target().filter(|node| node.raw().kind == Kind::Mapping).map(Self::children);
        std::iter::from_fn(move || {
            let children = children.as_mut()?;
            Some((children.next()?, children.next()?))
        })
    }

    /// The value of a key, also a merged one.
    pub fn field(self, key: &str) -> Known<Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key of a mapping with its value, also a merged one. The last of several wins, as it does in Kubernetes.
    pub fn entry(self, key: &str) -> Known<(Self, Self)> {
        self.entry_within(key, MAX_ALIASES)
    }

    fn entry_within(self, key: &str, depth: usize) -> Known<(Self, Self)> {
        if self.is_unknown_scalar() {
            return Known::Unknown;
        }
        let mut found = None;
        let mut merged = None;
        let mut open = self.is_open();
        for (name, value) in self.entries() {
            if name.raw().open {
                open = true;
            } else if name.is_text(key) {
                // Two branches of a template may both write it.
                if open && found.is_some() {
                    return Known::Unknown;
                }
                found = Some((name, value));
            } else if name.is_text("<<") {
                merged = Some(value);
            }
        }
        match (found, merged) {
            (Some(found), _) => Known::Is(found),
            (None, Some(value)) if depth > 0 => value.merged_entry(key, depth - 1),
            (None, Some(_)) => Known::Unknown,
            (None, None) if open => Known::Unknown,
            (None, None) => Known::Absent,
        }
    }

    /// The value of a merge key is a mapping or a list of them, of which the first that has the key wins.
    fn merged_entry(self, key: &str, depth: usize) -> Known<(Self, Self)> {
        if self.is_mapping() {
            return self.entry_within(key, depth);
        }
        let found = self.items().map(|item| item.entry_within(key, depth)).find(|entry| !matches!(entry, Known::Absent));
        found.unwrap_or(Known::Absent)
    }

    fn is_text(self, text: &str) -> bool {
        self.target().is_some_and(|node| matches!(node.raw().kind, Kind::Plain | Kind::Text) && node.decoded().as_ref() == text)
    }

    fn is_unknown_scalar(self) -> bool {
        let is_open_scalar = |raw: RawNode| raw.open && matches!(raw.kind, Kind::Plain | Kind::Text);
        self.target().is_none_or(|node| is_open_scalar(node.raw()))
    }

    /// The text of a scalar, whatever it means; absent for null and for collections.
    pub fn text(self) -> Known<Cow<'a, str>> {
        let Some(node) = self.target() else { return Known::Unknown };
        match node.raw() {
            RawNode { kind: Kind::Plain | Kind::Text, open: true, .. } => Known::Unknown,
            RawNode { kind: Kind::Text, .. } => Known::Is(node.decoded()),
            RawNode { kind: Kind::Plain, .. } => {
                let text = node.decoded();
                if resolve(&text, Schema::Kubernetes) == Scalar::Null { Known::Absent } else { Known::Is(text) }
            }
            _ => Known::Absent,
        }
    }

    /// What a scalar means to Kubernetes; absent for collections.
    pub fn scalar(self) -> Known<Scalar> {
        let Some(node) = self.target() else { return Known::Unknown };
        match node.raw() {
            RawNode { kind: Kind::Plain | Kind::Text, open: true, .. } => Known::Unknown,
            RawNode { kind: Kind::Text, .. } => Known::Is(Scalar::Text),
            RawNode { kind: Kind::Plain, .. } => Known::Is(resolve(&node.decoded(), Schema::Kubernetes)),
            _ => Known::Absent,
        }
    }

    /// The text of a scalar as its source and a decoding leave it.
    fn decoded(self) -> Cow<'a, str> {
        match self.raw().link {
            0 => Cow::Borrowed(self.source.slice(self.raw().span)),
            index => Cow::Borrowed(&self.part.texts[index as usize - 1]),
        }
    }
}

impl<'a> Known<Node<'a>> {
    /// The value of a key of the mapping, if there is one.
    #[must_use]
    pub fn field(self, key: &str) -> Known<Node<'a>> {
        self.and_then(|node| node.field(key))
    }

    /// The items of the sequence, if there is one.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        self.into_option().into_iter().flat_map(Node::items)
    }

    /// The text of the scalar, if there is one.
    pub fn text(self) -> Known<Cow<'a, str>> {
        self.and_then(Node::text)
    }

    /// The whole number, if there is one.
    pub fn integer(self) -> Known<i64> {
        match self.and_then(Node::scalar) {
            Known::Is(Scalar::Int(number)) => Known::Is(number),
            Known::Unknown => Known::Unknown,
            _ => Known::Absent,
        }
    }
}
