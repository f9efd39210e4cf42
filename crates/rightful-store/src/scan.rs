//! What is gone over when many entries are looked at again: a span of time, as the ledger was at one moment, in parts that
//! can be gone over side by side.

use std::ops::{ControlFlow, RangeInclusive};

use rightful_domain::{ApplicationId, Record, Timestamp};

/// Which entries, and how much of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The tenant.
    pub application: ApplicationId,
    /// Received at or after this.
    pub from: Timestamp,
    /// Received before this.
    pub to: Timestamp,
    /// Where in the ledger, and as of when.
    pub extent: Extent,
    /// How much of each.
    pub depth: ScanDepth,
}

/// How much of an entry is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScanDepth {
    /// What was judged and on what grounds. Left out are people's data, which is sealed; the evidence of findings; the
    /// device's components; and what a change changed from and to.
    Judgement,
    /// All that was said, but what a change changed from.
    Whole,
}

/// A run of places in the ledger, as it was at one moment: what was said of its entries later is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    first: u64,
    last: u64,
    as_of: u64,
}

impl Extent {
    /// The places from `first` to `last`, as the ledger was when `as_of` was its last. Empty if `first` is above `last`.
    #[must_use]
    pub const fn new(first: u64, last: u64, as_of: u64) -> Self {
        Self { first, last, as_of }
    }

    /// The places.
    #[must_use]
    pub const fn rows(self) -> RangeInclusive<u64> {
        self.first..=self.last
    }

    /// The last place that is known of.
    #[must_use]
    pub const fn as_of(self) -> u64 {
        self.as_of
    }

    /// How many places there are. Not all of them are entries of one application.
    #[must_use]
    pub const fn n_rows(self) -> u64 {
        (self.last + 1).saturating_sub(self.first)
    }

    /// The n-th part, from 0, if each has so many places; None beyond the last.
    #[must_use]
    pub fn part(self, n: u64, rows_max: u64) -> Option<Self> {
        let first = self.first.checked_add(n.checked_mul(rows_max)?)?;
        let last = first.saturating_add(rows_max.saturating_sub(1)).min(self.last);
        (first <= last).then_some(Self { first, last, as_of: self.as_of })
    }
}

/// Looks at one entry and says whether to go on. Called on a thread that may be held up.
pub type Visit = Box<dyn FnMut(Record) -> ControlFlow<()> + Send>;
