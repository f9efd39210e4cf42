//! The ledger read in its own order: what happened in an application after some place, for who follows it.

use crate::{ApplicationId, Conclusion, Feedback, Record, Timestamp};

/// The most happenings that one passage may hold.
pub const PASSAGE_LIMIT_MAX: u16 = 500;

/// Which part of the ledger, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// The tenant.
    pub application: ApplicationId,
    /// After this place; 0 for the beginning.
    pub after: u64,
    /// Up to this place and no further, if given.
    pub upto: Option<u64>,
    /// Received at or after this.
    pub from: Option<Timestamp>,
    /// Received before this.
    pub to: Option<Timestamp>,
    /// Of what kind.
    pub kinds: ExcerptKinds,
    /// At most this many, 1 to [`PASSAGE_LIMIT_MAX`].
    pub limit: u16,
}

/// Which rows an excerpt has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExcerptKinds {
    /// Events alone, each with all that was said of it since.
    Events,
    /// Events, conclusions and feedback, each at the place where it was written down.
    All,
}

/// Something that was written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// An event.
    Assessed(Box<Record>),
    /// How an event ended.
    Concluded {
        /// Its place in the ledger.
        sequence: u64,
        /// What was said.
        conclusion: Conclusion,
        /// The event, as it stands now; None if it is gone.
        about: Option<Box<Record>>,
    },
    /// Feedback.
    Said {
        /// Its place in the ledger.
        sequence: u64,
        /// What was said.
        feedback: Feedback,
        /// The event, as it stands now; None if it is about an account.
        about: Option<Box<Record>>,
    },
}

impl Happening {
    /// Its place in the ledger.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        match self {
            Self::Assessed(record) => record.sequence,
            Self::Concluded { sequence, .. } | Self::Said { sequence, .. } => *sequence,
        }
    }

    /// The event that it is about, if it is about one.
    #[must_use]
    pub fn about(&self) -> Option<&Record> {
        match self {
            Self::Assessed(record) => Some(record),
            Self::Concluded { about, .. } | Self::Said { about, .. } => about.as_deref(),
        }
    }
}

/// A part of the ledger, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Passage {
    /// What happened. There may be none, and yet more to come.
    pub happenings: Vec<Happening>,
    /// All up to this place was looked at: go on after it.
    pub upto: u64,
    /// Whether that is the end, as of now.
    pub is_end: bool,
}
