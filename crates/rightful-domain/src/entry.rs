//! What is written down of one event.

use std::sync::Arc;

use crate::{
    Assessment, Circumstances, Conclusion, DetailChange, DetailKind, DeviceSnapshot, Enrichment, Event, EventId, Facts,
    Feedback, News, Outcome, Place, Profile, Sighting, Tag, Telling, Timestamp, Verdict,
};

/// One event as it is remembered: what happened, what was known, what was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What happened. Where the caller named no account but a known username, `account` is the resolved one.
    pub event: Event,
    /// What data sets said. The credential tag is never stored.
    pub enrichment: Enrichment,
    /// What was judged; None where nothing was (a report that no one has asked about yet).
    pub assessment: Option<Assessment>,
    /// What profiles may learn of it.
    pub teaching: Teaching,
    /// The account's device before this one, where this one is another: told to callers that ask what changed.
    pub previous_device: Option<DeviceSnapshot>,
    /// The event's device among the account's.
    pub sighting: Option<Sighting>,
    /// What the event changed of the account's details; of one that waits for its outcome, what it would change.
    pub changes: Vec<DetailChange>,
    /// Whom to tell of it: written down with it, so that nobody is forgotten.
    pub tellings: Vec<Telling>,
    /// Set where the same request may come again and must get the same answer.
    pub retry: Option<RetryKey>,
    /// The event in tags, where recall made them: so that they need not be made again. Never stored.
    pub tagged: Option<Arc<Tagged>>,
}

impl Entry {
    /// What is written down of an event that was judged.
    #[must_use]
    pub fn judged(facts: Facts, assessment: Assessment, retry: Option<RetryKey>) -> Self {
        let Facts { event, enrichment, history, allowances: _, now: _ } = facts;
        let (profile, device) = (history.account_profile(), history.device_tag);
        Self {
            teaching: Teaching::given(&event, &enrichment, Some(&assessment), event.outcome, profile, device),
            previous_device: history
                .latest_device
                .filter(|previous| {
                    let device = event.device.id();
                    event.outcome == Outcome::Succeeded && device.is_some_and(|device| *device != previous.id)
                })
                .map(Arc::unwrap_or_clone),
            sighting: history.sighting,
            changes: history.changes,
            tellings: Vec::new(),
            event,
            enrichment,
            assessment: Some(assessment),
            retry,
            tagged: history.tagged,
        }
    }
}

impl Entry {
    /// What the caller was told; None where nothing was judged, or nobody asked.
    #[must_use]
    pub fn answered(&self) -> Option<Verdict> {
        self.assessment.as_ref().and_then(|assessment| assessment.answered)
    }

    /// When it was judged; where nothing was, when it was received.
    #[must_use]
    pub fn judged_at(&self) -> Timestamp {
        self.assessment.as_ref().map_or(self.event.received_at, |assessment| assessment.judged_at)
    }
}

/// What profiles may learn of an event, so that an intruder cannot teach them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teaching {
    /// Nothing: it failed or was denied, or nobody vouches for it.
    Nothing,
    /// Nothing yet: its outcome is not known.
    AtConclusion,
    /// Nothing until it has passed a challenge.
    Quarantine {
        /// Whether it is learned after [`crate::Profile::MATURITY`] without a report: only where nobody could have
        /// been challenged, in observe mode or unasked.
        matures: bool,
    },
    /// At once.
    Learn,
}

impl Teaching {
    /// What profiles may learn of an event that was judged so and ended so.
    ///
    /// `answered` rather than `verdict` decides whether somebody could have been challenged: in observe mode, or where
    /// nobody asked, no challenge was put, so what would have been challenged matures with time instead; what would have
    /// been denied does not.
    #[must_use]
    pub fn of(event: &Event, assessment: Option<&Assessment>, outcome: Outcome) -> Self {
        Self::given(event, &Enrichment::default(), assessment, outcome, None, None)
    }

