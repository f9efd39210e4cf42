//! Aggregates: what rules count and add up over earlier events, as people write it:
//! `events.withdraw.byPayee.out.excludeCurrent.lastDays(7).sum(payment.amount)`.
//!
//! An aggregate is kept only where a rule asks for it. It is counted forward with each event, and backwards, from the
//! ledger, when a rule that asks for it is published.

use crate::{Action, PaymentDirection};

/// The most aggregates that one application's rules may ask for: each is counted at every event that it is about.
pub const AGGREGATES_MAX: usize = 64;
/// The longest span, in minutes: 400 days.
pub const AGGREGATE_MINUTES_MAX: u32 = 400 * 24 * 60;

/// Which earlier events are counted, and what of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aggregate {
    /// Events that share this with the event being judged.
    pub by: AggregateKey,
    /// Only those of this action; None for all.
    pub action: Option<Action>,
    /// Only payments of this direction; None for all events.
    pub direction: Option<PaymentDirection>,
    /// Only those that ended so, as far as known when counted: `succeeded` or `failed`; None for all.
    pub succeeded: Option<bool>,
    /// Without the event being judged.
    pub excludes_current: bool,
    /// How far back, in minutes, 1 to [`AGGREGATE_MINUTES_MAX`].
    pub minutes: u32,
    /// What is made of them.
    pub measure: Measure,
}

/// What the events of an aggregate share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AggregateKey {
    /// The account.
    Account,
    /// The device.
    Device,
    /// The address (IPv6: its /64).
    Address,
    /// The payment method.
    PaymentMethod,
    /// Who is paid, or pays.
    Payee,
}

impl AggregateKey {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Account, Self::Device, Self::Address, Self::PaymentMethod, Self::Payee];

    /// As spelled in rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "byAccount",
            Self::Device => "byDevice",
            Self::Address => "byAddress",
            Self::PaymentMethod => "byPaymentMethod",
            Self::Payee => "byPayee",
        }
    }
}

/// What is made of the events of an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// How many there are.
    Count,
    /// Their amounts together, in the currency's unit; of those in the currency of the event being judged.
    Sum,
    /// How many different ones there are of these.
    Distinct(Counted),
}

/// What can be counted once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Accounts.
    Accounts,
    /// Devices.
    Devices,
    /// Addresses.
    Addresses,
    /// Countries of addresses.
    Countries,
    /// Payment methods.
    PaymentMethods,
    /// Payees.
    Payees,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Accounts, Self::Devices, Self::Addresses, Self::Countries, Self::PaymentMethods, Self::Payees];

    /// The word of rules that is counted.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "account.id",
            Self::Devices => "device.id",
            Self::Addresses => "ip.address",
            Self::Countries => "ip.country",
            Self::PaymentMethods => "payment.method_id",
            Self::Payees => "payment.payee",
        }
    }
}

impl Aggregate {
    /// Which one it is, among all that can be written: the same in every build, so that it may be stored.
    #[must_use]
    pub fn id(&self) -> AggregateId {
        AggregateId(fnv(self.to_string().as_bytes()))
    }
}

/// FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. Nobody but the writer of rules chooses what goes in.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

impl std::fmt::Display for Aggregate {
    /// As it is written in rules, in the one order of parts that is canonical, the span in the largest unit that is whole.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("events")?;
        if let Some(action) = &self.action {
            write!(f, ".{}", action.as_str())?;
        }
        write!(f, ".{}", self.by.as_str())?;
        match self.direction {
            Some(PaymentDirection::In) => f.write_str(".in")?,
            Some(PaymentDirection::Out) => f.write_str(".out")?,
            None => {}
        }
        match self.succeeded {
            Some(true) => f.write_str(".succeeded")?,
            Some(false) => f.write_str(".failed")?,
            None => {}
        }
        if self.excludes_current {
            f.write_str(".excludeCurrent")?;
        }
        const DAY: u32 = 24 * 60;
        match self.minutes {
            minutes if minutes % DAY == 0 => write!(f, ".lastDays({})", minutes / DAY)?,
            minutes if minutes % 60 == 0 => write!(f, ".lastHours({})", minutes / 60)?,
            minutes => write!(f, ".lastMinutes({minutes})")?,
        }
        match self.measure {
            Measure::Count => f.write_str(".count()"),
            Measure::Sum => f.write_str(".sum(payment.amount)"),
            Measure::Distinct(counted) => write!(f, ".distinctCount({})", counted.as_str()),
        }
    }
}

/// Which aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AggregateId(pub u64);

/// What an aggregate came to at one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AggregateValue {
    /// Which.
    pub id: AggregateId,
    /// What it came to; not a number where the event has nothing to be counted by.
    pub value: f64,
}
