//! What is asked of memory about aggregates.

use async_trait::async_trait;
use rightful_domain::{Aggregate, ApplicationId};

use crate::StoreError;

/// How far counting from the ledger has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backfill {
    /// Rows of the ledger that were looked at.
    pub n_done: u64,
    /// Rows to look at in all.
    pub n_rows: u64,
}

/// An aggregate that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAggregate {
    /// Which.
    pub aggregate: Aggregate,
    /// Whether it has been counted from the ledger: until then it is missing from what is recalled.
    pub is_ready: bool,
}

/// What aggregates are kept, for the rules of applications.
#[async_trait]
pub trait Aggregates: Send + Sync {
    /// Keeps these aggregates of an application from now on, after having counted from the ledger those that it has not
    /// kept so far, and forgets those that are not named.
    ///
    /// Events are counted from the moment of the call, each once, while those before it are being counted; `progress` is
    /// told of that now and then. What comes to be ready is ready for good: whoever no longer waits, or stops the process,
    /// goes on from there by asking again. One call at a time; others wait. `TooMuch` for more than
    /// [`rightful_domain::AGGREGATES_MAX`].
    async fn keep_aggregates(
        &self,
        application: &ApplicationId,
        aggregates: Vec<Aggregate>,
        progress: &(dyn Fn(Backfill) + Send + Sync),
    ) -> Result<(), StoreError>;

    /// The aggregates that are kept of an application, by id.
    async fn kept_aggregates(&self, application: &ApplicationId) -> Result<Vec<KeptAggregate>, StoreError>;
}
