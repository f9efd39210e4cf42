//! Telling the application's own systems what happened: what is to be sent, to which hook.

use crate::{ApplicationId, EventId, HookStyle, Timestamp};

/// Lanes of a hook: messages about one account are in one, and go one after another; lanes do not wait for each other. So
/// one message that a receiver cannot take holds up no more than its own share of the accounts.
pub const LANES: u64 = 8;
/// The tries that the log of a hook keeps; of more, the oldest go.
pub const TRIES_KEPT: u64 = 1_000;
/// The most messages, or tries, of one page.
pub const TELLINGS_LIMIT_MAX: u16 = 500;

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
    /// An event was let through, or refused, or is held, or its person is asked: whichever it says when it is sent. Of a
    /// message on trial, and of those that wait since before the four were told apart.
    Standing,
    /// Somebody decided about an event.
    Reviewed,
    /// An event was deleted by its caller.
    Deleted,
    /// What is known of an event was changed by its caller.
    DataChanged,
    /// An event was let through, or is now.
    LetThrough,
    /// An event waits for people.
    Held,
    /// An event waits for its person.
    Asked,
    /// An event was refused, or is now.
    Refused,
    /// A case was opened.
    CaseOpened,
    /// Somebody works on a case.
    CaseTaken,
    /// A case waits for somebody again.
    CaseReturned,
    /// A case waits for its event's person.
    CaseWaits,
    /// A case is decided.
    CaseReviewed,
    /// A case waits no longer.
    CaseClosed,
}

impl HookStyle {
    /// What the hooks of a style are told of; what else happens, their vendor has no message for.
    #[must_use]
    pub const fn topics(self) -> &'static [Topic] {
        match self {
            Self::Standard => &[
                Topic::Assessed,
                Topic::Challenged,
                Topic::ChallengeEnded,
                Topic::DeviceNew,
                Topic::DeviceDetached,
                Topic::Sharing,
                Topic::Reviewed,
            ],
            Self::Ravelin => &[Topic::Assessed],
            Self::Rupt => &[Topic::Challenged, Topic::ChallengeEnded, Topic::DeviceDetached, Topic::Sharing],
            Self::Sumsub => &[
                Topic::Taken,
                Topic::Reviewed,
                Topic::Deleted,
                Topic::DataChanged,
                Topic::LetThrough,
                Topic::Held,
                Topic::Asked,
                Topic::Refused,
                Topic::CaseOpened,
                Topic::CaseTaken,
                Topic::CaseReturned,
                Topic::CaseWaits,
                Topic::CaseReviewed,
                Topic::CaseClosed,
            ],
        }
    }
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 21] = [
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
        Self::LetThrough,
        Self::Held,
        Self::Asked,
        Self::Refused,
        Self::CaseOpened,
        Self::CaseTaken,
        Self::CaseReturned,
        Self::CaseWaits,
        Self::CaseReviewed,
        Self::CaseClosed,
    ];
    /// What is told as an event that was judged before comes to stand otherwise, or its case to be elsewhere.
    pub const OF_STANDING: [Self; 13] = [
        Self::LetThrough,
        Self::Held,
        Self::Asked,
        Self::Refused,
        Self::Reviewed,
        Self::DataChanged,
        Self::Deleted,
        Self::CaseOpened,
        Self::CaseTaken,
        Self::CaseReturned,
        Self::CaseWaits,
        Self::CaseReviewed,
        Self::CaseClosed,
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
            Self::LetThrough => "event.let_through",
            Self::Held => "event.held",
            Self::Asked => "event.asked",
            Self::Refused => "event.refused",
            Self::CaseOpened => "case.opened",
            Self::CaseTaken => "case.taken",
            Self::CaseReturned => "case.returned",
            Self::CaseWaits => "case.waits",
            Self::CaseReviewed => "case.reviewed",
            Self::CaseClosed => "case.closed",
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

impl Waiting {
    /// Which of its hook's [`LANES`] it is in. Messages of one lane go in the order of their numbers.
    #[must_use]
    pub const fn lane(&self) -> u64 {
        self.number % LANES
    }
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Taken,
    /// It was not; try again at that time.
    Retry(Timestamp),
    /// It was not, by a try made by hand before its time, which does not count; try again at that time.
    StillWaits(Timestamp),
    /// It was not, and is given up; kept to be sent again by hand.
    GivenUp,
}

/// One try to deliver a message, as the log of its hook keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryTry {
    /// The message.
    pub number: u64,
    /// The event that it is about, which is in the message's id, too.
    pub event: EventId,
    /// What it is about.
    pub topic: Topic,
    /// Which try of the message it was, from 1. One made before its time has the number of the one it came before.
    pub n: u16,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in ms.
    pub took_ms: u32,
    /// How it ended.
    pub ended: TryEnd,
    /// When it is tried again; None if it was taken or is given up.
    pub next_at: Option<Timestamp>,
}

impl DeliveryTry {
    /// Whether the receiver took the message.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        matches!(self.ended, TryEnd::Answered(200..=299))
    }
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryEnd {
    /// With this HTTP status.
    Answered(u16),
    /// Without an answer.
    Failed(TryFailure),
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryFailure {
    /// The hook's address cannot be used.
    BadAddress,
    /// Its host is not known.
    UnknownHost,
    /// Its host is a private address, which is not allowed.
    PrivateAddress,
    /// It cannot be connected to.
    NoConnection,
    /// It has no certificate that is trusted, or does not speak TLS.
    Tls,
    /// It did not answer in time.
    Timeout,
    /// The connection broke, or what came was no answer.
    Broken,
}

impl TryFailure {
    /// As spelled in our API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadAddress => "bad_address",
            Self::UnknownHost => "unknown_host",
            Self::PrivateAddress => "private_address",
            Self::NoConnection => "no_connection",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
        }
    }
}

/// A line of a hook's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedTry {
    /// Its place in the log: later is newer.
    pub place: u64,
    /// What it says.
    pub tried: DeliveryTry,
}

/// How a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HookHealth {
    /// Messages that wait.
    pub n_waiting: u64,
    /// Messages that were given up and are kept.
    pub n_given_up: u64,
    /// When it last failed for the first time since it took something; None if it took what came last, or nothing came
    /// yet. Where more tries failed than are kept, the oldest of these.
    pub failing_since: Option<Timestamp>,
}
