//! Anchors and aliases of the fast gear.

use super::Reader;
use crate::source::Span;

impl<'t> Reader<'t> {
    /// `&name` and the blanks after it.
    pub fn anchor(&mut self) -> Option<()> {
        let name = self.name()?;
        let id = self.next_node();
        self.anchors.insert(name, id);
        self.arena.anchor(id);
        self.anchored = Some(id);
        self.skip_blanks();
        Some(())
    }

    /// `*name`, of an anchor that came before.
    pub fn alias(&mut self) -> Option<()> {
        let start = self.at;
        let name = self.name()?;
        let target = *self.anchors.get(name)?;
        self.arena.alias(Span::new(start, self.at), Some(target));
        (!self.arena.is_excessive()).then_some(())?;
        self.tail()
    }

    /// The name after `&` or `*`.
    fn name(&mut self) -> Option<&'t str> {
        let start = self.at + 1;
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = self.bytes[start..].iter().take_while(is_part).count();
        self.at = start + length;
        (length > 0 && self.is_blank(0)).then(|| &self.text[start..start + length])
    }
}
