//! The stored form of what one key remembers, since version 5 of states.
//!
//! All of it comes from the same few events, so the same moments, tags and weights come again and again: in facts, in the
//! marks of windows, among an account's devices, in habits. Each is written once, and named by its place in a list.

use std::collections::HashMap;
use std::sync::Arc;

use rightful_domain::{
    AccountId, Coordinates, Fact, Family, Held, KnownDetail, LabelValue, Mark, Outcome, Place, Profile, Standing, Tag,
    Timestamp, Window,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::compact_habits::CompactHabits;
use super::details::{StoredDetail, restored_detail, stored_detail};
use super::lesson::{StoredLesson, restored_tag, stored_tag};
use super::number::Numbered;
use super::population::StoredPopulation;
use crate::embedded::{Belongings, KnownDevice, LatestDevice, More, State};

/// The place of a moment or a tag in its list.
pub(super) type Index = u32;
/// The same, plus one; 0 where there is none.
type MaybeIndex = u32;

#[derive(Serialize, Deserialize)]
pub(super) struct CompactState<'a> {
    applied: u64,
    moments: StoredMoments,
    /// Those of the facts first, in their order.
    tags: Vec<[u8; 8]>,
    profile: Option<CompactProfile>,
    marks: Vec<CompactMark>,
    /// When it was seen, and all else.
    #[serde(borrow)]
    latest_device: Option<(Index, &'a [u8])>,
    devices: Vec<CompactDevice>,
    #[serde(borrow)]
    rest: Option<StoredRest<'a>>,
}

/// All moments, ascending: their unit, a power of a thousand microseconds that divides all; the first; and how much later
/// each is than the one before.
#[derive(Serialize, Deserialize)]
struct StoredMoments(u8, i64, Vec<u64>);

#[derive(Serialize, Deserialize)]
struct CompactProfile {
    n_learned: u32,
    /// First and last learned.
    at: [MaybeIndex; 2],
    /// How many facts each family has, without the zeros at the end.
    n_facts: Vec<u8>,
    /// First seen, last seen, twice how often, one more if vouched for; family by family.
    facts: Vec<(Index, Index, u64)>,
    /// Latitude and longitude in millionths of a degree, accuracy, time.
    place: Option<((i32, i32), Option<u16>, Index)>,
    habits: Option<CompactHabits>,
    held: Vec<(StoredLesson, bool)>,
    standing: Option<StoredStanding>,
}

#[derive(Serialize, Deserialize)]
struct StoredStanding {
    /// Reported, reclaimed, closed, contact changed, proved, labelled.
    at: [MaybeIndex; 6],
    by_stranger: bool,
    label: Option<u8>,
    refused_at: Vec<Index>,
    /// Family, tag, when it was said.
    bad: Vec<(u8, Index, Index)>,
}

/// When, event, outcome, counterparts.
#[derive(Serialize, Deserialize)]
struct CompactMark(Index, [u8; 8], u8, [MaybeIndex; 2]);

/// Tag, first seen, last seen, the event that made it known, whether that is only claimed, the latest entry, when detached.
#[derive(Serialize, Deserialize)]
struct CompactDevice(Index, Index, Index, Option<[u8; 8]>, bool, u64, MaybeIndex);

/// What most have none of.
#[derive(Serialize, Deserialize)]
struct StoredRest<'a> {
    dropped_until: Option<i64>,
    alias: Option<&'a str>,
    population: Option<StoredPopulation>,
    rolled_back_to: Option<i64>,
    details: Vec<StoredDetail>,
}

/// What is named by its place, while it is written or read.
pub(super) struct Named {
    moments: Vec<i64>,
    tags: Vec<Tag>,
    /// Where each tag stands first; empty while it is read.
    places: HashMap<Tag, Index>,
}

/// Units of moments, by their power: most callers tell seconds or milliseconds.
const UNITS: [(u8, i64); 3] = [(2, 1_000_000), (1, 1_000), (0, 1)];

const FEW: &str = "a key remembers some ten thousand things at most";

impl Named {
    fn of(state: &State) -> Self {
        let mut moments: Vec<i64> = moments_of(state).map(Timestamp::as_micros).collect();
        moments.sort_unstable();
        moments.dedup();
        let mut named = Self { moments, tags: Vec::new(), places: HashMap::new() };
        for (_, fact) in facts_of(&state.profile) {
            // Twice, if two families have it: facts are told by their places.
            let place = named.next_place();
            named.tags.push(fact.tag);
            named.places.entry(fact.tag).or_insert(place);
        }
        named
    }

    fn next_place(&self) -> Index {
        Index::try_from(self.tags.len()).expect(FEW)
    }

    /// The place of a moment.
    pub(super) fn moment(&self, at: Timestamp) -> Index {
        let place = self.moments.binary_search(&at.as_micros()).expect("every moment of the state was put in");
        Index::try_from(place).expect(FEW)
    }

