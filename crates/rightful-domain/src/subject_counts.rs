//! Attempts and failures by subject, for crowds of many: a table of one place each.
//!
//! In a full crowd each attempt adds one subject and takes another out. In an index map that is eight places in memory: the
//! index twice, the entries, and what is moved to close the gap; here it is two.

use crate::Tag;

/// From so many places on.
const PLACES_MIN: usize = 32;
/// Of so many places, as many may be taken as [`TAKEN_MAX`] says: beyond, those that stand together are long.
const OF_PLACES: usize = 8;
/// See [`OF_PLACES`].
const TAKEN_MAX: usize = 5;
/// 2^64 divided by the golden ratio: spreads what differs in any bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// What is counted of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SubjectCount {
    /// None where the place is free.
    subject: Option<Tag>,
    pub(crate) attempts: u32,
    pub(crate) failures: u32,
}

/// Counts by subject.
#[derive(Debug, Clone, Default)]
pub(crate) struct SubjectCounts {
    /// As many as a power of two, or none. Who finds its place taken stands in the next one that is free.
    places: Vec<SubjectCount>,
    /// How many are taken.
    n: usize,
}

impl SubjectCounts {
    /// How many subjects have attempts.
    pub(crate) const fn len(&self) -> usize {
        self.n
    }

    /// Changes what is counted of a subject. One without attempts is not kept. O(1), but for growing.
    pub(crate) fn change(&mut self, subject: Tag, change: impl FnOnce(&mut SubjectCount)) {
        if (self.n + 1) * OF_PLACES > self.places.len() * TAKEN_MAX {
            self.grow();
        }
        let place = self.place(subject);
        let Some(found) = self.places.get_mut(place) else { return };
        let is_new = found.subject.is_none();
        found.subject = Some(subject);
        change(found);
        let is_kept = found.attempts > 0;
        self.n += usize::from(is_new);
        if !is_kept {
            self.n -= 1;
            self.free(place);
        }
    }

    /// Where a subject would stand if no other did.
    fn home(&self, subject: Tag) -> usize {
        let n_bits = self.places.len().checked_ilog2().unwrap_or(0);
        // The high bits are those that all others have spread to.
        let home = subject.get().wrapping_mul(SPREAD).checked_shr(u64::BITS - n_bits).unwrap_or(0);
        usize::try_from(home).unwrap_or(0)
    }

    /// Where a subject stands, or would.
    fn place(&self, subject: Tag) -> usize {
        let last = self.places.len().wrapping_sub(1);
        let mut place = self.home(subject);
        while self.places.get(place).is_some_and(|other| other.subject.is_some_and(|other| other != subject)) {
            place = (place + 1) & last;
        }
        place
    }

    /// Frees a place. Those behind it that were kept from it move up, so that nobody looks for them in vain.
    fn free(&mut self, place: usize) {
        let last = self.places.len().wrapping_sub(1);
        let (mut free, mut next) = (place, (place + 1) & last);
        while let Some(other) = self.places.get(next).copied()
            && let Some(subject) = other.subject
        {
            let from_home = next.wrapping_sub(self.home(subject)) & last;
            if from_home >= next.wrapping_sub(free) & last {
                self.places.get_mut(free).into_iter().for_each(|place| *place = other);
                free = next;
            }
            next = (next + 1) & last;
        }
        self.places.get_mut(free).into_iter().for_each(|place| *place = SubjectCount::default());
    }

    fn grow(&mut self) {
        let n_places = (self.places.len() * 2).max(PLACES_MIN);
        let before = std::mem::replace(&mut self.places, vec![SubjectCount::default(); n_places]);
        for count in before {
            if let Some(subject) = count.subject {
                let place = self.place(subject);
                self.places.get_mut(place).into_iter().for_each(|free| *free = count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map_of_those_with_attempts(
            // Few subjects, so that they come and go, and many, so that they stand in each other's way.
            changes in prop::collection::vec((prop_oneof![1..6_u64, 1..400_u64], any::<bool>(), any::<bool>()), 0..600),
        ) {
            let (mut counts, mut wanted) = (SubjectCounts::default(), BTreeMap::new());
            for (subject, comes, failed) in changes {
                let by = if comes { 1 } else { -1 };
                let mut told = (0, 0);
                counts.change(Tag::new(subject), |count| {
                    count.attempts = count.attempts.saturating_add_signed(by);
                    count.failures = count.failures.saturating_add_signed(by * i32::from(failed));
                    told = (count.attempts, count.failures);
                });
                let (attempts, failures): &mut (u32, u32) = wanted.entry(subject).or_default();
                *attempts = attempts.saturating_add_signed(by);
                *failures = failures.saturating_add_signed(by * i32::from(failed));
                prop_assert_eq!(told, (*attempts, *failures));
                wanted.retain(|_, (attempts, _)| *attempts > 0);
                prop_assert_eq!(counts.len(), wanted.len());
            }
            for (subject, (attempts, failures)) in wanted {
                let mut told = (0, 0);
                counts.change(Tag::new(subject), |count| told = (count.attempts, count.failures));
                prop_assert_eq!(told, (attempts, failures));
            }
        }
    }

    #[test]
    fn a_subject_takes_a_quarter_of_a_cache_line() {
        assert_eq!(size_of::<SubjectCount>(), 16);
    }
}
