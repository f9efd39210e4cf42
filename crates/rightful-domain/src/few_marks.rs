//! A few attempts, side by side: what nearly every window is.
//!
//! Millions of keys have a window, and most have one or two attempts in it. So an attempt takes half a cache line here, and
//! room that was once made is kept: what comes within the week finds a place, where making it anew would give memory back
//! that lies as far away as the rest of the account.

use std::num::NonZeroU64;

use crate::{Mark, Outcome, Span, Tag, Timestamp};

/// From so many places on, room grows by so many.
const PLACES_MORE: usize = 4;
/// Bits of a moment that say how its attempt ended.
const OUTCOME_BITS: u32 = 2;
/// The moments that are told apart, in µs since 1970: some 73 000 years before and after.
const MOMENTS: std::ops::RangeInclusive<i64> = i64::MIN >> OUTCOME_BITS..=i64::MAX >> OUTCOME_BITS;

/// A few attempts, by time and event. Adding and removing are O(n).
#[derive(Debug, Clone, Default)]
pub(crate) struct FewMarks(
    /// Those that are empty come last.
    Box<[Option<Packed>]>,
);

/// A [`Mark`] in half a cache line.
#[derive(Debug, Clone, Copy)]
struct Packed {
    /// When, and in its lowest bits how it ended, which is never zero.
    moment: NonZeroU64,
    event: u64,
    counterparts: [Option<Tag>; 2],
}

impl Packed {
    fn of(mark: &Mark) -> Self {
        let outcome = match mark.outcome {
            Outcome::Pending => 1,
            Outcome::Succeeded => 2,
            Outcome::Failed => 3,
        };
        let at = mark.at.as_micros().clamp(*MOMENTS.start(), *MOMENTS.end()).cast_unsigned();
        let moment = NonZeroU64::new(at << OUTCOME_BITS | outcome).unwrap_or(NonZeroU64::MIN);
        Self { moment, event: mark.event, counterparts: mark.counterparts }
    }

    const fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.moment.get().cast_signed() >> OUTCOME_BITS)
    }

    const fn order(&self) -> (Timestamp, u64) {
        (self.at(), self.event)
    }

    const fn mark(&self) -> Mark {
        let outcome = match self.moment.get() & ((1 << OUTCOME_BITS) - 1) {
            1 => Outcome::Pending,
            2 => Outcome::Succeeded,
            _ => Outcome::Failed,
        };
        Mark { at: self.at(), event: self.event, counterparts: self.counterparts, outcome }
    }
}

impl FewMarks {
    pub(crate) fn len(&self) -> usize {
        self.0.iter().position(Option::is_none).unwrap_or(self.0.len())
    }

    pub(crate) fn last(&self) -> Option<Mark> {
        self.0.iter().rev().flatten().next().map(Packed::mark)
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Mark> + DoubleEndedIterator + Clone {
        let taken = self.0.get(..self.len()).unwrap_or_default();
        // None of those is empty.
        taken.iter().map(|packed| packed.as_ref().map_or(Packed::NOTHING, |packed| *packed).mark())
    }

    /// Sets how an attempt ended; false if it is not among them.
    pub(crate) fn conclude(&mut self, order: (Timestamp, u64), outcome: Outcome) -> bool {
        let found = self.0.iter_mut().flatten().find(|packed| packed.order() == order);
        found.map(|packed| *packed = Packed::of(&Mark { outcome, ..packed.mark() })).is_some()
    }

    pub(crate) fn remove(&mut self, place: usize) {
        if let Some(from_there) = self.0.get_mut(place..) {
            from_there.rotate_left(1);
            from_there.last_mut().into_iter().for_each(|last| *last = None);
        }
    }

    /// Adds an attempt that lies within a week of the newest, and lets go of what no longer does; false if it is there.
    pub(crate) fn count(&mut self, mark: &Mark) -> bool {
        let packed = Packed::of(mark);
        let n = self.len();
        let taken = self.0.get(..n).unwrap_or_default();
        let is_before = |other: &Option<Packed>| other.is_some_and(|other| other.order() < packed.order());
        let place = taken.partition_point(is_before);
        if taken.get(place).is_some_and(|other| other.is_some_and(|other| other.order() == packed.order())) {
            return false;
        }
        let newest = self.last().map_or(packed.at(), |newest| newest.at.max(packed.at()));
        let horizon = newest.minus(Span::Week.duration());
        let n_old = taken.partition_point(|other| other.is_some_and(|other| other.at() <= horizon));
        let room = room_for(n + 1 - n_old);
        if (room..=2 * room).contains(&self.0.len()) {
            // What goes stands before it.
            self.0.rotate_left(n_old);
            self.0.iter_mut().rev().take(n_old).for_each(|gone| *gone = None);
        } else {
            let mut moved: Vec<Option<Packed>> = Vec::with_capacity(room);
            moved.extend(taken.iter().skip(n_old));
            moved.resize(room, None);
            self.0 = moved.into_boxed_slice();
        }
        if let Some(from_there) = self.0.get_mut(place.saturating_sub(n_old)..) {
            from_there.rotate_right(1);
            from_there.first_mut().into_iter().for_each(|first| *first = Some(packed));
        }
        true
    }

    /// Reads a little of the place that they are kept in (see [`crate::Profile::glance`]).
    pub(crate) fn glance(&self) -> u32 {
        [self.0.first(), self.0.last()].into_iter().flatten().fold(0, |all, place| all ^ u32::from(place.is_some()))
    }
}

impl FromIterator<Mark> for FewMarks {
    fn from_iter<I: IntoIterator<Item = Mark>>(all: I) -> Self {
        let mut taken: Vec<Option<Packed>> = all.into_iter().map(|mark| Some(Packed::of(&mark))).collect();
        taken.resize(room_for(taken.len()), None);
        Self(taken.into_boxed_slice())
    }
}

impl Packed {
    const NOTHING: Self = Self { moment: NonZeroU64::MIN, event: 0, counterparts: [None; 2] };
}

/// How many places so many attempts get.
const fn room_for(n: usize) -> usize {
    if n <= PLACES_MORE { n.next_power_of_two() } else { n.next_multiple_of(PLACES_MORE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(seconds: i64, event: u64) -> Mark {
        let outcome = [Outcome::Pending, Outcome::Succeeded, Outcome::Failed][event as usize % 3];
        Mark { at: Timestamp::from_seconds(seconds), event, counterparts: [Some(Tag::new(event)), None], outcome }
    }

    #[test]
    fn what_is_packed_reads_back() {
        for at in [i64::MIN / 4, -1, 0, 1, 1_767_225_600_123_456, i64::MAX / 4] {
            for event in 0..3 {
                let mark = Mark { at: Timestamp::from_micros(at), ..mark(0, event) };
                assert_eq!(Packed::of(&mark).mark(), mark);
            }
        }
        assert_eq!(size_of::<Option<Packed>>(), 32);
    }

    #[test]
    fn room_that_was_made_is_kept_and_room_that_is_not_needed_is_given_back() {
        let mut few = FewMarks::default();
        let mut rooms = Vec::new();
        for day in [1, 2, 9, 16, 17, 18, 19, 20, 40] {
            let mark = mark(day * 86_400, 1);
            assert!(few.count(&mark));
            assert!(!few.count(&mark));
            rooms.push((few.len(), few.0.len()));
        }
        assert_eq!(rooms, [(1, 1), (2, 2), (1, 2), (1, 2), (2, 2), (3, 4), (4, 4), (5, 8), (1, 1)]);
        assert_eq!(few.iter().collect::<Vec<_>>(), [mark(40 * 86_400, 1)]);
    }
}
