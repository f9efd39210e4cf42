//! The stored form of what one key (an account or username, a device, an address) remembers: the version that is written is
//! in `compact`, and here are those that are only read.

use std::sync::Arc;

use rightful_domain::{
    AccountId, Bad, Fact, Family, Held, LabelValue, Mark, Outcome, Population, Profile, Sparse, Standing, Tag,
    Timestamp, Window,
};
use serde::Deserialize;

use super::Undecodable;
use super::compact::CompactState;
use super::details::{StoredDetail, restored_detail};
use super::entry::StoredSnapshot;
use super::lesson::{StoredTags, restored_tag};
use super::number::Numbered;
use super::population::{CoarsePopulation, StoredPopulation};
use super::profile::StoredProfile;
use crate::embedded::{Belongings, KnownDevice, LatestDevice, More, State};

/// The version that is written: since 5, each moment, tag and weight once, and agents with their phrases in short.
const VERSION: u8 = 5;
/// Only read: since 4, what somebody vouched for follows as well.
const FOURTH_VERSION: u8 = 4;
/// Only read: since 3, what an account has, whether it is closed and what reviewers say of it follows, and a population
/// tells types of device and the hours of a day apart.
const THIRD_VERSION: u8 = 3;
/// Only read: with habits, places, the standing's new moments, and populations.
const SECOND_VERSION: u8 = 2;
/// Only read.
const OLD_VERSION: u8 = 1;

#[derive(Deserialize)]
struct StoredState<'a, P> {
    applied: u64,
    profile: Option<StoredProfile>,
    window: Option<StoredWindow>,
    #[serde(borrow)]
    latest_device: Option<StoredSnapshot<'a>>,
    alias: Option<&'a str>,
    population: Option<P>,
}

/// What follows from version 3 on, where there is any of it.
#[derive(Deserialize)]
struct StoredBelongings {
    closed_at: Option<i64>,
    label: Option<u8>,
    rolled_back_to: Option<i64>,
    devices: Vec<StoredDevice>,
    details: Vec<StoredDetail>,
}

/// What follows from version 4 on: the places of the profile's facts that somebody vouched for, through all families.
#[derive(Deserialize)]
struct StoredVouched(Vec<u16>);

/// Tag, first seen, last seen after that, the event that made it known, whether that is only claimed, the latest entry,
/// when detached.
#[derive(Deserialize)]
struct StoredDevice([u8; 8], i64, u64, Option<[u8; 8]>, bool, u64, Option<i64>);

/// As written by the first version.
#[derive(Deserialize)]
struct OldState<'a> {
    applied: u64,
    profile: Option<OldProfile>,
    window: Option<StoredWindow>,
    #[serde(borrow)]
    latest_device: Option<StoredSnapshot<'a>>,
    alias: Option<&'a str>,
}

/// Tag, first seen, last seen after that, how often.
type OldFact = ([u8; 8], i64, u64, u32);

/// As written by the first version.
#[derive(Deserialize)]
struct OldProfile {
    n_learned: u32,
    first_at: Option<i64>,
    last_at: Option<i64>,
    facts: [Vec<OldFact>; 4],
    held: Vec<(StoredTags, bool)>,
    /// Reported, reclaimed, contact changed.
    standing: [Option<i64>; 3],
    bad: Vec<(u8, [u8; 8])>,
}

#[derive(Deserialize)]
struct StoredWindow {
    dropped_until: Option<i64>,
    start: i64,
    /// Each counterpart once; marks name them by place.
    tags: Vec<[u8; 8]>,
    marks: Vec<StoredMark>,
}

/// Micros since the mark before, event, outcome, counterparts: place among the tags plus one, or zero.
#[derive(Deserialize)]
struct StoredMark(u64, [u8; 8], u8, u32, u32);

/// A state as bytes.
pub(crate) fn encode_state(state: &State) -> Vec<u8> {
    super::to_versioned_bytes(VERSION, &CompactState::of(state))
}

