//! How often a provider's addresses turn over: people on a fixed line keep their prefix for years, a carrier hands out
//! another with each connection.
//!
//! Counted by provider and step: how often a prefix was new to an account that knew the provider, beside how often that was
//! to be expected of accounts like it. The counts stand among the values, under keys of their own: what was expected as
//! accounts, in parts of one, what was new as children. So they need no room beside, and what was hardly seen goes first.

use super::{Population, VALUES_MAX};
use crate::circumstances::{Circumstances, Level, TURNOVER_LEVELS};
use crate::{News, Profile};

/// Sets these keys apart from tags.
const TURNOVER: u32 = 0x5455_524E;
/// The parts in which what was to be expected is counted.
const PARTS: f32 = 1_024.0;
/// Novelties that hold a provider at the average.
const HOLD: f32 = 3.0;
/// So many times as often, or as seldom, at most: who walks through a provider's prefixes with an account of their own
/// makes others' new ones there calmer by 1.4 nats.
const TIMES_MAX: f32 = 4.0;

impl Population {
    /// How many times as often as expected those who come through this provider show something new, by step; 1 where the
    /// provider is new to the account, so that nothing below it is asked.
    pub(super) fn turnover(&self, profile: &Profile, circumstances: &Circumstances) -> [f32; TURNOVER_LEVELS.len()] {
        let provider = circumstances.tag(Level::Asn);
        let is_known = provider.is_some_and(|provider| profile.habits.weight_of(Level::Asn, provider).is_some());
        TURNOVER_LEVELS.map(|level| {
            let Some(key) = key(circumstances, level).filter(|_| is_known) else { return 1.0 };
            let count = self.values.get(key);
            let times = (count.children as f32 + HOLD) / (count.accounts as f32 / PARTS + HOLD);
            times.clamp(1.0 / TIMES_MAX, TIMES_MAX)
        })
    }

    /// Counts what was new of one event, and what was to be expected.
    pub(super) fn count_turnover(&mut self, circumstances: &Circumstances, news: &News) {
        for level in TURNOVER_LEVELS.into_iter().filter(|level| news.is_tried(*level)) {
            let rate = news.rates.get(level.number());
            let (Some(key), Some(rate)) = (key(circumstances, level), rate) else { continue };
            if self.values.len() >= VALUES_MAX {
                self.make_room();
            }
            // Between 0 and 1, and hardly ever less than one part.
            let expected = ((rate.get() * PARTS).round() as u32).max(1);
            self.values.change(key, |count| {
                count.accounts = count.accounts.saturating_add(expected);
                count.children = count.children.saturating_add(u32::from(news.is_novel(level)));
            });
        }
    }
}

/// Where a step of a provider is counted; None where the provider is not known.
fn key(circumstances: &Circumstances, level: Level) -> Option<u32> {
    // Tags are keyed hashes, so any mixture is as good as another.
    let provider = circumstances.tag(Level::Asn)?.get();
    let key = (provider ^ TURNOVER).wrapping_mul(0x9E37_79B1).rotate_left(15);
    Some(key.wrapping_add((level as u32 + 1).wrapping_mul(0x85EB_CA77)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circumstances::{StepTag, Version};
    use crate::{EventId, Lesson, Timestamp};

    const DAY: Timestamp = Timestamp::from_seconds(1_767_225_600);

    fn through(provider: u32) -> Circumstances {
        let mut tags = [None; Level::COUNT];
        tags[Level::Asn.number()] = StepTag::new(provider);
        Circumstances::from_tags(tags, Version::default(), Version::default())
    }

    /// An account that knows these providers.
    fn knows(providers: &[u32]) -> Profile {
        let mut profile = Profile::default();
        for provider in providers {
            let lesson = Lesson::new(EventId::from_parts(0, [1; 10]), DAY);
            profile.learn(&Lesson { circumstances: through(*provider), ..lesson });
        }
        profile
    }

    /// One login in `one_in` shows another /24, where one in ten would.
    fn sign_in(population: &mut Population, provider: u32, n: u32, one_in: u32) {
        for n in 0..n {
            let mut news = News::default();
            news.note(Level::Net, 0.1, n % one_in == 0);
            population.learn(DAY, &through(provider), &news);
        }
    }

    #[test]
    fn a_provider_is_held_against_what_was_expected_of_its_people() {
        let mut population = Population::default();
        let times =
            |population: &Population, provider: u32| population.turnover(&knows(&[1, 2, 3, 4]), &through(provider));
        assert_eq!(times(&population, 1), [1.0; 2]);
        sign_in(&mut population, 1, 2_000, 5);
        sign_in(&mut population, 2, 2_000, 20);
        sign_in(&mut population, 3, 2_000, 1);
        let [[range, net], [_, sticky], [_, most]] = [1, 2, 3].map(|provider| times(&population, provider));
        assert!((net - 2.0).abs() < 0.05 && (sticky - 0.5).abs() < 0.05, "{net} {sticky}");
        // One step says nothing of another, one provider nothing of another, and there is a bound.
        assert_eq!((range, times(&population, 4), most), (1.0, [1.0; 2], TIMES_MAX));
        // A few novelties are believed a little.
        sign_in(&mut population, 4, 2, 1);
        assert!(times(&population, 4)[1] < 1.7);
    }

    #[test]
    fn below_a_provider_that_is_new_to_the_account_nothing_is_asked() {
        let mut population = Population::default();
        sign_in(&mut population, 1, 2_000, 5);
        assert_eq!(population.turnover(&knows(&[2]), &through(1)), [1.0; 2]);
        assert_eq!(population.turnover(&knows(&[]), &Circumstances::default()), [1.0; 2]);
    }

    #[test]
    fn counts_go_before_the_room_is_full() {
        let mut population = Population::default();
        sign_in(&mut population, 5, 2_000, 5);
        for provider in 0..u32::try_from(VALUES_MAX).expect("fits") {
            sign_in(&mut population, 10_000 + provider, 1, 2);
        }
        assert!(population.values.len() <= VALUES_MAX);
    }
}
