//! Opening a data folder: locking it, finding out whether it has lost anything, and learning again what was not written.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::acknowledged::{self, Acknowledged, Told};
use super::checkpoint::{Checkpointer, MARK_KEY, checkpoint};
use super::disk::{Disk, failed, read_row, unavailable};
use super::fill::load_kept;
use super::keys::{RETRY_PREFIX, sequence_of};
use super::lists::ListRows;
use super::outbox::Outbox;
use super::replay::{Memory, Replayed, keep_retries, replay};
use super::reports::Reports;
use super::state::{SERIES_KEPT_MAX, STATES_KEPT_MAX, States};
use super::subjects::Subjects;
use super::tags::Taggers;
use super::writer::Writer;
use super::{EmbeddedStore, Mind, Recent, Retries, Shared};
use crate::{MasterKey, Nonces, StoreError};

/// Rows that a restart replays at most, unless told otherwise: two seconds' work on a small machine.
pub const REPLAY_MAX: u64 = 100_000;
/// Writes that wait at most, unless told otherwise.
pub const QUEUE_MAX: usize = 4_096;

/// The database's folder in the data folder.
pub(super) const DATABASE_DIR: &str = "db";
/// The file that the database writes last when it is made.
const DATABASE_MADE_FILE: &str = "version";
/// How the names of the database's journals end.
const JOURNAL_EXTENSION: &str = "jnl";
/// The file that is locked while the folder is open.
pub(super) const LOCK_FILE: &str = "lock";
/// Where in the office a known text is, sealed: tells a wrong master key before it does harm.
const KEY_CHECK_KEY: &[u8] = b"mkey";
const KEY_CHECK_TEXT: &[u8] = b"rightful";
/// Where in the office the number of openings is.
const OPENINGS_KEY: &[u8] = b"mopenings";
/// Where in the office what this folder is made like is.
const FORMAT_KEY: &[u8] = b"mformat";
const FORMAT: &[u8] = &[1];

/// How a store is opened.
pub struct EmbeddedOptions {
    /// The key under which people's data and secrets are sealed. The same for the life of the folder.
    pub master_key: MasterKey,
    /// Open although something that was acknowledged is gone, and say what in the report.
    pub go_on_after_loss: bool,
    /// Rows of the ledger that a restart replays at most; see [`REPLAY_MAX`].
    pub replay_max: u64,
    /// Writes that wait at most; see [`QUEUE_MAX`]. More are refused as busy.
    pub queue_max: usize,
    /// 32 random bytes, fresh each time: randomness is an argument.
    pub seed: [u8; 32],
}

impl EmbeddedOptions {
    /// The usual options.
    #[must_use]
    pub const fn new(master_key: MasterKey, seed: [u8; 32]) -> Self {
        Self { master_key, go_on_after_loss: false, replay_max: REPLAY_MAX, queue_max: QUEUE_MAX, seed }
    }
}

/// What was found when opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// The highest sequence number.
    pub sequence: u64,
    /// Rows that were replayed.
    pub n_replayed: u64,
    /// What is gone; None if nothing is. Only with [`EmbeddedOptions::go_on_after_loss`].
    pub lost: Option<Loss>,
    /// How long it took in all.
    pub took: Duration,
    /// How much of it the database took to recover by itself.
    pub database_took: Duration,
}

/// What was acknowledged and is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What, for a person; one sentence each.
    pub what: Vec<String>,
    /// Rows known to be missing.
    pub n_rows: u64,
}

impl EmbeddedStore {
    /// Opens the store in a folder, making it if there is none.
    ///
    /// # Errors
    /// `Locked` if another process has it open. `Corrupt` if something that was acknowledged is gone or does not read
    /// back, or if the master key is another: the text says which. `Unavailable` if the disk fails.
    pub fn open(dir: &Path, options: EmbeddedOptions) -> Result<(Self, OpenReport), StoreError> {
        let started = Instant::now();
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(unavailable)?;
        let lock = lock(dir)?;
        let told = acknowledged::read(dir).map_err(unavailable)?;
        let mut loss = Loss { what: Vec::new(), n_rows: 0 };
        let disk = open_database(dir, told, options.go_on_after_loss, &mut loss)?;
        let database_took = started.elapsed();
        let opening = identify(&disk, &options)?;
        let (shared, replayed) = remember(dir, lock, disk, &options, &opening, told, &mut loss)?;
        let lost = (!loss.what.is_empty()).then_some(loss);
        let shared = Arc::new(shared);
        let sequence = shared.durable.load(std::sync::atomic::Ordering::Acquire);
        if lost.is_some() {
            // From now on the hole is history: the mark moves past it.
            checkpoint(&shared, sequence)?;
        }
        let store = start(shared, &options)?;
        let took = started.elapsed();
        Ok((store, OpenReport { sequence, n_replayed: replayed.n_rows, lost, took, database_took }))
    }
}

