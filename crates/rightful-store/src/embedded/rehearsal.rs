//! Memory without a disk: the same road as the store's, in RAM and at once. For going through a year of logins in minutes,
//! where nothing need be there tomorrow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rightful_domain::{
    AGGREGATES_MAX, Aggregate, ApplicationId, Enrichment, Entry, Event, History, List, ListEntry, Outcome, Timestamp,
};

use super::fill::{Changing, learn_series};
use super::imprint::{Imprint, apply, changes_of};
use super::mind::Mind;
use super::plan::Plan;
use super::state::States;
use super::tags::{StateKind, Taggers};
use crate::MasterKey;
use crate::record::Effect;

/// Nothing is read from a disk, so nothing can fail to be.
const INFALLIBLE: &str = "what is in RAM is there";

/// Memory without a disk. A clone is another hold on the same memory.
#[derive(Clone)]
pub struct Rehearsal {
    mind: Arc<Mind>,
    /// The number of the last entry.
    sequence: Arc<AtomicU64>,
    /// The first number that was never a series'.
    numbers: Arc<AtomicU32>,
}

impl Rehearsal {
    /// An empty memory. Two of them, told the same, answer the same.
    #[must_use]
    pub fn new() -> Self {
        // What is never written needs no secret.
        let taggers = Taggers::new(&MasterKey::from_bytes([0; 32]));
        let mind = Mind::new(taggers, States::new(None, usize::MAX), States::new(None, usize::MAX));
        Self { mind: Arc::new(mind), sequence: Arc::default(), numbers: Arc::default() }
    }

    /// Counts an attempt and returns everything known about its keys, as [`crate::Memory::recall`] does.
    pub fn recall(&mut self, event: &Event, enrichment: &Enrichment, now: Timestamp) -> History {
        self.mind.recall(event, enrichment, now).expect(INFALLIBLE)
    }

    /// Remembers an entry: counts it, if that has not been done, and learns what it teaches and what it releases. Whoever
    /// records an event twice teaches it twice.
    pub fn record(&mut self, entry: &Entry) {
        let tagger = self.mind.taggers.of(&entry.event.application);
        let imprint = Imprint::of(entry, &tagger, &tagger.private_of(entry));
        let subject = imprint.subject;
        let (countable, lesson) = (imprint.countable.clone(), Arc::clone(&imprint.lesson));
        let received_at = imprint.received_at;
        let Plan { effects, .. } = self.mind.plan_entry(&imprint).expect(INFALLIBLE);
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let mut changes = Vec::with_capacity(16);
        imprint.changes(&tagger, &mut changes);
        let entry = Some((&countable, &*lesson));
        let row = Changing { sequence, received_at, entry, subject: subject.map(|key| key.tag), effects: &effects };
        learn_series(&self.mind, &tagger, None, &row).expect(INFALLIBLE);
        changes_of(effects, subject, &tagger, None, &mut changes).expect(INFALLIBLE);
        apply(&self.mind.states, sequence, changes).expect(INFALLIBLE);
    }

    /// Remembers how an entry ended that was recalled before that was known.
    pub fn conclude(&mut self, entry: &Entry, outcome: Outcome) {
        let tagger = self.mind.taggers.of(&entry.event.application);
        let imprint = Imprint::of(entry, &tagger, &tagger.private_of(entry));
        let concluded = vec![Effect::Concluded { lesson: imprint.lesson, outcome }];
        let (subject, received_at) = (imprint.subject, imprint.received_at);
        let sequence = self.sequence.load(Ordering::Relaxed);
        let row =
            Changing { sequence, received_at, entry: None, subject: subject.map(|key| key.tag), effects: &concluded };
        learn_series(&self.mind, &tagger, None, &row).expect(INFALLIBLE);
        let mut changes = Vec::with_capacity(3);
        changes_of(concluded, subject, &tagger, None, &mut changes).expect(INFALLIBLE);
        apply(&self.mind.states, sequence, changes).expect(INFALLIBLE);
        self.mind.conclude_crowds(&entry.event, outcome);
    }

    /// Keeps these aggregates of an application from now on, and forgets those that are not named: as
    /// [`crate::Aggregates::keep_aggregates`] does, but that there is no ledger to count what was before.
    pub fn keep_aggregates(&mut self, application: &ApplicationId, mut aggregates: Vec<Aggregate>) {
        aggregates.sort_unstable();
        aggregates.dedup();
        aggregates.truncate(AGGREGATES_MAX);
        let short = self.mind.taggers.of(application).short;
        let since = self.sequence.load(Ordering::Relaxed);
        let before = self.mind.aggregates.of(short).unwrap_or_default();
        let mut numbers = self.numbers.load(Ordering::Relaxed);
        let kept = before.instead(aggregates, since, &mut numbers, |_| since + 1);
        self.numbers.store(numbers, Ordering::Relaxed);
        self.mind.aggregates.set(short, kept);
    }

    /// Takes an attempt that was recalled, and not recorded, out again, as if it had never come.
    pub fn forget(&mut self, event: &Event) {
        self.mind.forget(event).expect(INFALLIBLE);
    }

    /// Puts entries on a list, which is made if there is none of its name; see [`crate::Lists`].
    pub fn put_on_list(&mut self, list: List, entries: &[ListEntry]) {
        let roll = self.mind.rolls.of(&list.application, &self.mind.taggers.of(&list.application));
        let of = list.of;
        let number = roll.list(&list.name).map(|(number, _)| number);
        // Two hundred and fifty-six lists are more than there may be.
        let number = number.unwrap_or_else(|| u8::try_from(roll.lists().len()).unwrap_or(u8::MAX));
        if roll.numbered(number).is_none() {
            roll.keep(number, list);
        }
        entries.iter().for_each(|entry| roll.put(of, number, roll.tagged(of, &entry.value), entry.expires_at));
    }

    /// How many bytes each account's own memory would take on disk, in no order; O(n).
    #[must_use]
    pub fn stored_bytes(&self) -> Vec<usize> {
        self.mind.states.bytes_of(StateKind::Subject)
    }
}

impl Default for Rehearsal {
    fn default() -> Self {
        Self::new()
    }
}
