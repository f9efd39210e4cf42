//! A process killed under load: every login it was told is safe is found exactly once, numbers have no gap, and memory is
//! what the ledger says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rightful_domain::{
    AGGREGATE_MINUTES_MAX, Action, Aggregate, AggregateKey, Enrichment, Measure, Search, Span, Verdict,
};
use rightful_store::conformance::{judged, login};
use rightful_store::{Aggregates, EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory};

/// Set in the process that is killed: the folder, and the first event.
const FOLDER: &str = "CRASH_TEST_FOLDER";
const FIRST: &str = "CRASH_TEST_FIRST";
const CALLERS: u64 = 16;
const ROUNDS: u64 = 4;
/// Acknowledgements before the process is killed. Past a checkpoint, with the replay bound below.
const ACKNOWLEDGED_MIN: usize = 4_000;
const ROUND_EVENTS: u64 = 1_000_000;

fn open(dir: &Path) -> EmbeddedStore {
    let options = EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32]);
    EmbeddedStore::open(dir, EmbeddedOptions { replay_max: 4_096, ..options }).unwrap().0
}

/// All logins of the one phone.
fn of_the_phone() -> Aggregate {
    Aggregate {
        by: AggregateKey::Device,
        action: Some(Action::Login),
        direction: None,
        succeeded: Some(true),
        excludes_current: true,
        minutes: AGGREGATE_MINUTES_MAX,
        measure: Measure::Count,
    }
}

async fn keep(store: &EmbeddedStore, aggregates: Vec<Aggregate>) {
    let application = login(0, "a", "b", "").application;
    store.keep_aggregates(&application, aggregates, &|_| {}).await.unwrap();
}

/// What was counted: each row once, and no more beside them than were under way when the process was killed.
async fn check_counted(store: &EmbeddedStore, sequence: u64) {
    keep(store, vec![of_the_phone()]).await;
    let event = login(ROUNDS * ROUND_EVENTS, "nobody", "phone", "192.0.2.1");
    let history = store.recall(&event, &Enrichment::default(), event.received_at).await.unwrap();
    let counted = history.aggregates.first().unwrap().value as u64;
    assert!((sequence..=sequence + ROUNDS * CALLERS).contains(&counted), "{counted} of {sequence} rows");
}

fn account(n: u64) -> String {
    format!("account{}", n % 50)
}

/// Does nothing in a test run; in the process that is killed, records for ever, and says which events are safe.
#[test]
fn the_process_that_is_killed() {
    let (Ok(dir), Ok(first)) = (std::env::var(FOLDER), std::env::var(FIRST)) else { return };
    let first: u64 = first.parse().unwrap();
    let store = Arc::new(open(Path::new(&dir)));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        // From the second round on there is something to count from the ledger, while logins come: again and again, so that
        // the kill comes in the middle.
        let keeper = Arc::clone(&store);
        let keeping = tokio::spawn(async move {
            if first == 0 {
                return;
            }
            loop {
                keep(&keeper, vec![of_the_phone()]).await;
                keep(&keeper, Vec::new()).await;
            }
        });
        let callers = (0..CALLERS).map(|caller| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in (first + caller..).step_by(usize::try_from(CALLERS).unwrap()) {
                    let event = login(n, &account(n), "phone", "192.0.2.1");
                    store.recall(&event, &Enrichment::default(), event.received_at).await.unwrap();
                    store.record(judged(&event, Verdict::Allow)).await.unwrap();
                    println!("safe {n}");
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        keeping.await.unwrap();
    });
}

/// Runs the process until it has acknowledged enough, kills it, and gives what it had acknowledged.
fn run_and_kill(dir: &Path, first: u64) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--nocapture"])
        .env(FOLDER, dir)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut safe = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        safe.extend(line.strip_prefix("safe ").and_then(|n| n.parse::<u64>().ok()));
        if safe.len() == ACKNOWLEDGED_MIN {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    safe
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let mut safe = Vec::new();
    for round in 0..ROUNDS {
        let told = run_and_kill(dir.path(), round * ROUND_EVENTS);
        assert!(told.len() >= ACKNOWLEDGED_MIN, "the process ended by itself after {}", told.len());
        safe.extend(told);
        let store = open(dir.path());
        runtime.block_on(check(&store, &safe));
    }
}

async fn check(store: &EmbeddedStore, safe: &[u64]) {
    let application = login(0, "a", "b", "").application;
    for n in safe {
        let event = login(*n, &account(*n), "phone", "192.0.2.1");
        let record = store.find(&application, event.id).await.unwrap().unwrap();
        assert_eq!(record.entry, judged(&event, Verdict::Allow), "event {n}");
    }
    let sequence = store.health().await.unwrap().sequence;
    check_counted(store, sequence).await;
    let mut search = Search::of(application.clone(), 500);
    let mut expected = sequence;
    loop {
        let page = store.search(&search).await.unwrap();
        for record in &page.records {
            assert_eq!(record.sequence, expected, "a number is missing or there twice");
            expected -= 1;
        }
        search.cursor = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(expected, 0);
    // What each account has learned is what the ledger holds of it: nothing is lost, nothing is learned twice.
    let mut n_learned = 0;
    for n in 0..50 {
        let event = login(n, &account(n), "phone", "192.0.2.1");
        // Asked as if it came long ago, so that asking leaves no trace.
        let history = store.recall(&event, &Enrichment::default(), event.at.plus(Span::Week.duration())).await.unwrap();
        n_learned += u64::from(history.account.unwrap().profile.n_learned);
    }
    assert_eq!(n_learned, sequence);
}