pub(super) fn lock(dir: &Path) -> Result<File, StoreError> {
    let file =
        File::options().create(true).truncate(false).write(true).open(dir.join(LOCK_FILE)).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// Opens the database. One that was never finished being made holds nothing and is made anew.
fn open_database(dir: &Path, told: Told, go_on: bool, loss: &mut Loss) -> Result<Disk, StoreError> {
    let path = dir.join(DATABASE_DIR);
    if path.join(DATABASE_MADE_FILE).try_exists().map_err(unavailable)? {
        return match Disk::open(&path) {
            Err(StoreError::Corrupt { what }) if go_on => {
                let aside = set_journals_aside(dir, &path).map_err(unavailable)?;
                note(loss, format!("{what}; its journals were set aside in {aside}"), go_on)?;
                Disk::open(&path)
            }
            opened => opened,
        };
    }
    if told != Told::Missing {
        let what = match told {
            Told::Sequence(0) => None,
            Told::Sequence(n) => Some(format!("rows up to {n} were acknowledged, and the database is gone")),
            Told::Corrupt | Told::Missing => Some("the database is gone".to_owned()),
        };
        if let Some(what) = what {
            note(loss, what, go_on)?;
        }
    }
    if path.try_exists().map_err(unavailable)? {
        std::fs::remove_dir_all(&path).map_err(unavailable)?;
    }
    Disk::open(&path)
}

/// The database refuses to open with a journal that does not read back. What is in its files is there without it; the rest
/// is kept for somebody who wants to look.
fn set_journals_aside(dir: &Path, database: &Path) -> std::io::Result<String> {
    let names = (1_u32..).map(|n| format!("set-aside-{n}"));
    let name = names.into_iter().find(|name| !dir.join(name).exists()).unwrap_or_default();
    let aside = dir.join(&name);
    std::fs::create_dir(&aside)?;
    for entry in std::fs::read_dir(database)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|end| end == JOURNAL_EXTENSION) {
            std::fs::rename(entry.path(), aside.join(entry.file_name()))?;
        }
    }
    File::open(database)?.sync_all()?;
    Ok(name)
}

/// Notes a loss, or refuses to go on.
fn note(loss: &mut Loss, what: String, go_on: bool) -> Result<(), StoreError> {
    if !go_on {
        return Err(StoreError::Corrupt { what: format!("acknowledged data is missing: {what}") });
    }
    loss.what.push(what);
    Ok(())
}

/// What one opening differs in from another.
struct Opening {
    nonces: Arc<Nonces>,
}

/// Makes sure that the folder is ours to read, and counts the opening.
fn identify(disk: &Disk, options: &EmbeddedOptions) -> Result<Opening, StoreError> {
    let office = &disk.office;
    let found = office.get(FORMAT_KEY).map_err(failed)?;
    if found.as_deref().is_some_and(|found| found != FORMAT) {
        return Err(StoreError::Corrupt { what: "the data folder was made by a later version".to_owned() });
    }
    let openings = office.get(OPENINGS_KEY).map_err(failed)?.and_then(|n| sequence_of(&n)).unwrap_or(0) + 1;
    // A seed used twice must not give the same nonces twice.
    let mut hasher = blake3::Hasher::new_derive_key("rightful 2026 opening");
    hasher.update(&options.seed).update(&openings.to_be_bytes());
    let nonces = Arc::new(Nonces::from_seed(*hasher.finalize().as_bytes()));
    let check = office.get(KEY_CHECK_KEY).map_err(failed)?;
    let mut batch = disk.database.batch().durability(Some(fjall::PersistMode::SyncAll));
    match check {
        Some(sealed) => {
            options.master_key.open(&sealed).map_err(|_| StoreError::Corrupt {
                what: "the master key is not the one that this data folder was made with".to_owned(),
            })?;
        }
        None => batch.insert(office, KEY_CHECK_KEY, &*options.master_key.seal(KEY_CHECK_TEXT, &nonces)),
    }
    batch.insert(office, FORMAT_KEY, FORMAT);
    batch.insert(office, OPENINGS_KEY, openings.to_be_bytes());
    batch.commit().map_err(failed)?;
    Ok(Opening { nonces })
}

