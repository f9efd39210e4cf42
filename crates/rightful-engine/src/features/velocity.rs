//! How fast things come: attempts and failures of the account, the device and the address in five spans.
//!
//! Every count includes the attempt that is judged, so parallel attempts each see a different one.

use rightful_domain::{History, Remembered, Span, SpanTally, Tally};

use super::{Slot, count_slot, flag_slot, number_slot};

/// The days of the week's window before the last 24 h, in hours.
const EARLIER_HOURS: f64 = 6.0 * 24.0;

/// How fast things come.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Velocity {
    /// Of the account; None when the event names none.
    pub(crate) account: Option<Tally>,
    /// Of the device; None when the event names none.
    pub(crate) device: Option<Tally>,
    /// Of the address; None when the event names none.
    pub(crate) address: Option<Tally>,
    /// What the account does in an hour by itself: its attempts of the six days before the last 24 h that are not known
    /// to have failed, per hour. What fails is left out, so that guessing passwords does not make guessing usual.
    pub(crate) account_usual_1h: Option<f64>,
}

pub(super) fn derive(history: &History) -> Velocity {
    let tally = |remembered: &Option<Remembered>| remembered.as_ref().map(|remembered| remembered.tally);
    let account = tally(&history.account);
    Velocity {
        account,
        device: tally(&history.device),
        address: tally(&history.address),
        account_usual_1h: account.map(|tally| usual_1h(&tally)),
    }
}

fn usual_1h(tally: &Tally) -> f64 {
    let let_through = |span: Span| {
        let counted = tally.span(span);
        counted.attempts.saturating_sub(counted.failures)
    };
    f64::from(let_through(Span::Week).saturating_sub(let_through(Span::Day))) / EARLIER_HOURS
}

fn of(tally: Option<Tally>, span: Span, read: fn(SpanTally) -> u32) -> f32 {
    count_slot(tally.map(|tally| read(tally.span(span))))
}

fn attempts(tally: Option<Tally>, span: Span) -> f32 {
    of(tally, span, |counted| counted.attempts)
}

fn failures(tally: Option<Tally>, span: Span) -> f32 {
    of(tally, span, |counted| counted.failures)
}

fn saturated(tally: Option<Tally>) -> f32 {
    flag_slot(tally.map(|tally| tally.span(Span::Week).saturated))
}

pub(super) const SLOTS: &[Slot<Velocity>] = &[
    Slot { name: "account_attempts_60s", read: |v| attempts(v.account, Span::Minute) },
    Slot { name: "account_attempts_10min", read: |v| attempts(v.account, Span::TenMinutes) },
    Slot { name: "account_attempts_1h", read: |v| attempts(v.account, Span::Hour) },
    Slot { name: "account_attempts_24h", read: |v| attempts(v.account, Span::Day) },
    Slot { name: "account_attempts_7d", read: |v| attempts(v.account, Span::Week) },
    Slot { name: "account_failures_60s", read: |v| failures(v.account, Span::Minute) },
    Slot { name: "account_failures_10min", read: |v| failures(v.account, Span::TenMinutes) },
    Slot { name: "account_failures_1h", read: |v| failures(v.account, Span::Hour) },
    Slot { name: "account_failures_24h", read: |v| failures(v.account, Span::Day) },
    Slot { name: "account_failures_7d", read: |v| failures(v.account, Span::Week) },
    Slot { name: "device_attempts_60s", read: |v| attempts(v.device, Span::Minute) },
    Slot { name: "device_attempts_10min", read: |v| attempts(v.device, Span::TenMinutes) },
    Slot { name: "device_attempts_1h", read: |v| attempts(v.device, Span::Hour) },
    Slot { name: "device_attempts_24h", read: |v| attempts(v.device, Span::Day) },
    Slot { name: "device_attempts_7d", read: |v| attempts(v.device, Span::Week) },
    Slot { name: "device_failures_60s", read: |v| failures(v.device, Span::Minute) },
    Slot { name: "device_failures_10min", read: |v| failures(v.device, Span::TenMinutes) },
    Slot { name: "device_failures_1h", read: |v| failures(v.device, Span::Hour) },
    Slot { name: "device_failures_24h", read: |v| failures(v.device, Span::Day) },
    Slot { name: "device_failures_7d", read: |v| failures(v.device, Span::Week) },
    Slot { name: "address_attempts_60s", read: |v| attempts(v.address, Span::Minute) },
    Slot { name: "address_attempts_10min", read: |v| attempts(v.address, Span::TenMinutes) },
    Slot { name: "address_attempts_1h", read: |v| attempts(v.address, Span::Hour) },
    Slot { name: "address_attempts_24h", read: |v| attempts(v.address, Span::Day) },
    Slot { name: "address_attempts_7d", read: |v| attempts(v.address, Span::Week) },
    Slot { name: "address_failures_60s", read: |v| failures(v.address, Span::Minute) },
    Slot { name: "address_failures_10min", read: |v| failures(v.address, Span::TenMinutes) },
    Slot { name: "address_failures_1h", read: |v| failures(v.address, Span::Hour) },
    Slot { name: "address_failures_24h", read: |v| failures(v.address, Span::Day) },
    Slot { name: "address_failures_7d", read: |v| failures(v.address, Span::Week) },
    Slot { name: "account_saturated", read: |v| saturated(v.account) },
    Slot { name: "device_saturated", read: |v| saturated(v.device) },
    Slot { name: "address_saturated", read: |v| saturated(v.address) },
    Slot { name: "account_usual_1h", read: |v| number_slot(v.account_usual_1h) },
];
