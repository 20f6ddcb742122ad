//! A field of an object: what it says, and where it stands or would stand.

use std::borrow::Cow;

use crate::diagnostic::Place;
use crate::document::Known;
use crate::document::quantity::{Quantity, Refused};
use crate::document::yaml::{Node, Scalar};

/// A field of an object, whether it is there or not: it always has a place. Null is absent, as it is to Kubernetes.
#[derive(Clone, Copy)]
pub struct Field<'w> {
    node: Known<Node<'w>>,
    /// Its key, or the item itself; the key of the nearest thing around it where it is absent.
    title: Node<'w>,
}

impl<'w> Field<'w> {
    /// An object, an item or any other node that is there.
    pub fn of(node: Node<'w>) -> Self {
        Self { node: Known::Is(node), title: node }
    }

    /// A value that is there, and its key.
    pub fn at(title: Node<'w>, node: Node<'w>) -> Self {
        Self { node: Known::Is(node), title }
    }

    /// A field of it.
    #[must_use]
    pub fn field(self, key: &str) -> Self {
        let Known::Is(node) = self.node else { return self };
        match node.entry(key) {
            Known::Is((title, value)) if value.is_null() => Self { node: Known::Absent, title },
            Known::Is((title, value)) => Self { node: Known::Is(value), title },
            Known::Absent => Self { node: Known::Absent, ..self },
            Known::Unknown => Self { node: Known::Unknown, ..self },
        }
    }

    /// A field of a field, by the keys on the way: `template.spec`.
    #[must_use]
    pub fn path(self, keys: &str) -> Self {
        // Asked for so often, and so short, that setting out to search them would take longer than looking.
        match keys.bytes().position(|byte| byte == b'.') {
            Some(dot) => self.field(&keys[..dot]).path(&keys[dot + 1..]),
            None => self.field(keys),
        }
    }

    /// What is there.
    pub fn node(self) -> Known<Node<'w>> {
        self.node
    }

    /// Where to point: at the value if it is a scalar, else at its key; where it is absent, at the key around it.
    pub fn place(self) -> Place {
        match self.node {
            Known::Is(node) if node.scalar().is_there() => node.title_place(),
            _ => self.title.title_place(),
        }
    }

    /// Known to be there.
    pub fn is_there(self) -> bool {
        self.node.is_there()
    }

    /// Known not to be there, or null.
    pub fn is_absent(self) -> bool {
        self.node.is_absent()
    }

    /// A template decides about it.
    pub fn is_unknown(self) -> bool {
        self.node.is_unknown()
    }

    /// Whether a template may add to it, or make all of it.
    pub fn is_open(self) -> bool {
        self.is_unknown() || matches!(self.node, Known::Is(node) if node.is_open() || node.has_branches())
    }

    /// Its text.
    pub fn text(self) -> Known<Cow<'w, str>> {
        self.node.text()
    }

    /// Whether it is known to be this text.
    pub fn is_text(self, text: &str) -> bool {
        matches!(self.text(), Known::Is(found) if found == text)
    }

    /// Its text, or the template that makes it, for messages.
    pub fn written(self) -> String {
        match (self.text(), self.node) {
            (Known::Is(text), _) => text.into_owned(),
            (_, Known::Is(node)) => node.written().to_owned(),
            _ => "?".to_owned(),
        }
    }

    /// Its whole number.
    pub fn integer(self) -> Known<i64> {
        self.node.integer()
    }

    /// Whether it is true.
    pub fn flag(self) -> Known<bool> {
        self.node.and_then(|node| match node.scalar() {
            Known::Is(Scalar::Bool(flag)) => Known::Is(flag),
            Known::Unknown => Known::Unknown,
            _ => Known::Absent,
        })
    }

    /// Its number of pods, or its share of them.
    pub fn amount(self) -> Known<Amount> {
        if let Known::Is(count) = self.integer() {
            return Known::Is(Amount::Count(count));
        }
        self.text().and_then(|text| {
            let percent = text.trim().strip_suffix('%').and_then(|number| number.parse().ok());
            percent.map_or(Known::Absent, |percent| Known::Is(Amount::Percent(percent)))
        })
    }

    /// Its quantity, or why the API server refuses it.
    pub fn quantity(self) -> Known<Result<Quantity, Refused>> {
        // A number that is written in another base reaches Kubernetes as a number.
        if let Known::Is(number) = self.integer() {
            return Known::Is(Ok(Quantity::whole(number)));
        }
        self.text().map(|text| text.parse())
    }

    /// The items of a list.
    pub fn items(self) -> impl Iterator<Item = Self> {
        self.node.items().map(Self::of)
    }

    /// The keys and values of a mapping, without merged ones.
    pub fn entries(self) -> impl Iterator<Item = (Cow<'w, str>, Self)> {
        let entries = self.node.into_option().into_iter().flat_map(Node::entries);
        let entries = entries.filter(|(title, _)| title.read_text() != "<<");
        entries
            .map(|(title, value)| (title.text().into_option().unwrap_or_else(|| title.written().into()), value_of(title, value)))
    }
}

fn value_of<'w>(title: Node<'w>, value: Node<'w>) -> Field<'w> {
    Field { node: if value.is_null() { Known::Absent } else { Known::Is(value) }, title }
}

/// A number of pods, or a share of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    /// `2`
    Count(i64),
    /// `25%`
    Percent(i64),
}

impl Amount {
    /// Of so many pods, with a share rounded down.
    pub fn rounded_down(self, pods: i64) -> i64 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => pods.saturating_mul(percent).div_euclid(100),
        }
    }

    /// Of so many pods, with a share rounded up.
    pub fn rounded_up(self, pods: i64) -> i64 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => pods.saturating_mul(percent).saturating_add(99).div_euclid(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_as_asked() {
        assert_eq!((Amount::Percent(25).rounded_down(3), Amount::Percent(25).rounded_up(3)), (0, 1));
        assert_eq!((Amount::Percent(50).rounded_down(4), Amount::Percent(50).rounded_up(4)), (2, 2));
        assert_eq!(Amount::Count(7).rounded_down(3), 7);
    }
}
