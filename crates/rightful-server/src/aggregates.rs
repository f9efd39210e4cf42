//! Keeps the aggregates that rules ask for.
//!
//! A server serves at once when it starts. Until what its rules newly ask for has been counted from the ledger, it is
//! missing: comparisons with it are not true, a line in the log and a metric say so. A new application has nothing to be
//! counted, and its aggregates are kept before its keys are known.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rightful_domain::{Aggregate, ApplicationId};
use rightful_store::{Backfill, Store, StoreError};

use crate::app::App;
use crate::shutdown::Shutdown;

/// After a failure, it is tried again so soon.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// Keeps these aggregates, which rules ask for, of an application, and forgets what no rule asks for any more: returns once all is
/// counted. `progress` is told of it now and then, if there is something to count. Whoever no longer waits may ask again,
/// and goes on where it was left.
pub(crate) async fn ensure(
    store: &dyn Store,
    application: &ApplicationId,
    aggregates: Vec<Aggregate>,
    progress: &(dyn Fn(Backfill) + Send + Sync),
) -> Result<(), StoreError> {
    let n_aggregates = aggregates.len();
    let (begun, n_rows) = (Instant::now(), AtomicU64::new(0));
    let told = |backfill: Backfill| {
        if n_rows.swap(backfill.n_rows, Ordering::Relaxed) == 0 {
            tracing::info!(
                application = application.as_str(),
                aggregates = n_aggregates,
                rows = backfill.n_rows,
                "counting from the ledger what rules ask for: until it is done, it is missing"
            );
        }
        progress(backfill);
    };
    store.keep_aggregates(application, aggregates, &told).await?;
    let rows = n_rows.into_inner();
    if rows > 0 {
        let took_ms = begun.elapsed().as_millis();
        tracing::info!(application = application.as_str(), rows, took_ms, "counted what rules ask for");
    }
    Ok(())
}

fn metered(app: &App, backfill: Backfill) {
    app.pipeline.meters.to_count(backfill.n_rows - backfill.n_done.min(backfill.n_rows));
}

/// The same for the rules in force, and said by the meters.
pub(crate) async fn ensure_in_force(app: &App, application: &ApplicationId) -> Result<(), StoreError> {
    let pipeline = &app.pipeline;
    let progress = |backfill: Backfill| metered(app, backfill);
    let in_effect = pipeline.policies.of(application);
    ensure(&*pipeline.store, application, in_effect.policy.rules().aggregates(), &progress).await
}

/// Keeps what the rules in force ask for of every application, until the server stops.
pub(crate) async fn run(app: Arc<App>, shutdown: Shutdown) {
    let mut changes = app.applications.changes();
    let mut kept: BTreeSet<ApplicationId> = BTreeSet::new();
    loop {
        let awaited = app.applications.ids();
        for application in awaited.iter().filter(|id| !kept.contains(id)).cloned().collect::<Vec<_>>() {
            let ensured = tokio::select! {
                ensured = ensure_in_force(&app, &application) => ensured,
                () = shutdown.requested() => return,
            };
            match ensured {
                Ok(()) => drop(kept.insert(application)),
                Err(error) => {
                    let application = application.as_str();
                    tracing::error!(application, %error, "what rules ask for could not be counted: it stays missing");
                }
            }
        }
        let all_are_kept = awaited.iter().all(|id| kept.contains(id));
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(RETRY_AFTER), if !all_are_kept => {}
            () = app.counting.wished() => {
                let progress = |backfill: Backfill| metered(&app, backfill);
                let counted = tokio::select! {
                    counted = app.counting.go_on(&*app.pipeline.store, &progress) => counted,
                    () = shutdown.requested() => return,
                };
                if let Err(error) = counted {
                    tracing::error!(%error, "what rules will ask for could not be counted: it is when they are published again");
                }
            }
            () = shutdown.requested() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::{PolicySource, PolicyVersion, Verdict};
    use rightful_engine::Policy;
    use rightful_store::conformance::{judged, login};
    use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey};

    use super::*;

    fn policy(text: &str) -> Policy {
        let version = PolicyVersion { id: "test".into(), version: 1 };
        Policy::parse(&PolicySource { version, text: text.into() }).unwrap()
    }

    #[tokio::test]
    async fn what_rules_ask_for_is_counted_from_the_ledger_and_forgotten_with_them() {
        let folder = tempfile::tempdir().unwrap();
        let options = EmbeddedOptions::new(MasterKey::from_bytes([1; 32]), [2; 32]);
        let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(folder.path(), options).unwrap().0);
        let application = login(0, "anna", "phone", "192.0.2.1").application;
        for n in 0..5 {
            store.record(judged(&login(n, "anna", "phone", "192.0.2.1"), Verdict::Allow)).await.unwrap();
        }
        let asks = policy("[[rules]]\nname = 'often'\nwhen = 'events.byAccount.lastDays(1).count() > 3'\n");
        let told = AtomicU64::new(0);
        let progress = |backfill: Backfill| {
            assert_eq!(backfill, Backfill { n_done: 5, n_rows: 5 });
            told.fetch_add(1, Ordering::Relaxed);
        };
        for _ in 0..2 {
            ensure(&*store, &application, asks.rules().aggregates(), &progress).await.unwrap();
            let kept = store.kept_aggregates(&application).await.unwrap();
            assert_eq!(kept.iter().map(|kept| kept.is_ready).collect::<Vec<_>>(), [true]);
        }
        assert_eq!(told.into_inner(), 1);
        ensure(&*store, &application, Policy::default().rules().aggregates(), &|_| {}).await.unwrap();
        assert_eq!(store.kept_aggregates(&application).await.unwrap(), []);
    }
}
