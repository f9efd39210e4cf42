//! Series: the events of one key that aggregates count, in bounded memory.
//!
//! The newest [`SERIES_MARKS_MAX`] events are kept one by one, and all that are not written down yet. Older ones are kept as sums, in blocks of time that are no
//! wider than a sixty-fourth of their age, so that nothing is lost of what is added up and only the far edge of a span is
//! rounded, outwards. Invariants: what is counted does not depend on the order in which events arrive; an event that is
//! kept by itself counts once however often it comes.

use std::time::Duration;

use crate::{Action, Aggregate, AggregateKey, Counted, Measure, Money, Outcome, PaymentDirection, Tag, Timestamp};

/// The events of one key that are kept one by one, of those that were written down.
pub const SERIES_MARKS_MAX: usize = 256;
/// The events of one key that are kept one by one because they were not written down yet: as many as the writer's queue
/// holds, as it is set from the start. What never will be is let go, so only what truly waits is here. Beyond, the oldest
/// may count twice.
const SERIES_WAITING_MAX: usize = 10_000;
/// The different values of one key that are remembered beside those of the events that are kept one by one. Beyond, the
/// longest unseen go, and there are at least so many as are counted.
pub const SERIES_VALUES_MAX: usize = 1_024;
/// The currencies that one block adds up apart. What comes in others is counted and not added up.
pub const BLOCK_CURRENCIES_MAX: usize = 16;
/// Kept beyond the longest span: events come so late, and are then counted as of their own time.
pub const SERIES_LATE_MAX: Duration = Duration::from_secs(86_400);

/// A block's width is at most this part of its age.
const PARTS: i128 = 64;
/// The narrowest block is 2^19 µs, half a second: less than a sixty-fourth of a minute.
const UNIT_BITS: u32 = 19;
/// The widest block: 2^24 units, a hundred days. A sixty-fourth of the longest span is six days.
const LEVEL_MAX: u8 = 24;

/// Which events one series counts, and what of them: what aggregates share that differ in their spans, in whether they
/// include the event being judged, or in whether they count or add up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKind {
    /// Events that share this.
    pub by: AggregateKey,
    /// Only those of this action; None for all.
    pub action: Option<Action>,
    /// Only payments of this direction; None for all events.
    pub direction: Option<PaymentDirection>,
    /// Only those that ended so; None for all.
    pub succeeded: Option<bool>,
    /// What is counted once each; None where all are counted or added up.
    pub counted: Option<Counted>,
}

impl SeriesKind {
    /// Whether it counts an event of that kind.
    #[must_use]
    pub fn counts(&self, action: &Action, direction: Option<PaymentDirection>, outcome: Outcome) -> bool {
        let ends_so = match self.succeeded {
            None => true,
            Some(true) => outcome == Outcome::Succeeded,
            Some(false) => outcome == Outcome::Failed,
        };
        ends_so
            && self.action.as_ref().is_none_or(|its| its == action)
            && (self.direction.is_none() || self.direction == direction)
    }
}

impl Aggregate {
    /// The series that it is read from.
    #[must_use]
    pub fn series(&self) -> SeriesKind {
        SeriesKind {
            by: self.by,
            action: self.action.clone(),
            direction: self.direction,
            succeeded: self.succeeded,
            counted: match self.measure {
                Measure::Count | Measure::Sum => None,
                Measure::Distinct(counted) => Some(counted),
            },
        }
    }

    /// How far back it reaches.
    #[must_use]
    pub fn span(&self) -> Duration {
        Duration::from_secs(u64::from(self.minutes) * 60)
    }

    /// What it comes to; not a number where it adds up amounts and the event has none. O(n) in what the series keeps.
    #[must_use]
    pub fn value(&self, series: &Series, view: &SeriesView) -> f64 {
        let after = view.as_of.minus(self.span());
        let without = self.excludes_current.then_some(view.event);
        let part = Part { after, upto: view.upto, without };
        match self.measure {
            Measure::Count => series.count_in(&part) as f64,
            Measure::Sum => view.currency.map_or(f64::NAN, |currency| series.sum_in(&part, currency) as f64 / 10_000.0),
            Measure::Distinct(_) => series.distinct_in(&part) as f64,
        }
    }
}

