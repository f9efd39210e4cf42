//! What waits to be told: on disk in the order of each hook, with the first of each lane, and all numbers, in RAM.
//!
//! Messages are written by the writer, in the batch of what they are about; what becomes of them is written by who sends
//! them. The second is not synced: what a power cut takes back is sent again, under the same number.

mod given_up;
mod keys;
mod log;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use fjall::{Keyspace, OwnedWriteBatch};
use parking_lot::Mutex;
use rightful_domain::{ApplicationId, Delivery, DeliveryTry, Entry, HookHealth, LANES, Telling, Timestamp, Waiting};

use super::disk::{Disk, failed};
use super::keys::sequence_of;
use super::tags::StateKey;
use super::writer::Writer;
use crate::StoreError;
use crate::record::{Undecodable, decode_waiting, encode_waiting};
pub(super) use given_up::Redelivery;
use keys::{Line, line_of, waiting_key};

/// The most messages of one hook that wait; of more, the oldest are given up.
const WAITING_MAX: usize = 100_000;

/// Where the last number given is.
const NUMBER_KEY: &[u8] = b"n";

/// The messages of one lane of a hook.
#[derive(Default)]
struct Lane {
    /// All that wait, by number.
    numbers: BTreeSet<u64>,
    /// The first of them.
    first: Option<Waiting>,
    /// The message that is to be tried before its time, and since when; nothing where it is not the first.
    hurried: Option<(u64, Timestamp)>,
}

impl Lane {
    /// When its first is to be tried.
    fn due_at(&self) -> Option<Timestamp> {
        let first = self.first.as_ref()?;
        let hurried = self.hurried.filter(|(number, _)| *number == first.number);
        Some(hurried.map_or(first.due_at, |(_, since)| first.due_at.min(since)))
    }
}

/// A hook: what waits for it, and how it is.
#[derive(Default)]
struct Queue {
    lanes: [Lane; LANES as usize],
    n_given_up: u64,
    /// The place of the newest line of its log; 0 if there is none.
    last_place: u64,
    failing_since: Option<Timestamp>,
}

impl Queue {
    fn n_waiting(&self) -> usize {
        self.lanes.iter().map(|lane| lane.numbers.len()).sum()
    }

    fn lane(&mut self, number: u64) -> &mut Lane {
        self.lanes.get_mut((number % LANES) as usize).expect("a remainder is less than what was divided by")
    }

    fn firsts(&self) -> impl Iterator<Item = &Waiting> {
        self.lanes.iter().filter_map(|lane| lane.first.as_ref())
    }

    fn oldest(&self) -> Option<&Waiting> {
        self.firsts().min_by_key(|waiting| waiting.number)
    }

    /// Lets a message wait.
    fn put(&mut self, waiting: Waiting) {
        let lane = self.lane(waiting.number);
        lane.numbers.insert(waiting.number);
        if lane.first.as_ref().is_none_or(|first| waiting.number < first.number) {
            lane.first = Some(waiting);
        }
    }
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
    /// Messages of an application that are kept after they were given up.
    n_given_up: HashMap<u32, u64>,
}

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("a message that waits: {}", cause.0) }
}

/// Messages of a batch that is not written yet.
#[derive(Default)]
pub(super) struct Put {
    messages: Vec<(Line, Waiting)>,
}

/// The lane of what is about somebody: all that is about one account has one.
fn lane_of(subject: Option<StateKey>) -> u64 {
    subject.map_or(0, |subject| subject.tag.get() % LANES)
}

impl Outbox {
    /// Finds what waits; O(messages).
    pub(super) fn open(disk: Disk) -> Result<Self, StoreError> {
        let mut queues = Queues::default();
        for guard in disk.outbox.prefix([keys::WAITING_PREFIX]) {
            let (key, value) = guard.into_inner().map_err(failed)?;
            let (Some(line), Some(number)) = (keys::line_in(&key), sequence_of(&key)) else { continue };
            let lane = queues.by_line.entry(line).or_default().lane(number);
            lane.numbers.insert(number);
            if lane.first.is_none() {
                lane.first = Some(decode_waiting(&value).map_err(corrupt)?);
            }
        }
        given_up::count(&disk, &mut queues)?;
        log::find_ends(&disk, &mut queues)?;
        let last_number = disk.outbox.get(NUMBER_KEY).map_err(failed)?.and_then(|number| sequence_of(&number));
        Ok(Self { disk, queues: Mutex::new(queues), last_number: AtomicU64::new(last_number.unwrap_or(0)) })
    }

    fn rows(&self) -> &Keyspace {
        &self.disk.outbox
    }

