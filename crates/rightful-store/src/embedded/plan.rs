//! What an amendment (a conclusion, feedback, an erasure) changes: worked out by the writer, once, from what is known
//! before it, and written down with it as effects.
//!
//! An event is taught at most once. Where that stands is said by its entry, until an amendment says otherwise in the
//! index, in the same atomic write.

use std::collections::BTreeSet;
use std::sync::Arc;

use rightful_domain::{
    AccountDeviceId, AccountId, ApplicationId, Conclusion, DetailKind, Entry, EventId, Family, Feedback, FeedbackKind,
    FeedbackTarget, Lesson, Mark, Outcome, Profile, Record, Tag, Teaching, Timestamp,
};

use super::Shared;
use super::belongings::Belongings;
use super::disk::failed;
use super::find::Found;
use super::imprint::{Imprint, changes_contact, has_ended_well, is_doubted, is_entrance, saying};
use super::keys::{Index, status_key};
use super::mind::Mind;
use super::newcomers::{is_strange, vouched};
use super::state::Change;
use super::tags::{StateKey, Tagger};
use crate::record::{Effect, Erasure};
use crate::{Applied, StoreError};

/// The most rows of an account that a reclaim looks back over.
const ROLL_BACK_ROWS_MAX: usize = 10_000;
/// The most rows of an account that an erasure looks through for the names it went by.
const ERASED_ROWS_MAX: usize = 100_000;
/// The most that may be said of one event; what comes later changes nothing.
const FEEDBACK_MAX: usize = 64;
/// An event may be received this much before it says it happened.
const AHEAD_MAX: std::time::Duration = std::time::Duration::from_secs(300);

/// What profiles have made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// It teaches nothing.
    Nothing,
    /// Its outcome is awaited.
    Awaited,
    /// It is in quarantine.
    Held,
    /// It was learned.
    Taught,
    /// Somebody said that it was not the owner: it teaches nothing, whatever its outcome, until somebody says otherwise.
    Revoked,
}

impl Status {
    const fn of(teaching: Teaching) -> Self {
        match teaching {
            Teaching::Nothing => Self::Nothing,
            Teaching::AtConclusion => Self::Awaited,
            Teaching::Quarantine { .. } => Self::Held,
            Teaching::Learn => Self::Taught,
        }
    }

    /// As in the index.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Awaited => 1,
            Self::Held => 2,
            Self::Taught => 3,
            Self::Revoked => 4,
        }
    }

    const fn of_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Nothing),
            1 => Some(Self::Awaited),
            2 => Some(Self::Held),
            3 => Some(Self::Taught),
            4 => Some(Self::Revoked),
            _ => None,
        }
    }
}

/// What a row changes beside its own words.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) effects: Vec<Effect>,
    /// New places of events, to be written to the index.
    pub(super) statuses: Vec<(EventId, Status)>,
    /// What is told to who asked.
    pub(super) applied: Applied,
    /// Devices of which what was noted is forgotten.
    pub(super) forgotten: Vec<AccountDeviceId>,
}

/// An event that an amendment is about.
pub(super) struct Target {
    pub(super) record: Record,
    pub(super) status: Status,
    /// What it teaches; its account is the subject.
    pub(super) lesson: Arc<Lesson>,
    pub(super) subject: Option<StateKey>,
    /// The details of the account that it carries.
    details: Vec<(DetailKind, Tag)>,
}

impl Plan {
    /// Whether feedback on an event says more than was said last, or moves an event.
    pub(super) fn is_news(&self, feedback: &Feedback, target: &Target) -> bool {
        let said = &target.record.feedback;
        let is_repeated = said.last().is_some_and(|last| last.kind == feedback.kind && last.target == feedback.target);
        let moves = self.statuses.iter().any(|moved| *moved != (target.lesson.event, target.status));
        said.len() < FEEDBACK_MAX && (moves || !is_repeated)
    }

    pub(super) fn learn(&mut self, target: &Target) {
        self.effects.push(Effect::Learn(Arc::clone(&target.lesson)));
        self.statuses.push((target.lesson.event, Status::Taught));
        let event = &target.record.entry.event;
        if is_entrance(&event.action) {
            self.effects.push(Effect::LatestDevice(target.record.sequence));
        }
    }

