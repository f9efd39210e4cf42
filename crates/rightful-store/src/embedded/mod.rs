//! The embedded store: everything in one folder, no service to run.
//!
//! The ledger is the truth: numbered rows without a gap, each with a checksum. Memory (profiles, windows) lives in RAM and
//! is written behind at checkpoints; what a checkpoint has not written is learned again from the ledger. One thread
//! writes, in batches that form by themselves; whoever asks to remember something is told when it is synced, not before.

mod acknowledged;
mod again;
mod aggregates;
mod audit;
mod backup;
mod backup_folder;
mod belongings;
mod bulk;
mod cases;
mod checkpoint;
mod command;
mod crowds;
mod devices;
mod disk;
mod fill;
mod find;
mod imprint;
mod keys;
mod latest_device;
mod lists;
mod mind;
mod newcomers;
mod notes;
mod office;
mod open;
mod outbox;
mod passage;
mod plan;
mod recall;
mod recent;
mod reclaim;
mod rehearsal;
mod replay;
mod reports;
mod retries;
mod roll;
mod rule_books;
mod said;
mod scan;
mod search;
mod series;
mod snoozes;
mod state;
mod subjects;
mod tags;
mod takeover;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::TrySendError;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::Mutex;
use rightful_domain::{
    AccountId, Aggregate, ApplicationId, Author, Case, Conclusion, CorrelationId, Delivery, DeliveryTry, Device,
    DeviceId, Dossier, Enrichment, Entry, Event, EventId, Excerpt, Feedback, History, HookHealth, LoggedTry, Note,
    Page, Passage, Record, Report, ReportKey, RetryKey, Search, Takeover, Telling, Timestamp, Waiting,
};
use tokio::sync::oneshot;

pub(crate) use aggregates::{KeptRecord, SeriesRecord};
pub use backup::{BackedUp, BackupError, BackupProgress, WatchBackup};
pub use backup_folder::BackupFolder;
pub(crate) use belongings::{Belongings, KnownDevice};
pub(crate) use latest_device::LatestDevice;
pub use open::{EmbeddedOptions, Loss, OpenReport, QUEUE_MAX, REPLAY_MAX};
pub use rehearsal::Rehearsal;
pub(crate) use series::SeriesState;
pub(crate) use state::{More, State};

use crate::record::{Consumption, Draft, private_bytes};
use crate::{
    Aggregates, Applied, Backfill, Extent, KeptAggregate, Ledger, Memory, Nonces, Outbox, Recorded, Scan, StoreError,
    StoreHealth, Visit,
};
use acknowledged::Acknowledged;
use command::{Command, Placed, Queue, RecordCommand, Said};
use disk::{Disk, unavailable};
use find::sealing_subject;
use imprint::Imprint;
use keys::beginning_of;
use mind::Mind;
use notes::NoteCommand;
use outbox::Redelivery;
use recent::Recent;
use retries::Retries;
use subjects::Subjects;

/// How often the folder's size is looked at, at most.
const DISK_LOOK_EVERY: Duration = Duration::from_secs(10);

/// A store in one folder. Cheap to share behind an `Arc`; dropping it stops its threads, [`EmbeddedStore::close`] also
/// writes everything down so that the next opening has nothing to replay.
pub struct EmbeddedStore {
    shared: Arc<Shared>,
    queue: Queue,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the threads share.
struct Shared {
    dir: PathBuf,
    disk: Disk,
    mind: Mind,
    recent: Recent,
    subjects: Subjects,
    retries: Mutex<Retries>,
    nonces: Arc<Nonces>,
    acknowledged: Acknowledged,
    /// The highest row that is safe.
    durable: AtomicU64,
    /// Where a restart begins to replay: after this row.
    mark: AtomicU64,
    /// Commands that wait.
    queued: AtomicU64,
    /// The newest time of receipt, in micros: what is dead by then may go.
    newest_at: AtomicI64,
    /// How far the sweep of long-lived retry keys has come.
    swept_upto: Mutex<Vec<u8>>,
    /// When the folder was last looked at, and what it took.
    disk_bytes: Mutex<Option<(Instant, u64)>>,
    /// Something could not be written: what memory knows and what is safe may differ, so nothing more is taken.
    broken: AtomicBool,
    /// One at a time keeps other aggregates.
    keeping: tokio::sync::Semaphore,
    reports: reports::Reports,
    outbox: outbox::Outbox,
    lists: lists::ListRows,
    /// Held as long as the store is open.
    _lock: std::fs::File,
}

impl Shared {
    fn check_running(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::Acquire) {
            return Err(unavailable("an earlier write failed; restart to go on"));
        }
        Ok(())
    }

