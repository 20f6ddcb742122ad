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
    /// Builds in the memory of `scratch`, which is empty; [`Arena::finish`] gives it back.
    pub fn new(span: Span, scratch: Vec<RawNode>) -> Self {
        Self { part: Part { span, nodes: scratch, ..Part::default() }, open: Vec::with_capacity(16), ..Self::default() }
    }

    /// The document. The nodes of a small one are copied into memory of just their size, for there are many such documents,
    /// and memory that was never touched before is what costs most.
    pub fn finish(mut self, scratch: &mut Vec<RawNode>) -> Part {
        const SMALL: usize = 4096;
        if self.part.nodes.len() <= SMALL {
            *scratch = std::mem::take(&mut self.part.nodes);
            self.part.nodes = scratch.as_slice().into();
            scratch.clear();
        }
        self.part
    }

    /// Adds a scalar. Its text is kept only where it differs from what stands in the source.
    #[inline]
    pub fn scalar(&mut self, kind: Kind, span: Span, text: Option<&str>) -> u32 {
        let link = text.map_or(0, |text| {
            self.part.texts.push(text.into());
            u32::try_from(self.part.texts.len()).unwrap_or(0)
        });
        self.add(RawNode { span, link, kind, open: Open::No, keys: u16::MAX })
    }

    /// Adds an alias of a node, or of none that is known.
    pub fn alias(&mut self, span: Span, target: Option<u32>) {
        self.add(RawNode { span, link: target.unwrap_or(NONE), kind: Kind::Alias, open: Open::No, keys: u16::MAX });
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
        let node = self.add(RawNode { span, link: NONE, kind, open: Open::No, keys: u16::MAX });
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
        let count = self.part.nodes.len();
        let RawNode { span, link, .. } = &mut self.part.nodes[node as usize];
        *link = u32::try_from(count).unwrap_or(NONE);
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
        self.total = self.total.saturating_add(1);
        if let Some(collection) = self.open.last_mut() {
            collection.last_child = id;
        }
        id
    }
}
