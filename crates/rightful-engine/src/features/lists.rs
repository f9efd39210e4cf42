//! What the application's own lists say of the event: whom it lets in, and whom it keeps out.

use super::{Slot, flag_slot};

/// What the application's lists say. None where there is no such list, or nothing to look up in it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Lists {
    /// The address is on the list of addresses to let in.
    pub(crate) address_allowed: Option<bool>,
    /// The account is on the list of accounts to let in.
    pub(crate) account_allowed: Option<bool>,
    /// The address is on the list of addresses to keep out.
    pub(crate) address_blocked: Option<bool>,
    /// The account is on the list of accounts to keep out.
    pub(crate) account_blocked: Option<bool>,
    /// The device is on the list of devices to keep out.
    pub(crate) device_blocked: Option<bool>,
    /// The country of the address is on the list of countries to keep out.
    pub(crate) country_blocked: Option<bool>,
}

impl Lists {
    /// Lists that let in beat lists that keep out.
    pub(crate) fn is_allowed(&self) -> bool {
        self.address_allowed == Some(true) || self.account_allowed == Some(true)
    }
}

pub(super) const SLOTS: &[Slot<Lists>] = &[
    Slot { name: "list_address_allowed", read: |l| flag_slot(l.address_allowed) },
    Slot { name: "list_account_allowed", read: |l| flag_slot(l.account_allowed) },
    Slot { name: "list_address_blocked", read: |l| flag_slot(l.address_blocked) },
    Slot { name: "list_account_blocked", read: |l| flag_slot(l.account_blocked) },
    Slot { name: "list_device_blocked", read: |l| flag_slot(l.device_blocked) },
    Slot { name: "list_country_blocked", read: |l| flag_slot(l.country_blocked) },
];
