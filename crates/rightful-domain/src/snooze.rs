//! A rule that is not to act on one account for a while.

use crate::{AccountId, ApplicationId, Pii, Timestamp};
use std::time::Duration;

/// The longest that a rule is snoozed: half a year.
pub const SNOOZE_MAX: Duration = Duration::from_secs(180 * 24 * 60 * 60);
/// The most rules that are snoozed for one account at a time.
pub const ACCOUNT_SNOOZES_MAX: usize = 32;
/// The most snoozes of one application at a time: each is in memory.
pub const SNOOZES_MAX: usize = 10_000;
/// The longest note of a snooze, in bytes.
pub const SNOOZE_NOTE_BYTES_MAX: usize = 1_024;

/// A rule is not to act on an account until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Snooze {
    /// Whose rule.
    pub application: ApplicationId,
    /// The rule, by its name.
    pub rule: Box<str>,
    /// The account.
    pub account: AccountId,
    /// Until when.
    pub until: Timestamp,
    /// Why, for people; None if nothing is said.
    pub note: Option<Pii<Box<str>>>,
    /// Who said so.
    pub author: Box<str>,
    /// When.
    pub at: Timestamp,
}
