//! What aggregates count: the series of each key, beside the memory of profiles and windows and kept in the same way.
//!
//! An event enters a series when it is recalled, under the lock that reads it, so that parallel attempts each see another
//! count; and again with its row, which changes nothing but that it is known to be written down. Rows after a series began
//! come from the writer, in order; rows before it from the backfill, in order, too. Each state says up to which row of
//! either it has taken in, so that neither takes in a row twice, wherever a restart begins.

use rightful_domain::{
    Action, AggregateKey, AggregateValue, Counted, CountryCode, Enrichment, Event, History, Lesson, Mark, Money,
    Outcome, PaymentDirection, Series, SeriesKind, SeriesMark, SeriesView, Tag, Timestamp,
};

use super::aggregates::{Kept, KeptSeries};
use super::imprint::counting_keys;
use super::mind::Mind;
use super::state::{Change, States, Stored};
use super::tags::{StateKey, StateKind, Tagger};
use crate::StoreError;
use crate::record::{Undecodable, decode_series, encode_series};

/// Marks, blocks and values of a series that weigh as much as one small state.
const PARTS_PER_STATE: usize = 8;
/// The most events whose taking back waits for a backfill to count them, of one key; more cannot be told apart from those
/// that were counted.
const OWED_MAX: usize = 1_024;

/// What one key's series remembers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SeriesState {
    /// The last row that it has taken in of those after the series began.
    pub(crate) applied: u64,
    /// The last row that it has taken in of those before.
    pub(crate) filled: u64,
    /// What happened until then is forgotten, whenever it comes.
    pub(crate) forgotten_until: Option<Timestamp>,
    /// Events that the backfill must leave out, since they ended otherwise after the series began.
    pub(crate) owed: Vec<u64>,
    pub(crate) series: Series,
}

impl Stored for SeriesState {
    fn weight(&self) -> usize {
        let series = &self.series;
        1 + (series.marks().len() + series.blocks().len() + series.values().len()) / PARTS_PER_STATE
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode_series(self)
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, Undecodable> {
        let mut state = decode_series(bytes)?;
        // What waited may have been of a run that ended before it was written down. What waits still counts with its row.
        state.series.let_go_all();
        Ok(state)
    }

    // Few events have many: they are read as they come.
    fn glance(_: &[Option<&Self>]) {}
}

/// What of an event decides whether aggregates count it, beside its tags.
#[derive(Debug, Clone)]
pub(super) struct Countable {
    action: Action,
    pub(super) outcome: Outcome,
    direction: Option<PaymentDirection>,
    amount: Option<Money>,
    country: Option<CountryCode>,
    /// Whether it counts for its subject, its device and its address.
    counts: [bool; 3],
}

impl Countable {
    pub(super) fn of(event: &Event, enrichment: &Enrichment) -> Self {
        let payment = event.payment.as_ref();
        Self {
            action: event.action.clone(),
            outcome: event.outcome,
            direction: payment.and_then(|payment| payment.direction),
            amount: payment.and_then(|payment| payment.amount),
            country: enrichment.country,
            counts: counting_keys(event),
        }
    }

    /// Whether it is counted by that key: as it is in windows.
    const fn counts_by(&self, key: AggregateKey) -> bool {
        let [subject, device, address] = self.counts;
        match key {
            AggregateKey::Account | AggregateKey::PaymentMethod | AggregateKey::Payee => subject,
            AggregateKey::Device => device,
            AggregateKey::Address => address,
        }
    }

    /// The mark that it leaves in a series of that kind, if it ended so; None if it is not counted there.
    pub(super) fn mark(&self, kind: &SeriesKind, lesson: &Lesson, outcome: Outcome) -> Option<SeriesMark> {
        if !self.counts_by(kind.by) || !kind.counts(&self.action, self.direction, outcome) {
            return None;
        }
        let value = match kind.counted {
            Some(counted) => Some(self.value(counted, lesson)?),
            None => None,
        };
        // What is counted once each is not added up.
        let amount = self.amount.filter(|_| value.is_none());
        Some(SeriesMark { at: lesson.at, event: Mark::short(lesson.event), amount, value, recorded: true })
    }

