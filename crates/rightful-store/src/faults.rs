//! Stores that fail or dawdle on purpose, around a real one: for tests of what stands on a store.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Aggregate, Application, ApplicationId, AuditRow, Author, Case, CasePage, CaseRefusal, CaseSearch,
    Conclusion, CorrelationId, Day, Delivery, DeliveryTry, Device, DeviceId, Dossier, Enrichment, Entry, Event,
    EventId, Excerpt, Feedback, History, HookHealth, KeyChange, List, ListChange, ListEntry, ListKept, ListMatch,
    ListPut, ListSubject, LoggedTry, Note, Page, Passage, Record, Report, ReportKey, RetryKey, RuleBook,
    RuleBookChange, RuleBookVersion, RuleCounted, RuleCounts, Search, SizedList, Snooze, Takeover, Telling, Timestamp,
    Waiting,
};

use crate::{
    Aggregates, Applied, Backfill, CaseAsked, Cases, Extent, KeptAggregate, Ledger, Lists, Memory, Office, Outbox,
    Recorded, Scan, Store, StoreError, StoreHealth, Visit,
};

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

            async fn recall_again(
                &self,
                application: &ApplicationId,
                event: EventId,
                enrichment: &Enrichment,
                now: Timestamp,
            ) -> Result<History, StoreError> {
                self.pass().await?;
                self.store.recall_again(application, event, enrichment, now).await
            }

            async fn record_opening(&self, entry: Entry, case: Option<Case>) -> Result<Recorded, StoreError> {
                self.pass().await?;
                self.store.record_opening(entry, case).await
            }

            async fn answer_to_retry(&self, retry: &RetryKey, now: Timestamp) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.answer_to_retry(retry, now).await
            }

            async fn conclude(&self, conclusion: Conclusion) -> Result<Record, StoreError> {
                self.pass().await?;
                self.store.conclude(conclusion).await
            }

            async fn apply_feedback_telling(
                &self,
                feedback: Feedback,
                tellings: Vec<Telling>,
            ) -> Result<Applied, StoreError> {
                self.pass().await?;
                self.store.apply_feedback_telling(feedback, tellings).await
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

            async fn note_telling(&self, note: Note, tellings: Vec<Telling>) -> Result<Dossier, StoreError> {
                self.pass().await?;
                self.store.note_telling(note, tellings).await
            }
        }

        #[async_trait]
        impl<S: Store> Ledger for $wrapper<S> {
            async fn find(&self, application: &ApplicationId, event: EventId) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.find(application, event).await
            }

            async fn correlated(
                &self,
                application: &ApplicationId,
                correlation: &CorrelationId,
                limit: u16,
            ) -> Result<Vec<Record>, StoreError> {
                self.pass().await?;
                self.store.correlated(application, correlation, limit).await
            }

            async fn passage(&self, excerpt: &Excerpt) -> Result<Passage, StoreError> {
                self.pass().await?;
                self.store.passage(excerpt).await
            }

            async fn search(&self, search: &Search) -> Result<Page, StoreError> {
                self.pass().await?;
                self.store.search(search).await
            }

            async fn extent(&self, from: Timestamp, to: Timestamp) -> Result<Extent, StoreError> {
                self.pass().await?;
                self.store.extent(from, to).await
            }

            async fn scan(&self, scan: &Scan, visit: Visit) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.scan(scan, visit).await
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
        impl<S: Store> Cases for $wrapper<S> {
            async fn case(&self, application: &ApplicationId, event: EventId) -> Result<Option<Case>, StoreError> {
                self.pass().await?;
                self.store.case(application, event).await
            }

            async fn cases(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, StoreError> {
                self.pass().await?;
                self.store.cases(search, now).await
            }

            async fn alter_case(&self, asked: CaseAsked) -> Result<Result<Case, CaseRefusal>, StoreError> {
                self.pass().await?;
                self.store.alter_case(asked).await
            }

            async fn decisions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Case>, StoreError> {
                self.pass().await?;
                self.store.decisions_due(now, limit).await
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

            async fn settle_try(
                &self,
                waiting: &Waiting,
                delivery: Delivery,
                tried: &DeliveryTry,
            ) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.settle_try(waiting, delivery, tried).await
            }

            async fn tries(
                &self,
                application: &ApplicationId,
                hook: &str,
                before: Option<u64>,
                limit: u16,
            ) -> Result<Vec<LoggedTry>, StoreError> {
                self.pass().await?;
                self.store.tries(application, hook, before, limit).await
            }

            async fn given_up(
                &self,
                application: &ApplicationId,
                hook: &str,
                after: u64,
                limit: u16,
            ) -> Result<Vec<Waiting>, StoreError> {
                self.pass().await?;
                self.store.given_up(application, hook, after, limit).await
            }

            async fn redeliver(
                &self,
                application: &ApplicationId,
                hook: &str,
                numbers: Option<&[u64]>,
                by: Author,
            ) -> Result<u64, StoreError> {
                self.pass().await?;
                self.store.redeliver(application, hook, numbers, by).await
            }

            async fn hurry(&self, application: &ApplicationId, hook: &str, now: Timestamp) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.hurry(application, hook, now).await
            }

            async fn hook_health(&self, application: &ApplicationId, hook: &str) -> Result<HookHealth, StoreError> {
                self.pass().await?;
                self.store.hook_health(application, hook).await
            }

            async fn record_at(&self, sequence: u64) -> Result<Option<Record>, StoreError> {
                self.pass().await?;
                self.store.record_at(sequence).await
            }
        }

        #[async_trait]
        impl<S: Store> Lists for $wrapper<S> {
            async fn keep_list(&self, list: List, by: Author) -> Result<ListKept, StoreError> {
                self.pass().await?;
                self.store.keep_list(list, by).await
            }

            async fn drop_list(
                &self,
                application: &ApplicationId,
                name: &str,
                by: Author,
            ) -> Result<Option<u64>, StoreError> {
                self.pass().await?;
                self.store.drop_list(application, name, by).await
            }

            async fn lists(&self, application: &ApplicationId) -> Result<Vec<SizedList>, StoreError> {
                self.pass().await?;
                self.store.lists(application).await
            }

            async fn put_on_list(
                &self,
                application: &ApplicationId,
                name: &str,
                entries: Vec<ListEntry>,
                by: Author,
            ) -> Result<Option<ListPut>, StoreError> {
                self.pass().await?;
                self.store.put_on_list(application, name, entries, by).await
            }

            async fn take_off_list(
                &self,
                application: &ApplicationId,
                name: &str,
                values: Vec<Box<str>>,
                by: Author,
            ) -> Result<Option<u64>, StoreError> {
                self.pass().await?;
                self.store.take_off_list(application, name, values, by).await
            }

            async fn list_page(
                &self,
                application: &ApplicationId,
                name: &str,
                after: Option<&str>,
                limit: usize,
                now: Timestamp,
            ) -> Result<Option<Vec<ListEntry>>, StoreError> {
                self.pass().await?;
                self.store.list_page(application, name, after, limit, now).await
            }

            async fn list_entry(
                &self,
                application: &ApplicationId,
                name: &str,
                value: &str,
                now: Timestamp,
            ) -> Result<Option<ListEntry>, StoreError> {
                self.pass().await?;
                self.store.list_entry(application, name, value, now).await
            }

            async fn look_up_lists(
                &self,
                application: &ApplicationId,
                of: ListSubject,
                value: &str,
                now: Timestamp,
            ) -> Result<Vec<ListMatch>, StoreError> {
                self.pass().await?;
                self.store.look_up_lists(application, of, value, now).await
            }

            async fn list_changes(
                &self,
                application: &ApplicationId,
                limit: usize,
            ) -> Result<Vec<ListChange>, StoreError> {
                self.pass().await?;
                self.store.list_changes(application, limit).await
            }
        }

        #[async_trait]
        impl<S: Store> Aggregates for $wrapper<S> {
            async fn keep_aggregates(
                &self,
                application: &ApplicationId,
                aggregates: Vec<Aggregate>,
                progress: &(dyn Fn(Backfill) + Send + Sync),
            ) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.keep_aggregates(application, aggregates, progress).await
            }

            async fn kept_aggregates(&self, application: &ApplicationId) -> Result<Vec<KeptAggregate>, StoreError> {
                self.pass().await?;
                self.store.kept_aggregates(application).await
            }
        }

        #[async_trait]
        impl<S: Store> Office for $wrapper<S> {
            async fn create_application(&self, application: Application, by: Author) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.create_application(application, by).await
            }

            async fn change_application(&self, application: Application, by: Author) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.change_application(application, by).await
            }

            async fn change_keys(
                &self,
                application: &ApplicationId,
                change: KeyChange,
                by: Author,
            ) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.change_keys(application, change, by).await
            }

            async fn applications(&self) -> Result<Vec<Application>, StoreError> {
                self.pass().await?;
                self.store.applications().await
            }

            async fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
                self.pass().await?;
                self.store.audit(after, limit).await
            }

            async fn rule_book(&self, application: &ApplicationId) -> Result<RuleBook, StoreError> {
                self.pass().await?;
                self.store.rule_book(application).await
            }

            async fn change_rule_book(&self, change: RuleBookChange) -> Result<RuleBook, StoreError> {
                self.pass().await?;
                self.store.change_rule_book(change).await
            }

            async fn rule_book_version(
                &self,
                application: &ApplicationId,
                number: u32,
            ) -> Result<Option<RuleBookVersion>, StoreError> {
                self.pass().await?;
                self.store.rule_book_version(application, number).await
            }

            async fn snooze(&self, snooze: Snooze) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.snooze(snooze).await
            }

            async fn end_snooze(
                &self,
                application: &ApplicationId,
                rule: &str,
                account: &AccountId,
            ) -> Result<bool, StoreError> {
                self.pass().await?;
                self.store.end_snooze(application, rule, account).await
            }

            async fn snoozes(&self, application: &ApplicationId, now: Timestamp) -> Result<Vec<Snooze>, StoreError> {
                self.pass().await?;
                self.store.snoozes(application, now).await
            }

            async fn add_rule_counts(
                &self,
                application: &ApplicationId,
                counts: Vec<(RuleCounted, RuleCounts)>,
            ) -> Result<(), StoreError> {
                self.pass().await?;
                self.store.add_rule_counts(application, counts).await
            }

            async fn rule_counts(
                &self,
                application: &ApplicationId,
                from: Day,
            ) -> Result<Vec<(RuleCounted, RuleCounts)>, StoreError> {
                self.pass().await?;
                self.store.rule_counts(application, from).await
            }
        }
    };
}

forward!(Faulty);
forward!(Slow);
