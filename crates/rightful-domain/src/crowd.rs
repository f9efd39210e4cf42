//! Crowds: attempts of the last 24 h that share a network, an agent string or a password, whatever account they are at.
//!
//! A crowd tells a campaign from a busy hour. Crowds live in RAM: what they show is of the day, and a password's tag must
//! never be stored. Each counts exactly up to [`CROWD_MARKS_MAX`] attempts and says so beyond.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::{Outcome, Tag, Timestamp};

/// The most attempts one crowd keeps; the oldest go first.
pub const CROWD_MARKS_MAX: usize = 1_024;
/// The most crowds of one kind that an application keeps; the longest unseen go first.
pub const CROWDS_MAX: usize = 8_192;
/// How long an attempt belongs to a crowd.
pub const CROWD_SPAN: Duration = Duration::from_secs(86_400);

/// What a crowd shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CrowdKind {
    /// An IPv4 /24 or IPv6 /48.
    Net,
    /// The whole agent string.
    Agent,
    /// The password, as its tag of the day.
    Password,
}

/// One attempt in a crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrowdMark {
    /// When it happened.
    pub at: Timestamp,
    /// The short form of its event's id (see [`crate::Mark::short`]).
    pub event: u64,
    /// The account, or the username.
    pub subject: Option<Tag>,
    /// How it ended, as far as known.
    pub outcome: Outcome,
    /// It failed since nobody has that name.
    pub is_unknown_username: bool,
}

/// What a crowd counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crowd {
    /// Attempts, this one included.
    pub attempts: u32,
    /// Those known to have failed.
    pub failures: u32,
    /// Those at names that nobody has.
    pub unknown_usernames: u32,
    /// Different accounts and usernames.
    pub subjects: u32,
    /// Different ones at which an attempt failed.
    pub failed_subjects: u32,
    /// The first attempt that is still counted.
    pub since: Option<Timestamp>,
    /// True if older attempts of the day had to go: the counts are then lower bounds.
    pub saturated: bool,
}

/// All crowds of one application.
#[derive(Debug, Clone, Default)]
pub struct Crowds {
    by_key: BTreeMap<(CrowdKind, Tag), Gathering>,
    n_by_kind: [usize; 3],
}

#[derive(Debug, Clone, Default)]
struct Gathering {
    marks: VecDeque<CrowdMark>,
    /// Attempts and failures by subject.
    subjects: BTreeMap<Tag, [u32; 2]>,
    totals: Crowd,
    dropped_until: Option<Timestamp>,
}

impl Crowds {
    /// Counts an attempt and says what the crowd counts with it. An attempt counted before is not counted again.
    /// O(log n).
    pub fn count(&mut self, kind: CrowdKind, tag: Tag, mark: CrowdMark) -> Crowd {
        if !self.by_key.contains_key(&(kind, tag)) {
            self.make_room(kind);
            if let Some(n) = self.n_by_kind.get_mut(kind as usize) {
                *n += 1;
            }
        }
        let gathering = self.by_key.entry((kind, tag)).or_default();
        gathering.add(mark);
        gathering.tally(mark.at)
    }

    /// Sets how a counted attempt ended. O(n).
    pub fn conclude(&mut self, kind: CrowdKind, tag: Tag, event: u64, outcome: Outcome) {
        if let Some(gathering) = self.by_key.get_mut(&(kind, tag)) {
            gathering.conclude(event, outcome);
        }
    }

    /// Takes a counted attempt out again, as if it had never come. What went for its sake does not come back. O(n).
    pub fn uncount(&mut self, kind: CrowdKind, tag: Tag, event: u64) {
        let Some(gathering) = self.by_key.get_mut(&(kind, tag)) else { return };
        gathering.uncount(event);
        if gathering.marks.is_empty() {
            self.by_key.remove(&(kind, tag));
            if let Some(n) = self.n_by_kind.get_mut(kind as usize) {
                *n -= 1;
            }
        }
    }

