//! Pages that listen to what happens to their device, and how they are told.
//!
//! Each listener has a short queue of its own; who does not keep up is let go and may come again. What nobody heard is
//! kept for a moment: a page begins to listen only after the answer that may have told to challenge it.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use rightful_dialects::{Dialect, Notice};
use rightful_domain::{AccountDeviceId, Application, ApplicationId, Entry, Note, NoteKind, NoteTarget, Verdict};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::http::page_rate::subscriber;

/// Listeners of one device, its tabs: one more lets the oldest go, which may be a page that is long closed.
const PER_DEVICE_MAX: usize = 8;
/// Listeners of one application.
const PER_APPLICATION_MAX: usize = 10_000;
/// Listeners of one address: an office, not a flood.
const PER_ADDRESS_MAX: usize = 256;
/// Messages that wait for one listener.
const QUEUE_MAX: usize = 4;
/// How long a message waits for a page to begin to listen.
const MISSED_KEPT: Duration = Duration::from_secs(30);
/// Messages that wait for pages to begin to listen.
const MISSED_MAX: usize = 4_096;

type Key = (ApplicationId, AccountDeviceId);

/// All pages that listen.
#[derive(Debug)]
pub(crate) struct Listeners {
    total_max: usize,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    by_device: HashMap<Key, VecDeque<Line>>,
    per_application: HashMap<ApplicationId, usize>,
    per_address: HashMap<IpAddr, usize>,
    n_listeners: usize,
    n_ever: u64,
    missed: HashMap<Key, (Instant, Notice)>,
    /// The keys of `missed`, oldest first; those that are no longer there are passed over.
    missed_order: VecDeque<(Instant, Key)>,
}

impl std::fmt::Debug for All {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("All").field("n_listeners", &self.n_listeners).finish_non_exhaustive()
    }
}

/// The end at which a listener is told.
struct Line {
    number: u64,
    dialect: &'static dyn Dialect,
    queue: mpsc::Sender<String>,
}

/// The end at which a page hears. Its place is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    queue: mpsc::Receiver<String>,
    /// Held, not read: dropping it frees the place.
    _place: Place,
}

#[derive(Debug)]
struct Place {
    listeners: Arc<Listeners>,
    key: Key,
    address: Option<IpAddr>,
    number: u64,
}

/// There are too many listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Listener {
    /// The next message; None once it was let go.
    pub(crate) fn poll_heard(&mut self, context: &mut Context<'_>) -> Poll<Option<String>> {
        self.queue.poll_recv(context)
    }
}

impl Listeners {
    /// Room for so many in all: each holds a connection.
    pub(crate) fn new(total_max: usize) -> Self {
        Self { total_max, all: Mutex::default() }
    }

    /// How many listen.
    pub(crate) fn n_listeners(&self) -> usize {
        self.all.lock().n_listeners
    }

    /// Begins to listen. A device that nobody has seen is listened to like any other.
    pub(crate) fn listen(
        self: &Arc<Self>,
        application: &ApplicationId,
        device: AccountDeviceId,
        dialect: &'static dyn Dialect,
        ip: Option<IpAddr>,
    ) -> Result<Listener, TooMany> {
        let (key, address) = ((application.clone(), device), ip.map(subscriber));
        let mut all = self.all.lock();
        all.take_in(self.total_max, application, address)?;
        all.n_ever += 1;
        let (number, (queue, heard)) = (all.n_ever, mpsc::channel(QUEUE_MAX));
        if let Some((at, notice)) = all.missed.remove(&key)
            && at.elapsed() < MISSED_KEPT
            && let Some(message) = dialect.tell(&notice)
        {
            // The queue is new, so there is room.
            let _has_room = queue.try_send(message);
        }
        let lines = all.by_device.entry(key.clone()).or_default();
        if lines.len() >= PER_DEVICE_MAX {
            lines.pop_front();
        }
        lines.push_back(Line { number, dialect, queue });
        drop(all);
        let place = Place { listeners: Arc::clone(self), key, address, number };
        Ok(Listener { queue: heard, _place: place })
    }

    /// Tells the listeners of a device; if there are none, the next to come within half a minute.
    fn tell(&self, application: &ApplicationId, device: AccountDeviceId, notice: &Notice) {
        let key = (application.clone(), device);
        let mut all = self.all.lock();
        let Some(lines) = all.by_device.get_mut(&key) else { return all.miss(key, notice.clone()) };
        lines.retain(|line| match line.dialect.tell(notice) {
            Some(message) => line.queue.try_send(message).is_ok(),
            None => true,
        });
        if lines.is_empty() {
            all.by_device.remove(&key);
        }
    }

    /// Tells of an event that was judged and remembered: its device is to be challenged. If it is not, what nobody heard
    /// of the device until then is out of date.
    pub(crate) fn judged(&self, application: &Application, entry: &Entry) {
        let Some(sighting) = entry.sighting else { return };
        match entry.answered() {
            Some(Verdict::Challenge) => {
                self.tell(&application.id, sighting.id, &Notice::Challenged { event: entry.event.id });
            }
            Some(Verdict::Trust | Verdict::Allow) => {
                self.all.lock().missed.remove(&(application.id.clone(), sighting.id));
            }
            Some(Verdict::Deny) | None => {}
        }
    }

    /// Tells of something that was noted.
    pub(crate) fn noted(&self, note: &Note) {
        if let (NoteTarget::Device(device), NoteKind::Detached) = (&note.about, &note.kind) {
            self.tell(&note.application, *device, &Notice::Detached);
        }
    }
}

impl All {
    fn take_in(
        &mut self,
        total_max: usize,
        application: &ApplicationId,
        address: Option<IpAddr>,
    ) -> Result<(), TooMany> {
        let of_application = self.per_application.get(application).copied().unwrap_or(0);
        let of_address = address.and_then(|address| self.per_address.get(&address)).copied().unwrap_or(0);
        if self.n_listeners >= total_max || of_application >= PER_APPLICATION_MAX || of_address >= PER_ADDRESS_MAX {
            return Err(TooMany);
        }
        self.n_listeners += 1;
        *self.per_application.entry(application.clone()).or_default() += 1;
        if let Some(address) = address {
            *self.per_address.entry(address).or_default() += 1;
        }
        Ok(())
    }

    fn let_go(&mut self, place: &Place) {
        self.n_listeners -= 1;
        count_down(&mut self.per_application, &place.key.0);
        if let Some(address) = &place.address {
            count_down(&mut self.per_address, address);
        }
        if let Some(lines) = self.by_device.get_mut(&place.key) {
            lines.retain(|line| line.number != place.number);
            if lines.is_empty() {
                self.by_device.remove(&place.key);
            }
        }
    }

    fn miss(&mut self, key: Key, notice: Notice) {
        let now = Instant::now();
        self.missed.insert(key.clone(), (now, notice));
        self.missed_order.push_back((now, key));
        while let Some((at, _)) = self.missed_order.front()
            && (now.duration_since(*at) >= MISSED_KEPT || self.missed_order.len() > MISSED_MAX)
        {
            let Some((at, key)) = self.missed_order.pop_front() else { return };
            if self.missed.get(&key).is_some_and(|(newest, _)| *newest == at) {
                self.missed.remove(&key);
            }
        }
    }
}

fn count_down<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(n) = counts.get_mut(key) {
        *n -= 1;
        if *n == 0 {
            counts.remove(key);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.listeners.all.lock().let_go(self);
    }
}
