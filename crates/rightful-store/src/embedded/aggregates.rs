//! Which aggregates are kept of which application, and by which series they are counted.
//!
//! A series has a number that is never used again, the row after which it counts by itself, and how far the rows before
//! that have been counted. It is ready once they all have.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use rightful_domain::{Aggregate, AggregateId, AggregateValue, Series, SeriesKind, SeriesView};

use crate::KeptAggregate;

/// Which events a series counts, and since when; as written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeriesRecord {
    /// Never used again.
    pub(crate) number: u32,
    /// It counts rows after this one by itself; those up to here are counted from the ledger.
    pub(crate) since: u64,
    /// Those from this one on: what came before is older than it keeps.
    pub(crate) first: u64,
    /// How long it keeps what it counts.
    pub(crate) minutes: u32,
    pub(crate) kind: SeriesKind,
}

/// What is written down of an application's aggregates: its series, and each aggregate with the place of its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct KeptRecord {
    pub(crate) series: Vec<SeriesRecord>,
    pub(crate) aggregates: Vec<(u32, Aggregate)>,
}

/// One series that is kept.
#[derive(Debug)]
pub(super) struct KeptSeries {
    pub(super) record: SeriesRecord,
    aggregates: Vec<(AggregateId, Aggregate)>,
    /// Rows up to this one are counted from the ledger.
    progress: Arc<Progress>,
}

#[derive(Debug)]
struct Progress {
    filled_upto: AtomicU64,
    /// As far as is written down.
    written_upto: AtomicU64,
}

impl KeptSeries {
    fn new(record: SeriesRecord, filled_upto: u64) -> Self {
        let written_upto = AtomicU64::new(filled_upto);
        let progress = Arc::new(Progress { filled_upto: AtomicU64::new(filled_upto), written_upto });
        Self { record, aggregates: Vec::new(), progress }
    }

    /// The same series, for other aggregates.
    fn anew(&self) -> Self {
        Self { record: self.record.clone(), aggregates: Vec::new(), progress: Arc::clone(&self.progress) }
    }

    pub(super) fn kept(&self) -> Duration {
        Duration::from_secs(u64::from(self.record.minutes) * 60)
    }

    /// Rows up to this one are counted from the ledger.
    pub(super) fn filled_upto(&self) -> u64 {
        self.progress.filled_upto.load(Ordering::Acquire)
    }

    /// All rows up to this one are.
    pub(super) fn fill_upto(&self, sequence: u64) {
        self.progress.filled_upto.fetch_max(sequence.min(self.record.since), Ordering::AcqRel);
    }

    pub(super) fn is_ready(&self) -> bool {
        self.filled_upto() >= self.record.since
    }

    /// What its aggregates come to; nothing until it is ready.
    pub(super) fn values<'a>(
        &'a self,
        series: &'a Series,
        view: &'a SeriesView,
    ) -> impl Iterator<Item = AggregateValue> + 'a {
        let ready = self.aggregates.iter().filter(|_| self.is_ready());
        ready.map(|(id, aggregate)| AggregateValue { id: *id, value: aggregate.value(series, view) })
    }

    /// What its aggregates come to where an event has nothing that they could be counted by.
    pub(super) fn unknown(&self) -> impl Iterator<Item = AggregateValue> {
        let ready = self.aggregates.iter().filter(|_| self.is_ready());
        ready.map(|(id, _)| AggregateValue { id: *id, value: f64::NAN })
    }
}

/// What is kept of one application.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) series: Vec<KeptSeries>,
}

impl Kept {
    pub(super) fn n_aggregates(&self) -> usize {
        self.series.iter().map(|series| series.aggregates.len()).sum()
    }

    /// Whether it counts only what ended so or so, so that it must know when an event ends otherwise.
    pub(super) fn asks_for_outcomes(&self) -> bool {
        self.series.iter().any(|series| series.record.kind.succeeded.is_some())
    }

    /// What is kept instead, for these aggregates: series that keep long enough go on, and the missing ones begin.
    ///
    /// `numbers` is the first number that was never used; `first` says from which row on a series is counted that keeps
    /// for so many minutes.
    pub(super) fn instead(
        &self,
        aggregates: Vec<Aggregate>,
        since: u64,
        numbers: &mut u32,
        first: impl Fn(u32) -> u64,
    ) -> Self {
        let mut longest: BTreeMap<SeriesKind, u32> = BTreeMap::new();
        for aggregate in &aggregates {
            let minutes = longest.entry(aggregate.series()).or_default();
            *minutes = aggregate.minutes.max(*minutes);
        }
        let mut series: Vec<KeptSeries> = self.series.iter().map(KeptSeries::anew).collect();
        for (kind, minutes) in longest {
            let is_there = |its: &KeptSeries| its.record.kind == kind && its.record.minutes >= minutes;
            if !series.iter().any(is_there) {
                let first = first(minutes).min(since + 1);
                series.push(KeptSeries::new(SeriesRecord { number: *numbers, since, first, minutes, kind }, first - 1));
                *numbers += 1;
            }
        }
        // Those that are ready first, then those that keep longest: while a longer one is being filled, the shorter goes on.
        series.sort_by_key(|its| (!its.is_ready(), std::cmp::Reverse(its.record.minutes), its.record.number));
        for aggregate in aggregates {
            let kind = aggregate.series();
            let is_its = |its: &&mut KeptSeries| its.record.kind == kind && its.record.minutes >= aggregate.minutes;
            let its = series.iter_mut().find(is_its);
            its.expect("one was made that keeps long enough").aggregates.push((aggregate.id(), aggregate));
        }
        series.retain(|its| !its.aggregates.is_empty());
        Self { series }
    }

