//! A copy that is taken while logins go on: it holds all that was acknowledged before, opens elsewhere, goes on as the
//! original does, and is watched over as that is. What is not whole never has the name.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod testkit;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rightful_domain::{AuditedChange, Author, Enrichment, Span, Timestamp, Verdict};
use rightful_store::conformance::{judged, login};
use rightful_store::{
    BackedUp, BackupError, EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory, Office, OpenReport, StoreError,
};
use testkit::wait;

/// Set in the process that is killed: the folder.
const FOLDER: &str = "BACKUP_TEST_FOLDER";
const N_ACCOUNTS: u64 = 50;

fn open(dir: &Path) -> Result<(EmbeddedStore, OpenReport), StoreError> {
    let options = EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32]);
    EmbeddedStore::open(dir, EmbeddedOptions { replay_max: 4_096, ..options })
}

fn event(n: u64) -> rightful_domain::Event {
    login(n, &format!("account{}", n % N_ACCOUNTS), "phone", "192.0.2.1")
}

fn record(store: &EmbeddedStore, n: u64) {
    let event = event(n);
    wait(store.recall(&event, &Enrichment::default(), event.received_at)).unwrap();
    wait(store.record(judged(&event, Verdict::Allow))).unwrap();
}

fn is_there(store: &EmbeddedStore, n: u64) -> bool {
    let event = event(n);
    wait(store.find(&event.application, event.id)).unwrap().is_some_and(|found| {
        assert_eq!(found.entry, judged(&event, Verdict::Allow));
        true
    })
}

fn back_up(store: &EmbeddedStore, place: &Path) -> Result<BackedUp, BackupError> {
    let folder = store.begin_backup(place, &["page-keys"])?;
    store.back_up(folder, &mut |_| Ok(()))
}

#[track_caller]
fn refused(done: Result<BackedUp, BackupError>, says: &str) {
    let error = done.expect_err("it was backed up");
    assert!(error.to_string().contains(says), "it says: {error}");
}

/// A folder for the data, with rows, and a folder for backups.
struct Site {
    _folder: tempfile::TempDir,
    data: PathBuf,
    backups: PathBuf,
}

fn site(n_rows: u64) -> (Site, EmbeddedStore) {
    let folder = tempfile::tempdir().unwrap();
    let (data, backups) = (folder.path().join("data"), folder.path().join("backups"));
    std::fs::create_dir(&backups).unwrap();
    let (store, _) = open(&data).unwrap();
    (0..n_rows).for_each(|n| record(&store, n));
    (Site { _folder: folder, data, backups }, store)
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What the accounts have learned in all: each row once.
fn n_learned(store: &EmbeddedStore) -> u64 {
    let of = |n| {
        let event = event(n);
        // Asked as if it came long ago, so that asking leaves no trace.
        let past = event.at.plus(Span::Week.duration());
        let history = wait(store.recall(&event, &Enrichment::default(), past)).unwrap();
        u64::from(history.account.unwrap().profile.n_learned)
    };
    (0..N_ACCOUNTS).map(of).sum()
}

#[test]
fn a_copy_taken_under_load_holds_what_was_acknowledged_and_goes_on() {
    let (site, store) = site(200);
    std::fs::write(site.data.join("page-keys"), "sealed").unwrap();
    let (n_safe, is_over) = (AtomicU64::new(200), AtomicBool::new(false));
    let copies: Vec<_> = std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 200.. {
                record(&store, n);
                n_safe.store(n + 1, Ordering::Release);
                if is_over.load(Ordering::Acquire) {
                    break;
                }
            }
        });
        // Checkpoints come and go meanwhile.
        let copies = (0..3).map(|n| {
            let place = site.backups.join(n.to_string());
            let n_before = n_safe.load(Ordering::Acquire);
            let done = back_up(&store, &place).unwrap();
            assert!(done.sequence >= n_before && done.n_rows == done.sequence, "{done:?} after {n_before}");
            assert_eq!((done.n_missing, done.n_damaged), (0, 0));
            (place, done)
        });
        let copies = copies.collect();
        is_over.store(true, Ordering::Release);
        copies
    });
    let n_all = n_safe.load(Ordering::Acquire);
    for (place, done) in copies {
        assert_eq!(std::fs::read_to_string(place.join("page-keys")).unwrap(), "sealed");
        let (copy, report) = open(&place).unwrap();
        assert_eq!((report.sequence, report.lost), (done.sequence, None));
        assert!((0..done.sequence).all(|n| is_there(&copy, n)));
        assert_eq!(n_learned(&copy), done.sequence, "each row taught once");
        // What comes then is new to it, is learned over what was, and survives.
        (done.sequence..n_all + 100).for_each(|n| record(&copy, n));
        copy.close();
        drop(copy);
        let (copy, report) = open(&place).unwrap();
        assert_eq!((report.sequence, report.n_replayed), (n_all + 100, 0));
        assert_eq!(n_learned(&copy), n_all + 100);
    }
}

