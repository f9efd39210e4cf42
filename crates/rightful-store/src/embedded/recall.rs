//! Recall: count the attempt, then say what is known. Each key is locked once, for the arithmetic alone, and never two
//! at a time; the lock that counts is the lock that tallies, so parallel attempts each see another count.

use std::time::Duration;

use rightful_domain::{Attempt, DeviceSnapshot, History, Lesson, Mark, Profile, Remembered, Timestamp};

use super::Shared;
use super::imprint::{TOO_OLD, marks};
use super::state::{Change, State};
use super::tags::{StateKey, Tagger};
use crate::StoreError;

/// An attempt that happened less than this ago is counted as of now: clocks and queues disagree by that much.
const DISAGREEMENT: Duration = Duration::from_secs(300);
/// The end of time.
const END: Timestamp = Timestamp::from_micros(i64::MAX);

/// How an attempt is counted.
#[derive(Clone, Copy)]
struct Counting {
    now: Timestamp,
    as_of: Timestamp,
    upto: Timestamp,
    counts: bool,
}

impl Counting {
    fn of(at: Timestamp, now: Timestamp) -> Self {
        let age = now.since(at);
        let (as_of, upto) = if age < DISAGREEMENT { (now, END) } else { (at, at) };
        Self { now, as_of, upto, counts: age <= TOO_OLD }
    }

    fn remember(&self, state: &mut State, mark: Mark) -> (Remembered, Change) {
        let change = if self.counts && state.window.count(mark) { Change::Changed } else { Change::Same };
        let tally = state.window.tally(self.as_of, self.upto);
        (Remembered { profile: std::sync::Arc::clone(&state.profile), tally }, change)
    }
}

impl Shared {
    /// Counts an attempt and says what is known of its keys.
    pub(super) fn remember(&self, attempt: &Attempt, now: Timestamp) -> Result<History, StoreError> {
        self.check_running()?;
        let tagger = self.taggers.of(&attempt.application);
        let counting = Counting::of(attempt.at, now);
        let lesson = lesson_of(attempt, &tagger);
        let mut history = History {
            device_tag: lesson.device,
            address_tag: lesson.address,
            model_tag: lesson.model,
            ..History::default()
        };
        self.remember_subject(attempt, &lesson, &tagger, counting, &mut history)?;
        let lesson = Lesson { account: history.account_tag, ..lesson };
        let [_, device_mark, address_mark] = marks(&lesson, attempt.outcome);
        if let Some(tag) = lesson.device {
            history.device = Some(self.remember_key(tagger.device_key(tag), device_mark, counting)?);
        }
        if let Some(tag) = lesson.address {
            history.address = Some(self.remember_key(tagger.address_key(tag), address_mark, counting)?);
        }
        Ok(history)
    }

    fn remember_key(&self, key: StateKey, mark: Mark, counting: Counting) -> Result<Remembered, StoreError> {
        self.states.with(key, |state| counting.remember(state, mark))
    }

    /// The account; or the one that the username last belonged to; or the username.
    fn remember_subject(
        &self,
        attempt: &Attempt,
        lesson: &Lesson,
        tagger: &Tagger,
        counting: Counting,
        history: &mut History,
    ) -> Result<(), StoreError> {
        let mut tag = attempt.account.as_ref().map(|account| tagger.account(account));
        if tag.is_none()
            && let Some(username) = &attempt.username
        {
            // Opened to be hashed.
            let username = tagger.username(username.reveal());
            let alias = self.states.with(tagger.subject_key(username), |state| (state.alias.clone(), Change::Same))?;
            tag = Some(alias.as_ref().map_or(username, |account| tagger.account(account)));
            history.resolved_account = alias;
        }
        let Some(tag) = tag else { return Ok(()) };
        history.account_tag = Some(tag);
        let [mark, ..] = marks(lesson, attempt.outcome);
        let (mut remembered, device) = self.states.with(tagger.subject_key(tag), |state| {
            let (remembered, change) = counting.remember(state, mark);
            ((remembered, state.latest_device.clone()), change)
        })?;
        believe_matured(&mut remembered, counting.now);
        history.latest_device = device.map(|device: Box<DeviceSnapshot>| *device);
        history.account = Some(remembered);
        Ok(())
    }
}

/// Shows what has matured in quarantine as learned. It is learned in earnest with the account's next entry, so that the
/// ledger says when.
fn believe_matured(remembered: &mut Remembered, now: Timestamp) {
    if remembered.profile.held.is_empty() {
        return;
    }
    let mut profile = Profile::clone(&remembered.profile);
    let lessons = profile.release_matured(now);
    if lessons.is_empty() {
        return;
    }
    for lesson in lessons {
        profile.learn(&Lesson { account: None, ..lesson });
    }
    remembered.profile = profile.into();
}

fn lesson_of(attempt: &Attempt, tagger: &Tagger) -> Lesson {
    Lesson {
        event: attempt.event,
        at: attempt.at,
        account: None,
        device: attempt.device.as_ref().map(|device| tagger.device(device)),
        address: attempt.subnet.map(|subnet| tagger.address(subnet)),
        model: attempt.model.as_ref().map(|model| tagger.model(model)),
    }
}
