//! Keeping aggregates: what rows change in series, live and from the ledger.
//!
//! The backfill counts the entries before a series began, as they had ended by then; the writer counts those after, and
//! tells how earlier ones end otherwise. Where such a change comes before the backfill has come to its entry, the key's
//! series remembers that it is owed.

use std::sync::atomic::Ordering;

use rightful_domain::{AGGREGATES_MAX, Aggregate, ApplicationId, EventId, Lesson, Outcome, Tag, Timestamp};
use tokio::sync::oneshot;

use super::aggregates::{Kept, KeptSeries};
use super::disk::{Disk, corrupt_row, failed, read_row};
use super::imprint::Imprint;
use super::keys::{amendments_of, event_key, minute_of, sequence_of, time_key};
use super::mind::Mind;
use super::recent::Recent;
use super::series::{Countable, Origin, SeriesOp, key_tag, take_in};
use super::tags::Tagger;
use super::writer::{Admitted, Writer};
use super::{Shared, aggregates};
use crate::record::{Effect, ReadEntry, Row, RowKind, Said, decode_kept, encode_kept};
use crate::{Backfill, StoreError};

/// Rows that are looked at before it is asked whether to go on: some ten milliseconds.
const ROWS_AT_ONCE: u64 = 1_024;
/// Changed series that wait to be written before the backfill waits for a checkpoint: bounds what it takes of RAM.
const DIRTY_MAX: usize = 50_000;
/// An event may be received this much before it says it happened.
const AHEAD_MAX: std::time::Duration = std::time::Duration::from_secs(300);

/// Where in the office the kept aggregates of an application are.
const KEPT_PREFIX: u8 = b'g';
/// Where in the office the backfill of each series is, and the first number that was never a series'.
const FILLED_PREFIX: u8 = b'f';
const NUMBERS_KEY: &[u8] = b"mseries";

fn kept_key(application: u32) -> [u8; 5] {
    let [a, b, c, d] = application.to_be_bytes();
    [KEPT_PREFIX, a, b, c, d]
}

fn filled_key(number: u32) -> [u8; 5] {
    let [a, b, c, d] = number.to_be_bytes();
    [FILLED_PREFIX, a, b, c, d]
}

/// Reads which aggregates are kept, at a start.
pub(super) fn load_kept(disk: &Disk, all: &aggregates::AllKept) -> Result<(), StoreError> {
    for guard in disk.office.prefix([KEPT_PREFIX]) {
        let (key, bytes) = guard.into_inner().map_err(failed)?;
        let Some(application) = key.split_last_chunk().map(|(_, short)| u32::from_be_bytes(*short)) else { continue };
        let record = decode_kept(&bytes)
            .map_err(|cause| StoreError::Corrupt { what: format!("the aggregates of an application: {}", cause.0) })?;
        let mut upto = std::collections::BTreeMap::new();
        for series in &record.series {
            let filled = disk.office.get(filled_key(series.number)).map_err(failed)?;
            upto.extend(filled.and_then(|bytes| sequence_of(&bytes)).map(|filled| (series.number, filled)));
        }
        all.set(application, Kept::restore(record, |number| upto.get(&number).copied()));
    }
    Ok(())
}

/// What a row says that changes series.
pub(super) struct Changing<'a> {
    pub(super) sequence: u64,
    pub(super) received_at: Timestamp,
    /// The event, if it is an entry.
    pub(super) entry: Option<(&'a Countable, &'a Lesson)>,
    /// Whom it is about.
    pub(super) subject: Option<Tag>,
    pub(super) effects: &'a [Effect],
}

/// Where entries are read again.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) disk: &'a Disk,
    pub(super) recent: &'a Recent,
}

/// Lets series take in a row that came after they began.
pub(super) fn learn_series(
    mind: &Mind,
    tagger: &Tagger,
    rows: Option<Rows<'_>>,
    row: &Changing<'_>,
) -> Result<(), StoreError> {
    let Some(kept) = mind.aggregates.of(tagger.short) else { return Ok(()) };
    if let Some((countable, lesson)) = row.entry {
        mind.count_aggregates(&kept, row.sequence, countable, lesson)?;
    }
    for effect in row.effects {
        match (effect, rows) {
            (Effect::Concluded { lesson, outcome }, Some(rows)) if kept.asks_for_outcomes() => {
                conclude(mind, &kept, tagger, rows, (row.sequence, lesson.event, *outcome))?;
            }
            _ => {}
        }
    }
    let series = kept.series.iter().filter(|series| row.sequence > series.record.since);
    forget(mind, series, row, Origin::Live { filled_by: None })
}