    /// Lets what the device of a proved event has left in quarantine go with it; how many events that is.
    fn release_with(&mut self, target: &Target, profile: &Profile) -> u32 {
        let Some(device) = target.lesson.device else { return 0 };
        let others = profile.held.iter().filter(|held| held.lesson.event != target.lesson.event);
        let mut n_released = 0;
        for held in others.filter(|held| held.lesson.device == Some(device)) {
            self.effects.push(Effect::Learn(Arc::new(held.lesson)));
            self.statuses.push((held.lesson.event, Status::Taught));
            n_released += 1;
        }
        n_released
    }

    /// Takes back what an event taught, or takes it out of quarantine.
    fn take_back(&mut self, target: &Target, status: Status) {
        match target.status {
            Status::Taught => {
                self.effects.push(Effect::Unlearn(Arc::clone(&target.lesson)));
                self.applied.n_unlearned += 1;
            }
            Status::Held => self.effects.push(Effect::Drop(target.lesson.event)),
            Status::Awaited | Status::Nothing | Status::Revoked => {}
        }
        self.statuses.push((target.lesson.event, status));
    }
}

impl Mind {
    /// What an entry releases: what has matured, and, if it proved itself, what its device had left in quarantine.
    pub(super) fn plan_entry(&self, imprint: &Imprint) -> Result<Plan, StoreError> {
        let mut plan = Plan::default();
        let Some(subject) = imprint.subject else { return Ok(plan) };
        let held = |profile: &Arc<Profile>| (!profile.held.is_empty()).then(|| Profile::clone(profile));
        let Some(mut profile) = self.states.with(subject, |state| (held(&state.profile), Change::Same))? else {
            return Ok(plan);
        };
        let mut released = profile.release_matured(imprint.received_at);
        if let Some(device) = imprint.lesson.device
            && imprint.proofs.iter().any(|proof| profile.releases(Some(proof), imprint.lesson.at))
        {
            released.extend(profile.release_device(device));
        }
        for lesson in released {
            plan.statuses.push((lesson.event, Status::Taught));
            plan.effects.push(Effect::Learn(Arc::new(lesson)));
        }
        Ok(plan)
    }
}

impl Shared {
    /// Finds the event that an amendment is about.
    pub(super) fn target(&self, tagger: &Tagger, found: Found) -> Result<Target, StoreError> {
        let Found { record, private } = found;
        let imprint = Imprint::of(&record.entry, tagger, &private);
        let stored = self.disk.index.get(status_key(record.entry.event.id)).map_err(failed)?;
        let status = match stored.as_deref() {
            None => Status::of(record.entry.teaching),
            Some([number]) => {
                Status::of_number(*number).ok_or(StoreError::Corrupt { what: "status of an event".to_owned() })?
            }
            Some(_) => return Err(StoreError::Corrupt { what: "status of an event".to_owned() }),
        };
        Ok(Target { status, lesson: imprint.lesson, subject: imprint.subject, details: private.details, record })
    }

    /// Finds the event of an amendment. `NotFound` if the application has none of that id.
    pub(super) fn target_of(
        &self,
        tagger: &Tagger,
        application: &ApplicationId,
        event: EventId,
    ) -> Result<Target, StoreError> {
        let found = self.found(application, event)?.ok_or(StoreError::NotFound { id: event })?;
        self.target(tagger, found)
    }

    /// Whom feedback is about, and the event that it names, if it names one.
    pub(super) fn feedback_target(
        &self,
        tagger: &Tagger,
        feedback: &Feedback,
    ) -> Result<(Option<StateKey>, Option<Target>), StoreError> {
        let target =
            event_of(&feedback.target).map(|event| self.target_of(tagger, &feedback.application, event)).transpose()?;
        match &feedback.target {
            FeedbackTarget::Event(_) => Ok((target.as_ref().and_then(|target| target.subject), target)),
            FeedbackTarget::Account { account, .. } => {
                let subject = Some(tagger.subject_key(tagger.account(account)));
                match target {
                    Some(target) if target.subject != subject => Err(StoreError::NotFound { id: target.lesson.event }),
                    target => Ok((subject, target)),
                }
            }
        }
    }

