//! What the store has no room for is not counted by aggregates, whoever asks at the same moment.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod testkit;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rightful_domain::{Aggregate, AggregateKey, Enrichment, Measure, Verdict};
use rightful_store::conformance::{judged, login};
use rightful_store::{Aggregates, EmbeddedOptions, EmbeddedStore, MasterKey, Memory, StoreError};
use testkit::wait;

const THREADS: u64 = 8;
const ATTEMPTS_PER_THREAD: u64 = 150;

#[test]
fn attempts_that_find_the_queue_full_leave_no_count() {
    let dir = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { queue_max: 1, ..EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32]) };
    let (store, _) = EmbeddedStore::open(dir.path(), options).unwrap();
    let store = Arc::new(store);
    let count = Aggregate {
        by: AggregateKey::Account,
        action: None,
        direction: None,
        succeeded: None,
        excludes_current: true,
        minutes: 24 * 60,
        measure: Measure::Count,
    };
    let probe = login(0, "anna", "phone", "192.0.2.1");
    wait(store.keep_aggregates(&probe.application, vec![count.clone()], &|_| {})).unwrap();
    let (n_written, n_refused) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, n_written, n_refused) = (&store, &n_written, &n_refused);
            scope.spawn(move || {
                for n in 0..ATTEMPTS_PER_THREAD {
                    let event = login(1 + thread * ATTEMPTS_PER_THREAD + n, "anna", "phone", "192.0.2.1");
                    wait(store.recall(&event, &Enrichment::default(), event.received_at)).unwrap();
                    let end = match wait(store.record(judged(&event, Verdict::Allow))) {
                        Ok(_) => n_written,
                        Err(StoreError::Busy) => n_refused,
                        Err(error) => panic!("{error:?}"),
                    };
                    end.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let (n_written, n_refused) = (n_written.into_inner(), n_refused.into_inner());
    assert_eq!(n_written + n_refused, THREADS * ATTEMPTS_PER_THREAD);
    assert!(n_refused > 0, "eight threads never met a full queue of one");
    let history = wait(store.recall(&probe, &Enrichment::default(), probe.received_at)).unwrap();
    let counted = history.aggregates.iter().find(|value| value.id == count.id()).unwrap().value;
    assert_eq!(counted, n_written as f64);
}