/// From where a series is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesView {
    /// Spans end here.
    pub as_of: Timestamp,
    /// What happened later than this is left out: the end of time for an event that is judged as it happens.
    pub upto: Timestamp,
    /// The event being judged, in its short form.
    pub event: u64,
    /// The currency that it pays in; None if it names no amount.
    pub currency: Option<[u8; 3]>,
}

/// One counted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesMark {
    /// When it happened.
    pub at: Timestamp,
    /// The short form of its id.
    pub event: u64,
    /// How much it moves, where it names an amount.
    pub amount: Option<Money>,
    /// What is counted once each; None in a series that counts all.
    pub value: Option<Tag>,
    /// Whether it was written down. What was not is kept by itself, so that it counts once when it is.
    pub recorded: bool,
}

impl SeriesMark {
    const fn order(&self) -> (Timestamp, u64) {
        (self.at, self.event)
    }
}

/// The sums of events that are not kept by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesBlock {
    /// Its width: 2^(19 + level) µs.
    pub level: u8,
    /// Which one of that width, counted from the epoch.
    pub place: i64,
    /// Events.
    pub n: u64,
    /// By currency: ten-thousandths together.
    pub sums: Vec<([u8; 3], i128)>,
}

impl SeriesBlock {
    fn at(at: Timestamp, level: u8) -> Self {
        Self { level, place: place(at, level), n: 0, sums: Vec::new() }
    }

    fn start(&self) -> i128 {
        i128::from(self.place) << (UNIT_BITS + u32::from(self.level))
    }

    /// The first microsecond after it.
    fn end(&self) -> i128 {
        (i128::from(self.place) + 1) << (UNIT_BITS + u32::from(self.level))
    }

    fn covers(&self, at: Timestamp) -> bool {
        place(at, self.level) == self.place
    }

    fn add(&mut self, currency: [u8; 3], amount: i128) {
        if let Some((_, sum)) = self.sums.iter_mut().find(|(its, _)| *its == currency) {
            *sum = sum.saturating_add(amount);
        } else if self.sums.len() < BLOCK_CURRENCIES_MAX {
            self.sums.push((currency, amount));
            self.sums.sort_unstable();
        }
    }

    fn take_in(&mut self, other: Self) {
        self.n = self.n.saturating_add(other.n);
        for (currency, sum) in other.sums {
            self.add(currency, sum);
        }
    }

    /// As wide as its age allows.
    fn widen(&mut self, newest: Timestamp) {
        while self.level < LEVEL_MAX {
            let wider = Self { level: self.level + 1, place: self.place >> 1, n: 0, sums: Vec::new() };
            if i128::from(newest.as_micros()) - wider.end() < PARTS << (UNIT_BITS + u32::from(wider.level)) {
                return;
            }
            (self.level, self.place) = (wider.level, wider.place);
        }
    }
}

fn place(at: Timestamp, level: u8) -> i64 {
    at.as_micros() >> (UNIT_BITS + u32::from(level))
}

/// A value of events that are not kept by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesValue {
    /// Which.
    pub value: Tag,
    /// When it came last.
    pub at: Timestamp,
    /// How often it came.
    pub n: u32,
}

/// The part of a series that an aggregate is about: what happened in (`after`, `upto`], without one event.
struct Part {
    after: Timestamp,
    upto: Timestamp,
    without: Option<u64>,
}

impl Part {
    fn has(&self, mark: &SeriesMark) -> bool {
        mark.at > self.after && mark.at <= self.upto && self.without != Some(mark.event)
    }

    /// A block is in where any of it may be, at the far edge; at the near one where it begins before.
    fn has_block(&self, block: &SeriesBlock) -> bool {
        block.end() - 1 > i128::from(self.after.as_micros()) && block.start() <= i128::from(self.upto.as_micros())
    }
}

/// The events of one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Series {
    /// By time, then event.
    marks: Vec<SeriesMark>,
    /// By time; none overlap.
    blocks: Vec<SeriesBlock>,
    /// By value.
    values: Vec<SeriesValue>,
}

impl Series {
    /// A series of what was kept of one.
    #[must_use]
    pub fn restore(mut marks: Vec<SeriesMark>, mut blocks: Vec<SeriesBlock>, mut values: Vec<SeriesValue>) -> Self {
        marks.sort_unstable_by_key(SeriesMark::order);
        blocks.retain(|block| block.level <= LEVEL_MAX);
        blocks.sort_unstable_by_key(SeriesBlock::start);
        values.sort_unstable_by_key(|value| value.value);
        Self { marks, blocks, values }
    }

