//! What is learned of an event after it was judged.

use crate::{AccountId, ApplicationId, EventId, MechanismKind, Outcome, Timestamp};

/// How an event ended, told later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// The tenant.
    pub application: ApplicationId,
    /// The event.
    pub event: EventId,
    /// How it ended; `Pending` is not a conclusion and is refused at the edge.
    pub outcome: Outcome,
    /// When we were told.
    pub received_at: Timestamp,
}

/// What somebody who knows says about an event or an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The tenant.
    pub application: ApplicationId,
    /// About what.
    pub target: FeedbackTarget,
    /// What.
    pub kind: FeedbackKind,
    /// When we were told.
    pub received_at: Timestamp,
}

/// What feedback is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedbackTarget {
    /// One event.
    Event(EventId),
    /// A whole account, with the first event of the takeover where it is known.
    Account {
        /// The account.
        account: AccountId,
        /// The first event that was not the owner's.
        first_event: Option<EventId>,
    },
}

/// What somebody who knows says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedbackKind {
    /// It was somebody else.
    ConfirmedTakeover,
    /// It was the owner.
    ConfirmedLegitimate,
    /// The challenge was passed, with this.
    ChallengePassed {
        /// How it was passed; None when the caller did not say.
        mechanism: Option<MechanismKind>,
    },
    /// The challenge was not passed.
    ChallengeFailed,
    /// The challenge was not answered.
    ChallengeIgnored,
    /// The owner has the account again, and the other has lost it.
    Reclaimed,
}

impl FeedbackKind {
    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ConfirmedTakeover => "confirmed_takeover",
            Self::ConfirmedLegitimate => "confirmed_legitimate",
            Self::ChallengePassed { .. } => "challenge_passed",
            Self::ChallengeFailed => "challenge_failed",
            Self::ChallengeIgnored => "challenge_ignored",
            Self::Reclaimed => "reclaimed",
        }
    }
}
