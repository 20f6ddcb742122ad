//! Lists that a copy of a relation shares with it until one of the two changes.
//!
//! Every statement in a transaction that changes a relation keeps a copy of the old one, and most change one of its
//! lists only.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A list that costs nothing to copy. None is an empty one.
#[derive(Debug)]
pub(in crate::database) struct Shared<T>(Option<Arc<Vec<T>>>);

impl<T> Shared<T> {
    /// Whether the two are one and the same, so that nothing can have changed.
    pub fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Clone> Shared<T> {
    fn own(&mut self) -> &mut Vec<T> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    pub fn push(&mut self, item: T) {
        self.own().push(item);
    }

    /// Does not copy where all stay.
    pub fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        if let Some(first) = self.iter().position(|item| !stays(item)) {
            let mut at = 0;
            self.own().retain(|item| {
                at += 1;
                // Nobody is asked twice.
                at <= first || (at > first + 1 && stays(item))
            });
        }
    }

    pub fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.own().extend(items);
        }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        if self.0.is_none() { &mut [] } else { self.own() }
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(items: Vec<T>) -> Self {
        Self((!items.is_empty()).then(|| Arc::new(items)))
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<'a, T> IntoIterator for &'a Shared<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: Clone> IntoIterator for &'a mut Shared<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_list_until_one_changes() {
        let list: Shared<u8> = vec![1, 2, 3, 2].into();
        let mut copy = list.clone();
        copy.retain(|item| *item < 9);
        copy.extend([]);
        assert!(copy.is(&list));
        let mut asked = Vec::new();
        copy.retain(|item| {
            asked.push(*item);
            *item != 2
        });
        assert!(!copy.is(&list));
        assert_eq!((&*copy, &*list, asked), (&[1, 3][..], &[1, 2, 3, 2][..], vec![1, 2, 3, 2]));
        let mut empty = Shared::<u8>::default();
        empty.iter_mut().for_each(|item| *item = 0);
        assert!(empty.is(&Shared::default()) && empty.is_empty());
    }
}
