//! Who judges a story: the engine over a store, or a running server.

use async_trait::async_trait;
use rightful_domain::{
    AccountId, ApplicationId, Event, EventId, FeedbackKind, FeedbackTarget, Outcome, ReasonCode, Timestamp, Verdict,
};
use rightful_store::{Applied, StoreError};

use crate::http::HttpError;

/// Who judges a story.
#[async_trait]
pub trait Judge: Send {
    /// Whose events these are.
    fn application(&self) -> &ApplicationId;

    /// The midnight with which a story begins.
    fn midnight(&self) -> Timestamp;

    /// Judges an event at its own time and remembers it. Of a password, the application tells the SHA-256.
    async fn assess(&mut self, event: Event, password: Option<&str>) -> Result<Judged, JudgeError>;

    /// Learns how an event ended.
    async fn conclude(&mut self, event: EventId, outcome: Outcome, now: Timestamp) -> Result<(), JudgeError>;

    /// Learns what somebody says.
    async fn hear(&mut self, target: FeedbackTarget, kind: FeedbackKind, now: Timestamp)
    -> Result<Applied, JudgeError>;

    /// Learns that the application has closed an account.
    async fn close(&mut self, account: AccountId, now: Timestamp) -> Result<(), JudgeError>;
}

/// What was said of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The event, as the judge calls it.
    pub event: EventId,
    /// The verdict.
    pub verdict: Verdict,
    /// The reasons, heaviest first.
    pub reasons: Vec<ReasonCode>,
    /// The names of people's rules that matched; empty where the judge does not tell.
    pub rules: Vec<Box<str>>,
}

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The server did not answer.
    #[error("the server did not answer")]
    Http(#[from] HttpError),
    /// The server refused.
    #[error("the server refused with status {status}: {body}")]
    Refused {
        /// The status.
        status: u16,
        /// Its answer.
        body: String,
    },
    /// The words that it is told in have none for this.
    #[error("there are no words for {0}")]
    NotSayable(&'static str),
    /// The server's answer is not what its API promises.
    #[error("the server's answer lacks {0}")]
    Unreadable(&'static str),
}
