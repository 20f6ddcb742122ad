//! A node as rules see it: it knows its place, follows anchors and merge keys by itself, and says what it does not know.

use std::borrow::Cow;

use super::keys::{bit_of, is_same, mark_of};
use super::{Kind, NONE, Open, Part, RawNode, Scalar, Schema, is_ambiguous, is_null, resolve};
use crate::diagnostic::{Place, SourceId};
use crate::document::Known;
use crate::source::{Source, Span};

/// A node of a document: cheap to copy, knows its place, follows anchors and merge keys by itself.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(super) source: &'a Source,
    pub(super) part: &'a Part,
    pub(super) id: NodeId,
}

/// The address of a node: it can be kept where the node itself cannot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId {
    /// The file.
    pub source: SourceId,
    pub(super) part: u32,
    pub(super) node: u32,
}

impl NodeId {
    /// Whether it is all of its document.
    pub fn is_top(self) -> bool {
        self.node == 0
    }
}

/// What a node was written as. Nothing is followed: an alias is an alias.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Keys and values.
    Mapping,
    /// Items.
    Sequence,
    /// A scalar whose meaning depends on its text.
    Plain,
    /// A scalar that is quoted, a block, or tagged as a string.
    Text,
    /// A reference to an anchor; `None` where there is no such anchor.
    Alias(Option<NodeId>),
}

/// How many anchors are followed in a row before we call the value unknown.
const MAX_ALIASES: usize = 16;

impl<'a> Node<'a> {
    #[inline]
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
    #[inline]
    fn target(self) -> Option<Self> {
        self.part.target(self.id.node).map(|node| self.at(node))
    }

    /// What it was written as.
    pub fn form(self) -> Form {
        match self.raw() {
            RawNode { kind: Kind::Mapping, .. } => Form::Mapping,
            RawNode { kind: Kind::Sequence, .. } => Form::Sequence,
            RawNode { kind: Kind::Plain, .. } => Form::Plain,
            RawNode { kind: Kind::Text | Kind::Quoted, .. } => Form::Text,
            RawNode { kind: Kind::Alias, link, .. } => Form::Alias((link != NONE).then(|| self.at(link).id)),
        }
    }

