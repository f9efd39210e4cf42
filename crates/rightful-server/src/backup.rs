//! Backups of a running server: one at a time, on a thread of its own that logins go before.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rightful_domain::Author;
use rightful_store::{BackedUp, BackupError, BackupFolder, BackupProgress, EmbeddedStore, StoreError};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::page_keys;

/// Files of the data folder that the server keeps there beside what its store keeps.
pub(crate) const OTHERS: &[&str] = &[page_keys::FILE];
/// How long nobody may ask how far a backup is before it is given up: whoever began it is gone.
const ABANDONED_AFTER: Duration = Duration::from_secs(60);
/// What a backup leaves of the disk that the data is on, in bytes: logins have to be written down, too.
const ROOM_LEFT_MIN: u64 = 512 << 20;
/// How often is looked at what room is left.
const ROOM_LOOKED_AT_EVERY: Duration = Duration::from_millis(500);
/// How long it rests at once, at most.
const REST_MAX: Duration = Duration::from_millis(100);
/// The least of priorities.
const NICE: i32 = 19;

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoBackup {
    #[error("another backup is being written, to {0}")]
    AnotherOne(String),
    #[error("the server knows of no backup to {0}: was it restarted? Then what there is of it ends in .partial")]
    Unknown(String),
    #[error(transparent)]
    Broken(#[from] BackupError),
    #[error("the backup failed: {0}")]
    Failed(String),
    #[error("that a backup begins cannot be noted in the audit: {0}")]
    NotNoted(StoreError),
}

/// A copy that is whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Where it is.
    pub(crate) place: String,
    /// The highest number in its ledger.
    pub(crate) sequence: u64,
    /// Rows of its ledger.
    pub(crate) rows: u64,
    /// Numbers without a row: what was lost before, and gone on after.
    pub(crate) missing_rows: u64,
    /// Rows that do not read back, in the folder as in the copy.
    pub(crate) damaged_rows: u64,
    pub(crate) bytes: u64,
    pub(crate) seconds: f64,
}

impl Summary {
    pub(crate) fn of(place: &Path, done: BackedUp, took: Duration) -> Self {
        let BackedUp { sequence, n_rows, n_missing, n_damaged, bytes } = done;
        let (place, seconds) = (place.display().to_string(), took.as_secs_f64());
        Self { place, sequence, rows: n_rows, missing_rows: n_missing, damaged_rows: n_damaged, bytes, seconds }
    }
}

/// How a backup is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BackupLook {
    /// This part of it is written.
    Running(f64),
    /// It has its name.
    Done(Summary),
}

/// How large a part is done.
pub(crate) fn part(progress: BackupProgress) -> f64 {
    progress.n_done as f64 / progress.n_rows.max(1) as f64
}

/// What the thread that writes and those who ask share.
struct Course {
    progress: Mutex<BackupProgress>,
    asked_at: Mutex<Instant>,
    is_stopped: AtomicBool,
    ended: Mutex<Option<Result<Summary, String>>>,
}

struct Job {
    place: String,
    course: Arc<Course>,
    thread: JoinHandle<()>,
}

/// The backups of a server.
pub(crate) struct Backups {
    store: Arc<EmbeddedStore>,
    turn: Arc<Semaphore>,
    /// The latest.
    job: Mutex<Option<Job>>,
}

impl Backups {
    pub(crate) fn of(store: Arc<EmbeddedStore>) -> Self {
        Self { store, turn: Arc::new(Semaphore::new(1)), job: Mutex::new(None) }
    }

    /// Begins a backup, which is noted in the audit before anything is written.
    pub(crate) async fn begin(&self, place: &str, data: &Path, by: Author) -> Result<(), NoBackup> {
        let Ok(turn) = Arc::clone(&self.turn).try_acquire_owned() else {
            let running = self.job.lock().as_ref().map(|job| job.place.clone());
            return Err(NoBackup::AnotherOne(running.unwrap_or_default()));
        };
        let (store, at) = (Arc::clone(&self.store), place.to_owned());
        // What a broken backup left may take a while to take away.
        let folder = tokio::task::spawn_blocking(move || store.begin_backup(Path::new(&at), OTHERS)).await;
        let folder = folder.map_err(|error| NoBackup::Failed(error.to_string()))??;
        self.store.note_backup(&folder, by).await.map_err(NoBackup::NotNoted)?;
        let course = Arc::new(Course {
            progress: Mutex::default(),
            asked_at: Mutex::new(Instant::now()),
            is_stopped: AtomicBool::new(false),
            ended: Mutex::new(None),
        });
        let room = Room::beside(data, &folder);
        let thread = std::thread::Builder::new().name("backup".to_owned()).spawn({
            let (store, course) = (Arc::clone(&self.store), Arc::clone(&course));
            move || run(&store, folder, &course, room, turn)
        });
        let thread = thread.map_err(|error| NoBackup::Failed(error.to_string()))?;
        *self.job.lock() = Some(Job { place: place.to_owned(), course, thread });
        Ok(())
    }