    fn maybe_moment(&self, at: Option<Timestamp>) -> MaybeIndex {
        at.map_or(0, |at| self.moment(at) + 1)
    }

    fn tag(&mut self, tag: Tag) -> Index {
        let next = self.next_place();
        let place = *self.places.entry(tag).or_insert(next);
        if place == next {
            self.tags.push(tag);
        }
        place
    }

    fn maybe_tag(&mut self, tag: Option<Tag>) -> MaybeIndex {
        tag.map_or(0, |tag| self.tag(tag) + 1)
    }

    /// The moment at a place.
    pub(super) fn moment_at(&self, place: Index) -> Result<Timestamp, Undecodable> {
        let at = usize::try_from(place).ok().and_then(|place| self.moments.get(place));
        at.map(|at| Timestamp::from_micros(*at)).ok_or(Undecodable("a moment that is not there"))
    }

    fn maybe_moment_at(&self, place: MaybeIndex) -> Result<Option<Timestamp>, Undecodable> {
        place.checked_sub(1).map(|place| self.moment_at(place)).transpose()
    }

    fn tag_at(&self, place: Index) -> Result<Tag, Undecodable> {
        let tag = usize::try_from(place).ok().and_then(|place| self.tags.get(place));
        tag.copied().ok_or(Undecodable("a tag that is not there"))
    }

    fn maybe_tag_at(&self, place: MaybeIndex) -> Result<Option<Tag>, Undecodable> {
        place.checked_sub(1).map(|place| self.tag_at(place)).transpose()
    }

    fn stored_moments(&self) -> StoredMoments {
        let divides = |unit: &i64| self.moments.iter().all(|at| at % unit == 0);
        let (power, unit) = UNITS.into_iter().find(|(_, unit)| divides(unit)).unwrap_or((0, 1));
        let gaps = self.moments.windows(2).map(|pair| match pair {
            [one, next] => (next / unit).wrapping_sub(one / unit).cast_unsigned(),
            _ => 0,
        });
        StoredMoments(power, self.moments.first().map_or(0, |first| first / unit), gaps.collect())
    }

    fn restored(StoredMoments(power, first, gaps): StoredMoments, tags: &[[u8; 8]]) -> Result<Self, Undecodable> {
        let unit = UNITS.into_iter().find(|(its_power, _)| *its_power == power);
        let (_, unit) = unit.ok_or(Undecodable("a unit of time that is not there"))?;
        let mut at = first;
        let later = gaps.into_iter().map(|gap| {
            at = at.wrapping_add(gap.cast_signed());
            at
        });
        let moments = std::iter::once(first).chain(later).map(|at| at.wrapping_mul(unit)).collect();
        Ok(Self { moments, tags: tags.iter().map(|tag| restored_tag(*tag)).collect(), places: HashMap::new() })
    }
}

fn facts_of(profile: &Profile) -> impl Iterator<Item = (Family, &Fact)> {
    Family::ALL.into_iter().flat_map(|family| profile.facts(family).iter().map(move |fact| (family, fact)))
}

/// The moments of an account's standing that there is one of each.
fn standing_moments(standing: &Standing) -> [Option<Timestamp>; 6] {
    [
        standing.reported_at,
        standing.reclaimed_at,
        standing.closed_at,
        standing.contact_changed_at,
        standing.proved_at,
        standing.labelled_at,
    ]
}

fn moments_of(state: &State) -> impl Iterator<Item = Timestamp> {
    let (profile, standing, more) = (&*state.profile, &*state.profile.standing, &*state.more);
    let learned = [profile.first_at, profile.last_at, profile.last_place.map(|place| place.at)];
    let facts = facts_of(profile).flat_map(|(_, fact)| [fact.first_at, fact.last_at]);
    let agents = profile.habits.agents().iter().map(|agent| agent.last_at);
    let several = standing.refused_at.iter().copied().chain(standing.bad.iter().map(|bad| bad.at));
    let devices = more.belongings.devices.iter();
    let devices = devices.flat_map(|it| [Some(it.first_at), Some(it.last_at), it.detached_at]).flatten();
    let single = learned.into_iter().chain(standing_moments(standing)).flatten();
    let latest = more.latest_device.iter().map(LatestDevice::at);
    let marks = state.window.marks().map(|mark| mark.at);
    single.chain(facts).chain(agents).chain(several).chain(devices).chain(latest).chain(marks)
}

