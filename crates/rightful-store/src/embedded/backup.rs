//! A copy of a store's folder while the store goes on: whole, and as of one moment.
//!
//! Rows of the ledger never change, so most of it is copied before that moment is chosen, a few rows at a time. From then
//! on the database keeps in memory what is written, until the rest is copied as it was; so that part is short, and ends
//! in an error if it is not. What a copy holds is what a crash at that moment would have left, and is opened as that is.

use std::path::Path;
use std::sync::atomic::Ordering;

use fjall::{Keyspace, PersistMode, Readable, Snapshot, UserKey, UserValue};
use rightful_domain::Author;

use super::acknowledged::Acknowledged;
use super::backup_folder::{BackupFolder, unwritable};
use super::bulk::sync_newest;
use super::checkpoint::MARK_KEY;
use super::command::{Command, OfficeChange};
use super::disk::{Disk, failed, read_row};
use super::keys::sequence_of;
use super::open::DATABASE_DIR;
use super::{EmbeddedStore, Shared};
use crate::{BoxError, StoreError};

/// Rows that are copied between two looks at whether to go on.
const ROWS_AT_ONCE: u64 = 1_024;
/// What is written between two syncs, before it is compressed, in bytes.
const SYNCED_BYTES: usize = 2 << 20;
/// Rows that the ledger may gain while the rest is copied as of one moment: what is written meanwhile is kept in memory
/// until then, by estimate some 2 KiB for each.
const MEANWHILE_MAX: u64 = 250_000;

/// How far a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackupProgress {
    /// Rows that are copied, of all kinds.
    pub n_done: u64,
    /// About how many there are.
    pub n_rows: u64,
}

/// What was backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackedUp {
    /// The highest number in the ledger, and so in the copy.
    pub sequence: u64,
    /// Rows of the ledger.
    pub n_rows: u64,
    /// Numbers of the ledger that have no row: what was lost before, and gone on after.
    pub n_missing: u64,
    /// Rows of the ledger that do not read back; they are in the copy as they are.
    pub n_damaged: u64,
    /// What the copy takes on disk.
    pub bytes: u64,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The place for it is no place for it.
    #[error("{0}")]
    Place(String),
    /// The copy cannot be written.
    #[error("cannot write {what}: {source}")]
    Unwritable {
        /// What.
        what: String,
        /// Why.
        source: BoxError,
    },
    /// What is to be copied cannot be read.
    #[error("cannot read what is to be copied: {}", in_words(.0))]
    Unreadable(StoreError),
    /// So much was written meanwhile that memory would have run out.
    #[error(
        "more than {MEANWHILE_MAX} events came in while the rest was copied, and what is new has to be kept in memory \
         until it is: try again at a quieter hour, or to a faster disk"
    )]
    TooBusy,
    /// Whoever watched it stopped it, and says why.
    #[error("{0}")]
    Stopped(String),
}

/// The store's words, and what is behind them.
fn in_words(error: &StoreError) -> String {
    match error {
        StoreError::Unavailable { source } => format!("{error}: {source}"),
        error @ (StoreError::Busy
        | StoreError::NotFound { .. }
        | StoreError::UnknownApplication { .. }
        | StoreError::Conflict
        | StoreError::TooMuch { .. }
        | StoreError::RuleBook(_)
        | StoreError::Corrupt { .. }
        | StoreError::Locked) => error.to_string(),
    }
}

/// Told how far it is from time to time; stops the backup by saying why.
pub type WatchBackup<'a> = dyn FnMut(BackupProgress) -> Result<(), String> + 'a;