    /// What an erasure forgets, beside the account's key: its memory, and that of the names it went by.
    pub(super) fn plan_erasure(
        &self,
        tagger: &Tagger,
        application: ApplicationId,
        account: AccountId,
        received_at: Timestamp,
    ) -> Result<(Erasure, Plan), StoreError> {
        let tag = tagger.account(&account);
        let mut usernames = BTreeSet::new();
        let rows = self.rows_under(Index::Account, tag, u64::MAX, ERASED_ROWS_MAX);
        for sequence in rows.take(ERASED_ROWS_MAX) {
            let found = self.found_at(sequence?)?;
            let of_account = found.filter(|found| found.record.entry.event.account.as_ref() == Some(&account));
            usernames.extend(of_account.and_then(|found| found.private.username));
        }
        let mut plan = Plan::default();
        plan.effects.push(Effect::Forget);
        plan.effects.extend(usernames.iter().copied().map(Effect::Unalias));
        Ok((Erasure { application, account, usernames: usernames.into_iter().collect(), received_at }, plan))
    }

    fn profile_of(&self, subject: Option<StateKey>) -> Result<Arc<Profile>, StoreError> {
        let Some(subject) = subject else { return Ok(Arc::default()) };
        self.mind.states.with(subject, |state| (Arc::clone(&state.profile), Change::Same))
    }

    /// What a conclusion changes. Empty if it says what is known.
    pub(super) fn plan_conclusion(&self, conclusion: &Conclusion, target: &Target) -> Result<Plan, StoreError> {
        let mut plan = Plan::default();
        let entry = &target.record.entry;
        let outcome = conclusion.outcome;
        plan.effects.push(Effect::Concluded { lesson: Arc::clone(&target.lesson), outcome });
        let profile = self.profile_of(target.subject)?;
        let (assessment, device) = (entry.assessment.as_ref(), target.lesson.device);
        let teaching = Teaching::given(&entry.event, &entry.enrichment, assessment, outcome, Some(&profile), device);
        match (target.status, teaching) {
            (Status::Taught, Teaching::Learn | Teaching::Quarantine { .. })
            | (Status::Held, Teaching::Quarantine { .. }) => {}
            (Status::Taught | Status::Held, Teaching::Nothing | Teaching::AtConclusion) => {
                plan.take_back(target, Status::Nothing);
            }
            (Status::Revoked, _) => {}
            (Status::Awaited | Status::Nothing | Status::Held, Teaching::Learn) => plan.learn(target),
            (Status::Awaited | Status::Nothing, Teaching::Quarantine { matures }) => {
                if is_vouched_for(&target.record.feedback, &profile) {
                    plan.learn(target);
                } else {
                    plan.effects.push(Effect::Hold { lesson: Arc::clone(&target.lesson), matures });
                    plan.statuses.push((target.lesson.event, Status::Held));
                }
            }
            (Status::Awaited, Teaching::Nothing) => plan.statuses.push((target.lesson.event, Status::Nothing)),
            (Status::Awaited | Status::Nothing, Teaching::Nothing | Teaching::AtConclusion) => {}
        }
        if outcome == Outcome::Succeeded && target.status != Status::Revoked {
            self.take_in_late(target, &profile, &mut plan)?;
        }
        if changes_contact(outcome, &entry.event) {
            let by_stranger = is_strange(&profile, &target.lesson, is_doubted(entry));
            plan.effects.push(Effect::ContactChanged { at: entry.event.at, by_stranger });
        }
        if outcome == Outcome::Succeeded && teaching != Teaching::Nothing && target.status != Status::Revoked {
            self.release_by_proof(target, &profile, &mut plan);
        }
        Ok(plan)
    }

    /// What an account takes in of an event that is known to have ended well only now: the device that it was seen on,
    /// and its details, which are said where the event is.
    fn take_in_late(&self, target: &Target, profile: &Profile, plan: &mut Plan) -> Result<(), StoreError> {
        let Target { record, lesson, .. } = target;
        let event = &record.entry.event;
        let is_late = event.account.is_some() && !has_ended_well(event);
        let Some(subject) = target.subject.filter(|_| is_late) else { return Ok(()) };
        if let Some(device) = lesson.device {
            let (at, short) = (lesson.at, Mark::short(lesson.event));
            plan.effects.push(Effect::Seen { device, at, event: short, sequence: record.sequence });
        }
        let mut all =
            self.mind.states.with(subject, |state| (Belongings::clone(&state.more.belongings), Change::Same))?;
        let n_new = target.details.iter().filter(|(kind, tag)| !all.has(*kind, *tag)).count();
        let said = saying(profile, lesson, is_doubted(&record.entry));
        target.details.iter().for_each(|(kind, tag)| all.learn(*kind, *tag, record.sequence, said));
        plan.effects.extend((n_new > 0).then_some(Effect::Details(all.details.to_vec())));
        Ok(())
    }