    fn value(&self, counted: Counted, lesson: &Lesson) -> Option<Tag> {
        match counted {
            Counted::Accounts => lesson.account,
            Counted::Devices => lesson.device,
            Counted::Addresses => lesson.address,
            Counted::Countries => self.country.map(tag_of_country),
            Counted::PaymentMethods => lesson.payment_method,
            Counted::Payees => lesson.payee,
        }
    }
}

/// Countries are no secret, and need no key to be told apart.
fn tag_of_country(country: CountryCode) -> Tag {
    Tag::new(country.as_str().bytes().fold(0, |tag, letter| tag << 8 | u64::from(letter)))
}

/// What a series of that kind is kept by, of an event.
pub(super) const fn key_tag(by: AggregateKey, lesson: &Lesson) -> Option<Tag> {
    match by {
        AggregateKey::Account => lesson.account,
        AggregateKey::Device => lesson.device,
        AggregateKey::Address => lesson.address,
        AggregateKey::PaymentMethod => lesson.payment_method,
        AggregateKey::Payee => lesson.payee,
    }
}

/// The key of a series' memory of one account, device, ….
pub(super) fn series_key(number: u32, tag: Tag) -> StateKey {
    // Apart for each series, so that those of one account do not meet in one bucket.
    let apart = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    StateKey { kind: StateKind::Series, application: number, tag: Tag::new(tag.get().wrapping_add(apart)) }
}

/// One change of one key's series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SeriesOp {
    Count(SeriesMark),
    /// It ended otherwise than was said before.
    TakeBack(SeriesMark),
    ForgetUntil(Timestamp),
}

/// From where a row comes, and what the other side will make of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The writer, or a replay of what it wrote. The event's entry is this row, before the series began, and the backfill
    /// counts it; None if it does not.
    Live { filled_by: Option<u64> },
    /// The backfill.
    Backfill,
}

impl SeriesState {
    fn forgot(&self, mark: &SeriesMark) -> bool {
        self.forgotten_until.is_some_and(|until| mark.at <= until)
    }

    /// Takes in what a row changes, if it has not yet.
    pub(super) fn take_in(&mut self, sequence: u64, op: SeriesOp, kind: &KeptSeries, origin: Origin) -> Change {
        let taken_in = match origin {
            Origin::Live { .. } => &mut self.applied,
            Origin::Backfill => &mut self.filled,
        };
        if *taken_in >= sequence {
            return Change::Same;
        }
        *taken_in = sequence;
        let is_to_be_filled = match origin {
            Origin::Live { filled_by } => filled_by.is_some_and(|entry| self.filled < entry) && !kind.is_ready(),
            Origin::Backfill => false,
        };
        match op {
            SeriesOp::Count(mark) if self.forgot(&mark) => {}
            // The backfill would have counted it; what was owed no longer is.
            SeriesOp::Count(mark) if is_to_be_filled => self.owed.retain(|event| *event != mark.event),
            SeriesOp::Count(mark) if origin == Origin::Backfill && self.owed.contains(&mark.event) => {
                self.owed.retain(|event| *event != mark.event);
            }
            SeriesOp::Count(mark) => {
                self.series.count(mark, kind.kept());
            }
            SeriesOp::TakeBack(mark) if is_to_be_filled => {
                if self.owed.len() < OWED_MAX {
                    self.owed.push(mark.event);
                }
            }
            SeriesOp::TakeBack(mark) => {
                self.series.take_back(&mark);
            }
            SeriesOp::ForgetUntil(until) => {
                self.series.forget_until(until);
                self.forgotten_until = self.forgotten_until.max(Some(until));
            }
        }
        Change::Changed
    }
}