    /// Lets the crowds go that were not seen for a day; if that is not enough, the longest unseen quarter.
    fn make_room(&mut self, kind: CrowdKind) {
        if self.n_by_kind.get(kind as usize).is_none_or(|n| *n < CROWDS_MAX) {
            return;
        }
        let newest = |gathering: &Gathering| gathering.marks.back().map(|mark| mark.at);
        let of_kind = self.by_key.iter().filter(|((its_kind, _), _)| *its_kind == kind);
        let mut seen: Vec<Option<Timestamp>> = of_kind.map(|(_, gathering)| newest(gathering)).collect();
        seen.sort_unstable();
        let quarter = seen.get(seen.len() / 4).copied().flatten();
        let day_ago = seen.last().copied().flatten().map(|newest| newest.minus(CROWD_SPAN));
        let until = quarter.max(day_ago);
        self.by_key.retain(|(its_kind, _), gathering| *its_kind != kind || newest(gathering) > until);
        let n_left = self.by_key.keys().filter(|(its_kind, _)| *its_kind == kind).count();
        if let Some(n) = self.n_by_kind.get_mut(kind as usize) {
            *n = n_left;
        }
    }
}

impl Gathering {
    fn add(&mut self, mark: CrowdMark) {
        self.forget_before(mark.at.minus(CROWD_SPAN));
        // What comes twice comes soon after.
        if self.marks.iter().rev().take(64).any(|other| other.event == mark.event) {
            return;
        }
        let place = self.marks.partition_point(|other| other.at <= mark.at);
        self.marks.insert(place, mark);
        self.sum(&mark, 1);
        if self.marks.len() > CROWD_MARKS_MAX
            && let Some(gone) = self.marks.pop_front()
        {
            self.dropped_until = self.dropped_until.max(Some(gone.at));
            self.sum(&gone, -1);
        }
    }

    fn conclude(&mut self, event: u64, outcome: Outcome) {
        let Some(place) = self.marks.iter().rposition(|mark| mark.event == event) else { return };
        let Some(before) = self.marks.get(place).copied() else { return };
        let after = CrowdMark { outcome, ..before };
        self.sum(&before, -1);
        self.sum(&after, 1);
        if let Some(mark) = self.marks.get_mut(place) {
            *mark = after;
        }
    }

    fn uncount(&mut self, event: u64) {
        let Some(place) = self.marks.iter().rposition(|mark| mark.event == event) else { return };
        if let Some(gone) = self.marks.remove(place) {
            self.sum(&gone, -1);
        }
    }

    fn forget_before(&mut self, horizon: Timestamp) {
        while let Some(oldest) = self.marks.front().copied().filter(|oldest| oldest.at <= horizon) {
            self.marks.pop_front();
            self.sum(&oldest, -1);
        }
        self.dropped_until = self.dropped_until.filter(|dropped| *dropped > horizon);
    }

    fn sum(&mut self, mark: &CrowdMark, by: i32) {
        let failed = i32::from(mark.outcome == Outcome::Failed);
        let add = |count: &mut u32, by: i32| *count = count.saturating_add_signed(by);
        add(&mut self.totals.attempts, by);
        add(&mut self.totals.failures, by * failed);
        add(&mut self.totals.unknown_usernames, by * i32::from(mark.is_unknown_username));
        let Some(subject) = mark.subject else { return };
        let [attempts, failures] = self.subjects.entry(subject).or_default();
        let before = *failures > 0;
        add(attempts, by);
        add(failures, by * failed);
        let has_failed = *failures > 0;
        if *attempts == 0 {
            self.subjects.remove(&subject);
        }
        add(&mut self.totals.failed_subjects, i32::from(has_failed) - i32::from(before));
    }