impl EmbeddedStore {
    /// Makes room for a backup: a folder beside its place, whose name ends in `.partial`. `others` are names of further
    /// files of the data folder that belong into the copy.
    ///
    /// # Errors
    /// `Place` if something is there already, if another backup is being written there, or if it is no place for one.
    /// `Unwritable` if the folder cannot be made.
    pub fn begin_backup(&self, place: &Path, others: &'static [&'static str]) -> Result<BackupFolder, BackupError> {
        BackupFolder::make(&self.shared.dir, place, others)
    }

    /// Notes in the audit that a backup begins.
    pub async fn note_backup(&self, folder: &BackupFolder, by: Author) -> Result<(), StoreError> {
        let change = OfficeChange::BackUp(folder.place().to_string_lossy().into());
        self.ask(|answer| Command::Office(Box::new((change, by)), answer)).await
    }

    /// Writes the copy, and gives it its name once it is whole and synced. Blocks until then; the store goes on meanwhile.
    /// Whatever was acknowledged before the call is in the copy.
    ///
    /// # Errors
    /// As [`BackupError`] says; then what was written is taken away again.
    pub fn back_up(&self, folder: BackupFolder, watch: &mut WatchBackup<'_>) -> Result<BackedUp, BackupError> {
        let shared = &*self.shared;
        shared.check_running().map_err(BackupError::Unreadable)?;
        let copied = copy_database(shared, folder.path(), watch)?;
        let bytes = folder.finish()?;
        Ok(BackedUp { bytes, ..copied })
    }
}

/// Copies the database and notes how far it goes.
fn copy_database(shared: &Shared, to: &Path, watch: &mut WatchBackup<'_>) -> Result<BackedUp, BackupError> {
    let path = to.join(DATABASE_DIR);
    let target = Disk::open(&path).map_err(|error| match error {
        StoreError::Unavailable { source } => unwritable(&path, source),
        error => unwritable(&path, error),
    })?;
    let n_others: usize = shared.disk.beside_ledger().iter().map(|keyspace| keyspace.approximate_len()).sum();
    let upto = shared.durable.load(Ordering::Acquire);
    let n_rows = upto + u64::try_from(n_others).unwrap_or_default();
    let mut copying = Copying { progress: BackupProgress { n_done: 0, n_rows }, watch };

    let mut copied = BackedUp::default();
    let mut ledger = target.ledger.start_ingestion().map_err(|error| broken(&path, error))?;
    let (snapshot, last, mark) = {
        let mut put = in_small_syncs(&target.ledger, &path, |key, row| ledger.write(key, row));
        copying.ledger(&shared.disk.ledger, &mut put, &mut copied, upto)?;
        let snapshot = shared.disk.database.snapshot();
        // A batch that was under way takes its last step with the journal locked: whoever gets the lock now finds all of
        // it.
        shared.disk.database.persist(PersistMode::Buffer).map_err(unreadable)?;
        let (last, mark) = ends(&snapshot, &shared.disk).map_err(BackupError::Unreadable)?;
        copying.ledger(&shared.disk.ledger, &mut put, &mut copied, last)?;
        (snapshot, last, mark)
    };
    ledger.finish().map_err(|error| broken(&path, error))?;
    for (from, to) in shared.disk.beside_ledger().into_iter().zip(target.beside_ledger()) {
        let mut written = to.start_ingestion().map_err(|error| broken(&path, error))?;
        {
            let mut put = in_small_syncs(to, &path, |key, value| written.write(key, value));
            copying.keyspace(shared, &snapshot, from, &mut put, last)?;
        }
        written.finish().map_err(|error| broken(&path, error))?;
    }
    drop(snapshot);
    target.database.persist(PersistMode::SyncAll).map_err(|error| broken(&path, error))?;
    drop(target);
    copied.sequence = last;
    // What was lost before the mark is said as it is in the folder itself.
    Acknowledged::start(to, last.max(mark)).map_err(|error| unwritable(to, error))?;
    Ok(copied)
}

