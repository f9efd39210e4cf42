//! The scales of a policy's numbers: ranges in types, and weights that grow with what was seen.

use std::fmt;

use serde::Deserialize;

/// A number from `MIN` to `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Within<const MIN: u32, const MAX: u32>(f64);

impl<const MIN: u32, const MAX: u32> Within<MIN, MAX> {
    pub(crate) const fn get(self) -> f64 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<f64> for Within<MIN, MAX> {
    type Error = NotWithin;

    fn try_from(value: f64) -> Result<Self, NotWithin> {
        // False for what is not a number.
        let is_within = value >= f64::from(MIN) && value <= f64::from(MAX);
        if is_within { Ok(Self(value)) } else { Err(NotWithin { min: MIN, max: MAX }) }
    }
}

/// A number outside its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotWithin {
    min: u32,
    max: u32,
}

impl fmt::Display for NotWithin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be from {} to {}", self.min, self.max)
    }
}

impl std::error::Error for NotWithin {}

/// A weight without its sign, in nats; ten are odds of 22 000 to one.
pub(crate) type Nats = Within<0, 10>;
/// A part of something.
pub(crate) type Fraction = Within<0, 1>;
/// A multiple of something.
pub(crate) type Factor = Within<1, 1_000>;
/// A count above which something is unusual; windows count exactly up to 10 000 (see [`rightful_domain::MARKS_MAX`]).
pub(crate) type Limit = Within<1, 10_000>;
/// A span in days; ten years at most. At least one, so that it can divide.
pub(crate) type Days = Within<1, 3_650>;
/// A span in hours; a year at most.
pub(crate) type Hours = Within<0, 8_760>;
/// A span in minutes; a day at most.
pub(crate) type Minutes = Within<0, 1_440>;
/// A span in ms; a minute at most.
pub(crate) type Milliseconds = Within<0, 60_000>;
/// A distance in km; half the Earth's circumference at most.
pub(crate) type Km = Within<0, 20_040>;
/// A speed in km/h.
pub(crate) type Speed = Within<1, 100_000>;
/// Points of the score.
pub(crate) type Points = Within<0, 100>;

/// A share of events, or none at all.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Share(f64);

impl Share {
    pub(crate) const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = &'static str;

    fn try_from(value: f64) -> Result<Self, &'static str> {
        // The ends of `rightful_domain::BUDGET_SHARES`. False for what is not a number.
        let is_share = value == 0.0 || (0.001..=0.1).contains(&value);
        if is_share { Ok(Self(value)) } else { Err("must be from 0.001 to 0.1, or 0 for off") }
    }
}

/// A weight that grows with each doubling of what was seen, up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Growing {
    nats: Nats,
    per_doubling: Nats,
    max: Nats,
}

impl Growing {
    /// The weight of a ratio of at least 1: `nats` at 1, `per_doubling` more for each doubling, at most `max`.
    pub(crate) fn of_ratio(self, ratio: f64) -> f64 {
        (self.nats.get() + self.per_doubling.get() * ratio.max(1.0).log2()).min(self.max.get())
    }

    pub(super) fn is_ordered(self) -> bool {
        self.nats <= self.max
    }
}

/// A weight that follows a surprise, between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tempered {
    per_nat: Fraction,
    min: Nats,
    max: Nats,
}

impl Tempered {
    /// The weight of a surprise in nats.
    pub(crate) fn of_surprise(self, surprise: f64) -> f64 {
        (self.per_nat.get() * surprise).max(self.min.get()).min(self.max.get())
    }

    pub(super) fn is_ordered(self) -> bool {
        self.min <= self.max
    }
}
