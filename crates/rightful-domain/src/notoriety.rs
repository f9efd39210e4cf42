//! Notoriety: from which networks strangers fail, over weeks.
//!
//! A crowd shows one day's attempts at one network. Whoever tries a stolen list slowly leaves few at each, but comes
//! through the same rented networks again and again. So the failures of strangers, on accounts that do not know the
//! provider, are counted beside what is let through there, and both are compared with what is usual at this door: a ratio
//! of ratios, so that a site under constant fire does not take every network for notorious. Lives in RAM, as crowds do:
//! what it shows is of these weeks, and is soon seen again. Beside it, and for the same weeks, whose the devices are that
//! owners come with for the first time (see [`Hands`]).

use std::time::Duration;

use crate::circumstances::{Circumstances, Level, StepTag};
use crate::tag_table::{TagCount, TagTable};
use crate::{Habits, HandShares, Hands, Outcome, Timestamp};

/// The most networks that are counted; the quietest quarter goes first.
pub const NOTED_MAX: usize = 65_536;
/// The most attempts that can still be concluded or taken out, each in the place that its event gives it; who comes to a
/// place that is taken takes it over.
pub const NOTED_ATTEMPTS_MAX: usize = 16_384;
const _: () = assert!(NOTED_ATTEMPTS_MAX.is_power_of_two());
/// After this time an attempt counts for half: lists and rented machines last for weeks.
const HALF_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// What is younger is taken for new: counts are brought up to date no more often than this.
const FRESH: Duration = Duration::from_secs(3_600);
/// What is usual holds a network's ratio as if so many attempts had been let through.
const HOLD: f32 = 3.0;
/// What is usual before anything was seen: one stranger fails for ten events let through.
const PRIOR: Count = Count { failed: 2.0, passed: 20.0, at: None };

/// The steps that are counted: the provider, and the /24 (IPv6: /48).
pub const NOTED_LEVELS: [Level; 2] = [Level::Asn, Level::Net];

/// How many times as often as usual strangers fail, for one event that is let through, by [`NOTED_LEVELS`]: 1 where
/// nothing is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Notoriety(pub [f32; NOTED_LEVELS.len()]);

impl Default for Notoriety {
    fn default() -> Self {
        Self([1.0; NOTED_LEVELS.len()])
    }
}

/// What is counted of the networks of one application.
#[derive(Debug, Clone)]
pub struct Notorieties {
    by_tag: TagTable<Count>,
    all: [Count; NOTED_LEVELS.len()],
    /// Devices that were new to an account and let through, by whose they were.
    by_hands: [Count; Hands::ALL.len()],
    /// By place; none before the first.
    attempts: Vec<Option<Attempt>>,
    /// The newest, which neither the counts nor the attempts have yet: so it can be taken out as if it had never come.
    newest: Option<Attempt>,
}

/// Decayed counts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Count {
    failed: f32,
    passed: f32,
    /// When they were last brought up to date; None if never.
    at: Option<Timestamp>,
}

/// One attempt.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    event: u64,
    at: Timestamp,
    tags: [Option<StepTag>; NOTED_LEVELS.len()],
    is_stranger: bool,
    /// Whose its device is; None if its account knows it, or it names none.
    hands: Option<Hands>,
    outcome: Outcome,
}

impl Default for Notorieties {
    fn default() -> Self {
        Self {
            by_tag: TagTable::default(),
            all: [PRIOR; NOTED_LEVELS.len()],
            by_hands: [Count::default(); Hands::ALL.len()],
            attempts: Vec::new(),
            newest: None,
        }
    }
}

impl Notorieties {
    /// What is known of an event's networks, its account's own failures there left out. O(1).
    #[must_use]
    pub fn of(&mut self, circumstances: &Circumstances, own_failures: u32, at: Timestamp) -> Notoriety {
        self.settle();
        let mut notoriety = Notoriety::default();
        for ((ratio, level), all) in notoriety.0.iter_mut().zip(NOTED_LEVELS).zip(&self.all) {
            let count = circumstances.tag(level).map(|tag| self.by_tag.get(tag.get()));
            // What was never counted is as usual as all.
            let Some(count) = count.filter(|count| count.at.is_some()) else { continue };
            let count = count.as_of(at);
            let all = all.as_of(at);
            let usual = (all.failed / all.passed.max(f32::MIN_POSITIVE)).max(f32::MIN_POSITIVE);
            let failed = (count.failed - own_failures as f32).max(0.0);
            *ratio = (failed + HOLD * usual) / (count.passed + HOLD) / usual;
        }
        notoriety
    }

    /// How often owners who come with a new device come with whose. O(1).
    #[must_use]
    pub fn hand_shares(&mut self, at: Timestamp) -> HandShares {
        self.settle();
        HandShares::of(self.by_hands.map(|count| count.as_of(at).passed))
    }

