//! How well the account knows whom it has before it, by what they come with; and whether money leaves.
//!
//! What was let through once, and unasked, is a stranger's that nobody has stopped. So it neither calms nor vouches until it
//! has grown old without a report, or somebody has proved with it to be the owner; see [`rightful_domain::Acquaintance`].

use std::time::Duration;

use rightful_domain::{
    Acquaintance as Known, Action, FACTS_MAX, Facts, Family, Level, PaymentDirection, Profile, Tag, Timestamp,
};

use super::{Slot, flag_slot};

/// How well the account knows whom it has before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Acquaintance {
    /// The device; None when the event names none, or no account.
    pub(crate) device: Option<Known>,
    /// The address; None when the event names none, or no account.
    pub(crate) address: Option<Known>,
    /// Whether the account knew the device well already when a contact or a factor was last changed; None without a device,
    /// or without such a change.
    pub(crate) device_before_change: Option<bool>,
    /// What speaks against a device that is known by a proof alone, where money leaves.
    pub(crate) by_proof: ByProof,
    /// Whether the account comes with another device most of the time, so that a new one says nothing.
    pub(crate) changes_devices: bool,
    /// Whether money leaves the account to somebody.
    pub(crate) pays_out: bool,
    /// Whether it leaves to where the means of payment is: the account's money is taken out.
    pub(crate) withdraws: bool,
}

/// What speaks against a device that is known by a proof alone, which its owner may have been talked out of. Looked for
/// where money leaves; else nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ByProof {
    /// A proof was all that made it known when a contact or a factor was last changed.
    pub(crate) changed_access: bool,
    /// The same, and a proof still is all.
    pub(crate) is_new: bool,
    /// A proof still is all, it has never been anywhere but with this provider, and nobody else of the account ever was.
    pub(crate) brought_its_place: bool,
}

impl Acquaintance {
    /// Whether the account has been let through with this lately and unasked, and not before: by the device; by the
    /// address, where no device is named.
    pub(crate) fn is_young(self) -> bool {
        self.device.or(self.address) == Some(Known::Young)
    }

    /// The same, or never at all.
    pub(crate) fn is_newcomer(self) -> bool {
        self.device.or(self.address).is_some_and(|known| known < Known::Known)
    }

    /// Whether the address is young, and nothing else vouches for it.
    pub(crate) fn is_address_young(self) -> bool {
        self.address == Some(Known::Young) && self.device != Some(Known::Known)
    }
}

/// `youth` is for how long what was let through without a proof is young. A device that may be a copy is young as well, and
/// vouches for nobody.
pub(super) fn derive(facts: &Facts, youth: Duration, may_be_copied: bool) -> Acquaintance {
    let (event, history) = (&facts.event, &facts.history);
    let account = history.account_profile();
    let knows = |family, tag: Option<Tag>| Some(account?.acquaintance(family, tag?, event.at, youth));
    let direction = event.payment.as_ref().and_then(|payment| payment.direction);
    let withdraws = event.action == Action::Withdraw;
    let pays_out = (withdraws || event.action == Action::Transaction) && direction != Some(PaymentDirection::In);
    let most = if may_be_copied { Known::Young } else { Known::Known };
    Acquaintance {
        device: knows(Family::Device, history.device_tag).map(|known| known.min(most)),
        address: knows(Family::Address, history.address_tag),
        device_before_change: account
            .zip(history.device_tag)
            .and_then(|(profile, device)| before_change(profile, device, youth)),
        by_proof: if pays_out { by_proof(facts, youth) } else { ByProof::default() },
        changes_devices: account.is_some_and(|profile| changes_devices(profile, event.at, youth)),
        pays_out,
        withdraws: withdraws && direction != Some(PaymentDirection::In),
    }
}

fn by_proof(facts: &Facts, youth: Duration) -> ByProof {
    let history = &facts.history;
    let Some((account, device)) = history.account_profile().zip(history.device_tag) else { return ByProof::default() };
    let was_new = |at| account.knows_by_proof_alone(Family::Device, device, at, youth);
    let changed_access = account.standing.contact_changed_at.is_some_and(was_new);
    let is_new = was_new(facts.event.at);
    ByProof { changed_access, is_new: changed_access && is_new, brought_its_place: is_new && brought_its_place(facts) }
}

/// All that the account knows of a device is with one provider, and all of that provider is of the device.
fn brought_its_place(facts: &Facts) -> bool {
    /// Weights of the same logins are added up in another order.
    const ROUNDING: f32 = 0.01;
    let Some(account) = facts.history.account_profile() else { return false };
    let weight_of = |level| {
        let tag = facts.history.circumstances.tag(level)?;
        Some(account.habits.weight_of(level, tag).unwrap_or(0.0))
    };
    let both = weight_of(Level::Asn).zip(weight_of(Level::Device));
    both.is_some_and(|(provider, device)| (provider - device).abs() <= ROUNDING * device)
}

/// A device that is known for every other event, or fewer. Those that are young do not count: who comes unasked cannot make
/// a habit of it for the owner.
fn changes_devices(profile: &Profile, at: Timestamp, youth: Duration) -> bool {
    /// A phone and a computer are no habit of changing.
    const DEVICES_MIN: usize = 3;
    /// Of the few that are remembered at all, so many are a habit whatever else was done.
    const DEVICES_ENOUGH: usize = FACTS_MAX / 2;
    let is_known = |tag| profile.acquaintance(Family::Device, tag, at, youth) == Known::Known;
    let n_known = profile.facts(Family::Device).iter().filter(|fact| is_known(fact.tag)).count();
    let is_usual = u64::try_from(n_known).is_ok_and(|n_known| n_known * 2 > u64::from(profile.n_learned));
    n_known >= DEVICES_MIN && (is_usual || n_known >= DEVICES_ENOUGH)
}

fn before_change(profile: &Profile, device: Tag, youth: Duration) -> Option<bool> {
    let changed = profile.standing.contact_changed_at?;
    let was_there = profile.fact(Family::Device, device).is_some_and(|fact| fact.first_at < changed);
    Some(was_there && profile.acquaintance(Family::Device, device, changed, youth) == Known::Known)
}

pub(super) const SLOTS: &[Slot<Acquaintance>] =
    &[Slot { name: "device_young", read: |a| flag_slot(a.device.map(|device| device == Known::Young)) }];
