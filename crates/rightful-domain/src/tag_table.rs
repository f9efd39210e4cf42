//! A table by tag for what all accounts share and each judgement asks a dozen times: what is asked for stands where its tag
//! says, so that finding one among a hundred thousand reads one place in memory, not an index, its entry and what lies
//! behind it.

/// What is counted of a tag.
pub trait TagCount: Copy + Default + PartialEq {
    /// Whether tables of it are gone through in the order in which tags came, rather than as they stand.
    const KEEPS_ORDER: bool;

    /// True of the default, and of all else that says nothing: it is not kept.
    fn is_nothing(&self) -> bool;
}

/// From so many places on.
const PLACES_MIN: usize = 16;
/// Of so many places, as many may be taken as [`TAKEN_MAX`] says: beyond, those that stand together are long.
const OF_PLACES: usize = 8;
/// See [`OF_PLACES`].
const TAKEN_MAX: usize = 5;
/// 2^32 divided by the golden ratio: spreads what differs in any bits.
const SPREAD: u32 = 0x9E37_79B9;

/// Counts by tag. However it is gone through, the same events give the same order everywhere.
#[derive(Debug, Clone)]
pub struct TagTable<C> {
    /// As many as a power of two, or none; free where nothing is counted. What finds its place taken stands in the next
    /// one that is free.
    places: Vec<(u32, C)>,
    /// How many are taken.
    n: usize,
    /// The tags that are kept, as they came; none if no order is kept.
    order: Vec<u32>,
}

impl<C> Default for TagTable<C> {
    fn default() -> Self {
        Self { places: Vec::new(), n: 0, order: Vec::new() }
    }
}

impl<C: TagCount> PartialEq for TagTable<C> {
    /// Whatever came first.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(tag, count)| other.get(tag) == count)
    }
}

impl<C: TagCount> TagTable<C> {
    /// How many tags are kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.n
    }

    /// True if nothing is counted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// What is counted of a tag; the default if nothing is. O(1).
    #[must_use]
    pub fn get(&self, tag: u32) -> C {
        self.places.get(self.place(tag)).map_or_else(C::default, |(_, count)| *count)
    }

    /// Changes what is counted of a tag. O(1), but for making room.
    pub fn change(&mut self, tag: u32, change: impl FnOnce(&mut C)) {
        if self.len() * OF_PLACES >= self.places.len() * TAKEN_MAX {
            let places = (self.places.len() * 2).max(PLACES_MIN);
            self.rebuild(places, |_, _| true);
        }
        let place = self.place(tag);
        let Some(found) = self.places.get_mut(place) else { return };
        let is_new = found.1.is_nothing();
        let mut count = found.1;
        change(&mut count);
        if !count.is_nothing() {
            *found = (tag, count);
            self.n += usize::from(is_new);
            if is_new && C::KEEPS_ORDER {
                self.order.push(tag);
            }
        } else if !is_new {
            self.retain(|other, _| other != tag);
        }
    }

    /// Keeps what is wanted. O(n).
    pub fn retain(&mut self, wanted: impl Fn(u32, C) -> bool) {
        self.rebuild(self.places.len(), wanted);
    }

    /// All tags and what is counted of them.
    pub fn iter(&self) -> impl Iterator<Item = (u32, C)> {
        let as_they_stand = self.places.iter().filter(|(_, count)| !C::KEEPS_ORDER && !count.is_nothing()).copied();
        self.order.iter().map(|tag| (*tag, self.get(*tag))).chain(as_they_stand)
    }

    /// Where a tag stands, or would.
    fn place(&self, tag: u32) -> usize {
        let n_bits = self.places.len().checked_ilog2().unwrap_or(0);
        // The high bits are those that all others have spread to.
        let home = u64::from(tag.wrapping_mul(SPREAD)) << n_bits >> u32::BITS;
        let last = self.places.len().wrapping_sub(1);
        let mut place = usize::try_from(home).unwrap_or(0);
        while self.places.get(place).is_some_and(|(other, count)| *other != tag && !count.is_nothing()) {
            place = (place + 1) & last;
        }
        place
    }

    /// Goes through the places as they stand, since what stands together then stands together again.
    fn rebuild(&mut self, n_places: usize, wanted: impl Fn(u32, C) -> bool) {
        let before = std::mem::replace(&mut self.places, vec![(0, C::default()); n_places]);
        self.n = 0;
        for (tag, count) in before.into_iter().filter(|(_, count)| !count.is_nothing()) {
            if wanted(tag, count) {
                let place = self.place(tag);
                self.places.get_mut(place).into_iter().for_each(|free| *free = (tag, count));
                self.n += 1;
            }
        }
        let mut order = std::mem::take(&mut self.order);
        if self.n < order.len() {
            order.retain(|tag| !self.get(*tag).is_nothing());
        }
        self.order = order;
    }
}

impl<C: TagCount> Extend<(u32, C)> for TagTable<C> {
    fn extend<I: IntoIterator<Item = (u32, C)>>(&mut self, all: I) {
        for (tag, count) in all {
            self.change(tag, |place| *place = count);
        }
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use proptest::prelude::*;

    use super::*;

    impl TagCount for u8 {
        const KEEPS_ORDER: bool = true;

        fn is_nothing(&self) -> bool {
            *self == 0
        }
    }

    proptest! {
        #[test]
        fn it_is_a_map_that_keeps_its_order(
            // Some tags stand in each other's way, and zero is one as well.
            changes in prop::collection::vec((prop_oneof![0..40_u32, (0..40_u32).prop_map(|n| n << 27)], 0..3_u8, 0..60_u8), 0..300),
        ) {
            let (mut table, mut map) = (TagTable::default(), IndexMap::new());
            for (tag, count, dropped) in changes {
                table.change(tag, |before: &mut u8| *before = (*before + count) % 4);
                let counted = map.entry(tag).or_insert(0);
                *counted = (*counted + count) % 4;
                map.retain(|_, count| *count > 0);
                if dropped == 0 {
                    table.retain(|tag, count| tag % 3 > 0 || count > 1);
                    map.retain(|tag, count| tag % 3 > 0 || *count > 1);
                }
                prop_assert_eq!(table.get(tag), map.get(&tag).copied().unwrap_or(0));
            }
            prop_assert_eq!(table.iter().collect::<Vec<_>>(), map.iter().map(|(tag, count)| (*tag, *count)).collect::<Vec<_>>());
            let mut backwards = TagTable::default();
            backwards.extend(map.iter().rev().map(|(tag, count)| (*tag, *count)));
            prop_assert_eq!((&backwards, backwards.len()), (&table, map.len()));
        }
    }
}