/// Series of an account forget it, and the names it went by.
fn forget<'a>(
    mind: &Mind,
    series: impl Iterator<Item = &'a KeptSeries>,
    row: &Changing<'_>,
    origin: Origin,
) -> Result<(), StoreError> {
    let forgotten = |effect: &Effect| match effect {
        Effect::Forget => row.subject,
        Effect::Unalias(username) => Some(*username),
        _ => None,
    };
    let tags: Vec<Tag> = row.effects.iter().filter_map(forgotten).collect();
    if tags.is_empty() {
        return Ok(());
    }
    for series in series.filter(|series| series.record.kind.by == rightful_domain::AggregateKey::Account) {
        for tag in &tags {
            let op = SeriesOp::ForgetUntil(row.received_at);
            take_in(&mind.series, row.sequence, series, (*tag, op), origin)?;
        }
    }
    Ok(())
}

/// How an event ended, as said in which rows; the first is its entry's own.
struct Outcomes(Vec<(u64, Outcome)>);

impl Outcomes {
    fn read(disk: &Disk, event: EventId, entry: (u64, Outcome)) -> Result<Self, StoreError> {
        let mut said = vec![entry];
        for guard in disk.index.prefix(amendments_of(event)) {
            let sequence = sequence_of(&guard.key().map_err(failed)?).unwrap_or_default();
            let Some(bytes) = disk.row(sequence)? else { continue };
            let row = read_row(sequence, &bytes)?;
            if row.head.kind == RowKind::Conclusion
                && let (Said::Conclusion(conclusion), _) = row.open().map_err(corrupt_row(sequence))?
            {
                said.push((sequence, conclusion.outcome));
            }
        }
        Ok(Self(said))
    }

    /// As known when that row was written.
    fn at(&self, sequence: u64) -> Outcome {
        let said = self.0.iter().take_while(|(row, _)| *row <= sequence).last();
        said.or(self.0.first()).map_or(Outcome::Pending, |(_, outcome)| *outcome)
    }
}

/// Lets series know that an event ended otherwise than was known.
fn conclude(
    mind: &Mind,
    kept: &Kept,
    tagger: &Tagger,
    rows: Rows<'_>,
    (sequence, event, outcome): (u64, EventId, Outcome),
) -> Result<(), StoreError> {
    let on_disk = || rows.disk.events.get(event_key(event)).map_err(failed);
    let place = match rows.recent.event(event) {
        Some(place) => Some(place),
        None => on_disk()?.and_then(|bytes| sequence_of(&bytes)),
    };
    let Some(place) = place else { return Ok(()) };
    let Some(bytes) = rows.disk.row(place)? else { return Ok(()) };
    let (Said::Entry(read), _) = read_row(place, &bytes)?.open().map_err(corrupt_row(place))? else { return Ok(()) };
    let Imprint { countable, lesson, .. } = Imprint::of(&read.entry, tagger, &read.private);
    let outcomes = Outcomes::read(rows.disk, event, (place, countable.outcome))?;
    let before = outcomes.at(sequence.saturating_sub(1));
    for series in kept.series.iter().filter(|series| sequence > series.record.since) {
        let record = &series.record;
        let [was, is] = [before, outcome].map(|outcome| countable.mark(&record.kind, &lesson, outcome));
        let op = match (was, is) {
            (None, Some(mark)) => SeriesOp::Count(mark),
            (Some(mark), None) => SeriesOp::TakeBack(mark),
            (None, None) | (Some(_), Some(_)) => continue,
        };
        let fills = (record.first..=record.since).contains(&place)
            && countable.mark(&record.kind, &lesson, outcomes.at(record.since)).is_some();
        if let Some(tag) = key_tag(record.kind.by, &lesson) {
            let origin = Origin::Live { filled_by: fills.then_some(place) };
            take_in(&mind.series, sequence, series, (tag, op), origin)?;
        }
    }
    Ok(())
}

