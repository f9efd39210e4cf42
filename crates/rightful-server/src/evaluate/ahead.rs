//! Rows whose clock is far ahead of their log's.
//!
//! A replay has no clock but the log's own, so one row dated 2099 would age all that was learned by decades for every
//! row after it. A server clamps what is minutes ahead of its own clock; here the whole log says what time it is, which
//! is why its times are looked at before the first row is judged. A log that is in order has no such rows, however long
//! its pauses are.

use std::collections::BTreeMap;
use std::path::Path;

use rightful_domain::Timestamp;

use super::EvaluateError;
use super::log::{Log, LoginColumns};

/// A row is ahead if no other row is within so many days before it: longer than anything that fades by days takes to
/// fade, and shorter than the slips that clocks and years are off by.
pub(super) const AHEAD_DAYS: i64 = 90;
/// At most one in so many rows, or one of fewer, is set aside: a log with more is not in order, and no clock is to blame.
const ROWS_PER_AHEAD: u64 = 100;
/// The lines that are named; the others are counted.
const LINES_NAMED: usize = 5;
const MILLIS_A_DAY: i64 = 86_400_000;

/// From when on rows are ahead of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ahead {
    from_day: Option<i64>,
}

/// Of the rows of one day: how many, and the places of the first and the last in the log.
#[derive(Debug, Clone, Copy)]
struct Day {
    n: u64,
    first: u64,
    last: u64,
}

impl Ahead {
    /// Goes through the times of at most so many rows of a log. One that is no file can be read once only: there, no row
    /// is known to be ahead.
    pub(super) fn look(path: &Path, rows_max: u64) -> Result<Self, EvaluateError> {
        if !path.is_file() {
            return Ok(Self::default());
        }
        let mut log = Log::open(path)?;
        let columns = LoginColumns::find(&log)?;
        // One entry for each day that a calendar of four digits has, and few in life.
        let (mut days, mut place) = (BTreeMap::new(), 0);
        while place < rows_max
            && let Some(line) = log.next()?
        {
            place += 1;
            let Some(at) = columns.time(line) else { continue };
            let day = days.entry(day_of(at)).or_insert(Day { n: 0, first: place, last: place });
            (day.n, day.last) = (day.n + 1, place);
        }
        Ok(Self { from_day: from_day(&days) })
    }

    /// Whether a row of that time is ahead.
    pub(super) fn has(self, at: Timestamp) -> bool {
        self.from_day.is_some_and(|from| day_of(at) >= from)
    }
}

const fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(MILLIS_A_DAY)
}

/// The first day after a pause that is not one: few rows are beyond it, and rows from before it follow them.
fn from_day(days: &BTreeMap<i64, Day>) -> Option<i64> {
    let n_rows: u64 = days.values().map(|day| day.n).sum();
    let n_max = (n_rows / ROWS_PER_AHEAD).max(1);
    // From the end, as what is few is there: how many rows are from a day on, and which of them comes first.
    let (mut n_beyond, mut first_beyond, mut from) = (0, u64::MAX, None);
    for (day, rows) in days.iter().rev() {
        (n_beyond, first_beyond) = (n_beyond + rows.n, first_beyond.min(rows.first));
        if n_beyond > n_max || n_rows - n_beyond <= n_beyond {
            break;
        }
        let earlier = days.range(..day).next_back().is_some_and(|(before, _)| day - before > AHEAD_DAYS);
        let come_back = || days.range(..day).any(|(_, rows)| rows.last > first_beyond);
        if earlier && come_back() {
            from = Some(*day);
        }
    }
    from
}

/// The rows that were set aside: the lines of the first are named, all are counted.
#[derive(Debug, Default)]
pub(super) struct SetAside {
    pub(super) n: u64,
    pub(super) lines: Vec<u64>,
}

impl SetAside {
    /// Counts one.
    pub(super) fn note(&mut self, line: u64) {
        self.n += 1;
        if self.lines.len() < LINES_NAMED {
            self.lines.push(line);
        }
    }

    /// In words, with a line break; nothing if there are none.
    pub(super) fn text(&self) -> String {
        if self.n == 0 {
            return String::new();
        }
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        let more = if self.n > lines.len() as u64 { ", …" } else { "" };
        format!(
            "{} rows set aside, unscored: their clock is more than {AHEAD_DAYS} days ahead of all others, and rows of \
             the others' time follow them (line {}{more})\n",
            self.n,
            lines.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(days: impl IntoIterator<Item = i64>, expected: Option<i64>) {
        let mut map = BTreeMap::new();
        for (place, day) in (1..).zip(days) {
            let rows = map.entry(day).or_insert(Day { n: 0, first: place, last: place });
            (rows.n, rows.last) = (rows.n + 1, place);
        }
        assert_eq!(from_day(&map), expected);
    }

    #[test]
    fn a_row_is_ahead_if_none_is_near_it_and_the_others_come_back() {
        let with = |place: usize, day: i64| {
            let mut days: Vec<i64> = (0..300).collect();
            days.insert(place, day);
            days
        };
        check(0..300, None);
        check(with(150, 30_000), Some(30_000));
        check(with(0, 30_000), Some(30_000));
        // Nothing says that the last row is wrong, and it spoils none.
        check(with(300, 30_000), None);
        // Both sides of the limit, counted from the last day that the others have.
        check(with(150, 299 + AHEAD_DAYS), None);
        check(with(150, 300 + AHEAD_DAYS), Some(300 + AHEAD_DAYS));
        // A clock that is behind takes nobody with it.
        check(with(150, -20_000), None);
        check([], None);
        check([7, 7_000, 8, 9], Some(7_000));
        check([7_000, 7], None);
    }

    #[test]
    fn a_pause_is_a_pause_and_a_log_that_is_not_in_order_is_left_alone() {
        check((0..300).chain(1_000..1_300), None);
        check((0..300).chain([5_000]), None);
        // The pause stays, and who is ahead of what comes after it is found.
        check((0..300).chain(1_000..1_100).chain([9_000]).chain(1_100..1_200), Some(9_000));
        check((0..300).chain([9_000, 5_000]).chain(300..400), Some(5_000));
        // Sorted by user, each of whom was away for half a year.
        check((0..100).flat_map(|user| [user, user + 200]), None);
        // More than one in a hundred.
        check((0..300).flat_map(|day| if day % 60 == 0 { vec![day, 9_000] } else { vec![day] }), None);
    }
}
