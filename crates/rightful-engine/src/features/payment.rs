//! Whom money goes to and what it is paid with, as far as the account and the device have seen it.

use rightful_domain::{Facts, Family, Profile, Span, Tag};

use super::{Slot, count_slot, count_u32, days, flag_slot, number_slot};

/// What is known of one side of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Dealing {
    /// How many the account has dealt with before; None when the event names none, or no account.
    pub(crate) n_known: Option<u32>,
    /// Since the account last dealt with this one; None if it never has.
    pub(crate) idle_days: Option<f64>,
}

/// Money, as the account has moved it before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Payment {
    /// Whom it goes to.
    pub(crate) payee: Dealing,
    /// What it is paid with.
    pub(crate) method: Dealing,
    /// Different payees on the device in 24 h, this one included, on whatever accounts; None when the event names no
    /// device or no payee.
    pub(crate) device_payees_24h: Option<u32>,
    /// Whether the number of what it is paid with passes its own checksum; None where it has none.
    pub(crate) method_valid: Option<bool>,
    /// The same of whom it goes to.
    pub(crate) payee_valid: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Payment {
    let history = &facts.history;
    let account = history.account_profile();
    let device = history.device.as_ref().map(|device| &*device.profile);
    let paid = facts.event.payment.as_ref();
    Payment {
        method_valid: paid.and_then(|paid| paid.method_valid),
        payee_valid: paid.and_then(|paid| paid.payee_valid),
        payee: dealing(facts, account, Family::Payee, history.payee_tag),
        method: dealing(facts, account, Family::PaymentMethod, history.payment_method_tag),
        device_payees_24h: device.zip(history.payee_tag).map(|(device, payee)| payees_24h(facts, device, payee)),
    }
}

fn dealing(facts: &Facts, account: Option<&Profile>, family: Family, tag: Option<Tag>) -> Dealing {
    let Some((account, tag)) = account.zip(tag) else { return Dealing::default() };
    Dealing {
        n_known: Some(count_u32(account.facts(family).len())),
        idle_days: account.fact(family, tag).map(|fact| days(facts.event.at.since(fact.last_at))),
    }
}

fn payees_24h(facts: &Facts, device: &Profile, payee: Tag) -> u32 {
    let yesterday = facts.event.at.minus(Span::Day.duration());
    let lately = device.facts(Family::Payee).iter().filter(|fact| fact.last_at > yesterday && fact.tag != payee);
    count_u32(lately.count()).saturating_add(1)
}

pub(super) const SLOTS: &[Slot<Payment>] = &[
    Slot { name: "payees_known", read: |p| count_slot(p.payee.n_known) },
    Slot { name: "payee_idle_days", read: |p| number_slot(p.payee.idle_days) },
    Slot { name: "payment_methods_known", read: |p| count_slot(p.method.n_known) },
    Slot { name: "payment_method_idle_days", read: |p| number_slot(p.method.idle_days) },
    Slot { name: "device_payees_24h", read: |p| count_slot(p.device_payees_24h) },
];

/// Slots of schema 5.
pub(super) const CHECK_SLOTS: &[Slot<Payment>] = &[
    Slot { name: "payment_method_valid", read: |p| flag_slot(p.method_valid) },
    Slot { name: "payee_valid", read: |p| flag_slot(p.payee_valid) },
];