    fn n_to_replay(&self) -> u64 {
        self.durable.load(Ordering::Acquire).saturating_sub(self.mark.load(Ordering::Acquire))
    }

    /// Makes an entry ready for the writer, on the thread of who brings it.
    fn prepare(
        &self,
        entry: &Entry,
        case: Option<&Case>,
        answer: oneshot::Sender<Result<Placed, StoreError>>,
    ) -> Result<Box<RecordCommand>, StoreError> {
        let tagger = self.mind.taggers.of(&entry.event.application);
        let tags = tagger.private_of(entry);
        let (sealed, new_key) = match private_bytes(entry) {
            Some(private) => {
                let (key, new) = self.subjects.to_seal(sealing_subject(entry, tags.username, &tagger))?;
                (key.seal(&private, entry.event.id.as_bytes(), &self.nonces), new)
            }
            None => (Vec::new(), None),
        };
        self.newest_at.fetch_max(entry.event.received_at.as_micros(), Ordering::AcqRel);
        Ok(Box::new(RecordCommand {
            draft: Draft::entry(entry, tagger.short, &tags, &sealed),
            event: entry.event.id,
            retry: entry.retry,
            imprint: Imprint::of(entry, &tagger, &tags),
            tagger,
            new_key,
            tellings: outbox::waiting_of(entry),
            case: case.map(|case| self.case_rows(None, case).map(Box::new)).transpose()?,
            answer,
        }))
    }

    /// Takes an event out of its series that nobody will write down.
    fn let_go(&self, entry: &Entry) -> Result<(), StoreError> {
        let tagger = self.mind.taggers.of(&entry.event.application);
        let imprint = Imprint::of(entry, &tagger, &tagger.private_of(entry));
        self.mind.uncount_aggregates(&imprint.lesson, &tagger)
    }

    fn record_of(&self, sequence: u64) -> Result<Record, StoreError> {
        let found = self.found_at(sequence)?;
        found.map(|found| found.record).ok_or_else(|| StoreError::Corrupt { what: format!("row {sequence} is gone") })
    }
}

impl EmbeddedStore {
    fn put(&self, command: Command) -> Result<(), StoreError> {
        self.shared.check_running()?;
        self.shared.queued.fetch_add(1, Ordering::Relaxed);
        self.queue.try_send(command).map_err(|refused| {
            self.shared.queued.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => unavailable("the store is closed"),
            }
        })
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command + Send,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.put(command(answer))?;
        answered.await.map_err(|_| unavailable("the store closed before it answered"))?
    }

    /// Reads on a thread where waiting for a disk holds up nobody.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || read(&shared)).await.map_err(unavailable)?
    }

    /// Writes what waits, takes a checkpoint, syncs, and stops the threads: the next opening replays nothing. Blocks
    /// until done. What is asked afterwards is refused as unavailable. Doing it again does nothing.
    pub fn close(&self) {
        self.stop(true);
    }

    fn stop(&self, checkpoint: bool) {
        let Some(writer) = self.writer.lock().take() else { return };
        self.shared.queued.fetch_add(1, Ordering::Relaxed);
        // Refused only if the writer is gone already.
        drop(self.queue.send(Command::Stop { checkpoint }));
        if writer.join().is_err() {
            tracing::error!("the store's writer panicked");
        }
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.stop(false);
    }
}

