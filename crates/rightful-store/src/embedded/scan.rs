//! Going over the ledger: rows are read in runs, decoded as far as is asked for, and what was said of them later is found
//! with one walk over the index a run instead of one a row.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use fjall::UserValue;
use rightful_domain::{EventId, Record, Timestamp};

use super::Shared;
use super::disk::{corrupt_row, failed, read_row};
use super::find::Amendment;
use super::keys::{TIME_PREFIX, amendment_key, amendments_of, event_of_amendment, minute_of, sequence_of, time_key};
use super::search::DISORDER;
use crate::record::{Row, RowKind};
use crate::{Extent, Scan, ScanDepth, StoreError, Visit};

/// Rows that are read at once: what a run costs beside its rows is then nothing, and it takes a megabyte at most times
/// the longest of them.
const RUN_ROWS: usize = 256;
/// Keys of the index that are walked over for one row in search of what was said of it. Ids are in the order of time,
/// so that a run's lie side by side; where they do not, each is looked up by itself.
const KEYS_WALKED_PER_ROW_MAX: usize = 16;
/// Minutes that marks of time may be out of order: two rows may each be so by [`DISORDER`].
const MINUTES_OUT_OF_ORDER: u64 = 2 * DISORDER.as_secs() / 60 + 1;

/// Rows side by side, by their place in the ledger.
type Run = Vec<(u64, UserValue)>;

impl Shared {
    /// Where the entries of a span of time lie.
    pub(super) fn extent(&self, from: Timestamp, to: Timestamp) -> Result<Extent, StoreError> {
        self.check_running()?;
        let as_of = self.durable.load(Ordering::Acquire);
        let last = self.last_before(to, as_of)?;
        let first = self.first_since(from)?.unwrap_or(last.saturating_add(1));
        Ok(Extent::new(first.max(1), last, as_of))
    }

    /// The first row that can have been received at or after a moment; None if there is none.
    fn first_since(&self, from: Timestamp) -> Result<Option<u64>, StoreError> {
        let begin = minute_of(from.minus(DISORDER));
        let (key, end) = (time_key(begin), [TIME_PREFIX[0] + 1]);
        let (mut first, mut first_minute) = (None, None);
        for guard in self.disk.index.range::<&[u8], _>(&key[..]..&end[..]) {
            let (key, value) = guard.into_inner().map_err(failed)?;
            let minute = sequence_of(&key).unwrap_or_default();
            if minute > first_minute.get_or_insert(minute).saturating_add(MINUTES_OUT_OF_ORDER) {
                break;
            }
            let sequence = sequence_of(&value).unwrap_or_default();
            first = Some(first.map_or(sequence, |first: u64| first.min(sequence)));
        }
        Ok(first)
    }

    /// Goes over the entries.
    pub(super) fn scan(&self, scan: &Scan, visit: &mut Visit) -> Result<(), StoreError> {
        let mut next = *scan.extent.rows().start();
        let last = *scan.extent.rows().end();
        while next <= last {
            self.check_running()?;
            let run = self.run(next, last)?;
            let Some((latest, _)) = run.last() else { break };
            next = latest.saturating_add(1);
            for record in self.records_of(scan, &run)? {
                if visit(record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn run(&self, first: u64, last: u64) -> Result<Run, StoreError> {
        let rows = self.disk.ledger.range(first.to_be_bytes()..=last.to_be_bytes()).take(RUN_ROWS);
        let row = |guard: fjall::Guard| {
            let (key, bytes) = guard.into_inner().map_err(failed)?;
            Ok((sequence_of(&key).unwrap_or_default(), bytes))
        };
        rows.map(row).collect()
    }

    /// The entries of a run that are asked for, in order, with what was said of them.
    fn records_of(&self, scan: &Scan, run: &Run) -> Result<Vec<Record>, StoreError> {
        let application = self.mind.taggers.of(&scan.application).short;
        let mut records = Vec::with_capacity(run.len());
        for (sequence, bytes) in run {
            let row = read_row(*sequence, bytes)?;
            let head = row.head;
            let is_within = head.received_at >= scan.from && head.received_at < scan.to;
            if head.kind == RowKind::Entry && head.application == application && is_within {
                let entry = self.scanned(scan.depth, row, *sequence)?;
                // The short form may be another's as well.
                records.extend(entry.filter(|record| record.entry.event.application == scan.application));
            }
        }
        self.amend_all(scan, run, &mut records)?;
        Ok(records)
    }

    fn scanned(&self, depth: ScanDepth, row: Row<'_>, sequence: u64) -> Result<Option<Record>, StoreError> {
        let entry = match depth {
            ScanDepth::Judgement => row.open_judgement().map_err(corrupt_row(sequence))?,
            ScanDepth::Whole => self.opened(row, sequence)?.map(|(entry, _)| entry),
        };
        Ok(entry.map(|entry| Record { sequence, entry, conclusion: None, feedback: Vec::new(), consumed_at: None }))
    }

    /// Puts what was said of entries beside them.
    fn amend_all(&self, scan: &Scan, run: &Run, records: &mut [Record]) -> Result<(), StoreError> {
        let places: BTreeMap<EventId, usize> =
            records.iter().enumerate().map(|(place, record)| (record.entry.event.id, place)).collect();
        for (event, sequence) in self.said_of(&places)? {
            let Some(record) = places.get(&event).and_then(|place| records.get_mut(*place)) else { continue };
            if sequence > scan.extent.as_of() {
                continue;
            }
            // Most of it follows soon after, and is at hand.
            let at_hand = run.binary_search_by_key(&sequence, |(sequence, _)| *sequence).ok();
            let bytes = match at_hand.and_then(|place| run.get(place)) {
                Some((_, bytes)) => Some(bytes.clone()),
                None => self.disk.row(sequence)?,
            };
            if let Some(bytes) = bytes {
                Amendment::read(sequence, &bytes)?.add_to(record);
            }
        }
        Ok(())
    }

    /// The rows that say something of these events, each event's in their order.
    fn said_of(&self, events: &BTreeMap<EventId, usize>) -> Result<Vec<(EventId, u64)>, StoreError> {
        let (Some((first, _)), Some((last, _))) = (events.first_key_value(), events.last_key_value()) else {
            return Ok(Vec::new());
        };
        let mut said = Vec::new();
        let keys = self.disk.index.range(amendments_of(*first).to_vec()..=amendment_key(*last, u64::MAX).to_vec());
        for (n_walked, guard) in keys.enumerate() {
            if n_walked > events.len() * KEYS_WALKED_PER_ROW_MAX {
                return self.said_of_each(events);
            }
            let key = guard.key().map_err(failed)?;
            let (Some(event), Some(sequence)) = (event_of_amendment(&key), sequence_of(&key)) else { continue };
            if events.contains_key(&event) {
                said.push((event, sequence));
            }
        }
        Ok(said)
    }

    fn said_of_each(&self, events: &BTreeMap<EventId, usize>) -> Result<Vec<(EventId, u64)>, StoreError> {
        let mut said = Vec::new();
        for event in events.keys() {
            for guard in self.disk.index.prefix(amendments_of(*event)) {
                let key = guard.key().map_err(failed)?;
                said.extend(sequence_of(&key).map(|sequence| (*event, sequence)));
            }
        }
        Ok(said)
    }
}
