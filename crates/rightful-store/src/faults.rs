//! Stores that fail or dawdle on purpose, around a real one: for tests of what stands on a store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Application, ApplicationId, Conclusion, Delivery, Device, DeviceId, Dossier, Enrichment, Entry, Event,
    EventId, Excerpt, Feedback, History, Note, Page, Passage, Record, Report, ReportKey, RetryKey, Search, Takeover,
    Timestamp, Waiting,
};

use crate::{Applied, Ledger, Memory, Office, Outbox, Recorded, Store, StoreError, StoreHealth};

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

            async fn keep_report(&self, report: Report) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.keep_report(report).await
            }

            async fn report(
                &self,
                application: &ApplicationId,
                key: ReportKey<'_>,
                now: Timestamp,
            ) -> Result<Option<Report>, StoreError> {
                self.pass().await?;
                self.store.report(application, key, now).await
            }

            async fn alike_device(
                &self,
                application: &ApplicationId,
                account: &AccountId,
                device: &Device,
                likeness_min: f32,
            ) -> Result<Option<DeviceId>, StoreError> {
                self.pass().await?;
                self.store.alike_device(application, account, device, likeness_min).await
            }

            async fn consume(
                &self,
                application: &ApplicationId,
                event: EventId,
                now: Timestamp,
            ) -> Result<Record, StoreError> {
                self.pass().await?;
                self.store.consume(application, event, now).await
            }

            async fn note(&self, note: Note) -> Result<Dossier, StoreError> {
                self.pass().await?;
                self.store.note(note).await
            }
        }

        #[async_trait]
        impl<S: Store> Ledger for $wrapper<S> {
            async fn find(&self, application: &ApplicationId, event: EventId) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.find(application, event).await
            }

            async fn passage(&self, excerpt: &Excerpt) -> Result<Passage, StoreError> {
                self.pass().await?;
                self.store.passage(excerpt).await
            }

            async fn search(&self, search: &Search) -> Result<Page, StoreError> {
                self.pass().await?;
                self.store.search(search).await
            }

            async fn dossier(&self, application: &ApplicationId, account: &AccountId) -> Result<Dossier, StoreError> {
                self.pass().await?;
                self.store.dossier(application, account).await
            }

            async fn takeover(&self, application: &ApplicationId, account: &AccountId) -> Result<Takeover, StoreError> {
                self.pass().await?;
                self.store.takeover(application, account).await
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
        impl<S: Store> Outbox for $wrapper<S> {
            async fn enqueue(&self, waiting: Vec<Waiting>) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.enqueue(waiting).await
            }

            async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Waiting>, StoreError> {
                self.pass().await?;
                self.store.due(now, limit).await
            }

            async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
                self.pass().await?;
                self.store.next_due().await
            }

            async fn settle(&self, waiting: &Waiting, delivery: Delivery) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.settle(waiting, delivery).await
            }

            async fn record_at(&self, sequence: u64) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.record_at(sequence).await
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
