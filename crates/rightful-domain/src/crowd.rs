//! Crowds: attempts of the last 24 h that share a network, an agent string or a password, and payments that share a device
//! or an address, whatever account they are at.
//!
//! A crowd tells a campaign from a busy hour. Crowds live in RAM: what they show is of the day, and a password's tag must
//! never be stored. Each counts exactly up to [`CROWD_MARKS_MAX`] attempts and says so beyond.

use std::collections::VecDeque;
use std::hash::BuildHasherDefault;
use std::time::Duration;

use indexmap::IndexMap;

use crate::population::TagHasher;
use crate::subject_counts::SubjectCounts;
use crate::{Outcome, Tag, Timestamp};

/// The most attempts one crowd keeps; the oldest go first.
pub const CROWD_MARKS_MAX: usize = 1_024;
/// The most crowds of one kind that an application keeps; the longest unseen go first.
pub const CROWDS_MAX: usize = 8_192;
/// The most devices, and the most addresses, whose payments an application keeps: a day's of a large shop. Of one with more,
/// the longest unseen go first, and from where many pay in a row is seen all the same.
pub const PAYING_CROWDS_MAX: usize = 32_768;
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
    /// The device that money moves from.
    PayingDevice,
    /// The address that money moves from.
    PayingAddress,
}

impl CrowdKind {
    const COUNT: usize = 5;

    /// The most crowds of this kind.
    const fn crowds_max(self) -> usize {
        match self {
            Self::Net | Self::Agent | Self::Password => CROWDS_MAX,
            Self::PayingDevice | Self::PayingAddress => PAYING_CROWDS_MAX,
        }
    }
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

type ByTag<T> = IndexMap<Tag, T, BuildHasherDefault<TagHasher>>;

/// All crowds of one application.
#[derive(Debug, Clone, Default)]
pub struct Crowds {
    /// By [`CrowdKind`].
    by_kind: [ByTag<Gathering>; CrowdKind::COUNT],
}

/// From so many attempts on, a crowd keeps a table of its subjects: most have a few, which are counted sooner than looked
/// up. It goes again at half of that.
const COUNTED_FROM: usize = 16;

#[derive(Debug, Clone, Default)]
struct Gathering {
    /// By time.
    marks: VecDeque<CrowdMark>,
    /// Attempts and failures by subject, where attempts are many.
    subjects: Option<SubjectCounts>,
    /// Without what is said of subjects, but for how many have failed where they are in the table.
    totals: Crowd,
    dropped_until: Option<Timestamp>,
    /// The time of the newest attempt, here since all crowds are asked for it when room is made.
    newest_at: Option<Timestamp>,
}

impl Crowds {
    /// Counts an attempt and says what the crowd counts with it. An attempt counted before is not counted again.
    /// O(log n).
    pub fn count(&mut self, kind: CrowdKind, tag: Tag, mark: CrowdMark) -> Crowd {
        let [nets, agents, passwords, paying_devices, paying_addresses] = &mut self.by_kind;
        let crowds = match kind {
            CrowdKind::Net => nets,
            CrowdKind::Agent => agents,
            CrowdKind::Password => passwords,
            CrowdKind::PayingDevice => paying_devices,
            CrowdKind::PayingAddress => paying_addresses,
        };
        if crowds.len() >= kind.crowds_max() && !crowds.contains_key(&tag) {
            make_room(crowds);
        }
        let gathering = crowds.entry(tag).or_default();
        gathering.add(mark);
        gathering.tally(mark.at)
    }

    /// Lets a crowd go on under another tag, unless there is one already; says whether it does. O(1).
    pub fn carry_over(&mut self, kind: CrowdKind, from: Tag, to: Tag) -> bool {
        let Some(crowds) = self.by_kind.get_mut(kind as usize) else { return false };
        if crowds.contains_key(&to) {
            return false;
        }
        let Some(gathering) = crowds.swap_remove(&from) else { return false };
        crowds.insert(to, gathering);
        true
    }

    /// Whether there is a crowd of this tag. O(1).
    #[must_use]
    pub fn has(&self, kind: CrowdKind, tag: Tag) -> bool {
        self.by_kind.get(kind as usize).is_some_and(|crowds| crowds.contains_key(&tag))
    }

    /// Sets how a counted attempt ended. O(n).
    pub fn conclude(&mut self, kind: CrowdKind, tag: Tag, event: u64, outcome: Outcome) {
        if let Some(gathering) = self.by_kind.get_mut(kind as usize).and_then(|crowds| crowds.get_mut(&tag)) {
            gathering.conclude(event, outcome);
        }
    }