/// Brings memory up to date with the ledger, and finds out what is missing.
fn remember(
    dir: &Path,
    lock: File,
    disk: Disk,
    options: &EmbeddedOptions,
    opening: &Opening,
    told: Told,
    loss: &mut Loss,
) -> Result<(Shared, Replayed), StoreError> {
    let mark = disk.office.get(MARK_KEY).map_err(failed)?.and_then(|mark| sequence_of(&mark)).unwrap_or(0);
    let last = disk.ledger.last_key_value().map(fjall::Guard::into_inner).transpose().map_err(failed)?;
    let highest = last.as_ref().and_then(|(key, _)| sequence_of(key)).unwrap_or(0);
    let master_key = options.master_key.copy();
    let states = States::new(Some(disk.state.clone()), STATES_KEPT_MAX);
    let series = States::new(Some(disk.series.clone()), SERIES_KEPT_MAX);
    let mind = Mind::new(Taggers::new(&master_key), states, series);
    load_kept(&disk, &mind.aggregates)?;
    mind.snoozes.open(&disk.rules)?;
    let mut retries = Retries::default();
    let recent = Recent::default();
    let mut memory = Memory { mind: &mind, recent: &recent, retries: &mut retries };
    let mut replayed = replay(&disk, &mut memory, mark)?;
    if let Some((_, bytes)) = &last
        && let Ok(row) = read_row(highest, bytes)
    {
        replayed.newest_at = replayed.newest_at.max(row.head.received_at);
    }
    let mut older = Retries::default();
    keep_retries(&disk, &mut older, mark, replayed.newest_at)?;
    older.extend(retries);
    let next = find_losses(told, mark, highest, &replayed, options.go_on_after_loss, loss)?;
    let acknowledged = Acknowledged::start(dir, next).map_err(unavailable)?;
    let lists = ListRows::open(&disk, &master_key, &opening.nonces, &mind)?;
    let shared = Shared {
        dir: dir.to_owned(),
        mind,
        recent,
        subjects: Subjects::new(Arc::new(master_key), Arc::clone(&opening.nonces), disk.keys.clone()),
        retries: Mutex::new(older),
        nonces: Arc::clone(&opening.nonces),
        acknowledged,
        durable: AtomicU64::new(next),
        mark: AtomicU64::new(mark),
        queued: AtomicU64::new(0),
        newest_at: AtomicI64::new(replayed.newest_at.as_micros()),
        swept_upto: Mutex::new(RETRY_PREFIX.to_vec()),
        disk_bytes: Mutex::new(None),
        reports: Reports::open(disk.reports.clone(), options.master_key.copy(), Arc::clone(&opening.nonces))?,
        outbox: Outbox::open(disk.clone())?,
        lists,
        keeping: tokio::sync::Semaphore::new(1),
        broken: AtomicBool::new(false),
        disk,
        _lock: lock,
    };
    Ok((shared, replayed))
}

/// Compares what was acknowledged with what is there. Gives the number after which to go on: one that was acknowledged is
/// never used again.
fn find_losses(
    told: Told,
    mark: u64,
    highest: u64,
    replayed: &Replayed,
    go_on: bool,
    loss: &mut Loss,
) -> Result<u64, StoreError> {
    let acknowledged = match told {
        Told::Sequence(sequence) => sequence,
        Told::Missing if highest == 0 && mark == 0 => 0,
        Told::Missing | Told::Corrupt => {
            let what =
                "the file that says which rows were acknowledged is missing or damaged: rows may be gone".to_owned();
            note(loss, what, go_on)?;
            0
        }
    };
    let known = acknowledged.max(mark);
    if known > highest {
        let what = format!("rows up to {known} were acknowledged, and the ledger ends at {highest}");
        note(loss, what, go_on)?;
        loss.n_rows += known - highest;
    }
    for hole in &replayed.holes {
        note(loss, format!("rows {} to {} of the ledger are missing", hole.start(), hole.end()), go_on)?;
        loss.n_rows += hole.end() - hole.start() + 1;
    }
    for damaged in &replayed.damaged {
        note(loss, damaged.clone(), go_on)?;
        loss.n_rows += 1;
    }
    Ok(highest.max(known))
}

fn start(shared: Arc<Shared>, options: &EmbeddedOptions) -> Result<EmbeddedStore, StoreError> {
    let newest_minute = shared.disk.newest_minute()?;
    let checkpointer = Checkpointer::start(&shared, options.replay_max).map_err(unavailable)?;
    let (queue, received) = sync_channel(options.queue_max.max(1));
    let writer = Writer::new(Arc::clone(&shared), received, checkpointer, newest_minute);
    let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run());
    let thread = thread.map_err(unavailable)?;
    Ok(EmbeddedStore { shared, queue, writer: Mutex::new(Some(thread)) })
}

/// What a folder takes on disk: blocks, not lengths, since journals are made long and filled later.
pub(super) fn disk_bytes(dir: &Path) -> std::io::Result<u64> {
    /// What a file system counts blocks in.
    const BLOCK_BYTES: u64 = 512;
    let mut dirs: Vec<PathBuf> = vec![dir.to_owned()];
    let mut bytes = 0;
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir)? {
            // A file may go while it is looked at: merged files do.
            let Ok(entry) = entry else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                dirs.push(entry.path());
            } else {
                bytes += metadata.blocks() * BLOCK_BYTES;
            }
        }
    }
    Ok(bytes)
}
