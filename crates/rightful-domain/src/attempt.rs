//! An attempt: the part of an event that memory needs in order to count it.

use crate::{AccountId, ApplicationId, DeviceId, Event, EventId, Outcome, Pii, Subnet, Timestamp};

/// Whose door it is: an account, or, where none is known, the name that was typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A known account.
    Account(AccountId),
    /// A username that belongs to no account we know of.
    Username(Pii<Box<str>>),
}

/// What is counted before an event is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Counting the same event twice counts it once.
    pub event: EventId,
    /// The tenant.
    pub application: ApplicationId,
    /// The account, where the caller named one.
    pub account: Option<AccountId>,
    /// The username: an alias of the account, or a subject of its own where there is none.
    pub username: Option<Pii<Box<str>>>,
    /// The device's strongest name.
    pub device: Option<DeviceId>,
    /// The device's model or platform, as [`crate::Device::model_key`] says it.
    pub model: Option<Box<str>>,
    /// The address.
    pub subnet: Option<Subnet>,
    /// How it ended, as far as known.
    pub outcome: Outcome,
    /// When it happened.
    pub at: Timestamp,
}

impl Event {
    /// The part of this event that is counted.
    #[must_use]
    pub fn attempt(&self) -> Attempt {
        Attempt {
            event: self.id,
            application: self.application.clone(),
            account: self.account.clone(),
            username: self.username.clone(),
            device: self.device.id().cloned(),
            model: self.device.model_key().map(Into::into),
            subnet: self.network.subnet(),
            outcome: self.outcome,
            at: self.at,
        }
    }
}
