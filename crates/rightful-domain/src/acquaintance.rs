//! How well an account knows a device or an address: not at all, only lately, or for long enough.
//!
//! What was let through once without being asked is not known: it is a stranger that nobody has stopped. Knowing grows with
//! time, in which an owner may say that it was somebody else, or at once by a proof.

use std::time::Duration;

use crate::{Fact, Family, Lesson, Profile, Tag, Timestamp};

/// How well an account knows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acquaintance {
    /// It was never let through with it.
    Unknown,
    /// It was let through with it, first so lately that its owner need not have noticed, and nobody has vouched for it.
    Young,
    /// For long enough, or since it began, or somebody proved on it to be its owner.
    Known,
}

impl Profile {
    /// For how long what was let through without a proof is young, where a policy names no other time. Three days: what is
    /// done on a Friday evening is noticed on a Monday.
    pub const YOUTH: Duration = Duration::from_secs(3 * 86_400);

    /// How well it knows something, at that time. Nobody is a stranger to an account that has learned nothing: `Known`.
    /// O(facts of the family).
    #[must_use]
    pub fn acquaintance(&self, family: Family, tag: Tag, at: Timestamp, youth: Duration) -> Acquaintance {
        let Some(fact) = self.fact(family, tag) else {
            return if self.n_learned == 0 { Acquaintance::Known } else { Acquaintance::Unknown };
        };
        let is_old = fact.first_at.plus(youth) <= at;
        if is_old || fact.is_vouched || self.began_with(family, fact, youth) {
            Acquaintance::Known
        } else {
            Acquaintance::Young
        }
    }

    /// Whether a proof is all that makes it known: without it, it would be young at that time, which is not before it came.
    /// A code can be read out to somebody; what has grown old without a report needs no code, and whom somebody who knows
    /// said to be the owner needs none either.
    #[must_use]
    pub fn knows_by_proof_alone(&self, family: Family, tag: Tag, at: Timestamp, youth: Duration) -> bool {
        let Some(fact) = self.fact(family, tag) else { return false };
        let is_young = fact.first_at <= at && at < fact.first_at.plus(youth);
        let was_proved = self.standing.proved_at.is_some_and(|proved| proved >= fact.first_at);
        fact.is_vouched && was_proved && is_young && !self.began_with(family, fact, youth)
    }

    /// How well it knows whom a lesson is of: by the device; by the address, where no device is named. `Known` where
    /// neither is, since nothing speaks against it.
    #[must_use]
    pub fn acquaintance_of(&self, lesson: &Lesson, youth: Duration) -> Acquaintance {
        let named = lesson.things().next();
        named.map_or(Acquaintance::Known, |(family, tag)| self.acquaintance(family, tag, lesson.at, youth))
    }

    /// The first of its family on an account that had only begun: there was nobody to be another than.
    fn began_with(&self, family: Family, fact: &Fact, youth: Duration) -> bool {
        let is_early = self.first_at.is_some_and(|began| fact.first_at < began.plus(youth));
        is_early && self.facts(family).iter().all(|other| fact.first_at <= other.first_at)
    }

    /// Somebody proved with it to be the owner: it is known from now on, for as long as it is remembered. What was never
    /// learned stays unknown.
    pub fn vouch(&mut self, family: Family, tag: Tag) {
        if self.fact(family, tag).is_some_and(|fact| !fact.is_vouched) {
            self.set_vouched(family, tag);
        }
    }
}

