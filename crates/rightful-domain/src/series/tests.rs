//! A series against a naive recount of all that it was ever given.

use proptest::prelude::*;

use super::*;

const EUR: [u8; 3] = *b"EUR";
const USD: [u8; 3] = *b"USD";
const MINUTE: i64 = 60_000_000;
const NOBODY: u64 = u64::MAX;

fn aggregate(minutes: u32, measure: Measure) -> Aggregate {
    Aggregate {
        by: AggregateKey::Account,
        action: None,
        direction: None,
        succeeded: None,
        excludes_current: false,
        minutes,
        measure,
    }
}

fn mark(at: i64, event: u64, value: Option<u64>) -> SeriesMark {
    let currency = if event.is_multiple_of(3) { USD } else { EUR };
    let amount = (!event.is_multiple_of(5)).then_some(Money { ten_thousandths: 10_000 * (at % 97 + 1), currency });
    SeriesMark { at: Timestamp::from_micros(at), event, amount, value: value.map(Tag::new), recorded: true }
}

fn kept() -> Duration {
    Duration::from_secs(400 * 86_400)
}

fn series(marks: &[SeriesMark]) -> Series {
    let mut series = Series::default();
    for mark in marks {
        series.count(*mark, kept());
    }
    series
}

fn view(as_of: i64) -> SeriesView {
    let as_of = Timestamp::from_micros(as_of);
    SeriesView { as_of, upto: Timestamp::from_micros(i64::MAX), event: NOBODY, currency: Some(EUR) }
}

/// The same, of all marks, one by one.
fn naive(marks: &[SeriesMark], aggregate: &Aggregate, view: &SeriesView, span: Duration) -> f64 {
    let after = view.as_of.minus(span);
    let is_in = |mark: &&SeriesMark| {
        mark.at > after && mark.at <= view.upto && !(aggregate.excludes_current && mark.event == view.event)
    };
    let within = marks.iter().filter(is_in);
    match aggregate.measure {
        Measure::Count => within.count() as f64,
        Measure::Sum => {
            let amounts = within.filter_map(|mark| mark.amount).filter(|money| Some(money.currency) == view.currency);
            amounts.map(|money| money.ten_thousandths).sum::<i64>() as f64 / 10_000.0
        }
        Measure::Distinct(_) => {
            let mut values: Vec<Tag> = within.filter_map(|mark| mark.value).collect();
            values.sort_unstable();
            values.dedup();
            values.len() as f64
        }
    }
}

/// Gaps between events: seconds, or days.
fn marks(n: std::ops::Range<usize>, distinct: bool) -> impl Strategy<Value = Vec<SeriesMark>> {
    let gap = prop_oneof![0_i64..30_000_000, 0_i64..3_600_000_000, 0_i64..40_000_000_000];
    proptest::collection::vec((gap, 0_u64..40), n).prop_map(move |all| {
        let mut at = 0;
        let of = |(event, (gap, value)): (usize, (i64, u64))| {
            at += gap;
            mark(at, event as u64, distinct.then_some(value))
        };
        all.into_iter().enumerate().map(of).collect()
    })
}

