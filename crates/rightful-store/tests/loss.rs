//! Whatever was acknowledged and is gone is said, and the store does not open as if nothing had happened. Nor does it
//! open twice, or with another key.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod testkit;

use std::fs::File;
use std::path::Path;

use rightful_domain::{Enrichment, Verdict};
use rightful_store::conformance::{judged, login};
use rightful_store::{EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory, OpenReport, Recorded, StoreError};
use testkit::{copy_dir, cut_journal, journal, journal_used, wait};

type Opened = Result<(EmbeddedStore, OpenReport), StoreError>;

fn options() -> EmbeddedOptions {
    EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32])
}

fn open(dir: &Path) -> Opened {
    EmbeddedStore::open(dir, options())
}

fn open_anyway(dir: &Path) -> Opened {
    EmbeddedStore::open(dir, EmbeddedOptions { go_on_after_loss: true, ..options() })
}

/// Records events by number; gives the last sequence number.
fn record(store: &EmbeddedStore, events: std::ops::Range<u64>) -> u64 {
    let mut last = 0;
    for n in events {
        let event = login(n, &format!("account{}", n % 3), "phone", "192.0.2.1");
        match wait(store.record(judged(&event, Verdict::Allow))).unwrap() {
            Recorded::New { sequence } => last = sequence,
            Recorded::Repeated(_) => panic!("event {n} was there before"),
        }
    }
    last
}

#[track_caller]
fn refused(opened: Opened, says: &str) {
    match opened {
        Err(StoreError::Corrupt { what }) => assert!(what.contains(says), "it says: {what}"),
        Err(error) => panic!("it says: {error:?}"),
        Ok(_) => panic!("it opened"),
    }
}

/// Refused; opened anyway, said; then new rows are taken under new numbers, and the next opening has nothing to say.
#[track_caller]
fn said_and_survived(dir: &Path, says: &str, acknowledged: u64) {
    refused(open(dir), says);
    let (store, report) = open_anyway(dir).unwrap();
    let lost = report.lost.unwrap();
    assert!(lost.what.iter().any(|what| what.contains(says)), "{lost:?}");
    assert!(record(&store, 1_000..1_001) > acknowledged, "a number that was acknowledged is used again");
    drop(store);
    let (store, report) = open(dir).unwrap();
    assert_eq!(report.lost, None);
    let event = login(1_000, "account1", "phone", "192.0.2.1");
    assert!(wait(store.find(&event.application, event.id)).unwrap().is_some());
}

/// A folder with twenty rows, left without a checkpoint.
fn twenty_rows() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (store, report) = open(dir.path()).unwrap();
    assert_eq!((report.sequence, report.n_replayed, report.lost), (0, 0, None));
    assert_eq!(record(&store, 0..20), 20);
    dir
}

#[test]
fn a_lost_file_of_acknowledgements_is_said() {
    let dir = twenty_rows();
    std::fs::remove_file(dir.path().join("acknowledged")).unwrap();
    said_and_survived(dir.path(), "acknowledged is missing or damaged", 20);
}

#[test]
fn a_damaged_file_of_acknowledgements_is_said() {
    let dir = twenty_rows();
    std::fs::write(dir.path().join("acknowledged"), [0xff; 5_000]).unwrap();
    said_and_survived(dir.path(), "acknowledged is missing or damaged", 20);
}

#[test]
fn an_older_ledger_beside_newer_acknowledgements_is_said() {
    let dir = twenty_rows();
    let kept = tempfile::tempdir().unwrap();
    copy_dir(&dir.path().join("db"), kept.path());
    let (store, _) = open(dir.path()).unwrap();
    assert_eq!(record(&store, 20..30), 30);
    store.close();
    drop(store);
    std::fs::remove_dir_all(dir.path().join("db")).unwrap();
    copy_dir(kept.path(), &dir.path().join("db"));
    said_and_survived(dir.path(), "rows up to 30 were acknowledged, and the ledger ends at 20", 30);
}

#[test]
fn a_journal_cut_short_is_said() {
    let dir = twenty_rows();
    cut_journal(dir.path(), journal_used(dir.path()) - 11);
    said_and_survived(dir.path(), "rows up to 20 were acknowledged, and the ledger ends at 19", 20);
}

