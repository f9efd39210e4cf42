//! Recall: count the attempt, then say what is known. Each key is locked once, for the arithmetic alone, and nobody waits
//! for one while holding another; the lock that counts is the lock that tallies, so parallel attempts each see another
//! count. Before that, all keys are glanced at together (see [`super::state::States::glance`]), so that they come from far memory at once.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    AccountId, DetailChange, DetailKind, DetailValue, Enrichment, Event, Family, History, Lesson, Mark, News,
    PreviousDetail, Profile, Remembered, Sighting, Span, Tag, Tagged, Timestamp,
};

use super::belongings::{Changed, Seen};
use super::imprint::{TOO_OLD, concerned, counting_keys, marks, seen_in};
use super::mind::Mind;
use super::series::{Looking, SeriesCounting};
use super::state::{Change, State};
use super::tags::{StateKey, Tagger};
use crate::StoreError;

/// An attempt that happened less than this ago is counted as of now: clocks and queues disagree by that much.
const DISAGREEMENT: Duration = Duration::from_secs(300);
/// The end of time.
const END: Timestamp = Timestamp::from_micros(i64::MAX);
/// The most failures of an account that are looked at one by one, the newest first: bounds the time that others wait for
/// it. Beyond, there are at least so many.
const FAILURES_LOOKED_AT_MAX: usize = 1_000;

/// Which time an event is recalled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    First,
    /// It has been recorded since.
    Again,
}

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

    /// The same, of a key in whose window the attempt may not count.
    const fn only_if(self, counts: bool) -> Self {
        Self { counts: self.counts && counts, ..self }
    }

    fn remember(&self, state: &mut State, mark: Mark) -> (Remembered, Change) {
        let change = if self.counts && state.window.count(mark) { Change::Changed } else { Change::Same };
        let tally = state.window.tally(self.as_of, self.upto);
        (Remembered { profile: Arc::clone(&state.profile), tally }, change)
    }

    /// The event's device among the account's. An event that is too old to be counted leaves no trace here, either.
    ///
    /// The lock that counts is the lock that claims, so of many events at once one is the first. If it never is written
    /// down, the first sighting has been used up for as long as this memory lasts.
    fn sight(&self, state: &mut State, account: Tag, seen: Option<&Seen>) -> Option<(Sighting, Change)> {
        let seen = seen?;
        let sighting = state.more.belongings.sighting(account, seen);
        let claims = self.counts && seen.makes_known && !state.more.belongings.knows(seen.device);
        if claims {
            state.more.belongings.claim(seen);
        }
        Some((sighting, if claims { Change::Changed } else { Change::Same }))
    }

    /// Failures of the last 24 h at an address that the event shares, and those neither on a device nor at an address that
    /// the account knows.
    fn failures(&self, state: &State, mark: Mark) -> Failures {
        let [_, address] = mark.counterparts;
        let is_known = |family, tag| state.profile.fact(family, tag).is_some();
        let mut failures = Failures::default();
        let failed = state.window.failed_between(self.as_of.minus(Span::Day.duration()), self.upto);
        for Mark { counterparts: [its_device, its_address], .. } in failed.take(FAILURES_LOOKED_AT_MAX) {
            let is_here = address.is_some() && its_address == address;
            let knows_device = its_device.is_some_and(|tag| is_known(Family::Device, tag));
            let knows_address = its_address.is_some_and(|tag| is_known(Family::Address, tag));
            failures.here += u32::from(is_here);
            failures.strange += u32::from(!knows_device && !knows_address);
        }
        failures
    }
}

#[derive(Default)]
struct Failures {
    here: u32,
    strange: u32,
}

impl Mind {
    /// Counts an attempt and says what is known of its keys.
    pub(super) fn recall(&self, event: &Event, enrichment: &Enrichment, now: Timestamp) -> Result<History, StoreError> {
        self.recall_as(Time::First, event, enrichment, now)
    }

    /// The same, for the first time or again.
    pub(super) fn recall_as(
        &self,
        time: Time,
        event: &Event,
        enrichment: &Enrichment,
        now: Timestamp,
    ) -> Result<History, StoreError> {
        let tagger = self.taggers.of(&event.application);
        let counting = Counting::of(event.at, now);
        let private = tagger.private(event);
        let (subject, alias) = self.subject_of(event, private.username, &tagger)?;
        let account = event.account.as_ref().or(alias.as_ref());
        let lesson = tagger.lesson(event, enrichment, &private, News::default(), account, None);
        self.states.glance([
            subject.map(|tag| tagger.subject_key(tag)),
            lesson.device.map(|tag| tagger.device_key(tag)),
            lesson.address.map(|tag| tagger.address_key(tag)),
            private.username.map(|tag| tagger.subject_key(tag)),
        ]);
        let tagged = Arc::new(Tagged { username: private.username, lesson, details: private.details });
        let mut history = History {
            tagged: Some(Arc::clone(&tagged)),
            circumstances: lesson.circumstances,
            device_tag: lesson.device,
            address_tag: lesson.address,
            model_tag: lesson.model,
            payee_tag: lesson.payee,
            payment_method_tag: lesson.payment_method,
            account_tag: subject,
            listed: self.rolls.listed(event, enrichment, account, now),
            resolved_account: alias,
            ..History::default()
        };
        let [counts_in_subject, counts_in_device, _] = counting_keys(event);
        self.recall_subject(event, &tagged, &tagger, counting.only_if(counts_in_subject), &mut history)?;
        if let Some(tag) = history.account_tag {
            history.snoozed = self.snoozes.of(tagger.subject_key(tag), now);
        }
        let lesson = Lesson { account: history.account_tag, ..lesson };
        let [_, device_mark, address_mark] = marks(&lesson, event.outcome);
        if let Some(tag) = lesson.device {
            history.device =
                Some(self.recall_key(tagger.device_key(tag), device_mark, counting.only_if(counts_in_device))?);
        }
        if let Some(tag) = lesson.address {
            history.address = Some(self.recall_key(tagger.address_key(tag), address_mark, counting)?);
        }
        if let Some(account) = &history.account {
            history.backdrop = Some(self.states.with(tagger.population_key(), |state| {
                let population = state.more.population.get_or_insert_default();
                (population.backdrop(&account.profile, &lesson.circumstances, event.at), Change::Same)
            })?);
        }
        let counted = match time {
            Time::First if counting.counts => SeriesCounting::Stays,
            Time::First => SeriesCounting::Passes,
            Time::Again => SeriesCounting::Done,
        };
        let looking = Looking { as_of: counting.as_of, upto: counting.upto, counting: counted };
        self.recall_aggregates(event, enrichment, (&lesson, &tagger), &looking, &mut history)?;
        if counting.counts && event.vouched {
            self.count_crowds(event, enrichment, &tagger, &mut history);
        }
        Ok(history)
    }