impl Lesson {
    /// What somebody who comes so can be known by: the device and the address, as far as they are named.
    pub fn things(&self) -> impl Iterator<Item = (Family, Tag)> + use<> {
        let device = self.device.map(|tag| (Family::Device, tag));
        device.into_iter().chain(self.address.map(|tag| (Family::Address, tag)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventId;

    const DAY: i64 = 86_400;

    fn lesson(at: i64, device: u64) -> Lesson {
        let event = EventId::from_parts(0, [1; 10]);
        let (device, address) = (Some(Tag::new(device)), Some(Tag::new(100 + device)));
        Lesson { device, address, ..Lesson::new(event, Timestamp::from_seconds(at)) }
    }

    fn knows(profile: &Profile, at: i64, device: u64) -> Acquaintance {
        profile.acquaintance_of(&lesson(at, device), Profile::YOUTH)
    }

    fn taught(lessons: &[Lesson]) -> Profile {
        let mut profile = Profile::default();
        lessons.iter().for_each(|lesson| profile.learn(lesson));
        profile
    }

    #[test]
    fn knowing_grows_with_time_and_not_with_logins() {
        let mut profile = taught(&[lesson(0, 1), lesson(30 * DAY, 1), lesson(40 * DAY, 2)]);
        assert_eq!(knows(&profile, 40 * DAY + 60, 3), Acquaintance::Unknown);
        assert_eq!(knows(&profile, 40 * DAY + 60, 2), Acquaintance::Young);
        (1..50).for_each(|minute| profile.learn(&lesson(40 * DAY + minute * 60, 2)));
        assert_eq!(knows(&profile, 43 * DAY - 1, 2), Acquaintance::Young);
        assert_eq!(knows(&profile, 43 * DAY, 2), Acquaintance::Known);
        assert_eq!(knows(&profile, 40 * DAY + 60, 1), Acquaintance::Known);
    }

    #[test]
    fn what_an_account_began_with_is_known_and_its_second_device_is_not() {
        let profile = taught(&[lesson(0, 1), lesson(600, 2)]);
        assert_eq!([1, 2].map(|device| knows(&profile, 700, device)), [Acquaintance::Known, Acquaintance::Young]);
        assert_eq!(knows(&Profile::default(), 0, 1), Acquaintance::Known);
        // It has been used for long before it named a device: who comes with the first name may be anybody.
        let nameless = Lesson { device: None, ..lesson(0, 1) };
        assert_eq!(knows(&taught(&[nameless, lesson(9 * DAY, 2)]), 9 * DAY + 60, 2), Acquaintance::Young);
    }

    #[test]
    fn a_proof_vouches_at_once_for_what_was_learned() {
        let mut profile = taught(&[lesson(0, 1), lesson(9 * DAY, 2)]);
        [2, 3].into_iter().for_each(|device| profile.vouch(Family::Device, Tag::new(device)));
        assert_eq!(knows(&profile, 9 * DAY + 1, 2), Acquaintance::Known);
        assert_eq!(knows(&profile, 9 * DAY + 1, 3), Acquaintance::Unknown);
        // Unlearned and learned anew, it is as new as it was.
        profile.unlearn(&lesson(9 * DAY, 2));
        profile.learn(&lesson(9 * DAY + 2, 2));
        assert_eq!(knows(&profile, 9 * DAY + 3, 2), Acquaintance::Young);
    }

    #[test]
    fn a_proof_is_all_that_makes_it_known_until_it_is_old() {
        let mut profile = taught(&[lesson(0, 1), lesson(9 * DAY, 2)]);
        let by_proof = |profile: &Profile, at, device| {
            let tag = Tag::new(device);
            profile.knows_by_proof_alone(Family::Device, tag, Timestamp::from_seconds(at), Profile::YOUTH)
        };
        assert!(!by_proof(&profile, 9 * DAY + 1, 2));
        [1, 2].into_iter().for_each(|device| profile.vouch(Family::Device, Tag::new(device)));
        // Somebody said so; nobody proved it.
        assert!(!by_proof(&profile, 9 * DAY + 1, 2));
        profile.standing.proved_at = Some(Timestamp::from_seconds(9 * DAY));
        for (at, device, expected) in [
            (9 * DAY - 1, 2, false),
            (9 * DAY, 2, true),
            (12 * DAY - 1, 2, true),
            (12 * DAY, 2, false),
            // What the account began with needed no proof.
            (1, 1, false),
            (1, 3, false),
        ] {
            assert!(by_proof(&profile, at, device) == expected, "{device} at {at}");
        }
    }

    #[test]
    fn without_a_device_the_address_is_asked() {
        let profile = taught(&[lesson(0, 1), lesson(9 * DAY, 2)]);
        let nameless = |device| Lesson { device: None, ..lesson(9 * DAY + 1, device) };
        let of = |lesson: &Lesson| profile.acquaintance_of(lesson, Profile::YOUTH);
        assert_eq!(of(&nameless(2)), Acquaintance::Young);
        assert_eq!(of(&nameless(1)), Acquaintance::Known);
        assert_eq!(of(&Lesson { address: None, ..nameless(2) }), Acquaintance::Known);
    }
}
