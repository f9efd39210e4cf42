//! Telling the application's own systems what happened: what is to be sent, to which hook.

use crate::{ApplicationId, Timestamp};

/// One message to one hook: written down with what it is about, sent later, and tried until it is taken or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The hook's id.
    pub hook: Box<str>,
    /// What it is about.
    pub topic: Topic,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// An event was judged.
    Assessed,
    /// An event was challenged.
    Challenged,
    /// A challenge was passed, failed or ignored, or somebody said whose event it was.
    ChallengeEnded,
    /// A device was seen on an account for the first time.
    DeviceNew,
    /// A device was detached from an account.
    DeviceDetached,
    /// An account is used on more devices than its application allows.
    Sharing,
    /// An event that waits for its standing was taken.
    Taken,
    /// An event was let through, or refused, or is held, or its person is asked: whichever it says now.
    Standing,
    /// Somebody decided about an event.
    Reviewed,
    /// An event was deleted by its caller.
    Deleted,
    /// What is known of an event was changed by its caller.
    DataChanged,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Assessed,
        Self::Challenged,
        Self::ChallengeEnded,
        Self::DeviceNew,
        Self::DeviceDetached,
        Self::Sharing,
        Self::Taken,
        Self::Standing,
        Self::Reviewed,
        Self::Deleted,
        Self::DataChanged,
    ];

    /// As spelled in our API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assessed => "assessment.made",
            Self::Challenged => "challenge.initiated",
            Self::ChallengeEnded => "challenge.ended",
            Self::DeviceNew => "device.new",
            Self::DeviceDetached => "device.detached",
            Self::Sharing => "account.sharing",
            Self::Taken => "event.taken",
            Self::Standing => "event.standing",
            Self::Reviewed => "case.decided",
            Self::Deleted => "event.deleted",
            Self::DataChanged => "event.changed",
        }
    }
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the outbox: unique for ever, later is newer.
    pub number: u64,
    /// The tenant.
    pub application: ApplicationId,
    /// What and to whom.
    pub telling: Telling,
    /// The place in the ledger of the row it is about.
    pub sequence: u64,
    /// When that happened.
    pub since: Timestamp,
    /// How often it was tried.
    pub n_tried: u16,
    /// When to try next.
    pub due_at: Timestamp,
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Taken,
    /// It was not; try again at that time.
    Retry(Timestamp),
    /// It was not, and is given up; kept to be sent again by hand.
    GivenUp,
}