    fn release_by_proof(&self, target: &Target, profile: &Profile, plan: &mut Plan) {
        let mechanisms = &target.record.entry.event.mechanisms;
        let mut proofs = mechanisms.iter().filter(|used| used.succeeded == Some(true) && used.kind.is_second_factor());
        if proofs.any(|used| profile.releases(Some(&used.kind), target.lesson.at)) {
            plan.effects.push(Effect::Proved(target.lesson.at));
            plan.release_with(target, profile);
            plan.effects.extend(vouched(&target.lesson));
        }
    }

    /// What feedback changes. `target` is the event it names, if it names one.
    pub(super) fn plan_feedback(
        &self,
        feedback: &Feedback,
        tagger: &Tagger,
        subject: Option<StateKey>,
        target: Option<&Target>,
    ) -> Result<Plan, StoreError> {
        let mut plan = Plan::default();
        let profile = self.profile_of(subject)?;
        // Of an event that has told of it itself, it is counted already.
        let told = target.map(|target| &target.record.entry.event);
        let is_told = told.is_some_and(|event| event.vouched && event.refuses_challenge());
        let refused = (!is_told).then_some(Effect::Refused(feedback.received_at));
        match &feedback.kind {
            FeedbackKind::ChallengePassed { mechanism } => {
                if let Some(target) = target
                    && target.status != Status::Revoked
                    && profile.releases(mechanism.as_ref(), feedback.received_at)
                {
                    plan.effects.push(Effect::Proved(feedback.received_at));
                    if target.status == Status::Held {
                        plan.learn(target);
                        plan.applied.n_released += 1;
                        plan.applied.n_released += plan.release_with(target, &profile);
                    }
                    plan.effects.extend(vouched(&target.lesson));
                }
            }
            // It waits on, and no longer ripens: only a proof lets it out.
            FeedbackKind::ChallengeFailed => {
                plan.effects.extend(refused);
                let held = target.filter(|target| target.status == Status::Held);
                plan.effects.extend(held.into_iter().flat_map(|target| {
                    [
                        Effect::Drop(target.lesson.event),
                        Effect::Hold { lesson: Arc::clone(&target.lesson), matures: false },
                    ]
                }));
            }
            // It stays where it is: what nobody answered proves nothing, for or against.
            FeedbackKind::ChallengeIgnored => plan.effects.extend(refused),
            FeedbackKind::ConfirmedLegitimate => plan_legitimate(feedback, target, &mut plan),
            FeedbackKind::ConfirmedTakeover => {
                // What a reclaim has taken back is over: who finds an old link must not report the owner's account again.
                if target.is_some_and(|event| is_over(event, &profile)) {
                    return Ok(plan);
                }
                plan.effects.push(Effect::Reported(feedback.received_at));
                if let Some(target) = target {
                    plan.take_back(target, Status::Revoked);
                    plan.effects.extend(bad(&target.lesson, feedback.received_at));
                }
            }
            FeedbackKind::Reclaimed => self.plan_reclaim(feedback, tagger, subject, target, &profile, &mut plan)?,
        }
        Ok(plan)
    }

    /// The events of an account since a moment, newest first; further back, as far as a takeover was confirmed, if asked.
    pub(super) fn events_since(
        &self,
        account: Tag,
        application: &ApplicationId,
        tagger: &Tagger,
        since: Timestamp,
        also_reported: bool,
    ) -> Result<Vec<Target>, StoreError> {
        let mut events = Vec::new();
        let mut n_wanted = 0;
        let rows = self.rows_under(Index::Account, account, u64::MAX, ROLL_BACK_ROWS_MAX);
        for sequence in rows.take(ROLL_BACK_ROWS_MAX) {
            let Some(found) = self.found_at(sequence?)? else { continue };
            let entry = &found.record.entry;
            if entry.event.application != *application {
                continue;
            }
            let is_before = entry.event.received_at < since.minus(AHEAD_MAX);
            if is_before && !also_reported {
                break;
            }
            events.push(self.target(tagger, found)?);
            let wanted = events.last().is_some_and(|event| !is_before || is_reported(&event.record.feedback));
            if wanted {
                n_wanted = events.len();
            }
        }
        events.truncate(n_wanted);
        Ok(events)
    }
}

