//! Laws of the stored forms of what aggregates count.

use std::time::Duration;

use proptest::prelude::*;
use rightful_domain::{
    Action, Aggregate, AggregateKey, Counted, Measure, Money, PaymentDirection, Series, SeriesMark, Tag, Timestamp,
};

use super::super::{decode_kept, decode_series, encode_kept, encode_series};
use super::{bytes_of, check_golden};
use crate::embedded::{KeptRecord, SeriesRecord, SeriesState};

fn mark(n: u64, of: fn(u64) -> Option<Tag>) -> SeriesMark {
    let at = Timestamp::from_seconds(1_767_225_600 + (n * n).cast_signed());
    let currency = if n.is_multiple_of(3) { *b"USD" } else { *b"EUR" };
    let amount = (!n.is_multiple_of(4)).then(|| Money { ten_thousandths: (n * 12_345).cast_signed() - 9, currency });
    SeriesMark { at, event: n << 50 | n, amount, value: of(n), recorded: !n.is_multiple_of(50) }
}

fn series(n: u64, of: fn(u64) -> Option<Tag>) -> SeriesState {
    let mut series = Series::default();
    for n in 0..n {
        series.count(mark(n, of), Duration::from_secs(400 * 86_400));
    }
    let forgotten_until = (n > 3).then(|| Timestamp::from_seconds(7));
    SeriesState { applied: 300 + n, filled: 70, forgotten_until, owed: vec![5; usize::from(n > 3)], series }
}

/// The same, with few of the events that are kept by themselves.
fn short_series(of: fn(u64) -> Option<Tag>) -> SeriesState {
    let (whole, longer) = (series(300, of), series(307, of));
    let few = whole.series.marks().iter().rev().take(6).rev().copied().collect();
    let series = Series::restore(few, longer.series.blocks().to_vec(), longer.series.values().to_vec());
    SeriesState { series, ..whole }
}

fn nothing(_: u64) -> Option<Tag> {
    None
}

fn something(n: u64) -> Option<Tag> {
    Some(Tag::new(n % 37 + 1))
}

fn kept() -> KeptRecord {
    let aggregate = Aggregate {
        by: AggregateKey::Payee,
        action: Some(Action::Custom("cash_out".into())),
        direction: Some(PaymentDirection::Out),
        succeeded: Some(true),
        excludes_current: true,
        minutes: 1_440,
        measure: Measure::Sum,
    };
    let counted = Aggregate { measure: Measure::Distinct(Counted::Accounts), minutes: 60, ..aggregate.clone() };
    let plain = Aggregate {
        action: Some(Action::Login),
        direction: None,
        succeeded: None,
        measure: Measure::Count,
        ..counted.clone()
    };
    let record = |number: u32, aggregate: &Aggregate| SeriesRecord {
        number,
        since: 900 + u64::from(number),
        first: 17,
        minutes: aggregate.minutes,
        kind: aggregate.series(),
    };
    KeptRecord {
        series: vec![record(4, &aggregate), record(7, &counted), record(9, &plain)],
        aggregates: vec![(0, aggregate), (1, counted), (2, plain)],
    }
}

#[test]
fn what_is_written_is_written_as_it_always_was() {
    let golden = include_str!("../golden/series_v1.hex");
    check_golden("series", golden, &encode_series(&short_series(nothing)));
    let golden = include_str!("../golden/series_values_v1.hex");
    check_golden("values", golden, &encode_series(&short_series(something)));
    check_golden("kept", include_str!("../golden/kept_v1.hex"), &encode_kept(&kept()));
}

#[test]
fn the_first_version_is_read_for_ever() {
    let golden = bytes_of(include_str!("../golden/series_v1.hex"));
    assert_eq!(decode_series(&golden), Ok(short_series(nothing)));
    let golden = bytes_of(include_str!("../golden/series_values_v1.hex"));
    assert_eq!(decode_series(&golden), Ok(short_series(something)));
    assert_eq!(decode_kept(&bytes_of(include_str!("../golden/kept_v1.hex"))), Ok(kept()));
}

proptest! {
    #[test]
    fn whatever_is_counted_reads_back(n in 0_u64..600) {
        for of in [nothing as fn(u64) -> Option<Tag>, something] {
            let state = series(n, of);
            prop_assert_eq!(decode_series(&encode_series(&state)), Ok(state));
        }
    }

    #[test]
    fn any_bytes_read_as_something_or_as_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut record = vec![1];
        record.extend(bytes);
        let checksum = crc32fast::hash(&record);
        record.extend_from_slice(&checksum.to_le_bytes());
        let _ = decode_series(&record).is_ok();
        let _ = decode_kept(&record).is_ok();
    }
}
