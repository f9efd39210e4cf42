//! The stored form of what a key has learned, in versions 2 to 4 of states: only read. Moments and weights come again and again in one profile, since all of it
//! comes from the same few events: each is written once, and named by its place.

use rightful_domain::{
    AgentHabit, Bad, Coordinates, Fact, Family, Fickleness, Habit, Habits, Held, Level, Place, Profile, RATED_LEVELS,
    Standing, StepTag, Timestamp,
};
use serde::Deserialize;

use super::Undecodable;
use super::lesson::{StoredLesson, StoredVersion, restored_step, restored_tag};
use super::number::Numbered;

/// The place of a moment or a weight in its list.
type Index = u32;
/// Tag, first seen, last seen, how often.
type StoredFact = ([u8; 8], Index, Index, u32);
/// Family, tag, when it was said.
type StoredBad = (u8, [u8; 8], Index);
/// Latitude and longitude in millionths of a degree, accuracy, time.
type StoredLastPlace = ((i32, i32), Option<u16>, Index);

#[derive(Deserialize)]
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
#[derive(Deserialize)]
struct StoredMoments(i64, Vec<u64>);

#[derive(Deserialize)]
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

impl StoredProfile {
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

fn weight_at(weights: &[[u8; 4]], index: Index) -> Result<f32, Undecodable> {
    let bits = usize::try_from(index).ok().and_then(|place| weights.get(place));
    bits.map(|bits| f32::from_le_bytes(*bits)).ok_or(Undecodable("a weight that is not there"))
}

impl StoredHabits {
    fn restore(self, moments: &Moments) -> Result<Habits, Undecodable> {
        let weight = |index| weight_at(&self.weights, index);
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