/// The event that a target names, if it names one.
pub(super) const fn event_of(target: &FeedbackTarget) -> Option<EventId> {
    match target {
        FeedbackTarget::Event(event) => Some(*event),
        FeedbackTarget::Account { first_event, .. } => *first_event,
    }
}

fn plan_legitimate(feedback: &Feedback, target: Option<&Target>, plan: &mut Plan) {
    plan.effects.push(Effect::Proved(feedback.received_at));
    let Some(target) = target else {
        plan.effects.push(Effect::Unreported);
        return;
    };
    if is_reported(&target.record.feedback) {
        plan.effects.push(Effect::Unreported);
        let said = target.record.feedback.iter().rfind(|said| said.kind == FeedbackKind::ConfirmedTakeover);
        let said_at = said.map_or(feedback.received_at, |said| said.received_at);
        plan.effects.extend(bad(&target.lesson, said_at).filter_map(|effect| match effect {
            Effect::Bad(family, tag, _) => Some(Effect::NotBad(family, tag)),
            Effect::Labelled(family, tag, said_at) => Some(Effect::Unlabelled(family, tag, said_at)),
            _ => None,
        }));
    }
    if let FeedbackTarget::Account { .. } = feedback.target {
        plan.effects.push(Effect::Unreported);
    }
    if target.record.outcome() == Outcome::Succeeded && target.status != Status::Taught {
        plan.applied.n_released += u32::from(target.status == Status::Held);
        plan.learn(target);
    }
    plan.effects.extend(vouched(&target.lesson));
}

/// What an intruder used: the account remembers it, and so does the thing itself.
pub(super) fn bad(lesson: &Lesson, at: Timestamp) -> impl Iterator<Item = Effect> + use<> {
    let device = lesson.device.map(|tag| (Family::Device, tag));
    let address = lesson.address.map(|tag| (Family::Address, tag));
    let things = device.into_iter().chain(address);
    things.flat_map(move |(family, tag)| [Effect::Bad(family, tag, at), Effect::Labelled(family, tag, at)])
}

/// Whether an event was taken back by a reclaim before.
pub(super) fn is_over(event: &Target, profile: &Profile) -> bool {
    let reclaimed_at = profile.standing.reclaimed_at;
    event.status == Status::Revoked && reclaimed_at.is_some_and(|at| event.record.entry.event.received_at <= at)
}

/// Whether an event proved itself while the takeover was already reported: the owner on the way back in.
pub(super) fn is_owner_after_report(event: &Target, profile: &Profile) -> bool {
    let Entry { event: told, enrichment, .. } = &event.record.entry;
    let is_after = profile.standing.reported_at.is_some_and(|reported| told.received_at >= reported);
    is_after && told.proofs(enrichment).any(|kind| profile.releases(Some(kind), told.at))
}

/// Whether the last word on an event's owner was that it was not the owner.
pub(super) fn is_reported(feedback: &[Feedback]) -> bool {
    let mut verdicts = feedback.iter().filter_map(|said| match said.kind {
        FeedbackKind::ConfirmedTakeover => Some(true),
        FeedbackKind::ConfirmedLegitimate => Some(false),
        FeedbackKind::ChallengePassed { .. }
        | FeedbackKind::ChallengeFailed
        | FeedbackKind::ChallengeIgnored
        | FeedbackKind::Reclaimed => None,
    });
    verdicts.next_back() == Some(true)
}

/// Whether somebody who knows, or a challenge passed, said that it was the owner.
pub(super) fn is_vouched_for(feedback: &[Feedback], profile: &Profile) -> bool {
    !is_reported(feedback)
        && feedback.iter().any(|said| match &said.kind {
            FeedbackKind::ConfirmedLegitimate => true,
            FeedbackKind::ChallengePassed { mechanism } => profile.releases(mechanism.as_ref(), said.received_at),
            FeedbackKind::ConfirmedTakeover
            | FeedbackKind::ChallengeFailed
            | FeedbackKind::ChallengeIgnored
            | FeedbackKind::Reclaimed => false,
        })
}
