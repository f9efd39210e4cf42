//! Where the account stands, and how old what is said against its device and its address is.

use rightful_domain::{Facts, Family, Profile, Remembered, Tag, Timestamp};

use super::reputation::passed_since_reclaim;
use super::{Slot, count_slot, count_u32, days, flag_slot, number_slot};

/// Where the account stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Standing {
    /// Whether a contact or a factor was last changed by somebody that the account did not know; None when the event
    /// names no account.
    pub(crate) contact_changed_by_stranger: Option<bool>,
    /// Since somebody last proved to be the owner; None if nobody has.
    pub(crate) proved_days: Option<f64>,
    /// Challenges that were failed or ignored in 10 min, with the event's own; None when the event names no account.
    pub(crate) refused_10min: Option<u32>,
    /// Since the device was said to be an intruder's on this account, or on its own record; None if it was not.
    pub(crate) device_bad_days: Option<f64>,
    /// Since an event on the device, of any account, was said to be a takeover; None if none was, or the account was let
    /// through on it since.
    pub(crate) device_labelled_days: Option<f64>,
    /// The same of the address.
    pub(crate) address_bad_days: Option<f64>,
    /// The same of the address.
    pub(crate) address_labelled_days: Option<f64>,
}

pub(super) fn derive(facts: &Facts) -> Standing {
    let history = &facts.history;
    let account = history.account_profile();
    let standing = account.map(|profile| &profile.standing);
    let age = |since: Option<Timestamp>| since.map(|since| days(facts.event.at.since(since)));
    let device = Subject { family: Family::Device, tag: history.device_tag, itself: profile(&history.device) };
    let address = Subject { family: Family::Address, tag: history.address_tag, itself: profile(&history.address) };
    Standing {
        contact_changed_by_stranger: standing.map(|standing| standing.contact_changed_by_stranger),
        proved_days: age(standing.and_then(|standing| standing.proved_at)),
        refused_10min: standing.map(|standing| refused_lately(standing, facts)),
        device_bad_days: age(device.bad_at(account)),
        device_labelled_days: age(device.labelled_at(account)),
        address_bad_days: age(address.bad_at(account)),
        address_labelled_days: age(address.labelled_at(account)),
    }
}

fn profile(remembered: &Option<Remembered>) -> Option<&Profile> {
    remembered.as_ref().map(|remembered| remembered.profile.as_ref())
}

/// With the event's own, which is remembered already where it is judged again.
fn refused_lately(standing: &rightful_domain::Standing, facts: &Facts) -> u32 {
    let is_own = facts.event.refuses_challenge() && !standing.refused_at.contains(&facts.event.at);
    count_u32(standing.refused_lately(facts.now)).saturating_add(u32::from(is_own))
}

/// A device or an address, and what is remembered of it beside the account.
struct Subject<'a> {
    family: Family,
    tag: Option<Tag>,
    itself: Option<&'a Profile>,
}

impl Subject<'_> {
    /// When it was last said to be an intruder's.
    fn bad_at(&self, account: Option<&Profile>) -> Option<Timestamp> {
        let tag = self.tag?;
        let on_account = account.filter(|account| !passed_since_reclaim(account, self.family, tag));
        let remembered = [self.itself, on_account].into_iter().flatten();
        remembered.filter_map(|profile| profile.bad(self.family, tag)).map(|bad| bad.at).max()
    }

    /// When an event with it was last said to be a takeover, unless the account was let through with it since.
    fn labelled_at(&self, account: Option<&Profile>) -> Option<Timestamp> {
        let labelled = self.itself?.standing.labelled_at?;
        let fact = account.zip(self.tag).and_then(|(account, tag)| account.fact(self.family, tag));
        fact.is_none_or(|fact| fact.last_at <= labelled).then_some(labelled)
    }
}

pub(super) const SLOTS: &[Slot<Standing>] = &[
    Slot { name: "contact_changed_by_stranger", read: |s| flag_slot(s.contact_changed_by_stranger) },
    Slot { name: "proved_days", read: |s| number_slot(s.proved_days) },
    Slot { name: "refused_10min", read: |s| count_slot(s.refused_10min) },
    Slot { name: "device_bad_days", read: |s| number_slot(s.device_bad_days) },
    Slot { name: "device_labelled_days", read: |s| number_slot(s.device_labelled_days) },
    Slot { name: "address_bad_days", read: |s| number_slot(s.address_bad_days) },
    Slot { name: "address_labelled_days", read: |s| number_slot(s.address_labelled_days) },
];
