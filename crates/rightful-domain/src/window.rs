//! Sliding windows: exact counts and distinct counts of attempts, in event time.
//!
//! One window belongs to one key (an account, a device, an address) and answers five spans at once. Invariants: a count
//! is never more than a naive recount of the same marks; the order in which marks arrive does not matter; the same
//! event counts once. Beyond [`MARKS_MAX`] marks in seven days the oldest go, and the answer says `saturated`.

use std::collections::VecDeque;
use std::time::Duration;

use crate::few_marks::FewMarks;
use crate::{EventId, Outcome, Tag, Timestamp};

/// The most attempts one key keeps. Counts are exact up to here and "at least" beyond, which the answer says.
pub const MARKS_MAX: usize = 10_000;
/// The end of time.
const END: Timestamp = Timestamp::from_micros(i64::MAX);

/// The five spans that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// 60 s.
    Minute,
    /// 10 min.
    TenMinutes,
    /// 1 h.
    Hour,
    /// 24 h.
    Day,
    /// 7 d.
    Week,
}

impl Span {
    /// All five, shortest first.
    pub const ALL: [Self; 5] = [Self::Minute, Self::TenMinutes, Self::Hour, Self::Day, Self::Week];

    /// How long it is.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Minute => 60,
            Self::TenMinutes => 600,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        })
    }

    /// As spelled in evidence and features.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "60s",
            Self::TenMinutes => "10min",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }
}

/// One counted attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When it happened.
    pub at: Timestamp,
    /// The last eight bytes of its event's id: 62 random bits, so two of one key never meet by accident.
    pub event: u64,
    /// The two other things it involved. For an account: device, address. For a device: account, address.
    /// For an address: account, device.
    pub counterparts: [Option<Tag>; 2],
    /// How it ended, as far as known.
    pub outcome: Outcome,
}

impl Mark {
    /// The short form of an event's id that marks carry.
    #[must_use]
    pub fn short(event: EventId) -> u64 {
        let [.., a, b, c, d, e, f, g, h] = *event.as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    pub(crate) const fn order(&self) -> (Timestamp, u64) {
        (self.at, self.event)
    }

    fn counterpart(&self, side: usize) -> Option<Tag> {
        self.counterparts.get(side).copied().flatten()
    }
}

/// What a window counts in its five spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally([SpanTally; 5]);

impl Tally {
    /// What one span counts.
    #[must_use]
    pub const fn span(&self, span: Span) -> SpanTally {
        let [minute, ten_minutes, hour, day, week] = self.0;
        match span {
            Span::Minute => minute,
            Span::TenMinutes => ten_minutes,
            Span::Hour => hour,
            Span::Day => day,
            Span::Week => week,
        }
    }
}

/// What one span counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanTally {
    /// Attempts.
    pub attempts: u32,
    /// Attempts known to have failed.
    pub failures: u32,
    /// Different counterparts, by their place in [`Mark::counterparts`].
    pub distinct: [u32; 2],
    /// True if older marks of this span had to go: the counts are then lower bounds.
    pub saturated: bool,
}

/// From so many attempts on, a window keeps an index of them: most have one or two, which are counted sooner than
/// searched. It goes again at half of that.
const INDEXED_FROM: usize = 12;

/// The attempts of one key in the last seven days.
#[derive(Debug, Clone, Default)]
pub struct Window(Marks);

/// Attempts by time, then event.
#[derive(Debug, Clone)]
enum Marks {
    /// Fewer than [`INDEXED_FROM`], and none had to go.
    Few(FewMarks),
    /// All others.
    Many(Box<Many>),
}

impl Default for Marks {
    fn default() -> Self {
        Self::Few(FewMarks::default())
    }
}

/// Many attempts, and what makes counting them a search.
#[derive(Debug, Clone, Default)]
struct Many {
    marks: VecDeque<Mark>,
    index: Index,
    /// The time of the newest mark that had to go for lack of room; None if none within the week.
    dropped_until: Option<Timestamp>,
}

