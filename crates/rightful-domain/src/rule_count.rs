//! What rules did on a day, counted.

use std::collections::BTreeMap;

use crate::{Timestamp, Verdict};

/// Days for which counts are kept.
pub const RULE_COUNT_DAYS: u32 = 90;
/// The most rules, in all their versions, that are counted for one application and day; further ones are not.
pub const RULES_COUNTED_MAX: usize = 2_000;

const MICROS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// A day in UTC: days since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u32);

impl Day {
    /// The day of a moment; the first day for what was before.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(u32::try_from(at.as_micros().div_euclid(MICROS_PER_DAY)).unwrap_or(0))
    }

    /// Its first moment.
    #[must_use]
    pub fn begin(self) -> Timestamp {
        Timestamp::from_micros(i64::from(self.0) * MICROS_PER_DAY)
    }

    /// So many days before; the first day for what would be before.
    #[must_use]
    pub const fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

/// Which counts: one version of one rule on one day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleCounted {
    /// The day.
    pub day: Day,
    /// The rule, by its name.
    pub rule: Box<str>,
    /// Its version.
    pub version: u32,
}

/// What one version of a rule did. The default is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleCounts {
    /// Events that it was about while it was in effect or in shadow: it was asked, unless a rule before it ended the asking.
    pub asked: u64,
    /// Those that it matched, in whatever mode.
    pub matched: u64,
    /// Those of them where it was in shadow.
    pub shadow: u64,
    /// Those of them where it was snoozed for the account.
    pub snoozed: u64,
    /// From which verdict to which it changed events, or would have, had it been active and alone.
    pub changed: BTreeMap<(Verdict, Verdict), u64>,
    /// Matched events that were labelled since: the owner's. Below 0 where a label is taken back that another day counted.
    pub good: i64,
    /// Matched events that were labelled since: a takeover.
    pub bad: i64,
}

impl RuleCounts {
    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        let Self { asked, matched, shadow, snoozed, changed, good, bad } = other;
        for (sum, n) in [
            (&mut self.asked, asked),
            (&mut self.matched, matched),
            (&mut self.shadow, shadow),
            (&mut self.snoozed, snoozed),
        ] {
            *sum = sum.saturating_add(*n);
        }
        self.good = self.good.saturating_add(*good);
        self.bad = self.bad.saturating_add(*bad);
        for (change, n) in changed {
            let sum = self.changed.entry(*change).or_default();
            *sum = sum.saturating_add(*n);
        }
    }
}