    /// Counts an attempt. One counted before is not counted again. `event` is the short form of its id, `habits` are its
    /// account's, if it has any, and `device` says whose its device is, if it names one. O(1), but for making room.
    pub fn count(
        &mut self,
        event: u64,
        at: Timestamp,
        outcome: Outcome,
        circumstances: &Circumstances,
        habits: Option<&Habits>,
        device: Option<Hands>,
    ) {
        self.settle();
        if self.attempts.get(place_of(event)).is_some_and(|place| place.is_some_and(|one| one.event == event)) {
            return;
        }
        let knows = |tag| habits.is_some_and(|habits| habits.weight_of(Level::Asn, tag).is_some());
        let is_stranger = !circumstances.tag(Level::Asn).is_some_and(knows);
        let tags = NOTED_LEVELS.map(|level| circumstances.tag(level));
        let known =
            |habits: &Habits| circumstances.tag(Level::Device).and_then(|tag| habits.weight_of(Level::Device, tag));
        // The first device of an account is compared with nothing.
        let is_new = habits.is_some_and(|habits| habits.weight > 0.0 && known(habits).is_none());
        self.newest = Some(Attempt { event, at, tags, is_stranger, hands: device.filter(|_| is_new), outcome });
    }

    /// Sets how a counted attempt ended, if it is still remembered.
    pub fn conclude(&mut self, event: u64, outcome: Outcome) {
        if let Some(newest) = self.newest.as_mut().filter(|newest| newest.event == event) {
            newest.outcome = outcome;
        } else if let Some(before) = self.take(event) {
            let after = Attempt { outcome, ..before };
            self.add(&before, -1.0);
            self.add(&after, 1.0);
            self.keep(after);
        }
    }

    /// Takes a counted attempt out again, if it is still remembered.
    pub fn uncount(&mut self, event: u64) {
        if self.newest.is_some_and(|newest| newest.event == event) {
            self.newest = None;
        } else if let Some(attempt) = self.take(event) {
            self.add(&attempt, -1.0);
        }
    }

    /// Adds the newest attempt to the counts.
    fn settle(&mut self) {
        if let Some(attempt) = self.newest.take() {
            self.add(&attempt, 1.0);
            self.keep(attempt);
        }
    }

    fn keep(&mut self, attempt: Attempt) {
        if self.attempts.is_empty() {
            self.attempts = vec![None; NOTED_ATTEMPTS_MAX];
        }
        if let Some(place) = self.attempts.get_mut(place_of(attempt.event)) {
            *place = Some(attempt);
        }
    }

    fn take(&mut self, event: u64) -> Option<Attempt> {
        self.attempts.get_mut(place_of(event))?.take_if(|attempt| attempt.event == event)
    }

    fn add(&mut self, attempt: &Attempt, by: f32) {
        let (failed, passed) = match attempt.outcome {
            Outcome::Failed if attempt.is_stranger => (by, 0.0),
            Outcome::Succeeded => (0.0, by),
            Outcome::Failed | Outcome::Pending => return,
        };
        if let Some(count) = attempt.hands.and_then(|hands| self.by_hands.get_mut(hands as usize)) {
            count.add(attempt.at, 0.0, passed);
        }
        for (tag, all) in attempt.tags.into_iter().zip(&mut self.all) {
            if let Some(tag) = tag {
                all.add(attempt.at, failed, passed);
                self.by_tag.change(tag.get(), |count| count.add(attempt.at, failed, passed));
            }
        }
        if self.by_tag.len() > NOTED_MAX {
            self.make_room(attempt.at);
        }
    }

    fn make_room(&mut self, at: Timestamp) {
        let mut sums: Vec<f32> = self.by_tag.iter().map(|(_, count)| count.as_of(at).sum()).collect();
        let quarter = sums.len() / 4;
        let quarter = if sums.is_empty() { 0.0 } else { *sums.select_nth_unstable_by(quarter, f32::total_cmp).1 };
        self.by_tag.retain(|_, count| count.as_of(at).sum() > quarter);
    }
}

impl TagCount for Count {
    const KEEPS_ORDER: bool = false;

    fn is_nothing(&self) -> bool {
        self.at.is_none()
    }
}

impl Count {
    fn sum(&self) -> f32 {
        self.failed + self.passed
    }

    fn as_of(&self, at: Timestamp) -> Self {
        let Some(before) = self.at else { return Self { at: Some(at), ..*self } };
        if at.since(before) < FRESH {
            return *self;
        }
        let factor = decay(before, at);
        Self { failed: self.failed * factor, passed: self.passed * factor, at: Some(at) }
    }

    fn add(&mut self, at: Timestamp, failed: f32, passed: f32) {
        *self = self.as_of(at);
        // What is told late has decayed already.
        let factor = self.at.map_or(1.0, |now| decay(at, now));
        self.failed = (self.failed + failed * factor).max(0.0);
        self.passed = (self.passed + passed * factor).max(0.0);
    }
}

/// Where an event's attempt is kept. Events' short forms need not be spread well.
fn place_of(event: u64) -> usize {
    (event.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - NOTED_ATTEMPTS_MAX.ilog2())) as usize
}