impl PartialEq for Window {
    // The index follows from the marks.
    fn eq(&self, other: &Self) -> bool {
        self.marks().eq(other.marks()) && self.dropped_until() == other.dropped_until()
    }
}

/// What makes counting many marks a search.
#[derive(Debug, Clone, Default)]
struct Index {
    /// The times of the failed ones, sorted: so that counting failures is a search, not a scan.
    failed: Vec<Timestamp>,
    /// Each counterpart once, at its latest time, by time: so that counting distinct ones is a search, too.
    latest: [Vec<(Timestamp, Tag)>; 2],
}

impl Index {
    fn add(&mut self, mark: &Mark) {
        if mark.outcome == Outcome::Failed {
            insert_sorted(&mut self.failed, mark.at);
        }
        for (latest, tag) in self.latest.iter_mut().zip(mark.counterparts) {
            if let Some(tag) = tag {
                remember_latest(latest, mark.at, tag);
            }
        }
    }

    /// Takes the oldest mark out.
    fn forget(&mut self, gone: &Mark, others: &VecDeque<Mark>) {
        if gone.outcome == Outcome::Failed {
            remove_sorted(&mut self.failed, gone.at);
        }
        for (side, latest) in self.latest.iter_mut().enumerate() {
            let Some(tag) = gone.counterpart(side) else { continue };
            let mut as_old = others.iter().take_while(|mark| mark.at == gone.at);
            if !as_old.any(|mark| mark.counterpart(side) == Some(tag))
                && let Ok(place) = latest.binary_search(&(gone.at, tag))
            {
                latest.remove(place);
            }
        }
    }

    /// Takes any mark out. O(n).
    fn take(&mut self, gone: &Mark, others: &VecDeque<Mark>) {
        if gone.outcome == Outcome::Failed {
            remove_sorted(&mut self.failed, gone.at);
        }
        for (side, latest) in self.latest.iter_mut().enumerate() {
            let Some(tag) = gone.counterpart(side) else { continue };
            let Ok(place) = latest.binary_search(&(gone.at, tag)) else { continue };
            latest.remove(place);
            if let Some(before) = others.iter().rfind(|mark| mark.counterpart(side) == Some(tag)) {
                remember_latest(latest, before.at, tag);
            }
        }
    }
}

impl Window {
    /// Counts an attempt; false if it was counted before, or lies more than seven days before the newest. O(log n) for
    /// attempts that come in order, O(n) in the worst case.
    pub fn count(&mut self, mark: Mark) -> bool {
        let is_over = |newest: Timestamp| mark.at <= newest.minus(Span::Week.duration());
        if self.newest_at().is_some_and(is_over) {
            return false;
        }
        let is_counted = match &mut self.0 {
            Marks::Few(few) => few.count(&mark),
            Marks::Many(many) => many.count(mark),
        };
        self.fit();
        is_counted
    }

    /// Keeps many attempts as many, and few as few.
    fn fit(&mut self) {
        let fitting = match &mut self.0 {
            Marks::Few(few) if few.len() >= INDEXED_FROM => Marks::Many(Box::new(Many::of(few.iter().collect(), None))),
            Marks::Many(many) if many.marks.len() <= INDEXED_FROM / 2 && many.dropped_until.is_none() => {
                Marks::Few(many.marks.iter().copied().collect())
            }
            Marks::Few(_) | Marks::Many(_) => return,
        };
        self.0 = fitting;
    }

    /// Sets how a counted attempt ended; false if it is not counted here. O(log n).
    pub fn conclude(&mut self, at: Timestamp, event: u64, outcome: Outcome) -> bool {
        match &mut self.0 {
            Marks::Few(few) => few.conclude((at, event), outcome),
            Marks::Many(many) => many.conclude(at, event, outcome),
        }
    }

    /// Takes a counted attempt out again, as if it had never come; false if it is not counted here. What went for its
    /// sake does not come back. O(n).
    pub fn uncount(&mut self, at: Timestamp, event: u64) -> bool {
        let place = self.marks().position(|mark| mark.order() == (at, event));
        let Some(place) = place else { return false };
        match &mut self.0 {
            Marks::Few(few) => few.remove(place),
            Marks::Many(many) => many.uncount(place),
        }
        true
    }

