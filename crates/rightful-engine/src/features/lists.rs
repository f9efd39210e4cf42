//! What the application's own lists say of the event: whom it lets in, and whom it keeps out.

use rightful_domain::{ListSubject, Listed};

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
    /// The device, by a name that we signed, is on a list to let in.
    pub(crate) device_allowed: Option<bool>,
    /// The autonomous system is on a list to let in.
    pub(crate) asn_allowed: Option<bool>,
    /// The country of the address is on a list to let in.
    pub(crate) country_allowed: Option<bool>,
    /// The domain of the e-mail address is on a list to let in.
    pub(crate) email_domain_allowed: Option<bool>,
    /// The payee is on a list to let in.
    pub(crate) payee_allowed: Option<bool>,
    /// The autonomous system is on a list to keep out.
    pub(crate) asn_blocked: Option<bool>,
    /// The domain of the e-mail address is on a list to keep out.
    pub(crate) email_domain_blocked: Option<bool>,
    /// The payee is on a list to keep out.
    pub(crate) payee_blocked: Option<bool>,
    /// The account is on a list to watch.
    pub(crate) account_watched: Option<bool>,
    /// The device is on a list to watch.
    pub(crate) device_watched: Option<bool>,
    /// The address is on a list to watch.
    pub(crate) address_watched: Option<bool>,
    /// The autonomous system is on a list to watch.
    pub(crate) asn_watched: Option<bool>,
    /// The country of the address is on a list to watch.
    pub(crate) country_watched: Option<bool>,
    /// The domain of the e-mail address is on a list to watch.
    pub(crate) email_domain_watched: Option<bool>,
    /// The payee is on a list to watch.
    pub(crate) payee_watched: Option<bool>,
}

impl Lists {
    /// What the policy's own lists say, with what the application's lists say. Of the latter only what is on one is known.
    pub(crate) fn with(self, listed: &Listed) -> Self {
        use ListSubject::{Account, Address, Asn, Country, Device, EmailDomain, Payee};
        let Listed { allowed, blocked, watched, names: _, on: _ } = listed;
        let on = |is_on: bool| is_on.then_some(true);
        Self {
            address_allowed: on(allowed.contains(Address)).or(self.address_allowed),
            account_allowed: on(allowed.contains(Account)).or(self.account_allowed),
            address_blocked: on(blocked.contains(Address)).or(self.address_blocked),
            account_blocked: on(blocked.contains(Account)).or(self.account_blocked),
            device_blocked: on(blocked.contains(Device)).or(self.device_blocked),
            country_blocked: on(blocked.contains(Country)).or(self.country_blocked),
            device_allowed: on(allowed.contains(Device)),
            asn_allowed: on(allowed.contains(Asn)),
            country_allowed: on(allowed.contains(Country)),
            email_domain_allowed: on(allowed.contains(EmailDomain)),
            payee_allowed: on(allowed.contains(Payee)),
            asn_blocked: on(blocked.contains(Asn)),
            email_domain_blocked: on(blocked.contains(EmailDomain)),
            payee_blocked: on(blocked.contains(Payee)),
            account_watched: on(watched.contains(Account)),
            device_watched: on(watched.contains(Device)),
            address_watched: on(watched.contains(Address)),
            asn_watched: on(watched.contains(Asn)),
            country_watched: on(watched.contains(Country)),
            email_domain_watched: on(watched.contains(EmailDomain)),
            payee_watched: on(watched.contains(Payee)),
        }
    }

    /// The same, of an account that is closed: what lets in many says nothing of it, only what names it does.
    pub(crate) const fn of_closed(self) -> Self {
        Self {
            address_allowed: None,
            device_allowed: None,
            asn_allowed: None,
            country_allowed: None,
            email_domain_allowed: None,
            payee_allowed: None,
            ..self
        }
    }

    /// Lists that let in beat lists that keep out.
    pub(crate) fn is_allowed(&self) -> bool {
        let allowed = [
            self.address_allowed,
            self.account_allowed,
            self.device_allowed,
            self.asn_allowed,
            self.country_allowed,
            self.email_domain_allowed,
            self.payee_allowed,
        ];
        allowed.contains(&Some(true))
    }

    /// Whether any list keeps the event out, whatever lets it in.
    pub(crate) fn is_blocked(&self) -> bool {
        let blocked = [
            self.address_blocked,
            self.account_blocked,
            self.device_blocked,
            self.country_blocked,
            self.asn_blocked,
            self.email_domain_blocked,
            self.payee_blocked,
        ];
        blocked.contains(&Some(true))
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

/// Those that came with lists in the store: 1 where the event is on one, else nothing.
pub(super) const LATER_SLOTS: &[Slot<Lists>] = &[
    Slot { name: "list_device_allowed", read: |l| flag_slot(l.device_allowed) },
    Slot { name: "list_asn_allowed", read: |l| flag_slot(l.asn_allowed) },
    Slot { name: "list_country_allowed", read: |l| flag_slot(l.country_allowed) },
    Slot { name: "list_email_domain_allowed", read: |l| flag_slot(l.email_domain_allowed) },
    Slot { name: "list_payee_allowed", read: |l| flag_slot(l.payee_allowed) },
    Slot { name: "list_asn_blocked", read: |l| flag_slot(l.asn_blocked) },
    Slot { name: "list_email_domain_blocked", read: |l| flag_slot(l.email_domain_blocked) },
    Slot { name: "list_payee_blocked", read: |l| flag_slot(l.payee_blocked) },
    Slot { name: "list_account_watched", read: |l| flag_slot(l.account_watched) },
    Slot { name: "list_device_watched", read: |l| flag_slot(l.device_watched) },
    Slot { name: "list_address_watched", read: |l| flag_slot(l.address_watched) },
    Slot { name: "list_asn_watched", read: |l| flag_slot(l.asn_watched) },
    Slot { name: "list_country_watched", read: |l| flag_slot(l.country_watched) },
    Slot { name: "list_email_domain_watched", read: |l| flag_slot(l.email_domain_watched) },
    Slot { name: "list_payee_watched", read: |l| flag_slot(l.payee_watched) },
];
