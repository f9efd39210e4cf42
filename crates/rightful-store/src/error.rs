//! What can go wrong with memory, by what the caller can do about it.

use rightful_domain::{ApplicationId, EventId, RuleBookRefusal};

/// A cause from a library, kept for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong with memory.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or written now: answer with the fallback, try again later.
    #[error("store is unavailable")]
    Unavailable {
        /// What failed.
        source: BoxError,
    },
    /// More waits than the queue may hold: answer with the fallback.
    #[error("store is busy: its queue is full")]
    Busy,
    /// There is no such event in this application.
    #[error("event {id} is not known")]
    NotFound {
        /// Which.
        id: EventId,
    },
    /// There is no such application.
    #[error("application {id} is not known")]
    UnknownApplication {
        /// Which.
        id: ApplicationId,
    },
    /// The same retry key came with another body.
    #[error("the same idempotency key was used for another request")]
    Conflict,
    /// It, or what would be kept with it, is more than is kept: ask for less.
    #[error("{what}")]
    TooMuch {
        /// What is too much, in words for who asked.
        what: &'static str,
    },
    /// An application's rules are not changed.
    #[error("{0}")]
    RuleBook(RuleBookRefusal),
    /// Something stored cannot be read back: stop and look.
    #[error("stored data is corrupt: {what}")]
    Corrupt {
        /// What, without any person's data.
        what: String,
    },
    /// Another process has the data folder open.
    #[error("the data folder is in use by another process")]
    Locked,
}
