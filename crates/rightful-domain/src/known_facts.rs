//! What a profile knows of things, by family: one list, with a little room.
//!
//! Nearly every key learns two facts at once, and accounts learn one more every few logins. A list of exactly as many was
//! made anew each time, and what is given back to the allocator lies as far away as the rest of the account.

use std::ops::Range;

use crate::{Fact, Family, Tag};

/// Room for so many is made at first.
const PLACES_MIN: usize = 2;
/// From then on, room grows by so many: two cache lines.
const PLACES_MORE: usize = 4;

/// Facts by family in the order of [`Family::ALL`], then by tag. Adding and removing are O(n).
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownFacts {
    /// What stands behind the last one that is counted means nothing.
    places: Box<[Fact]>,
    /// How many there are, by family: one more than [`crate::FACTS_MAX`] at most.
    counts: [u8; Family::ALL.len()],
}

impl PartialEq for KnownFacts {
    /// Whatever room there is.
    fn eq(&self, other: &Self) -> bool {
        (self.counts, self.all()) == (other.counts, other.all())
    }
}

impl KnownFacts {
    fn len(&self) -> usize {
        self.counts.iter().copied().map(usize::from).sum()
    }

    pub(crate) fn all(&self) -> &[Fact] {
        self.places.get(..self.len()).unwrap_or_default()
    }

    /// Those of a family, by tag.
    pub(crate) fn of(&self, family: Family) -> &[Fact] {
        self.places.get(self.range(family)).unwrap_or_default()
    }

    fn range(&self, family: Family) -> Range<usize> {
        let before = self.counts.iter().copied().take(family as usize);
        let start = before.map(usize::from).sum();
        start..start + self.counts.get(family as usize).copied().map_or(0, usize::from)
    }

    /// Where one is, or would be.
    pub(crate) fn place(&self, family: Family, tag: Tag) -> Result<usize, usize> {
        let Range { start, end } = self.range(family);
        let facts = self.places.get(start..end).unwrap_or_default();
        let place = facts.binary_search_by_key(&tag, |fact| fact.tag);
        place.map(|place| start + place).map_err(|place| start + place)
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Fact> {
        self.all().get(place)
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Fact> {
        let n = self.len();
        self.places.get_mut(..n).and_then(|all| all.get_mut(place))
    }

    /// Adds one of a family where it would be.
    pub(crate) fn insert(&mut self, family: Family, place: usize, fact: Fact) {
        let n = self.len();
        if n == self.places.len() {
            let mut moved = Vec::with_capacity(room_for(n + 1));
            moved.extend_from_slice(&self.places);
            moved.resize(room_for(n + 1), fact);
            self.places = moved.into_boxed_slice();
        }
        if let Some(from_there) = self.places.get_mut(place..=n) {
            from_there.rotate_right(1);
            from_there.first_mut().into_iter().for_each(|first| *first = fact);
        }
        self.counts.get_mut(family as usize).into_iter().for_each(|count| *count = count.saturating_add(1));
    }

    /// Takes out the one of a family that is at a place.
    pub(crate) fn remove(&mut self, family: Family, place: usize) {
        let n = self.len();
        if let Some(from_there) = self.places.get_mut(place..n) {
            from_there.rotate_left(1);
        }
        self.counts.get_mut(family as usize).into_iter().for_each(|count| *count = count.saturating_sub(1));
    }

    /// Those that are wanted, as they are wanted.
    pub(crate) fn filtered(&self, wanted: impl Fn(&Fact) -> Option<Fact>) -> Self {
        let mut filtered = Self::default();
        for family in Family::ALL {
            for fact in self.of(family).iter().filter_map(&wanted) {
                filtered.insert(family, filtered.range(family).end, fact);
            }
        }
        filtered
    }
}

/// How many places so many facts get.
const fn room_for(n: usize) -> usize {
    if n <= PLACES_MIN { PLACES_MIN } else { n.next_multiple_of(PLACES_MORE) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::Timestamp;

    fn fact(tag: u64) -> Fact {
        let at = Timestamp::from_seconds(7);
        Fact { tag: Tag::new(tag), first_at: at, last_at: at, n: 1, is_vouched: false }
    }

    proptest! {
        #[test]
        fn it_is_a_list_of_each_family_by_tag(changes in prop::collection::vec((0..6_usize, 1..9_u64), 0..80)) {
            let (mut known, mut wanted) = (KnownFacts::default(), BTreeMap::new());
            for (family, tag) in changes {
                let family = Family::ALL[family];
                // What is there goes, what is not comes.
                match known.place(family, Tag::new(tag)) {
                    Ok(place) => known.remove(family, place),
                    Err(place) => known.insert(family, place, fact(tag)),
                }
                if wanted.remove(&(family, Tag::new(tag))).is_none() {
                    wanted.insert((family, Tag::new(tag)), fact(tag));
                }
                prop_assert_eq!(known.all(), &wanted.values().copied().collect::<Vec<_>>()[..]);
                let of: Vec<Fact> = wanted.iter().filter(|((its, _), _)| *its == family).map(|(_, fact)| *fact).collect();
                prop_assert_eq!(known.of(family), &of[..]);
                prop_assert_eq!(&known, &known.filtered(|fact| Some(*fact)));
                prop_assert_eq!(known.get(known.len()), None);
            }
            prop_assert!(known.filtered(|fact| (fact.tag.get() > 4).then_some(*fact)).all().iter().all(|it| it.tag.get() > 4));
        }
    }

    #[test]
    fn room_is_for_a_few() {
        assert_eq!([1, 2, 3, 4, 5, 9].map(room_for), [2, 2, 4, 4, 8, 12]);
        assert_eq!(size_of::<KnownFacts>(), 24);
    }
}
