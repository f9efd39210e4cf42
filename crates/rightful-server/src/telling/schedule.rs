//! When a message that was not taken is tried again.

use std::time::Duration;

use rightful_domain::Timestamp;

/// The longest that a receiver may ask us to wait.
pub(super) const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);
/// Later tries are up to this share later than said, so that a receiver that comes back is not met by all at once.
const JITTER_SHARE: f64 = 0.1;

/// How long after each failed try the next one is due.
#[derive(Debug, Clone)]
pub(crate) struct Schedule(Vec<Duration>);

impl Schedule {
    /// The usual one, over some 75 h: that of Standard Webhooks (standardwebhooks.com, "Retries").
    pub(crate) fn standard() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        Self(vec![
            Duration::from_secs(5),
            Duration::from_secs(5 * 60),
            Duration::from_secs(30 * 60),
            hours(2),
            hours(5),
            hours(10),
            hours(14),
            hours(20),
            hours(24),
        ])
    }

    /// Sumsub's: after five minutes, an hour, five hours and eighteen (docs.sumsub.com, "Webhooks").
    pub(crate) fn sumsub() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self(vec![minutes(5), minutes(60), minutes(5 * 60), minutes(18 * 60)])
    }

    /// One of one's own.
    #[cfg(test)]
    pub(crate) fn of(delays: Vec<Duration>) -> Self {
        Self(delays)
    }

    /// When to try again after a failed try, having tried `n_tried` times before it; None to give up. `asked` is what the
    /// receiver asked for; `chance` is from 0 to 1.
    pub(crate) fn next(&self, n_tried: u16, now: Timestamp, asked: Option<Duration>, chance: f64) -> Option<Timestamp> {
        let delay = *self.0.get(usize::from(n_tried))?;
        let delay = delay.mul_f64(1.0 + JITTER_SHARE * chance.clamp(0.0, 1.0));
        Some(now.plus(delay.max(asked.unwrap_or_default().min(RETRY_AFTER_MAX))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_go_on_for_three_days_and_then_end() {
        let schedule = Schedule::standard();
        let start = Timestamp::from_seconds(0);
        let mut now = start;
        for n_tried in 0..9 {
            now = schedule.next(n_tried, now, None, 0.0).expect("nine times");
        }
        assert_eq!(now.since(start).as_secs() / 3600, 75);
        assert_eq!(schedule.next(9, now, None, 0.0), None);
    }

    #[test]
    fn sumsubs_receivers_are_tried_four_times_more() {
        let now = Timestamp::from_seconds(0);
        let after = |n_tried| Schedule::sumsub().next(n_tried, now, None, 0.0).map(|at| at.since(now).as_secs() / 60);
        assert_eq!([0, 1, 2, 3, 4].map(after), [Some(5), Some(60), Some(300), Some(1_080), None]);
    }

    #[test]
    fn a_receiver_may_ask_for_later_and_not_for_sooner() {
        let schedule = Schedule::of(vec![Duration::from_secs(10)]);
        let after = |asked: Option<u64>, chance| {
            let next = schedule.next(0, Timestamp::from_seconds(0), asked.map(Duration::from_secs), chance);
            next.map(|at| at.since(Timestamp::from_seconds(0)).as_secs())
        };
        assert_eq!(after(None, 0.0), Some(10));
        assert_eq!(after(None, 1.0), Some(11));
        assert_eq!(after(Some(3), 0.0), Some(10));
        assert_eq!(after(Some(100), 0.0), Some(100));
        assert_eq!(after(Some(1_000_000), 0.0), Some(86_400));
    }
}