    /// The events that are kept by themselves, by time.
    #[must_use]
    pub fn marks(&self) -> &[SeriesMark] {
        &self.marks
    }

    /// The sums of older ones, by time.
    #[must_use]
    pub fn blocks(&self) -> &[SeriesBlock] {
        &self.blocks
    }

    /// The values of older ones.
    #[must_use]
    pub fn values(&self) -> &[SeriesValue] {
        &self.values
    }

    /// True if it counts nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.blocks.is_empty() && self.values.is_empty()
    }

    /// Counts an event, kept for `kept` after it; false if nothing changed, because it is counted, or too old. O(n).
    pub fn count(&mut self, mark: SeriesMark, kept: Duration) -> bool {
        let horizon = self.newest().map(|newest| newest.max(mark.at)).unwrap_or(mark.at).minus(kept);
        let horizon = horizon.minus(SERIES_LATE_MAX);
        if mark.at <= horizon {
            return false;
        }
        let place = self.marks.partition_point(|other| other.order() < mark.order());
        match self.marks.get_mut(place) {
            Some(same) if same.order() == mark.order() => {
                let is_news = mark.recorded && !same.recorded;
                same.recorded |= mark.recorded;
                if is_news {
                    self.make_room();
                }
                return is_news;
            }
            _ => self.marks.insert(place, mark),
        }
        self.make_room();
        self.forget_until(horizon);
        true
    }

    /// Folds the oldest event that was written down, if too many are kept by themselves; what was not may come again.
    fn make_room(&mut self) {
        if self.marks.len() <= SERIES_MARKS_MAX {
            return;
        }
        let n_recorded = self.marks.iter().filter(|mark| mark.recorded).count();
        let n_waiting = self.marks.len() - n_recorded;
        for (n, n_max, recorded) in [(n_recorded, SERIES_MARKS_MAX, true), (n_waiting, SERIES_WAITING_MAX, false)] {
            if n > n_max
                && let Some(oldest) = self.marks.iter().position(|mark| mark.recorded == recorded)
            {
                let gone = self.marks.remove(oldest);
                self.fold(&gone);
            }
        }
    }

    /// Lets an event go that waited to be written down, and never will be; false if it does not wait.
    pub fn let_go(&mut self, at: Timestamp, event: u64) -> bool {
        let waits = |mark: &SeriesMark| mark.order() == (at, event) && !mark.recorded;
        let place = self.marks.partition_point(|other| other.order() < (at, event));
        let is_waiting = self.marks.get(place).is_some_and(waits);
        if is_waiting {
            self.marks.remove(place);
        }
        is_waiting
    }

    /// Lets all go that waits to be written down; each counts again with its row, if it comes.
    pub fn let_go_all(&mut self) {
        self.marks.retain(|mark| mark.recorded);
    }

    /// Takes an event that is kept by itself out again; false if none is.
    fn uncount(&mut self, at: Timestamp, event: u64) -> bool {
        let place = self.marks.partition_point(|other| other.order() < (at, event));
        let is_there = self.marks.get(place).is_some_and(|mark| mark.order() == (at, event));
        if is_there {
            self.marks.remove(place);
        }
        is_there
    }

    /// Takes an event out that was written down, and turned out to be none of these; also where it is not kept by itself.
    /// False if nothing changed.
    pub fn take_back(&mut self, mark: &SeriesMark) -> bool {
        if self.uncount(mark.at, mark.event) {
            return true;
        }
        if let Some(value) = mark.value {
            let Ok(place) = self.values.binary_search_by_key(&value, |value| value.value) else { return false };
            let is_last = self.values.get_mut(place).is_some_and(|value| {
                value.n = value.n.saturating_sub(1);
                value.n == 0
            });
            if is_last {
                self.values.remove(place);
            }
            return true;
        }
        let Some(block) = self.blocks.iter_mut().find(|block| block.covers(mark.at)) else { return false };
        block.n = block.n.saturating_sub(1);
        if let Some(money) = mark.amount {
            block.add(money.currency, -i128::from(money.ten_thousandths));
        }
        self.blocks.retain(|block| block.n > 0);
        true
    }

    /// Forgets what happened up to a moment. Of what is not kept one by one, all that may have.
    pub fn forget_until(&mut self, until: Timestamp) {
        let n_gone = self.marks.partition_point(|mark| mark.at <= until);
        self.marks.drain(..n_gone);
        let until_micros = i128::from(until.as_micros());
        self.blocks.retain(|block| block.end() > until_micros);
        self.values.retain(|value| value.at > until);
    }

    fn newest(&self) -> Option<Timestamp> {
        let micros = |end: i128| i64::try_from(end).unwrap_or(i64::MAX);
        let of_blocks = || self.blocks.last().map(|block| Timestamp::from_micros(micros(block.end())));
        let of_values = || self.values.iter().map(|value| value.at).max();
        self.marks.last().map(|mark| mark.at).or_else(of_blocks).or_else(of_values)
    }

    /// Keeps of an event only what it adds.
    fn fold(&mut self, gone: &SeriesMark) {
        match gone.value {
            Some(value) => self.fold_value(value, gone.at),
            None => self.fold_amount(gone),
        }
    }

    fn fold_value(&mut self, value: Tag, at: Timestamp) {
        match self.values.binary_search_by_key(&value, |value| value.value) {
            Ok(place) => {
                if let Some(known) = self.values.get_mut(place) {
                    known.at = known.at.max(at);
                    known.n = known.n.saturating_add(1);
                }
            }
            Err(place) => self.values.insert(place, SeriesValue { value, at, n: 1 }),
        }
        if self.values.len() > SERIES_VALUES_MAX {
            let oldest = self.values.iter().enumerate().min_by_key(|(_, value)| (value.at, value.value));
            if let Some((place, _)) = oldest {
                self.values.remove(place);
            }
        }
    }

    fn fold_amount(&mut self, gone: &SeriesMark) {
        let place = match self.blocks.iter().position(|block| block.covers(gone.at)) {
            Some(place) => place,
            None => {
                let at = i128::from(gone.at.as_micros());
                let place = self.blocks.partition_point(|block| block.start() <= at);
                self.blocks.insert(place, SeriesBlock::at(gone.at, 0));
                place
            }
        };
        if let Some(block) = self.blocks.get_mut(place) {
            block.n = block.n.saturating_add(1);
            if let Some(money) = gone.amount {
                block.add(money.currency, money.ten_thousandths.into());
            }
        }
        self.widen();
    }

    /// Makes every block as wide as its age allows, and one of those that are then the same.
    fn widen(&mut self) {
        let Some(newest) = self.newest() else { return };
        self.blocks.iter_mut().for_each(|block| block.widen(newest));
        self.blocks.dedup_by(|later, earlier| {
            let is_same = (later.level, later.place) == (earlier.level, earlier.place);
            if is_same {
                let taken = std::mem::replace(later, SeriesBlock { level: 0, place: 0, n: 0, sums: Vec::new() });
                earlier.take_in(taken);
            }
            is_same
        });
    }

    fn count_in(&self, part: &Part) -> u64 {
        let n = self.marks.iter().filter(|mark| part.has(mark)).count() as u64;
        let blocks = self.blocks.iter().filter(|block| part.has_block(block));
        blocks.fold(n, |n, block| n.saturating_add(block.n))
    }

    fn sum_in(&self, part: &Part, currency: [u8; 3]) -> i128 {
        let amounts = self.marks.iter().filter(|mark| part.has(mark)).filter_map(|mark| mark.amount);
        let amounts = amounts.filter(|money| money.currency == currency).map(|money| money.ten_thousandths.into());
        let blocks = self.blocks.iter().filter(|block| part.has_block(block));
        let sums = blocks.filter_map(|block| block.sums.iter().find(|(its, _)| *its == currency));
        amounts.chain(sums.map(|(_, sum)| *sum)).fold(0, i128::saturating_add)
    }

    fn distinct_in(&self, part: &Part) -> u64 {
        let mut values: Vec<Tag> =
            self.marks.iter().filter(|mark| part.has(mark)).filter_map(|mark| mark.value).collect();
        values.sort_unstable();
        values.dedup();
        let older = self.values.iter().filter(|value| value.at > part.after && value.at <= part.upto);
        let n_older = older.filter(|value| values.binary_search(&value.value).is_err()).count();
        (values.len() + n_older) as u64
    }
}

#[cfg(test)]
mod tests;
