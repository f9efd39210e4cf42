//! The checkpoint: writes behind what memory has learned, so that a restart replays a bounded part of the ledger.
//!
//! It is fuzzy: states are written one by one while logins go on, each with the last row it has learned from. When all
//! that was dirty at some row is written, the mark moves to that row, and a restart replays from there; a state that has
//! learned more than the mark says skips what it knows. Off the way of logins: another thread, and files of its own,
//! which are synced before the mark is moved.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use rightful_domain::Timestamp;
use tokio::sync::oneshot;

use super::Shared;
use super::bulk::write_sorted;
use super::disk::{failed, unavailable};
use super::keys::RETRY_PREFIX;
use super::retries::Answered;
use crate::StoreError;

/// States that may be dirty before a checkpoint begins, however few rows there were.
const DIRTY_MAX: usize = 100_000;
/// Long-lived retry keys looked at in one checkpoint, to remove the dead.
const RETRIES_SWEPT_MAX: usize = 10_000;
/// Rows that may come in while the writer is not looking: one batch.
const MARGIN: u64 = 1_024;

/// Where in the office the mark is.
pub(super) const MARK_KEY: &[u8] = b"mmark";

/// Keeps the part of the ledger that a restart replays below a bound.
pub(super) struct Checkpointer {
    requests: Option<Sender<Request>>,
    progress: Arc<Progress>,
    thread: Option<JoinHandle<()>>,
    every: u64,
    replay_max: u64,
}

/// A checkpoint that is asked for: upto which row, and whom to tell when it is taken.
struct Request {
    upto: u64,
    answer: Option<oneshot::Sender<Result<(), StoreError>>>,
}

#[derive(Default)]
struct Progress {
    n_running: Mutex<usize>,
    done: Condvar,
}

impl Checkpointer {
    /// Starts the thread. `replay_max` bounds the rows a restart replays, as far as that is possible in batches.
    pub(super) fn start(shared: &Arc<Shared>, replay_max: u64) -> std::io::Result<Self> {
        let (requests, received) = channel();
        let progress = Arc::new(Progress::default());
        let thread = std::thread::Builder::new().name("checkpoint".to_owned()).spawn({
            let (shared, progress) = (Arc::clone(shared), Arc::clone(&progress));
            move || run(&shared, &received, &progress)
        })?;
        let replay_max = replay_max.max(4 * MARGIN);
        Ok(Self { requests: Some(requests), progress, thread: Some(thread), every: replay_max / 2, replay_max })
    }

    /// Begins a checkpoint when one is due; waits for it when a restart would have too much to do.
    pub(super) fn keep_up(&self, shared: &Shared) {
        let behind = shared.n_to_replay();
        let is_due = behind >= self.every || shared.mind.n_dirty() >= DIRTY_MAX || shared.mind.is_full();
        if !is_due {
            return;
        }
        let is_running = *self.progress.n_running.lock() > 0;
        if !is_running {
            self.request(shared.durable.load(Ordering::Acquire), None);
        }
        if behind + MARGIN >= self.replay_max {
            self.wait();
        }
    }

    /// Asks for a checkpoint of what is learned until that row. Whoever waits for one that cannot be taken gets no answer.
    pub(super) fn request(&self, upto: u64, answer: Option<oneshot::Sender<Result<(), StoreError>>>) {
        *self.progress.n_running.lock() += 1;
        let request = Request { upto, answer };
        let is_sent = self.requests.as_ref().is_some_and(|requests| requests.send(request).is_ok());
        if !is_sent {
            *self.progress.n_running.lock() -= 1;
        }
    }

    fn wait(&self) {
        let mut n_running = self.progress.n_running.lock();
        while *n_running > 0 {
            self.progress.done.wait(&mut n_running);
        }
    }

