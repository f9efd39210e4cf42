//! How long cases wait, by queue: what a service level is measured by.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{Case, CaseState, Timestamp};

/// How long the cases of one queue waited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueTimes {
    /// Cases that wait for people now: open, claimed or within their minute.
    pub n_waiting: u32,
    /// Those of them that are late.
    pub n_overdue: u32,
    /// Cases that wait for their person now.
    pub n_asked: u32,
    /// Cases that are decided.
    pub n_decided: u32,
    /// When the oldest of those that wait for people was opened.
    pub oldest_opened_at: Option<Timestamp>,
    /// From opening to the first claim.
    to_claim: Vec<Duration>,
    /// From opening to the decision.
    to_decide: Vec<Duration>,
    /// From opening until now, of those that wait for people.
    age: Vec<Duration>,
}

/// Three percentiles of some spans; None of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    /// Half took no longer.
    pub p50: Duration,
    /// Nine of ten took no longer.
    pub p90: Duration,
    /// All but one of a hundred took no longer.
    pub p99: Duration,
}

impl Percentiles {
    /// By the nearest rank.
    fn of(spans: &[Duration]) -> Option<Self> {
        let mut sorted = spans.to_vec();
        sorted.sort_unstable();
        let at = |share: usize| sorted.get((sorted.len() * share).div_ceil(100).saturating_sub(1)).copied();
        Some(Self { p50: at(50)?, p90: at(90)?, p99: at(99)? })
    }
}

impl QueueTimes {
    /// Adds a case as it is at that time.
    pub fn add(&mut self, case: &Case, now: Timestamp) {
        let since_opening = |at: Timestamp| at.since(case.opened_at);
        self.to_claim.extend(case.first_claimed_at.map(since_opening));
        match case.state(now) {
            CaseState::Open | CaseState::Claimed | CaseState::Deciding => {
                self.n_waiting += 1;
                self.n_overdue += u32::from(case.due_at < now);
                self.age.push(since_opening(now));
                let oldest = self.oldest_opened_at.map_or(case.opened_at, |oldest| oldest.min(case.opened_at));
                self.oldest_opened_at = Some(oldest);
            }
            CaseState::AwaitingUser => self.n_asked += 1,
            CaseState::Decided => {
                self.n_decided += 1;
                self.to_decide.extend(case.decided_at().map(since_opening));
            }
        }
    }

    /// From opening to the first claim.
    #[must_use]
    pub fn to_claim(&self) -> Option<Percentiles> {
        Percentiles::of(&self.to_claim)
    }

    /// From opening to the decision.
    #[must_use]
    pub fn to_decide(&self) -> Option<Percentiles> {
        Percentiles::of(&self.to_decide)
    }

    /// From opening until now, of those that wait for people.
    #[must_use]
    pub fn age(&self) -> Option<Percentiles> {
        Percentiles::of(&self.age)
    }
}

/// How long cases waited, queue by queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseTimes {
    /// The queues.
    pub queues: BTreeMap<Box<str>, QueueTimes>,
    /// Whether there were more cases than were looked at.
    pub is_partial: bool,
}

impl CaseTimes {
    /// Adds a case as it is at that time, if it waits in a queue, or did.
    pub fn add(&mut self, case: &Case, now: Timestamp) {
        if let Some(queue) = &case.queue {
            self.queues.entry(queue.clone()).or_default().add(case, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, ApplicationId, CaseChange, Event, EventId, Source};

    #[test]
    fn times_are_counted_from_the_opening() {
        let start = Timestamp::from_seconds(1_700_000_000);
        let at = |seconds| start.plus(Duration::from_secs(seconds));
        let mut times = CaseTimes::default();
        for n in 0..10 {
            let application = ApplicationId::new("shop").expect("an id");
            let id = EventId::from_parts(1_700_000_000_000, [3; 10]);
            let event = Event::new(id, application, Source::Sumsub, Action::Withdraw, at(n));
            let mut case = Case::new(&event, Some("payouts"), at(n));
            case.apply(CaseChange::Claim { by: "ann".into() }, at(2 * n)).expect("a claim");
            times.add(&case, at(100));
        }
        let queue = &times.queues["payouts"];
        assert_eq!((queue.n_waiting, queue.n_decided, queue.oldest_opened_at), (10, 0, Some(at(0))));
        let seconds =
            |told: Option<Percentiles>| told.map(|told| [told.p50, told.p90, told.p99].map(|it| it.as_secs()));
        assert_eq!(seconds(queue.to_claim()), Some([4, 8, 9]));
        assert_eq!(seconds(queue.age()), Some([95, 99, 100]));
        assert_eq!(queue.to_decide(), None);
    }
}
