//! How long things have been known, and how much was learned of them.

use rightful_domain::{Facts, Profile, Remembered, Timestamp};

use super::{Slot, count_slot, days, number_slot};

/// How long things have been known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Tenure {
    /// Events the account has learned from; None when the event names no account.
    pub(crate) account_history: Option<u32>,
    /// Since the first of them; None if there is none.
    pub(crate) account_age_days: Option<f64>,
    /// Since the last of them; None if there is none.
    pub(crate) account_idle_days: Option<f64>,
    /// Since a contact or a factor of the account was last changed; None if it never was.
    pub(crate) account_contact_age_days: Option<f64>,
    /// Events the device has learned from, on any account; None when the event names no device.
    pub(crate) device_history: Option<u32>,
    /// Since the first of them; None if there is none.
    pub(crate) device_life_days: Option<f64>,
    /// Events the address has learned from, on any account; None when the event names no address.
    pub(crate) address_history: Option<u32>,
    /// Since the first of them; None if there is none.
    pub(crate) address_life_days: Option<f64>,
}

pub(super) fn derive(facts: &Facts) -> Tenure {
    fn profile(remembered: &Option<Remembered>) -> Option<&Profile> {
        remembered.as_ref().map(|remembered| remembered.profile.as_ref())
    }
    let age = |since: Option<Timestamp>| since.map(|since| days(facts.event.at.since(since)));
    let account = profile(&facts.history.account);
    let device = profile(&facts.history.device);
    let address = profile(&facts.history.address);
    Tenure {
        account_history: account.map(|profile| profile.n_learned),
        account_age_days: account.and_then(|profile| age(profile.first_at)),
        account_idle_days: account.and_then(|profile| age(profile.last_at)),
        account_contact_age_days: account.and_then(|profile| age(profile.standing.contact_changed_at)),
        device_history: device.map(|profile| profile.n_learned),
        device_life_days: device.and_then(|profile| age(profile.first_at)),
        address_history: address.map(|profile| profile.n_learned),
        address_life_days: address.and_then(|profile| age(profile.first_at)),
    }
}

pub(super) const SLOTS: &[Slot<Tenure>] = &[
    Slot { name: "account_history", read: |t| count_slot(t.account_history) },
    Slot { name: "account_age_days", read: |t| number_slot(t.account_age_days) },
    Slot { name: "account_idle_days", read: |t| number_slot(t.account_idle_days) },
    Slot { name: "account_contact_age_days", read: |t| number_slot(t.account_contact_age_days) },
    Slot { name: "device_history", read: |t| count_slot(t.device_history) },
    Slot { name: "device_life_days", read: |t| number_slot(t.device_life_days) },
    Slot { name: "address_history", read: |t| count_slot(t.address_history) },
    Slot { name: "address_life_days", read: |t| number_slot(t.address_life_days) },
];