#[async_trait]
impl Memory for EmbeddedStore {
    async fn recall(&self, event: &Event, enrichment: &Enrichment, now: Timestamp) -> Result<History, StoreError> {
        self.shared.check_running()?;
        // In place: what is in RAM takes microseconds, and what is not, one short read a key.
        let mut history = self.shared.mind.recall(event, enrichment, now)?;
        self.shared.tell_previous(&mut history.changes)?;
        Ok(history)
    }

    async fn recall_again(
        &self,
        application: &ApplicationId,
        event: EventId,
        enrichment: &Enrichment,
        now: Timestamp,
    ) -> Result<History, StoreError> {
        self.shared.check_running()?;
        self.shared.recall_again(application, event, enrichment, now)
    }

    async fn record_opening(&self, entry: Entry, case: Option<Case>) -> Result<Recorded, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.shared.check_running()?;
        let command = self.shared.prepare(&entry, case.as_ref(), answer);
        if let Err(error) = command.and_then(|command| self.put(Command::Record(command))) {
            self.shared.let_go(&entry)?;
            return Err(error);
        }
        drop(entry);
        match answered.await.map_err(|_| unavailable("the store closed before it answered"))?? {
            Placed::New(sequence) => Ok(Recorded::New { sequence }),
            Placed::Before(sequence) => Ok(Recorded::Repeated(Box::new(self.shared.record_of(sequence)?))),
        }
    }

    async fn answer_to_retry(&self, retry: &RetryKey, now: Timestamp) -> Result<Option<Record>, StoreError> {
        self.shared.check_running()?;
        let Some(answered) = self.shared.answered(retry, now)? else { return Ok(None) };
        if answered.body != retry.body {
            return Err(StoreError::Conflict);
        }
        self.shared.record_of(answered.sequence).map(Some)
    }

    async fn conclude(&self, conclusion: Conclusion) -> Result<Record, StoreError> {
        let sequence = self.ask(|answer| Command::Conclude(Box::new(conclusion), answer)).await?;
        let record = self.shared.record_of(sequence)?;
        self.shared.mind.conclude_crowds(&record.entry.event, record.outcome());
        Ok(record)
    }

    async fn apply_feedback_telling(&self, feedback: Feedback, tellings: Vec<Telling>) -> Result<Applied, StoreError> {
        self.ask(|answer| Command::ApplyFeedback(Box::new(Said { feedback, tellings }), answer)).await
    }

    async fn keep_report(&self, report: Report) -> Result<(), StoreError> {
        self.shared.check_running()?;
        self.shared.newest_at.fetch_max(report.received_at.as_micros(), Ordering::AcqRel);
        // In place: nothing is synced, so it is a write to memory.
        self.shared.reports.keep(&self.shared.mind.taggers, report)
    }

    async fn report(
        &self,
        application: &ApplicationId,
        key: ReportKey<'_>,
        now: Timestamp,
    ) -> Result<Option<Report>, StoreError> {
        self.shared.reports.get(&self.shared.mind.taggers, application, key, now)
    }

    async fn alike_device(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        device: &Device,
        likeness_min: f32,
    ) -> Result<Option<DeviceId>, StoreError> {
        let (application, account, device) = (application.clone(), account.clone(), device.clone());
        self.read(move |shared| shared.alike_device(&application, &account, &device, likeness_min)).await
    }

    async fn consume(&self, application: &ApplicationId, event: EventId, now: Timestamp) -> Result<Record, StoreError> {
        let consumption = Consumption { application: application.clone(), event, received_at: now };
        let sequence = self.ask(|answer| Command::Consume(Box::new(consumption), answer)).await?;
        self.shared.record_of(sequence)
    }

    async fn note_telling(&self, note: Note, tellings: Vec<Telling>) -> Result<Dossier, StoreError> {
        let (application, about) = (note.application.clone(), note.about.clone());
        let (account, device) = self.read(move |shared| shared.note_target(&application, &about)).await?;
        let (application, whose) = (note.application.clone(), account.clone());
        self.ask(|answer| Command::Note(Box::new(NoteCommand { note, tellings, account, device, answer }))).await?;
        self.read(move |shared| shared.dossier_of(&application, &whose)).await
    }
}

