//! Who else is there: distinct counterparts in 24 h, and how many of them have belonged together for longer.

use rightful_domain::{Facts, Family, Remembered, Span};

use super::{Slot, count_slot, count_u32, flag_slot};

/// The places of a mark's counterparts; see [`rightful_domain::Mark::counterparts`].
const FIRST: usize = 0;
const SECOND: usize = 1;

/// Who else is there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sharing {
    /// Devices on the account in 24 h.
    pub(crate) account_devices_24h: Option<u32>,
    /// Addresses on the account in 24 h.
    pub(crate) account_addresses_24h: Option<u32>,
    /// Accounts on the device in 24 h.
    pub(crate) device_accounts_24h: Option<u32>,
    /// Addresses of the device in 24 h.
    pub(crate) device_addresses_24h: Option<u32>,
    /// Accounts at the address in 24 h.
    pub(crate) address_accounts_24h: Option<u32>,
    /// Devices at the address in 24 h.
    pub(crate) address_devices_24h: Option<u32>,
    /// Accounts that were let through on the device before the last 24 h.
    pub(crate) device_familiar_accounts: Option<u32>,
    /// Accounts that were let through at the address before the last 24 h.
    pub(crate) address_familiar_accounts: Option<u32>,
    /// Accounts that were let through on the device before the last 24 h: a household, as opposed to whom an intruder
    /// got through today.
    pub(crate) device_household_accounts: Option<u32>,
    /// Whether this account is one of them.
    pub(crate) account_in_household: Option<bool>,
    /// Accounts at the address in the last hour.
    pub(crate) address_accounts_1h: Option<u32>,
    /// Devices at the address in the last hour.
    pub(crate) address_devices_1h: Option<u32>,
    /// Accounts that moved money from the device in 24 h, and whether they are at least so many; None where this event
    /// moves none, or names no device.
    pub(crate) device_payers_24h: Option<(u32, bool)>,
    /// The same of the address.
    pub(crate) address_payers_24h: Option<(u32, bool)>,
}

pub(super) fn derive(facts: &Facts) -> Sharing {
    let history = &facts.history;
    let distinct = |remembered: &Option<Remembered>, span: Span, place: usize| {
        let distinct = remembered.as_ref()?.tally.span(span).distinct;
        distinct.get(place).copied()
    };
    let distinct_24h = |remembered: &Option<Remembered>, place: usize| distinct(remembered, Span::Day, place);
    let before_today = facts.event.at.minus(Span::Day.duration());
    let familiar = |remembered| familiar_accounts(facts, remembered);
    let device = history.device.as_ref().map(|device| &device.profile);
    let account_in_household = device.zip(history.account_tag).map(|(profile, account)| {
        profile.fact(Family::Account, account).is_some_and(|fact| fact.first_at <= before_today)
    });
    Sharing {
        account_devices_24h: distinct_24h(&history.account, FIRST),
        account_addresses_24h: distinct_24h(&history.account, SECOND),
        device_accounts_24h: distinct_24h(&history.device, FIRST),
        device_addresses_24h: distinct_24h(&history.device, SECOND),
        address_accounts_24h: distinct_24h(&history.address, FIRST),
        address_devices_24h: distinct_24h(&history.address, SECOND),
        device_familiar_accounts: familiar(history.device.as_ref()),
        address_familiar_accounts: familiar(history.address.as_ref()),
        device_household_accounts: familiar(history.device.as_ref()),
        account_in_household,
        address_accounts_1h: distinct(&history.address, Span::Hour, FIRST),
        address_devices_1h: distinct(&history.address, Span::Hour, SECOND),
        device_payers_24h: history.device_payers.map(|crowd| (crowd.subjects, crowd.saturated)),
        address_payers_24h: history.address_payers.map(|crowd| (crowd.subjects, crowd.saturated)),
    }
}

/// Accounts that were let through there before today. Who came today may have come to raise the limits: accounts that one
/// machine registers in a row are no crowd.
pub(super) fn familiar_accounts(facts: &Facts, remembered: Option<&Remembered>) -> Option<u32> {
    let before_today = facts.event.at.minus(Span::Day.duration());
    let accounts = remembered?.profile.facts(Family::Account);
    Some(count_u32(accounts.iter().filter(|fact| fact.first_at <= before_today).count()))
}

/// Slots that came later.
pub(super) const HOUR_SLOTS: &[Slot<Sharing>] = &[
    Slot { name: "address_accounts_1h", read: |s| count_slot(s.address_accounts_1h) },
    Slot { name: "address_devices_1h", read: |s| count_slot(s.address_devices_1h) },
];

pub(super) const SLOTS: &[Slot<Sharing>] = &[
    Slot { name: "account_devices_24h", read: |s| count_slot(s.account_devices_24h) },
    Slot { name: "account_addresses_24h", read: |s| count_slot(s.account_addresses_24h) },
    Slot { name: "device_accounts_24h", read: |s| count_slot(s.device_accounts_24h) },
    Slot { name: "device_addresses_24h", read: |s| count_slot(s.device_addresses_24h) },
    Slot { name: "address_accounts_24h", read: |s| count_slot(s.address_accounts_24h) },
    Slot { name: "address_devices_24h", read: |s| count_slot(s.address_devices_24h) },
    Slot { name: "device_familiar_accounts", read: |s| count_slot(s.device_familiar_accounts) },
    Slot { name: "address_familiar_accounts", read: |s| count_slot(s.address_familiar_accounts) },
    Slot { name: "device_household_accounts", read: |s| count_slot(s.device_household_accounts) },
    Slot { name: "account_in_household", read: |s| flag_slot(s.account_in_household) },
];