    /// The text of a scalar as it was read, whether or not a template may change it; empty for anything else.
    pub fn read_text(self) -> Cow<'a, str> {
        if self.raw().kind.is_scalar() { self.decoded() } else { Cow::Borrowed("") }
    }

    /// Where it stands.
    pub fn place(self) -> Place {
        Place { source: self.id.source, span: self.raw().span }
    }

    /// Where it begins: all of a scalar or of a collection in brackets, the first line of anything longer.
    pub fn title_place(self) -> Place {
        let span = self.span();
        let written = self.source.slice(span).as_bytes();
        let title = written.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(written.len());
        let start = span.start as usize;
        Place { source: self.id.source, span: Span::new(start, start + title) }
    }

    /// The bytes it takes.
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// The bytes of its whole document.
    pub fn document_span(self) -> Span {
        self.part.span
    }

    /// Its text in the file, without quotes around it; of a template, the template.
    pub fn written(self) -> &'a str {
        self.source.slice(self.span()).trim_matches(['"', '\''])
    }

    /// Whether it is a mapping or a sequence itself: an alias of one is none.
    pub fn is_collection(self) -> bool {
        self.raw().kind.is_collection()
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        self.target().is_some_and(|node| node.raw().kind == Kind::Mapping)
    }

    /// Whether a template may change it: a scalar's text, a collection's children.
    pub fn is_open(self) -> bool {
        self.target().is_none_or(|node| node.raw().open == Open::Yes)
    }

    /// Whether a template decides which of its children are there, or how often.
    pub fn has_branches(self) -> bool {
        self.target().is_some_and(|node| node.raw().open == Open::Branches)
    }

    fn children(self) -> impl Iterator<Item = Self> {
        let first = self.target().filter(|node| node.raw().kind.is_collection());
        let home = first.unwrap_or(self);
        let (mut next, end) = first.map_or((0, 0), |node| (node.id.node + 1, node.raw().link));
        std::iter::from_fn(move || {
            let raw = home.part.nodes.get(next as usize).filter(|_| next < end)?;
            let child = home.at(next);
            next = raw.behind(next);
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
        self.entry_numbers(key).map(|(_, value)| self.at(value))
    }

    /// A key of a mapping with its value, also a merged one. The last of several wins, as it does in Kubernetes.
    pub fn entry(self, key: &str) -> Known<(Self, Self)> {
        self.entry_numbers(key).map(|(key, value)| (self.at(key), self.at(value)))
    }

    fn entry_numbers(self, key: &str) -> Known<(u32, u32)> {
        self.part.entry(self.source, self.id.node, key, MAX_ALIASES)
    }

    /// The text of a scalar, whatever it means; absent for null and for collections.
    pub fn text(self) -> Known<Cow<'a, str>> {
        let Some(node) = self.target() else { return Known::Unknown };
        match node.raw() {
            RawNode { kind, open: Open::Yes, .. } if kind.is_scalar() => Known::Unknown,
            RawNode { kind: Kind::Text | Kind::Quoted, .. } => Known::Is(node.decoded()),
            RawNode { kind: Kind::Plain, .. } => {
                let text = node.decoded();
                if is_null(&text) { Known::Absent } else { Known::Is(text) }
            }
            _ => Known::Absent,
        }
    }

    /// What a scalar means to Kubernetes; absent for collections.
    pub fn scalar(self) -> Known<Scalar> {
        let Some(node) = self.target() else { return Known::Unknown };
        match node.raw() {
            RawNode { kind, open: Open::Yes, .. } if kind.is_scalar() => Known::Unknown,
            RawNode { kind: Kind::Text | Kind::Quoted, .. } => Known::Is(Scalar::Text),
            RawNode { kind: Kind::Plain, .. } => Known::Is(resolve(&node.decoded(), Schema::Kubernetes)),
            _ => Known::Absent,
        }
    }

    /// Whether it is known to say nothing.
    #[inline]
    pub fn is_null(self) -> bool {
        let Some(node) = self.target() else { return false };
        let raw = node.raw();
        raw.kind == Kind::Plain && raw.open != Open::Yes && is_null(node.part.decoded(node.source, raw))
    }

    /// Whether Kubernetes and readers of YAML 1.2 take a scalar for different values.
    pub fn is_ambiguous(self) -> bool {
        let Some(node) = self.target() else { return false };
        node.raw().kind == Kind::Plain && node.raw().open == Open::No && is_ambiguous(&node.decoded())
    }

    /// The text of a scalar as its source and a decoding leave it.
    fn decoded(self) -> Cow<'a, str> {
        Cow::Borrowed(self.part.decoded(self.source, self.raw()))
    }
}

/// Rules ask for fields more than for anything else, so these look at the bare nodes, by their numbers.
impl Part {
    #[inline]
    fn target(&self, node: u32) -> Option<u32> {
        if self.nodes[node as usize].kind == Kind::Alias { self.aliased(node) } else { Some(node) }
    }

    fn aliased(&self, mut node: u32) -> Option<u32> {
        for _ in 0..MAX_ALIASES {
            match self.nodes[node as usize] {
                RawNode { kind: Kind::Alias, link: NONE, .. } => return None,
                RawNode { kind: Kind::Alias, link, .. } => node = link,
                _ => return Some(node),
            }
        }
        None
    }

    /// A key of a mapping with its value, also a merged one, as far as merge keys are followed.
    #[inline]
    fn entry(&self, source: &Source, mapping: u32, key: &str, depth: usize) -> Known<(u32, u32)> {
        let Some(home) = self.target(mapping) else { return Known::Unknown };
        let RawNode { kind, open, keys, .. } = self.nodes[home as usize];
        if kind != Kind::Mapping {
            return if open == Open::Yes { Known::Unknown } else { Known::Absent };
        }
        let mark = mark_of(key.as_bytes());
        if keys & bit_of(mark) == 0 {
            Known::Absent
        } else if keys != u16::MAX && open == Open::No {
            self.plain_entry(source, home, key, mark)
        } else {
            self.any_entry(source, home, key, depth)
        }
    }