    /// The same, given the account's profile as it was before, and the device as the profile knows it.
    ///
    /// A second factor that goes through a contact proves nothing for seven days after that contact was changed, since
    /// it may be the intruder's; nor does one that can be passed on, from where sign-ins are relayed. And a device in
    /// quarantine is not believed because its next event looks mild: else an intruder who leaves a challenge unanswered
    /// need only come back tomorrow. Such an event waits as well, unless it proves itself on the spot; it matures only
    /// if all that the device has left there does, or silence after a challenge would be a proof.
    #[must_use]
    pub fn given(
        event: &Event,
        enrichment: &Enrichment,
        assessment: Option<&Assessment>,
        outcome: Outcome,
        profile: Option<&Profile>,
        device: Option<Tag>,
    ) -> Self {
        if !event.vouched {
            return Self::Nothing;
        }
        match outcome {
            Outcome::Pending => return Self::AtConclusion,
            Outcome::Failed => return Self::Nothing,
            Outcome::Succeeded => {}
        }
        let proved = Proofs { event, enrichment, profile }.any();
        let held = profile.zip(device).map_or_else(Vec::new, |(profile, device)| profile.held_of(device));
        let verdict = assessment.map_or(Verdict::Allow, |assessment| assessment.verdict);
        let put = assessment.is_some_and(|assessment| assessment.answered == Some(assessment.verdict));
        match verdict {
            Verdict::Trust | Verdict::Allow if !proved && !held.is_empty() => {
                Self::Quarantine { matures: held.iter().all(|held| held.matures) }
            }
            Verdict::Trust | Verdict::Allow => Self::Learn,
            Verdict::Challenge if proved => Self::Learn,
            Verdict::Challenge => Self::Quarantine { matures: !put },
            Verdict::Deny if put => Self::Nothing,
            // Silence does not make a friend of who would have been refused.
            Verdict::Deny => Self::Quarantine { matures: false },
        }
    }
}

/// What an event proves on the spot.
struct Proofs<'a> {
    event: &'a Event,
    enrichment: &'a Enrichment,
    profile: Option<&'a Profile>,
}

impl Proofs<'_> {
    fn any(&self) -> bool {
        let releases = |kind| self.profile.is_none_or(|profile| profile.releases(Some(kind), self.event.at));
        self.event.proofs(self.enrichment).any(releases)
    }
}

/// Names a request that may be repeated, so that repeating it answers the same and counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryKey {
    /// Digest of the tenant and the caller's idempotency key, or of the tenant and the whole request.
    pub key: [u8; 16],
    /// Digest of the body: the same key with another body is a conflict.
    pub body: [u8; 16],
    /// Until when it is kept.
    pub until: Timestamp,
}

/// What a profile learns from one event, in tags.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lesson {
    /// The event it comes from.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The account.
    pub account: Option<Tag>,
    /// The device.
    pub device: Option<Tag>,
    /// The address.
    pub address: Option<Tag>,
    /// The device's model or platform.
    pub model: Option<Tag>,
    /// Whom money went to.
    pub payee: Option<Tag>,
    /// What was paid with.
    pub payment_method: Option<Tag>,
    /// Where it was, if that can be told.
    pub place: Option<Place>,
    /// Where from, with what, and when.
    pub circumstances: Circumstances,
    /// What was new about that.
    pub news: News,
}

impl Lesson {
    /// A lesson that teaches nothing yet.
    #[must_use]
    pub fn new(event: EventId, at: Timestamp) -> Self {
        Self {
            event,
            at,
            account: None,
            device: None,
            address: None,
            model: None,
            payee: None,
            payment_method: None,
            place: None,
            circumstances: Circumstances::default(),
            news: News::default(),
        }
    }
}

/// An event in tags, as it was recalled.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    /// The username.
    pub username: Option<Tag>,
    /// What it would teach, beside its news: those are not known before it is judged.
    pub lesson: Lesson,
    /// The details of the account that it carries.
    pub details: Vec<(DetailKind, Tag)>,
}

/// An entry as it is found again, with all that was said since.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its place in the ledger: gapless, from 1.
    pub sequence: u64,
    /// What was written down.
    pub entry: Entry,
    /// How it ended, if told later.
    pub conclusion: Option<Conclusion>,
    /// What was said of it, oldest first.
    pub feedback: Vec<Feedback>,
    /// When its answer was consumed, where that may be done once.
    pub consumed_at: Option<Timestamp>,
}

impl Record {
    /// How the event ended, as far as is known by now.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.conclusion.as_ref().map_or(self.entry.event.outcome, |conclusion| conclusion.outcome)
    }

    /// When the last was said of it; where nothing was, when it was received.
    #[must_use]
    pub fn last_said_at(&self) -> Timestamp {
        self.feedback.last().map_or(self.entry.event.received_at, |said| said.received_at)
    }
}
