//! What is asked and answered of an application's hooks: the same in every dialect that has words for it.

use rightful_domain::{EventId, Hook, HookHealth, LoggedTry, Pii, Timestamp, Topic};

/// What is asked of an application's hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HooksAsk {
    /// All of them.
    List,
    /// One.
    Show(Box<str>),
    /// Tell one more address.
    Add {
        /// In whose words, in a word.
        style: Box<str>,
        /// Where.
        url: Box<str>,
        /// The secret, or the token that is sent; None to have one made, where the style signs.
        secret: Option<Pii<Box<str>>>,
    },
    /// Change one. What is None stays.
    Change {
        /// Which.
        hook: Box<str>,
        /// Where.
        url: Option<Box<str>>,
        /// Whether anything is sent.
        enabled: Option<bool>,
    },
    /// Tell an address no more.
    Remove(Box<str>),
    /// Tell one of the application's latest event.
    Test(Box<str>),
    /// Replace one's secret; the one before it signs as well for a day.
    Rotate {
        /// Which.
        hook: Box<str>,
        /// The new one; None to have one made, where the style signs.
        secret: Option<Pii<Box<str>>>,
    },
    /// One's log, newest first.
    Deliveries {
        /// Which.
        hook: Box<str>,
        /// Only lines before this place.
        before: Option<u64>,
        /// At most so many.
        limit: u16,
    },
    /// What one never took, oldest first.
    Undelivered {
        /// Which.
        hook: Box<str>,
        /// Only messages after this number.
        after: u64,
        /// At most so many.
        limit: u16,
    },
    /// Send again what one never took.
    Redeliver {
        /// Which.
        hook: Box<str>,
        /// The ids of the messages; None for all.
        messages: Option<Vec<Box<str>>>,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HooksAnswer {
    /// All hooks.
    Listed(Vec<HookShown>),
    /// A hook as it is now.
    Shown(HookShown),
    /// A hook as it is now, and its secret this once; None if there is none to show.
    WithSecret(HookShown, Option<Pii<Box<str>>>),
    /// It is gone.
    Removed,
    /// It is on its way.
    Tested,
    /// Lines of the log.
    Deliveries {
        /// Newest first.
        lines: Vec<DeliveryShown>,
        /// The place to go on before; None at the end.
        next: Option<u64>,
    },
    /// Messages that were never taken.
    Undelivered {
        /// Oldest first.
        messages: Vec<UndeliveredShown>,
        /// The number to go on after; None at the end.
        next: Option<u64>,
    },
    /// So many messages wait again.
    Redelivered(u64),
}

/// A hook, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookShown {
    /// The hook.
    pub hook: Hook,
    /// In whose words, in a word.
    pub style: &'static str,
    /// How it is.
    pub health: HookHealth,
    /// Until when the secret before the current one signs; None if none does.
    pub earlier_secret_until: Option<Timestamp>,
}

/// A line of a hook's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryShown {
    /// The message's id, as it was sent.
    pub message: Box<str>,
    /// The line.
    pub line: LoggedTry,
}

/// A message that was never taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredShown {
    /// The message's id, as it was sent.
    pub message: Box<str>,
    /// What it is about.
    pub topic: Topic,
    /// The event that it is about.
    pub event: EventId,
    /// When that happened.
    pub since: Timestamp,
    /// How often it was tried.
    pub n_tried: u16,
}
