//! Which keys may a mapping have? Noted once, for rules ask for many keys, and most mappings have few.

use super::{Kind, NONE, Open, Part, RawNode};

/// The bit that stands for a key in [`RawNode::keys`].
#[inline]
pub(super) fn bit_of(key: &[u8]) -> u16 {
    let (first, last) = (key.first().copied().unwrap_or_default(), key.last().copied().unwrap_or_default());
    1 << ((key.len() ^ usize::from(first >> 1) ^ usize::from(last) << 2) & 0xF)
}

impl Part {
    /// Notes which keys may be in its mappings, but for large documents, of which most is never asked.
    pub(super) fn note_keys(&mut self, source: &[u8]) {
        const MANY: usize = 4096;
        if self.nodes.len() > MANY {
            return;
        }
        for home in 0..self.nodes.len() {
            if let RawNode { kind: Kind::Mapping, open: Open::No | Open::Branches, .. } = self.nodes[home] {
                self.nodes[home].keys = self.keys_of(home, source);
            }
        }
    }

    fn keys_of(&self, home: usize, source: &[u8]) -> u16 {
        let end = self.nodes.len().min(self.nodes[home].link as usize);
        let (mut keys, mut name) = (0, home + 1);
        while name + 1 < end {
            let RawNode { span, link, kind, open, .. } = self.nodes[name];
            // What is no plain word may be any, and a merge may bring any.
            if !matches!((kind, link, open), (Kind::Plain, 0, Open::No)) || source[span.range()] == *b"<<" {
                return u16::MAX;
            }
            keys |= bit_of(&source[span.range()]);
            let value = u32::try_from(name + 1).unwrap_or(NONE);
            name = self.nodes[name + 1].behind(value) as usize;
        }
        keys
    }
}