    /// The attempts known to have failed in (`after`, `upto`], newest first. O(1) if there are none since.
    pub fn failed_between(&self, after: Timestamp, upto: Timestamp) -> impl Iterator<Item = Mark> {
        let n_since = match &self.0 {
            // Fewer than are worth counting first.
            Marks::Few(few) => few.len(),
            Marks::Many(many) => many.n_failed(after, END),
        };
        let failed = self.marks().rev().filter(|mark| mark.outcome == Outcome::Failed).take(n_since);
        failed.filter(move |mark| mark.at > after && mark.at <= upto)
    }

    /// Counts each span as of a moment: the marks in (`as_of` − span, `upto`].
    ///
    /// `upto` is the end of time for an event judged as it happens, since clocks and queues may put its neighbours a
    /// little ahead of it; for a late one it is the event's own time. O(log n); O(n log n) if `upto` cuts marks off.
    #[must_use]
    pub fn tally(&self, as_of: Timestamp, upto: Timestamp) -> Tally {
        match &self.0 {
            Marks::Few(few) => tally_few(few, as_of, upto),
            Marks::Many(many) => Tally(Span::ALL.map(|span| many.tally(as_of.minus(span.duration()), upto))),
        }
    }

    /// The counted attempts, oldest first.
    pub fn marks(&self) -> impl ExactSizeIterator<Item = Mark> + DoubleEndedIterator {
        match &self.0 {
            Marks::Few(few) => Either::Few(few.iter()),
            Marks::Many(many) => Either::Many(many.marks.iter().copied()),
        }
    }

    /// Reads a little of the place that its few attempts are kept in (see [`crate::Profile::glance`]).
    #[must_use]
    pub fn glance(&self) -> u32 {
        match &self.0 {
            Marks::Few(few) => few.glance(),
            Marks::Many(many) => u32::from(many.dropped_until.is_some()),
        }
    }

    /// The time of the newest attempt; None if there is none.
    #[must_use]
    pub fn newest_at(&self) -> Option<Timestamp> {
        match &self.0 {
            Marks::Few(few) => few.last().map(|mark| mark.at),
            Marks::Many(many) => many.marks.back().map(|mark| mark.at),
        }
    }

    /// The time of the newest attempt that had to go for lack of room, to be stored with the marks.
    #[must_use]
    pub const fn dropped_until(&self) -> Option<Timestamp> {
        match &self.0 {
            Marks::Few(_) => None,
            Marks::Many(many) => many.dropped_until,
        }
    }

    /// Rebuilds a window from what was stored of it.
    #[must_use]
    pub fn restore(marks: impl IntoIterator<Item = Mark>, dropped_until: Option<Timestamp>) -> Self {
        let mut window = match dropped_until {
            None => Self::default(),
            Some(_) => Self(Marks::Many(Box::new(Many::of(VecDeque::new(), dropped_until)))),
        };
        for mark in marks {
            window.count(mark);
        }
        window
    }
}

/// The attempts of a window, whichever way they are kept.
enum Either<F, M> {
    Few(F),
    Many(M),
}

impl<F: Iterator<Item = Mark>, M: Iterator<Item = Mark>> Iterator for Either<F, M> {
    type Item = Mark;

    fn next(&mut self) -> Option<Mark> {
        match self {
            Self::Few(few) => few.next(),
            Self::Many(many) => many.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Few(few) => few.size_hint(),
            Self::Many(many) => many.size_hint(),
        }
    }
}

impl<F, M> DoubleEndedIterator for Either<F, M>
where
    F: DoubleEndedIterator<Item = Mark>,
    M: DoubleEndedIterator<Item = Mark>,
{
    fn next_back(&mut self) -> Option<Mark> {
        match self {
            Self::Few(few) => few.next_back(),
            Self::Many(many) => many.next_back(),
        }
    }
}

impl<F: ExactSizeIterator<Item = Mark>, M: ExactSizeIterator<Item = Mark>> ExactSizeIterator for Either<F, M> {}