    fn tally(&self, as_of: Timestamp) -> Crowd {
        Crowd {
            subjects: u32::try_from(self.subjects.len()).unwrap_or(u32::MAX),
            since: self.marks.front().map(|mark| mark.at),
            saturated: self.dropped_until.is_some_and(|dropped| dropped > as_of.minus(CROWD_SPAN)),
            ..self.totals
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(at: i64, event: u64, subject: u64, failed: bool) -> CrowdMark {
        CrowdMark {
            at: Timestamp::from_seconds(at),
            event,
            subject: Some(Tag::new(subject)),
            outcome: if failed { Outcome::Failed } else { Outcome::Succeeded },
            is_unknown_username: failed && subject.is_multiple_of(3),
        }
    }

    proptest! {
        #[test]
        fn a_crowd_counts_what_a_naive_recount_counts(
            gaps in proptest::collection::vec((0_i64..9_000, 1_u64..9, any::<bool>()), 1..60),
        ) {
            let (mut crowds, mut all, mut at) = (Crowds::default(), Vec::new(), 0);
            for (event, (gap, subject, failed)) in gaps.into_iter().enumerate() {
                at += gap;
                let mark = mark(at, event as u64, subject, failed);
                all.push(mark);
                let crowd = crowds.count(CrowdKind::Net, Tag::new(1), mark);
                let kept: Vec<_> = all.iter().filter(|other| mark.at.since(other.at) < CROWD_SPAN).collect();
                let distinct = |failed: bool| {
                    let of = kept.iter().filter(|mark| !failed || mark.outcome == Outcome::Failed);
                    of.map(|mark| mark.subject).collect::<std::collections::BTreeSet<_>>().len()
                };
                prop_assert_eq!(crowd.attempts as usize, kept.len());
                prop_assert_eq!(crowd.failures as usize, kept.iter().filter(|m| m.outcome == Outcome::Failed).count());
                prop_assert_eq!(crowd.unknown_usernames as usize, kept.iter().filter(|m| m.is_unknown_username).count());
                prop_assert_eq!((crowd.subjects as usize, crowd.failed_subjects as usize), (distinct(false), distinct(true)));
                prop_assert!(!crowd.saturated);
            }
        }
    }

    #[test]
    fn what_comes_twice_counts_once_and_a_conclusion_counts() {
        let mut crowds = Crowds::default();
        let pending = CrowdMark { outcome: Outcome::Pending, ..mark(1, 7, 3, false) };
        crowds.count(CrowdKind::Agent, Tag::new(1), pending);
        crowds.conclude(CrowdKind::Agent, Tag::new(1), 7, Outcome::Failed);
        let crowd = crowds.count(CrowdKind::Agent, Tag::new(1), pending);
        assert_eq!((crowd.attempts, crowd.failures, crowd.failed_subjects), (1, 1, 1));
    }

    #[test]
    fn what_is_uncounted_was_never_counted() {
        let mut crowds = Crowds::default();
        let before = crowds.count(CrowdKind::Net, Tag::new(1), mark(1, 1, 3, true));
        crowds.count(CrowdKind::Net, Tag::new(1), mark(2, 2, 4, true));
        crowds.uncount(CrowdKind::Net, Tag::new(1), 2);
        assert_eq!(crowds.count(CrowdKind::Net, Tag::new(1), mark(1, 1, 3, true)), before);
        crowds.uncount(CrowdKind::Net, Tag::new(1), 1);
        assert!(crowds.by_key.is_empty() && crowds.n_by_kind == [0; 3]);
    }

    #[test]
    fn beyond_the_cap_the_oldest_go_and_it_is_said() {
        let mut crowds = Crowds::default();
        let n = CROWD_MARKS_MAX as u64 + 5;
        let last = (0..n).map(|i| crowds.count(CrowdKind::Net, Tag::new(1), mark(i as i64, i, i + 1, true))).last();
        let last = last.expect("one");
        assert_eq!((last.attempts as usize, last.subjects as usize), (CROWD_MARKS_MAX, CROWD_MARKS_MAX));
        assert!(last.saturated);
    }

    #[test]
    fn crowds_are_bounded() {
        let mut crowds = Crowds::default();
        for i in 1..=(CROWDS_MAX as u64 * 2) {
            crowds.count(CrowdKind::Password, Tag::new(i), mark(i as i64, i, 1, true));
        }
        assert!(crowds.by_key.len() <= CROWDS_MAX);
    }
}
