//! What stands around a byte of a document? Asked for each of many findings, so no list is walked for it.

use super::{Kind, NONE, Part, Yaml};

/// What a node is in.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// The collection that holds it, if one does.
    parent: u32,
    /// Where the item begins that it is, or the key that it is or belongs to.
    begin: u32,
}

impl Yaml {
    /// Where everything around a byte begins, from its own item or key up to the top of its document.
    pub fn beginnings_around(&self, offset: u32) -> Vec<u32> {
        let at = self.parts.partition_point(|part| part.span.end <= offset);
        let part = self.parts.get(at).filter(|part| part.error.is_none());
        part.map(|part| part.beginnings_around(offset)).unwrap_or_default()
    }
}

impl Part {
    fn beginnings_around(&self, offset: u32) -> Vec<u32> {
        let homes = self.homes.get_or_init(|| self.homes());
        // Nodes stand in the order in which they begin, so the last one to begin before the byte is the innermost.
        let innermost = self.nodes.partition_point(|node| node.span.start <= offset).saturating_sub(1);
        let mut begins = Vec::new();
        let mut next = homes.get(innermost);
        while let Some(home) = next {
            begins.push(home.begin);
            next = homes.get(home.parent as usize);
        }
        begins
    }

    fn homes(&self) -> Box<[Home]> {
        let top = Home { parent: NONE, begin: self.nodes.first().map_or(0, |node| node.span.start) };
        let mut homes = vec![top; self.nodes.len()];
        for (node, parent) in self.nodes.iter().zip(0..) {
            if !node.kind.is_collection() {
                continue;
            }
            let (mut child, mut is_value, mut begin) = (parent + 1, false, 0);
            while let Some(found) = self.nodes.get(child as usize).filter(|_| child < node.link) {
                if !is_value {
                    begin = found.span.start;
                }
                // A mapping alternates keys and values; a comment stands above the key.
                is_value = node.kind == Kind::Mapping && !is_value;
                homes[child as usize] = Home { parent, begin };
                child = found.behind(child);
            }
        }
        homes.into()
    }
}
