//! What the account has seen before: this device, this address, this kind of device.
//!
//! Seen means learned: on an event that was let through, was not reported, and is not in quarantine.

use rightful_domain::{Facts, Family, Profile, Tag};

use super::{Slot, count_slot, count_u32, days, flag_slot, number_slot};

/// What the account has seen before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Novelty {
    /// Whether the account knows the device; None when either is not named.
    pub(crate) device_known: Option<bool>,
    /// How often the account was let through on the device: 0 if never.
    pub(crate) device_familiarity: Option<u32>,
    /// Since when the account knows the device; None if it does not.
    pub(crate) device_age_days: Option<f64>,
    /// Whether an event of the account on this device waits in quarantine.
    pub(crate) device_held: Option<bool>,
    /// Whether the account knows the address; None when either is not named.
    pub(crate) address_known: Option<bool>,
    /// How often the account was let through at the address: 0 if never.
    pub(crate) address_familiarity: Option<u32>,
    /// Since when the account knows the address; None if it does not.
    pub(crate) address_age_days: Option<f64>,
    /// Whether the account knows this model or platform; None when either is not named.
    pub(crate) model_known: Option<bool>,
    /// How many devices the account knows.
    pub(crate) account_devices_known: Option<u32>,
    /// How many addresses the account knows.
    pub(crate) account_addresses_known: Option<u32>,
}

struct Seen {
    n: u32,
    age_days: Option<f64>,
}

fn seen(facts: &Facts, account: Option<&Profile>, family: Family, tag: Option<Tag>) -> Option<Seen> {
    let fact = account?.fact(family, tag?);
    Some(Seen {
        n: fact.map_or(0, |fact| fact.n),
        age_days: fact.map(|fact| days(facts.event.at.since(fact.first_at))),
    })
}

pub(super) fn derive(facts: &Facts) -> Novelty {
    let history = &facts.history;
    let account = history.account.as_ref().map(|account| account.profile.as_ref());
    let device = seen(facts, account, Family::Device, history.device_tag);
    let address = seen(facts, account, Family::Address, history.address_tag);
    let model = seen(facts, account, Family::Model, history.model_tag);
    let n_known = |family| account.map(|profile| count_u32(profile.facts(family).len()));
    Novelty {
        device_known: device.as_ref().map(|device| device.n > 0),
        device_familiarity: device.as_ref().map(|device| device.n),
        device_age_days: device.as_ref().and_then(|device| device.age_days),
        device_held: account
            .zip(history.device_tag)
            .map(|(profile, device)| profile.held.iter().any(|held| held.lesson.device == Some(device))),
        address_known: address.as_ref().map(|address| address.n > 0),
        address_familiarity: address.as_ref().map(|address| address.n),
        address_age_days: address.as_ref().and_then(|address| address.age_days),
        model_known: model.map(|model| model.n > 0),
        account_devices_known: n_known(Family::Device),
        account_addresses_known: n_known(Family::Address),
    }
}

pub(super) const SLOTS: &[Slot<Novelty>] = &[
    Slot { name: "device_known", read: |n| flag_slot(n.device_known) },
    Slot { name: "device_familiarity", read: |n| count_slot(n.device_familiarity) },
    Slot { name: "device_age_days", read: |n| number_slot(n.device_age_days) },
    Slot { name: "device_held", read: |n| flag_slot(n.device_held) },
    Slot { name: "address_known", read: |n| flag_slot(n.address_known) },
    Slot { name: "address_familiarity", read: |n| count_slot(n.address_familiarity) },
    Slot { name: "address_age_days", read: |n| number_slot(n.address_age_days) },
    Slot { name: "model_known", read: |n| flag_slot(n.model_known) },
    Slot { name: "account_devices_known", read: |n| count_slot(n.account_devices_known) },
    Slot { name: "account_addresses_known", read: |n| count_slot(n.account_addresses_known) },
];