/// What is left of an attempt some time later; all of it where that is no later.
fn decay(from: Timestamp, to: Timestamp) -> f32 {
    let age = to.since(from);
    if age < FRESH { 1.0 } else { (-age.as_secs_f32() / HALF_LIFE.as_secs_f32()).exp2() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    fn from(provider: u32, net: u32) -> Circumstances {
        let mut tags = [None; Level::COUNT];
        for (level, value) in [(Level::Asn, provider), (Level::Net, net)] {
            if let Some(place) = tags.get_mut(level.number()) {
                *place = StepTag::new(value);
            }
        }
        Circumstances::from_tags(tags, Version::default(), Version::default())
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_seconds(1_767_225_600 + day * 86_400)
    }

    /// A home where people log in, and a rented network where strangers fail.
    fn seen() -> Notorieties {
        let mut seen = Notorieties::default();
        for event in 0..100 {
            seen.count(event, day(0), Outcome::Succeeded, &from(1, 11), None, None);
        }
        for event in 100..120 {
            seen.count(event, day(0), Outcome::Failed, &from(2, 22), None, None);
        }
        seen
    }

    fn ratio(seen: &mut Notorieties, own_failures: u32, on: i64) -> [f32; 2] {
        seen.of(&from(2, 22), own_failures, day(on)).0
    }

    #[test]
    fn strangers_who_fail_give_a_network_its_name() {
        let mut seen = seen();
        let (provider, net) = (ratio(&mut seen, 0, 0)[0], ratio(&mut seen, 0, 0)[1]);
        assert!(provider > 10.0 && net > 10.0, "{provider} {net}");
        assert!(seen.of(&from(1, 11), 0, day(0)).0.iter().all(|ratio| *ratio < 0.1));
        assert_eq!(seen.of(&from(3, 33), 0, day(0)), Notoriety::default());
        assert_eq!(seen.of(&Circumstances::default(), 0, day(0)), Notoriety::default());
        // The account's own slips are nobody else's, and what was long ago is nearly forgotten.
        assert!(ratio(&mut seen, 20, 0)[0] <= 1.0);
        let later = ratio(&mut seen, 0, 300)[0];
        assert!((0.9..1.5).contains(&later), "{later}");
    }

    #[test]
    fn who_knows_the_provider_is_no_stranger_there() {
        let mut habits = Habits::default();
        habits.learn(day(0), &from(2, 22), &crate::News::default());
        let mut seen = Notorieties::default();
        for event in 0..20 {
            seen.count(event, day(0), Outcome::Failed, &from(2, 22), Some(&habits), None);
        }
        assert_eq!(ratio(&mut seen, 0, 0), [1.0; 2]);
    }

    #[test]
    fn what_is_taken_out_or_ends_otherwise_was_never_counted() {
        let (mut seen, before) = (seen(), ratio(&mut seen(), 0, 0));
        seen.count(500, day(0), Outcome::Failed, &from(2, 22), None, None);
        seen.count(500, day(0), Outcome::Failed, &from(2, 22), None, None);
        assert!(ratio(&mut seen, 0, 0) > before);
        seen.uncount(500);
        seen.uncount(500);
        assert!((ratio(&mut seen, 0, 0)[0] - before[0]).abs() < 1e-3);
        seen.count(501, day(0), Outcome::Pending, &from(2, 22), None, None);
        assert!((ratio(&mut seen, 0, 0)[0] - before[0]).abs() < 1e-3);
        seen.conclude(501, Outcome::Failed);
        assert!(ratio(&mut seen, 0, 0) > before);
        seen.conclude(501, Outcome::Succeeded);
        assert!(ratio(&mut seen, 0, 0) < before);
    }

    #[test]
    fn whose_new_devices_are_is_learned_and_taken_back() {
        let named = |name: u32| {
            let mut tags = [None; Level::COUNT];
            if let Some(place) = tags.get_mut(Level::Device.number()) {
                *place = StepTag::new(name);
            }
            Circumstances::from_tags(tags, Version::default(), Version::default())
        };
        let mut habits = Habits::default();
        habits.learn(day(0), &named(1), &crate::News::default());
        let (mut seen, before) = (Notorieties::default(), HandShares::default());
        let mut count = |event, name, outcome, habits: Option<&Habits>| {
            seen.count(event, day(0), outcome, &named(name), habits, Some(Hands::Anothers));
            seen.hand_shares(day(0))
        };
        // A known device, the first of an account, and a failure say nothing.
        assert_eq!(count(1, 1, Outcome::Succeeded, Some(&habits)), before);
        assert_eq!(count(2, 2, Outcome::Succeeded, None), before);
        assert_eq!(count(3, 2, Outcome::Failed, Some(&habits)), before);
        let after = count(4, 2, Outcome::Succeeded, Some(&habits));
        assert!(after.share(Hands::Anothers) > before.share(Hands::Anothers));
        seen.uncount(4);
        assert_eq!(seen.hand_shares(day(0)), before);
    }

    #[test]
    fn notorieties_are_bounded() {
        let mut seen = Notorieties::default();
        for n in 1..=(NOTED_MAX as u32) {
            seen.count(u64::from(n), day(0), Outcome::Failed, &from(2 * n, 2 * n + 1), None, None);
        }
        assert!(seen.by_tag.len() <= NOTED_MAX && seen.attempts.len() <= NOTED_ATTEMPTS_MAX);
    }
}