    /// Takes a counted attempt out again, as if it had never come. What went for its sake does not come back. O(n).
    pub fn uncount(&mut self, kind: CrowdKind, tag: Tag, event: u64) {
        let Some(crowds) = self.by_kind.get_mut(kind as usize) else { return };
        let Some(gathering) = crowds.get_mut(&tag) else { return };
        gathering.uncount(event);
        if gathering.marks.is_empty() {
            crowds.swap_remove(&tag);
        }
    }
}

/// Lets the crowds go that were not seen for a day; if that is not enough, the longest unseen quarter.
fn make_room(crowds: &mut ByTag<Gathering>) {
    let mut seen: Vec<Option<Timestamp>> = crowds.values().map(|gathering| gathering.newest_at).collect();
    let day_ago = seen.iter().copied().max().flatten().map(|newest| newest.minus(CROWD_SPAN));
    let quarter = seen.len() / 4;
    // Where none is, there is nothing to let go of.
    let quarter = if seen.is_empty() { None } else { *seen.select_nth_unstable(quarter).1 };
    let until = quarter.max(day_ago);
    crowds.retain(|_, gathering| gathering.newest_at > until);
}

impl Gathering {
    fn add(&mut self, mark: CrowdMark) {
        self.forget_before(mark.at.minus(CROWD_SPAN));
        let place = self.marks.partition_point(|other| other.at <= mark.at);
        // What comes twice comes with the same time.
        let mut as_old = self.marks.range(..place).rev().take_while(|other| other.at == mark.at);
        if as_old.any(|other| other.event == mark.event) {
            return;
        }
        self.marks.insert(place, mark);
        self.newest_at = self.marks.back().map(|newest| newest.at);
        self.sum(&mark, 1);
        if self.marks.len() > CROWD_MARKS_MAX
            && let Some(gone) = self.marks.pop_front()
        {
            self.dropped_until = self.dropped_until.max(Some(gone.at));
            self.sum(&gone, -1);
        }
        if self.subjects.is_none() && self.marks.len() >= COUNTED_FROM {
            let marks: Vec<CrowdMark> = self.marks.iter().copied().collect();
            self.subjects = Some(SubjectCounts::default());
            self.totals.failed_subjects = 0;
            marks.iter().for_each(|mark| self.sum_subject(mark, 1));
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
            self.newest_at = self.marks.back().map(|newest| newest.at);
            self.sum(&gone, -1);
        }
    }

    fn forget_before(&mut self, horizon: Timestamp) {
        while let Some(oldest) = self.marks.front().copied().filter(|oldest| oldest.at <= horizon) {
            self.marks.pop_front();
            self.sum(&oldest, -1);
        }
        if self.marks.len() <= COUNTED_FROM / 2 {
            self.subjects = None;
        }
        self.dropped_until = self.dropped_until.filter(|dropped| *dropped > horizon);
    }

    fn sum(&mut self, mark: &CrowdMark, by: i32) {
        let failed = i32::from(mark.outcome == Outcome::Failed);
        add_to(&mut self.totals.attempts, by);
        add_to(&mut self.totals.failures, by * failed);
        add_to(&mut self.totals.unknown_usernames, by * i32::from(mark.is_unknown_username));
        self.sum_subject(mark, by);
    }

    fn sum_subject(&mut self, mark: &CrowdMark, by: i32) {
        let (Some(subject), Some(subjects)) = (mark.subject, &mut self.subjects) else { return };
        let (mut before, mut has_failed) = (false, false);
        subjects.change(subject, |count| {
            before = count.failures > 0;
            add_to(&mut count.attempts, by);
            add_to(&mut count.failures, by * i32::from(mark.outcome == Outcome::Failed));
            has_failed = count.failures > 0;
        });
        add_to(&mut self.totals.failed_subjects, i32::from(has_failed) - i32::from(before));
    }

    fn tally(&self, as_of: Timestamp) -> Crowd {
        let (n_subjects, n_failed) = match &self.subjects {
            Some(subjects) => (subjects.len(), self.totals.failed_subjects),
            None => (self.distinct_among_few(|_| true), count_u32(self.distinct_among_few(has_failed))),
        };
        Crowd {
            subjects: count_u32(n_subjects),
            failed_subjects: n_failed,
            since: self.marks.front().map(|mark| mark.at),
            saturated: self.dropped_until.is_some_and(|dropped| dropped > as_of.minus(CROWD_SPAN)),
            ..self.totals
        }
    }

    /// Subjects of those attempts: each is counted where it does not come again.
    fn distinct_among_few(&self, counts: impl Fn(&CrowdMark) -> bool) -> usize {
        let counted = || self.marks.iter().enumerate().filter(|(_, mark)| mark.subject.is_some() && counts(mark));
        let comes_again = |place: usize, subject: Option<Tag>| {
            self.marks.iter().skip(place + 1).any(|later| later.subject == subject && counts(later))
        };
        counted().filter(|(place, mark)| !comes_again(*place, mark.subject)).count()
    }
}

fn has_failed(mark: &CrowdMark) -> bool {
    mark.outcome == Outcome::Failed
}

fn add_to(count: &mut u32, by: i32) {
    *count = count.saturating_add_signed(by);
}

fn count_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
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
            // Some have few attempts at a time and some many, so that both ways of counting are gone through, to and fro.
            gaps in prop::bool::ANY.prop_flat_map(|is_busy| {
                let gap_max = if is_busy { 4_000_i64 } else { 20_000 };
                proptest::collection::vec((0..gap_max, 1_u64..9, any::<bool>()), 1..60)
            }),
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
        assert!(crowds.by_kind.iter().all(IndexMap::is_empty));
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
        assert!(crowds.by_kind.iter().all(|crowds| crowds.len() <= CROWDS_MAX));
    }
}
