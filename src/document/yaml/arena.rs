//! Nodes of one document while they are being read. Both gears build through it, so their trees have one shape.

use super::{Kind, NONE, Open, Part, RawNode};
use crate::settings::MAX_ALIASES;
use crate::source::Span;

/// A document that is being built.
#[derive(Debug, Default)]
pub struct Arena {
    /// The document so far.
    pub part: Part,
    /// Open collections: node and last child.
    open: Vec<(u32, u32)>,
    aliases: usize,
}

impl Arena {
    pub fn new(span: Span) -> Self {
        // A node of a manifest takes a good dozen bytes of text.
        let nodes = Vec::with_capacity(span.range().len() / 16 + 4);
        Self { part: Part { span, nodes, ..Part::default() }, open: Vec::with_capacity(16), aliases: 0 }
    }

    /// Adds a scalar. Its text is kept only where it differs from what stands in the source.
    pub fn scalar(&mut self, kind: Kind, span: Span, text: Option<&str>) -> u32 {
        let link = text.map_or(0, |text| {
            self.part.texts.push(text.into());
            u32::try_from(self.part.texts.len()).unwrap_or(0)
        });
        self.add(RawNode { span, link, next: NONE, kind, open: Open::No })
    }

    /// Adds an alias of a node, or of none that is known.
    pub fn alias(&mut self, span: Span, target: Option<u32>) {
        self.add(RawNode { span, link: target.unwrap_or(NONE), next: NONE, kind: Kind::Alias, open: Open::No });
        self.aliases += 1;
    }

    /// Whether there are more aliases than anybody writes by hand.
    pub fn has_too_many_aliases(&self) -> bool {
        self.aliases > MAX_ALIASES
    }

    /// Opens a collection.
    pub fn begin(&mut self, kind: Kind, span: Span) -> u32 {
        let id = self.add(RawNode { span, link: NONE, next: NONE, kind, open: Open::No });
        self.open.push((id, NONE));
        id
    }

    /// Closes the innermost collection: one in brackets behind its bracket, any other behind its last child.
    pub fn end(&mut self, bracket: Option<u32>) {
        let Some((id, last)) = self.open.pop() else { return };
        let behind = self.part.nodes.get(last as usize).map(|last| last.span.end);
        let span = &mut self.part.nodes[id as usize].span;
        span.end = bracket.or(behind).unwrap_or(span.start).max(span.start);
    }

    /// The innermost open collection, as long as it has no child.
    pub fn empty_collection(&mut self) -> Option<&mut Span> {
        let (id, last) = *self.open.last()?;
        (last == NONE)
            .then(|| &mut self.part.nodes[id as usize])
            .filter(|node| node.kind == Kind::Sequence)
            .map(|node| &mut node.span)
    }

    fn add(&mut self, node: RawNode) -> u32 {
        let id = u32::try_from(self.part.nodes.len()).unwrap_or(NONE);
        self.part.nodes.push(node);
        if let Some((parent, last)) = self.open.last_mut() {
            match *last {
                NONE => self.part.nodes[*parent as usize].link = id,
                last => self.part.nodes[last as usize].next = id,
            }
            *last = id;
        }
        id
    }
}