const SPANS: [u32; 6] = [1, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60, 400 * 24 * 60];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_series_counts_what_a_naive_recount_counts(marks in marks(0..200, true), back in 0_i64..100 * MINUTE) {
        let series = series(&marks);
        let now = marks.last().map_or(0, |mark| mark.at.as_micros());
        for minutes in SPANS {
            for measure in [Measure::Count, Measure::Sum, Measure::Distinct(Counted::Payees)] {
                for excludes_current in [true, false] {
                    let aggregate = Aggregate { excludes_current, ..aggregate(minutes, measure) };
                    let current = SeriesView { event: marks.len().saturating_sub(1) as u64, ..view(now) };
                    let late = SeriesView { upto: Timestamp::from_micros(now - back), ..view(now - back) };
                    for view in [current, late] {
                        let expected = naive(&marks, &aggregate, &view, aggregate.span());
                        prop_assert_eq!(aggregate.value(&series, &view), expected, "{}", aggregate);
                    }
                }
            }
        }
    }

    #[test]
    fn of_many_only_the_far_edge_is_rounded(marks in marks(300..900, false)) {
        let series = series(&marks);
        let now = view(marks.last().map_or(0, |mark| mark.at.as_micros()));
        for measure in [Measure::Count, Measure::Sum] {
            for minutes in SPANS {
                let aggregate = aggregate(minutes, measure);
                let span = aggregate.span();
                let value = aggregate.value(&series, &now);
                let (least, most) = (naive(&marks, &aggregate, &now, span), naive(&marks, &aggregate, &now, span + span / 64));
                prop_assert!(least <= value && value <= most, "{aggregate}: {least} <= {value} <= {most}");
            }
        }
        prop_assert_eq!(series.marks().len(), SERIES_MARKS_MAX);
        prop_assert!(series.blocks().len() < 1_400);
    }

    #[test]
    fn distinct_values_of_many_are_exact_while_they_are_remembered(marks in marks(300..900, true)) {
        let series = series(&marks);
        let now = view(marks.last().map_or(0, |mark| mark.at.as_micros()));
        for minutes in SPANS {
            let aggregate = aggregate(minutes, Measure::Distinct(Counted::Payees));
            prop_assert_eq!(aggregate.value(&series, &now), naive(&marks, &aggregate, &now, aggregate.span()));
        }
    }

    #[test]
    fn the_order_does_not_matter_and_twice_is_once(
        marks in marks(0..600, false), distinct in marks(0..600, true), seed in any::<u64>(),
    ) {
        for marks in [marks, distinct] {
            let in_order = series(&marks);
            let mut shuffled = marks.clone();
            shuffled.sort_by_key(|mark| (mark.event + 1).wrapping_mul(seed | 1).rotate_left(17));
            prop_assert_eq!(&series(&shuffled), &in_order);
            let mut twice = in_order.clone();
            for mark in &marks[marks.len().saturating_sub(SERIES_MARKS_MAX)..] {
                prop_assert!(!twice.count(*mark, kept()));
                let again = SeriesMark { recorded: false, ..*mark };
                prop_assert!(!twice.count(again, kept()));
            }
            prop_assert_eq!(&twice, &in_order);
            let restored =
                Series::restore(twice.marks().to_vec(), twice.blocks().to_vec(), twice.values().to_vec());
            prop_assert_eq!(&restored, &in_order);
        }
    }

    #[test]
    fn what_waits_to_be_written_down_counts_once_however_much_waits(
        marks in marks(0..900, false), seed in any::<u64>(),
    ) {
        let mut waiting = Series::default();
        for mark in &marks {
            waiting.count(SeriesMark { recorded: false, ..*mark }, kept());
        }
        prop_assert_eq!(waiting.marks().len(), marks.len());
        let mut shuffled = marks.clone();
        shuffled.sort_by_key(|mark| (mark.event + 1).wrapping_mul(seed | 1).rotate_left(17));
        for mark in shuffled {
            waiting.count(mark, kept());
        }
        prop_assert_eq!(waiting, series(&marks));
    }

    #[test]
    fn what_is_taken_back_is_taken_out_of_sums(marks in marks(300..700, false), every in 2_usize..9) {
        let mut series = series(&marks);
        let (gone, left): (Vec<SeriesMark>, Vec<_>) = marks.iter().partition(|mark| (mark.event as usize).is_multiple_of(every));
        for mark in &gone {
            prop_assert!(series.take_back(mark));
        }
        let now = view(marks.last().map_or(0, |mark| mark.at.as_micros()));
        for measure in [Measure::Count, Measure::Sum] {
            let aggregate = aggregate(400 * 24 * 60, measure);
            prop_assert_eq!(aggregate.value(&series, &now), naive(&left, &aggregate, &now, aggregate.span()));
        }
    }
}

#[test]
fn a_span_has_its_end_and_not_its_start() {
    let hour = aggregate(60, Measure::Count);
    let series = series(&[mark(0, 1, None)]);
    assert_eq!(hour.value(&series, &view(60 * MINUTE - 1)), 1.0);
    assert_eq!(hour.value(&series, &view(60 * MINUTE)), 0.0);
}

#[test]
fn a_sum_is_of_one_currency_and_missing_without_one() {
    let sum = aggregate(60, Measure::Sum);
    let series = series(&[mark(10, 1, None), mark(20, 2, None), mark(30, 3, None)]);
    assert_eq!(sum.value(&series, &view(MINUTE)), 32.0);
    assert_eq!(sum.value(&series, &SeriesView { currency: Some(USD), ..view(MINUTE) }), 31.0);
    assert_eq!(sum.value(&series, &SeriesView { currency: Some(*b"CHF"), ..view(MINUTE) }), 0.0);
    assert!(sum.value(&series, &SeriesView { currency: None, ..view(MINUTE) }).is_nan());
}

#[test]
fn what_was_not_written_down_is_kept_by_itself_and_counts_once() {
    let early = SeriesMark { recorded: false, ..mark(0, 1_000_000, None) };
    let mut series = Series::default();
    assert!(series.count(early, kept()));
    for n in 1..1_000 {
        series.count(mark(n * MINUTE, n.cast_unsigned(), None), kept());
    }
    let all = aggregate(400 * 24 * 60, Measure::Count);
    assert_eq!(all.value(&series, &view(1_000 * MINUTE)), 1_000.0);
    assert!(series.count(SeriesMark { recorded: true, ..early }, kept()));
    assert_eq!(all.value(&series, &view(1_000 * MINUTE)), 1_000.0);
    assert!(series.count(mark(1_000 * MINUTE, 1_001, None), kept()));
    assert_eq!(all.value(&series, &view(1_000 * MINUTE)), 1_001.0);
    assert_eq!(series.marks().len(), SERIES_MARKS_MAX);
    assert_ne!(series.marks().first().map(|mark| mark.event), Some(early.event));
}