impl<'a> CompactState<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        let mut named = Named::of(state);
        let profile = (!state.profile.is_empty()).then(|| CompactProfile::of(&state.profile, &mut named));
        let marks = state.window.marks().map(|mark| CompactMark::of(mark, &mut named)).collect();
        let More { latest_device, belongings, .. } = &*state.more;
        let devices = belongings.devices.iter().map(|known| CompactDevice::of(known, &mut named)).collect();
        Self {
            applied: state.applied,
            moments: named.stored_moments(),
            profile,
            marks,
            latest_device: latest_device.as_ref().map(|latest| (named.moment(latest.at()), latest.told())),
            devices,
            rest: StoredRest::of(state),
            tags: named.tags.into_iter().map(stored_tag).collect(),
        }
    }

    pub(super) fn restore(self) -> Result<State, Undecodable> {
        let named = Named::restored(self.moments, &self.tags)?;
        let marks = self.marks.into_iter().map(|mark| mark.restore(&named)).collect::<Result<Vec<_>, _>>()?;
        let profile = self.profile.map(|profile| profile.restore(&named)).transpose()?;
        let latest = self.latest_device.map(|(at, told)| LatestDevice::restore(named.moment_at(at)?, told));
        let devices = self.devices.into_iter().map(|device| device.restore(&named)).collect::<Result<_, _>>()?;
        let mut more = More { latest_device: latest.transpose()?, ..More::default() };
        let dropped_until = match self.rest {
            Some(rest) => rest.restore(&mut more)?,
            None => None,
        };
        more.belongings.devices = devices;
        Ok(State {
            applied: self.applied,
            profile: profile.map_or_else(|| State::default().profile, Arc::new),
            window: Window::restore(marks, dropped_until),
            more: more.into(),
        })
    }
}

impl CompactProfile {
    fn of(profile: &Profile, named: &mut Named) -> Self {
        let mut n_facts = Family::ALL.map(|family| profile.facts(family).len()).map(clamped).to_vec();
        n_facts.truncate(n_facts.iter().rposition(|n| *n > 0).map_or(0, |last| last + 1));
        let fact = |(_, fact): (_, &Fact)| {
            let n = u64::from(fact.n) << 1 | u64::from(fact.is_vouched);
            (named.moment(fact.first_at), named.moment(fact.last_at), n)
        };
        let place = |place: Place| (place.coordinates.microdegrees(), place.accuracy_km, named.moment(place.at));
        Self {
            n_learned: profile.n_learned,
            at: [profile.first_at, profile.last_at].map(|at| named.maybe_moment(at)),
            n_facts,
            facts: facts_of(profile).map(fact).collect(),
            place: profile.last_place.map(place),
            habits: CompactHabits::of(&profile.habits, named),
            held: profile.held.iter().map(|held| (StoredLesson::of(&held.lesson), held.matures)).collect(),
            standing: StoredStanding::of(&profile.standing, named),
        }
    }

    fn restore(self, named: &Named) -> Result<Profile, Undecodable> {
        let mut profile = Profile::default();
        profile.n_learned = self.n_learned;
        let [first_at, last_at] = self.at;
        (profile.first_at, profile.last_at) = (named.maybe_moment_at(first_at)?, named.maybe_moment_at(last_at)?);
        let families = Family::ALL.into_iter().zip(self.n_facts);
        let families = families.flat_map(|(family, n)| std::iter::repeat_n(family, usize::from(n)));
        for ((family, (first, last, n)), place) in families.zip(self.facts).zip(0..) {
            let (first_at, last_at) = (named.moment_at(first)?, named.moment_at(last)?);
            let is_vouched = n & 1 == 1;
            let n = u32::try_from(n >> 1).map_err(|_| Undecodable("a fact seen too often"))?;
            profile.see(family, Fact { tag: named.tag_at(place)?, first_at, last_at, n, is_vouched });
        }
        let place = |((latitude, longitude), accuracy_km, at)| {
            let coordinates = Coordinates::from_microdegrees(latitude, longitude);
            let coordinates = coordinates.map_err(|_| Undecodable("not a place"))?;
            Ok(Place { coordinates, accuracy_km, at: named.moment_at(at)? })
        };
        profile.last_place = self.place.map(place).transpose()?;
        profile.habits =
            self.habits.map(|habits| habits.restore(named)).transpose()?.map(Into::into).unwrap_or_default();
        let held = |(lesson, matures): (StoredLesson, bool)| Ok(Held { lesson: lesson.restore()?, matures });
        profile.held = self.held.into_iter().map(held).collect::<Result<Vec<_>, _>>()?.into();
        let standing = self.standing.map(|standing| standing.restore(named)).transpose()?;
        profile.standing = standing.map(Into::into).unwrap_or_default();
        Ok(profile)
    }
}

/// At most 64 a family.
fn clamped(n: usize) -> u8 {
    u8::try_from(n).expect("the facts of a family are capped below 256")
}