/// Lets a series take in what a row changes, if it has not yet.
pub(super) fn take_in(
    states: &States<SeriesState>,
    sequence: u64,
    kind: &KeptSeries,
    (tag, op): (Tag, SeriesOp),
    origin: Origin,
) -> Result<(), StoreError> {
    states.with(series_key(kind.record.number, tag), |state| ((), state.take_in(sequence, op, kind, origin)))
}

/// How an event that is being judged is looked at.
pub(super) struct Looking {
    pub(super) as_of: Timestamp,
    pub(super) upto: Timestamp,
    pub(super) counting: SeriesCounting,
}

/// Whether an event that is looked at is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeriesCounting {
    /// It is, and stays until its row comes.
    Stays,
    /// For this look only: what is too old is counted with its row.
    Passes,
    /// It was, when it came, and is so still, by itself or among others.
    Done,
}

impl Mind {
    /// Counts an event in the series of its application, and says what the aggregates come to that are ready.
    pub(super) fn recall_aggregates(
        &self,
        event: &Event,
        enrichment: &Enrichment,
        (lesson, tagger): (&Lesson, &Tagger),
        looking: &Looking,
        history: &mut History,
    ) -> Result<(), StoreError> {
        let Some(kept) = self.aggregates.of(tagger.short) else { return Ok(()) };
        let countable = Countable::of(event, enrichment);
        let view = SeriesView {
            as_of: looking.as_of,
            upto: looking.upto,
            event: Mark::short(event.id),
            currency: countable.amount.map(|money| money.currency),
        };
        let mut values = Vec::with_capacity(kept.n_aggregates());
        for series in &kept.series {
            let Some(tag) = key_tag(series.record.kind.by, lesson) else {
                values.extend(series.unknown());
                continue;
            };
            let mark = match looking.counting {
                SeriesCounting::Stays | SeriesCounting::Passes => {
                    countable.mark(&series.record.kind, lesson, event.outcome)
                }
                SeriesCounting::Done => None,
            };
            let mark = mark.map(|mark| SeriesMark { recorded: false, ..mark });
            let stays = looking.counting == SeriesCounting::Stays;
            self.series.with(series_key(series.record.number, tag), |state| {
                let mark = mark.filter(|mark| !state.forgot(mark));
                let is_new = mark.is_some_and(|mark| state.series.count(mark, series.kept()));
                values.extend(series.values(&state.series, &view));
                if is_new && !stays {
                    state.series.let_go(event.at, view.event);
                }
                ((), if is_new && stays { Change::Changed } else { Change::Same })
            })?;
        }
        values.sort_unstable_by_key(|value: &AggregateValue| value.id);
        history.aggregates = values;
        Ok(())
    }

    /// Takes an event out of its series that was recalled and will not be recorded.
    pub(super) fn uncount_aggregates(&self, lesson: &Lesson, tagger: &Tagger) -> Result<(), StoreError> {
        let Some(kept) = self.aggregates.of(tagger.short) else { return Ok(()) };
        for series in &kept.series {
            let Some(tag) = key_tag(series.record.kind.by, lesson) else { continue };
            self.series.with(series_key(series.record.number, tag), |state| {
                let is_gone = state.series.let_go(lesson.at, Mark::short(lesson.event));
                ((), if is_gone { Change::Changed } else { Change::Same })
            })?;
        }
        Ok(())
    }

    /// Counts an event that was written down, in the series that began before it.
    pub(super) fn count_aggregates(
        &self,
        kept: &Kept,
        sequence: u64,
        countable: &Countable,
        lesson: &Lesson,
    ) -> Result<(), StoreError> {
        for series in kept.series.iter().filter(|series| sequence > series.record.since) {
            let mark = countable.mark(&series.record.kind, lesson, countable.outcome);
            if let Some((tag, mark)) = key_tag(series.record.kind.by, lesson).zip(mark) {
                let origin = Origin::Live { filled_by: None };
                take_in(&self.series, sequence, series, (tag, SeriesOp::Count(mark)), origin)?;
            }
        }
        Ok(())
    }
}
