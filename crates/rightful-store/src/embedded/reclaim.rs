//! Giving an account back to its owner: what has happened since the takeover is taken back, and what the intruder brought
//! is forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use rightful_domain::{Family, Feedback, FeedbackKind, Lesson, Outcome, Profile, Tag, Timestamp};

use super::Shared;
use super::belongings::account_device_id;
use super::imprint::{changes_contact, is_doubted};
use super::newcomers::is_newcomer;
use super::plan::{Plan, Status, Target, bad, is_over, is_owner_after_report, is_reported, is_vouched_for};
use super::tags::{StateKey, Tagger};
use crate::StoreError;
use crate::record::Effect;

impl Shared {
    pub(super) fn plan_reclaim(
        &self,
        feedback: &Feedback,
        tagger: &Tagger,
        subject: Option<StateKey>,
        target: Option<&Target>,
        profile: &Profile,
        plan: &mut Plan,
    ) -> Result<(), StoreError> {
        let Some(subject) = subject else { return Ok(()) };
        // What was reclaimed before is over: told again, it must not cost the owner what came since.
        if target.is_some_and(|event| is_over(event, profile)) {
            return Ok(());
        }
        let first = target.map(|target| target.lesson.at);
        let known = first.or(profile.standing.reported_at);
        let since = known.unwrap_or_else(|| reach_back(profile, feedback.received_at));
        let events = self.events_since(subject.tag, &feedback.application, tagger, since, first.is_none())?;
        let reported = |event: &&Target| is_reported(&event.record.feedback) && !is_over(event, profile);
        let to = first
            .or_else(|| events.iter().filter(reported).map(|event| event.lesson.at).min())
            .or(profile.standing.reported_at)
            .or_else(|| suspected_since(&events, profile, since))
            .unwrap_or(feedback.received_at);
        let events: Vec<&Target> = events.iter().filter(|event| event.lesson.at >= to).collect();
        let lessons = take_back(&events, profile, to, feedback.received_at, plan);
        // Told again, a reclaim finds nothing new: what the first one took back stays what the intruder did.
        if events.iter().any(|event| !is_over(event, profile)) {
            plan.effects.push(Effect::RollBack { to, lessons });
            plan.effects.extend(self.details_before(subject, &events)?);
            for device in devices_of_intruder(&events, profile, to) {
                plan.effects.push(Effect::Unseen(device));
                plan.forgotten.push(account_device_id(subject.tag, device));
            }
        }
        plan.effects.push(Effect::Reclaimed(feedback.received_at));
        Ok(())
    }
}

/// How far a reclaim looks for a takeover of which nothing was said: not past the last one.
fn reach_back(profile: &Profile, received_at: Timestamp) -> Timestamp {
    let earliest = received_at.minus(Profile::CONTACT_QUARANTINE);
    profile.standing.reclaimed_at.map_or(earliest, |reclaimed_at| reclaimed_at.max(earliest))
}

/// When a newcomer first came who was doubted, or who changed how the owner is reached; None if there was none.
fn suspected_since(events: &[Target], profile: &Profile, since: Timestamp) -> Option<Timestamp> {
    let candidates = || events.iter().filter(|event| event.lesson.at >= since && may_be_intruders(event, profile));
    let is_suspect = |event: &&Target| {
        let (entry, outcome) = (&event.record.entry, event.record.outcome());
        let changes = changes_contact(outcome, &entry.event) || entry.changes.iter().any(|it| it.kind.is_contact());
        is_newcomer(profile, &event.lesson, false, since) && (changes || is_doubted(entry))
    };
    let suspects: Vec<&Target> = candidates().filter(is_suspect).collect();
    // What let the newcomer in is part of it.
    let is_of_suspect = |event: &&Target| {
        let (device, id) = (event.lesson.device, event.lesson.event);
        suspects.iter().any(|it| it.lesson.event == id || (device.is_some() && it.lesson.device == device))
    };
    candidates().filter(is_of_suspect).map(|event| event.lesson.at).min()
}

/// Whether an event may be part of a takeover: who fails gets nowhere, and what nobody vouches for says nothing.
fn may_be_intruders(event: &Target, profile: &Profile) -> bool {
    let record = &event.record;
    let is_vouched = record.entry.event.vouched || record.conclusion.is_some();
    is_vouched && record.outcome() != Outcome::Failed && !is_confirmed(event) && !is_over(event, profile)
}

/// Takes all events back, and says what the intruder used; what they had taught.
fn take_back(
    events: &[&Target],
    profile: &Profile,
    to: Timestamp,
    received_at: Timestamp,
    plan: &mut Plan,
) -> Vec<Arc<Lesson>> {
    let mut lessons = Vec::new();
    for event in events {
        if event.status == Status::Taught {
            lessons.push(Arc::clone(&event.lesson));
            plan.applied.n_unlearned += 1;
        }
        plan.statuses.push((event.lesson.event, Status::Revoked));
        if !is_vouched_for(&event.record.feedback, profile) && !is_owner_after_report(event, profile) {
            let strange = |effect: &Effect| match effect {
                Effect::Bad(family, tag, _) | Effect::Labelled(family, tag, _) => {
                    !was_known(profile, *family, *tag, to)
                }
                _ => true,
            };
            plan.effects.extend(bad(&event.lesson, received_at).filter(strange));
        }
    }
    lessons
}

/// Whether an account had learned of something before a moment.
fn was_known(profile: &Profile, family: Family, tag: Tag, to: Timestamp) -> bool {
    profile.fact(family, tag).is_some_and(|fact| fact.first_at < to)
}

/// The devices that came with the takeover, but for those on which all events are known to be the owner's.
///
/// A challenge passed does not say that: whoever has taken the account over may have passed it.
fn devices_of_intruder(events: &[&Target], profile: &Profile, to: Timestamp) -> Vec<Tag> {
    let mut all: BTreeMap<Tag, bool> = BTreeMap::new();
    for event in events.iter().filter(|event| !is_over(event, profile)) {
        let Some(device) = event.lesson.device.filter(|tag| !was_known(profile, Family::Device, *tag, to)) else {
            continue;
        };
        *all.entry(device).or_default() |= !is_confirmed(event) && !is_owner_after_report(event, profile);
    }
    all.into_iter().filter_map(|(device, is_intruders)| is_intruders.then_some(device)).collect()
}

/// Whether somebody who knows said that it was the owner.
fn is_confirmed(event: &Target) -> bool {
    let feedback = &event.record.feedback;
    !is_reported(feedback) && feedback.iter().any(|said| said.kind == FeedbackKind::ConfirmedLegitimate)
}
