//! What most have none of: a pointer where there is something, nothing where there is not. Most of what is remembered is
//! of devices and addresses, which have no habits, hold nothing and stand nowhere: they should not pay for the room.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::habits::Habits;
use crate::{Held, Standing};

/// Something that is mostly its default, which then takes no room. Reads as what it holds; writing to it makes the room.
#[derive(Clone)]
pub struct Sparse<T>(Option<Box<T>>);

/// What can be read where there is nothing.
pub trait Blank: Default + PartialEq + 'static {
    /// The same as the default, once for all.
    fn blank() -> &'static Self;
}

impl Blank for Habits {
    fn blank() -> &'static Self {
        static BLANK: Habits = Habits::new();
        &BLANK
    }
}

impl Blank for Standing {
    fn blank() -> &'static Self {
        static BLANK: Standing = Standing::new();
        &BLANK
    }
}

impl Blank for Vec<Held> {
    fn blank() -> &'static Self {
        static BLANK: Vec<Held> = Vec::new();
        &BLANK
    }
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Blank> From<T> for Sparse<T> {
    fn from(value: T) -> Self {
        Self((value != *T::blank()).then(|| Box::new(value)))
    }
}

impl<T: Blank> Deref for Sparse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => T::blank(),
        }
    }
}

impl<T: Blank> DerefMut for Sparse<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Blank> PartialEq for Sparse<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Blank + fmt::Debug> fmt::Debug for Sparse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn what_is_blank_takes_no_room_and_is_what_it_would_be_with_it() {
        let mut standing = Sparse::<Standing>::default();
        assert!(*standing == Standing::default() && *Habits::blank() == Habits::default());
        standing.proved_at = None;
        assert_eq!(standing, Sparse::default());
        assert!(Sparse::from(Standing::default()).0.is_none());
        standing.proved_at = Some(Timestamp::default());
        assert_eq!(standing, Sparse::from(Standing { proved_at: Some(Timestamp::default()), ..Standing::default() }));
    }
}
