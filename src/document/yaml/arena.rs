//! Nodes of one document while they are being read. Both gears build through it, so their trees have one shape.

use std::collections::HashMap;

use super::{Kind, NONE, Open, Part, RawNode};
use crate::source::Span;

/// A document that is being built.
#[derive(Debug, Default)]
pub struct Arena {
    /// The document so far.
    pub part: Part,
    open: Vec<Collection>,
    /// How many nodes each anchored one stands for.
    weights: HashMap<u32, u64>,
    /// How many nodes there are if aliases count for all that they stand for.
    total: u64,
    /// How many of these aliases bring.
    aliased: u64,
}

/// A collection whose end has not come.
#[derive(Debug)]
struct Collection {
    node: u32,
    last_child: u32,
    /// The total before it.
    before: u64,
}

impl Arena {
    pub fn new(span: Span) -> Self {
        // A node of a manifest takes some ten bytes of text; memory that is not touched costs nothing.
        let nodes = Vec::with_capacity(span.range().len() / 8 + 4);
        Self { part: Part { span, nodes, ..Part::default() }, open: Vec::with_capacity(16), ..Self::default() }
    }

    /// Adds a scalar. Its text is kept only where it differs from what stands in the source.
    #[inline]
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
        let weight = target.and_then(|target| self.weights.get(&target)).copied().unwrap_or(0);
        self.total = self.total.saturating_add(weight);
        self.aliased = self.aliased.saturating_add(weight);
    }

    /// Notes that aliases may refer to a node, before what is in it comes.
    pub fn anchor(&mut self, node: u32) {
        self.weights.insert(node, 1);
    }

    /// Whether Kubernetes' own reader calls the aliases excessive: small documents may consist of them nearly to the end,
    /// large ones to a tenth. So no document costs much more than its size.
    pub fn is_excessive(&self) -> bool {
        const SMALL: u64 = 400_000;
        const LARGE: u64 = 4_000_000;
        let beyond = self.total.clamp(SMALL, LARGE) - SMALL;
        // In ten-thousandths: from 9900 down to 1000.
        let allowed = 9900 - beyond * 8900 / (LARGE - SMALL);
        let is_large = self.aliased > 100 && self.total > 1000;
        is_large && u128::from(self.aliased) * 10_000 > u128::from(self.total) * u128::from(allowed)
    }

    /// Opens a collection.
    #[inline]
    pub fn begin(&mut self, kind: Kind, span: Span) -> u32 {
        let before = self.total;
        let node = self.add(RawNode { span, link: NONE, next: NONE, kind, open: Open::No });
        self.open.push(Collection { node, last_child: NONE, before });
        node
    }

    /// Closes the innermost collection: one in brackets behind its bracket, any other behind its last child.
    #[inline]
    pub fn end(&mut self, bracket: Option<u32>) {
        let Some(Collection { node, last_child, before }) = self.open.pop() else { return };
        if !self.weights.is_empty()
            && let Some(weight) = self.weights.get_mut(&node)
        {
            *weight = self.total - before;
        }
        let behind = self.part.nodes.get(last_child as usize).map(|last| last.span.end);
        let span = &mut self.part.nodes[node as usize].span;
        span.end = bracket.or(behind).unwrap_or(span.start).max(span.start);
    }

    /// The innermost open collection, if it is a sequence without any item.
    pub fn empty_sequence(&mut self) -> Option<&mut Span> {
        let Collection { node, last_child, .. } = *self.open.last()?;
        let node = &mut self.part.nodes[node as usize];
        (last_child == NONE && node.kind == Kind::Sequence).then_some(&mut node.span)
    }

    #[inline]
    fn add(&mut self, node: RawNode) -> u32 {
        let id = u32::try_from(self.part.nodes.len()).unwrap_or(NONE);
        self.part.nodes.push(node);
        self.total += 1;
        if let Some(collection) = self.open.last_mut() {
            match collection.last_child {
                NONE => self.part.nodes[collection.node as usize].link = id,
                last => self.part.nodes[last as usize].next = id,
            }
            collection.last_child = id;
        }
        id
    }
}