/// All spans in one walk back from the newest: each holds all that the shorter ones do, and a counterpart is counted
/// where it came last.
fn tally_few(few: &FewMarks, as_of: Timestamp, upto: Timestamp) -> Tally {
    let n_counted = few.iter().rposition(|mark| mark.at <= upto).map_or(0, |last| last + 1);
    let counted = || few.iter().take(n_counted);
    let comes_again = |place: usize, side: usize, tag: Tag| {
        counted().skip(place + 1).any(|later| later.counterpart(side) == Some(tag))
    };
    let mut back = counted().enumerate().rev().peekable();
    let mut so_far = SpanTally::default();
    Tally(Span::ALL.map(|span| {
        let after = as_of.minus(span.duration());
        while let Some((place, mark)) = back.next_if(|(_, mark)| mark.at > after) {
            so_far.attempts += 1;
            so_far.failures += u32::from(mark.outcome == Outcome::Failed);
            for (side, distinct) in so_far.distinct.iter_mut().enumerate() {
                let is_last = mark.counterpart(side).is_some_and(|tag| !comes_again(place, side, tag));
                *distinct += u32::from(is_last);
            }
        }
        so_far
    }))
}

impl Many {
    fn of(marks: VecDeque<Mark>, dropped_until: Option<Timestamp>) -> Self {
        let mut index = Index::default();
        marks.iter().for_each(|mark| index.add(mark));
        Self { marks, index, dropped_until }
    }

    /// Adds a mark that lies within a week of the newest; false if it is there.
    fn count(&mut self, mark: Mark) -> bool {
        let place = self.marks.partition_point(|other| other.order() < mark.order());
        if self.marks.get(place).is_some_and(|other| other.order() == mark.order()) {
            return false;
        }
        self.marks.insert(place, mark);
        self.index.add(&mark);
        self.forget_old();
        true
    }

    fn conclude(&mut self, at: Timestamp, event: u64, outcome: Outcome) -> bool {
        let place = self.marks.partition_point(|other| other.order() < (at, event));
        let Some(mark) = self.marks.get_mut(place).filter(|mark| mark.order() == (at, event)) else { return false };
        let before = std::mem::replace(&mut mark.outcome, outcome);
        if before == Outcome::Failed {
            remove_sorted(&mut self.index.failed, at);
        }
        if outcome == Outcome::Failed {
            insert_sorted(&mut self.index.failed, at);
        }
        true
    }

    fn uncount(&mut self, place: usize) {
        if let Some(gone) = self.marks.remove(place) {
            self.index.take(&gone, &self.marks);
        }
    }

    fn tally(&self, after: Timestamp, upto: Timestamp) -> SpanTally {
        let start = self.marks.partition_point(|mark| mark.at <= after);
        let end = self.marks.partition_point(|mark| mark.at <= upto).max(start);
        let distinct = if end == self.marks.len() {
            self.index.latest.each_ref().map(|latest| latest.len() - latest.partition_point(|(at, _)| *at <= after))
        } else {
            [0, 1].map(|side| self.distinct_between(start, end, side))
        };
        SpanTally {
            attempts: count_u32(end - start),
            failures: count_u32(self.n_failed(after, upto)),
            distinct: distinct.map(count_u32),
            saturated: self.dropped_until.is_some_and(|dropped| dropped > after),
        }
    }

    fn n_failed(&self, after: Timestamp, upto: Timestamp) -> usize {
        let failed = &self.index.failed;
        let n_before = failed.partition_point(|at| *at <= after);
        failed.partition_point(|at| *at <= upto).saturating_sub(n_before)
    }

    fn distinct_between(&self, start: usize, end: usize, side: usize) -> usize {
        let mut tags: Vec<Tag> = self.marks.range(start..end).filter_map(|mark| mark.counterpart(side)).collect();
        tags.sort_unstable();
        tags.dedup();
        tags.len()
    }