/// A state from its bytes.
pub(crate) fn decode_state(bytes: &[u8]) -> Result<State, Undecodable> {
    match bytes.first() {
        Some(&OLD_VERSION) => decode_old_state(bytes),
        Some(&SECOND_VERSION) => {
            let stored: StoredState<'_, CoarsePopulation> = super::from_versioned_bytes(SECOND_VERSION, bytes)?;
            stored.restore(None, CoarsePopulation::restore_coarse)
        }
        Some(&THIRD_VERSION) => {
            let (stored, belongings): (StoredState<'_, StoredPopulation>, _) =
                super::from_versioned_bytes(THIRD_VERSION, bytes)?;
            stored.restore(belongings, StoredPopulation::restore)
        }
        Some(&FOURTH_VERSION) => {
            let (stored, belongings, vouched): (StoredState<'_, StoredPopulation>, _, StoredVouched) =
                super::from_versioned_bytes(FOURTH_VERSION, bytes)?;
            let mut state = stored.restore(belongings, StoredPopulation::restore)?;
            vouched.restore(&mut state)?;
            Ok(state)
        }
        _ => super::from_versioned_bytes::<CompactState<'_>>(VERSION, bytes)?.restore(),
    }
}

impl<P> StoredState<'_, P> {
    fn restore(
        self,
        belongings: Option<StoredBelongings>,
        population: fn(P) -> Result<Population, Undecodable>,
    ) -> Result<State, Undecodable> {
        let mut profile = self.profile.map(StoredProfile::restore).transpose()?;
        let belongings = match belongings {
            Some(belongings) => belongings.restore(&mut profile)?,
            None => Belongings::default(),
        };
        Ok(State {
            applied: self.applied,
            profile: profile.map_or_else(|| State::default().profile, Into::into),
            window: self.window.map(StoredWindow::restore).transpose()?.unwrap_or_default(),
            more: more(self.latest_device, self.alias, self.population.map(population).transpose()?, belongings)?,
        })
    }
}

impl StoredBelongings {
    /// What the account has; what it says of the standing is put there.
    fn restore(self, profile: &mut Option<Profile>) -> Result<Belongings, Undecodable> {
        let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
        if self.closed_at.is_some() || self.label.is_some() {
            let standing = &mut profile.get_or_insert_default().standing;
            standing.closed_at = at(self.closed_at);
            standing.label = self.label.map(LabelValue::of_number).transpose()?;
        }
        Ok(Belongings {
            devices: self.devices.into_iter().map(StoredDevice::restore).collect(),
            details: self.details.into_iter().map(restored_detail).collect::<Result<_, _>>()?,
            rolled_back_to: at(self.rolled_back_to),
        })
    }
}

impl StoredVouched {
    fn restore(self, state: &mut State) -> Result<(), Undecodable> {
        if self.0.is_empty() {
            return Ok(());
        }
        let profile = Arc::make_mut(&mut state.profile);
        let named =
            Family::ALL.into_iter().flat_map(|family| profile.facts(family).iter().map(move |it| (family, it.tag)));
        let named: Vec<(Family, Tag)> = named.collect();
        for place in self.0 {
            let (family, tag) = *named.get(usize::from(place)).ok_or(Undecodable("vouched for what is not there"))?;
            profile.vouch(family, tag);
        }
        Ok(())
    }
}

impl StoredDevice {
    fn restore(self) -> KnownDevice {
        let Self(tag, first_at, last_after, first_event, is_claim, sequence, detached_at) = self;
        KnownDevice {
            tag: restored_tag(tag),
            first_at: Timestamp::from_micros(first_at),
            last_at: Timestamp::from_micros(first_at.wrapping_add(last_after.cast_signed())),
            first_event: first_event.map(u64::from_le_bytes),
            is_claim,
            sequence,
            detached_at: detached_at.map(Timestamp::from_micros),
        }
    }
}

fn decode_old_state(bytes: &[u8]) -> Result<State, Undecodable> {
    let stored: OldState<'_> = super::from_versioned_bytes(OLD_VERSION, bytes)?;
    Ok(State {
        applied: stored.applied,
        profile: stored.profile.map(OldProfile::restore).transpose()?.unwrap_or_default().into(),
        window: stored.window.map(StoredWindow::restore).transpose()?.unwrap_or_default(),
        more: more(stored.latest_device, stored.alias, None, Belongings::default())?,
    })
}

fn more(
    latest: Option<StoredSnapshot<'_>>,
    alias: Option<&str>,
    population: Option<Population>,
    belongings: Belongings,
) -> Result<Sparse<More>, Undecodable> {
    let latest = latest.map(StoredSnapshot::restore).transpose()?;
    let more = More {
        latest_device: latest.as_ref().map(LatestDevice::of),
        alias: super::optional_id(alias, AccountId::new)?,
        population: population.map(Into::into),
        belongings,
    };
    Ok(more.into())
}

impl OldProfile {
    fn restore(self) -> Result<Profile, Undecodable> {
        let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
        let [reported_at, reclaimed_at, contact_changed_at] = self.standing.map(at);
        // When it was said that something is bad was not written: at the latest word on the account, as far as is known.
        let said_at = reported_at.max(reclaimed_at).or(at(self.last_at)).unwrap_or_default();
        let bad = |(family, tag): (u8, [u8; 8])| {
            Ok(Bad { family: Family::of_number(family)?, tag: restored_tag(tag), at: said_at })
        };
        let bad = self.bad.into_iter().map(bad).collect::<Result<_, _>>()?;
        let mut profile = Profile::default();
        (profile.n_learned, profile.first_at, profile.last_at) = (self.n_learned, at(self.first_at), at(self.last_at));
        profile.standing =
            Standing { reported_at, reclaimed_at, contact_changed_at, bad, ..Standing::default() }.into();
        let held = |(lesson, matures): (StoredTags, bool)| Held { lesson: lesson.restore(), matures };
        profile.held = self.held.into_iter().map(held).collect::<Vec<_>>().into();
        for (family, facts) in Family::ALL.into_iter().zip(self.facts) {
            for (tag, first, last_after, n) in facts {
                let (first_at, last_at) = (first, first.wrapping_add(last_after.cast_signed()));
                let [first_at, last_at] = [first_at, last_at].map(Timestamp::from_micros);
                profile.see(family, Fact { tag: restored_tag(tag), first_at, last_at, n, is_vouched: false });
            }
        }
        Ok(profile)
    }
}

impl StoredWindow {
    fn restore(self) -> Result<Window, Undecodable> {
        let tag = |place: u32| -> Result<Option<Tag>, Undecodable> {
            let Some(place) = place.checked_sub(1) else { return Ok(None) };
            let tag = usize::try_from(place).ok().and_then(|place| self.tags.get(place));
            tag.map(|tag| Some(restored_tag(*tag))).ok_or(Undecodable("a mark without its counterpart"))
        };
        let mut at = self.start;
        let mut marks = Vec::with_capacity(self.marks.len());
        for StoredMark(after, event, outcome, first, second) in &self.marks {
            at = at.wrapping_add(after.cast_signed());
            marks.push(Mark {
                at: Timestamp::from_micros(at),
                event: u64::from_le_bytes(*event),
                counterparts: [tag(*first)?, tag(*second)?],
                outcome: Outcome::of_number(*outcome)?,
            });
        }
        Ok(Window::restore(marks, self.dropped_until.map(Timestamp::from_micros)))
    }
}