    /// Takes an attempt out of its windows and crowds again.
    pub(super) fn forget(&self, event: &Event) -> Result<(), StoreError> {
        let tagger = self.taggers.of(&event.application);
        let enrichment = Enrichment::default();
        let private = tagger.private(event);
        let (account, alias) = self.subject_of(event, private.username, &tagger)?;
        let whose = event.account.as_ref().or(alias.as_ref());
        let lesson = tagger.lesson(event, &enrichment, &private, News::default(), whose, None);
        if let Some((account, seen)) = account.zip(seen_in(event, &lesson)) {
            self.states.with(tagger.subject_key(account), |state| {
                let is_gone = state.more.belongings.is_claimed_by(&seen);
                if is_gone {
                    state.more.belongings.unclaim(&seen);
                }
                ((), if is_gone { Change::Changed } else { Change::Same })
            })?;
        }
        for key in concerned(&Lesson { account, ..lesson }, &tagger).into_iter().flatten() {
            self.states.with(key, |state| {
                let is_gone = state.window.uncount(event.at, Mark::short(event.id));
                ((), if is_gone { Change::Changed } else { Change::Same })
            })?;
        }
        self.uncount_aggregates(&Lesson { account, ..lesson }, &tagger)?;
        self.uncount_crowds(event, &tagger);
        Ok(())
    }

    fn recall_key(&self, key: StateKey, mark: Mark, counting: Counting) -> Result<Remembered, StoreError> {
        self.states.with(key, |state| counting.remember(state, mark))
    }

    /// The tag of the account; or of the one that the username last belonged to, and that account; or of the username.
    fn subject_of(
        &self,
        event: &Event,
        username: Option<Tag>,
        tagger: &Tagger,
    ) -> Result<(Option<Tag>, Option<AccountId>), StoreError> {
        if let Some(account) = &event.account {
            return Ok((Some(tagger.account(account)), None));
        }
        let Some(username) = username else { return Ok((None, None)) };
        let alias = self.states.with(tagger.subject_key(username), |state| (state.more.alias.clone(), Change::Same))?;
        Ok((Some(alias.as_ref().map_or(username, |account| tagger.account(account))), alias))
    }

    fn recall_subject(
        &self,
        event: &Event,
        tagged: &Tagged,
        tagger: &Tagger,
        counting: Counting,
        history: &mut History,
    ) -> Result<(), StoreError> {
        let Some(tag) = history.account_tag else { return Ok(()) };
        // A username that leads to no account has no devices and no details.
        let is_account = event.account.is_some() || history.resolved_account.is_some();
        let [mark, ..] = marks(&tagged.lesson, event.outcome);
        let seen = seen_in(event, &tagged.lesson).filter(|_| is_account);
        let details = if is_account { &tagged.details[..] } else { &[] };
        let (mut remembered, changes) = self.states.with(tagger.subject_key(tag), |state| {
            let (remembered, counted) = counting.remember(state, mark);
            let failures = counting.failures(state, mark);
            (history.failures_here_24h, history.strange_failures_24h) = (failures.here, failures.strange);
            let latest = state.more.latest_device.as_ref();
            history.latest_device = latest.map(|device| Arc::new(device.snapshot()));
            let (sighting, claimed) = counting.sight(state, tag, seen.as_ref()).unzip();
            history.sighting = sighting;
            let changed = if claimed == Some(Change::Changed) { Change::Changed } else { counted };
            ((remembered, changes_of(state, details, event.at)), changed)
        })?;
        if !changes.is_empty() {
            history.changes = told_changes(event, &changes);
        }
        believe_matured(&mut remembered, counting.now);
        history.account = Some(remembered);
        Ok(())
    }
}

/// Which of an event's details, by place, are changes to an account. Nearly always none, and then nothing is allocated.
fn changes_of(state: &State, details: &[(DetailKind, Tag)], at: Timestamp) -> Vec<Changed> {
    if details.is_empty() {
        return Vec::new();
    }
    let is_known = state.profile.n_learned > 0 || !state.profile.held.is_empty();
    state.more.belongings.changes(details, is_known, at)
}

/// The changes as they are told. What was before lies in the ledger, which is read by who has one.
fn told_changes(event: &Event, changes: &[Changed]) -> Vec<DetailChange> {
    let details: Vec<_> = event.details().collect();
    let unsaid = |sequence| PreviousDetail { value: DetailValue::Unsaid, sequence };
    let told = |change: &Changed| {
        let (kind, value) = details.get(change.place)?.clone();
        let [previous, notify] = [change.previous, change.notify].map(|sequence| sequence.map(unsaid));
        Some(DetailChange { kind, value, previous, notify })
    };
    changes.iter().filter_map(told).collect()
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
