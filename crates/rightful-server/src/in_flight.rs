//! Requests in progress that may come again: one at a time under each name.
//!
//! A repeated request is answered from the ledger, but only once the first is there. Two that come at once would both be
//! counted as attempts before either is recorded, so the second waits for the first.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::watch;

/// The names of requests in progress; as many at most as there are connections.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    names: Mutex<HashMap<[u8; 16], watch::Sender<()>>>,
}

/// A turn under a name, until dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    in_flight: &'a InFlight,
    name: [u8; 16],
}

impl InFlight {
    /// Waits until nobody else has a turn under that name.
    pub(crate) async fn turn(&self, name: [u8; 16]) -> Turn<'_> {
        while let Some(mut before) = self.begin(name) {
            // Never told anything: it ends when the turn before does.
            let _ended = before.changed().await;
        }
        Turn { in_flight: self, name }
    }

    /// Begins a turn; or gives what ends with the turn of somebody else.
    fn begin(&self, name: [u8; 16]) -> Option<watch::Receiver<()>> {
        let mut names = self.names.lock();
        if let Some(turn) = names.get(&name) {
            return Some(turn.subscribe());
        }
        names.insert(name, watch::Sender::new(()));
        None
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.in_flight.names.lock().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_waits_for_the_first_and_a_stranger_does_not() {
        let in_flight = InFlight::default();
        let first = in_flight.turn([1; 16]).await;
        drop(in_flight.turn([2; 16]).await);
        let mut second = std::pin::pin!(in_flight.turn([1; 16]));
        let waits = tokio::select! {
            biased;
            _ = second.as_mut() => false,
            () = std::future::ready(()) => true,
        };
        assert!(waits);
        drop(first);
        drop(second.await);
        assert!(in_flight.names.lock().is_empty());
    }
}
