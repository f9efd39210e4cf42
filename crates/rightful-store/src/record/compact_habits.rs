//! The stored form of an account's habits, since version 5 of states.

use rightful_domain::{AgentHabit, Fickleness, Habit, Habits, Level, RATED_LEVELS, StepTag};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::compact::{Index, Named};
use super::lesson::{StoredVersion, restored_step, stored_step};
use super::packed::Packed;

/// A weight by its bits.
type Bits = [u8; 4];

#[derive(Serialize, Deserialize)]
pub(super) struct CompactHabits {
    /// Weights of values, each once; that of all events first.
    weights: Vec<Bits>,
    /// How many values each level has.
    n_by_level: Packed,
    /// The values of all levels but hours.
    tags: Vec<[u8; 4]>,
    /// Hours are small numbers.
    hours: Vec<u32>,
    /// The weight of each value, by its place among the weights.
    step_weights: Packed,
    /// How often each rated level was new, and how often that was to be expected.
    novel: StoredRates,
    expected: StoredRates,
    /// Tag, versions of system and browser, how much of its weight came without a name, whether the last did, last seen.
    agents: Vec<([u8; 4], StoredVersion, StoredVersion, f32, bool, Index)>,
}

/// Which levels have a rate other than zero, a bit each; and those.
#[derive(Serialize, Deserialize)]
struct StoredRates(u16, Vec<Bits>);

impl StoredRates {
    fn of(rates: impl Iterator<Item = f32>) -> Self {
        let (mut mask, mut told) = (0, Vec::new());
        for (level, rate) in (0..).zip(rates).filter(|(_, rate)| rate.to_bits() != 0) {
            mask |= 1_u16 << level;
            told.push(rate.to_le_bytes());
        }
        Self(mask, told)
    }

    fn restore(self) -> Result<[f32; RATED_LEVELS], Undecodable> {
        let (mut rates, mut told) = ([0.0; RATED_LEVELS], self.1.into_iter());
        let is_told = |level: &usize| self.0 >> level & 1 == 1;
        for (_, rate) in rates.iter_mut().enumerate().filter(|(level, _)| is_told(level)) {
            *rate = f32::from_le_bytes(told.next().ok_or(Undecodable("a rate that is not there"))?);
        }
        Ok(rates)
    }
}

/// Weights in the order in which they were met.
#[derive(Default)]
struct Weights(Vec<Bits>);

impl Weights {
    fn place(&mut self, weight: f32) -> u32 {
        let bits = weight.to_le_bytes();
        let place = self.0.iter().position(|other| *other == bits).unwrap_or_else(|| {
            self.0.push(bits);
            self.0.len() - 1
        });
        u32::try_from(place).expect("an account has some hundred weights at most")
    }
}

impl CompactHabits {
    /// None if there are none.
    pub(super) fn of(habits: &Habits, named: &Named) -> Option<Self> {
        if *habits == Habits::default() {
            return None;
        }
        let mut weights = Weights::default();
        weights.place(habits.weight);
        let n_by_level = Level::ALL.map(|level| u32::from(clamped(habits.of_level(level).len())));
        let others = Level::ALL.into_iter().filter(|level| *level != Level::Hour);
        let others = others.flat_map(|level| habits.of_level(level));
        let step_weights: Vec<u32> = habits.steps().map(|(_, habit)| weights.place(habit.weight)).collect();
        let agent = |agent: &AgentHabit| {
            let [os, browser] = [agent.os_version, agent.browser_version].map(StoredVersion::of);
            let last_at = named.moment(agent.last_at);
            (stored_step(agent.tag), os, browser, agent.nameless_weight, agent.was_nameless, last_at)
        };
        Some(Self {
            n_by_level: Packed::of(&n_by_level),
            tags: others.map(|habit| stored_step(habit.tag)).collect(),
            hours: habits.of_level(Level::Hour).iter().map(|habit| habit.tag.get()).collect(),
            step_weights: Packed::of(&step_weights),
            novel: StoredRates::of(habits.fickleness.iter().map(|level| level.novel)),
            expected: StoredRates::of(habits.fickleness.iter().map(|level| level.expected)),
            agents: habits.agents().iter().map(agent).collect(),
            weights: weights.0,
        })
    }

    pub(super) fn restore(self, named: &Named) -> Result<Habits, Undecodable> {
        let weight = |place: u32| {
            let bits = usize::try_from(place).ok().and_then(|place| self.weights.get(place));
            bits.map(|bits| f32::from_le_bytes(*bits)).ok_or(Undecodable("a weight that is not there"))
        };
        let n_by_level = self.n_by_level.numbers(Level::COUNT)?;
        let mut step_weights = self.step_weights.numbers(self.tags.len() + self.hours.len())?.into_iter();
        let mut tags = self.tags.into_iter().map(restored_step);
        let mut hours =
            self.hours.into_iter().map(|hour| StepTag::new(hour).ok_or(Undecodable("a step without a tag")));
        let mut steps = Vec::with_capacity(step_weights.len());
        for (level, n) in Level::ALL.into_iter().zip(n_by_level) {
            for _ in 0..n {
                let tag = if level == Level::Hour { hours.next() } else { tags.next() };
                let (tag, place) = tag.zip(step_weights.next()).ok_or(Undecodable("a step that is not there"))?;
                steps.push((level, Habit { tag: tag?, weight: weight(place)? }));
            }
        }
        let [novel, expected] = [self.novel.restore()?, self.expected.restore()?];
        let mut fickleness = [Fickleness::default(); RATED_LEVELS];
        for ((level, novel), expected) in fickleness.iter_mut().zip(novel).zip(expected) {
            *level = Fickleness { novel, expected };
        }
        let agent =
            |(tag, os, browser, nameless_weight, was_nameless, last_at): (_, StoredVersion, StoredVersion, _, _, _)| {
                let (tag, last_at) = (restored_step(tag)?, named.moment_at(last_at)?);
                let (os_version, browser_version) = (os.restore(), browser.restore());
                Ok(AgentHabit { tag, os_version, browser_version, nameless_weight, was_nameless, last_at })
            };
        let agents = self.agents.into_iter().map(agent).collect::<Result<_, _>>()?;
        Ok(Habits::restore(weight(0)?, fickleness, steps, agents))
    }
}

/// Hours are 48, and of each other level there are at most sixteen.
fn clamped(n: usize) -> u8 {
    u8::try_from(n).expect("the values of a level are capped below 256")
}