#[async_trait]
impl Ledger for EmbeddedStore {
    async fn find(&self, application: &ApplicationId, event: EventId) -> Result<Option<Record>, StoreError> {
        self.shared.check_running()?;
        Ok(self.shared.found(application, event)?.map(|found| found.record))
    }

    async fn search(&self, search: &Search) -> Result<Page, StoreError> {
        let search = search.clone();
        self.read(move |shared| shared.search_page(&search)).await
    }

    async fn correlated(
        &self,
        application: &ApplicationId,
        correlation: &CorrelationId,
        limit: u16,
    ) -> Result<Vec<Record>, StoreError> {
        let (application, correlation) = (application.clone(), correlation.clone());
        self.read(move |shared| shared.correlated(&application, &correlation, limit)).await
    }

    async fn passage(&self, excerpt: &Excerpt) -> Result<Passage, StoreError> {
        let excerpt = excerpt.clone();
        self.read(move |shared| shared.passage(&excerpt)).await
    }

    async fn extent(&self, from: Timestamp, to: Timestamp) -> Result<Extent, StoreError> {
        self.read(move |shared| shared.extent(from, to)).await
    }

    async fn scan(&self, scan: &Scan, mut visit: Visit) -> Result<(), StoreError> {
        let scan = scan.clone();
        self.read(move |shared| shared.scan(&scan, &mut visit)).await
    }

    async fn dossier(&self, application: &ApplicationId, account: &AccountId) -> Result<Dossier, StoreError> {
        let (application, account) = (application.clone(), account.clone());
        self.read(move |shared| shared.dossier_of(&application, &account)).await
    }

    async fn takeover(&self, application: &ApplicationId, account: &AccountId) -> Result<Takeover, StoreError> {
        let (application, account) = (application.clone(), account.clone());
        self.read(move |shared| shared.takeover(&application, &account)).await
    }

    async fn erase_account(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let whose = Box::new((application.clone(), account.clone(), now));
        self.ask(|answer| Command::Erase(whose, answer)).await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        self.shared.check_running()?;
        let (sequence, n_to_replay) = (self.shared.durable.load(Ordering::Acquire), self.shared.n_to_replay());
        let n_queued = self.shared.queued.load(Ordering::Relaxed);
        let (disk_bytes, newest_minute) =
            self.read(|shared| Ok((shared.disk_bytes()?, shared.disk.newest_minute()?))).await?;
        let n_to_tell = self.shared.outbox.n_waiting();
        let newest_at = newest_minute.map(beginning_of);
        Ok(StoreHealth { sequence, n_to_replay, n_queued, n_to_tell, disk_bytes, newest_at })
    }
}

#[async_trait]
impl Outbox for EmbeddedStore {
    async fn enqueue(&self, waiting: Vec<Waiting>) -> Result<(), StoreError> {
        self.ask(|answer| Command::Enqueue(waiting, answer)).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.shared.check_running()?;
        Ok(self.shared.outbox.due(now, limit))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.shared.check_running()?;
        Ok(self.shared.outbox.next_due())
    }

    async fn settle(&self, waiting: &Waiting, delivery: Delivery) -> Result<(), StoreError> {
        let waiting = waiting.clone();
        self.read(move |shared| {
            let application = shared.mind.taggers.of(&waiting.application).short;
            shared.outbox.settle(application, &waiting, delivery, None)
        })
        .await
    }