impl Shared {
    /// Counts some more rows of the ledger in the series that are not ready; None if all are.
    pub(super) fn fill_some(&self, application: &ApplicationId) -> Result<Option<Backfill>, StoreError> {
        self.check_running()?;
        let tagger = self.mind.taggers.of(application);
        let Some(kept) = self.mind.aggregates.of(tagger.short) else { return Ok(None) };
        let awaited: Vec<&KeptSeries> = kept.series.iter().filter(|series| !series.is_ready()).collect();
        let from = awaited.iter().map(|series| series.filled_upto() + 1).min();
        let end = awaited.iter().map(|series| series.record.since).max();
        let Some((from, end)) = from.zip(end) else { return Ok(None) };
        let upto = end.min(from + ROWS_AT_ONCE - 1);
        for guard in self.disk.ledger.range(from.to_be_bytes()..=upto.to_be_bytes()) {
            let (key, bytes) = guard.into_inner().map_err(failed)?;
            let sequence = sequence_of(&key).unwrap_or_default();
            match self.fill_row(&tagger, &awaited, sequence, &bytes) {
                // A row that does not read back is found, and said, when it is asked for.
                Err(StoreError::Corrupt { .. }) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        awaited.iter().for_each(|series| series.fill_upto(upto));
        Ok(Some(Backfill { n_done: upto + 1 - from, n_rows: end + 1 - from }))
    }

    /// Whether the backfill should wait until what it has changed is written.
    pub(super) fn has_much_to_write(&self) -> bool {
        self.mind.series.n_dirty() >= DIRTY_MAX || self.mind.series.is_full()
    }

    fn fill_row(
        &self,
        tagger: &Tagger,
        awaited: &[&KeptSeries],
        sequence: u64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let row = read_row(sequence, bytes)?;
        let head = row.head;
        let concerns = matches!(head.kind, RowKind::Entry | RowKind::Erasure);
        if head.application != tagger.short || !concerns {
            return Ok(());
        }
        let fills = |series: &&KeptSeries| series.filled_upto() < sequence && sequence <= series.record.since;
        let awaited: Vec<&KeptSeries> = awaited.iter().copied().filter(fills).collect();
        self.fill_from(tagger, &awaited, sequence, row)
    }

    fn fill_from(
        &self,
        tagger: &Tagger,
        awaited: &[&KeptSeries],
        sequence: u64,
        row: Row<'_>,
    ) -> Result<(), StoreError> {
        let received_at = row.head.received_at;
        let (said, effects) = row.open().map_err(corrupt_row(sequence))?;
        let Said::Entry(read) = said else {
            let (subject, effects) = (effects.subject, &effects.changes[..]);
            let row = Changing { sequence, received_at, entry: None, subject, effects };
            return forget(&self.mind, awaited.iter().copied(), &row, Origin::Backfill);
        };
        let ReadEntry { entry, private, .. } = *read;
        let Imprint { countable, lesson, .. } = Imprint::of(&entry, tagger, &private);
        let asks_for_outcomes = awaited.iter().any(|series| series.record.kind.succeeded.is_some());
        let told = (sequence, countable.outcome);
        let outcomes = match asks_for_outcomes {
            true => Outcomes::read(&self.disk, entry.event.id, told)?,
            false => Outcomes(vec![told]),
        };
        for series in awaited {
            let record = &series.record;
            let mark = countable.mark(&record.kind, &lesson, outcomes.at(record.since));
            if let Some((tag, mark)) = key_tag(record.kind.by, &lesson).zip(mark) {
                take_in(&self.mind.series, sequence, series, (tag, SeriesOp::Count(mark)), Origin::Backfill)?;
            }
        }
        Ok(())
    }

    /// The first row that may be of an event of the last so many minutes, of an application that there is since then.
    fn first_row_of(&self, minutes: u32, created_at: Timestamp, otherwise: u64) -> Result<u64, StoreError> {
        let newest = Timestamp::from_micros(self.newest_at.load(Ordering::Acquire));
        let start = newest.minus(std::time::Duration::from_secs(u64::from(minutes) * 60)).minus(AHEAD_MAX);
        let start = start.minus(rightful_domain::SERIES_LATE_MAX).max(created_at);
        let mut marks = self.disk.index.range(time_key(minute_of(start))..=time_key(u64::MAX));
        let first = marks.next().map(fjall::Guard::value).transpose().map_err(failed)?;
        Ok(first.and_then(|bytes| sequence_of(&bytes)).unwrap_or(otherwise).max(1))
    }

    /// Writes down how far the backfill of each series has come; what it was when everything that it had changed was still
    /// in RAM. To be called by the checkpoint only.
    pub(super) fn write_filled(&self, filled: &[(u32, u64)]) -> Result<(), StoreError> {
        for (number, upto) in filled {
            self.disk.office.insert(filled_key(*number), upto.to_be_bytes()).map_err(failed)?;
        }
        self.mind.aggregates.written(filled);
        Ok(())
    }

    /// Removes what series counted that are kept no longer. To be called by the checkpoint only.
    pub(super) fn sweep_series(&self) -> Result<(), StoreError> {
        if !self.mind.aggregates.must_sweep.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let mut ingestion = self.disk.series.start_ingestion().map_err(failed)?;
        for guard in self.disk.series.iter() {
            let key = guard.key().map_err(failed)?;
            let number = key.split_last_chunk().map(|(_, number)| u32::from_be_bytes(*number));
            if number.is_some_and(|number| !self.mind.aggregates.has(number)) {
                ingestion.write_tombstone(key).map_err(failed)?;
            }
        }
        ingestion.finish().map_err(failed)
    }
}

impl Writer {
    /// Keeps other aggregates from the next row on.
    pub(super) fn admit_keep(
        &mut self,
        application: &ApplicationId,
        aggregates: Vec<Aggregate>,
        answer: oneshot::Sender<Result<(), StoreError>>,
    ) -> Admitted {
        // Every row until now is then written and learned, so that what comes after is counted and what was before is not.
        self.write();
        drop(answer.send(self.keep(application, aggregates)));
        Admitted::InBatch
    }

    fn keep(&self, application: &ApplicationId, mut aggregates: Vec<Aggregate>) -> Result<(), StoreError> {
        self.shared.check_running()?;
        aggregates.sort_unstable();
        aggregates.dedup();
        if aggregates.len() > AGGREGATES_MAX {
            return Err(StoreError::TooMuch { what: "more aggregates than are kept for one application" });
        }
        let shared = &self.shared;
        let short = shared.mind.taggers.of(application).short;
        let since = shared.durable.load(Ordering::Acquire);
        let before = shared.mind.aggregates.of(short).unwrap_or_default();
        let stored = shared.disk.office.get(NUMBERS_KEY).map_err(failed)?;
        let mut numbers =
            stored.and_then(|bytes| bytes.split_last_chunk().map(|(_, n)| u32::from_be_bytes(*n))).unwrap_or(0);
        let longest = aggregates.iter().map(|aggregate| aggregate.minutes).max().unwrap_or(0);
        // Nothing is older than what the longest reaches, so that one look is enough where only one span is new.
        let created_at =
            shared.application(application)?.map_or(Timestamp::from_micros(i64::MIN), |its| its.created_at);
        let first = shared.first_row_of(longest, created_at, since + 1)?;
        let kept = before.instead(aggregates, since, &mut numbers, |minutes| {
            if minutes == longest {
                first
            } else {
                shared.first_row_of(minutes, created_at, since + 1).unwrap_or(first)
            }
        });
        let record = kept.record();
        if record == before.record() {
            return Ok(());
        }
        let mut writes = shared.disk.database.batch().durability(Some(fjall::PersistMode::SyncData));
        writes.insert(&shared.disk.office, NUMBERS_KEY, numbers.to_be_bytes());
        writes.insert(&shared.disk.office, kept_key(short), encode_kept(&record));
        for gone in before.series.iter().filter(|its| !record.series.contains(&its.record)) {
            writes.remove(&shared.disk.office, filled_key(gone.record.number));
        }
        writes.commit().map_err(failed)?;
        shared.mind.aggregates.set(short, kept);
        Ok(())
    }
}