    fn forget_old(&mut self) {
        let Some(newest) = self.marks.back().map(|mark| mark.at) else { return };
        let horizon = newest.minus(Span::Week.duration());
        while let Some(oldest) = self.marks.front().copied() {
            if oldest.at > horizon && self.marks.len() <= MARKS_MAX {
                break;
            }
            self.marks.pop_front();
            self.index.forget(&oldest, &self.marks);
            self.dropped_until = self.dropped_until.max(Some(oldest.at));
        }
        // What is older than a week is missed by no span.
        self.dropped_until = self.dropped_until.filter(|dropped| *dropped > horizon);
    }
}

fn remember_latest(latest: &mut Vec<(Timestamp, Tag)>, at: Timestamp, tag: Tag) {
    // From the end, since what comes back was mostly here a moment ago.
    if let Some(place) = latest.iter().rposition(|(_, other)| *other == tag) {
        if latest.get(place).is_some_and(|(before, _)| *before >= at) {
            return;
        }
        latest.remove(place);
    }
    let place = latest.partition_point(|other| *other < (at, tag));
    latest.insert(place, (at, tag));
}

fn insert_sorted(times: &mut Vec<Timestamp>, at: Timestamp) {
    times.insert(times.partition_point(|other| *other <= at), at);
}

fn remove_sorted(times: &mut Vec<Timestamp>, at: Timestamp) {
    if let Ok(place) = times.binary_search(&at) {
        times.remove(place);
    }
}