    async fn settle_try(&self, waiting: &Waiting, delivery: Delivery, tried: &DeliveryTry) -> Result<(), StoreError> {
        let (waiting, tried) = (waiting.clone(), *tried);
        self.read(move |shared| {
            let application = shared.mind.taggers.of(&waiting.application).short;
            shared.outbox.settle(application, &waiting, delivery, Some(&tried))
        })
        .await
    }

    async fn tries(
        &self,
        application: &ApplicationId,
        hook: &str,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Vec<LoggedTry>, StoreError> {
        let (application, hook) = (self.shared.mind.taggers.of(application).short, Box::<str>::from(hook));
        self.read(move |shared| shared.outbox.tries(application, &hook, before, limit.into())).await
    }

    async fn given_up(
        &self,
        application: &ApplicationId,
        hook: &str,
        after: u64,
        limit: u16,
    ) -> Result<Vec<Waiting>, StoreError> {
        let (application, hook) = (self.shared.mind.taggers.of(application).short, Box::<str>::from(hook));
        self.read(move |shared| shared.outbox.given_up(application, &hook, after, limit.into())).await
    }

    async fn redeliver(
        &self,
        application: &ApplicationId,
        hook: &str,
        numbers: Option<&[u64]>,
        by: Author,
    ) -> Result<u64, StoreError> {
        let (application, numbers) = (application.clone(), numbers.map(Box::from));
        let asked = Redelivery { application, hook: hook.into(), numbers, by };
        self.ask(|answer| Command::Redeliver(Box::new(asked), answer)).await
    }

    async fn hurry(&self, application: &ApplicationId, hook: &str, now: Timestamp) -> Result<(), StoreError> {
        self.shared.check_running()?;
        self.shared.outbox.hurry(self.shared.mind.taggers.of(application).short, hook, now);
        Ok(())
    }

    async fn hook_health(&self, application: &ApplicationId, hook: &str) -> Result<HookHealth, StoreError> {
        self.shared.check_running()?;
        Ok(self.shared.outbox.health(self.shared.mind.taggers.of(application).short, hook))
    }

    async fn record_at(&self, sequence: u64) -> Result<Option<Record>, StoreError> {
        self.read(move |shared| Ok(shared.found_at(sequence)?.map(|found| found.record))).await
    }
}

#[async_trait]
impl Aggregates for EmbeddedStore {
    async fn keep_aggregates(
        &self,
        application: &ApplicationId,
        aggregates: Vec<Aggregate>,
        progress: &(dyn Fn(Backfill) + Send + Sync),
    ) -> Result<(), StoreError> {
        let _turn = self.shared.keeping.acquire().await.map_err(unavailable)?;
        let asked = Box::new((application.clone(), aggregates));
        self.ask(|answer| Command::Keep(asked, answer)).await?;
        let mut so_far: Option<Backfill> = None;
        loop {
            let application = application.clone();
            let Some(next) = self.read(move |shared| shared.fill_some(&application)).await? else { break };
            let Backfill { n_done, n_rows } = so_far.unwrap_or(Backfill { n_done: 0, ..next });
            let done = Backfill { n_done: n_done + next.n_done, n_rows };
            progress(done);
            so_far = Some(done);
            // Whoever no longer waits leaves here, where nothing is under way.
            tokio::task::yield_now().await;
            if self.shared.has_much_to_write() {
                self.ask(Command::Checkpoint).await?;
            }
        }
        // What is ready stays so, whatever happens to the process.
        if so_far.is_some() { self.ask(Command::Checkpoint).await } else { Ok(()) }
    }

    async fn kept_aggregates(&self, application: &ApplicationId) -> Result<Vec<KeptAggregate>, StoreError> {
        self.shared.check_running()?;
        let tagger = self.shared.mind.taggers.of(application);
        Ok(self.shared.mind.aggregates.told(tagger.short))
    }
}