#[test]
fn a_copy_of_a_copy_and_of_an_empty_folder_open() {
    let (site, store) = site(0);
    let [one, other] = ["one", "other"].map(|name| site.backups.join(name));
    assert_eq!(back_up(&store, &one).unwrap().sequence, 0);
    let (copy, report) = open(&one).unwrap();
    assert_eq!((report.sequence, report.lost), (0, None));
    record(&copy, 0);
    assert_eq!(back_up(&copy, &other).unwrap().sequence, 1);
    assert!(is_there(&open(&other).unwrap().0, 0));
}

#[test]
fn a_copy_is_its_owners_alone() {
    let (site, store) = site(10);
    let place = site.backups.join("copy");
    back_up(&store, &place).unwrap();
    let mut dirs = vec![place];
    while let Some(dir) = dirs.pop() {
        assert_eq!(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700, "{}", dir.display());
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
            }
        }
    }
}

/// Flips a bit in the middle of the largest file of a folder whose path has this in it.
fn damage(dir: &Path, within: &str) {
    let mut dirs = vec![dir.to_owned()];
    let mut files = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { dirs.push(path) } else { files.push(path) }
        }
    }
    files.retain(|path| path.to_string_lossy().contains(within));
    let largest = files.into_iter().max_by_key(|path| std::fs::metadata(path).unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&largest).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle] ^= 1;
    std::fs::write(largest, bytes).unwrap();
}

#[track_caller]
fn opens_as_corrupt(dir: &Path, says: &str) {
    match open(dir) {
        Err(StoreError::Corrupt { what }) => assert!(what.contains(says), "it says: {what}"),
        Err(error) => panic!("it says: {error:?}"),
        Ok(_) => panic!("it opened"),
    }
}

#[test]
fn what_is_damaged_or_missing_of_a_copy_is_said_when_it_is_opened() {
    let (site, store) = site(500);
    let place = |name: &str| {
        let place = site.backups.join(name);
        back_up(&store, &place).unwrap();
        place
    };
    let rows = place("rows");
    damage(&rows, "/tables/");
    opens_as_corrupt(&rows, "");
    let end = place("end");
    damage(&end, "acknowledged");
    std::fs::write(end.join("acknowledged"), [0xff; 5_000]).unwrap();
    opens_as_corrupt(&end, "acknowledged is missing or damaged");
    let database = place("database");
    std::fs::remove_dir_all(database.join("db")).unwrap();
    opens_as_corrupt(&database, "rows up to 500 were acknowledged, and the database is gone");
    let key = place("key");
    let options = EmbeddedOptions::new(MasterKey::from_bytes([8; 32]), [9; 32]);
    let stolen = EmbeddedStore::open(&key, options);
    assert!(matches!(stolen, Err(StoreError::Corrupt { what }) if what.contains("the master key is not the one")));
}

/// Changes the ledger behind the store's back.
fn tamper(dir: &Path, change: impl FnOnce(&fjall::Keyspace)) {
    let database = fjall::Database::builder(dir.join("db")).open().unwrap();
    change(&database.keyspace("ledger", fjall::KeyspaceCreateOptions::default).unwrap());
    database.persist(fjall::PersistMode::SyncAll).unwrap();
}

#[test]
fn what_the_ledger_lacks_is_counted() {
    let (site, store) = site(100);
    store.close();
    drop(store);
    tamper(&site.data, |ledger| {
        for sequence in 7_u64..=9 {
            ledger.remove(sequence.to_be_bytes()).unwrap();
        }
        let mut row = ledger.get(20_u64.to_be_bytes()).unwrap().unwrap().to_vec();
        row[30] ^= 4;
        ledger.insert(20_u64.to_be_bytes(), row).unwrap();
    });
    // It is history by now, behind the checkpoint: the folder opens, and so does its copy.
    let (store, _) = open(&site.data).unwrap();
    let place = site.backups.join("copy");
    let done = back_up(&store, &place).unwrap();
    assert_eq!((done.sequence, done.n_rows, done.n_missing, done.n_damaged), (100, 97, 3, 1));
    assert_eq!(open(&place).unwrap().1.sequence, 100);
}