fn count_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn mark(seconds: i64, event: u64, device: u64, failed: bool) -> Mark {
        Mark {
            at: Timestamp::from_seconds(seconds),
            event,
            counterparts: [Tag::new(device).into(), None],
            outcome: if failed { Outcome::Failed } else { Outcome::Succeeded },
        }
    }

    fn marks() -> impl Strategy<Value = Vec<Mark>> {
        // Twelve days, so that some fall out; few devices, so that some come back.
        let one = (0_i64..1_036_800, 0_u64..50, 1_u64..6, any::<bool>());
        proptest::collection::vec(one, 0..120).prop_map(|all| {
            all.into_iter().map(|(at, event, device, failed)| mark(at, event, device, failed)).collect()
        })
    }

    /// The law, told the slow way: nothing but a filter over a set.
    fn recount(marks: &[Mark], after: Timestamp, upto: Timestamp) -> (usize, usize, usize) {
        let newest = marks.iter().map(|mark| mark.at).max();
        let kept: Vec<&Mark> = {
            let mut seen = BTreeSet::new();
            marks
                .iter()
                .filter(|mark| newest.is_some_and(|newest| mark.at > newest.minus(Span::Week.duration())))
                .filter(|mark| seen.insert(mark.order()))
                .filter(|mark| mark.at > after && mark.at <= upto)
                .collect()
        };
        let devices: BTreeSet<_> = kept.iter().filter_map(|mark| mark.counterparts[0]).collect();
        (kept.len(), kept.iter().filter(|mark| mark.outcome == Outcome::Failed).count(), devices.len())
    }

    /// Marks of one event agree in everything, as they do in life.
    fn one_per_event(marks: Vec<Mark>) -> Vec<Mark> {
        let mut first = std::collections::BTreeMap::new();
        for mark in marks {
            first.entry(mark.order()).or_insert(mark);
        }
        first.into_values().collect()
    }

    proptest! {
        #[test]
        fn a_window_counts_what_a_naive_recount_counts(
            marks in marks(), order in any::<u64>(), as_of in 0_i64..1_036_800, late in any::<bool>(),
        ) {
            let marks = one_per_event(marks);
            let mut shuffled = marks.clone();
            shuffled.sort_by_key(|mark| (mark.event ^ order).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (mark.at.as_micros() as u64).rotate_left(17));
            let mut window = Window::default();
            for mark in &shuffled {
                window.count(*mark);
            }
            let as_of = Timestamp::from_seconds(as_of);
            let upto = if late { as_of } else { END };
            let tally = window.tally(as_of, upto);
            for span in Span::ALL {
                let got = tally.span(span);
                let naive = recount(&marks, as_of.minus(span.duration()), upto);
                prop_assert_eq!((got.attempts as usize, got.failures as usize, got.distinct[0] as usize), naive, "{:?}", span);
                prop_assert!(!got.saturated);
            }
        }

        #[test]
        fn the_order_of_arrival_does_not_matter_and_twice_is_once(marks in marks()) {
            let marks = one_per_event(marks);
            let forwards = Window::restore(marks.iter().copied(), None);
            let backwards = Window::restore(marks.iter().rev().copied(), None);
            let twice = Window::restore(marks.iter().chain(&marks).copied(), None);
            prop_assert_eq!(&forwards, &backwards);
            prop_assert_eq!(&forwards, &twice);
            prop_assert_eq!(&forwards, &Window::restore(forwards.marks(), forwards.dropped_until()));
        }

        #[test]
        fn concluding_is_as_if_it_had_been_known(marks in marks()) {
            let marks = one_per_event(marks);
            let known = Window::restore(marks.iter().copied(), None);
            let mut told = Window::restore(marks.iter().map(|mark| Mark { outcome: Outcome::Pending, ..*mark }), None);
            for mark in &marks {
                told.conclude(mark.at, mark.event, mark.outcome);
            }
            prop_assert_eq!(known, told);
        }
    }

    proptest! {
        #[test]
        fn what_is_uncounted_was_never_counted(marks in marks(), gone in any::<prop::sample::Index>()) {
            // Within a week, so that nothing goes for another's sake.
            let week = |mark: &Mark| mark.at < Timestamp::from_seconds(604_800);
            let marks: Vec<Mark> = one_per_event(marks).into_iter().filter(week).collect();
            prop_assume!(!marks.is_empty());
            let gone = marks[gone.index(marks.len())];
            let mut window = Window::restore(marks.iter().copied(), None);
            prop_assert!(window.uncount(gone.at, gone.event));
            prop_assert!(!window.uncount(gone.at, gone.event));
            let others = marks.iter().copied().filter(|mark| mark.order() != gone.order());
            prop_assert_eq!(window, Window::restore(others, None));
        }

        #[test]
        fn the_failed_ones_are_those_that_a_scan_finds(marks in marks(), after in 0_i64..1_036_800, upto in 0_i64..1_036_800) {
            let (after, upto) = (Timestamp::from_seconds(after), Timestamp::from_seconds(upto));
            let window = Window::restore(one_per_event(marks), None);
            let failed = |mark: &Mark| mark.outcome == Outcome::Failed && mark.at > after && mark.at <= upto;
            let scanned: Vec<Mark> = window.marks().filter(failed).collect();
            let mut found: Vec<Mark> = window.failed_between(after, upto).collect();
            found.reverse();
            prop_assert_eq!(found, scanned);
        }
    }

    #[test]
    fn beyond_the_cap_the_counts_are_lower_bounds_and_say_so() {
        let n = MARKS_MAX as i64 + 7;
        let window = Window::restore((0..n).map(|i| mark(i, i as u64, i as u64 + 1, true)), None);
        let tally = window.tally(Timestamp::from_seconds(n), END);
        let day = tally.span(Span::Day);
        assert_eq!(
            (day.attempts as usize, day.failures as usize, day.distinct[0] as usize),
            (MARKS_MAX, MARKS_MAX, MARKS_MAX)
        );
        assert!(day.saturated);
        let minute = tally.span(Span::Minute);
        assert_eq!((minute.attempts, minute.saturated), (59, false));
    }

    #[test]
    fn a_window_takes_two_words() {
        assert_eq!(size_of::<Window>(), 16);
        // Of three logins a fortnight apart, each takes the place of the one before.
        let window = Window::restore((0..3).map(|n| mark(n * 1_209_600, 1, 1, false)), None);
        assert_eq!(window.marks().collect::<Vec<_>>(), [mark(2 * 1_209_600, 1, 1, false)]);
    }

    #[test]
    fn the_edge_of_a_span_is_open_at_its_start() {
        let window = Window::restore([mark(0, 1, 1, false), mark(60, 2, 1, false)], None);
        let minute = window.tally(Timestamp::from_seconds(60), END).span(Span::Minute);
        assert_eq!(minute.attempts, 1);
    }
}