impl StoredStanding {
    /// None if it stands nowhere.
    fn of(standing: &Standing, named: &mut Named) -> Option<Self> {
        let bad = |bad: &rightful_domain::Bad| (bad.family.number(), named.tag(bad.tag), named.moment(bad.at));
        let bad = standing.bad.iter().map(bad).collect();
        (*standing != Standing::default()).then(|| Self {
            at: standing_moments(standing).map(|at| named.maybe_moment(at)),
            by_stranger: standing.contact_changed_by_stranger,
            label: standing.label.map(|label| label.number()),
            refused_at: standing.refused_at.iter().map(|at| named.moment(*at)).collect(),
            bad,
        })
    }

    fn restore(self, named: &Named) -> Result<Standing, Undecodable> {
        let [reported, reclaimed, closed, contact_changed, proved, labelled] = self.at;
        let bad = |(family, tag, at): (u8, Index, Index)| {
            let (tag, at) = (named.tag_at(tag)?, named.moment_at(at)?);
            Ok(rightful_domain::Bad { family: Family::of_number(family)?, tag, at })
        };
        Ok(Standing {
            reported_at: named.maybe_moment_at(reported)?,
            reclaimed_at: named.maybe_moment_at(reclaimed)?,
            closed_at: named.maybe_moment_at(closed)?,
            label: self.label.map(LabelValue::of_number).transpose()?,
            contact_changed_at: named.maybe_moment_at(contact_changed)?,
            contact_changed_by_stranger: self.by_stranger,
            proved_at: named.maybe_moment_at(proved)?,
            refused_at: self.refused_at.into_iter().map(|at| named.moment_at(at)).collect::<Result<_, _>>()?,
            labelled_at: named.maybe_moment_at(labelled)?,
            bad: self.bad.into_iter().map(bad).collect::<Result<_, _>>()?,
        })
    }
}

impl CompactMark {
    fn of(mark: Mark, named: &mut Named) -> Self {
        let counterparts = mark.counterparts.map(|tag| named.maybe_tag(tag));
        Self(named.moment(mark.at), mark.event.to_le_bytes(), mark.outcome.number(), counterparts)
    }

    fn restore(self, named: &Named) -> Result<Mark, Undecodable> {
        let Self(at, event, outcome, [first, second]) = self;
        Ok(Mark {
            at: named.moment_at(at)?,
            event: u64::from_le_bytes(event),
            counterparts: [named.maybe_tag_at(first)?, named.maybe_tag_at(second)?],
            outcome: Outcome::of_number(outcome)?,
        })
    }
}

impl CompactDevice {
    fn of(known: &KnownDevice, named: &mut Named) -> Self {
        Self(
            named.tag(known.tag),
            named.moment(known.first_at),
            named.moment(known.last_at),
            known.first_event.map(u64::to_le_bytes),
            known.is_claim,
            known.sequence,
            named.maybe_moment(known.detached_at),
        )
    }

    fn restore(self, named: &Named) -> Result<KnownDevice, Undecodable> {
        let Self(tag, first_at, last_at, first_event, is_claim, sequence, detached_at) = self;
        Ok(KnownDevice {
            tag: named.tag_at(tag)?,
            first_at: named.moment_at(first_at)?,
            last_at: named.moment_at(last_at)?,
            first_event: first_event.map(u64::from_le_bytes),
            is_claim,
            sequence,
            detached_at: named.maybe_moment_at(detached_at)?,
        })
    }
}

impl<'a> StoredRest<'a> {
    /// None if there is nothing.
    fn of(state: &'a State) -> Option<Self> {
        let More { alias, population, belongings, latest_device: _ } = &*state.more;
        let Belongings { devices: _, details, rolled_back_to } = belongings;
        let dropped_until = state.window.dropped_until();
        let is_there = alias.is_some() || population.is_some() || rolled_back_to.is_some() || dropped_until.is_some();
        (is_there || !details.is_empty()).then(|| Self {
            dropped_until: dropped_until.map(Timestamp::as_micros),
            alias: alias.as_ref().map(AccountId::as_str),
            population: population.as_deref().map(StoredPopulation::of),
            rolled_back_to: rolled_back_to.map(Timestamp::as_micros),
            details: details.iter().map(stored_detail).collect(),
        })
    }

    /// Puts it where it belongs; what is left is until when the window had to let marks go.
    fn restore(self, more: &mut More) -> Result<Option<Timestamp>, Undecodable> {
        more.alias = super::optional_id(self.alias, AccountId::new)?;
        more.population = self.population.map(StoredPopulation::restore).transpose()?.map(Into::into);
        more.belongings.rolled_back_to = self.rolled_back_to.map(Timestamp::from_micros);
        let details: Vec<KnownDetail> = self.details.into_iter().map(restored_detail).collect::<Result<_, _>>()?;
        more.belongings.details = details.into();
        Ok(self.dropped_until.map(Timestamp::from_micros))
    }
}
