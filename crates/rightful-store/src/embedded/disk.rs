//! The database's keyspaces, and how its errors become ours.

use std::path::Path;

use fjall::config::{BlockSizePolicy, CompressionPolicy, RestartIntervalPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions};

use super::keys::{TIME_PREFIX, sequence_of};
use crate::record::{Row, Undecodable};
use crate::{BoxError, StoreError};

/// What is kept in memory of a keyspace before it becomes a file. Bounds both the memory and, since what is not in a
/// file is in the journal, what the database itself reads back at a restart.
const MEMTABLE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The same for keyspaces that are rarely written.
const SMALL_MEMTABLE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Sealed journals beyond this are emptied into files. The least that the database takes.
const JOURNALS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Blocks read from files and kept.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// Neighbours in the ledger are alike (the same agents, the same evidence), so large blocks compress well.
const LEDGER_BLOCK_BYTES: u32 = 32 * 1024;
/// Threads that write and merge files. With more, the database's first one asks for flushes only, and spins while another
/// merges.
const WORKERS: usize = 1;

/// The database.
#[derive(Clone)]
pub(super) struct Disk {
    pub(super) database: Database,
    /// Sequence number to row: the truth.
    pub(super) ledger: Keyspace,
    /// What is rarely written and leads to a row, or is said of one; see `keys`.
    pub(super) index: Keyspace,
    /// Event to sequence number. Written in sorted runs only.
    pub(super) events: Keyspace,
    /// Account, device or address, then sequence number, to what the entry is in short. Written in sorted runs only.
    pub(super) postings: Keyspace,
    /// State key to state, as of some row. Written in sorted runs only.
    pub(super) state: Keyspace,
    /// Key of a series to what it counts, as of some row. Written in sorted runs only.
    pub(super) series: Keyspace,
    /// Subject to its key, sealed.
    pub(super) keys: Keyspace,
    /// Applications, their audit, and what this folder is.
    pub(super) office: Keyspace,
    /// Account to what is noted of it, sealed.
    pub(super) dossiers: Keyspace,
    /// Browsers' reports; see `reports`.
    pub(super) reports: Keyspace,
    /// What waits to be told; see `outbox`.
    pub(super) outbox: Keyspace,
    /// What waits for people; see `cases`.
    pub(super) cases: Keyspace,
    /// Lists and what is on them, sealed; see `lists`.
    pub(super) lists: Keyspace,
    /// Applications' own rules, what they did, and what is snoozed; see `rule_books` and `snoozes`.
    pub(super) rules: Keyspace,
}

impl Disk {
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        let database = Database::builder(dir)
            .max_journaling_size(JOURNALS_BYTES_MAX)
            .cache_size(CACHE_BYTES)
            .worker_threads(WORKERS)
            .open()
            .map_err(failed)?;
        let keyspace = |name, options: fn() -> KeyspaceCreateOptions| database.keyspace(name, options).map_err(failed);
        Ok(Self {
            ledger: keyspace("ledger", ledger_options)?,
            index: keyspace("index", small_options)?,
            events: keyspace("events", small_options)?,
            postings: keyspace("postings", small_options)?,
            state: keyspace("state", small_options)?,
            series: keyspace("series", small_options)?,
            keys: keyspace("keys", small_options)?,
            office: keyspace("office", small_options)?,
            dossiers: keyspace("dossiers", small_options)?,
            reports: keyspace("reports", small_options)?,
            outbox: keyspace("outbox", small_options)?,
            cases: keyspace("cases", small_options)?,
            lists: keyspace("lists", small_options)?,
            rules: keyspace("rules", small_options)?,
            database,
        })
    }

    /// All but the ledger.
    pub(super) fn beside_ledger(&self) -> [&Keyspace; 13] {
        let Self {
            database: _,
            ledger: _,
            index,
            events,
            postings,
            state,
            series,
            keys,
            office,
            dossiers,
            reports,
            outbox,
            cases,
            lists,
            rules,
        } = self;
        [index, events, postings, state, series, keys, office, dossiers, reports, outbox, cases, lists, rules]
    }

    /// Gives the bytes of a row; None if there is none at that place.
    pub(super) fn row(&self, sequence: u64) -> Result<Option<fjall::UserValue>, StoreError> {
        self.ledger.get(sequence.to_be_bytes()).map_err(failed)
    }

    /// The newest minute in which a row was received; None while there is no row.
    pub(super) fn newest_minute(&self) -> Result<Option<u64>, StoreError> {
        let end = [TIME_PREFIX[0] + 1];
        let newest = self.index.range::<&[u8], _>(&TIME_PREFIX[..]..&end[..]).next_back();
        let newest = newest.map(fjall::Guard::key).transpose().map_err(failed)?;
        Ok(newest.and_then(|key| sequence_of(&key)))
    }
}

fn large_options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES_MAX)
}

fn small_options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().max_memtable_size(SMALL_MEMTABLE_BYTES_MAX)
}

fn ledger_options() -> KeyspaceCreateOptions {
    // Rows come in order, so files never overlap and are moved down unread: what is not compressed at first never is.
    large_options()
        .data_block_size_policy(BlockSizePolicy::all(LEDGER_BLOCK_BYTES))
        .data_block_restart_interval_policy(RestartIntervalPolicy::all(16))
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
        .expect_point_read_hits(true)
}

/// A failure of the database.
pub(super) fn failed(error: fjall::Error) -> StoreError {
    match error {
        fjall::Error::Locked => StoreError::Locked,
        fjall::Error::Io(_) | fjall::Error::Poisoned | fjall::Error::KeyspaceDeleted => unavailable(error),
        fjall::Error::Storage(fjall::LsmError::Io(_)) => unavailable(error),
        error => StoreError::Corrupt { what: format!("the database does not read back: {error:?}") },
    }
}

/// Something that may work later.
pub(super) fn unavailable(source: impl Into<BoxError>) -> StoreError {
    StoreError::Unavailable { source: source.into() }
}

/// A row that does not read back.
pub(super) fn corrupt_row(sequence: u64) -> impl Fn(Undecodable) -> StoreError {
    move |cause| StoreError::Corrupt { what: format!("row {sequence} of the ledger: {}", cause.0) }
}

/// Reads the checksum and head of a row.
pub(super) fn read_row(sequence: u64, bytes: &[u8]) -> Result<Row<'_>, StoreError> {
    Row::read(sequence, bytes).map_err(corrupt_row(sequence))
}

impl super::Shared {
    /// What the folder takes, looked at no more often than every ten seconds: anybody may ask how the store is.
    pub(super) fn disk_bytes(&self) -> Result<u64, StoreError> {
        let mut looked = self.disk_bytes.lock();
        if let Some((at, bytes)) = *looked
            && at.elapsed() < super::DISK_LOOK_EVERY
        {
            return Ok(bytes);
        }
        let bytes = super::open::disk_bytes(&self.dir).map_err(super::unavailable)?;
        *looked = Some((std::time::Instant::now(), bytes));
        Ok(bytes)
    }
}