    pub(super) fn record(&self) -> KeptRecord {
        let aggregates =
            self.series.iter().zip(0..).flat_map(|(series, place)| {
                series.aggregates.iter().map(move |(_, aggregate)| (place, aggregate.clone()))
            });
        KeptRecord {
            series: self.series.iter().map(|series| series.record.clone()).collect(),
            aggregates: aggregates.collect(),
        }
    }

    /// What was kept, with how far each series has been counted from the ledger.
    pub(super) fn restore(record: KeptRecord, filled_upto: impl Fn(u32) -> Option<u64>) -> Self {
        let of = |record: SeriesRecord| {
            let upto = filled_upto(record.number).unwrap_or(record.first.saturating_sub(1));
            KeptSeries::new(record, upto)
        };
        let mut series: Vec<KeptSeries> = record.series.into_iter().map(of).collect();
        for (place, aggregate) in record.aggregates {
            let its = usize::try_from(place).ok().and_then(|place| series.get_mut(place));
            its.into_iter().for_each(|its| its.aggregates.push((aggregate.id(), aggregate.clone())));
        }
        Self { series }
    }
}

/// What is kept of every application, by its short form.
#[derive(Default)]
pub(super) struct AllKept {
    by_application: RwLock<HashMap<u32, Arc<Kept>>>,
    /// False where nothing is kept of anybody: then nobody looks.
    any: AtomicBool,
    /// A series is kept no longer, and what it counted is still on disk.
    pub(super) must_sweep: AtomicBool,
}

impl AllKept {
    /// What is kept of an application; None if nothing is.
    pub(super) fn of(&self, application: u32) -> Option<Arc<Kept>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.by_application.read().get(&application).map(Arc::clone)
    }

    pub(super) fn set(&self, application: u32, kept: Kept) {
        let mut all = self.by_application.write();
        let before = match kept.series.is_empty() {
            true => all.remove(&application),
            false => all.insert(application, Arc::new(kept)),
        };
        if before.is_some() {
            self.must_sweep.store(true, Ordering::Release);
        }
        self.any.store(!all.is_empty(), Ordering::Release);
    }

    /// The aggregates of an application, by id.
    pub(super) fn told(&self, application: u32) -> Vec<KeptAggregate> {
        let Some(kept) = self.of(application) else { return Vec::new() };
        let mut told: Vec<KeptAggregate> = kept
            .series
            .iter()
            .flat_map(|series| {
                let of = |(_, aggregate): &(AggregateId, Aggregate)| KeptAggregate {
                    aggregate: aggregate.clone(),
                    is_ready: series.is_ready(),
                };
                series.aggregates.iter().map(of)
            })
            .collect();
        told.sort_unstable_by_key(|kept| kept.aggregate.id());
        told
    }

    /// How far each series has come whose progress is not written down.
    pub(super) fn unwritten(&self) -> Vec<(u32, u64)> {
        let all = self.by_application.read();
        let series = all.values().flat_map(|kept| &kept.series);
        let progress = series.map(|its| (its.record.number, its.filled_upto(), &its.progress));
        let unwritten = progress.filter(|(_, upto, its)| its.written_upto.load(Ordering::Acquire) < *upto);
        unwritten.map(|(number, upto, _)| (number, upto)).collect()
    }

    /// That progress is written down.
    pub(super) fn written(&self, written: &[(u32, u64)]) {
        let all = self.by_application.read();
        for series in all.values().flat_map(|kept| &kept.series) {
            let upto = written.iter().find(|(number, _)| *number == series.record.number);
            if let Some((_, upto)) = upto {
                series.progress.written_upto.fetch_max(*upto, Ordering::AcqRel);
            }
        }
    }

    /// Whether a series is kept.
    pub(super) fn has(&self, number: u32) -> bool {
        let all = self.by_application.read();
        all.values().flat_map(|kept| &kept.series).any(|series| series.record.number == number)
    }
}
