//! A list that takes as much room as what is in it, for what is small, kept a million times over, and rarely changed.
//!
//! A `Vec` keeps a third word for the room that it has left, and leaves some: both add up, account after account. Adding
//! here moves what is there, so this is for lists of a few.

use std::ops::{Deref, DerefMut};

/// A list without room to spare. Adding and removing are O(n).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact<T>(Box<[T]>);

impl<T> Exact<T> {
    /// Adds something at a place.
    pub fn insert(&mut self, place: usize, value: T) {
        self.change(|all| {
            all.reserve_exact(1);
            all.insert(place, value);
        });
    }

    /// Adds something at the end.
    pub fn push(&mut self, value: T) {
        self.insert(self.len(), value);
    }

    /// Takes out what is at a place.
    pub fn remove(&mut self, place: usize) -> T {
        self.change(|all| all.remove(place))
    }

    /// Keeps what is wanted, in its order.
    pub fn retain(&mut self, wanted: impl FnMut(&T) -> bool) {
        self.change(|all| all.retain(wanted));
    }

    fn change<R>(&mut self, change: impl FnOnce(&mut Vec<T>) -> R) -> R {
        let mut all = std::mem::take(&mut self.0).into_vec();
        let told = change(&mut all);
        self.0 = all.into_boxed_slice();
        told
    }
}

impl<T> Default for Exact<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> From<Vec<T>> for Exact<T> {
    fn from(all: Vec<T>) -> Self {
        Self(all.into_boxed_slice())
    }
}

impl<T> FromIterator<T> for Exact<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl<T> Deref for Exact<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Exact<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_changed_as_a_list_is() {
        let mut all: Exact<u8> = (1..4).collect();
        all.insert(1, 9);
        all.push(7);
        assert_eq!((all.remove(0), &*all), (1, &[9, 2, 3, 7][..]));
        all.retain(|one| one % 2 == 1);
        assert_eq!(all, Exact::from(vec![9, 3, 7]));
        assert_eq!((size_of::<Exact<u8>>(), Exact::<u8>::default().len()), (16, 0));
    }
}
