//! Stores that fail or dawdle on purpose, around a real one: for tests of what stands on a store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Application, ApplicationId, Conclusion, Enrichment, Entry, Event, EventId, Feedback, History, Page,
    Record, RetryKey, Search, Timestamp,
};

use crate::{Applied, Ledger, Memory, Office, Recorded, Store, StoreError, StoreHealth};

/// Fails the n-th call, and no other.
pub struct Faulty<S> {
    store: S,
    n_calls: AtomicU64,
    fails_at: u64,
}

/// Answers each call after a while.
pub struct Slow<S> {
    store: S,
    delay: Duration,
}

impl<S> Faulty<S> {
    /// Fails call number `fails_at`, counted from 1; none if it is 0.
    pub const fn new(store: S, fails_at: u64) -> Self {
        Self { store, n_calls: AtomicU64::new(0), fails_at }
    }

    /// Calls so far.
    pub fn n_calls(&self) -> u64 {
        self.n_calls.load(Ordering::SeqCst)
    }

    async fn pass(&self) -> Result<(), StoreError> {
        let n = self.n_calls.fetch_add(1, Ordering::SeqCst) + 1;
        if n == self.fails_at {
            return Err(StoreError::Unavailable { source: format!("call {n} was made to fail").into() });
        }
        Ok(())
    }
}

impl<S> Slow<S> {
    /// Waits `delay` before each call. Needs a runtime with time.
    pub const fn new(store: S, delay: Duration) -> Self {
        Self { store, delay }
    }

    async fn pass(&self) -> Result<(), StoreError> {
        tokio::time::sleep(self.delay).await;
        Ok(())
    }
}

// A macro, because both wrappers forward every call alike.
macro_rules! forward {
    ($wrapper:ident) => {
        #[async_trait]
        impl<S: Store> Memory for $wrapper<S> {
            async fn recall(
                &self,
                event: &Event,
                enrichment: &Enrichment,
                now: Timestamp,
            ) -> Result<History, StoreError> {
                self.pass().await?;
                self.store.recall(event, enrichment, now).await
            }

            async fn record(&self, entry: Entry) -> Result<Recorded, StoreError> {
                self.pass().await?;
                self.store.record(entry).await
            }

            async fn answer_to_retry(&self, retry: &RetryKey, now: Timestamp) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.answer_to_retry(retry, now).await
            }

            async fn conclude(&self, conclusion: Conclusion) -> Result<Record, StoreError> {
                self.pass().await?;
                self.store.conclude(conclusion).await
            }

            async fn apply_feedback(&self, feedback: Feedback) -> Result<Applied, StoreError> {
                self.pass().await?;
                self.store.apply_feedback(feedback).await
            }
        }

        #[async_trait]
        impl<S: Store> Ledger for $wrapper<S> {
            async fn find(&self, application: &ApplicationId, event: EventId) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.find(application, event).await
            }

            async fn search(&self, search: &Search) -> Result<Page, StoreError> {
                self.pass().await?;
                self.store.search(search).await
            }

            async fn erase_account(
                &self,
                application: &ApplicationId,
                account: &AccountId,
                now: Timestamp,
            ) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.erase_account(application, account, now).await
            }

            async fn health(&self) -> Result<StoreHealth, StoreError> {
                self.pass().await?;
                self.store.health().await
            }
        }

        #[async_trait]
        impl<S: Store> Office for $wrapper<S> {
            async fn create_application(&self, application: Application) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.create_application(application).await
            }

            async fn change_application(&self, application: Application) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.change_application(application).await
            }

            async fn applications(&self) -> Result<Vec<Application>, StoreError> {
                self.pass().await?;
                self.store.applications().await
            }
        }
    };
}

forward!(Faulty);
forward!(Slow);
