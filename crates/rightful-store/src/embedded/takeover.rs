//! What an intruder did in an account, and what its details were before: for undoing the one and going back to the other.

use std::collections::BTreeMap;

use rightful_domain::{
    AccountId, ApplicationId, DeviceSnapshot, Doubt, IntruderEvent, KnownDetail, Outcome, Profile, SEARCH_LIMIT_MAX,
    Takeover, Timestamp,
};

use super::Shared;
use super::plan::{Status, Target, is_over, is_owner_after_report, is_reported, is_vouched_for};
use super::state::Change;
use crate::StoreError;
use crate::record::Effect;

impl Shared {
    /// What the intruder did: since the first event reported, or what the last reclaim took back.
    pub(super) fn takeover(&self, application: &ApplicationId, account: &AccountId) -> Result<Takeover, StoreError> {
        self.check_running()?;
        let tagger = self.mind.taggers.of(application);
        let subject = tagger.subject_key(tagger.account(account));
        let (profile, rolled_back_to) = self.mind.states.with(subject, |state| {
            ((std::sync::Arc::clone(&state.profile), state.more.belongings.rolled_back_to), Change::Same)
        })?;
        let standing = &profile.standing;
        let is_reported_now = standing.reported_at.is_some();
        let reclaimed_at = standing.reclaimed_at.filter(|_| !is_reported_now);
        let Some(since) = standing.reported_at.or(rolled_back_to.filter(|_| reclaimed_at.is_some())) else {
            return Ok(Takeover { reported_at: None, reclaimed_at, events: Vec::new() });
        };
        let mut events = self.events_since(subject.tag, application, &tagger, since, is_reported_now)?;
        events.retain(|event| event.record.entry.event.account.as_ref() == Some(account));
        match reclaimed_at {
            Some(at) => events.retain(|event| is_taken_back(event, since, at)),
            None => retain_reported(&mut events, &profile, since),
        }
        events.sort_by_key(|event| (event.lesson.at, event.record.sequence));
        events.truncate(usize::from(SEARCH_LIMIT_MAX));
        let events = events.into_iter().map(intruder_event).collect();
        Ok(Takeover { reported_at: standing.reported_at, reclaimed_at, events })
    }

    /// What the account's details go back to, if any of them were said in these events; nothing to do if none was.
    ///
    /// Of a kind that there is one of, to what it was before the first of them, from change to change; what was said first
    /// in them, and what was added, goes.
    pub(super) fn details_before(
        &self,
        subject: super::tags::StateKey,
        events: &[&Target],
    ) -> Result<Option<Effect>, StoreError> {
        let details = self.mind.states.with(subject, |state| (state.more.belongings.details.to_vec(), Change::Same))?;
        let by_sequence: BTreeMap<u64, &Target> = events.iter().map(|event| (event.record.sequence, *event)).collect();
        if details.iter().all(|known| !by_sequence.contains_key(&known.sequence)) {
            return Ok(None);
        }
        let mut before = Vec::with_capacity(details.len());
        for known in details {
            match said_before(&known, &by_sequence) {
                Said::Here => before.push(known),
                Said::At(sequence, doubt) => {
                    let said = self.detail_at(known.kind, sequence)?;
                    before.extend(said.map(|detail| KnownDetail { doubt, ..detail }));
                }
                Said::Nowhere => {}
            }
        }
        Ok(Some(Effect::Details(before)))
    }

    /// The detail of a kind that an entry said; None if it said none, or is gone.
    fn detail_at(&self, kind: rightful_domain::DetailKind, sequence: u64) -> Result<Option<KnownDetail>, StoreError> {
        let Some((_, private)) = self.entry_at(sequence)? else { return Ok(None) };
        let said = private.details.into_iter().find(|(its, _)| *its == kind);
        Ok(said.map(|(kind, tag)| KnownDetail { kind, tag, sequence, doubt: None }))
    }
}

/// Where a detail was said that holds again.
enum Said {
    /// Where it is said to have been.
    Here,
    /// In an earlier entry; why it was doubted when it was replaced.
    At(u64, Option<Doubt>),
    /// It was not there before.
    Nowhere,
}

/// From change to change, back to before the events. Each step leads to an earlier row, so it ends.
fn said_before(known: &KnownDetail, events: &BTreeMap<u64, &Target>) -> Said {
    let (mut sequence, mut doubt) = (known.sequence, None);
    while let Some(event) = events.get(&sequence) {
        let changes = &event.record.entry.changes;
        let change = changes.iter().find(|change| change.kind == known.kind);
        let previous = change.and_then(|change| change.previous.as_ref().map(|previous| previous.sequence));
        match previous.filter(|previous| known.kind.is_single() && *previous < sequence) {
            Some(previous) => {
                sequence = previous;
                let trusted = change.and_then(|change| change.notify.as_ref().map(|notify| notify.sequence));
                let is_doubted = known.kind.is_contact() && trusted != Some(previous);
                doubt = is_doubted.then_some(Doubt { at: event.lesson.at, trusted });
            }
            None => return Said::Nowhere,
        }
    }
    if sequence == known.sequence { Said::Here } else { Said::At(sequence, doubt) }
}

/// Whether the last reclaim took an event back, which went back to then and was told at that time.
fn is_taken_back(event: &Target, to: Timestamp, reclaimed_at: Timestamp) -> bool {
    let received_at = event.record.entry.event.received_at;
    event.status == Status::Revoked && event.lesson.at >= to && received_at <= reclaimed_at
}

/// Keeps what has happened since the first event reported, but for what is known to be the owner's.
fn retain_reported(events: &mut Vec<Target>, profile: &Profile, since: Timestamp) {
    events.retain(|event| !is_over(event, profile));
    let reported = events.iter().filter(|event| is_reported(&event.record.feedback)).map(|event| event.lesson.at);
    let from = reported.min().unwrap_or(since);
    let is_owners =
        |event: &Target| is_vouched_for(&event.record.feedback, profile) || is_owner_after_report(event, profile);
    events.retain(|event| event.lesson.at >= from && !is_owners(event));
}

fn intruder_event(event: Target) -> IntruderEvent {
    let has_changed = event.record.outcome() == Outcome::Succeeded;
    let entry = event.record.entry;
    IntruderEvent {
        event: entry.event.id,
        at: entry.event.at,
        device: DeviceSnapshot::of(&entry.event),
        account_device: entry.sighting.map(|sighting| sighting.id),
        ip: entry.event.network.ip,
        changes: if has_changed { entry.changes } else { Vec::new() },
    }
}
