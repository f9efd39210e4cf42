//! Finding entries again.

use crate::{AccountId, Action, ApplicationId, DeviceId, ReasonCode, Record, Subnet, Timestamp, Verdict};

/// The most records one page may hold.
pub const SEARCH_LIMIT_MAX: u16 = 500;
/// The most verdicts, actions or reasons that one search names of each.
pub const SEARCH_WORDS_MAX: usize = 32;

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
    /// Judged as one of these, whatever was answered; as anything, or not at all, if there is none.
    pub verdicts: Vec<Verdict>,
    /// Of one of these actions; of any if there is none.
    pub actions: Vec<Action>,
    /// With a finding of one of these reasons; with any or none if there is none.
    pub reasons: Vec<ReasonCode>,
    /// Received at or after this.
    pub from: Option<Timestamp>,
    /// Received before this.
    pub to: Option<Timestamp>,
    /// At most this many, 1 to [`SEARCH_LIMIT_MAX`].
    pub limit: u16,
    /// Continue after this.
    pub cursor: Option<Cursor>,
}

impl Search {
    /// For all entries of an application, so many a page.
    pub const fn of(application: ApplicationId, limit: u16) -> Self {
        Self {
            application,
            account: None,
            device: None,
            subnet: None,
            verdicts: Vec::new(),
            actions: Vec::new(),
            reasons: Vec::new(),
            from: None,
            to: None,
            limit,
            cursor: None,
        }
    }

    /// Whether it asks for what only the entry itself tells.
    pub const fn asks_of_judgement(&self) -> bool {
        !self.verdicts.is_empty() || !self.actions.is_empty() || !self.reasons.is_empty()
    }
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