    /// Stops the thread, after a last checkpoint if asked.
    pub(super) fn stop(mut self, shared: &Shared, checkpoint: bool) {
        if checkpoint && shared.check_running().is_ok() {
            self.wait();
            self.request(shared.durable.load(Ordering::Acquire), None);
            self.wait();
            let synced = shared.disk.database.persist(fjall::PersistMode::SyncAll);
            if let Err(error) = synced {
                tracing::error!("syncing the store at its end failed: {error:?}");
            }
        }
        self.requests = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint's thread panicked");
        }
    }
}

fn run(shared: &Shared, requests: &Receiver<Request>, progress: &Progress) {
    while let Ok(Request { upto, answer }) = requests.recv() {
        let taken = checkpoint(shared, upto);
        if let Err(error) = &taken {
            tracing::error!(upto, "the checkpoint failed; the store takes nothing more until restarted: {error:?}");
            shared.broken.store(true, Ordering::Release);
        }
        *progress.n_running.lock() -= 1;
        progress.done.notify_all();
        if let Some(answer) = answer {
            drop(answer.send(taken));
        }
    }
}

/// Writes what is dirty, and moves the mark to `upto`: every row until there must have been learned.
pub(super) fn checkpoint(shared: &Shared, upto: u64) -> Result<(), StoreError> {
    let disk = &shared.disk;
    write_sorted(&disk.state, |put| {
        shared.mind.states.take_dirty(|key, bytes| put(key.to_bytes().into(), bytes.into()))
    })?;
    // As far as it had come before its states are taken: it goes on meanwhile.
    let filled = shared.mind.aggregates.unwritten();
    if shared.mind.series.n_dirty() > 0 {
        write_sorted(&disk.series, |put| {
            shared.mind.series.take_dirty(|key, bytes| put(key.to_bytes().into(), bytes.into()))
        })?;
    }
    shared.write_filled(&filled)?;
    shared.sweep_series()?;
    let recent = shared.recent.begin_writing();
    write_sorted(&disk.events, |put| {
        recent.by_event().into_iter().try_for_each(|(key, sequence)| put(key.into(), sequence.to_be_bytes().into()))
    })?;
    write_sorted(&disk.postings, |put| {
        recent.by_key().into_iter().try_for_each(|(key, brief)| put(key.into(), brief.as_bytes().into()))
    })?;
    drop(recent);
    shared.recent.end_writing();
    disk.office.insert(MARK_KEY, upto.to_be_bytes()).map_err(failed)?;
    shared.acknowledged.sync().map_err(unavailable)?;
    shared.mark.store(upto, Ordering::Release);
    shared.mind.states.let_go();
    shared.mind.series.let_go();
    shared.reports.sweep(Timestamp::from_micros(shared.newest_at.load(Ordering::Acquire)))?;
    shared.sweep_lists(Timestamp::from_micros(shared.newest_at.load(Ordering::Acquire)))?;
    sweep_retries(shared)
}

/// Removes long-lived retry keys that are dead, some at a time.
fn sweep_retries(shared: &Shared) -> Result<(), StoreError> {
    let now = Timestamp::from_micros(shared.newest_at.load(Ordering::Acquire));
    let mut start = shared.swept_upto.lock();
    let end = [RETRY_PREFIX[0] + 1];
    let mut batch = shared.disk.database.batch();
    let mut n_seen = 0;
    let mut last = None;
    for guard in shared.disk.index.range::<&[u8], _>(&start[..]..&end[..]).take(RETRIES_SWEPT_MAX) {
        let (key, value) = guard.into_inner().map_err(failed)?;
        n_seen += 1;
        if Answered::of_bytes(&value).is_none_or(|answered| answered.until <= now) {
            batch.remove(&shared.disk.index, key.clone());
        }
        last = Some(key);
    }
    *start = match last {
        Some(last) if n_seen == RETRIES_SWEPT_MAX => last.to_vec(),
        _ => RETRY_PREFIX.to_vec(),
    };
    batch.commit().map_err(failed)
}
