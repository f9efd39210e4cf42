//! What is asked of memory: three traits of intents, each sayable in one sentence without a word of SQL.

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Application, ApplicationId, Conclusion, Enrichment, Entry, Event, EventId, Feedback, History, Page,
    Record, RetryKey, Search, Timestamp,
};

use crate::StoreError;

/// What the pipeline asks of memory. Each call is atomic; none exposes a transaction.
#[async_trait]
pub trait Memory: Send + Sync {
    /// Counts this attempt and returns everything known about its keys, as of `now`. One round trip.
    ///
    /// The count includes the attempt itself, so parallel attempts each see a different one. Idempotent per event. An
    /// attempt that happened less than five minutes ago is counted as of `now`, with its neighbours a little ahead of it
    /// included, since clocks and queues disagree by that much; an older one is counted as of its own time; one more
    /// than 24 h old is not counted, and is in no crowd. A username without an account is resolved to the account it last belonged to.
    async fn recall(&self, event: &Event, enrichment: &Enrichment, now: Timestamp) -> Result<History, StoreError>;

    /// Remembers an entry: durable when it returns. Repeating the same event, or a live retry key, returns the first.
    async fn record(&self, entry: Entry) -> Result<Recorded, StoreError>;

    /// Finds the answer to a request that has come before. `Conflict` if its key came with another body.
    async fn answer_to_retry(&self, retry: &RetryKey, now: Timestamp) -> Result<Option<Record>, StoreError>;

    /// Remembers how an event ended, and lets profiles learn what waited for it. Repeating it changes nothing; a second,
    /// different outcome replaces the first.
    async fn conclude(&self, conclusion: Conclusion) -> Result<Record, StoreError>;

    /// Remembers what somebody said of an event or an account, and acts on it: releases from quarantine, marks as
    /// taken over, rolls back after a reclaim.
    async fn apply_feedback(&self, feedback: Feedback) -> Result<Applied, StoreError>;
}

/// What investigators and operators ask of memory.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Finds one event of an application, with all that was said of it since.
    async fn find(&self, application: &ApplicationId, event: EventId) -> Result<Option<Record>, StoreError>;

    /// Finds events, newest first, a page at a time.
    async fn search(&self, search: &Search) -> Result<Page, StoreError>;

    /// Forgets an account's people's data, in every event it has, and all that was learned of it: what was sealed can no
    /// longer be read by anybody, and `find` shows it as absent. Its events stay, with their ids and judgements.
    async fn erase_account(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// How the store is.
    async fn health(&self) -> Result<StoreHealth, StoreError>;
}

/// Who may talk to the server, and how.
#[async_trait]
pub trait Office: Send + Sync {
    /// Remembers a new application with its keys. Audited. `Conflict` if its id exists.
    async fn create_application(&self, application: Application) -> Result<(), StoreError>;

    /// Replaces an application's settings. Audited. Its keys stay as given.
    async fn change_application(&self, application: Application) -> Result<(), StoreError>;

    /// All applications.
    async fn applications(&self) -> Result<Vec<Application>, StoreError>;
}

/// All of memory.
pub trait Store: Memory + Ledger + Office {}

impl<S: Memory + Ledger + Office> Store for S {}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// It is remembered now, at this place in the ledger.
    New {
        /// Gapless, from 1.
        sequence: u64,
    },
    /// It, or the request it came with, was remembered before: this is the first answer.
    Repeated(Box<Record>),
}

/// What became of feedback.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Events that left quarantine.
    pub n_released: u32,
    /// Events that were unlearned.
    pub n_unlearned: u32,
}

/// How the store is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreHealth {
    /// The highest sequence number that is durable.
    pub sequence: u64,
    /// Entries a restart would replay.
    pub n_to_replay: u64,
    /// Writes waiting.
    pub n_queued: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
}
