//! The stored form of what a key has learned. Moments and weights come again and again in one profile, since all of it
//! comes from the same few events: each is written once, and named by its place.

use std::collections::BTreeSet;

use rightful_domain::{
    AgentHabit, Bad, Coordinates, Fact, Family, Fickleness, Habit, Habits, Held, Level, Place, Profile, RATED_LEVELS,
    Standing, StepTag, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::lesson::{StoredLesson, StoredVersion, restored_step, restored_tag, stored_step, stored_tag};
use super::number::Numbered;

/// The place of a moment or a weight in its list.
type Index = u32;
/// Tag, first seen, last seen, how often.
type StoredFact = ([u8; 8], Index, Index, u32);
/// Family, tag, when it was said.
type StoredBad = (u8, [u8; 8], Index);
/// Latitude and longitude in millionths of a degree, accuracy, time.
type StoredLastPlace = ((i32, i32), Option<u16>, Index);

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredProfile {
    n_learned: u32,
    moments: StoredMoments,
    /// First and last learned, reported, reclaimed, contact changed, proved, labelled.
    at: [Option<Index>; 7],
    by_stranger: bool,
    refused_at: Vec<Index>,
    bad: Vec<StoredBad>,
    facts: [Vec<StoredFact>; 6],
    place: Option<StoredLastPlace>,
    habits: Option<StoredHabits>,
    held: Vec<(StoredLesson, bool)>,
}

/// All moments, ascending: the first, and how many micros later each is than the one before.
#[derive(Serialize, Deserialize)]
struct StoredMoments(i64, Vec<u64>);

#[derive(Serialize, Deserialize)]
struct StoredHabits {
    /// All weights, as their bits.
    weights: Vec<[u8; 4]>,
    weight: Index,
    /// How many values each level has, without the zeros at the end.
    n_by_level: Vec<u8>,
    /// The values of all levels but hours.
    tags: Vec<[u8; 4]>,
    /// Hours are small numbers.
    hours: Vec<u32>,
    step_weights: Vec<Index>,
    /// Novel and expected, level by level; empty if all are zero.
    fickleness: Vec<Index>,
    /// Tag, versions of system and browser, how much of its weight came without a name, whether the last did, last seen.
    agents: Vec<([u8; 4], StoredVersion, StoredVersion, Index, bool, Index)>,
}

/// What is named by place while it is written.
struct Moments(Vec<i64>);

impl Moments {
    fn of(profile: &Profile) -> Self {
        let standing = &profile.standing;
        let facts = Family::ALL.into_iter().flat_map(|family| profile.facts(family));
        let mut all: BTreeSet<i64> =
            facts.flat_map(|fact| [fact.first_at, fact.last_at]).map(Timestamp::as_micros).collect();
        let single = named(profile).into_iter().flatten();
        let several = standing.refused_at.iter().copied().chain(standing.bad.iter().map(|bad| bad.at));
        let others = profile.last_place.iter().map(|place| place.at);
        let agents = profile.habits.agents().iter().map(|agent| agent.last_at);
        all.extend(single.chain(several).chain(others).chain(agents).map(Timestamp::as_micros));
        Self(all.into_iter().collect())
    }

    fn index(&self, at: Timestamp) -> Index {
        let place = self.0.binary_search(&at.as_micros()).expect("every moment of the profile was put in");
        u32::try_from(place).expect("a profile has some hundred moments at most")
    }

    fn stored(&self) -> StoredMoments {
        let gaps = self.0.windows(2).map(|pair| match pair {
            [one, next] => next.wrapping_sub(*one).cast_unsigned(),
            _ => 0,
        });
        StoredMoments(self.0.first().copied().unwrap_or(0), gaps.collect())
    }

    fn restored(StoredMoments(first, gaps): StoredMoments) -> Self {
        let mut at = first;
        let later = gaps.into_iter().map(|gap| {
            at = at.wrapping_add(gap.cast_signed());
            at
        });
        Self(std::iter::once(first).chain(later).collect())
    }

    fn at(&self, index: Index) -> Result<Timestamp, Undecodable> {
        let at = usize::try_from(index).ok().and_then(|place| self.0.get(place));
        at.map(|at| Timestamp::from_micros(*at)).ok_or(Undecodable("a moment that is not there"))
    }
}

/// The moments that have a place of their own.
fn named(profile: &Profile) -> [Option<Timestamp>; 7] {
    let standing = &profile.standing;
    [
        profile.first_at,
        profile.last_at,
        standing.reported_at,
        standing.reclaimed_at,
        standing.contact_changed_at,
        standing.proved_at,
        standing.labelled_at,
    ]
}

impl StoredProfile {
    pub(crate) fn of(profile: &Profile) -> Self {
        let moments = Moments::of(profile);
        let standing = &profile.standing;
        let fact =
            |fact: &Fact| (stored_tag(fact.tag), moments.index(fact.first_at), moments.index(fact.last_at), fact.n);
        let bad = |bad: &Bad| (bad.family.number(), stored_tag(bad.tag), moments.index(bad.at));
        let place = |place: Place| (place.coordinates.microdegrees(), place.accuracy_km, moments.index(place.at));
        Self {
            n_learned: profile.n_learned,
            at: named(profile).map(|at| at.map(|at| moments.index(at))),
            by_stranger: standing.contact_changed_by_stranger,
            refused_at: standing.refused_at.iter().map(|at| moments.index(*at)).collect(),
            bad: standing.bad.iter().map(bad).collect(),
            facts: Family::ALL.map(|family| profile.facts(family).iter().map(fact).collect()),
            place: profile.last_place.map(place),
            habits: StoredHabits::of(&profile.habits, &moments),
            held: profile.held.iter().map(|held| (StoredLesson::of(&held.lesson), held.matures)).collect(),
            moments: moments.stored(),
        }
    }

    pub(crate) fn restore(self) -> Result<Profile, Undecodable> {
        let moments = Moments::restored(self.moments);
        let optional = |index: Option<Index>| index.map(|index| moments.at(index)).transpose();
        let [first_at, last_at, reported_at, reclaimed_at, contact_changed_at, proved_at, labelled_at] = self.at;
        let bad = |(family, tag, at): StoredBad| {
            Ok(Bad { family: Family::of_number(family)?, tag: restored_tag(tag), at: moments.at(at)? })
        };
        let held = |(lesson, matures): (StoredLesson, bool)| Ok(Held { lesson: lesson.restore()?, matures });
        let mut profile = Profile::default();
        profile.n_learned = self.n_learned;
        (profile.first_at, profile.last_at) = (optional(first_at)?, optional(last_at)?);
        let standing = Standing {
            reported_at: optional(reported_at)?,
            reclaimed_at: optional(reclaimed_at)?,
            // They follow the state, from its third version on.
            closed_at: None,
            label: None,
            contact_changed_at: optional(contact_changed_at)?,
            contact_changed_by_stranger: self.by_stranger,
            proved_at: optional(proved_at)?,
            refused_at: self.refused_at.into_iter().map(|at| moments.at(at)).collect::<Result<_, _>>()?,
            labelled_at: optional(labelled_at)?,
            bad: self.bad.into_iter().map(bad).collect::<Result<_, _>>()?,
        };
        profile.standing = standing.into();
        for (family, facts) in Family::ALL.into_iter().zip(self.facts) {
            for (tag, first, last, n) in facts {
                let (first_at, last_at) = (moments.at(first)?, moments.at(last)?);
                // What was vouched for follows the state, from its fourth version on.
                profile.see(family, Fact { tag: restored_tag(tag), first_at, last_at, n, is_vouched: false });
            }
        }
        profile.last_place = self.place.map(|place| restored_place(place, &moments)).transpose()?;
        profile.habits =
            self.habits.map(|habits| habits.restore(&moments)).transpose()?.map(Into::into).unwrap_or_default();
        profile.held = self.held.into_iter().map(held).collect::<Result<Vec<_>, _>>()?.into();
        Ok(profile)
    }
}

fn restored_place(stored: StoredLastPlace, moments: &Moments) -> Result<Place, Undecodable> {
    let ((latitude, longitude), accuracy_km, at) = stored;
    let coordinates = Coordinates::from_microdegrees(latitude, longitude).map_err(|_| Undecodable("not a place"))?;
    Ok(Place { coordinates, accuracy_km, at: moments.at(at)? })
}

/// Weights by their bits, in the order in which they were met.
#[derive(Default)]
struct Weights(Vec<[u8; 4]>);

impl Weights {
    fn index(&mut self, weight: f32) -> Index {
        let bits = weight.to_le_bytes();
        let place = self.0.iter().position(|other| *other == bits).unwrap_or_else(|| {
            self.0.push(bits);
            self.0.len() - 1
        });
        u32::try_from(place).expect("an account has some hundred weights at most")
    }

    fn at(weights: &[[u8; 4]], index: Index) -> Result<f32, Undecodable> {
        let bits = usize::try_from(index).ok().and_then(|place| weights.get(place));
        bits.map(|bits| f32::from_le_bytes(*bits)).ok_or(Undecodable("a weight that is not there"))
    }
}

impl StoredHabits {
    /// None if there are none.
    fn of(habits: &Habits, moments: &Moments) -> Option<Self> {
        if *habits == Habits::default() {
            return None;
        }
        let mut weights = Weights::default();
        let mut n_by_level: Vec<u8> = Level::ALL.map(|level| clamped(habits.of_level(level).len())).to_vec();
        n_by_level.truncate(n_by_level.iter().rposition(|n| *n > 0).map_or(0, |last| last + 1));
        let others = Level::ALL.into_iter().filter(|level| *level != Level::Hour);
        let others = others.flat_map(|level| habits.of_level(level));
        let mut agents = Vec::with_capacity(habits.agents().len());
        for agent in habits.agents() {
            let [os, browser] = [agent.os_version, agent.browser_version].map(StoredVersion::of);
            let nameless = weights.index(agent.nameless_weight);
            agents.push((
                stored_step(agent.tag),
                os,
                browser,
                nameless,
                agent.was_nameless,
                moments.index(agent.last_at),
            ));
        }
        let is_fickle = habits.fickleness.iter().any(|level| *level != Fickleness::default());
        let fickleness = habits.fickleness.iter().filter(|_| is_fickle).flat_map(|level| [level.novel, level.expected]);
        Some(Self {
            weight: weights.index(habits.weight),
            n_by_level,
            tags: others.map(|habit| stored_step(habit.tag)).collect(),
            hours: habits.of_level(Level::Hour).iter().map(|habit| habit.tag.get()).collect(),
            step_weights: habits.steps().map(|(_, habit)| weights.index(habit.weight)).collect(),
            fickleness: fickleness.map(|weight| weights.index(weight)).collect(),
            agents,
            weights: weights.0,
        })
    }

    fn restore(self, moments: &Moments) -> Result<Habits, Undecodable> {
        let weight = |index| Weights::at(&self.weights, index);
        let mut tags = self.tags.into_iter().map(restored_step);
        let mut hours =
            self.hours.into_iter().map(|hour| StepTag::new(hour).ok_or(Undecodable("a step without a tag")));
        let mut step_weights = self.step_weights.into_iter();
        let mut steps = Vec::with_capacity(step_weights.len());
        for (level, n) in Level::ALL.into_iter().zip(self.n_by_level) {
            for _ in 0..n {
                let tag = if level == Level::Hour { hours.next() } else { tags.next() };
                let (tag, index) = tag.zip(step_weights.next()).ok_or(Undecodable("a step that is not there"))?;
                steps.push((level, Habit { tag: tag?, weight: weight(index)? }));
            }
        }
        let mut fickleness = [Fickleness::default(); RATED_LEVELS];
        for (level, pair) in fickleness.iter_mut().zip(self.fickleness.chunks_exact(2)) {
            if let [novel, expected] = pair {
                *level = Fickleness { novel: weight(*novel)?, expected: weight(*expected)? };
            }
        }
        let mut agents = Vec::with_capacity(self.agents.len());
        for (tag, os, browser, nameless, was_nameless, last_at) in self.agents {
            let nameless_weight = weight(nameless)?;
            let (tag, last_at) = (restored_step(tag)?, moments.at(last_at)?);
            let (os_version, browser_version) = (os.restore(), browser.restore());
            agents.push(AgentHabit { tag, os_version, browser_version, nameless_weight, was_nameless, last_at });
        }
        Ok(Habits::restore(weight(self.weight)?, fickleness, steps, agents))
    }
}

/// Hours are 48, and of each other level there are at most sixteen.
fn clamped(n: usize) -> u8 {
    u8::try_from(n).expect("the values of a level are capped below 256")
}
