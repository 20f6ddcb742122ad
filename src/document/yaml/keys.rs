//! Which keys may a mapping have? Noted once, for rules ask for many keys, and most mappings have few.

use super::{Kind, NONE, Open, Part, RawNode};

/// What tells most keys apart without looking at their texts: the length and both ends of this one.
#[inline]
pub(super) fn mark_of(key: &[u8]) -> u16 {
    let [first, .., last] = *key else { return 0 };
    u16::try_from(key.len() & 0x3F).unwrap_or_default() | u16::from(first & 0x1F) << 6 | u16::from(last & 0x1F) << 11
}

/// The bit that stands for keys with this mark in [`RawNode::keys`].
#[inline]
pub(super) fn bit_of(mark: u16) -> u16 {
    1 << (mark.wrapping_mul(0x9E37) >> 12)
}

/// Whether two keys are the same. Nearly all are short, and to set out a comparison of any length would take longer.
#[inline]
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(key: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        key.first_chunk().zip(key.last_chunk())
    }
    match one.len() {
        length if length != other.len() => false,
        0..4 => one.iter().eq(other),
        4..=8 => ends::<4>(one) == ends(other),
        9..=16 => ends::<8>(one) == ends(other),
        _ => one == other,
    }
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

    /// Marks the keys of a mapping. Says which there may be: all of them, if one cannot be marked, if two have the same
    /// mark, or if there are many.
    fn keys_of(&mut self, home: usize, source: &[u8]) -> u16 {
        const MANY: usize = 24;
        let end = self.nodes.len().min(self.nodes[home].link as usize);
        let (mut keys, mut name) = (0, home + 1);
        let (mut marks, mut count) = ([0; MANY], 0);
        while name + 1 < end {
            let RawNode { span, link, kind, open, .. } = self.nodes[name];
            // What is no plain word may be any, and a merge may bring any.
            if !matches!((kind, link, open), (Kind::Plain, 0, Open::No)) || source[span.range()] == *b"<<" {
                return u16::MAX;
            }
            let mark = mark_of(&source[span.range()]);
            if count == MANY || marks[..count].contains(&mark) {
                return u16::MAX;
            }
            marks[count] = mark;
            count += 1;
            self.nodes[name].keys = mark;
            keys |= bit_of(mark);
            let value = u32::try_from(name + 1).unwrap_or(NONE);
            name = self.nodes[name + 1].behind(value) as usize;
        }
        keys
    }
}