    /// Puts a message into a batch, under the next number of a lane.
    fn put(&self, writes: &mut OwnedWriteBatch, put: &mut Put, application: u32, lane: u64, waiting: Waiting) {
        // Numbers are given by the writer alone.
        let number = (self.last_number.load(Ordering::Acquire) / LANES + 1) * LANES + lane;
        self.last_number.store(number, Ordering::Release);
        let waiting = Waiting { number, ..waiting };
        let line = line_of(application, &waiting.telling.hook);
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
            queue.put(waiting);
            if queue.n_waiting() > WAITING_MAX
                && let Some(oldest) = queue.oldest().cloned()
            {
                self.settle_in(&mut queues, line, &oldest, Delivery::GivenUp, None)?;
            }
        }
        Ok(())
    }

    /// The first message of each lane of each hook, where it is due, by age.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<Waiting> {
        let queues = self.queues.lock();
        let lanes = queues.by_line.values().flat_map(|queue| &queue.lanes);
        let due = lanes.filter(|lane| lane.due_at().is_some_and(|due_at| due_at <= now));
        let mut due: Vec<Waiting> = due.filter_map(|lane| lane.first.clone()).collect();
        drop(queues);
        due.sort_unstable_by_key(|waiting| waiting.number);
        due.truncate(limit);
        due
    }

    /// When the next message is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let queues = self.queues.lock();
        queues.by_line.values().flat_map(|queue| &queue.lanes).filter_map(Lane::due_at).min()
    }

    /// How many messages wait.
    pub(super) fn n_waiting(&self) -> u64 {
        self.queues.lock().by_line.values().map(|queue| queue.n_waiting() as u64).sum()
    }

    /// Lets what is next of each lane be tried once before its time. In RAM alone: after a restart it is due when it was.
    pub(super) fn hurry(&self, application: u32, hook: &str, now: Timestamp) {
        let mut queues = self.queues.lock();
        let Some(queue) = queues.by_line.get_mut(&line_of(application, hook)) else { return };
        for lane in &mut queue.lanes {
            let first = lane.first.as_ref().filter(|first| first.due_at > now);
            lane.hurried = first.map(|first| (first.number, now));
        }
    }

    /// How a hook is.
    pub(super) fn health(&self, application: u32, hook: &str) -> HookHealth {
        let queues = self.queues.lock();
        let queue = queues.by_line.get(&line_of(application, hook));
        queue.map_or_else(HookHealth::default, |queue| HookHealth {
            n_waiting: queue.n_waiting() as u64,
            n_given_up: queue.n_given_up,
            failing_since: queue.failing_since,
        })
    }

    /// Remembers what became of a try, and what the log is to say of it. Of a message that waits no longer, only that.
    pub(super) fn settle(
        &self,
        application: u32,
        waiting: &Waiting,
        delivery: Delivery,
        tried: Option<&DeliveryTry>,
    ) -> Result<(), StoreError> {
        let line = line_of(application, &waiting.telling.hook);
        self.settle_in(&mut self.queues.lock(), line, waiting, delivery, tried)
    }

    fn settle_in(
        &self,
        queues: &mut Queues,
        line: Line,
        waiting: &Waiting,
        delivery: Delivery,
        tried: Option<&DeliveryTry>,
    ) -> Result<(), StoreError> {
        let mut batch = self.disk.database.batch();
        let waits = queues.by_line.entry(line).or_default().lane(waiting.number).numbers.contains(&waiting.number);
        // What is given up without a try, since its hook is off or too much waits, was tried no more often than before.
        let counts = match delivery {
            Delivery::Taken | Delivery::Retry(_) => true,
            Delivery::StillWaits(_) => false,
            Delivery::GivenUp => tried.is_some(),
        };
        let known = Waiting { n_tried: waiting.n_tried.saturating_add(u16::from(counts)), ..waiting.clone() };
        let again = match delivery {
            Delivery::Retry(due_at) | Delivery::StillWaits(due_at) => Some(Waiting { due_at, ..known.clone() }),
            Delivery::Taken | Delivery::GivenUp => None,
        };
        if waits {
            let key = waiting_key(line, waiting.number);
            match &again {
                Some(again) => batch.insert(self.rows(), key, encode_waiting(again)),
                None => batch.remove(self.rows(), key),
            }
            if delivery == Delivery::GivenUp {
                self.keep_given_up(&mut batch, queues, line, &known)?;
            }
        }
        if let Some(tried) = tried {
            self.put_try(&mut batch, queues.by_line.entry(line).or_default(), line, tried);
        }
        batch.commit().map_err(failed)?;
        if waits { self.go_on(queues, line, waiting.number, again) } else { Ok(()) }
    }

    /// Lets a lane know that a message of it is to be sent again, or waits no longer.
    fn go_on(&self, queues: &mut Queues, line: Line, number: u64, again: Option<Waiting>) -> Result<(), StoreError> {
        let lane = queues.by_line.entry(line).or_default().lane(number);
        let is_first = lane.first.as_ref().is_some_and(|first| first.number == number);
        if again.is_some() {
            if is_first {
                lane.first = again;
                lane.hurried = None;
            }
            return Ok(());
        }
        lane.numbers.remove(&number);
        if !is_first {
            return Ok(());
        }
        lane.first = match lane.numbers.first() {
            Some(next) => {
                let bytes = self.rows().get(waiting_key(line, *next)).map_err(failed)?;
                bytes.map(|bytes| decode_waiting(&bytes).map_err(corrupt)).transpose()?
            }
            None => None,
        };
        Ok(())
    }
}

impl Writer {
    /// Puts messages that are about somebody into the batch; about that row, if it is one.
    pub(super) fn put_tellings(&mut self, tellings: Vec<Waiting>, sequence: Option<u64>, subject: Option<StateKey>) {
        let batch = &mut self.batch;
        for waiting in tellings {
            let application = self.shared.mind.taggers.of(&waiting.application).short;
            let waiting = Waiting { sequence: sequence.unwrap_or(waiting.sequence), ..waiting };
            let (writes, put) = (&mut batch.writes, &mut batch.tellings);
            self.shared.outbox.put(writes, put, application, lane_of(subject), waiting);
        }
    }
}

/// The messages about an entry, but for their numbers and the entry's place.
pub(super) fn waiting_of(entry: &Entry) -> Vec<Waiting> {
    waiting_about(&entry.event.application, entry.event.received_at, entry.tellings.clone())
}

/// Messages, but for their numbers and the place of what they are about.
pub(super) fn waiting_about(application: &ApplicationId, since: Timestamp, tellings: Vec<Telling>) -> Vec<Waiting> {
    let waiting = |telling| Waiting {
        number: 0,
        application: application.clone(),
        telling,
        sequence: 0,
        since,
        n_tried: 0,
        due_at: since,
    };
    tellings.into_iter().map(waiting).collect()
}
