//! A process killed under load: every login it was told is safe is found exactly once, numbers have no gap, and memory is
//! what the ledger says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rightful_domain::{Enrichment, Search, Span, Verdict};
use rightful_store::conformance::{judged, login};
use rightful_store::{EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory};

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
    let mut search = Search {
        application: application.clone(),
        account: None,
        device: None,
        subnet: None,
        from: None,
        to: None,
        limit: 500,
        cursor: None,
    };
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