/// The last row of the ledger, and the mark.
fn ends(snapshot: &Snapshot, disk: &Disk) -> Result<(u64, u64), StoreError> {
    let last = snapshot.last_key_value(&disk.ledger).map(fjall::Guard::key).transpose().map_err(failed)?;
    let mark = snapshot.get(&disk.office, MARK_KEY).map_err(failed)?;
    let number = |bytes: Option<fjall::Slice>| bytes.and_then(|bytes| sequence_of(&bytes)).unwrap_or(0);
    Ok((number(last), number(mark)))
}

fn unreadable(error: fjall::Error) -> BackupError {
    BackupError::Unreadable(failed(error))
}

/// The copy's database cannot be written.
fn broken(path: &Path, error: fjall::Error) -> BackupError {
    match error {
        fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error)) => unwritable(path, error),
        error => unwritable(path, error),
    }
}

/// Puts a row into the copy.
type Put<'a> = dyn FnMut(UserKey, UserValue) -> Result<(), BackupError> + 'a;

/// Syncs what is written a little at a time: logins that sync their own wait for as long as the disk takes for this.
fn in_small_syncs<'a>(
    keyspace: &'a Keyspace,
    path: &'a Path,
    mut write: impl FnMut(UserKey, UserValue) -> fjall::Result<()> + 'a,
) -> impl FnMut(UserKey, UserValue) -> Result<(), BackupError> + 'a {
    let mut n_bytes = 0;
    move |key, value| {
        n_bytes += key.len() + value.len();
        write(key, value).map_err(|error| broken(path, error))?;
        if n_bytes >= SYNCED_BYTES {
            n_bytes = 0;
            sync_newest(keyspace).map_err(|error| unwritable(path, error))?;
        }
        Ok(())
    }
}

/// What is under way.
struct Copying<'a, 'b> {
    progress: BackupProgress,
    watch: &'a mut WatchBackup<'b>,
}

impl Copying<'_, '_> {
    /// Looks from time to time whether to go on.
    fn count(&mut self) -> Result<(), BackupError> {
        self.progress.n_done += 1;
        if self.progress.n_done.is_multiple_of(ROWS_AT_ONCE) {
            self.progress.n_rows = self.progress.n_rows.max(self.progress.n_done);
            (self.watch)(self.progress).map_err(BackupError::Stopped)?;
        }
        Ok(())
    }

    /// Copies the ledger from where the copy ends. Each part is read by itself, so that nothing is held on to.
    fn ledger(
        &mut self,
        from: &Keyspace,
        put: &mut Put<'_>,
        copied: &mut BackedUp,
        upto: u64,
    ) -> Result<(), BackupError> {
        while copied.sequence < upto {
            let first = copied.sequence + 1;
            let part_end = upto.min(copied.sequence.saturating_add(ROWS_AT_ONCE));
            let mut n_found = 0;
            for guard in from.range(first.to_be_bytes()..=part_end.to_be_bytes()) {
                let (key, bytes) = guard.into_inner().map_err(unreadable)?;
                let sequence = sequence_of(&key).unwrap_or_default();
                copied.n_damaged += u64::from(read_row(sequence, &bytes).is_err());
                n_found += 1;
                put(key, bytes)?;
                self.count()?;
            }
            copied.n_rows += n_found;
            copied.n_missing += (part_end - copied.sequence).saturating_sub(n_found);
            copied.sequence = part_end;
        }
        Ok(())
    }

    /// Copies a keyspace as it was when the ledger ended with a row.
    fn keyspace(
        &mut self,
        shared: &Shared,
        snapshot: &Snapshot,
        from: &Keyspace,
        put: &mut Put<'_>,
        last: u64,
    ) -> Result<(), BackupError> {
        for guard in snapshot.iter(from) {
            let (key, value) = guard.into_inner().map_err(unreadable)?;
            put(key, value)?;
            self.count()?;
            if shared.durable.load(Ordering::Relaxed).saturating_sub(last) > MEANWHILE_MAX {
                return Err(BackupError::TooBusy);
            }
        }
        Ok(())
    }
}