    /// The same of any mapping.
    #[inline(never)]
    fn any_entry(&self, source: &Source, home: u32, key: &str, depth: usize) -> Known<(u32, u32)> {
        let RawNode { open, link, .. } = self.nodes[home as usize];
        let nodes = &self.nodes[..self.nodes.len().min(link as usize)];
        let bytes = source.text().as_bytes();
        let (mut found, mut merged, mut may_be_there) = (None, None, open == Open::Yes);
        let mut name = home + 1;
        while let Some(raw) = nodes.get(name as usize) {
            let value = raw.behind(name);
            if value as usize >= nodes.len() {
                break;
            }
            if raw.open == Open::Yes {
                may_be_there = true;
            } else if raw.surely_differs(bytes, key) && raw.surely_differs(bytes, "<<") {
                // Most keys do.
            } else if self.is_text(source, *raw, key) {
                // Two branches of a template may both write it.
                if open != Open::No && found.is_some() {
                    return Known::Unknown;
                }
                found = Some((name, value));
            } else if self.is_text(source, *raw, "<<") {
                merged = Some(value);
            }
            name = nodes[value as usize].behind(value);
        }
        match (found, merged) {
            (Some(found), _) => Known::Is(found),
            (None, Some(value)) if depth > 0 => self.merged_entry(source, value, key, depth - 1),
            (None, Some(_)) => Known::Unknown,
            (None, None) if may_be_there => Known::Unknown,
            (None, None) => Known::Absent,
        }
    }

    /// The same of a mapping whose keys are plain words as they stand, each with a mark of its own, without merges and
    /// holes.
    #[inline]
    fn plain_entry(&self, source: &Source, home: u32, key: &str, mark: u16) -> Known<(u32, u32)> {
        let nodes = &self.nodes[..self.nodes.len().min(self.nodes[home as usize].link as usize)];
        let mut name = home + 1;
        while let Some([raw, value, ..]) = nodes.get(name as usize..) {
            if raw.keys == mark {
                let is_it = is_same(&source.text().as_bytes()[raw.span.range()], key.as_bytes());
                return if is_it { Known::Is((name, name + 1)) } else { Known::Absent };
            }
            name = value.behind(name + 1);
        }
        Known::Absent
    }

    /// The value of a merge key is a mapping or a list of them, of which the first that has the key wins.
    fn merged_entry(&self, source: &Source, value: u32, key: &str, depth: usize) -> Known<(u32, u32)> {
        let Some(home) = self.target(value) else { return Known::Absent };
        let RawNode { kind, link, .. } = self.nodes[home as usize];
        match kind {
            Kind::Mapping => self.entry(source, home, key, depth),
            Kind::Sequence => {
                let mut next = home + 1;
                while let Some(item) = self.nodes.get(next as usize).filter(|_| next < link) {
                    let entry = self.entry(source, next, key, depth);
                    if !entry.is_absent() {
                        return entry;
                    }
                    next = item.behind(next);
                }
                Known::Absent
            }
            _ => Known::Absent,
        }
    }

    fn is_text(&self, source: &Source, node: RawNode, text: &str) -> bool {
        match node.kind {
            Kind::Alias if node.link == NONE => false,
            Kind::Alias => self.target(node.link).is_some_and(|node| self.is_text(source, self.nodes[node as usize], text)),
            kind => kind.is_scalar() && self.decoded(source, node) == text,
        }
    }

    fn decoded<'a>(&'a self, source: &'a Source, node: RawNode) -> &'a str {
        match node.link {
            0 if node.kind == Kind::Quoted => {
                let Span { start, end } = node.span;
                source.slice(Span { start: start + 1, end: end - 1 })
            }
            0 => source.slice(node.span),
            index => &self.texts[index as usize - 1],
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