#[test]
fn where_no_backup_can_be_is_said() {
    let (site, store) = site(1);
    let at = |place: &Path| back_up(&store, place);
    refused(at(Path::new("backups/copy")), "it must be a whole path");
    refused(at(Path::new("/")), "it must be a whole path");
    refused(at(&site.backups), "is there already");
    refused(at(&site.backups.join("not mounted/copy")), "there is no folder");
    refused(at(&site.data.join("copy")), "is in the data folder itself");
    refused(at(&site.backups.join("../data/copy")), "is in the data folder itself");
    let file = site.backups.join("file");
    std::fs::write(&file, "").unwrap();
    refused(at(&file), "is there already");
    refused(at(&file.join("copy")), "cannot write");
    std::fs::remove_file(file).unwrap();
    assert_eq!(names(&site.backups), Vec::<String>::new());
}

#[test]
fn of_two_to_one_place_the_second_is_refused() {
    let (site, store) = site(1);
    let place = site.backups.join("copy");
    let first = store.begin_backup(&place, &[]).unwrap();
    refused(back_up(&store, &place), "another backup is being written");
    store.back_up(first, &mut |_| Ok(())).unwrap();
    refused(back_up(&store, &place), "is there already");
}

#[test]
fn what_is_in_the_way_is_replaced_only_if_a_backup_left_it() {
    let (site, store) = site(1);
    let [place, partial] = ["copy", "copy.partial"].map(|name| site.backups.join(name));
    std::fs::create_dir(&partial).unwrap();
    std::fs::write(partial.join("letter"), "dear").unwrap();
    refused(back_up(&store, &place), "was not left by a backup");
    assert_eq!(names(&partial), ["letter"]);
    std::fs::remove_file(partial.join("letter")).unwrap();
    std::fs::create_dir_all(partial.join("db/keyspaces")).unwrap();
    File::create(partial.join("acknowledged")).unwrap();
    back_up(&store, &place).unwrap();
    assert_eq!(names(&site.backups), ["copy"]);
    assert!(is_there(&open(&place).unwrap().0, 0));
}

#[test]
fn one_that_is_stopped_leaves_nothing() {
    let (site, store) = site(2_000);
    let place = site.backups.join("copy");
    let folder = store.begin_backup(&place, &[]).unwrap();
    let mut told = Vec::new();
    let stopped = store.back_up(folder, &mut |progress| {
        told.push(progress);
        if told.len() == 2 { Err("enough of it".to_owned()) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(BackupError::Stopped(why)) if why == "enough of it"));
    assert!(told[0].n_done < told[1].n_done && told[1].n_done <= told[1].n_rows, "{told:?}");
    assert_eq!(names(&site.backups), Vec::<String>::new());
    back_up(&store, &place).unwrap();
}

#[test]
fn that_a_backup_was_begun_is_in_the_audit_of_the_copy_too() {
    let (site, store) = site(1);
    let place = site.backups.join("copy");
    let by = Author { name: Some("operator".into()), at: Timestamp::from_seconds(5) };
    let folder = store.begin_backup(&place, &[]).unwrap();
    wait(store.note_backup(&folder, by.clone())).unwrap();
    store.back_up(folder, &mut |_| Ok(())).unwrap();
    let (copy, _) = open(&place).unwrap();
    for store in [&store, &copy] {
        let rows = wait(store.audit(0, 10)).unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.at, &row.by), (Some(by.at), &by.name));
        assert_eq!(row.change, AuditedChange::BackedUp { place: place.to_string_lossy().into() });
    }
}

/// Does nothing in a test run; in the process that is killed, backs up until it has begun to copy, and waits there.
#[test]
fn the_process_that_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let (store, _) = open(&folder.join("data")).unwrap();
    let backup = store.begin_backup(&folder.join("copy"), &[]).unwrap();
    let done = store.back_up(backup, &mut |_| {
        println!("copying");
        loop {
            std::thread::park();
        }
    });
    panic!("{done:?}");
}

#[test]
fn one_that_is_killed_leaves_no_copy_and_the_next_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(&folder.path().join("data")).unwrap();
    (0..1_500).for_each(|n| record(&store, n));
    drop(store);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("copying")), "it ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(folder.path()), ["copy.partial", "data"]);
    let (store, _) = open(&folder.path().join("data")).unwrap();
    assert_eq!(back_up(&store, &folder.path().join("copy")).unwrap().sequence, 1_500);
    assert_eq!(names(folder.path()), ["copy", "data"]);
    assert_eq!(n_learned(&open(&folder.path().join("copy")).unwrap().0), 1_500);
}
