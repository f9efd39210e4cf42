//! What is remembered as bad: an intruder's devices and addresses, and reports that are still open.

use rightful_domain::{Facts, Family, Profile, Tag};

use super::{Slot, days, flag_slot, number_slot};

/// What is remembered as bad.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Reputation {
    /// Whether the device was an intruder's, and has not been let through on the account since it was reclaimed.
    pub(crate) device_bad: Option<bool>,
    /// The same of the address.
    pub(crate) address_bad: Option<bool>,
    /// Whether a takeover of the account is reported and the account not reclaimed.
    pub(crate) account_reported: Option<bool>,
    /// Since when; None if none is.
    pub(crate) account_reported_days: Option<f64>,
    /// Since the account was last reclaimed; None if it never was.
    pub(crate) account_reclaimed_days: Option<f64>,
}

pub(super) fn derive(facts: &Facts) -> Reputation {
    let history = &facts.history;
    let account = history.account.as_ref().map(|account| account.profile.as_ref());
    let device = history.device.as_ref().map(|device| device.profile.as_ref());
    let address = history.address.as_ref().map(|address| address.profile.as_ref());
    let standing = account.map(|profile| &profile.standing);
    let age = |since| days(facts.event.at.since(since));
    Reputation {
        device_bad: bad(account, device, Family::Device, history.device_tag),
        address_bad: bad(account, address, Family::Address, history.address_tag),
        account_reported: standing.map(|standing| standing.reported_at.is_some()),
        account_reported_days: standing.and_then(|standing| standing.reported_at).map(age),
        account_reclaimed_days: standing.and_then(|standing| standing.reclaimed_at).map(age),
    }
}

/// Whether a thing is remembered as bad, by the account or of itself; None when nothing can be known of it.
fn bad(account: Option<&Profile>, itself: Option<&Profile>, family: Family, tag: Option<Tag>) -> Option<bool> {
    let tag = tag?;
    let of_itself = itself.map(|profile| profile.is_bad(family, tag));
    let on_account = account.map(|profile| profile.is_bad(family, tag) && !passed_since_reclaim(profile, family, tag));
    of_itself.into_iter().chain(on_account).reduce(|one, other| one || other)
}

// After a reclaim the owner may prove that a device (a family's, a reset one) is theirs after all.
pub(super) fn passed_since_reclaim(account: &Profile, family: Family, tag: Tag) -> bool {
    let reclaimed_at = account.standing.reclaimed_at;
    account.fact(family, tag).zip(reclaimed_at).is_some_and(|(fact, reclaimed)| fact.last_at > reclaimed)
}

pub(super) const SLOTS: &[Slot<Reputation>] = &[
    Slot { name: "device_bad", read: |r| flag_slot(r.device_bad) },
    Slot { name: "address_bad", read: |r| flag_slot(r.address_bad) },
    Slot { name: "account_reported", read: |r| flag_slot(r.account_reported) },
    Slot { name: "account_reported_days", read: |r| number_slot(r.account_reported_days) },
    Slot { name: "account_reclaimed_days", read: |r| number_slot(r.account_reclaimed_days) },
];
