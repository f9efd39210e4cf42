//! Turns: requests that may be the same one go one after the other, so that a repeated one counts once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rightful_domain::RetryKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

type Key = [u8; 16];

/// Who is at it, by retry key. Holds an entry for each such request in progress and no other.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    in_progress: Mutex<HashMap<Key, Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    gate: Arc<Semaphore>,
    n_requests: usize,
}

/// A request's turn; the next begins when it is dropped. Dropped in this order, so that the next finds an open gate.
pub(crate) struct Turn<'a> {
    _permit: Option<OwnedSemaphorePermit>,
    _place: Place<'a>,
}

/// A place in the line, given up when dropped: also by who is dropped while waiting.
struct Place<'a> {
    turns: &'a Turns,
    key: Key,
}

impl Turns {
    /// Waits until no request of the same key is in progress. At once for a request that is never repeated.
    pub(crate) async fn take(&self, retry: Option<&RetryKey>) -> Option<Turn<'_>> {
        let key = retry?.key;
        let gate = self.stand_in_line(key);
        let place = Place { turns: self, key };
        // The gate is never closed, so waiting cannot fail.
        Some(Turn { _permit: gate.acquire_owned().await.ok(), _place: place })
    }

    fn stand_in_line(&self, key: Key) -> Arc<Semaphore> {
        let mut in_progress = self.in_progress.lock();
        let waiting =
            in_progress.entry(key).or_insert_with(|| Waiting { gate: Arc::new(Semaphore::new(1)), n_requests: 0 });
        waiting.n_requests += 1;
        Arc::clone(&waiting.gate)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut in_progress = self.turns.in_progress.lock();
        if let Some(waiting) = in_progress.get_mut(&self.key) {
            waiting.n_requests -= 1;
            if waiting.n_requests == 0 {
                in_progress.remove(&self.key);
            }
        }
    }
}