#[test]
fn a_flipped_bit_in_the_journal_is_said() {
    let dir = twenty_rows();
    let path = journal(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[journal_used(dir.path()) / 2] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    refused(open(dir.path()), "");
    let (store, report) = open_anyway(dir.path()).unwrap();
    assert!(report.lost.unwrap().what.iter().any(|what| what.contains("set aside")));
    assert!(dir.path().join("set-aside-1").exists());
    assert!(record(&store, 1_000..1_001) > 20);
    drop(store);
    assert_eq!(open(dir.path()).unwrap().1.lost, None);
}

#[test]
fn a_lost_database_is_said() {
    let dir = twenty_rows();
    std::fs::remove_dir_all(dir.path().join("db")).unwrap();
    said_and_survived(dir.path(), "rows up to 20 were acknowledged, and the database is gone", 20);
}

/// Changes the ledger behind the store's back.
fn tamper(dir: &Path, change: impl FnOnce(&fjall::Keyspace)) {
    let database = fjall::Database::builder(dir.join("db")).open().unwrap();
    change(&database.keyspace("ledger", fjall::KeyspaceCreateOptions::default).unwrap());
    database.persist(fjall::PersistMode::SyncAll).unwrap();
}

#[test]
fn a_hole_in_the_ledger_is_said() {
    let dir = twenty_rows();
    tamper(dir.path(), |ledger| {
        for sequence in 7_u64..=9 {
            ledger.remove(sequence.to_be_bytes()).unwrap();
        }
    });
    said_and_survived(dir.path(), "rows 7 to 9 of the ledger are missing", 20);
}

#[test]
fn a_damaged_row_is_said() {
    let dir = twenty_rows();
    tamper(dir.path(), |ledger| {
        let mut row = ledger.get(7_u64.to_be_bytes()).unwrap().unwrap().to_vec();
        row[30] ^= 4;
        ledger.insert(7_u64.to_be_bytes(), row).unwrap();
    });
    said_and_survived(dir.path(), "row 7 of the ledger: checksum does not match", 20);
}

#[test]
fn a_database_that_was_never_finished_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("db")).unwrap();
    File::create(dir.path().join("db/0.jnl")).unwrap();
    let (store, report) = open(dir.path()).unwrap();
    assert_eq!((record(&store, 0..1), report.lost), (1, None));
}

#[test]
fn a_folder_is_open_once() {
    let dir = twenty_rows();
    let (store, _) = open(dir.path()).unwrap();
    assert!(matches!(open(dir.path()), Err(StoreError::Locked)));
    drop(store);
    assert!(open(dir.path()).is_ok());
}

#[test]
fn another_master_key_is_refused() {
    let dir = twenty_rows();
    let other = EmbeddedOptions::new(MasterKey::from_bytes([8; 32]), [9; 32]);
    refused(EmbeddedStore::open(dir.path(), other), "master key");
    assert!(open(dir.path()).is_ok());
}

#[test]
fn a_restart_replays_no_more_than_its_bound() {
    let dir = tempfile::tempdir().unwrap();
    // The least there is.
    let options = || EmbeddedOptions { replay_max: 4_096, ..options() };
    let (store, _) = EmbeddedStore::open(dir.path(), options()).unwrap();
    let store = std::sync::Arc::new(store);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let callers = (0..64_u64).map(|caller| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move {
                for n in 0..150 {
                    let event = login(caller * 150 + n, &format!("account{caller}"), "phone", "192.0.2.1");
                    store.recall(&event, &Enrichment::default(), event.received_at).await.unwrap();
                    store.record(judged(&event, Verdict::Allow)).await.unwrap();
                    assert!(store.health().await.unwrap().n_to_replay <= 4_096);
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    });
    drop(runtime);
    drop(std::sync::Arc::into_inner(store));
    let (store, report) = EmbeddedStore::open(dir.path(), options()).unwrap();
    assert_eq!((report.sequence, report.lost), (9_600, None));
    assert!((1..=4_096).contains(&report.n_replayed), "{} rows replayed", report.n_replayed);
    store.close();
    assert!(matches!(wait(store.find(&login(0, "a", "b", "").application, login(0, "a", "b", "").id)), Ok(Some(_))));
    drop(store);
    let (_, report) = EmbeddedStore::open(dir.path(), options()).unwrap();
    assert_eq!((report.sequence, report.n_replayed), (9_600, 0));
}

#[test]
fn what_is_asked_of_a_closed_store_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path()).unwrap();
    store.close();
    store.close();
    let event = login(1, "anna", "phone", "192.0.2.1");
    assert!(matches!(wait(store.record(judged(&event, Verdict::Allow))), Err(StoreError::Unavailable { .. })));
}
