//! What rules would have made of events that were judged before: counts and samples, of each rule alone and of all together.
//!
//! Most events are labelled by nobody. What is said of those is how often a rule matches, not how often it is wrong.

use crate::{AccountId, Action, EventId, RiskScore, Timestamp, Verdict};

/// The most rules that one backtest tries.
pub const BACKTEST_RULES_MAX: usize = 500;
/// The furthest that a backtest goes back, in days.
pub const BACKTEST_DAYS_MAX: u32 = 3_650;
/// The most samples of each rule.
pub const BACKTEST_SAMPLES_MAX: u32 = 100;

/// What came of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Received at or after this.
    pub from: Timestamp,
    /// Received before this.
    pub to: Timestamp,
    /// Whether the events were judged anew, in order; false if they were taken as they were written down.
    pub is_replay: bool,
    /// Judged events that were looked at, by what is known of them.
    pub looked_at: Labelled,
    /// The same by day, in UTC, the day of `from` first.
    pub by_day: Vec<u64>,
    /// Each rule by itself, as if it were active and alone, in the order in which they are asked.
    pub rules: Vec<RuleBacktest>,
    /// All rules that are active together.
    pub together: Matched,
}

/// What one rule would have done.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleBacktest {
    /// The rule's name.
    pub rule: Box<str>,
    /// Its version.
    pub version: u32,
    /// Its mode, as spelled in policies.
    pub mode: &'static str,
    /// Events that were looked at and are of its actions.
    pub n_asked: u64,
    /// Those of them for which something that it asks for had not been counted: it could not be true of them by that.
    pub n_not_counted: u64,
    /// What it matched.
    pub matched: Matched,
}

impl RuleBacktest {
    /// Whether nothing can be said of it: what it asks for was counted for no event, and it matched none without.
    #[must_use]
    pub const fn is_untried(&self) -> bool {
        self.n_not_counted > 0 && self.n_not_counted == self.n_asked && self.matched.events.n() == 0
    }
}

/// Events that were matched.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matched {
    /// How many, by what is known of them.
    pub events: Labelled,
    /// Those of which the verdict would have been another, by what is known of them.
    pub changed: Labelled,
    /// From each verdict to each, mildest first.
    pub verdicts: [[u64; 4]; 4],
    /// Events whose score would have been higher.
    pub n_raised: u64,
    /// Events whose score would have been lower.
    pub n_lowered: u64,
    /// All changes of the score together, in hundredths of a point.
    pub hundredths: i64,
    /// Accounts, each counted once: exact up to a thousand, within some 3 % above.
    pub n_accounts: u64,
    /// Events and those with another verdict by day, in UTC, the day of `from` first.
    pub by_day: Vec<(u64, u64)>,
    /// Some of them, spread over all, newest first.
    pub samples: Vec<BacktestSample>,
}

/// Events by what is known of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Labelled {
    /// Said to be the owner's.
    pub good: u64,
    /// Said to be a takeover.
    pub bad: u64,
    /// Of which nobody said anything.
    pub unknown: u64,
}

impl Labelled {
    /// Counts one.
    pub fn add(&mut self, is_bad: Option<bool>) {
        match is_bad {
            Some(true) => self.bad += 1,
            Some(false) => self.good += 1,
            None => self.unknown += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub const fn n(self) -> u64 {
        self.good + self.bad + self.unknown
    }
}

/// One event that was matched.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestSample {
    /// Which.
    pub event: EventId,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whose.
    pub account: Option<AccountId>,
    /// What was done.
    pub action: Action,
    /// Whether it is said to be a takeover; None if nobody said anything.
    pub is_bad: Option<bool>,
    /// The verdict and the score without the rules.
    pub before: (Verdict, RiskScore),
    /// The same with them.
    pub after: (Verdict, RiskScore),
}

/// A backtest that runs by itself, or did.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestJob {
    /// Which.
    pub id: EventId,
    /// How far it is.
    pub state: BacktestState,
}

/// How far a backtest is.
#[derive(Debug, Clone, PartialEq)]
pub enum BacktestState {
    /// So many percent of the ledger were gone over.
    Running(u8),
    /// It has ended.
    Done(Box<Backtest>),
    /// It was told to stop.
    Cancelled,
    /// The store failed it.
    Failed,
}
