//! What waits to be told: on disk in the order of each hook, with the first of each hook in RAM.
//!
//! Messages are written by the writer, in the batch of what they are about; what becomes of them is written by who sends
//! them. The second is not synced: what a power cut takes back is sent again, under the same number.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use fjall::{Keyspace, OwnedWriteBatch};
use parking_lot::Mutex;
use rightful_domain::{Delivery, Timestamp, Waiting};

use super::disk::{Disk, failed};
use super::keys::sequence_of;
use super::writer::Writer;
use crate::StoreError;
use crate::record::{Undecodable, decode_waiting, encode_waiting};

/// The most messages of one hook that wait; of more, the oldest are given up.
const WAITING_MAX: u64 = 100_000;
/// The most messages of an application that are kept after they were given up; of more, the oldest go.
const GIVEN_UP_MAX: u64 = 10_000;

const WAITING_PREFIX: u8 = b'w';
const GIVEN_UP_PREFIX: u8 = b'x';
/// Where the last number given is.
const NUMBER_KEY: &[u8] = b"n";

/// A hook of an application: the short form of its id, and a hash of the hook's.
type Line = (u32, u64);

/// The messages of one hook.
#[derive(Default)]
struct Queue {
    /// The first that waits, if any does.
    first: Option<Waiting>,
    n_waiting: u64,
    /// Numbers up to this one wait no longer.
    settled_upto: u64,
}

/// The outbox.
pub(super) struct Outbox {
    disk: Disk,
    queues: Mutex<Queues>,
    /// The last number given.
    last_number: AtomicU64,
}

#[derive(Default)]
struct Queues {
    by_line: BTreeMap<Line, Queue>,
    n_given_up: HashMap<u32, u64>,
}

fn line_of(application: u32, waiting: &Waiting) -> Line {
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(waiting.telling.hook.as_bytes()).as_bytes();
    (application, u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// All that waits for a hook.
fn line_prefix((application, hook): Line) -> [u8; 13] {
    let [a, b, c, d] = application.to_be_bytes();
    let [e, f, g, h, i, j, k, l] = hook.to_be_bytes();
    [WAITING_PREFIX, a, b, c, d, e, f, g, h, i, j, k, l]
}

fn waiting_key(line: Line, number: u64) -> Vec<u8> {
    [&line_prefix(line)[..], &number.to_be_bytes()].concat()
}

/// All that an application's hooks never took.
fn given_up_prefix(application: u32) -> [u8; 5] {
    let [a, b, c, d] = application.to_be_bytes();
    [GIVEN_UP_PREFIX, a, b, c, d]
}

fn given_up_key(application: u32, number: u64) -> Vec<u8> {
    [&given_up_prefix(application)[..], &number.to_be_bytes()].concat()
}

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("a message that waits: {}", cause.0) }
}

/// Messages of a batch that is not written yet.
#[derive(Default)]
pub(super) struct Put {
    messages: Vec<(Line, Waiting)>,
}

impl Outbox {
    /// Finds the first message of each hook; O(messages).
    pub(super) fn open(disk: Disk) -> Result<Self, StoreError> {
        let mut queues = Queues::default();
        for guard in disk.outbox.prefix([WAITING_PREFIX]) {
            let (key, value) = guard.into_inner().map_err(failed)?;
            let Some((_, line)) = key.get(..13).and_then(<[u8]>::split_first) else { continue };
            let Some((application, hook)) = line.split_first_chunk::<4>() else { continue };
            let Some((hook, _)) = hook.split_first_chunk::<8>() else { continue };
            let queue =
                queues.by_line.entry((u32::from_be_bytes(*application), u64::from_be_bytes(*hook))).or_default();
            queue.n_waiting += 1;
            if queue.first.is_none() {
                queue.first = Some(decode_waiting(&value).map_err(corrupt)?);
            }
        }
        for guard in disk.outbox.prefix([GIVEN_UP_PREFIX]) {
            let key = guard.key().map_err(failed)?;
            let application = key.get(1..).and_then(|rest| rest.split_first_chunk::<4>());
            let Some((application, _)) = application else { continue };
            *queues.n_given_up.entry(u32::from_be_bytes(*application)).or_default() += 1;
        }
        let last_number = disk.outbox.get(NUMBER_KEY).map_err(failed)?.and_then(|number| sequence_of(&number));
        Ok(Self { disk, queues: Mutex::new(queues), last_number: AtomicU64::new(last_number.unwrap_or(0)) })
    }

    fn rows(&self) -> &Keyspace {
        &self.disk.outbox
    }

    /// Puts a message into a batch, under the next number.
    fn put(&self, writes: &mut OwnedWriteBatch, put: &mut Put, application: u32, waiting: Waiting) {
        let number = self.last_number.fetch_add(1, Ordering::AcqRel) + 1;
        let waiting = Waiting { number, ..waiting };
        let line = line_of(application, &waiting);
        writes.insert(self.rows(), waiting_key(line, number), encode_waiting(&waiting));
        put.messages.push((line, waiting));
    }

