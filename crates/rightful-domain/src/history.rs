//! What is remembered around one event, as read for judging it.

use std::net::IpAddr;
use std::sync::Arc;

use crate::population::Backdrop;
use crate::{
    AccountId, AggregateValue, Circumstances, Crowd, DetailChange, DeviceId, Event, HandShares, Listed, Notoriety,
    Profile, Sighting, Tag, Tagged, Tally, Timestamp,
};

/// What is remembered around one event. Read once, before judging; the attempt itself is already counted in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The account, where the caller gave only a username that is a known alias.
    pub resolved_account: Option<AccountId>,
    /// Of the account, or of the username where there is none; None when the event names neither.
    pub account: Option<Remembered>,
    /// Of the device; None when the event names none.
    pub device: Option<Remembered>,
    /// Of the address; None when the event names none.
    pub address: Option<Remembered>,
    /// Failures of the account at this address in 24 h: its own slips, where the address is shared.
    pub failures_here_24h: u32,
    /// Failures on the account in 24 h, neither on a device nor at an address that it knows.
    pub strange_failures_24h: u32,
    /// Who else came from the same /24 (IPv6: /48) in 24 h; None when the event names no address.
    pub net_crowd: Option<Crowd>,
    /// Who else came with the same agent string in 24 h; None when the event names none.
    pub agent_crowd: Option<Crowd>,
    /// Who else came with the same password in 24 h; None when the event carries none.
    pub password_crowd: Option<Crowd>,
    /// Who else moved money from the same device in 24 h; None when the event moves none, or names no device, or one that
    /// is known by its likeness alone.
    pub device_payers: Option<Crowd>,
    /// Who else moved money from the same address in 24 h; None when the event moves none, or names no address.
    pub address_payers: Option<Crowd>,
    /// What strangers usually do from its networks and with its agent.
    pub notoriety: Notoriety,
    /// How often owners who come with a new device come with whose.
    pub hand_shares: HandShares,
    /// Where from, with what, and when.
    pub circumstances: Circumstances,
    /// What all accounts of the application say of that; None when the event names no account.
    pub backdrop: Option<Backdrop>,
    /// The device of the account's last successful login.
    pub latest_device: Option<Arc<DeviceSnapshot>>,
    /// The event's device among the account's; None if it names no device or no account, or failed.
    pub sighting: Option<Sighting>,
    /// What the event changes of the account's details; empty for the first values of an account.
    pub changes: Vec<DetailChange>,
    /// Which of the application's lists it is on.
    pub listed: Listed,
    /// What the aggregates of the application's rules come to, by their ids.
    pub aggregates: Vec<AggregateValue>,
    /// The rules that are not to act on its account for now, by name, sorted.
    pub snoozed: Vec<Box<str>>,
    /// This event's own tags, to look up in the profiles.
    pub account_tag: Option<Tag>,
    /// This event's own tags, to look up in the profiles.
    pub device_tag: Option<Tag>,
    /// This event's own tags, to look up in the profiles.
    pub address_tag: Option<Tag>,
    /// This event's own tags, to look up in the profiles.
    pub model_tag: Option<Tag>,
    /// This event's own tags, to look up in the profiles.
    pub payee_tag: Option<Tag>,
    /// This event's own tags, to look up in the profiles.
    pub payment_method_tag: Option<Tag>,
    /// All of this event's tags, for its entry.
    pub tagged: Option<Arc<Tagged>>,
}

impl History {
    /// What the account has learned; None when the event names none.
    #[must_use]
    pub fn account_profile(&self) -> Option<&Profile> {
        self.account.as_ref().map(|account| &*account.profile)
    }
}

/// What is remembered of one key: what it has learned, and what it counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Remembered {
    /// What was learned from earlier events. Shared, since reading must not copy it.
    pub profile: Arc<Profile>,
    /// What was counted, this attempt included (unless it was too old to count).
    pub tally: Tally,
}

/// A device as the account last used it, to tell the owner what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSnapshot {
    /// Its name.
    pub id: DeviceId,
    /// Its kind, as told.
    pub kind: Option<Box<str>>,
    /// Its maker, as told.
    pub manufacturer: Option<Box<str>>,
    /// Its model, as told.
    pub model: Option<Box<str>>,
    /// Its operating system, as told.
    pub os: Option<Box<str>>,
    /// The address it came from.
    pub ip: Option<IpAddr>,
    /// Its agent string.
    pub user_agent: Option<Box<str>>,
    /// When.
    pub at: Timestamp,
}

impl DeviceSnapshot {
    /// The device of an event as it is remembered; None if the event names none.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let device = &event.device;
        Some(Self {
            id: device.id()?.clone(),
            kind: device.kind.clone(),
            manufacturer: device.manufacturer.clone(),
            model: device.model.clone(),
            os: device.os.clone(),
            ip: event.network.ip,
            user_agent: event.network.user_agent.clone(),
            at: event.at,
        })
    }
}