#[test]
fn what_is_older_than_kept_goes_and_values_are_bounded() {
    let day = Duration::from_secs(86_400);
    let mut series = Series::default();
    for n in 0..5_000 {
        series.count(mark(n * 10 * MINUTE, n.cast_unsigned(), Some(n.cast_unsigned())), day);
    }
    assert!(series.values().len() <= 2 * 144, "two days of values");
    let horizon = 4_999 * 10 * MINUTE - 2 * 86_400_000_000;
    assert!(series.values().iter().all(|value| value.at.as_micros() > horizon));
    assert!(!series.count(mark(horizon, 7_000, Some(1)), day));
    let mut many = Series::default();
    for n in 0..3_000 {
        many.count(mark(n, n.cast_unsigned(), Some(n.cast_unsigned())), day);
    }
    let distinct = aggregate(60, Measure::Distinct(Counted::Accounts));
    assert_eq!(distinct.value(&many, &view(3_000)), (SERIES_MARKS_MAX + SERIES_VALUES_MAX) as f64);
}

#[test]
fn a_kind_says_which_events_it_counts() {
    let kind = SeriesKind {
        by: AggregateKey::Account,
        action: Some(Action::Withdraw),
        direction: Some(PaymentDirection::Out),
        succeeded: Some(true),
        counted: None,
    };
    let out = Some(PaymentDirection::Out);
    assert!(kind.counts(&Action::Withdraw, out, Outcome::Succeeded));
    assert!(!kind.counts(&Action::Login, out, Outcome::Succeeded));
    assert!(!kind.counts(&Action::Withdraw, None, Outcome::Succeeded));
    assert!(!kind.counts(&Action::Withdraw, Some(PaymentDirection::In), Outcome::Succeeded));
    assert!(!kind.counts(&Action::Withdraw, out, Outcome::Pending));
    let failed = SeriesKind { succeeded: Some(false), direction: None, ..kind.clone() };
    assert!(failed.counts(&Action::Withdraw, None, Outcome::Failed));
    let any = SeriesKind { succeeded: None, action: None, direction: None, ..kind };
    assert!(any.counts(&Action::Login, None, Outcome::Pending));
}

/// An attempt as it is judged.
fn waiting(at: i64, event: u64) -> SeriesMark {
    SeriesMark { recorded: false, ..mark(at, event, None) }
}

#[test]
fn what_is_let_go_leaves_nothing_however_much_it_was() {
    let mut series = Series::default();
    let n_attempts = SERIES_WAITING_MAX as u64 + 1;
    for round in 0..3 {
        for event in 0..n_attempts {
            let at = i64::try_from(event).unwrap() + round;
            assert!(series.count(waiting(at, event), kept()));
            assert!(series.let_go(Timestamp::from_micros(at), event));
            assert!(!series.let_go(Timestamp::from_micros(at), event));
        }
    }
    assert!(series.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Attempts in any order, of which some are written down and the others let go, around the most that are kept waiting:
    /// as long as no more wait at once, exactly those count that were written down.
    #[test]
    fn of_attempts_those_count_that_are_written_down(
        ends in prop::collection::vec(any::<bool>(), SERIES_WAITING_MAX - 2..SERIES_WAITING_MAX),
        n_more in 0_usize..600,
    ) {
        let mut series = Series::default();
        let at = |place: usize| i64::try_from(place).unwrap() * 1_000;
        let attempt = |place: usize| waiting(at(place), place as u64);
        let end = |series: &mut Series, place: usize, is_written: bool| {
            let its = attempt(place);
            if is_written { series.count(SeriesMark { recorded: true, ..its }, kept()) } else { series.let_go(its.at, its.event) }
        };
        for place in 0..ends.len() {
            series.count(attempt(place), kept());
        }
        // Each further one comes as an older one has ended.
        for (place, is_written) in ends.iter().take(n_more).enumerate() {
            prop_assert!(end(&mut series, place, *is_written));
            series.count(attempt(ends.len() + place), kept());
        }
        for (place, is_written) in ends.iter().enumerate().skip(n_more) {
            prop_assert!(end(&mut series, place, *is_written));
        }
        for place in 0..n_more {
            prop_assert!(end(&mut series, ends.len() + place, false));
        }
        let n_written = ends.iter().filter(|is_written| **is_written).count();
        let count = aggregate(60, Measure::Count);
        prop_assert_eq!(count.value(&series, &view(at(ends.len() + n_more))), n_written as f64);
        prop_assert!(series.marks().len() <= SERIES_MARKS_MAX);
    }
}