    /// Completes a batch: one key may be written once in it.
    pub(super) fn complete(&self, writes: &mut OwnedWriteBatch, put: &Put) {
        if let Some((_, last)) = put.messages.last() {
            writes.insert(self.rows(), NUMBER_KEY, last.number.to_be_bytes());
        }
    }

    /// Lets the messages of a batch wait, now that it is safe.
    pub(super) fn written(&self, put: Put) -> Result<(), StoreError> {
        if put.messages.is_empty() {
            return Ok(());
        }
        let mut queues = self.queues.lock();
        for (line, waiting) in put.messages {
            let queue = queues.by_line.entry(line).or_default();
            // Whoever settled the one before it may have found it on disk already.
            if waiting.number > queue.settled_upto {
                queue.n_waiting += 1;
                queue.first.get_or_insert(waiting);
            }
            if queue.n_waiting > WAITING_MAX
                && let Some(oldest) = queue.first.clone()
            {
                self.settle_first(&mut queues, line, &oldest, Delivery::GivenUp)?;
            }
        }
        Ok(())
    }

    /// The first message of each hook, where it is due, by age.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<Waiting> {
        let queues = self.queues.lock();
        let first = queues.by_line.values().filter_map(|queue| queue.first.as_ref());
        let mut due: Vec<Waiting> = first.filter(|waiting| waiting.due_at <= now).cloned().collect();
        drop(queues);
        due.sort_unstable_by_key(|waiting| waiting.number);
        due.truncate(limit);
        due
    }

    /// When the next message is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let queues = self.queues.lock();
        queues.by_line.values().filter_map(|queue| queue.first.as_ref()).map(|waiting| waiting.due_at).min()
    }

    /// How many messages wait.
    pub(super) fn n_waiting(&self) -> u64 {
        self.queues.lock().by_line.values().map(|queue| queue.n_waiting).sum()
    }

    /// Remembers what became of a try. Of a message that waits no longer, nothing.
    pub(super) fn settle(&self, application: u32, waiting: &Waiting, delivery: Delivery) -> Result<(), StoreError> {
        let line = line_of(application, waiting);
        let mut queues = self.queues.lock();
        let queue = queues.by_line.get(&line);
        let is_first = queue.and_then(|queue| queue.first.as_ref()).is_some_and(|first| first.number == waiting.number);
        if is_first { self.settle_first(&mut queues, line, waiting, delivery) } else { Ok(()) }
    }

    fn settle_first(
        &self,
        queues: &mut Queues,
        line: Line,
        waiting: &Waiting,
        delivery: Delivery,
    ) -> Result<(), StoreError> {
        let mut batch = self.disk.database.batch();
        let key = waiting_key(line, waiting.number);
        let tried = Waiting { n_tried: waiting.n_tried.saturating_add(1), ..waiting.clone() };
        if let Delivery::Retry(due_at) = delivery {
            let tried = Waiting { due_at, ..tried };
            batch.insert(self.rows(), key, encode_waiting(&tried));
            batch.commit().map_err(failed)?;
            queues.by_line.entry(line).or_default().first = Some(tried);
            return Ok(());
        }
        batch.remove(self.rows(), key);
        if delivery == Delivery::GivenUp {
            self.keep_given_up(&mut batch, queues, line.0, &tried)?;
        }
        batch.commit().map_err(failed)?;
        let after = waiting_key(line, waiting.number.saturating_add(1))..=waiting_key(line, u64::MAX);
        let next = self.rows().range(after).next().map(|guard| guard.value()).transpose().map_err(failed)?;
        let next = next.map(|bytes| decode_waiting(&bytes).map_err(corrupt)).transpose()?;
        let queue = queues.by_line.entry(line).or_default();
        (queue.first, queue.settled_upto) = (next, waiting.number);
        queue.n_waiting = queue.n_waiting.saturating_sub(1);
        Ok(())
    }

    fn keep_given_up(
        &self,
        batch: &mut OwnedWriteBatch,
        queues: &mut Queues,
        application: u32,
        waiting: &Waiting,
    ) -> Result<(), StoreError> {
        batch.insert(self.rows(), given_up_key(application, waiting.number), encode_waiting(waiting));
        let n_given_up = queues.n_given_up.entry(application).or_default();
        *n_given_up += 1;
        if *n_given_up > GIVEN_UP_MAX
            && let Some(oldest) = self.rows().prefix(given_up_prefix(application)).next()
        {
            batch.remove(self.rows(), oldest.key().map_err(failed)?);
            *n_given_up -= 1;
        }
        Ok(())
    }
}

impl Writer {
    /// Puts messages into the batch; about that row, if it is one of the batch.
    pub(super) fn put_tellings(&mut self, tellings: Vec<Waiting>, sequence: Option<u64>) {
        let batch = &mut self.batch;
        for waiting in tellings {
            let application = self.shared.mind.taggers.of(&waiting.application).short;
            let waiting = Waiting { sequence: sequence.unwrap_or(waiting.sequence), ..waiting };
            self.shared.outbox.put(&mut batch.writes, &mut batch.tellings, application, waiting);
        }
    }
}
