//! Finding entries again.

use crate::{AccountId, ApplicationId, DeviceId, Record, Subnet, Timestamp};

/// The most records one page may hold.
pub const SEARCH_LIMIT_MAX: u16 = 500;

/// Which entries, newest first. All conditions must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The tenant.
    pub application: ApplicationId,
    /// Of this account.
    pub account: Option<AccountId>,
    /// From this device. What is known by its likeness alone is found with its account only.
    pub device: Option<DeviceId>,
    /// From this address (an IPv6 /64).
    pub subnet: Option<Subnet>,
    /// Received at or after this.
    pub from: Option<Timestamp>,
    /// Received before this.
    pub to: Option<Timestamp>,
    /// At most this many, 1 to [`SEARCH_LIMIT_MAX`].
    pub limit: u16,
    /// Continue after this.
    pub cursor: Option<Cursor>,
}

/// Where a page ended: the sequence number of its last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub u64);

/// One page of records, newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where to continue; None when there is no more.
    pub next: Option<Cursor>,
}
