//! The stored forms of what aggregates count, and of which aggregates are kept.

use rightful_domain::{
    Action, Aggregate, AggregateKey, Counted, Measure, Money, PaymentDirection, Series, SeriesBlock, SeriesKind,
    SeriesMark, SeriesValue, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::lesson::{restored_tag, stored_tag};
use super::number::{Numbered, Worded};
use crate::embedded::{KeptRecord, SeriesRecord, SeriesState};

/// The version of both forms below.
const VERSION: u8 = 1;

/// Applied, filled, forgotten until, owed, then the series.
#[derive(Serialize, Deserialize)]
struct StoredSeries {
    applied: u64,
    filled: u64,
    forgotten_until: Option<i64>,
    owed: Vec<[u8; 8]>,
    start: i64,
    marks: Vec<StoredMark>,
    /// Level, place, events, sums by currency.
    blocks: Vec<(u8, i64, u64, Vec<StoredSum>)>,
    /// Value, last time, how often.
    values: Vec<([u8; 8], i64, u32)>,
}

/// A currency, and ten-thousandths of it.
type StoredSum = ([u8; 3], i128);

/// Micros since the mark before, event, amount, value, whether it was written down.
#[derive(Serialize, Deserialize)]
struct StoredMark(u64, [u8; 8], Option<([u8; 3], i64)>, Option<[u8; 8]>, bool);

/// What one key's series remembers, as bytes.
pub(crate) fn encode_series(state: &SeriesState) -> Vec<u8> {
    let series = &state.series;
    let start = series.marks().first().map_or(0, |mark| mark.at.as_micros());
    let mut before = start;
    let mut mark = |mark: &SeriesMark| {
        let after = mark.at.as_micros().wrapping_sub(before).cast_unsigned();
        before = mark.at.as_micros();
        let amount = mark.amount.map(|money| (money.currency, money.ten_thousandths));
        StoredMark(after, mark.event.to_le_bytes(), amount, mark.value.map(stored_tag), mark.recorded)
    };
    let block = |block: &SeriesBlock| (block.level, block.place, block.n, block.sums.clone());
    let value = |value: &SeriesValue| (stored_tag(value.value), value.at.as_micros(), value.n);
    let stored = StoredSeries {
        applied: state.applied,
        filled: state.filled,
        forgotten_until: state.forgotten_until.map(Timestamp::as_micros),
        owed: state.owed.iter().map(|event| event.to_le_bytes()).collect(),
        start,
        marks: series.marks().iter().map(&mut mark).collect(),
        blocks: series.blocks().iter().map(block).collect(),
        values: series.values().iter().map(value).collect(),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// What one key's series remembers, from its bytes.
pub(crate) fn decode_series(bytes: &[u8]) -> Result<SeriesState, Undecodable> {
    let stored: StoredSeries = super::from_versioned_bytes(VERSION, bytes)?;
    let mut at = stored.start;
    let mark = |StoredMark(after, event, amount, value, recorded): StoredMark| {
        at = at.wrapping_add(after.cast_signed());
        SeriesMark {
            at: Timestamp::from_micros(at),
            event: u64::from_le_bytes(event),
            amount: amount.map(|(currency, ten_thousandths)| Money { ten_thousandths, currency }),
            value: value.map(restored_tag),
            recorded,
        }
    };
    let marks = stored.marks.into_iter().map(mark).collect();
    let block = |(level, place, n, sums)| SeriesBlock { level, place, n, sums };
    let value = |(value, at, n)| SeriesValue { value: restored_tag(value), at: Timestamp::from_micros(at), n };
    Ok(SeriesState {
        applied: stored.applied,
        filled: stored.filled,
        forgotten_until: stored.forgotten_until.map(Timestamp::from_micros),
        owed: stored.owed.into_iter().map(u64::from_le_bytes).collect(),
        series: Series::restore(
            marks,
            stored.blocks.into_iter().map(block).collect(),
            stored.values.into_iter().map(value).collect(),
        ),
    })
}

#[derive(Serialize, Deserialize)]
struct StoredKept {
    series: Vec<StoredSeriesRecord>,
    /// The place of its series, minutes, excludes the current one, adds up.
    aggregates: Vec<(u32, u32, bool, bool)>,
}

/// What is counted: number, since, first row, minutes, then which events.
#[derive(Serialize, Deserialize)]
struct StoredSeriesRecord {
    number: u32,
    since: u64,
    first: u64,
    minutes: u32,
    by: u8,
    action: Option<(u8, Option<String>)>,
    direction: Option<u8>,
    succeeded: Option<bool>,
    counted: Option<u8>,
}

/// Which aggregates an application keeps, as bytes.
pub(crate) fn encode_kept(kept: &KeptRecord) -> Vec<u8> {
    let series = |record: &SeriesRecord| {
        let SeriesKind { by, action, direction, succeeded, counted } = &record.kind;
        let action = action.as_ref().map(|action| {
            let (number, word) = action.word();
            (number, word.map(str::to_owned))
        });
        StoredSeriesRecord {
            number: record.number,
            since: record.since,
            first: record.first,
            minutes: record.minutes,
            by: by.number(),
            action,
            direction: direction.map(|direction| direction.number()),
            succeeded: *succeeded,
            counted: counted.map(|counted| counted.number()),
        }
    };
    let aggregate = |(place, aggregate): &(u32, Aggregate)| {
        (*place, aggregate.minutes, aggregate.excludes_current, aggregate.measure == Measure::Sum)
    };
    let stored = StoredKept {
        series: kept.series.iter().map(series).collect(),
        aggregates: kept.aggregates.iter().map(aggregate).collect(),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// Which aggregates an application keeps, from its bytes.
pub(crate) fn decode_kept(bytes: &[u8]) -> Result<KeptRecord, Undecodable> {
    let stored: StoredKept = super::from_versioned_bytes(VERSION, bytes)?;
    let series: Vec<SeriesRecord> =
        stored.series.into_iter().map(StoredSeriesRecord::restore).collect::<Result<_, _>>()?;
    let aggregate = |(place, minutes, excludes_current, adds_up): (u32, u32, bool, bool)| {
        let of = usize::try_from(place).ok().and_then(|place| series.get(place));
        let SeriesKind { by, action, direction, succeeded, counted } =
            of.ok_or(Undecodable("an aggregate without its series"))?.kind.clone();
        let measure = match counted {
            Some(counted) => Measure::Distinct(counted),
            None if adds_up => Measure::Sum,
            None => Measure::Count,
        };
        Ok((place, Aggregate { by, action, direction, succeeded, excludes_current, minutes, measure }))
    };
    let aggregates = stored.aggregates.into_iter().map(aggregate).collect::<Result<_, Undecodable>>()?;
    Ok(KeptRecord { series, aggregates })
}

impl StoredSeriesRecord {
    fn restore(self) -> Result<SeriesRecord, Undecodable> {
        let action = self.action.as_ref().map(|(number, word)| Action::of_word((*number, word.as_deref())));
        let kind = SeriesKind {
            by: AggregateKey::of_number(self.by)?,
            action: action.transpose()?,
            direction: self.direction.map(PaymentDirection::of_number).transpose()?,
            succeeded: self.succeeded,
            counted: self.counted.map(Counted::of_number).transpose()?,
        };
        Ok(SeriesRecord { number: self.number, since: self.since, first: self.first, minutes: self.minutes, kind })
    }
}