    /// How the backup to a place is.
    pub(crate) fn look(&self, place: &str) -> Result<BackupLook, NoBackup> {
        let job = self.job.lock();
        let job = job.as_ref().filter(|job| job.place == place);
        let job = job.ok_or_else(|| NoBackup::Unknown(place.to_owned()))?;
        *job.course.asked_at.lock() = Instant::now();
        let has_ended = job.thread.is_finished();
        match &*job.course.ended.lock() {
            Some(Ok(summary)) => Ok(BackupLook::Done(summary.clone())),
            Some(Err(why)) => Err(NoBackup::Failed(why.clone())),
            None if has_ended => Err(NoBackup::Failed("the log says why".to_owned())),
            None => Ok(BackupLook::Running(part(*job.course.progress.lock()))),
        }
    }

    /// Stops what is under way, and returns once it has let go of the store.
    pub(crate) async fn stop(&self) {
        let Some(job) = self.job.lock().take() else { return };
        job.course.is_stopped.store(true, Ordering::Release);
        // One that panicked has let go as well.
        let _ended = tokio::task::spawn_blocking(move || job.thread.join()).await;
    }
}

/// The thread of a backup.
fn run(store: &EmbeddedStore, folder: BackupFolder, course: &Course, mut room: Room, turn: OwnedSemaphorePermit) {
    // Of this thread alone, and of those that it starts. Where it is refused, all the same.
    let _as_it_was = rustix::process::setpriority_process(None, NICE);
    let (begun, place) = (Instant::now(), folder.place().to_owned());
    let mut worked_from = begun;
    let done = store.back_up(folder, &mut |progress| {
        // As much as it works, so that disk and processor are free for logins half of the time.
        std::thread::sleep(worked_from.elapsed().min(REST_MAX));
        worked_from = Instant::now();
        *course.progress.lock() = progress;
        if course.is_stopped.load(Ordering::Acquire) {
            return Err("the server stops".to_owned());
        }
        if course.asked_at.lock().elapsed() > ABANDONED_AFTER {
            return Err("whoever began it asks no longer".to_owned());
        }
        room.look()
    });
    let took = begun.elapsed();
    let ended = done.map(|done| Summary::of(&place, done, took)).map_err(|error| error.to_string());
    match &ended {
        Ok(Summary { missing_rows: 0, damaged_rows: 0, sequence, bytes, .. }) => {
            tracing::info!(sequence, bytes, took_ms = took.as_millis(), "backed up to {}", place.display());
        }
        Ok(Summary { missing_rows, damaged_rows, sequence, .. }) => {
            tracing::error!(
                missing_rows,
                damaged_rows,
                sequence,
                "backed up to {}, with rows of the ledger that are missing or damaged in the data folder itself",
                place.display()
            );
        }
        Err(why) => tracing::error!("the backup to {} failed: {why}", place.display()),
    }
    *course.ended.lock() = Some(ended);
    drop(turn);
}

/// What room is left for logins.
struct Room {
    /// The place of the backup, if it is on the data's own disk.
    shared: Option<std::path::PathBuf>,
    looked_at: Option<Instant>,
}

impl Room {
    fn beside(data: &Path, folder: &BackupFolder) -> Self {
        let parent = folder.place().parent().map(Path::to_owned);
        let disk = |path: &Path| std::fs::metadata(path).ok().map(|metadata| metadata.dev());
        let shared = parent.filter(|parent| disk(parent).is_some_and(|its| Some(its) == disk(data)));
        Self { shared, looked_at: None }
    }

    fn look(&mut self) -> Result<(), String> {
        let Some(shared) = &self.shared else { return Ok(()) };
        if self.looked_at.is_some_and(|at| at.elapsed() < ROOM_LOOKED_AT_EVERY) {
            return Ok(());
        }
        self.looked_at = Some(Instant::now());
        match crate::http::health::disk_free_bytes(shared) {
            Some(free) if free < ROOM_LEFT_MIN => Err(format!(
                "it is on the disk of the data, of which it would have left less than {} MiB",
                ROOM_LEFT_MIN >> 20
            )),
            Some(_) | None => Ok(()),
        }
    }
}
